package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// tree is what is known of the watched folders.
//
// Symbolic links are not followed: a link, to whatever, counts as a file, so
// there are no circles. Only a folder given to New may be a link.
type tree struct {
	roots  map[string]fs.FileInfo // the folders given to New; nil while there is none
	known  snapshot
	source *fsnotify.Watcher
	fail   func(error)
	said   string // the last complaint
	found  found  // by the look that goes on
}

// snapshot is what folders had in them when they were listed: by the path of
// the folder, then by name.
type snapshot map[string]map[string]fs.FileInfo

// found is what a look at the folders gave.
type found struct {
	paths  map[string]struct{} // of the files that changed
	rescan bool
	stale  bool // watches lead to folders that have gone or moved
}

// start lists the folders for the first time.
func (t *tree) start(dirs, later []string) error {
	t.roots, t.known = map[string]fs.FileInfo{}, snapshot{}
	for i, dir := range slices.Concat(dirs, later) {
		info, err := os.Stat(dir)
		if err != nil && (i < len(dirs) || !errors.Is(err, fs.ErrNotExist)) {
			return err
		}
		if err == nil && !info.IsDir() {
			return fmt.Errorf("%s is not a folder", dir)
		}
		t.roots[filepath.Clean(dir)] = info
	}
	return t.listRoots(t.known)
}

// listRoots watches and lists the folders given to New, as far as they are
// there, and all below them.
func (t *tree) listRoots(into snapshot) error {
	var errs []error
	for path := range t.roots {
		t.roots[path] = folderAt(path)
		if t.roots[path] == nil {
			continue
		}
		if err := t.add(path, nil, into); err != nil {
			t.roots[path] = nil
			errs = append(errs, fmt.Errorf("%s: %w", path, err))
		}
	}
	return errors.Join(errs...)
}

// rootMoved reports whether a root is not the folder that is watched. No event
// says that a folder above it was moved, that a link leads elsewhere, or that
// it has come back.
func (t *tree) rootMoved() bool {
	for path, was := range t.roots {
		is := folderAt(path)
		if (is == nil) != (was == nil) || is != nil && !os.SameFile(is, was) {
			return true
		}
	}
	return false
}

// folderAt is the folder that is at a path now, or nil.
func folderAt(path string) fs.FileInfo {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return info
	}
	return nil
}

// look lists the folders that something happened in, or all, and finds how
// they differ from what was known.
func (t *tree) look(events map[string]fsnotify.Op, all bool) found {
	t.found = found{paths: map[string]struct{}{}, rescan: all && t.rootMoved()}
	now := snapshot{}
	if all {
		if err := t.listRoots(now); err != nil {
			t.complain(err)
		}
		for dir, before := range t.known {
			if now[dir] == nil {
				t.compare(dir, before, nil)
			}
		}
	}
	for path, op := range events {
		dir, name := filepath.Dir(path), filepath.Base(path)
		for _, folder := range []string{dir, path} {
			if t.known[folder] != nil && !all {
				t.list(folder, t.known, now)
			}
		}
		if t.known[path] != nil { // it was a folder
			if op.Has(fsnotify.Remove) || op.Has(fsnotify.Rename) {
				_, root := t.roots[path]
				t.found.stale, t.found.rescan = !all, t.found.rescan || root
			}
			continue
		}
		// A file is told even if it looks the same: it can have been written
		// twice within the clock's grain. So is one that came and went unseen:
		// somebody else can have seen it.
		if t.known[dir] != nil && !ignored(name) && op != fsnotify.Chmod && !isDir(now[dir][name]) {
			t.tell(dir, name)
		}
	}
	for dir, after := range now {
		t.compare(dir, t.known[dir], after)
	}
	if all {
		t.known = now
	} else {
		maps.Copy(t.known, now)
	}
	return t.found
}

// add watches and lists a folder. It is watched before it is read, so that what
// comes in between is seen twice rather than never.
func (t *tree) add(dir string, known, into snapshot) error {
	if into[dir] != nil {
		return nil // a root inside another one
	}
	if err := t.source.Add(dir); err != nil {
		return err
	}
	t.list(dir, known, into)
	return nil
}

// list reads a folder, and adds the folders in it that are not known.
func (t *tree) list(dir string, known, into snapshot) {
	if into[dir] != nil {
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.complain(err)
	}
	now := make(map[string]fs.FileInfo, len(entries))
	into[dir] = now
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || ignored(entry.Name()) {
			continue // it has gone: an event is on its way
		}
		now[entry.Name()] = info
		if path := filepath.Join(dir, entry.Name()); info.IsDir() && known[path] == nil {
			if err := t.add(path, known, into); err != nil {
				t.complain(fmt.Errorf("%s: %w", path, err))
			}
		}
	}
	for name, was := range known[dir] {
		if was.IsDir() && (now[name] == nil || !os.SameFile(was, now[name])) {
			t.found.stale = true
		}
	}
}

// compare tells the files of a folder that came, changed or went.
func (t *tree) compare(dir string, before, after map[string]fs.FileInfo) {
	for name, was := range before {
		is := after[name]
		same := is != nil && is.Size() == was.Size() && is.ModTime().Equal(was.ModTime()) && is.Mode() == was.Mode() && os.SameFile(is, was)
		if !same && !was.IsDir() {
			t.tell(dir, name)
		}
	}
	for name, is := range after {
		if was := before[name]; !is.IsDir() && (was == nil || was.IsDir()) {
			t.tell(dir, name)
		}
	}
}

func (t *tree) tell(dir, name string) { t.found.paths[filepath.Join(dir, name)] = struct{}{} }

func isDir(info fs.FileInfo) bool { return info != nil && info.IsDir() }

// complain reports what cannot be seen, but not what has gone in the meantime
// or is no longer wanted, and once in a row: some come back with each look.
func (t *tree) complain(err error) {
	for _, gone := range []error{fs.ErrNotExist, syscall.ENOTDIR, fsnotify.ErrClosed} {
		if errors.Is(err, gone) {
			return
		}
	}
	if text := err.Error(); text != t.said {
		t.said = text
		t.fail(err)
	}
}

// ignored reports whether a file or folder is never part of a site: what git
// and the system keep, and what editors leave beside the file that they save:
// vim's try whether it may write, its swap files, and emacs' locks, backups and
// unsaved texts. Never is a folder given to New.
var ignored = regexp.MustCompile(`(?s)^(?:\.git|\.DS_Store|4913|\..+\.sw.|\.#.*|.*~|#.*#)$`).MatchString
