package limit

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

// A long search counts as many; a short one as less than one, but not as none.
func TestTimeIsCounted(t *testing.T) {
	t.Parallel()
	c := &Clients{limits: Limits{Rate: 50, Burst: 250}, now: time.Now}
	clock := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	c.now = func() time.Time { return clock }
	for i, tt := range []struct {
		took time.Duration
		want int // searches until it is told to come back
	}{{0, 1000}, {Ordinary, 250}, {20 * time.Millisecond, 25}, {770 * time.Millisecond, 1}} {
		who := Client{netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), true}
		n := 0
		for {
			if _, ok := c.Allow(who); !ok {
				break
			}
			c.Charge(who, tt.took)
			n++
		}
		if n != tt.want {
			t.Errorf("%d searches of %v are allowed at once, want %d", n, tt.took, tt.want)
		}
	}
	if _, ok := c.Allow(Client{netip.MustParseAddr("192.0.2.3"), false}); !ok {
		t.Error("this machine is limited")
	}
}

// Whose word on the client counts.
func TestClientOf(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("2001:db8:1::/48")}
	for _, tt := range []struct {
		name      string
		trusted   []netip.Prefix
		remote    string
		forwarded []string
		want      string // "" for nobody
		bits      int
	}{
		{"direct", nil, "203.0.113.7:1", nil, "203.0.113.7", 0},
		{"a header that nobody asked for", nil, "203.0.113.7:1", []string{"198.51.100.1"}, "203.0.113.7", 0},
		{"a header from who is not trusted", trusted, "203.0.113.7:1", []string{"198.51.100.1"}, "203.0.113.7", 0},
		{"a proxy", trusted, "10.1.2.3:1", []string{"198.51.100.1"}, "198.51.100.1", 0},
		{"a proxy without the header", trusted, "10.1.2.3:1", nil, "10.1.2.3", 0},
		{"made up before the proxy", trusted, "10.1.2.3:1", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1", 0},
		{"two proxies", trusted, "10.1.2.3:1", []string{"198.51.100.1, 10.9.9.9"}, "198.51.100.1", 0},
		{"two lines", trusted, "10.1.2.3:1", []string{"1.1.1.1", "198.51.100.1"}, "198.51.100.1", 0},
		{"not an address", trusted, "10.1.2.3:1", []string{"198.51.100.1, unknown"}, "10.1.2.3", 0},
		{"with a port", trusted, "10.1.2.3:1", []string{"198.51.100.1:443"}, "198.51.100.1", 0},
		{"with brackets and a port", trusted, "10.1.2.3:1", []string{"[2001:db8:2:3:4::5]:443"}, "2001:db8:2::", 0},
		{"all are proxies", trusted, "10.1.2.3:1", []string{"10.7.7.7, 10.8.8.8"}, "10.7.7.7", 0},
		{"IPv6 counts by network", nil, "[2001:db8:2:3:4::5]:1", nil, "2001:db8:2::", 0},
		{"IPv6 by what the operator says", nil, "[2001:db8:2:3:4::5]:1", nil, "2001:db8:2:3::", 64},
		{"IPv6 by the last bit", nil, "[2001:db8:2:3:4::5]:1", nil, "2001:db8:2:3:4::5", 128},
		{"an IPv6 proxy", trusted, "[2001:db8:1::7]:1", []string{"203.0.113.9"}, "203.0.113.9", 0},
		{"IPv4 in IPv6", trusted, "[::ffff:10.1.2.3]:1", []string{"::ffff:198.51.100.1"}, "198.51.100.1", 0},
		{"a zone", nil, "[fe80::1%eth0]:1", nil, "fe80::", 0},
		{"this machine", nil, "127.0.0.1:1", nil, "127.0.0.1", 0},
		{"this machine as a proxy", trusted, "127.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.1", 0},
		{"this machine, IPv6", nil, "[::1]:1", nil, "::1", 0},
		{"no address at all", nil, "@", nil, "", 0},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = tt.remote
		for _, f := range tt.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		got := ""
		if a, _, ok := (&Clients{trusted: tt.trusted, limits: Limits{IPv6: tt.bits}}).of(r); ok {
			got = a.String()
		}
		if got != tt.want {
			t.Errorf("%s: the client is %q, want %q", tt.name, got, tt.want)
		}
	}
}

// However many clients come, what is kept of them is bounded, and forgotten.
func TestClientsAreForgotten(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	c := &Clients{limits: Limits{Rate: 50, Burst: 100}, now: func() time.Time { return clock }}
	for i := range 3 * mostClients {
		c.account(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	if n := len(c.recent) + len(c.older); n > 2*mostClients {
		t.Errorf("%d clients are kept, want at most %d", n, 2*mostClients)
	}
	// Who is still here is not forgiven by the turn.
	one := Client{netip.MustParseAddr("192.0.2.1"), true}
	turned := c.turned
	clock = clock.Add(30 * time.Second)
	c.Charge(one, 3*SearchTime)
	charged := clock
	for c.turned.Equal(turned) {
		clock = clock.Add(time.Second)
		c.account(netip.MustParseAddr("192.0.2.2"))
	}
	if got, want := c.used(one), 3*SearchTime-time.Duration(float64(clock.Sub(charged))*c.rate()); got < want-time.Millisecond || got > want+time.Millisecond {
		t.Errorf("after the turn the client has used %v, want %v", got, want)
	}
	clock = clock.Add(time.Hour)
	if got := c.used(one); got != 0 {
		t.Errorf("an hour later it has used %v", got)
	}
	if n := len(c.recent) + len(c.older); n != 1 {
		t.Errorf("an hour later %d clients are kept, want 1", n)
	}
}

// A clock that is set, forth or back, forgives or locks out nobody for long.
func TestClientsWhenTheClockIsSet(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	c := &Clients{limits: Limits{Rate: 50, Burst: 100}, now: func() time.Time { return clock }}
	one := Client{netip.MustParseAddr("192.0.2.1"), true}
	for _, jump := range []time.Duration{-time.Hour, 24 * 365 * time.Hour, -10 * 24 * 365 * time.Hour, time.Millisecond} {
		c.Charge(one, time.Second)
		clock = clock.Add(jump)
		c.used(one)
		clock = clock.Add(10 * time.Second) // in which a second of a processor is forgiven
		if got := c.used(one); got > time.Millisecond {
			t.Errorf("ten seconds after the clock jumped by %v the client has still used %v", jump, got)
		}
		if _, ok := c.Allow(one); !ok {
			t.Errorf("ten seconds after the clock jumped by %v the client is locked out", jump)
		}
	}
}

// Many readers behind one address ask at the same moment: all wait, where their
// questions are as short as most are. Where they are long, two do.
func TestManyBehindOneAddress(t *testing.T) {
	t.Parallel()
	c := &Clients{limits: Limits{Rate: 50, Burst: 250}, now: time.Now}
	who := numbered(1)
	if got := c.mayWait(who); got != 25 {
		t.Errorf("of a client that nobody knows %d may wait, want 25", got)
	}
	for range 5 {
		c.Charge(who, Ordinary/4)
	}
	if got := c.mayWait(who); got != waitingMost {
		t.Errorf("of one that asks short questions %d may wait, want %d", got, waitingMost)
	}
	c.Charge(who, 100*time.Millisecond)
	if got := c.mayWait(who); got != waitingLeast {
		t.Errorf("of one that asks long questions %d may wait, want %d", got, waitingLeast)
	}
	for range 6 {
		c.Charge(who, Ordinary)
	}
	if got := c.mayWait(who); got < 10 {
		t.Errorf("of one that asks short questions again %d may wait", got)
	}
}
