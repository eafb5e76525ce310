package listen

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

// A log that nobody reads holds a few megabytes, however long its lines are.
func TestUnreadLog(t *testing.T) {
	t.Parallel()
	var read sync.Mutex
	read.Lock()
	var out bytes.Buffer
	p := newPipe(writer(func(b []byte) (int, error) {
		read.Lock()
		defer read.Unlock()
		return out.Write(b)
	}), "dropped %d\n")
	line := []byte(strings.Repeat("x", 40_000) + "\n")
	for range linesWaiting {
		if _, err := p.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if n := p.waiting.Load(); n > bytesWaiting {
		t.Errorf("%d bytes wait, at most %d may", n, bytesWaiting)
	}
	read.Unlock()
	p.close()
	if got := out.Len(); got > 2*bytesWaiting || !strings.Contains(out.String(), "dropped ") || p.waiting.Load() != 0 {
		t.Errorf("%d bytes were written and %d wait", got, p.waiting.Load())
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
