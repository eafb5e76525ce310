package server

import (
	"context"
	"sync/atomic"
	"time"
)

// gate lets only so many searches run at once, because more of them would all
// be slow together. Others wait in a short line; who finds it full, or waits
// too long, is told to come back.
type gate struct {
	slots   chan struct{}
	waiting atomic.Int64
	line    int64 // how many may wait
}

const (
	// waitingEach is how many searches may wait for each processor. A search
	// takes a millisecond or two, so that a full line is a tenth of a second.
	waitingEach = 64
	// patience is the longest wait.
	patience = time.Second
	// comeBack is what a client is told that was turned away, in seconds.
	comeBack = "1"
)

// running is how many searches run at once: one for each processor, since more
// only keep each other from the caches; but a slow one never stops all.
func running(processors int) int { return max(processors, 2) }

func newGate(running, waiting int) *gate {
	return &gate{slots: make(chan struct{}, running), line: int64(waiting)}
}

// enter waits for a slot. Who gets one must call leave; who does not is told
// false.
func (g *gate) enter(ctx context.Context) (leave func(), ok bool) {
	leave = func() { <-g.slots }
	select {
	case g.slots <- struct{}{}:
		return leave, true
	default:
	}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.line {
		return nil, false
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case g.slots <- struct{}{}:
		return leave, true
	case <-late.C:
	case <-ctx.Done():
	}
	return nil, false
}
