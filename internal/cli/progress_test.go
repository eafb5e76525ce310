package cli

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"whyfix/internal/generate"
)

// lockedBuffer is written by one goroutine and read by another.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// take returns what was written since the last time.
func (l *lockedBuffer) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

// A long build says how far it is: the phase, how many of how many, how fast; a
// short one says nothing. At the end nothing is left on the line.
func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out lockedBuffer
		p := &generate.Progress{}
		end, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			drawProgress(&out, p, time.NewTicker(progressEvery), time.Now().Add(progressAfter), end)
		}()
		step := func(want string) {
			t.Helper()
			out.take()
			time.Sleep(progressEvery)
			synctest.Wait()
			if got := strings.TrimRight(strings.TrimPrefix(out.take(), "\r"), " "); got != want {
				t.Errorf("the line is %q, want %q", got, want)
			}
		}
		time.Sleep(time.Millisecond)
		done := p.Begin("reading", 40)
		for range 3 {
			step("") // too soon to say anything
		}
		for range 4 {
			done()
		}
		step("reading 4 of 40, 10 a second")
		for range 20 {
			done()
		}
		step("reading 24 of 40, 48 a second")
		p.Begin("index", 0)
		step("index")
		close(end)
		<-ended
		if line := out.take(); !strings.HasSuffix(line, "\r") || strings.TrimSpace(line[strings.LastIndex(line[:len(line)-1], "\r"):]) != "" {
			t.Errorf("at the end the line has %q", line)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		end, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			drawProgress(&out, &generate.Progress{}, time.NewTicker(progressEvery), time.Now().Add(progressAfter), end)
		}()
		time.Sleep(progressAfter - time.Millisecond)
		close(end)
		<-ended
		if out.Len() > 0 {
			t.Errorf("a short build says %q", &out)
		}
	})
	// In a pipe or a file nothing is drawn, however long it takes.
	var out bytes.Buffer
	showProgress(&out, &generate.Progress{})()
	if out.Len() > 0 {
		t.Errorf("a pipe gets %q", &out)
	}
}
