package server

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// numbered is a client that limits are for.
func numbered(n int) client {
	return client{netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)}), true}
}

// occupy runs searches of as many clients, until the function is called.
func occupy(t *testing.T, g *gate, n int) (leave func()) {
	t.Helper()
	var all []func()
	for i := range n {
		leave, how := g.enter(t.Context(), numbered(10_000+i), 0)
		if how != entered {
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

// nobodyUsed is what clients used who have not searched.
func nobodyUsed(client) time.Duration { return 0 }

func TestGateGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1, nobodyUsed)
		leave, how := g.enter(t.Context(), numbered(1), 2)
		if how != entered {
			t.Fatal("an empty gate lets nobody in")
		}
		began := time.Now()
		if _, how := g.enter(t.Context(), numbered(2), 2); how != impatient || time.Since(began) != patience {
			t.Errorf("in a line that does not move: %v after %v, want %v after %v", how, time.Since(began), impatient, patience)
		}
		gone, cancel := context.WithCancel(t.Context())
		began = time.Now()
		time.AfterFunc(time.Millisecond, cancel)
		if _, how := g.enter(gone, numbered(2), 2); how != goneBefore || time.Since(began) != time.Millisecond {
			t.Errorf("for a client that went away: %v after %v", how, time.Since(began))
		}
		if running, waiting := g.state(); running != 1 || waiting != 0 || len(g.queues) != 1 {
			t.Errorf("%d run and %d wait of %d clients, want 1, 0 of 1", running, waiting, len(g.queues))
		}
		leave()
		if leave, how := g.enter(t.Context(), numbered(2), 2); how != entered {
			t.Error("a slot that was left is not free")
		} else {
			leave()
		}
		if len(g.queues) != 0 {
			t.Errorf("%d clients are never forgotten", len(g.queues))
		}
	})
}

// line lets searches wait one after the other, each of a client, and returns in
// which order they are let in when each takes a millisecond.
func line(t *testing.T, g *gate, leave func(), clients ...client) (order []client, refused int) {
	t.Helper()
	results := make(chan client, len(clients))
	for _, who := range clients {
		go func() {
			leave, how := g.enter(t.Context(), who, waitingLeast)
			if how != entered {
				results <- client{}
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
		if who := <-results; who == (client{}) {
			refused++
		} else {
			order = append(order, who)
		}
	}
	return order, refused
}

// Who asks much has one search that runs and two that wait; all else of it is
// sent away, and others go before it.
func TestGateIsFair(t *testing.T) {
	t.Parallel()
	greedy, modest, third := numbered(1), numbered(2), numbered(3)
	synctest.Test(t, func(t *testing.T) {
		used := map[client]time.Duration{greedy: time.Second, third: time.Millisecond}
		g := newGate(1, 64, func(who client) time.Duration { return used[who] })
		order, refused := line(t, g, occupy(t, g, 1), greedy, greedy, greedy, greedy, greedy, third, modest, third, modest, modest)
		if want := []client{modest, modest, third, third, greedy, greedy}; !slices.Equal(order, want) || refused != 4 {
			t.Errorf("let in are %v, want %v; refused %d, want 4", order, want, refused)
		}
	})
	// Among those who used as much, who came first goes first.
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 64, nobodyUsed)
		order, _ := line(t, g, occupy(t, g, 1), greedy, modest, third, greedy)
		if want := []client{greedy, modest, third, greedy}; !slices.Equal(order, want) {
			t.Errorf("let in are %v, want %v", order, want)
		}
	})
	// One client has one processor, however many are free; this machine has all.
	g := newGate(4, 64, nobodyUsed)
	if _, how := g.enter(t.Context(), greedy, 0); how != entered {
		t.Fatal(how)
	}
	if _, how := g.enter(t.Context(), greedy, 0); how != ownFull {
		t.Errorf("a second search beside the first of a client: %v, want %v", how, ownFull)
	}
	for range 3 {
		if _, how := g.enter(t.Context(), client{}, math.MaxInt); how != entered {
			t.Errorf("a search of this machine: %v", how)
		}
	}
}

// Many clients that each ask little, but long questions, do not keep a reader out
// whose questions are short.
func TestShortBeforeLong(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	c := &clients{limits: Limits{Rate: 50, Burst: 250}, now: func() time.Time { return clock }}
	var waiting []client
	for n := range 20 {
		c.charge(numbered(n), 25*time.Millisecond)
		waiting = append(waiting, numbered(n))
	}
	reader := numbered(100)
	c.charge(reader, ordinary)
	clock = clock.Add(time.Minute) // all is forgiven, but not what they are like
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 64, c.burden)
		order, refused := line(t, g, occupy(t, g, 1), append(waiting, reader)...)
		if refused > 0 || order[0] != reader {
			t.Errorf("let in are %v, want %v first", order, reader)
		}
	})
}

// A line that one client has filled has room for another.
func TestGateMakesRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 4, nobodyUsed)
		leave := occupy(t, g, 1)
		got := map[client][]outcome{}
		results := make(chan struct {
			who client
			how outcome
		})
		wait := func(who client) {
			go func() {
				leave, how := g.enter(t.Context(), who, waitingMost)
				results <- struct {
					who client
					how outcome
				}{who, how}
				if how == entered {
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
		want := map[client][]outcome{numbered(1): {full, full, full, entered, entered}, numbered(2): {entered}, numbered(3): {entered}}
		for who, how := range want {
			slices.Sort(got[who])
			slices.Sort(how)
			if !slices.Equal(got[who], how) {
				t.Errorf("client %v: %v, want %v", who.address, got[who], how)
			}
		}
	})
}

// Many readers behind one address ask at the same moment: all wait, where their
// questions are as short as most are. Where they are long, two do.
func TestManyBehindOneAddress(t *testing.T) {
	t.Parallel()
	c := &clients{limits: Limits{Rate: 50, Burst: 250}, now: time.Now}
	who := numbered(1)
	if got := c.mayWait(who); got != 25 {
		t.Errorf("of a client that nobody knows %d may wait, want 25", got)
	}
	for range 5 {
		c.charge(who, ordinary/4)
	}
	if got := c.mayWait(who); got != waitingMost {
		t.Errorf("of one that asks short questions %d may wait, want %d", got, waitingMost)
	}
	c.charge(who, 100*time.Millisecond)
	if got := c.mayWait(who); got != waitingLeast {
		t.Errorf("of one that asks long questions %d may wait, want %d", got, waitingLeast)
	}
	for range 6 {
		c.charge(who, ordinary)
	}
	if got := c.mayWait(who); got < 10 {
		t.Errorf("of one that asks short questions again %d may wait", got)
	}
}

// A search that runs until its client goes away ends then, and its place is free.
func TestGoneClientFreesItsPlace(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{})
	running, stopped := make(chan struct{}), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = s.query(s.begin(w, r), r, func(ctx context.Context) error {
			close(running)
			<-ctx.Done()
			close(stopped)
			return ctx.Err()
		})
	}))
	defer srv.Close()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-running
	c.Close()
	<-stopped
	until(t, "a free place", func() bool { n, _ := s.gate.state(); return n == 0 })
}

// One client asks what is long, as much as it can; others ask what readers ask.
// None of these is lost.
func TestOthersAreServedUnderAttack(t *testing.T) {
	t.Parallel()
	s, _ := with(t, Options{Limits: Limits{Rate: 5, Burst: 25}})
	stop := make(chan struct{})
	done := make(chan map[int]int)
	for n := range 4 {
		go func() {
			statuses := map[int]int{}
			for i := 0; ; i++ {
				select {
				case <-stop:
					done <- statuses
					return
				default:
				}
				q := strings.Repeat(string(rune('一'+i%100))+"\"", 66)
				statuses[from(t, s, http.MethodGet, query("/api/search", "q", q, "product", "nothing"), fmt.Sprintf("203.0.113.7:%d", n)).status]++
			}
		}()
	}
	for i := range 100 {
		if a := from(t, s, http.MethodGet, query("/api/search", "q", "指纹锁打不开门"), fmt.Sprintf("198.51.100.%d:1", i%50)); a.status != http.StatusOK {
			t.Errorf("a reader's question: status %d: %s", a.status, a.body)
		}
	}
	close(stop)
	refused := 0
	for range 4 {
		refused += (<-done)[http.StatusTooManyRequests]
	}
	if refused == 0 {
		t.Error("the client that asks as much as it can is never told to come back")
	}
}
