package watch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fsnotify/fsnotify"
)

// lossy stands between a watcher and the events of the system, and can throw
// them away.
type lossy struct {
	ctx    context.Context
	errors chan error
	throw  chan bool // whether to throw events away from now on
	opened int
}

func (l *lossy) open() (*fsnotify.Watcher, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	l.opened++
	events, throw, passed := w.Events, make(chan bool), make(chan fsnotify.Event)
	w.Events, w.Errors = passed, make(chan error, 1)
	l.errors, l.throw = w.Errors, throw
	go func() {
		thrown := false
		for {
			var e fsnotify.Event
			select {
			case thrown = <-throw:
				continue
			case e = <-events:
			case <-l.ctx.Done():
				return
			}
			for sent := thrown; !sent; {
				select {
				case passed <- e:
					sent = true
				case thrown = <-throw:
					sent = thrown
				case <-l.ctx.Done():
					return
				}
			}
		}
	}()
	return w, nil
}

// When the system loses events, a rescan is asked for, what changed is found
// all the same, and folders that appeared unseen are watched.
func TestOverflow(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/a.md", "a")
	write(t, dir+"/x/b.md", "b")
	write(t, dir+"/y/c.md", "c")
	l := &lossy{ctx: t.Context()}
	w := startWith(t, l.open, func(err error) { t.Error(err) }, dir)
	path := func(name string) string { return filepath.Join(dir, name) }

	throw, errs := l.throw, l.errors
	throw <- true
	write(t, path("a.md"), "longer")
	write(t, path("new/deep/d.md"), "d")
	must(t, os.RemoveAll(path("x")))
	must(t, os.Rename(path("y"), path("z")))
	errs <- fsnotify.ErrEventOverflow

	s := until(t, w, rescanned)
	for _, name := range []string{"a.md", "new/deep/d.md", "x/b.md", "y/c.md", "z/c.md"} {
		if !s.paths[path(name)] {
			t.Errorf("not named: %s", name)
		}
	}
	for _, name := range []string{"new/deep/d.md", "z/c.md", "z/e.md"} {
		write(t, path(name), "after")
		untilPaths(t, w, path(name))
	}
	if l.opened < 2 {
		t.Error("the watches were not made anew")
	}
}

// If new watches cannot be had, the disk is looked at instead.
func TestRenewFails(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/x/deep/a.md", "a")
	first := true
	errs := make(chan error, 1)
	w := startWith(t, func() (*fsnotify.Watcher, error) {
		if first {
			first = false
			return fsnotify.NewWatcher()
		}
		return nil, errors.New("no more watches")
	}, func(err error) { errs <- err }, dir)
	must(t, os.Rename(dir+"/x", dir+"/y"))
	a := filepath.Join(dir, "y", "deep", "a.md")
	untilPaths(t, w, a)
	write(t, a, "edited")
	untilPaths(t, w, a)
	said := <-errs
	if !strings.Contains(said.Error(), "no more watches") {
		t.Errorf("error: got %v", said)
	}
}

func TestNewErrors(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/file", "")
	for _, tt := range []struct{ path, want string }{
		{dir + "/no", "no such file"},
		{dir + "/file", "not a folder"},
	} {
		w, err := New([]string{dir, tt.path}, nil, quiet, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("New(%s): got %v, want %q", tt.path, err, tt.want)
		}
		if w != nil {
			t.Error("a watcher with an error")
		}
	}
	if _, err := New([]string{dir + "/no"}, nil, quiet, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("New: got %v, want ErrNotExist", err)
	}
	broken := errors.New("no inotify")
	if _, err := newWatcher([]string{dir}, nil, quiet, nil, func() (*fsnotify.Watcher, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("New: got %v, want %v", err, broken)
	}
}

func TestFolderThatCannotBeRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := t.TempDir()
	must(t, os.Mkdir(dir+"/locked", 0))
	errs := make(chan error, 1)
	w := startWith(t, fsnotify.NewWatcher, func(err error) { errs <- err }, dir)
	if err := <-errs; !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v, want ErrPermission", err)
	}
	a := filepath.Join(dir, "a.md")
	write(t, a, "a")
	untilPaths(t, w, a)
}
