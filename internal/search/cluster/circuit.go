package cluster

import (
	"context"
	"errors"
	"sync"
	"time"

	"whyfix/internal/search/engine"
)

// circuit spares a cluster that does not answer, and readers the time that they
// would wait for it. After some failures in a row it opens: then nobody asks
// until a while has passed, and then one does, to see.
type circuit struct {
	mu       sync.Mutex
	failures int           // in a row
	wait     time.Duration // the last one
	until    time.Time     // open until then
	trying   bool          // one asks, to see
	lasting  string        // what is wrong until somebody mends it
	err      error         // what was wrong
}

const (
	mostFailures = 3
	firstWait    = 500 * time.Millisecond
	mostWait     = 8 * time.Second
)

// enter asks whether the cluster may be asked. Who may must leave.
func (c *circuit) enter() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failures < mostFailures {
		return nil
	}
	left := time.Until(c.until)
	if left > 0 || c.trying {
		return &engine.Unavailable{After: max(left, firstWait), Lasting: c.lasting, Err: c.err}
	}
	c.trying = true
	return nil
}

// leave tells what came of it. What is not the question's fault becomes
// Unavailable. What stays so until somebody mends it opens the circuit at once.
func (c *circuit) leave(ctx context.Context, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trying = false
	lasting := lastingly(err)
	switch {
	case err == nil || lasting == "" && !busy(err):
		c.failures, c.wait, c.lasting, c.err = 0, 0, "", nil
		return err
	case errors.Is(ctx.Err(), context.Canceled): // nobody waited for it
		return err
	}
	c.failures++
	if lasting != "" {
		c.failures = max(c.failures, mostFailures)
	}
	c.lasting, c.err = lasting, err
	if c.failures >= mostFailures {
		c.wait = min(max(2*c.wait, firstWait), mostWait)
		c.until = time.Now().Add(c.wait)
	}
	return &engine.Unavailable{After: max(c.wait, firstWait), Lasting: lasting, Err: err}
}

// open tells why the cluster is taken for away; nil: it is not. Only who asks
// finds out that it is back.
func (c *circuit) open() *engine.Unavailable {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failures < mostFailures {
		return nil
	}
	return &engine.Unavailable{After: max(time.Until(c.until), firstWait), Lasting: c.lasting, Err: c.err}
}
