package content

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"whyfix/internal/diag"
)

// Composed is a path in the one form that this program uses: é as one character,
// not as e with an accent behind it. Some systems write names in the one form,
// some in the other, and readers and writers see no difference.
func Composed(p string) string {
	for i := range len(p) {
		if p[i] >= utf8.RuneSelf {
			return norm.NFC.String(p)
		}
	}
	return p
}

// OnDisk is the path of a file as the folder has it, for a path in the composed
// form; the same path when there is no such file.
func OnDisk(fsys fs.FS, p string) string {
	if isASCII(p) {
		return p
	}
	if _, err := fs.Stat(fsys, p); err == nil {
		return p
	}
	at := "."
	for name := range strings.SplitSeq(p, "/") {
		entries, err := fs.ReadDir(fsys, at)
		if err != nil {
			return p
		}
		found := ""
		for _, e := range entries {
			if Composed(e.Name()) == Composed(name) {
				found = e.Name()
				break
			}
		}
		if found == "" {
			return p
		}
		at = path.Join(at, found)
	}
	return at
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// Names is a folder in which files are found by their composed names, however
// the disk writes them.
func Names(fsys fs.FS) fs.FS { return named{fsys} }

type named struct{ fs.FS }

// byName does something with a file by its name, else by that on the disk.
func byName[T any](n named, p string, do func(fs.FS, string) (T, error)) (T, error) {
	out, err := do(n.FS, p)
	if errors.Is(err, fs.ErrNotExist) {
		if other := OnDisk(n.FS, p); other != p {
			return do(n.FS, other)
		}
	}
	return out, err
}

func (n named) Open(p string) (fs.File, error) { return byName(n, p, fs.FS.Open) }

func (n named) ReadFile(p string) ([]byte, error) { return byName(n, p, fs.ReadFile) }

func (n named) Stat(p string) (fs.FileInfo, error) { return byName(n, p, fs.Stat) }

func (n named) Lstat(p string) (fs.FileInfo, error) { return byName(n, p, fs.Lstat) }

func (n named) ReadLink(p string) (string, error) { return byName(n, p, fs.ReadLink) }

func (n named) ReadDir(p string) ([]fs.DirEntry, error) { return byName(n, p, fs.ReadDir) }

// alike finds names that are one to some systems.
type alike struct {
	seen map[string]string // in lower case and composed → as the folder has it
	told map[string]bool   // folders of which it was said
}

// check reports a name that another has in another case, or in another form of
// its accents; one is true where both are the same in the composed form.
func (a *alike) check(p string, folder bool) (bad *diag.Diagnostic, one bool) {
	key := strings.ToLower(Composed(p))
	other, taken := a.seen[key]
	if !taken {
		a.seen[key] = p
		return nil, false
	}
	one = Composed(other) == Composed(p)
	if a.told[path.Dir(p)] { // one line for the folder is enough
		a.told[p] = folder
		return nil, one
	}
	if folder {
		a.told[p] = true
	}
	message := diag.Say("the names %s and %s differ only in the case of letters: on many systems they are one file", other, p)
	if one {
		message = diag.Say("there are two files of this name: they differ in how an accent is written, and on many systems they are one file")
	}
	return &diag.Diagnostic{Pos: diag.Pos{File: Composed(p)}, Code: "file-case", Message: message, Hint: diag.Say("rename one of the two")}, one
}
