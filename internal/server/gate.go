package server

import (
	"context"
	"slices"
	"sync"
	"time"
)

// gate lets only so many searches run at once, because more of them would all
// be slow together. Others wait. A client that is limited has one that runs, so
// that it never has all processors; and when there is room, the client goes first
// that has used the least time lately and asks what is short, with its oldest
// search. So who asks much waits behind who asks little, also where many ask much
// together.
type gate struct {
	burden func(client) time.Duration // who has least goes first

	mu      sync.Mutex
	free    int // searches that may begin now
	line    int // how many may wait in all
	queues  map[client]*queue
	waiting int
	running int
	last    uint64 // number of the last turn
}

// queue is what one client has at the gate.
type queue struct {
	running int
	turns   []*turn // those that wait, the oldest first
}

// turn is one search that waits.
type turn struct {
	number uint64
	called chan outcome
}

// outcome is how it went at the gate.
type outcome int

const (
	entered    outcome = iota
	full               // too many wait
	ownFull            // too many of this client wait
	impatient          // it waited too long
	goneBefore         // the client went away
)

const (
	// waitingEach is how many searches may wait for each processor. A search
	// takes a millisecond or two, so that a full line is a tenth of a second.
	waitingEach = 64
	// What one client may have waiting: at least two, more if they are short.
	waitingLeast = 2
	waitingMost  = 32
	waitingTime  = 50 * time.Millisecond
	// patience is the longest wait.
	patience = time.Second
	// comeBack is after how many seconds a client is told to try again.
	comeBack = 1
)

func newGate(running, waiting int, burden func(client) time.Duration) *gate {
	return &gate{free: running, line: waiting, queues: map[client]*queue{}, burden: burden}
}

// enter waits until a search of a client may run, of which as many as mayWait
// may wait. Who has entered must call leave.
func (g *gate) enter(ctx context.Context, who client, mayWait int) (leave func(), how outcome) {
	leave = func() { g.leave(who) }
	g.mu.Lock()
	q := g.queues[who]
	if q == nil {
		q = &queue{}
		g.queues[who] = q
	}
	if g.free > 0 && q.mayRun(who) && len(q.turns) == 0 {
		g.begin(q)
		g.mu.Unlock()
		return leave, entered
	}
	if len(q.turns) >= mayWait {
		g.mu.Unlock()
		return nil, ownFull
	}
	if g.waiting >= g.line && !g.displace(q) {
		g.forget(who)
		g.mu.Unlock()
		return nil, full
	}
	g.last++
	t := &turn{g.last, make(chan outcome, 1)}
	q.turns = append(q.turns, t)
	g.waiting++
	g.mu.Unlock()

	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case how = <-t.called:
	case <-late.C:
		how = g.giveUp(who, t, impatient)
	case <-ctx.Done():
		how = g.giveUp(who, t, goneBefore)
		if how == entered { // it was called at the same moment, and nobody is there to search for
			g.leave(who)
			how = goneBefore
		}
	}
	if how != entered {
		return nil, how
	}
	return leave, entered
}

func (q *queue) mayRun(who client) bool { return !who.limited || q.running == 0 }

func (g *gate) begin(q *queue) {
	g.free--
	g.running++
	q.running++
}

// displace makes room in a full line for a client that has fewer there than
// another: the last one of who has most is told to come back.
func (g *gate) displace(q *queue) bool {
	most := q
	for _, other := range g.queues {
		if len(other.turns) > len(most.turns) {
			most = other
		}
	}
	if len(most.turns) <= len(q.turns)+1 {
		return false
	}
	last := len(most.turns) - 1
	most.turns[last].called <- full
	most.turns = most.turns[:last]
	g.waiting--
	return true
}

// giveUp takes a turn out of the line, unless it was called at that moment.
func (g *gate) giveUp(who client, t *turn, why outcome) outcome {
	g.mu.Lock()
	defer g.mu.Unlock()
	q := g.queues[who]
	if q != nil {
		if i := slices.Index(q.turns, t); i >= 0 {
			q.turns = slices.Delete(q.turns, i, i+1)
			g.waiting--
			g.forget(who)
			return why
		}
	}
	return <-t.called
}

// leave ends a search, and calls the next.
func (g *gate) leave(who client) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.free++
	g.running--
	g.queues[who].running--
	g.forget(who)
	g.call()
}

// call lets those run for whom there is room.
func (g *gate) call() {
	for g.free > 0 && g.waiting > 0 {
		var next *queue
		var least time.Duration
		for who, q := range g.queues {
			if len(q.turns) == 0 || !q.mayRun(who) {
				continue
			}
			burden := g.burden(who)
			if next == nil || burden < least || burden == least && q.turns[0].number < next.turns[0].number {
				next, least = q, burden
			}
		}
		if next == nil {
			return // all who wait have one that runs
		}
		t := next.turns[0]
		next.turns = next.turns[1:]
		g.waiting--
		g.begin(next)
		t.called <- entered
	}
}

// forget drops a client that has nothing here.
func (g *gate) forget(who client) {
	if q := g.queues[who]; q != nil && q.running == 0 && len(q.turns) == 0 {
		delete(g.queues, who)
	}
}

// state is how many searches run and wait now.
func (g *gate) state() (running, waiting int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running, g.waiting
}
