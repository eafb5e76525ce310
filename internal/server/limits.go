package server

import (
	"math"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// Limits of one client. What is counted is the processor time of its searches,
// not how many there are: a question that was made to hurt takes as much as a
// thousand others. Rate and Burst are in ordinary searches, a second and at
// once. Behind one address of a mobile network there are many who ask, so they
// are far above what one reader needs. A zero Rate is no limit.
type Limits struct {
	Rate  float64
	Burst int
	IPv6  int // bits of an IPv6 address that tell clients apart; 0: usualIPv6
}

const (
	// ordinary is the processor time of a search that counts as one.
	ordinary = 2 * time.Millisecond
	// least is what a search counts at least, however little it took: to read a
	// request and to write its answer takes time, too.
	least = ordinary / 4
	// usualRate is how fast time is forgotten where there is no limit, since who
	// has used least of it goes first there, too.
	usualRate = 50
	// usualIPv6 is what a provider gives to a home, and most hosters to a customer.
	usualIPv6 = 56
	// mostClients bounds the memory of each of the two tables: 150 bytes each.
	mostClients = 1 << 16
	// longestBack is the longest time, in seconds, after which a client is told to
	// come back.
	longestBack = 60
)

// client is who asks, as far as limits know.
type client struct {
	address netip.Addr // the zero Addr: nobody knows
	limited bool
}

// account is the processor time that a client has used and that is not forgotten
// yet.
type account struct {
	used  time.Duration
	at    time.Time     // when used was right
	usual time.Duration // what one of its searches takes, lately
}

// clients are what each client has used. Their addresses are kept in memory for
// as long as it takes to forget that, and nowhere else.
type clients struct {
	limits  Limits
	trusted []netip.Prefix // proxies whose word on the client is taken
	now     func() time.Time

	mu            sync.Mutex
	recent, older map[netip.Addr]*account
	turned        time.Time // when recent was begun
}

// rate is how much processor time a client is forgiven each second.
func (c *clients) rate() float64 {
	if c.limits.Rate > 0 {
		return c.limits.Rate * ordinary.Seconds()
	}
	return usualRate * ordinary.Seconds()
}

// burst is how much a client may have used before it is told to come back.
func (c *clients) burst() time.Duration { return time.Duration(c.limits.Burst) * ordinary }

// who is the client of a request, and whether limits are for it.
//
// This machine is not limited: its requests come from a proxy, in whose name all
// readers would be turned away together, or from the operator. Where the proxy
// is trusted, its clients are limited instead.
func (c *clients) who(r *http.Request) client {
	address, direct, ok := c.of(r)
	return client{address, ok && !(direct && address.IsLoopback())}
}

// allow reports whether a client may search, and if not, after how many seconds
// it may again. What the search takes is charged when it is over: nobody knows
// before.
func (c *clients) allow(who client) (after int, ok bool) {
	if c.limits.Rate <= 0 || !who.limited {
		return 0, true
	}
	over := c.used(who) - c.burst()
	if over < 0 {
		return 0, true
	}
	return int(min(max(math.Ceil(over.Seconds()/c.rate()), 1), longestBack)), false
}

// used is the processor time that a client has used lately.
func (c *clients) used(who client) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.account(who.address).used
}

// burden is what a client has used lately, and what one more search of it will
// take by what its last ones took: who has the least goes first.
func (c *clients) burden(who client) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.account(who.address)
	return a.used + max(a.usual, ordinary)
}

// charge puts the processor time of something to a client's account.
func (c *clients) charge(who client, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.account(who.address)
	a.used += max(took, least)
	// Half of what it was: three in a row tell what a client is like.
	a.usual = (a.usual + took) / 2
}

// mayWait is how many searches of a client may wait while one of it runs: two,
// or as many as take no longer than waitingTime by what its last ones took.
// Behind an address that many readers share some ask at the same moment, and
// their questions are short; long ones are those that keep others waiting.
func (c *clients) mayWait(who client) int {
	if !who.limited {
		return math.MaxInt
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	usual := max(c.account(who.address).usual, least)
	return int(min(max(waitingTime/usual, waitingLeast), waitingMost))
}

// account is the one of a client, as it is now. Who has not been here for as long
// as it takes to be forgiven everything is forgotten, by turning two tables: that
// needs neither a clock of its own nor a list in order.
func (c *clients) account(address netip.Addr) *account {
	now := c.now()
	forgiven := time.Duration((c.burst() + 3*queryTime).Seconds() / c.rate() * float64(time.Second))
	// A clock that was set back must not keep the tables from turning.
	if gone := now.Sub(c.turned); c.recent == nil || len(c.recent) >= mostClients || gone > forgiven || gone < 0 {
		if gone > 2*forgiven {
			c.recent = nil
		}
		c.recent, c.older, c.turned = map[netip.Addr]*account{}, c.recent, now
	}
	a := c.recent[address]
	if a == nil {
		if a = c.older[address]; a == nil {
			a = &account{at: now, usual: ordinary}
		}
		c.recent[address] = a
	}
	if gone := now.Sub(a.at).Seconds(); gone > 0 {
		a.used = max(a.used-time.Duration(gone*c.rate()*float64(time.Second)), 0)
	}
	a.at = now
	return a
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
	return network(client, c.limits.IPv6), direct, true
}

// network is the address that stands for a client: of IPv6 its network, from
// which it can take any.
func network(client netip.Addr, bits int) netip.Addr {
	if client.Is6() && !client.IsLoopback() {
		if bits == 0 {
			bits = usualIPv6
		}
		n, _ := client.Prefix(bits) // no address is shorter
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
