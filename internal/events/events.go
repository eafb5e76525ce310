// Package events keeps what readers did, as lines of JSON in a folder of the
// operator's: what was asked and found, which hit was opened, whether an
// article helped.
//
// In: events, from any number of goroutines, none of which ever waits. Out:
// files such as events-2026-11-29.jsonl, one for each day in UTC, and
// events-2026-11-29.2.jsonl when the first has grown too large. A line that was
// added a second ago survives a crash of the machine. All files together have no
// more than the operator allows: the oldest go first. When the disk is full or
// cannot follow, events are dropped and counted, and nothing else suffers.
//
// There is no address, no cookie and no number of a reader in an event, and no
// place for one.
package events

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"whyfix/internal/disk"
)

// Event is one thing that a reader did. Fields that do not belong to its kind
// are left out.
type Event struct {
	Time    time.Time `json:"time"` // UTC, to the second; Add fills it in
	Kind    Kind      `json:"event"`
	Release string    `json:"release"`

	Query    string `json:"query,omitempty"`    // of a search or a click: as text that was normalised
	Mode     string `json:"mode,omitempty"`     // of a search: the rung that answered
	Hits     *int   `json:"hits,omitempty"`     // of a search: how many articles were found
	Answered *bool  `json:"answered,omitempty"` // of a search: whether the first of them is likely to answer
	Page     string `json:"page,omitempty"`     // of a click: the hit that was opened; of feedback: the article
	Position int    `json:"position,omitempty"` // of a click: the place of the hit, from 1
	Helped   *bool  `json:"helped,omitempty"`   // of feedback
	Reason   string `json:"reason,omitempty"`   // of feedback that says no
	Section  string `json:"section,omitempty"`  // of feedback on one case of an article: its id on the page
}

// Kind is what a reader did.
type Kind string

// The kinds of events.
const (
	Search   Kind = "search"
	Click    Kind = "click"
	Feedback Kind = "feedback"
)

const (
	// waiting is how many events may wait for the disk: many seconds of a busy
	// site, in less than 2 MB.
	waiting = 8 << 10
	// largest is the size at which a file is closed and the next one begun, or a
	// part of all that may be kept, so that what has to go is little at a time.
	largest     = 64 << 20
	partOfAll   = 8
	closingTime = 2 * time.Second // the longest wait for a disk at the end
	// syncEvery bounds what a crash of the machine can take.
	syncEvery = time.Second
	// tryEvery is how often a disk that was full is tried again.
	tryEvery = time.Minute
	// Events are for the operator and for whom the folder's group says.
	dirMode, fileMode = 0o750, 0o640
)

var errNoFile = errors.New("it is not a plain file")

// file is what a Log needs of an open file.
type file interface {
	io.WriteCloser
	Stat() (fs.FileInfo, error)
	Sync() error
	Truncate(size int64) error
}

// opener opens files for appending; tests have worse ones. The size
// is that of the file as it is.
type opener func(name string) (f file, size int64, err error)

// Log is an open folder of events.
type Log struct {
	dir     string
	log     *slog.Logger
	open    opener
	now     func() time.Time
	largest int64
	most    int64 // bytes of all files; 0: any number

	events  chan Event
	quit    chan struct{}
	done    chan struct{}
	stop    sync.Once
	dropped atomic.Uint64

	// Of the goroutine that writes.
	file   file
	size   int64 // of whole lines in it
	others int64 // size of all other files, when they were last looked at
	day    string
	number int // of the file in its day, from 1
	dirty  bool
	off    time.Time // when writing failed; zero: it works
	missed uint64    // dropped when that was
	buffer bytes.Buffer
}

// Open begins to keep events in a folder, which is made if it is not there, and no
// more than most bytes of them; 0 is no limit. The error says why nothing can be
// kept there; afterwards, what goes wrong is logged. A full disk is no error: there
// may be room later.
func Open(dir string, most int64, log *slog.Logger) (*Log, error) {
	size := int64(largest)
	if most > 0 {
		size = min(size, max(most/partOfAll, 1))
	}
	return start(dir, log, onDisk, time.Now, size, most, time.NewTicker(syncEvery))
}

func start(dir string, log *slog.Logger, open opener, now func() time.Time, largest, most int64, tick *time.Ticker) (*Log, error) {
	l := &Log{
		dir: dir, log: log, open: open, now: now, largest: largest, most: most,
		events: make(chan Event, waiting), quit: make(chan struct{}), done: make(chan struct{}),
	}
	err := os.MkdirAll(dir, dirMode)
	if err == nil {
		err = l.next(now())
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		l.fail(now(), err)
	case err != nil:
		return nil, fmt.Errorf("events: %w", err)
	}
	go l.run(tick)
	return l, nil
}

// Add keeps an event. It never waits: when too many do, the event is dropped.
func (l *Log) Add(e Event) {
	e.Time = l.now().UTC().Truncate(time.Second)
	select {
	case l.events <- e:
	default:
		l.dropped.Add(1)
	}
}

// Dropped is how many events were not kept.
func (l *Log) Dropped() uint64 { return l.dropped.Load() }

// Close writes what waits and closes the file, unless the disk does not answer. No
// event may be added after it.
func (l *Log) Close() error {
	l.stop.Do(func() { close(l.quit) })
	late := time.NewTimer(closingTime)
	defer late.Stop()
	select {
	case <-l.done:
		return nil
	case <-late.C:
		return errors.New("events: the disk does not answer; the last ones are lost")
	}
}

func (l *Log) run(tick *time.Ticker) {
	defer close(l.done)
	defer tick.Stop()
	for {
		select {
		case e := <-l.events:
			l.write(e)
		case <-tick.C:
			l.sync()
			l.look()
		case <-l.quit:
			for len(l.events) > 0 {
				l.write(<-l.events)
			}
			l.sync()
			if l.file != nil {
				_ = l.file.Close()
			}
			return
		}
	}
}

// write writes an event and those that wait behind it, in one call.
func (l *Log) write(e Event) {
	l.buffer.Reset()
	n := uint64(0)
	encode := json.NewEncoder(&l.buffer)
	encode.SetEscapeHTML(false)
	now := l.now()
	for {
		if err := encode.Encode(e); err != nil { // no Event has what JSON has not
			l.log.Error("event", "error", err)
		}
		n++
		if n >= 512 || len(l.events) == 0 {
			break
		}
		e = <-l.events
	}
	// A clock that was set back since is no reason to wait for that time again.
	if gone := now.Sub(l.off); !l.off.IsZero() && gone >= 0 && gone < tryEvery {
		l.dropped.Add(n)
		return
	}
	if err := l.put(now, l.buffer.Bytes()); err != nil {
		l.fail(now, err)
		l.dropped.Add(n)
		return
	}
	if !l.off.IsZero() {
		l.log.Info("events are kept again", "dropped", l.dropped.Load()-l.missed)
		l.off = time.Time{}
	}
}

// put appends whole lines.
func (l *Log) put(now time.Time, lines []byte) error {
	if l.file == nil || dayOf(now) != l.day || l.size >= l.largest {
		if err := l.next(now); err != nil {
			return err
		}
	}
	if l.most > 0 && l.others+l.size+int64(len(lines)) > l.most {
		l.makeRoom(now, int64(len(lines)))
	}
	n, err := l.file.Write(lines)
	if err == nil && n < len(lines) {
		err = io.ErrShortWrite
	}
	if err != nil {
		// Half a line would spoil the one that comes after it.
		return errors.Join(err, l.file.Truncate(l.size))
	}
	l.size += int64(n)
	l.dirty = true
	return nil
}

// sync forces to the disk what was written since the last time.
func (l *Log) sync() {
	if !l.dirty || l.file == nil {
		return
	}
	l.dirty = false
	if err := l.file.Sync(); err != nil {
		l.fail(l.now(), err)
	}
}

// look lets go of a file that somebody has moved or deleted, so that the next
// event goes where it is looked for.
func (l *Log) look() {
	if l.file == nil {
		return
	}
	ours, err := l.file.Stat()
	there, errThere := os.Stat(filepath.Join(l.dir, l.name()))
	if err == nil && (errors.Is(errThere, fs.ErrNotExist) || errThere == nil && !os.SameFile(ours, there)) {
		_ = l.file.Close()
		l.file = nil
	}
}

// fail turns events off for a while, and says so once.
func (l *Log) fail(now time.Time, err error) {
	if l.off.IsZero() {
		l.missed = l.dropped.Load()
		l.log.Warn("events are off: they cannot be written; searches are answered as before", "folder", l.dir, "error", err)
	}
	l.off = now
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
}

func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// next opens the file to go on with: today's last one, if it has room.
func (l *Log) next(now time.Time) error {
	if l.file != nil {
		l.sync()
		if l.file != nil {
			_ = l.file.Close()
			l.file = nil
		}
	}
	if day := dayOf(now); day != l.day || l.number == 0 {
		l.day, l.number = day, 1
	}
	for {
		f, size, err := l.open(filepath.Join(l.dir, l.name()))
		if err != nil {
			return err
		}
		if size < l.largest {
			l.file, l.size = f, size
			if l.most > 0 {
				l.makeRoom(now, 0)
			}
			return nil
		}
		_ = f.Close()
		l.number++
	}
}

func (l *Log) name() string {
	if l.number == 1 {
		return "events-" + l.day + ".jsonl"
	}
	return fmt.Sprintf("events-%s.%d.jsonl", l.day, l.number)
}

// named is the shape of the name of a file of events.
var named = regexp.MustCompile(`^events-(\d{4}-\d{2}-\d{2})(?:\.(\d{1,9}))?\.jsonl$`)

// kept is a file of events that is not the open one.
type kept struct {
	name   string
	day    string
	number int
	size   int64
}

// makeRoom deletes the oldest files until there is room for so many bytes more. A
// day that is still to come is older than any: it was written while the clock was
// wrong, and must not outlive all that comes now. What goes wrong is left for the
// next time.
func (l *Log) makeRoom(now time.Time, more int64) {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return
	}
	var files []kept
	l.others = 0
	for _, e := range entries {
		m := named.FindStringSubmatch(e.Name())
		info, err := e.Info()
		if m == nil || err != nil || !info.Mode().IsRegular() || e.Name() == l.name() {
			continue
		}
		number := 1
		if m[2] != "" {
			number, _ = strconv.Atoi(m[2]) // of nine digits at most
		}
		files = append(files, kept{e.Name(), m[1], number, info.Size()})
		l.others += info.Size()
	}
	today := dayOf(now)
	slices.SortFunc(files, func(a, b kept) int {
		if future := a.day > today; future != (b.day > today) {
			if future {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.number, b.number))
	})
	for _, f := range files {
		if l.others+l.size+more <= l.most {
			return
		}
		if os.Remove(filepath.Join(l.dir, f.name)) == nil {
			l.others -= f.size
			l.log.Info("events: the oldest file was removed, to have room for new ones", "file", f.name)
		}
	}
}

// onDisk opens a real file. If the last line in it is not whole, since its
// writer was killed, it is ended, so that the next one starts a line.
func onDisk(name string) (file, int64, error) {
	// Who opens a pipe may wait for ever, and who opens a device does more than
	// that: so it is looked at first, and opened without waiting in any case.
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return nil, 0, &fs.PathError{Op: "open", Path: name, Err: errNoFile}
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND|disk.WithoutWaiting, fileMode)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: errNoFile}
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	size := info.Size()
	last := []byte{'\n'}
	if size > 0 {
		if _, err := f.ReadAt(last, size-1); err != nil {
			f.Close()
			return nil, 0, err
		}
	}
	if last[0] != '\n' {
		if _, err := f.Write([]byte{'\n'}); err != nil {
			f.Close()
			return nil, 0, err
		}
		size++
	}
	return f, size, nil
}
