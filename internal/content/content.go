// Package content reads the writer's folder: Markdown files become Articles,
// and site.yaml, tags.yaml and synonyms.yaml become Settings, Tags and
// Synonyms.
//
// In: a file system and one file at a time. Out: typed values in which every
// word that a later mistake could point at keeps its position, and
// diagnostics for what could not be read. Nothing here looks at two files at
// once, so the result for a file can be cached under its bytes and the
// Options alone.
//
// What this package returns never changes afterwards.
package content

import (
	"bytes"
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"whyfix/internal/diag"
	"whyfix/internal/disk"
	"whyfix/internal/markdown"
)

// Names of the settings files, all optional, at the top of the folder.
const (
	SiteFile     = "site.yaml"
	TagsFile     = "tags.yaml"
	SynonymsFile = "synonyms.yaml"
)

// MaxArticle is the largest Markdown file that is read, in bytes. A page of
// that size is useless to a reader and most likely an accident.
const MaxArticle = 8 << 20

// What front matter may have: its bytes, and the characters of one text in it.
// Titles and symptoms are searched for in every other article, word by word. A
// summary is only shown, and other programs' are paragraphs.
const (
	maxFront   = 64 << 10
	maxText    = 500
	maxSummary = 5_000
)

// Text is a word or sentence from a file and where it stands.
type Text struct {
	Value string
	Pos   diag.Pos
}

// Class says what a file in the folder is.
type Class uint8

// The classes of files.
const (
	ClassAsset   Class = iota // copied beside the pages
	ClassArticle              // Markdown
	ClassIndex                // index.md: the page of its folder
	ClassSetting              // one of the settings files
)

// Classify tells a file's class from its path.
func Classify(p string) Class {
	switch p {
	case SiteFile, TagsFile, SynonymsFile:
		return ClassSetting
	}
	base := path.Base(p)
	switch strings.ToLower(path.Ext(base)) {
	case ".md", ".markdown":
		if strings.EqualFold(strings.TrimSuffix(base, path.Ext(base)), "index") {
			return ClassIndex
		}
		return ClassArticle
	}
	return ClassAsset
}

// Hidden reports whether a path is not part of the site: a name that starts
// with a dot or an underscore, in it or above it, or an editor's left-over.
func Hidden(p string) bool {
	for name := range strings.SplitSeq(p, "/") {
		if name == "." || name == "" {
			continue
		}
		if name[0] == '.' || name[0] == '_' || name[0] == '#' || name[len(name)-1] == '~' {
			return true
		}
	}
	return false
}

// File is one file of the folder.
type File struct {
	Path    string // slash-separated, relative to the folder, Composed
	Class   Class
	Size    int64
	ModTime time.Time
	Stat    disk.Stat // to tell whether it has changed
}

// Scan lists the files of a content folder, those of a folder in the order of
// their names; Compare tells it. What cannot be looked at becomes a diagnostic;
// only a folder that cannot be read at all is an error.
func Scan(fsys fs.FS) ([]File, diag.List, error) {
	files, _, diags, err := ScanPieces(fsys)
	return files, diags, err
}

// ScanPieces is Scan that also lists what articles may have in their texts: the
// Markdown files in folders whose names begin with _.
func ScanPieces(fsys fs.FS) (files, pieces []File, diags diag.List, err error) {
	renamed := false
	names := alike{seen: map[string]string{}, told: map[string]bool{}}
	err = fs.WalkDir(fsys, ".", func(p string, entry fs.DirEntry, err error) error {
		if err != nil {
			if p == "." {
				return err
			}
			diags = append(diags, unreadable(p, err))
			return nil
		}
		if p != "." && Hidden(p) {
			if entry.IsDir() {
				if strings.HasPrefix(entry.Name(), "_") {
					pieces = append(pieces, piecesIn(fsys, p)...)
				}
				return fs.SkipDir
			}
			return nil
		}
		one := false
		if p != "." {
			var bad *diag.Diagnostic
			if bad, one = names.check(p, entry.IsDir()); bad != nil {
				diags = append(diags, *bad)
			}
		}
		if entry.IsDir() || one {
			return nil
		}
		file, found, bad := look(fsys, p, entry)
		if bad != nil {
			diags = append(diags, *bad)
		}
		if found {
			files = append(files, file)
			renamed = renamed || file.Path != p
		}
		return nil
	})
	if renamed {
		slices.SortStableFunc(files, func(a, b File) int { return Compare(a.Path, b.Path) })
	}
	return files, pieces, diags, err
}

// piecesIn are the Markdown files of a folder whose name begins with _. One that
// cannot be looked at is missed where an article asks for it.
func piecesIn(fsys fs.FS, dir string) []File {
	var out []File
	_ = fs.WalkDir(fsys, dir, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || Classify(p) == ClassAsset {
			return nil
		}
		if file, found, _ := look(fsys, p, entry); found {
			out = append(out, file)
		}
		return nil
	})
	return out
}

// Look finds one file, whose path is not hidden. It is not found where there
// is something else, or where a diagnostic says what keeps it from being read.
func Look(fsys fs.FS, p string) (file File, found bool, bad *diag.Diagnostic) {
	return look(fsys, p, nil)
}

// look is Look for a file that was found in its folder, or nil.
func look(fsys fs.FS, p string, entry fs.DirEntry) (file File, found bool, bad *diag.Diagnostic) {
	if !utf8.ValidString(p) {
		return File{}, false, &diag.Diagnostic{
			Pos: diag.Pos{File: strings.ToValidUTF8(p, "\uFFFD")}, Code: "file-name",
			Message: diag.Say("the file's name is not UTF-8"), Hint: diag.Say("rename the file"),
		}
	}
	var info fs.FileInfo
	var err error
	if entry != nil && entry.Type().IsRegular() {
		info, err = entry.Info() // known from the folder; it saves half of the time
	} else {
		info, err = fs.Stat(fsys, p) // follows a link that stays inside the folder
	}
	if err != nil {
		d := unreadable(p, err)
		return File{}, false, &d
	}
	if !info.Mode().IsRegular() {
		if info.IsDir() || Classify(p) == ClassAsset { // a folder that a link leads to, or what some program left
			return File{}, false, nil
		}
		return File{}, false, &diag.Diagnostic{
			Pos: diag.Pos{File: p}, Code: "file-read", Message: diag.Say("cannot be read: it is a pipe, a socket or a device, not a file"), Hint: diag.Say("remove it, or put a file in its place"),
		}
	}
	if name := Meant(p); name != "" {
		bad = &diag.Diagnostic{
			Pos: diag.Pos{File: p}, Severity: diag.Warning, Code: "settings-name",
			Message: diag.Say("nobody reads this file, because its name is not %s", name), Hint: diag.Say("rename the file to %s", name),
		}
	}
	p = Composed(p)
	return File{Path: p, Class: Classify(p), Size: info.Size(), ModTime: info.ModTime(), Stat: disk.StatOf(info)}, true, bad
}

// Compare puts paths into the order of Scan.
func Compare(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		switch {
		case a[i] == b[i]:
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		default:
			return cmp.Compare(a[i], b[i])
		}
	}
	return cmp.Compare(len(a), len(b))
}

// Meant is the settings file that a file at the top was most likely meant to
// be, or "".
func Meant(p string) string {
	low := strings.ToLower(p)
	if strings.HasSuffix(low, ".yml") {
		low = strings.TrimSuffix(low, ".yml") + ".yaml"
	}
	if low != p && Classify(low) == ClassSetting {
		return low
	}
	return ""
}

// unreadable says in the writer's words why a file could not be read.
func unreadable(p string, err error) diag.Diagnostic {
	d := diag.Diagnostic{Pos: diag.Pos{File: p}, Code: "file-read", Message: diag.Say("cannot be read: %s", reason(err))}
	switch {
	case strings.Contains(err.Error(), "permission denied"):
		d.Hint = diag.Say("give your user the right to read it (chmod +r)")
	case strings.Contains(err.Error(), "escapes"):
		d.Hint = diag.Say("it is a link to a place outside the content folder: copy the file here instead")
	}
	return d
}

// reason is the last part of an I/O error, without the paths of the machine.
func reason(err error) diag.Text {
	s := err.Error()
	if i := strings.LastIndex(s, ": "); i >= 0 {
		s = s[i+2:]
	}
	switch s {
	case "permission denied":
		return diag.Say("permission denied")
	case "no such file or directory":
		return diag.Say("no such file or directory")
	case "is a directory":
		return diag.Say("is a directory")
	case "path escapes from parent":
		return diag.Say("path escapes from parent")
	}
	return diag.Verbatim(s)
}

// Relative is a path as seen from the folder of a file.
func Relative(p, file string) string {
	if path.Dir(file) == "." {
		return p
	}
	from, to := strings.Split(path.Dir(file), "/"), strings.Split(p, "/")
	for len(from) > 0 && len(to) > 1 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	return strings.Repeat("../", len(from)) + strings.Join(to, "/")
}

// ReadFile reads one file of the folder. A file that cannot be read is a
// diagnostic, so that the others are still checked.
func ReadFile(fsys fs.FS, p string) ([]byte, *diag.Diagnostic) {
	data, err := fs.ReadFile(fsys, p)
	if err != nil {
		d := unreadable(p, err)
		return nil, &d
	}
	return data, nil
}

// text prepares a text file: it must be UTF-8, a byte order mark is dropped,
// line ends become \n.
func text(p string, data []byte) (*diag.Lines, []byte, *diag.Diagnostic) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if bytes.IndexByte(data, '\r') >= 0 {
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	if !utf8.Valid(data) {
		lines := diag.NewLines(p, data)
		bad := 0
		for bad < len(data) {
			r, size := utf8.DecodeRune(data[bad:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			bad += size
		}
		hint := diag.Say("save the file as UTF-8")
		if bytes.HasPrefix(data, []byte("\xFF\xFE")) || bytes.HasPrefix(data, []byte("\xFE\xFF")) || bytes.IndexByte(data, 0) >= 0 {
			hint = diag.Say("the file is UTF-16: save it as UTF-8")
		} else if bytes.HasPrefix(data, []byte("\xB0\xA1")) || data[bad] >= 0x81 {
			hint = diag.Say("save the file as UTF-8 (it may be GBK or GB 18030)")
		}
		d := lines.New(lines.At(bad), diag.Error, "file-encoding", diag.Say("this byte is not UTF-8 text"), hint)
		return lines, nil, &d
	}
	if zero := bytes.IndexByte(data, 0); zero >= 0 { // valid UTF-8, but no text has it
		lines := diag.NewLines(p, data)
		hint := diag.Say("delete this character")
		if bytes.Count(data, []byte{0}) >= len(data)/4 {
			hint = diag.Say("the file may be UTF-16: save it as UTF-8")
		}
		d := lines.New(lines.At(zero), diag.Error, "file-encoding", diag.Say("this byte is not text"), hint)
		return lines, nil, &d
	}
	return diag.NewLines(p, data), data, nil
}

// Options are what an Article depends on beside its own bytes.
type Options struct {
	Markdown markdown.Options
}
