// Package starter has the files of a new site: a small one that builds without
// a problem, whose articles are examples of how articles are written.
//
// In: the site's name, its language and what it is about, and the folder that
// it is for. Out: its files, written all or none.
package starter

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
)

// Site is what a new site says of itself. What is empty has a default in the
// site's language.
type Site struct {
	Title    string
	Language string // one that Speaks
	About    string // one sentence
}

// File is one file of a new site.
type File struct {
	Path string // slash-separated, below the site's folder
	Text []byte
}

// The files, a folder for each language. A name that begins with a dot there
// begins with “dot.” here: tools would take the file for one of the project's.
//
//go:embed all:files
var files embed.FS

const dot = "dot."

// Speaks reports whether there are examples in a language.
func Speaks(language string) bool { return folderOf(language) != "" }

// folderOf is the folder with the files of a language, "" if there is none.
// Those in Chinese are in simplified characters.
func folderOf(language string) string {
	parts := strings.Split(strings.ToLower(language), "-")
	for _, traditional := range []string{"hant", "tw", "hk", "mo"} {
		for _, part := range parts[1:] {
			if part == traditional {
				return ""
			}
		}
	}
	if parts[0] == "zh" || parts[0] == "en" {
		return path.Join("files", parts[0])
	}
	return ""
}

// Defaults are the name of a site that has none, and what it is about.
func Defaults(language string) (title, about string) {
	if strings.HasPrefix(folderOf(language), "files/zh") {
		return "帮助", "照着看到的现象，找到原因和办法。"
	}
	return "Help", "Start from what you see, find the cause and what to do."
}

// Files are the files of a site, in the order of their paths.
func (s Site) Files() ([]File, error) {
	top := folderOf(s.Language)
	if top == "" {
		return nil, fmt.Errorf("there are no examples in the language %q", s.Language)
	}
	title, about := Defaults(s.Language)
	if s.Title == "" {
		s.Title = title
	}
	if s.About == "" {
		s.About = about
	}
	var out []File
	err := fs.WalkDir(files, top, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		// Braces belong to the articles and to workflows.
		t, err := template.New(p).Delims("[[", "]]").Funcs(template.FuncMap{"yaml": strconv.Quote}).Parse(string(data))
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := t.Execute(&text, s); err != nil {
			return err
		}
		out = append(out, File{strings.ReplaceAll(strings.TrimPrefix(p, top+"/"), dot, "."), text.Bytes()})
		return nil
	})
	return out, err
}

// InTheWay is what lies in a folder that is to become a site, "" if nothing
// does. What version control keeps there does not count; nor does a folder
// that is not there yet.
func InTheWay(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.Name() != ".git" {
			return e.Name(), nil
		}
	}
	return "", nil
}

// Write writes files into a folder, which need not be there. Where one cannot be
// written, none is left. An existing file is never overwritten.
func Write(dir string, all []File) (err error) {
	var made []string // files and folders, those above first
	defer func() {
		for n := len(made) - 1; n >= 0 && err != nil; n-- {
			_ = os.Remove(made[n])
		}
	}()
	for _, f := range all {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		folders, err := makeFolders(filepath.Dir(name))
		made = append(made, folders...)
		if err != nil {
			return err
		}
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		made = append(made, name)
		_, err = file.Write(f.Text)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// makeFolders makes a folder and those above it, and returns which were new.
func makeFolders(dir string) (made []string, err error) {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil, nil
	}
	if above := filepath.Dir(dir); above != dir {
		if made, err = makeFolders(above); err != nil {
			return made, err
		}
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return made, err
	}
	return append(made, dir), nil
}
