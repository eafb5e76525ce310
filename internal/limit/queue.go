package limit

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Queue lets only so many searches run at once, because more of them would all
// be slow together. Others wait. A client that is limited has one that runs, so
// that it never has all processors; and when there is room, the client goes first
// that has used the least time lately and asks what is short, with its oldest
// search. So who asks much waits behind who asks little, also where many ask much
// together.
type Queue struct {
	mayWait func(Client) int           // of one client
	burden  func(Client) time.Duration // who has least goes first

	mu      sync.Mutex
	free    int // searches that may begin now
	room    int // how many may wait in all
	lines   map[Client]*line
	waiting int
	running int
	last    uint64 // number of the last turn
}

// line is what one client has in the queue.
type line struct {
	running int
	turns   []*turn // those that wait, the oldest first
}

// turn is one search that waits.
type turn struct {
	number uint64
	called chan Outcome
}

// Outcome is how it went in the queue.
type Outcome int

const (
	Entered   Outcome = iota
	Full              // too many wait
	OwnFull           // too many of this client wait
	Impatient         // it waited too long
	Gone              // the client went away
)

// patience is the longest wait.
const patience = time.Second

// NewQueue lets as many searches run and wait at once. What clients have used says
// who goes first, and how many of one may wait.
func NewQueue(running, waiting int, of *Clients) *Queue {
	return newQueue(running, waiting, of.mayWait, of.burden)
}

func newQueue(running, waiting int, mayWait func(Client) int, burden func(Client) time.Duration) *Queue {
	return &Queue{free: running, room: waiting, lines: map[Client]*line{}, mayWait: mayWait, burden: burden}
}

// Enter waits until a search of a client may run. Who has Entered must call leave,
// after the time that it took is charged, by which the next one is chosen.
func (q *Queue) Enter(ctx context.Context, who Client) (leave func(), how Outcome) {
	mayWait := q.mayWait(who)
	leave = func() { q.leave(who) }
	q.mu.Lock()
	l := q.lines[who]
	if l == nil {
		l = &line{}
		q.lines[who] = l
	}
	if q.free > 0 && l.mayRun(who) && len(l.turns) == 0 {
		q.begin(l)
		q.mu.Unlock()
		return leave, Entered
	}
	if len(l.turns) >= mayWait {
		q.mu.Unlock()
		return nil, OwnFull
	}
	if q.waiting >= q.room && !q.displace(who, l) {
		q.forget(who)
		q.mu.Unlock()
		return nil, Full
	}
	q.last++
	t := &turn{q.last, make(chan Outcome, 1)}
	l.turns = append(l.turns, t)
	q.waiting++
	q.mu.Unlock()

	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case how = <-t.called:
	case <-late.C:
		how = q.giveUp(who, t, Impatient)
	case <-ctx.Done():
		how = q.giveUp(who, t, Gone)
		if how == Entered { // it was called at the same moment, and nobody is there to search for
			q.leave(who)
			how = Gone
		}
	}
	if how != Entered {
		return nil, how
	}
	return leave, Entered
}

func (l *line) mayRun(who Client) bool { return !who.limited || l.running == 0 }

func (q *Queue) begin(l *line) {
	q.free--
	q.running++
	l.running++
}

// displace makes room in a full queue for a client that has fewer there than
// another, or has used less: the last one of who has most is told to come back,
// and of who has used most where many have as many. So a full queue is no wall
// for who asks now and then, however many are in it.
func (q *Queue) displace(who Client, l *line) bool {
	most, heaviest := l, q.burden(who)
	own := heaviest
	for other, line := range q.lines {
		if len(line.turns) < len(most.turns) || len(line.turns) == 0 {
			continue
		}
		if burden := q.burden(other); len(line.turns) > len(most.turns) || burden > heaviest {
			most, heaviest = line, burden
		}
	}
	if len(most.turns) <= len(l.turns) || len(most.turns) == len(l.turns)+1 && heaviest <= own {
		return false
	}
	last := len(most.turns) - 1
	most.turns[last].called <- Full
	most.turns = most.turns[:last]
	q.waiting--
	return true
}

// giveUp takes a turn out of the queue, unless it was called at that moment.
func (q *Queue) giveUp(who Client, t *turn, why Outcome) Outcome {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lines[who]
	if l != nil {
		if i := slices.Index(l.turns, t); i >= 0 {
			l.turns = slices.Delete(l.turns, i, i+1)
			q.waiting--
			q.forget(who)
			return why
		}
	}
	return <-t.called
}

// leave ends a search, and calls the next.
func (q *Queue) leave(who Client) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.free++
	q.running--
	q.lines[who].running--
	q.forget(who)
	q.call()
}

// call lets those run for whom there is room.
func (q *Queue) call() {
	for q.free > 0 && q.waiting > 0 {
		var next *line
		var least time.Duration
		for who, l := range q.lines {
			if len(l.turns) == 0 || !l.mayRun(who) {
				continue
			}
			burden := q.burden(who)
			if next == nil || burden < least || burden == least && l.turns[0].number < next.turns[0].number {
				next, least = l, burden
			}
		}
		if next == nil {
			return // all who wait have one that runs
		}
		t := next.turns[0]
		next.turns = next.turns[1:]
		q.waiting--
		q.begin(next)
		t.called <- Entered
	}
}

// forget drops a client that has nothing here.
func (q *Queue) forget(who Client) {
	if l := q.lines[who]; l != nil && l.running == 0 && len(l.turns) == 0 {
		delete(q.lines, who)
	}
}

// State is how many searches run and wait now.
func (q *Queue) State() (running, waiting int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.running, q.waiting
}
