package watch

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	quiet   = 5 * time.Millisecond
	timeout = 20 * time.Second // for what should take milliseconds
)

// start watches folders until the end of the test.
func start(t *testing.T, dirs ...string) *Watcher {
	t.Helper()
	return startWith(t, fsnotify.NewWatcher, func(err error) { t.Errorf("the watcher says: %v", err) }, dirs...)
}

func startWith(t *testing.T, open func() (*fsnotify.Watcher, error), fail func(error), dirs ...string) *Watcher {
	t.Helper()
	w, err := newWatcher(dirs, nil, quiet, fail, open)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return w
}

// seen is what batches have said so far.
type seen struct {
	paths  map[string]bool
	rescan bool
}

// until receives batches until they have said enough.
func until(t *testing.T, w *Watcher, enough func(seen) bool) seen {
	t.Helper()
	s := seen{paths: map[string]bool{}}
	deadline := time.After(timeout)
	for !enough(s) {
		select {
		case b, ok := <-w.Changes():
			if !ok {
				t.Fatal("the channel was closed")
			}
			if len(b.Paths) == 0 && !b.Rescan {
				t.Error("an empty batch")
			}
			if !slices.IsSorted(b.Paths) || len(slices.Compact(slices.Clone(b.Paths))) != len(b.Paths) {
				t.Errorf("not sorted or not unique: %q", b.Paths)
			}
			for _, path := range b.Paths {
				s.paths[path] = true
			}
			s.rescan = s.rescan || b.Rescan
		case <-deadline:
			t.Fatalf("waited in vain; seen so far: %q, rescan %v", slices.Sorted(maps.Keys(s.paths)), s.rescan)
		}
	}
	return s
}

// untilPaths receives batches until each path was named.
func untilPaths(t *testing.T, w *Watcher, paths ...string) seen {
	t.Helper()
	return until(t, w, func(s seen) bool {
		return !slices.ContainsFunc(paths, func(path string) bool { return !s.paths[path] })
	})
}

func rescanned(s seen) bool { return s.rescan }

func write(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(text), 0o644))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestChanges(t *testing.T) {
	for _, tt := range []struct {
		name  string
		given []string // files that are there before
		do    func(t *testing.T, dir string)
		want  []string // all that may be named; a "?" at the end: need not be
	}{
		{"write", []string{"a.md"}, func(t *testing.T, dir string) {
			write(t, dir+"/a.md", "new")
		}, []string{"a.md"}},
		{"write the same", []string{"a.md"}, func(t *testing.T, dir string) {
			write(t, dir+"/a.md", "a.md")
		}, []string{"a.md"}},
		{"create", nil, func(t *testing.T, dir string) {
			write(t, dir+"/a.md", "new")
		}, []string{"a.md"}},
		{"remove", []string{"a.md", "b.md"}, func(t *testing.T, dir string) {
			must(t, os.Remove(dir+"/a.md"))
		}, []string{"a.md"}},
		{"touch", []string{"a.md"}, func(t *testing.T, dir string) {
			must(t, os.Chtimes(dir+"/a.md", time.Time{}, time.Unix(1e9, 0)))
		}, []string{"a.md"}},
		{"in a folder", []string{"pay/x/a.md"}, func(t *testing.T, dir string) {
			write(t, dir+"/pay/x/a.md", "new")
		}, []string{"pay/x/a.md"}},
		{"an editor that saves by rename", []string{"a.md"}, func(t *testing.T, dir string) {
			write(t, dir+"/.a.md.tmp", "new")
			must(t, os.Rename(dir+"/.a.md.tmp", dir+"/a.md"))
		}, []string{"a.md", ".a.md.tmp"}},
		{"vim", []string{"a.md"}, func(t *testing.T, dir string) {
			write(t, dir+"/.a.md.swp", "swap")
			write(t, dir+"/.a.md.swx", "swap")
			write(t, dir+"/4913", "")
			must(t, os.Remove(dir+"/4913"))
			must(t, os.Rename(dir+"/a.md", dir+"/a.md~"))
			write(t, dir+"/a.md", "new")
			must(t, os.Remove(dir+"/a.md~"))
			must(t, os.Remove(dir+"/.a.md.swp"))
		}, []string{"a.md"}},
		{"emacs", []string{"a.md"}, func(t *testing.T, dir string) {
			must(t, os.Symlink("me@host.1234", dir+"/.#a.md"))
			write(t, dir+"/#a.md#", "unsaved")
			write(t, dir+"/a.md", "new")
			must(t, os.Remove(dir+"/.#a.md"))
		}, []string{"a.md"}},
		{"git", []string{".git/HEAD", "a.md"}, func(t *testing.T, dir string) {
			write(t, dir+"/.git/HEAD", "new")
			write(t, dir+"/.git/objects/ab/cd", "new")
			write(t, dir+"/.DS_Store", "x")
			write(t, dir+"/a.md", "new")
		}, []string{"a.md"}},
		{"a new folder with files", nil, func(t *testing.T, dir string) {
			write(t, dir+"/new/a.md", "a")
			write(t, dir+"/new/deep/er/b.md", "b")
		}, []string{"new/a.md", "new/deep/er/b.md"}},
		{"a folder that is moved in", nil, func(t *testing.T, dir string) {
			outside := t.TempDir()
			write(t, outside+"/x/a.md", "a")
			write(t, outside+"/x/deep/b.md", "b")
			must(t, os.Rename(outside+"/x", dir+"/x"))
		}, []string{"x/a.md", "x/deep/b.md"}},
		{"a folder that is moved out", []string{"x/a.md", "x/deep/b.md", "y.md"}, func(t *testing.T, dir string) {
			must(t, os.Rename(dir+"/x", t.TempDir()+"/x"))
		}, []string{"x/a.md", "x/deep/b.md"}},
		{"a folder that is removed", []string{"x/a.md", "x/deep/b.md", "y.md"}, func(t *testing.T, dir string) {
			must(t, os.RemoveAll(dir+"/x"))
		}, []string{"x/a.md", "x/deep/b.md"}},
		{"a folder that is moved", []string{"x/a.md", "x/deep/b.md"}, func(t *testing.T, dir string) {
			must(t, os.Rename(dir+"/x", dir+"/y"))
		}, []string{"x/a.md", "x/deep/b.md", "y/a.md", "y/deep/b.md"}},
		{"two folders that change places", []string{"x/a.md", "y/b.md"}, func(t *testing.T, dir string) {
			must(t, os.Rename(dir+"/x", dir+"/z"))
			must(t, os.Rename(dir+"/y", dir+"/x"))
			must(t, os.Rename(dir+"/z", dir+"/y"))
		}, []string{"x/a.md", "x/b.md", "y/a.md", "y/b.md", "z/a.md?", "z?"}},
		{"a folder that becomes a file", []string{"x/a.md"}, func(t *testing.T, dir string) {
			must(t, os.RemoveAll(dir+"/x"))
			write(t, dir+"/x", "a file")
		}, []string{"x", "x/a.md"}},
		{"a file that becomes a folder", []string{"x"}, func(t *testing.T, dir string) {
			must(t, os.Remove(dir+"/x"))
			write(t, dir+"/x/a.md", "a")
		}, []string{"x", "x/a.md"}},
		{"a folder made again", []string{"x/a.md"}, func(t *testing.T, dir string) {
			must(t, os.RemoveAll(dir+"/x"))
			write(t, dir+"/x/b.md", "b")
		}, []string{"x/a.md", "x/b.md"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, name := range tt.given {
				write(t, filepath.Join(dir, name), name)
			}
			w := start(t, dir)
			tt.do(t, dir)

			var want []string
			may := map[string]bool{}
			for _, name := range tt.want {
				name, optional := strings.CutSuffix(name, "?")
				path := filepath.Join(dir, name)
				may[path] = true
				if !optional {
					want = append(want, path)
				}
			}
			s := untilPaths(t, w, want...)
			// Whatever comes before the end of this file is told before it.
			end := filepath.Join(dir, "end.md")
			write(t, end, "")
			maps.Copy(s.paths, untilPaths(t, w, end).paths)
			for path := range s.paths {
				if !may[path] && path != end {
					t.Errorf("named without a change: %s", path)
				}
			}
			if s.rescan {
				t.Error("rescan: got true, want false")
			}
		})
	}
}

// After a folder has moved, edits in it have its new path.
func TestEditInMovedFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/x/deep/a.md", "a")
	w := start(t, dir)
	from := filepath.Join(dir, "x")
	for i := range 5 {
		to := filepath.Join(dir, fmt.Sprint("y", i))
		must(t, os.Rename(from, to))
		a := filepath.Join(to, "deep", "a.md")
		untilPaths(t, w, filepath.Join(from, "deep", "a.md"), a)
		write(t, a, fmt.Sprint("edit ", i))
		untilPaths(t, w, a)
		write(t, filepath.Join(to, "deep", "b", "c.md"), "new")
		untilPaths(t, w, filepath.Join(to, "deep", "b", "c.md"))
		from = to
	}
}

// Hundreds of files at once, in new and in old folders, while nobody receives.
func TestManyFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/old/keep", "")
	w := start(t, dir)
	var want []string
	for i := range 400 {
		for _, folder := range []string{"old", fmt.Sprint("new", i%20, "/deep")} {
			path := filepath.Join(dir, folder, fmt.Sprint(i, ".md"))
			write(t, path, "x")
			want = append(want, path)
		}
	}
	s := untilPaths(t, w, want...)
	if got, want := len(s.paths), len(want); got != want {
		t.Errorf("paths: got %d, want %d", got, want)
	}
}

func TestClose(t *testing.T) {
	dir := t.TempDir()
	w := start(t, dir)
	write(t, dir+"/a.md", "a") // not received
	for range 2 {
		must(t, w.Close())
	}
	for b := range w.Changes() {
		t.Errorf("after Close: got %v", b)
	}
}

func TestIgnored(t *testing.T) {
	for name, want := range map[string]bool{
		".#a.md": true, "a.md~": true, ".a.md.swp": true, ".a.swx": true, ".a.md.swo": true, "#a.md#": true,
		"4913": true, ".DS_Store": true, ".git": true,
		"a.md": false, ".gitignore": false, "a.swp": false, ".swp": false, "#a.md": false, "49131": false,
		"_draft.md": false, ".hidden": false, "~a": false,
	} {
		if got := ignored(name); got != want {
			t.Errorf("ignored(%q): got %v, want %v", name, got, want)
		}
	}
}
