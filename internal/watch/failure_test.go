package watch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// lossy is a source whose events can be held back and thrown away.
type lossy struct {
	events chan fsnotify.Event
	errors chan error
	throw  chan bool // whether to throw events away from now on
	opened int
}

// open puts a lossy source in front of a real one.
func (l *lossy) open() (*source, error) {
	real, err := newSource()
	if err != nil {
		return nil, err
	}
	l.opened++
	l.events, l.errors = make(chan fsnotify.Event), make(chan error, 1)
	events, errs, throw := l.events, l.errors, make(chan bool)
	l.throw = throw
	done := make(chan struct{})
	go func() {
		defer close(done)
		thrown := false
		for {
			select {
			case thrown = <-throw:
			case e, ok := <-real.events:
				if !ok {
					return
				}
				if thrown {
					continue
				}
				select {
				case events <- e:
				case thrown = <-throw:
				}
			case err, ok := <-real.errors:
				if ok {
					errs <- err
				}
			}
		}
	}()
	return &source{events: events, errors: errs, add: real.add, close: func() error {
		err := real.close()
		// Nobody receives any more: let go of the event in hand.
		for {
			select {
			case throw <- true:
			case <-done:
				close(errs)
				return err
			}
		}
	}}, nil
}

// When the system loses events, a rescan is asked for, what changed is found
// all the same, and folders that appeared unseen are watched.
func TestOverflow(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/a.md", "a")
	write(t, dir+"/x/b.md", "b")
	write(t, dir+"/y/c.md", "c")
	l := &lossy{}
	w := startWith(t, l.open, dir)
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
	w, err := newWatcher([]string{dir}, nil, quiet, func() (*source, error) {
		if first {
			first = false
			return newSource()
		}
		return nil, errors.New("no more watches")
	})
	must(t, err)
	defer w.Close()
	must(t, os.Rename(dir+"/x", dir+"/y"))
	a := filepath.Join(dir, "y", "deep", "a.md")
	deadline := time.After(timeout)
	var said error
	moved, edited := false, false
	for !edited || said == nil {
		select {
		case b := <-w.Changes():
			switch {
			case !slices.Contains(b.Paths, a):
			case !moved:
				moved = true
				write(t, a, "edited")
			default:
				edited = true
			}
		case said = <-w.Errors():
		case <-deadline:
			t.Fatalf("waited in vain: moved %v, edited %v, error %v", moved, edited, said)
		}
	}
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
		w, err := New([]string{dir, tt.path}, nil, quiet)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("New(%s): got %v, want %q", tt.path, err, tt.want)
		}
		if w != nil {
			t.Error("a watcher with an error")
		}
	}
	if _, err := New([]string{dir + "/no"}, nil, quiet); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("New: got %v, want ErrNotExist", err)
	}
	broken := errors.New("no inotify")
	if _, err := newWatcher([]string{dir}, nil, quiet, func() (*source, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("New: got %v, want %v", err, broken)
	}
}

func TestFolderThatCannotBeRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := t.TempDir()
	must(t, os.Mkdir(dir+"/locked", 0))
	w := start(t, dir)
	if err := <-w.Errors(); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v, want ErrPermission", err)
	}
	a := filepath.Join(dir, "a.md")
	write(t, a, "a")
	untilPaths(t, w, a)
}
