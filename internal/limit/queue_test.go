package limit

import (
	"context"
	"math"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// numbered is a client that limits are for.
func numbered(n int) Client {
	return Client{netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)}), true}
}

// occupy runs searches of as many clients, until the function is called.
func occupy(t *testing.T, q *Queue, n int) (leave func()) {
	t.Helper()
	var all []func()
	for i := range n {
		leave, how := q.Enter(t.Context(), numbered(10_000+i))
		if how != Entered {
			t.Fatalf("search %d does not run: %v", i, how)
		}
		all = append(all, leave)
	}
	return func() {
		for _, leave := range all {
			leave()
		}
	}
}

// atMost lets as many searches of each client wait.
func atMost(n int) func(Client) int { return func(Client) int { return n } }

// nobodyUsed is what clients used who have not searched.
func nobodyUsed(Client) time.Duration { return 0 }

func TestQueueGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1, 1, atMost(2), nobodyUsed)
		leave, how := q.Enter(t.Context(), numbered(1))
		if how != Entered {
			t.Fatal("an empty queue lets nobody in")
		}
		began := time.Now()
		if _, how := q.Enter(t.Context(), numbered(2)); how != Impatient || time.Since(began) != patience {
			t.Errorf("in a line that does not move: %v after %v, want %v after %v", how, time.Since(began), Impatient, patience)
		}
		gone, cancel := context.WithCancel(t.Context())
		began = time.Now()
		time.AfterFunc(time.Millisecond, cancel)
		if _, how := q.Enter(gone, numbered(2)); how != Gone || time.Since(began) != time.Millisecond {
			t.Errorf("for a client that went away: %v after %v", how, time.Since(began))
		}
		if running, waiting := q.State(); running != 1 || waiting != 0 || len(q.lines) != 1 {
			t.Errorf("%d run and %d wait of %d clients, want 1, 0 of 1", running, waiting, len(q.lines))
		}
		leave()
		if leave, how := q.Enter(t.Context(), numbered(2)); how != Entered {
			t.Error("a slot that was left is not free")
		} else {
			leave()
		}
		if len(q.lines) != 0 {
			t.Errorf("%d clients are never forgotten", len(q.lines))
		}
	})
}

// inLine lets searches wait one after the other, each of a client, and returns in
// which order they are let in when each takes a millisecond.
func inLine(t *testing.T, q *Queue, leave func(), clients ...Client) (order []Client, refused int) {
	t.Helper()
	results := make(chan Client, len(clients))
	for _, who := range clients {
		go func() {
			leave, how := q.Enter(t.Context(), who)
			if how != Entered {
				results <- Client{}
				return
			}
			time.Sleep(time.Millisecond)
			results <- who
			leave()
		}()
		synctest.Wait()
	}
	leave()
	for range clients {
		if who := <-results; who == (Client{}) {
			refused++
		} else {
			order = append(order, who)
		}
	}
	return order, refused
}

// Who asks much has one search that runs and two that wait; all else of it is
// sent away, and others go before it.
func TestQueueIsFair(t *testing.T) {
	t.Parallel()
	greedy, modest, third := numbered(1), numbered(2), numbered(3)
	synctest.Test(t, func(t *testing.T) {
		used := map[Client]time.Duration{greedy: time.Second, third: time.Millisecond}
		q := newQueue(1, 64, atMost(waitingLeast), func(who Client) time.Duration { return used[who] })
		order, refused := inLine(t, q, occupy(t, q, 1), greedy, greedy, greedy, greedy, greedy, third, modest, third, modest, modest)
		if want := []Client{modest, modest, third, third, greedy, greedy}; !slices.Equal(order, want) || refused != 4 {
			t.Errorf("let in are %v, want %v; refused %d, want 4", order, want, refused)
		}
	})
	// Among those who used as much, who came first goes first.
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1, 64, atMost(waitingLeast), nobodyUsed)
		order, _ := inLine(t, q, occupy(t, q, 1), greedy, modest, third, greedy)
		if want := []Client{greedy, modest, third, greedy}; !slices.Equal(order, want) {
			t.Errorf("let in are %v, want %v", order, want)
		}
	})
	// One client has one processor, however many are free; this machine has all.
	q := newQueue(4, 64, func(who Client) int {
		if who.limited {
			return 0
		}
		return math.MaxInt
	}, nobodyUsed)
	if _, how := q.Enter(t.Context(), greedy); how != Entered {
		t.Fatal(how)
	}
	if _, how := q.Enter(t.Context(), greedy); how != OwnFull {
		t.Errorf("a second search beside the first of a client: %v, want %v", how, OwnFull)
	}
	for range 3 {
		if _, how := q.Enter(t.Context(), Client{}); how != Entered {
			t.Errorf("a search of this machine: %v", how)
		}
	}
}

// Many clients that each ask little, but long questions, do not keep a reader out
// whose questions are short.
func TestShortBeforeLong(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	c := &Clients{limits: Limits{Rate: 50, Burst: 250}, now: func() time.Time { return clock }}
	var waiting []Client
	for n := range 20 {
		c.Charge(numbered(n), 25*time.Millisecond)
		waiting = append(waiting, numbered(n))
	}
	reader := numbered(100)
	c.Charge(reader, Ordinary)
	clock = clock.Add(time.Minute) // all is forgiven, but not what they are like
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1, 64, atMost(waitingLeast), c.burden)
		order, refused := inLine(t, q, occupy(t, q, 1), append(waiting, reader)...)
		if refused > 0 || order[0] != reader {
			t.Errorf("let in are %v, want %v first", order, reader)
		}
	})
}

// A line that one client has filled has room for another.
func TestQueueMakesRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1, 4, atMost(waitingMost), nobodyUsed)
		leave := occupy(t, q, 1)
		got := map[Client][]Outcome{}
		results := make(chan struct {
			who Client
			how Outcome
		})
		wait := func(who Client) {
			go func() {
				leave, how := q.Enter(t.Context(), who)
				results <- struct {
					who Client
					how Outcome
				}{who, how}
				if how == Entered {
					leave()
				}
			}()
			synctest.Wait()
		}
		note := func() {
			r := <-results
			got[r.who] = append(got[r.who], r.how)
		}
		for range 4 {
			wait(numbered(1))
		}
		wait(numbered(2)) // and the last of the first client goes
		note()
		wait(numbered(1)) // it has most: no room
		note()
		wait(numbered(3))
		note()
		leave()
		for range 4 {
			note()
		}
		want := map[Client][]Outcome{numbered(1): {Full, Full, Full, Entered, Entered}, numbered(2): {Entered}, numbered(3): {Entered}}
		for who, how := range want {
			slices.Sort(got[who])
			slices.Sort(how)
			if !slices.Equal(got[who], how) {
				t.Errorf("client %v: %v, want %v", who.address, got[who], how)
			}
		}
	})
}

// A queue that many clients have filled, with one search each, has room for one
// who has used less than they.
func TestQueueIsNoWall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		heavy := func(who Client) time.Duration {
			if who == numbered(9) {
				return Ordinary
			}
			return 20 * Ordinary
		}
		q := newQueue(1, 4, atMost(2), heavy)
		leave := occupy(t, q, 1)
		results := make(chan Outcome, 5)
		for i := range 4 {
			go func() {
				leave, how := q.Enter(t.Context(), numbered(i))
				if results <- how; how == Entered {
					leave()
				}
			}()
		}
		synctest.Wait()
		if _, how := q.Enter(t.Context(), numbered(5)); how != Full {
			t.Errorf("one more of those who used much: %v, want %v", how, Full)
		}
		mine := make(chan Outcome, 1)
		go func() {
			leave, how := q.Enter(t.Context(), numbered(9))
			if mine <- how; how == Entered {
				leave()
			}
		}()
		synctest.Wait()
		if how := <-results; how != Full {
			t.Errorf("nobody made room: %v", how)
		}
		leave()
		if how := <-mine; how != Entered {
			t.Errorf("who used least: %v", how)
		}
	})
}
