package preview

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"whyfix/internal/generate"
)

// clock is a clock that a test sets. Whoever waits is woken with every set.
type clock struct {
	mu   sync.Mutex
	now  time.Time
	asks chan time.Duration // what was waited for
	wake chan time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	c.now = t
	c.mu.Unlock()
	c.wake <- t
}

func (c *clock) after(d time.Duration) <-chan time.Time {
	c.asks <- d
	return c.wake
}

// A page comes and goes at its moments, with nobody at the keyboard.
func TestStartFollowsTheClock(t *testing.T) {
	t.Parallel()
	at := func(hour, second int) time.Time { return time.Date(2026, 11, 1, hour, 0, second, 0, time.UTC) }
	c := &clock{now: at(9, 0), asks: make(chan time.Duration, 100), wake: make(chan time.Time)}
	d := newDesk(t, map[string]string{
		"a.md":    "# 甲\n",
		"sale.md": "---\ntitle: 活动\ndate: 2026-11-01T10:00:00Z\nexpires: 2026-11-01T11:00:00Z\n---\n",
	}, func(o *generate.Options) { o.Now = c.read })
	d.options.Report, d.options.After = nil, c.after
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := listen(t, d)
	e.next()
	shows := func(want int) {
		t.Helper()
		if got, _ := get(t, d, "/sale/"); got != want {
			t.Errorf("at %s: got %d, want %d", c.read(), got, want)
		}
	}
	shows(http.StatusNotFound)
	if got := <-c.asks; got != longestSleep {
		t.Errorf("an hour before: waits %s, want %s", got, longestSleep)
	}
	// It looks at the clock, and it is too early: nothing is built.
	c.set(at(9, 3599))
	if got := <-c.asks; got != time.Second {
		t.Errorf("a second before: waits %s, want a second", got)
	}
	shows(http.StatusNotFound)
	c.set(at(10, 0))
	if m := e.next(); m.Build != 2 || !m.Good {
		t.Errorf("at its date: got %+v", m)
	}
	shows(http.StatusOK)
	c.set(at(11, 0))
	if m := e.next(); m.Build != 3 || !m.Good {
		t.Errorf("when it expires: got %+v", m)
	}
	shows(http.StatusNotFound)
	// Nothing waits now: an edit shows as ever.
	d.write("a.md", "# 丙\n")
	for m := e.next(); ; m = e.next() {
		if _, page := get(t, d, "/a/"); m.Good && strings.Contains(page, "丙") {
			return
		}
	}
}
