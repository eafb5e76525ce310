package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// tree is what is known of the watched folders: every folder, and every file
// in it. Because files are known, a folder that goes can be told file by file,
// and a look at the disk can find what the events did not say.
//
// Symbolic links are not followed: a link, to whatever, counts as a file, so
// there are no circles. Only a folder given to New may be a link.
type tree struct {
	roots   []*root
	folders map[string]*folder // by path

	watch   func(path string) error // asks for the events of one folder
	changed func(path string)       // tells of a file that came, changed or went
	rescan  func()                  // tells that something may have been missed
	fail    func(error)             // tells of a folder that cannot be watched or read

	// stale says that a folder went or moved, or that events were lost. A
	// watch keeps the path that its folder had when it was asked for, also
	// after a move: then all watches must be made anew, and swept after.
	stale bool
	went  map[string]bool // the folders that made it so: more events about them may come
}

// root is a folder given to New.
type root struct {
	path string
	info fs.FileInfo // of the folder that is watched; nil while there is none
}

// folder is a watched folder.
type folder struct {
	path  string
	info  fs.FileInfo
	files map[string]stamp    // by name
	subs  map[string]struct{} // names of the folders in it
}

// stamp tells two states of a file apart.
type stamp struct {
	time int64 // of the last change, in ns
	size int64 // in bytes
	mode fs.FileMode
}

func stampOf(info fs.FileInfo) stamp {
	return stamp{info.ModTime().UnixNano(), info.Size(), info.Mode()}
}

// scan watches a folder and all below it; with tell, every file in it is
// reported. A folder is watched before it is read, so that what comes in
// between is seen twice rather than never. The error is that of the folder
// itself, which then is not watched.
func (t *tree) scan(path string, info fs.FileInfo, tell bool) error {
	if t.folders[path] != nil {
		return nil // a root inside another one
	}
	if err := t.watch(path); err != nil {
		return err
	}
	f := &folder{path, info, map[string]stamp{}, map[string]struct{}{}}
	t.folders[path] = f
	for _, name := range t.read(path) {
		t.look(f, name, tell)
	}
	return nil
}

// read lists the names in a folder, as far as it can.
func (t *tree) read(path string) []string {
	entries, err := os.ReadDir(path)
	if err != nil {
		t.complain("read", path, err)
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names
}

// complain reports what cannot be seen, but not what has gone in the meantime.
func (t *tree) complain(what, path string, err error) {
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		t.fail(fmt.Errorf("watch: %s %s: %w", what, path, err))
	}
}

// look compares one name in a folder with what is known of it, notes what it
// is now and, with tell, reports a file that is not what it was.
func (t *tree) look(f *folder, name string, tell bool) {
	if ignored(name) {
		return
	}
	path := filepath.Join(f.path, name)
	before, wasFile := f.files[name]
	info, err := os.Lstat(path)
	if err == nil && !info.IsDir() {
		t.drop(path)
		f.files[name] = stampOf(info)
		if tell && (!wasFile || f.files[name] != before) {
			t.changed(path)
		}
		return
	}
	delete(f.files, name)
	if wasFile && tell {
		t.changed(path)
	}
	if err != nil {
		t.drop(path)
		return
	}
	if known := t.folders[path]; known == nil || !os.SameFile(known.info, info) {
		t.drop(path)
		if err := t.scan(path, info, tell); err != nil {
			t.complain("watch", path, err)
			return
		}
	}
	f.subs[name] = struct{}{}
}

// drop forgets a folder and all below it, and reports every file that was
// there. It does nothing for a path that is no folder.
func (t *tree) drop(path string) {
	f := t.folders[path]
	if f == nil {
		return
	}
	t.stale = true
	t.went[path] = true
	delete(t.folders, path)
	if above := t.folders[filepath.Dir(path)]; above != nil {
		delete(above.subs, filepath.Base(path))
	}
	for name := range f.files {
		t.changed(filepath.Join(path, name))
	}
	for name := range maps.Clone(f.subs) {
		t.drop(filepath.Join(path, name))
	}
}

// event takes in that something happened at a path. Gone says that it was
// removed or renamed, touched that at most its mode or times were changed.
// Events can be late, so what counts is how the path looks now.
func (t *tree) event(path string, gone, touched bool) {
	if r := t.rootAt(path); r != nil {
		if gone {
			t.lose(r) // and it may be there again, or another one
		}
		if r.info == nil {
			t.checkRoots()
		}
		return
	}
	f, name := t.folders[filepath.Dir(path)], filepath.Base(path)
	if f == nil || ignored(name) {
		return // what is below a folder was reported when the folder went
	}
	if gone {
		t.drop(path) // if there is a folder again, its watch is not this one
	}
	t.look(f, name, true)
	if touched || t.folders[path] != nil {
		return
	}
	// Report a file even if it looks the same: it can have been written twice
	// within the clock's grain. Report what is not there even if it was never
	// seen: somebody else can have seen it. Only folders are not reported.
	if _, isFile := f.files[name]; isFile || !t.went[path] {
		t.changed(path)
	}
}

func (t *tree) rootAt(path string) *root {
	for _, r := range t.roots {
		if r.path == path {
			return r
		}
	}
	return nil
}

// lose notes that a root has gone.
func (t *tree) lose(r *root) {
	r.info = nil
	t.drop(r.path)
	t.rescan()
}

// checkRoots looks whether each root is still the folder that is watched. No
// event says that a folder above a root was moved or that a link leads
// elsewhere, or that a root has come back, so this is called now and then.
func (t *tree) checkRoots() {
	for _, r := range t.roots {
		info, err := os.Stat(r.path)
		if err == nil && !info.IsDir() {
			err = fs.ErrNotExist
		}
		if r.info != nil && (err != nil || !os.SameFile(r.info, info) || t.folders[r.path] == nil) {
			t.lose(r)
		}
		if r.info != nil || err != nil {
			continue
		}
		if err := t.scan(r.path, info, true); err != nil {
			t.complain("watch", r.path, err)
			continue
		}
		r.info = info
		t.rescan()
	}
}

// sweep watches every folder again and compares all that is known with the
// disk.
func (t *tree) sweep() {
	clear(t.went)
	paths := slices.Sorted(maps.Keys(t.folders))
	for _, path := range paths {
		if err := t.watch(path); err != nil {
			t.complain("watch", path, err)
		}
	}
	for _, path := range paths {
		f := t.folders[path]
		if f == nil {
			continue // dropped by now
		}
		names := map[string]struct{}{}
		for name := range f.files {
			names[name] = struct{}{}
		}
		for name := range f.subs {
			names[name] = struct{}{}
		}
		for _, name := range t.read(path) {
			names[name] = struct{}{}
		}
		for name := range names {
			t.look(f, name, true)
		}
	}
	t.checkRoots()
}
