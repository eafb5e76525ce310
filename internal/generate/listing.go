package generate

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

// listing are the files of a content folder, in the order of content.Compare,
// and what is wrong with them.
type listing struct {
	files []content.File
	diags diag.List
}

// list looks at all files of a content folder, which the person named dir.
func list(fsys fs.FS, dir string) (*listing, error) {
	files, diags, err := content.Scan(fsys)
	if err != nil {
		return nil, fmt.Errorf("generate: reading %s: %w", dir, err)
	}
	return &listing{files, diags}, nil
}

// follow brings the list up to date with one file that changed. It reports
// whether it could: a new folder or a mistake needs a look at everything.
func (l *listing) follow(fsys fs.FS, p string) bool {
	if len(l.diags) > 0 {
		return false
	}
	at, known := slices.BinarySearchFunc(l.files, p, func(f content.File, p string) int { return content.Compare(f.Path, p) })
	if _, err := fs.Lstat(fsys, p); errors.Is(err, fs.ErrNotExist) {
		if known {
			l.files = slices.Delete(l.files, at, at+1)
		}
		return true
	}
	file, found, bad := content.Look(fsys, p)
	if !found || bad != nil {
		return false
	}
	if known {
		l.files[at] = file
		return true
	}
	// A name that another file has in another case is a mistake, which the list tells.
	if slices.ContainsFunc(l.files, func(f content.File) bool { return strings.EqualFold(f.Path, p) }) {
		return false
	}
	// A folder that no known file is in may be new, or be reached by a link.
	if dir := path.Dir(p); dir != "." && !slices.ContainsFunc(l.files, func(f content.File) bool { return path.Dir(f.Path) == dir }) {
		return false
	}
	l.files = slices.Insert(l.files, at, file)
	return true
}
