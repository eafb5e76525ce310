package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// lines reads all events of a folder, in the order of the files' names.
func lines(t *testing.T, dir string) (files []string, out []Event) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		files = append(files, filepath.Base(name))
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var e Event
			if err := json.Unmarshal(line, &e); err != nil {
				continue // the half of a line that a test has put there
			}
			out = append(out, e)
		}
	}
	return files, out
}

func TestEvents(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "when missing")
	l, err := Open(dir, 0, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	hits, helped := 0, false
	l.Add(Event{Kind: Search, Release: "r1", Query: "<花呗>用不了", Mode: "exact", Hits: &hits})
	l.Add(Event{Kind: Click, Release: "r1", Query: "花呗用不了", Page: "/pay/x/", Position: 3})
	l.Add(Event{Kind: Feedback, Release: "r1", Page: "/pay/x/", Helped: &helped, Reason: "outdated"})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "events-"+time.Now().UTC().Format(time.DateOnly)+".jsonl"))
	if err != nil {
		t.Fatal(err) // or the test ran over midnight
	}
	var got []string
	for line := range strings.Lines(string(data)) {
		from, to := strings.Index(line, `"event"`), strings.LastIndex(line, "}")
		if stamp := line[:from]; len(stamp) != len(`{"time":"2026-01-02T15:04:05Z",`) {
			t.Errorf("a line begins with %s: the time is to be in UTC and in seconds", stamp)
		}
		got = append(got, line[from:to])
	}
	want := []string{
		`"event":"search","release":"r1","query":"<花呗>用不了","mode":"exact","hits":0`,
		`"event":"click","release":"r1","query":"花呗用不了","page":"/pay/x/","position":3`,
		`"event":"feedback","release":"r1","page":"/pay/x/","helped":false,"reason":"outdated"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if info, err := os.Stat(filepath.Join(dir, "events-"+time.Now().UTC().Format(time.DateOnly)+".jsonl")); err != nil || info.Mode().Perm()&0o007 != 0 {
		t.Errorf("others may read the file: %v, %v", info.Mode(), err)
	}
}

// begin starts a Log in a bubble of synctest, whose clock begins at midnight of
// 1 January 2000 in UTC.
func begin(t *testing.T, dir string, open disk, largest int64) (*Log, *bytes.Buffer) {
	t.Helper()
	return beginWith(t, dir, open, largest, 0)
}

func beginWith(t *testing.T, dir string, open disk, largest, most int64) (*Log, *bytes.Buffer) {
	t.Helper()
	var book bytes.Buffer
	l, err := start(dir, slog.New(slog.NewTextHandler(&book, nil)), open, time.Now, largest, most, time.NewTicker(syncEvery))
	if err != nil {
		t.Fatal(err)
	}
	return l, &book
}

func add(l *Log, from, to int) {
	for i := from; i < to; i++ {
		l.Add(Event{Kind: Search, Query: fmt.Sprintf("q%03d", i)})
	}
	synctest.Wait()
}

// Files end with the day and when they are large; a new process goes on with
// the last one, and no line is lost on the way.
func TestFilesTurn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, _ := begin(t, dir, onDisk, 100)
		add(l, 0, 1)
		add(l, 1, 2) // 2 lines have more than 100 bytes
		add(l, 2, 3)
		time.Sleep(24 * time.Hour)
		add(l, 3, 4)
		l.Close()
		l, _ = begin(t, dir, onDisk, 100)
		add(l, 4, 5)
		add(l, 5, 6)
		l.Close()
	})
	files, got := lines(t, dir)
	if want := []string{"events-2000-01-01.2.jsonl", "events-2000-01-01.jsonl", "events-2000-01-02.2.jsonl", "events-2000-01-02.jsonl"}; !slices.Equal(files, want) {
		t.Errorf("files are %q, want %q", files, want)
	}
	var queries []string
	for _, e := range got {
		queries = append(queries, e.Query)
	}
	slices.Sort(queries)
	if want := []string{"q000", "q001", "q002", "q003", "q004", "q005"}; !slices.Equal(queries, want) {
		t.Errorf("events are %q, want %q", queries, want)
	}
}

// What a killed process left behind half is ended, and spoils no line after it.
func TestHalfALine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "events-2000-01-01.jsonl")
	if err := os.WriteFile(name, []byte(`{"event":"search","query":"whole"}`+"\n"+`{"event":"sea`), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l, _ := begin(t, dir, onDisk, largest)
		add(l, 0, 1)
		l.Close()
	})
	if _, got := lines(t, dir); len(got) != 2 || got[0].Query != "whole" || got[1].Query != "q000" {
		t.Errorf("events are %+v", got)
	}
}

// badDisk fails when it is told to, or does not answer.
type badDisk struct {
	mu     sync.Mutex
	fault  error
	short  bool          // half of the line is written before
	stuck  chan struct{} // a write waits for it
	synced int
}

func (d *badDisk) set(fault error, short bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault, d.short = fault, short
}

func (d *badDisk) open(name string) (file, int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fault != nil && !d.short {
		return nil, 0, d.fault
	}
	f, size, err := onDisk(name)
	return &badFile{f, d}, size, err
}

type badFile struct {
	file
	disk *badDisk
}

func (f *badFile) Write(p []byte) (int, error) {
	if f.disk.stuck != nil {
		<-f.disk.stuck
	}
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.fault == nil {
		return f.file.Write(p)
	}
	n := 0
	if f.disk.short {
		n, _ = f.file.Write(p[:len(p)/2])
	}
	return n, f.disk.fault
}

func (f *badFile) Sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.disk.synced++
	return f.file.Sync()
}

// A full disk turns events off with one warning; when there is room again they
// are kept again. No half line stays.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for _, short := range []bool{false, true} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			d := &badDisk{}
			l, book := begin(t, dir, d.open, largest)
			add(l, 0, 3)
			d.set(syscall.ENOSPC, short)
			add(l, 3, 6)
			time.Sleep(10 * tryEvery) // nobody reads: nothing is tried
			add(l, 6, 8)
			time.Sleep(tryEvery / 2)
			add(l, 8, 10) // too soon to try
			if got := strings.Count(book.String(), "level=WARN"); got != 1 {
				t.Errorf("%d warnings, want one:\n%s", got, book)
			}
			if !strings.Contains(book.String(), syscall.ENOSPC.Error()) {
				t.Errorf("the warning does not say why: %s", book)
			}
			if got := l.Dropped(); got != 7 {
				t.Errorf("%d events were dropped, want 7", got)
			}
			d.set(nil, false)
			time.Sleep(tryEvery)
			add(l, 10, 12)
			if !strings.Contains(book.String(), "kept again") || !strings.Contains(book.String(), "dropped=7") {
				t.Errorf("nobody is told that events are kept again: %s", book)
			}
			l.Close()
		})
		_, got := lines(t, dir)
		var queries []string
		for _, e := range got {
			queries = append(queries, e.Query)
		}
		if want := []string{"q000", "q001", "q002", "q010", "q011"}; !slices.Equal(queries, want) {
			t.Errorf("short %v: events are %q, want %q", short, queries, want)
		}
		data, err := os.ReadFile(filepath.Join(dir, "events-2000-01-01.jsonl"))
		if err != nil || bytes.Count(data, []byte("\n")) != len(got) {
			t.Errorf("short %v: half a line stayed: %s (%v)", short, data, err)
		}
	}
}

// A disk that does not answer holds up nobody who adds.
func TestStuckDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := &badDisk{stuck: make(chan struct{})}
		l, _ := begin(t, dir, d.open, largest)
		add(l, 0, 1)
		began := time.Now()
		const more = 100
		for i := range waiting + more {
			l.Add(Event{Kind: Search, Query: fmt.Sprint(i)})
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("adding waited for %v", took)
		}
		if got := l.Dropped(); got < more || got > more+1 {
			t.Errorf("%d events were dropped, want about %d", got, more)
		}
		close(d.stuck)
		l.Close()
	})
	if _, got := lines(t, dir); len(got) < waiting {
		t.Errorf("%d events were kept, want %d", len(got), waiting)
	}
}

// What was added a second ago is on the disk.
func TestSynced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := &badDisk{}
		l, _ := begin(t, dir, d.open, largest)
		add(l, 0, 1)
		time.Sleep(syncEvery + time.Millisecond)
		synctest.Wait()
		d.mu.Lock()
		if d.synced != 1 {
			t.Errorf("after a second the file was forced to the disk %d times, want once", d.synced)
		}
		d.mu.Unlock()
		time.Sleep(10 * syncEvery)
		synctest.Wait()
		d.mu.Lock()
		if d.synced != 1 {
			t.Errorf("without another event the file was forced to the disk %d times", d.synced)
		}
		d.mu.Unlock()
		l.Close()
	})
}

// A file that is moved or deleted under it is made anew within a second.
func TestFileGoes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, _ := begin(t, dir, onDisk, largest)
		add(l, 0, 2)
		if err := os.Rename(filepath.Join(dir, "events-2000-01-01.jsonl"), filepath.Join(dir, "moved.jsonl")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(syncEvery + time.Millisecond)
		synctest.Wait()
		add(l, 2, 4)
		if err := os.Remove(filepath.Join(dir, "events-2000-01-01.jsonl")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(syncEvery + time.Millisecond)
		synctest.Wait()
		add(l, 4, 5)
		l.Close()
	})
	files, got := lines(t, dir)
	var queries []string
	for _, e := range got {
		queries = append(queries, e.Query)
	}
	if want := []string{"q004", "q000", "q001"}; !slices.Equal(queries, want) || !slices.Equal(files, []string{"events-2000-01-01.jsonl", "moved.jsonl"}) {
		t.Errorf("%q have %q, want %q", files, queries, want)
	}
}

// All files together stay below what is allowed; the oldest go first, and what is
// not of events stays.
func TestEventsAreBounded(t *testing.T) {
	t.Parallel()
	const most, part = 4000, 500
	dir := t.TempDir()
	for name, size := range map[string]int{"events-1999-12-30.jsonl": 900, "events-1999-12-30.2.jsonl": 300, "events-1999-12-31.jsonl": 300, "events-2031-01-01.jsonl": 900, "notes.jsonl": 9000, "events-1990-01-01.jsonl.gz": 9000} {
		if err := os.WriteFile(filepath.Join(dir, name), bytes.Repeat([]byte("\n"), size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	total := func() (sum int64) {
		names, err := filepath.Glob(filepath.Join(dir, "events-*.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if info, err := os.Stat(name); err == nil {
				sum += info.Size()
			}
		}
		return sum
	}
	there := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	}
	synctest.Test(t, func(t *testing.T) {
		l, book := beginWith(t, dir, onDisk, part, most)
		gone := []string{"events-2031-01-01.jsonl", "events-1999-12-30.jsonl", "events-1999-12-30.2.jsonl", "events-1999-12-31.jsonl", "events-2000-01-01.jsonl", "events-2000-01-01.2.jsonl"}
		for n := range 200 {
			add(l, n, n+1)
			if n == 100 {
				time.Sleep(48 * time.Hour)
			}
			if got := total(); got > most {
				t.Fatalf("after %d events there are %d bytes, want at most %d", n+1, got, most)
			}
			for len(gone) > 0 && !there(gone[0]) {
				gone = gone[1:]
			}
			for _, name := range gone {
				if n > 20 && !there(name) && !strings.HasPrefix(name, "events-2000") {
					t.Fatalf("%s went before %s", name, gone[0])
				}
			}
		}
		if len(gone) > 0 {
			t.Errorf("%s is still there", gone[0])
		}
		if l.Dropped() > 0 || strings.Contains(book.String(), "WARN") {
			t.Errorf("%d events were dropped: %s", l.Dropped(), book)
		}
		l.Close()
	})
	if !there("notes.jsonl") || !there("events-1990-01-01.jsonl.gz") {
		t.Error("a file that is none of events was removed")
	}
	if _, got := lines(t, dir); got[len(got)-1].Query == "" && total() < most/2 {
		t.Errorf("only %d bytes are left", total())
	}
}

// A clock that is set back, or a year forth, loses no event, and does not keep
// events off.
func TestClockIsSet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		clock := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
		var mu sync.Mutex
		now := func() time.Time { mu.Lock(); defer mu.Unlock(); return clock }
		set := func(at time.Time) { mu.Lock(); defer mu.Unlock(); clock = at }
		d := &badDisk{}
		l, err := start(dir, slog.New(slog.DiscardHandler), d.open, now, largest, 1<<20, time.NewTicker(syncEvery))
		if err != nil {
			t.Fatal(err)
		}
		add(l, 0, 2)
		set(clock.AddDate(1, 0, 0))
		add(l, 2, 4)
		set(clock.AddDate(-1, 0, -1))
		add(l, 4, 6)
		d.set(syscall.ENOSPC, false)
		add(l, 6, 7) // lost with the disk
		d.set(nil, false)
		set(clock.AddDate(0, 0, -30))
		add(l, 7, 9)
		l.Close()
	})
	files, got := lines(t, dir)
	if want := []string{"events-2026-10-01.jsonl", "events-2026-10-31.jsonl", "events-2026-11-01.jsonl", "events-2027-11-01.jsonl"}; !slices.Equal(files, want) {
		t.Errorf("files are %q, want %q", files, want)
	}
	if len(got) < 8 {
		t.Errorf("%d events of 9 are kept, one was lost with the disk: %+v", len(got), got)
	}
}

// A disk that is full when the server starts turns events off, and nothing else.
func TestFullAtTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := &badDisk{fault: syscall.ENOSPC}
		l, book := begin(t, dir, d.open, largest)
		if !strings.Contains(book.String(), "events are off") {
			t.Errorf("nobody is told: %s", book)
		}
		d.set(nil, false)
		time.Sleep(tryEvery)
		add(l, 0, 1)
		l.Close()
	})
	if _, got := lines(t, dir); len(got) != 1 {
		t.Errorf("events are %+v, want the one after there was room", got)
	}
}

// A disk that never answers again does not keep the process.
func TestStuckAtTheEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := &badDisk{stuck: make(chan struct{})}
		l, _ := begin(t, dir, d.open, largest)
		add(l, 0, 1)
		began := time.Now()
		if err := l.Close(); err == nil || time.Since(began) != closingTime {
			t.Errorf("Close: %v after %v", err, time.Since(began))
		}
		close(d.stuck)
	})
}

// What is no file is refused at once, at the start and at the turn of a day.
func TestOddFiles(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("folders hold files alone there")
	}
	for name, put := range oddFiles() {
		dir := t.TempDir()
		today, tomorrow := filepath.Join(dir, "events-2000-01-01.jsonl"), filepath.Join(dir, "events-2000-01-02.jsonl")
		put(t, today)
		if f, _, err := onDisk(today); err == nil {
			f.Close()
			t.Errorf("%s is opened for events", name)
		}
		if err := os.Remove(today); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			l, book := begin(t, dir, onDisk, largest)
			add(l, 0, 1)
			put(t, tomorrow)
			time.Sleep(24 * time.Hour)
			add(l, 1, 2)
			if !strings.Contains(book.String(), "events are off") {
				t.Errorf("%s as the file of tomorrow: %s", name, book)
			}
			if err := os.Remove(tomorrow); err != nil {
				t.Fatal(err)
			}
			time.Sleep(tryEvery)
			add(l, 2, 3)
			l.Close()
		})
		if _, got := lines(t, dir); len(got) != 2 {
			t.Errorf("%s: %d events are kept, want the first and the last: %+v", name, len(got), got)
		}
	}
}

// oddFiles put something at a name that is no plain file.
func oddFiles() map[string]func(t *testing.T, name string) {
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	return map[string]func(t *testing.T, name string){
		"a pipe":   func(t *testing.T, name string) { must(t, mkfifo(name)) },
		"a loop":   func(t *testing.T, name string) { must(t, os.Symlink(filepath.Base(name), name)) },
		"a device": func(t *testing.T, name string) { must(t, os.Symlink("/dev/zero", name)) },
		"a folder": func(t *testing.T, name string) { must(t, os.Mkdir(name, 0o700)) },
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	inTheWay := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(inTheWay, 0, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a file is no folder, yet it opens")
	}
	taken := t.TempDir()
	if err := os.Mkdir(filepath.Join(taken, "events-"+dayOf(time.Now())+".jsonl"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(taken, 0, slog.New(slog.DiscardHandler)); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file's name is taken by a folder: %v", err)
	}
}
