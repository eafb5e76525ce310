package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Limits of one client, in searches a second and in a burst. Somebody who types
// makes ten requests a second at most; behind one address of a mobile network
// there are many who do. A zero Rate is no limit.
type Limits struct {
	Rate  float64
	Burst int
}

// clients count what each client asks. Their addresses are kept in memory for
// as long as it takes to forget a burst, and nowhere else.
type clients struct {
	limits  Limits
	trusted []netip.Prefix // proxies whose word on the client is taken
	now     func() time.Time

	mu            sync.Mutex
	recent, older map[netip.Addr]*rate.Limiter
	turned        time.Time // when recent was begun
}

// mostClients bounds the memory of each of the two tables: 100 bytes each.
const mostClients = 1 << 16

// allow counts a request, and reports whether its client may make it.
//
// Requests from this machine are not counted: they come from a proxy, in whose
// name all readers would be turned away together, or from the operator. Where
// the proxy is trusted, its clients are counted instead.
func (c *clients) allow(r *http.Request) bool {
	if c.limits.Rate <= 0 {
		return true
	}
	client, direct, ok := c.of(r)
	if !ok || direct && client.IsLoopback() {
		return true
	}
	now := c.now()
	return c.limiter(client, now).AllowN(now, 1)
}

// limiter is the one of a client. Who has not been here for as long as it takes
// to be forgiven everything is forgotten, by turning two tables: that needs
// neither a clock of its own nor a list in order.
func (c *clients) limiter(client netip.Addr, now time.Time) *rate.Limiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	forgiven := time.Duration(float64(c.limits.Burst) / c.limits.Rate * float64(time.Second))
	if c.recent == nil || len(c.recent) >= mostClients || now.Sub(c.turned) > forgiven+time.Second {
		if now.Sub(c.turned) > 2*(forgiven+time.Second) {
			c.recent = nil
		}
		c.recent, c.older, c.turned = map[netip.Addr]*rate.Limiter{}, c.recent, now
	}
	l := c.recent[client]
	if l == nil {
		if l = c.older[client]; l == nil {
			l = rate.NewLimiter(rate.Limit(c.limits.Rate), c.limits.Burst)
		}
		c.recent[client] = l
	}
	return l
}

// of is the client of a request: who is connected; or, where that is a trusted
// proxy, the last address in X-Forwarded-For that is not one. What stands
// before it can be made up by anybody. IPv6 clients have a network of their
// own to take addresses from, and count as one.
//
// Direct says that it is who is connected; ok, that anything is known at all.
func (c *clients) of(r *http.Request) (client netip.Addr, direct, ok bool) {
	client, ok = address(r.RemoteAddr)
	if !ok {
		return netip.Addr{}, false, false
	}
	direct = true
	if within(client, c.trusted) {
		values := r.Header.Values("X-Forwarded-For")
		direct = len(values) == 0
		hops := strings.Split(strings.Join(values, ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop, ok := address(hops[i])
			if !ok {
				break
			}
			client = hop
			if !within(hop, c.trusted) {
				break
			}
		}
	}
	return network(client), direct, true
}

// network is the address that stands for a client: of IPv6 its network, from
// which it can take any.
func network(client netip.Addr) netip.Addr {
	if client.Is6() && !client.IsLoopback() {
		n, _ := client.Prefix(64) // no address is shorter
		return n.Addr()
	}
	return client
}

func within(a netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
}

// address reads who is connected, or one hop, with or without a port.
func address(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.Unmap().WithZone(""), true
	}
	if a, err := netip.ParseAddrPort(s); err == nil {
		return a.Addr().Unmap().WithZone(""), true
	}
	return netip.Addr{}, false
}

// trusts reports whether a request comes from a trusted proxy.
func (c *clients) trusts(r *http.Request) bool {
	peer, ok := address(r.RemoteAddr)
	return ok && within(peer, c.trusted)
}

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

// Connections bounds how many a server has: in all, and from one address that
// is neither this machine's nor a trusted proxy's. Those above it are closed.
// When there are too many in all, those that are idle go first.
//
// It is not a listener, so that connections stay what they are: the system
// then sends files by itself.
type Connections struct {
	Most, Each int // 0: no limit
	Trusted    []netip.Prefix
}

// On begins to count the connections of a server that has not started.
func (c Connections) On(srv *http.Server) {
	var (
		mu       sync.Mutex
		all      int
		by       = map[netip.Addr]int{}
		from     = map[net.Conn]netip.Addr{}
		makeRoom = func() {
			srv.SetKeepAlivesEnabled(false) // closes what is idle
			srv.SetKeepAlivesEnabled(true)
		}
	)
	srv.ConnState = func(conn net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			client := c.client(conn)
			mu.Lock()
			all++
			from[conn] = client
			if client.IsValid() {
				by[client]++
			}
			tooMany := c.Most > 0 && all > c.Most
			refuse := tooMany || c.Each > 0 && by[client] > c.Each
			mu.Unlock()
			if refuse {
				_ = conn.Close()
			}
			if tooMany {
				go makeRoom() // it calls this function
			}
		case http.StateClosed, http.StateHijacked:
			mu.Lock()
			all--
			if client := from[conn]; client.IsValid() {
				if by[client]--; by[client] == 0 {
					delete(by, client)
				}
			}
			delete(from, conn)
			mu.Unlock()
		}
	}
}

// client is the address that is counted; none for this machine and for proxies.
func (c Connections) client(conn net.Conn) netip.Addr {
	peer, ok := address(conn.RemoteAddr().String())
	if !ok || peer.IsLoopback() || within(peer, c.Trusted) {
		return netip.Addr{}
	}
	return network(peer)
}
