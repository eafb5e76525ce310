// Package flat writes a release as a plain folder of files, for hosts that take
// nothing else.
//
// In: a release and a folder. Out: the folder holds the pages, the theme and what
// lies beside the articles, without compressed copies, index and manifest; and for
// hosts that read them the headers and the old addresses of the site.
//
// A folder is brought from one release to the next: what is the same stays as it
// is, with its time, so that whatever uploads it sends little. Files come in the
// order in which a reader may need them, and go last. Nothing is removed or
// written over that was not written here, or has the very same in it: the folder
// has a list of that, in which stand the files that were, or were about to be,
// written.
package flat

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/publish"
)

// ListFile is the list of what was written, in the folder itself.
const ListFile = ".whyfix-files"

const (
	listTemp = ".whyfix-files.new"
	fileTemp = ".whyfix-new"
)

// ForeignError says that something in the folder is not from here.
type ForeignError struct{ Name string }

func (e *ForeignError) Error() string { return e.Name + " was not written by this program" }

// Options say how a folder is laid out.
type Options struct {
	// Root: the folder is the root of the host. The pages of a site below a path,
	// such as /help/, then lie in a folder of that name, and what hosts look for at
	// the root lies there. Without it the folder is what is found at the site's
	// address.
	Root bool
}

// Result says what was done.
type Result struct {
	Files, Written, Removed int
	Notes                   []diag.Text // what some hosts will not read
}

// file is one that the folder is to have.
type file struct {
	from string // below www/ of the release; "" if data is what it holds
	data []byte
	sum  string
}

// entry is what the list knows of a file; its zero value, that it may be there.
type entry struct {
	Sum  string `json:"sum,omitempty"`
	Size int64  `json:"size,omitempty"`
	Time int64  `json:"time,omitempty"` // nanoseconds
}

// Check reports whether a folder may be written: it is not there, has nothing in
// it but what begins with a dot, or was written here. The error is a ForeignError.
func Check(dir string) error {
	names, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("flat: %w", err)
	}
	if slices.ContainsFunc(names, func(e fs.DirEntry) bool { return e.Name() == ListFile }) {
		return nil
	}
	for _, e := range names {
		if !strings.HasPrefix(e.Name(), ".") { // .git and the like are welcome
			return &ForeignError{path.Join(dir, e.Name())}
		}
	}
	return nil
}

// Write brings a folder to what a release holds.
func Write(ctx context.Context, r *publish.Release, dir string, o Options) (Result, error) {
	if err := Check(dir); err != nil {
		return Result{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Result{}, fmt.Errorf("flat: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Result{}, fmt.Errorf("flat: %w", err)
	}
	defer root.Close()
	w := &writer{root: root, www: r.WWW(), made: map[string]bool{}}
	if w.list, err = readList(root); err != nil {
		return Result{}, fmt.Errorf("flat: %s: %w", ListFile, err)
	}
	layout, err := newLayout(r, o)
	if err == nil {
		err = layout.hosts(w.www)
	}
	if err != nil {
		return Result{}, fmt.Errorf("flat: %w", err)
	}
	result := Result{Files: len(layout.files), Notes: layout.notes}
	err = w.bring(ctx, layout.files, &result)
	var foreign *ForeignError
	if errors.As(err, &foreign) {
		return result, &ForeignError{path.Join(dir, foreign.Name)}
	}
	if err != nil {
		err = fmt.Errorf("flat: %w", err)
	}
	return result, err
}

type writer struct {
	root *os.Root
	www  fs.FS
	list map[string]entry
	made map[string]bool // folders that are there
}

// bring writes what is new, and then removes what is no more.
func (w *writer) bring(ctx context.Context, files map[string]file, result *Result) error {
	names := make([]string, 0, len(files))
	folders := map[string]bool{}
	for name := range files {
		names = append(names, name)
		for at := path.Dir(name); at != "." && !folders[at]; at = path.Dir(at) {
			folders[at] = true
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(order(a)-order(b), cmp.Compare(a, b)) })
	var changed, gone []string
	for _, name := range names {
		known, ours := w.list[name]
		info, err := w.root.Lstat(name)
		switch {
		case err == nil && !ours && !info.IsDir() && !w.holds(name, info, files[name].sum):
			return &ForeignError{name}
		case err == nil && ours && known.Sum == files[name].sum && info.Mode().IsRegular() && info.Size() == known.Size && info.ModTime().UnixNano() == known.Time:
		default:
			changed = append(changed, name)
		}
	}
	for name := range w.list {
		if _, stays := files[name]; !stays {
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	if len(changed) == 0 && len(gone) == 0 {
		return nil
	}
	// Whatever happens from here on, what is written is known to be ours.
	for _, name := range changed {
		w.list[name] = entry{}
	}
	if err := w.remember(); err != nil {
		return err
	}
	// A folder may take the place of a file, and a file that of a folder.
	later := gone[:0]
	for _, name := range gone {
		above := path.Dir(name)
		for ; above != "." && files[above].sum == ""; above = path.Dir(above) {
		}
		if !folders[name] && above == "." {
			later = append(later, name)
			continue
		}
		if err := w.remove(name); err != nil {
			return err
		}
		result.Removed++
	}
	for _, name := range changed {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.write(name, files[name]); err != nil {
			return err
		}
		result.Written++
	}
	for _, name := range later {
		if err := w.remove(name); err != nil {
			return err
		}
		result.Removed++
	}
	return w.remember()
}

// holds reports whether a file that is not known holds what is to be there, as the
// empty file does that some hosts want: then it may as well be ours.
func (w *writer) holds(name string, info fs.FileInfo, sum string) bool {
	if !info.Mode().IsRegular() {
		return false
	}
	in, err := w.root.Open(name)
	if err != nil {
		return false
	}
	defer in.Close()
	have, err := publish.SumReader(in)
	return err == nil && have == sum
}

// order is when a file is written: first what pages ask for, then pages, then
// what leads to them from elsewhere.
func order(name string) int {
	switch {
	case strings.Contains("/"+name, "/assets/"):
		return 0
	case strings.HasSuffix(name, ".html"):
		return 2
	case strings.Contains(name, "/"):
		return 1
	}
	return 3
}

// write puts a file in its place in one step.
func (w *writer) write(name string, f file) (err error) {
	if dir := path.Dir(name); !w.made[dir] {
		if err := w.root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		w.made[dir] = true
	}
	var in io.Reader = bytes.NewReader(f.data)
	if f.from != "" {
		source, err := w.www.Open(f.from)
		if err != nil {
			return err
		}
		defer source.Close()
		in = source
	}
	out, err := w.root.OpenFile(fileTemp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	sum, err := publish.SumReader(io.TeeReader(in, out))
	if err = errors.Join(err, out.Close()); err == nil && sum != f.sum {
		err = fmt.Errorf("%s: %w: it is not what was published", f.from, publish.ErrDamaged)
	}
	if err == nil {
		err = w.root.Rename(fileTemp, name)
	}
	if err != nil {
		return errors.Join(err, w.root.RemoveAll(fileTemp))
	}
	info, err := w.root.Lstat(name)
	if err == nil {
		w.list[name] = entry{f.sum, info.Size(), info.ModTime().UnixNano()}
	}
	return err
}

// remove takes a file away, and the folders that are empty without it.
func (w *writer) remove(name string) error {
	if err := w.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	delete(w.list, name)
	for at := path.Dir(name); at != "."; at = path.Dir(at) {
		if w.root.Remove(at) != nil { // something is in it
			break
		}
		delete(w.made, at)
	}
	return nil
}

// remember writes the list.
func (w *writer) remember() error {
	data, err := json.MarshalIndent(w.list, "", " ")
	if err == nil {
		err = w.root.WriteFile(listTemp, append(data, '\n'), 0o644)
	}
	if err == nil {
		err = w.root.Rename(listTemp, ListFile)
	}
	return err
}

func readList(root *os.Root) (map[string]entry, error) {
	list := map[string]entry{}
	data, err := root.ReadFile(ListFile)
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	for name := range list {
		if !fs.ValidPath(name) {
			return nil, fmt.Errorf("%q is no path in this folder", name)
		}
	}
	return list, err
}
