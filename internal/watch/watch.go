// Package watch says which files below some folders have changed.
//
// In: the folders. Out: batches of paths, each sent when the folders have been
// quiet for a moment, so that what an editor does in several steps to save one
// file is one batch.
//
// The system's events say only where to look: the folder of each is listed
// again and compared with what was known of it. So an event may come late or
// twice, and what no event said is found as well. When a folder has gone or
// moved, or events were lost, everything is watched and listed anew.
//
// A batch never lacks a file that changed. A file can be named without having
// changed.
package watch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Batch is what changed since the batch before.
type Batch struct {
	// Paths are the files that came, changed or went, sorted, each once. Each
	// is a folder given to New joined with the rest of the path, as an OS path.
	// Of a folder that came, moved or went, the files in it are named.
	Paths []string
	// Rescan says that Paths may lack something, so that everything has to be
	// looked at: events were lost, or a watched folder went or came back.
	Rescan bool
}

const (
	longest    = 20                     // quiet times that an event waits at most while others follow
	rootsEvery = 100 * time.Millisecond // how often the folders given to New are looked at
)

// Watcher watches folders until Close.
type Watcher struct {
	changes chan Batch // closed at the end
	close   context.CancelFunc
	err     error // of closing, to be read after the end

	quiet time.Duration
	open  func() (*fsnotify.Watcher, error)
	fail  func(error)
	tree  tree // of the look that goes on, or of run while there is none
}

// New watches the folders and all below them. A batch is sent when nothing has
// happened for quiet, at the latest 20 × quiet after the first change.
// Whatever changes after New has returned is reported.
//
// It is an error if one of the folders cannot be watched. Those in later need
// not be there yet. What goes wrong afterwards, or below the folders, such as
// one that may not be read, is told to fail, and the watcher goes on.
func New(dirs, later []string, quiet time.Duration, fail func(error)) (*Watcher, error) {
	return newWatcher(dirs, later, quiet, fail, fsnotify.NewWatcher)
}

func newWatcher(dirs, later []string, quiet time.Duration, fail func(error), open func() (*fsnotify.Watcher, error)) (*Watcher, error) {
	w := &Watcher{changes: make(chan Batch), quiet: max(quiet, time.Millisecond), open: open}
	w.fail = func(err error) { fail(fmt.Errorf("watch: %w", withHint(err))) }
	source, err := open()
	if err != nil {
		return nil, fmt.Errorf("watch: %w", withHint(err))
	}
	w.tree = tree{source: source, fail: w.fail}
	if err := w.tree.start(dirs, later); err != nil {
		source.Close()
		return nil, fmt.Errorf("watch: %w", withHint(err))
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.close = cancel
	go w.run(ctx.Done())
	return w, nil
}

// Changes gives the batches. While nobody receives, they are merged into one,
// so a slow receiver loses nothing. It is closed by Close.
func (w *Watcher) Changes() <-chan Batch { return w.changes }

// Close ends the watching and closes the channel of changes. Those that were
// not yet received are lost. It may be called more than once.
func (w *Watcher) Close() error {
	w.close()
	for range w.changes {
		// It is closed when all has ended.
	}
	return w.err
}

// run gathers events, looks what they are about when they are due, and sends
// batches. A look has a goroutine of its own: the system's queue of events is
// short, and fsnotify may wait for them to be taken before it adds a folder.
func (w *Watcher) run(closing <-chan struct{}) {
	var (
		source  = w.tree.source
		events  = map[string]fsnotify.Op{} // by path, since the last look
		first   time.Time                  // when the first of them came; zero: there are none
		stale   bool                       // the next look is at everything
		blind   bool                       // there were no new watches to be had
		looking bool
		looked  = make(chan found)
		changed = map[string]struct{}{} // the paths of batch
		batch   Batch
		offer   chan<- Batch // nil while there is nothing to send
		check   = time.NewTicker(rootsEvery)
		due     = time.NewTimer(time.Hour)
	)
	wait := func() {
		if first.IsZero() {
			first = time.Now()
		}
		due.Reset(min(w.quiet, time.Until(first.Add(longest*w.quiet))))
	}
	for {
		select {
		case <-closing:
			w.err = source.Close()
			if looking {
				<-looked
			}
			close(w.changes)
			return
		case e := <-source.Events:
			if e.Name != "" {
				events[filepath.Clean(e.Name)] |= e.Op
				wait()
			}
		case err := <-source.Errors:
			// EINVAL, on Linux: the watch of a folder that moved had already
			// ended. The event of the move follows.
			if !errors.Is(err, syscall.EINVAL) {
				if !errors.Is(err, fsnotify.ErrEventOverflow) {
					w.fail(err)
				}
				stale, batch.Rescan = true, true
				wait()
			}
		case <-check.C:
			if !looking && (blind || w.tree.rootMoved()) {
				stale = true
				wait()
			}
		case <-due.C:
			if looking {
				continue // the end of the look waits again
			}
			if stale {
				// A watch keeps the path that its folder had when it was asked
				// for, also after a move. So all are made anew.
				next, err := w.open()
				if blind = err != nil; blind {
					w.tree.complain(err) // the old ones are better than none
				} else {
					source.Close()
					source, w.tree.source = next, next
				}
			}
			these, all := events, stale
			events, first, stale, looking = map[string]fsnotify.Op{}, time.Time{}, false, true
			go func() { looked <- w.tree.look(these, all) }()
		case f := <-looked:
			looking = false
			maps.Copy(changed, f.paths)
			batch = Batch{slices.Sorted(maps.Keys(changed)), batch.Rescan || f.rescan}
			offer = nil
			if stale = stale || f.stale; !stale && (len(batch.Paths) > 0 || batch.Rescan) {
				offer = w.changes
			}
			if stale || len(events) > 0 {
				wait()
			}
		case offer <- batch:
			clear(changed)
			batch, offer = Batch{}, nil
		}
	}
}

// withHint says what to do about the errors of the system that do not.
func withHint(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC): // "no space left on device"
		return fmt.Errorf("%w (too many folders: raise fs.inotify.max_user_watches)", err)
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("%w (raise the limit of open files, or fs.inotify.max_user_instances)", err)
	}
	return err
}
