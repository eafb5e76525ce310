// Package watch says which files below some folders have changed.
//
// In: the folders. Out: batches of paths, each sent when the folders have been
// quiet for a moment, so that what an editor does in several steps to save one
// file is one batch.
//
// A batch never lacks a file that changed, whatever happens to the folders: a
// folder that appears is read, one that goes or moves is told file by file,
// and when the system loses events the disk is compared with what was known.
// A file can be named without having changed.
//
// The system says which names in which folder something happened to; what
// happened is found by looking at the disk, because an event can be late. So
// the same code takes in an event, a new folder and a comparison of everything.
package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Watcher watches folders until Close.
type Watcher struct {
	changes chan Batch
	errors  chan error
	closing chan struct{}
	ended   chan struct{}
	once    sync.Once
	err     error // of closing, to be read after ended

	open   func() (*source, error)
	source *source
	pump   sync.WaitGroup // takes in the errors of the sources
	lost   chan struct{}  // a source has lost events

	// Of the goroutine in run alone.
	tree    tree
	pending pending
	said    string // the last error that was reported
}

// New watches the folders and all below them. A batch is sent when nothing has
// happened for quiet, at the latest 20 × quiet after the first change.
// Whatever changes after New has returned is reported.
//
// It is an error if one of the folders cannot be watched. What cannot be
// watched below them goes to Errors. Those in later need not be there yet.
func New(dirs, later []string, quiet time.Duration) (*Watcher, error) {
	return newWatcher(dirs, later, quiet, newSource)
}

func newWatcher(dirs, later []string, quiet time.Duration, open func() (*source, error)) (*Watcher, error) {
	w := &Watcher{
		changes: make(chan Batch),
		errors:  make(chan error, 16),
		closing: make(chan struct{}),
		ended:   make(chan struct{}),
		open:    open,
		lost:    make(chan struct{}, 1),
		pending: pending{quiet: max(quiet, time.Millisecond)},
	}
	w.tree = tree{
		folders: map[string]*folder{},
		went:    map[string]bool{},
		watch:   func(path string) error { return w.source.add(path) },
		changed: func(path string) { w.pending.add(path, time.Now()) },
		rescan: func() {
			w.pending.rescan = true
			w.pending.touch(time.Now())
		},
		fail: w.fail,
	}
	if err := w.start(dirs, later); err != nil {
		w.stop()
		return nil, err
	}
	go w.run()
	return w, nil
}

// start opens a source and scans the folders.
func (w *Watcher) start(dirs, later []string) error {
	var err error
	if w.source, err = w.open(); err != nil {
		return withHint(err)
	}
	w.follow(w.source)
	for i, dir := range slices.Concat(dirs, later) {
		path := filepath.Clean(dir)
		if w.tree.rootAt(path) != nil {
			continue
		}
		info, err := os.Stat(path)
		if i >= len(dirs) && errors.Is(err, fs.ErrNotExist) {
			w.tree.roots = append(w.tree.roots, &root{path, nil}) // as one that has gone
			continue
		}
		if err != nil {
			return fmt.Errorf("watch: %w", err)
		}
		if !info.IsDir() {
			return fmt.Errorf("watch: %s is not a folder", dir)
		}
		if err := w.tree.scan(path, info, false); err != nil {
			return fmt.Errorf("watch: %s: %w", dir, withHint(err))
		}
		w.tree.roots = append(w.tree.roots, &root{path, info})
	}
	return nil
}

// Changes gives the batches. While nobody receives, they are merged into one,
// so a slow receiver loses nothing. It is closed by Close.
func (w *Watcher) Changes() <-chan Batch { return w.changes }

// Errors gives what went wrong on the way, such as a folder that may not be
// read. The watcher goes on. Errors that nobody receives are dropped. It is
// closed by Close.
func (w *Watcher) Errors() <-chan error { return w.errors }

// Close ends the watching and closes both channels. Changes that were not yet
// received are lost. It may be called more than once.
func (w *Watcher) Close() error {
	w.once.Do(func() { close(w.closing) })
	<-w.ended
	return w.err
}

// checkEvery is how often the roots are looked at.
func (w *Watcher) checkEvery() time.Duration {
	return min(max(10*w.pending.quiet, 100*time.Millisecond), time.Second)
}

// run takes in events and sends batches until Close.
func (w *Watcher) run() {
	defer close(w.ended)
	defer w.stop()
	check := time.NewTicker(w.checkEvery())
	defer check.Stop()
	due := time.NewTimer(0)
	due.Stop()
	var (
		offer chan<- Batch // nil while there is nothing to send
		batch Batch
	)
	for {
		select {
		case <-w.closing:
			return
		case e, ok := <-w.source.events:
			switch {
			case !ok: // it has died; renew opens another
				w.source.events = nil
				w.tree.stale = true
				w.tree.rescan()
			case e.Name != "":
				gone := e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename)
				w.tree.event(filepath.Clean(e.Name), gone, e.Op == fsnotify.Chmod)
			}
		case <-w.lost:
			w.tree.stale = true
			w.tree.rescan()
		case <-check.C:
			w.tree.checkRoots()
			if w.tree.stale && !w.pending.waiting() {
				w.pending.touch(time.Now()) // nothing to tell, but watches to renew
			}
		case <-due.C:
			if w.tree.stale {
				w.renew()
			}
			batch = w.pending.batch()
			if !w.pending.empty() {
				offer = w.changes
			}
		case offer <- batch:
			w.pending.taken()
			offer = nil
		}
		if w.pending.fresh {
			offer = nil // it is out of date
			due.Reset(time.Until(w.pending.due()))
		}
	}
}

// renew makes all watches anew and sweeps. If new ones cannot be had, the old
// ones stay and, as the tree stays stale, so does a sweep now and then.
func (w *Watcher) renew() {
	s, err := w.open()
	if err == nil {
		if err := w.source.end(); err != nil {
			w.fail(fmt.Errorf("watch: %w", err))
		}
		w.source = s
		w.follow(s)
	} else {
		w.fail(err)
	}
	// A folder that goes during the sweep may have got its new watch before,
	// which makes the tree stale again.
	w.tree.stale = err != nil
	w.tree.sweep()
}

// follow takes in the errors of a source until it is closed. It has its own
// goroutine because fsnotify waits for that, at times while run waits for it.
func (w *Watcher) follow(s *source) {
	w.pump.Go(func() {
		for err := range s.errors {
			switch {
			case s.ending.Load():
			case errors.Is(err, fsnotify.ErrEventOverflow):
				select {
				case w.lost <- struct{}{}:
				default: // already said
				}
			case errors.Is(err, syscall.EINVAL):
				// On Linux: the watch of a folder that moved had already ended.
				// The event of the move follows, and renews all watches.
			default:
				w.send(fmt.Errorf("watch: %w", err))
			}
		}
	})
}

// fail reports an error of the goroutine in run, once in a row: some come back
// each time a folder is looked at.
func (w *Watcher) fail(err error) {
	if text := err.Error(); text != w.said {
		w.said = text
		w.send(withHint(err))
	}
}

// send reports an error, or drops it if nobody has taken those before.
func (w *Watcher) send(err error) {
	select {
	case w.errors <- err:
	default:
	}
}

// stop ends everything but run.
func (w *Watcher) stop() {
	if w.source != nil {
		if err := w.source.end(); err != nil {
			w.err = fmt.Errorf("watch: %w", err)
		}
	}
	w.pump.Wait()
	close(w.errors)
	close(w.changes)
}
