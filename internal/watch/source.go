package watch

import (
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// source is where events come from: an fsnotify.Watcher, or what a test puts
// in front of one.
type source struct {
	events <-chan fsnotify.Event
	errors <-chan error
	add    func(path string) error
	close  func() error

	ending atomic.Bool // what goes wrong from now on is because it is closed
}

// end closes the source.
func (s *source) end() error {
	s.ending.Store(true)
	return s.close()
}

func newSource() (*source, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	return &source{events: queued(w.Events), errors: w.Errors, add: w.Add, close: w.Close}, nil
}

// queued takes in events at once and keeps them until they are received. The
// system's own queue is short, and on Windows fsnotify cannot add a folder
// while it waits for somebody to receive: the receiver would wait for itself.
func queued(in <-chan fsnotify.Event) <-chan fsnotify.Event {
	out := make(chan fsnotify.Event)
	go func() {
		defer close(out)
		var queue []fsnotify.Event
		for {
			var (
				to    chan<- fsnotify.Event
				first fsnotify.Event
			)
			if len(queue) > 0 {
				to, first = out, queue[0]
			}
			select {
			case e, ok := <-in:
				if !ok {
					return // closed: nobody receives any more
				}
				queue = append(queue, e)
			case to <- first:
				queue = queue[1:]
			}
		}
	}()
	return out
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
