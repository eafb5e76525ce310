package server

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"testing"
	"time"
)

// knock opens a connection from an address and asks once; it reports whether
// there was an answer, and keeps the connection open.
func knock(t *testing.T, to, from string) (net.Conn, bool) {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.DialContext(t.Context(), "tcp", to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return c, false
	}
	answer.Body.Close()
	return c, answer.StatusCode == http.StatusOK
}

// When there are too many connections, idle ones make room for the next.
func TestConnectionsInAll(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	Connections{Most: 4}.On(srv.Config)
	srv.Start()
	defer srv.Close()
	to := srv.Listener.Addr().String()
	for i := range 4 {
		if _, ok := knock(t, to, "127.0.0.1"); !ok {
			t.Errorf("connection %d is not served", i+1)
		}
	}
	for range 20 { // the idle ones make room
		if _, ok := knock(t, to, "127.0.0.1"); !ok {
			t.Fatal("idle connections keep somebody out")
		}
	}
}

// Connections that send nothing, or a body byte by byte, keep nobody out, however
// many there are: the oldest make room.
func TestSlowConnections(t *testing.T) {
	t.Parallel()
	const most, slow, asked = 50, 400, 100
	s, _ := with(t, Options{})
	srv := httptest.NewUnstartedServer(s)
	Connections{Most: most}.On(srv.Config)
	srv.Start()
	t.Cleanup(srv.Close) // after the slow ones have gone: it waits for what they ask
	to := srv.Listener.Addr().String()
	open := func(n int) {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", to)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		switch n % 4 {
		case 0: // silent
		case 1:
			fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		case 2:
			fmt.Fprint(c, "POST /api/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		case 3:
			fmt.Fprint(c, "POST /api/click HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
		}
	}
	for n := range slow {
		open(n)
	}
	good := 0
	for n := range asked {
		if _, ok := knock(t, to, "127.0.0.1"); ok {
			good++
		}
		open(n) // and they go on
		open(n + 1)
	}
	if good < asked*95/100 {
		t.Errorf("of %d requests %d were answered while %d connections were slow", asked, good, slow)
	}
}

// Which connections count for one client.
func TestConnectionsOfAClient(t *testing.T) {
	t.Parallel()
	limit := Connections{Each: 1, Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for remote, want := range map[string]string{
		"203.0.113.7:1": "203.0.113.7", "[2001:db8:1:2:3::4]:1": "2001:db8:1::", "[::ffff:203.0.113.7]:1": "203.0.113.7",
		"127.0.0.1:1": "invalid IP", "[::1]:1": "invalid IP", "10.1.2.3:1": "invalid IP",
	} {
		at, err := net.ResolveTCPAddr("tcp", remote)
		if err != nil {
			t.Fatal(err)
		}
		if got := limit.client(strange{at}).String(); got != want {
			t.Errorf("%s counts as %s, want %s", remote, got, want)
		}
	}
	// Through the server's own calls: the second of a client is closed, and its
	// place is free again when the first has ended.
	var srv http.Server
	limit.On(&srv)
	at := &net.TCPAddr{IP: net.ParseIP("203.0.113.7"), Port: 1}
	first, second, third := &counted{Conn: strange{at}}, &counted{Conn: strange{at}}, &counted{Conn: strange{at}}
	srv.ConnState(first, http.StateNew)
	srv.ConnState(second, http.StateNew)
	srv.ConnState(second, http.StateClosed)
	srv.ConnState(first, http.StateClosed)
	srv.ConnState(third, http.StateNew)
	if first.closed || !second.closed || third.closed {
		t.Errorf("closed are %v, %v, %v; want only the second", first.closed, second.closed, third.closed)
	}
	if runtime.GOOS == "linux" { // where all of 127.0.0.0/8 is this machine, which does not count
		live := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		limit.On(live.Config)
		live.Start()
		defer live.Close()
		for range 3 {
			if _, ok := knock(t, live.Listener.Addr().String(), "127.0.0.2"); !ok {
				t.Error("this machine is kept out")
			}
		}
	}
}

// strange is a connection from an address.
type strange struct{ at net.Addr }

func (s strange) RemoteAddr() net.Addr             { return s.at }
func (s strange) LocalAddr() net.Addr              { return s.at }
func (s strange) Read([]byte) (int, error)         { return 0, net.ErrClosed }
func (s strange) Write([]byte) (int, error)        { return 0, net.ErrClosed }
func (s strange) Close() error                     { return nil }
func (s strange) SetDeadline(time.Time) error      { return nil }
func (s strange) SetReadDeadline(time.Time) error  { return nil }
func (s strange) SetWriteDeadline(time.Time) error { return nil }

// counted notes that it was closed.
type counted struct {
	net.Conn
	closed bool
}

func (c *counted) Close() error {
	c.closed = true
	return nil
}
