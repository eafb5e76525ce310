// Package fix changes a writer's files: one word at one place, and nothing
// else.
//
// In: a content folder, its site and the diagnostics about it. Out: Edits, each
// with its place, and the Files that they make; Write is the one place where a
// writer's files are changed. Links, Quotes, Shown, Retag and Address find what to
// write; Link, Value, Attribute and Alias write it.
package fix

import (
	"bytes"
	"cmp"
	"errors"
	"os"
	"path"
	"slices"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

// Edit is one change to a file: a place, what stands there, and what shall.
// Without a line it has no place yet.
type Edit struct {
	At       diag.Pos
	Old, New string
	As       Writing
	What     diag.Text // what is done, where Old and New do not tell it
}

// Writing puts a word into the place of an old one that stands at a byte of a
// text, -1 for none. Where that is not clear, it returns the text as it is, and
// false.
type Writing func(text []byte, offset int, old, word string) ([]byte, bool)

// File is a file before and after its edits.
type File struct {
	Name     string
	Was, Now []byte
	Made     []Edit // in the order of the text
	Unclear  []Edit // that could not be made
}

// Files reads the files that edits are about, in the order of their names, and
// makes the edits, in memory.
func Files(root *os.Root, edits []Edit) ([]File, error) {
	byFile := map[string][]Edit{}
	var out []File
	for _, x := range edits {
		byFile[x.At.File] = append(byFile[x.At.File], x)
	}
	for name, edits := range byFile {
		name = content.OnDisk(root.FS(), name)
		text, err := root.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f := File{Name: name, Was: text, Now: text}
		f.edit(edits)
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// edit makes edits from the end of the text to its start, so that none moves the
// place of the next.
func (f *File) edit(edits []Edit) {
	slices.SortStableFunc(edits, func(a, b Edit) int { return cmp.Or(b.At.Line-a.At.Line, b.At.Col-a.At.Col) })
	for _, x := range edits {
		offset := -1
		if x.At.Line > 0 {
			mark := len(f.Now) - len(bytes.TrimPrefix(f.Now, []byte("\xEF\xBB\xBF")))
			offset = mark + diag.NewLines(f.Name, f.Now[mark:]).Offset(x.At.Line, x.At.Col)
		}
		if now, ok := x.As(f.Now, offset, x.Old, x.New); ok && !f.oldLines() {
			f.Now, f.Made = now, append(f.Made, x)
		} else {
			f.Unclear = append(f.Unclear, x)
		}
	}
	slices.Reverse(f.Made)
}

// oldLines reports whether lines end in a way that no editor writes today: then
// places are not where they seem to be.
func (f *File) oldLines() bool {
	return bytes.Contains(bytes.ReplaceAll(f.Was, []byte("\r\n"), nil), []byte("\r"))
}

// Write writes all files, or puts back those that were written already.
func Write(root *os.Root, files []File) error {
	for i, f := range files {
		err := replace(root, f.Name, f.Was, f.Now)
		if err == nil {
			continue
		}
		for _, written := range files[:i] {
			err = errors.Join(err, replace(root, written.Name, written.Now, written.Was))
		}
		return err
	}
	return nil
}

// replace writes a file in one step: under another name first, which then
// becomes its own. Whoever reads it meanwhile has the old text or the new one.
// It keeps the file's rights.
func replace(root *os.Root, name string, was, now []byte) error {
	if bytes.Equal(was, now) {
		return nil
	}
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return diag.Say("%s is a link to another file", name)
	}
	// Nobody's edit of the last moment is lost.
	if there, err := root.ReadFile(name); err != nil || !bytes.Equal(there, was) {
		return diag.Say("%s has just changed", name)
	}
	temp := path.Join(path.Dir(name), "."+path.Base(name)+".mending")
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = f.Write(now)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		_ = root.Remove(temp)
	}
	return err
}
