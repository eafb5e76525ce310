package importer

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Recognised is the program that a folder was made for.
type Recognised struct {
	Program string // its name, for people
	Sign    string // the file that tells, as a person would name it
	From    Family // how it is imported; Guess where its pages are read as they are
	Source  string // what to import
}

// programs are the names of those that dialects are of.
var programs = map[Family]string{"hugo": "Hugo", "mkdocs": "MkDocs", "docusaurus": "Docusaurus", "vitepress": "VitePress", "zendesk": "a Zendesk export", "html": "a folder of HTML pages"}

// obsidian is the folder in which Obsidian keeps what it knows of a vault. Its
// pages need no import.
const obsidian = ".obsidian"

// mostLooked is how many files are looked at for exports: whoever has more pages
// than that knows what they are.
const mostLooked = 1000

// Recognise tells by the names of files whether a folder, or the one that it is
// in, was made for another program. It reads no page but what may be an export.
func Recognise(dir string) (Recognised, bool) {
	for _, at := range []string{dir, filepath.Join(dir, "..")} {
		src := &Source{FS: os.DirFS(at), Start: "."}
		if d, file := src.settings(); d != nil {
			return Recognised{programs[d.name], filepath.ToSlash(filepath.Join(at, file)), d.name, filepath.ToSlash(filepath.Clean(at))}, true
		}
		if src.isDir(obsidian) {
			return Recognised{Program: "Obsidian", Sign: filepath.ToSlash(filepath.Join(at, obsidian)), Source: filepath.ToSlash(filepath.Clean(at))}, true
		}
	}
	return exported(dir)
}

// exported recognises a folder without Markdown that has what another program
// gave out.
func exported(dir string) (Recognised, bool) {
	src := &Source{FS: os.DirFS(dir), Start: "."}
	var found *dialect
	sign, looked := "", 0
	_ = fs.WalkDir(src.FS, ".", func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if err == nil && p != "." && hiddenName(path.Base(p)) {
				return fs.SkipDir
			}
			return nil
		}
		looked++
		switch {
		case looked > mostLooked || slices.Contains([]string{".md", ".markdown"}, strings.ToLower(path.Ext(p))):
			found = nil
			return fs.SkipAll
		case found != nil:
		case htmlPages.owns(p):
			found, sign = &htmlPages, p
		case zendesk.owns(p):
			if data, err := src.read(p); err == nil && zendesk.sign.Match(data[:min(len(data), 1<<20)]) {
				found, sign = &zendesk, p
			}
		}
		return nil
	})
	if found == nil {
		return Recognised{}, false
	}
	return Recognised{programs[found.name], filepath.ToSlash(filepath.Join(dir, sign)), found.name, filepath.ToSlash(filepath.Clean(dir))}, true
}
