package server

import (
	"container/list"
	"net"
	"net/http"
	"net/netip"
	"sync"
)

// Connections bounds how many a server has: in all, and from one address that
// is neither this machine's nor a trusted proxy's. One more of that address is
// closed. When there are too many in all, another makes room: the one that has
// been idle longest, or else the one that has been longest at one request, since
// a request takes milliseconds and only who is slow on purpose takes seconds.
//
// It is not a listener, so that connections stay what they are: the system
// then sends files by itself.
type Connections struct {
	Most, Each int // 0: no limit
	Trusted    []netip.Prefix
	IPv6       int // as in Limits
}

// connections are those of one server.
type connections struct {
	Connections
	mu   sync.Mutex
	all  map[net.Conn]*connection
	by   map[netip.Addr]int
	idle list.List // of net.Conn; the one that has been so longest first
	busy list.List
}

// connection is what is known of one.
type connection struct {
	client netip.Addr
	in     *list.List // idle or busy
	at     *list.Element
}

// On begins to count the connections of a server that has not started.
func (c Connections) On(srv *http.Server) {
	all := &connections{Connections: c, all: map[net.Conn]*connection{}, by: map[netip.Addr]int{}}
	srv.ConnState = func(conn net.Conn, state http.ConnState) {
		for _, out := range all.is(conn, state) {
			_ = out.Close()
		}
	}
}

// is notes the state of a connection, and returns those to be closed.
func (c *connections) is(conn net.Conn, state http.ConnState) (out []net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		client := c.client(conn)
		if client.IsValid() {
			if c.Each > 0 && c.by[client] >= c.Each {
				return []net.Conn{conn}
			}
			c.by[client]++
		}
		if c.Most > 0 && len(c.all) >= c.Most {
			oldest := c.idle.Front()
			if oldest == nil {
				oldest = c.busy.Front()
			}
			out = []net.Conn{oldest.Value.(net.Conn)}
			c.forget(out[0])
		}
		c.all[conn] = &connection{client, &c.busy, c.busy.PushBack(conn)}
	case http.StateIdle:
		c.move(conn, &c.idle)
	case http.StateActive:
		c.move(conn, &c.busy) // from new it stays where it was: its request has begun then
	case http.StateClosed, http.StateHijacked:
		c.forget(conn)
	}
	return out
}

// move puts a connection to the end of a list, unless it is in it.
func (c *connections) move(conn net.Conn, to *list.List) {
	k := c.all[conn]
	if k == nil || k.in == to { // it was closed, or nothing has changed
		return
	}
	k.in.Remove(k.at)
	k.in, k.at = to, to.PushBack(conn)
}

// forget takes a connection out of the count, once.
func (c *connections) forget(conn net.Conn) {
	k := c.all[conn]
	if k == nil {
		return
	}
	k.in.Remove(k.at)
	delete(c.all, conn)
	if k.client.IsValid() {
		if c.by[k.client]--; c.by[k.client] == 0 {
			delete(c.by, k.client)
		}
	}
}

// client is the address that is counted; none for this machine and for proxies.
func (c Connections) client(conn net.Conn) netip.Addr {
	peer, ok := address(conn.RemoteAddr().String())
	if !ok || peer.IsLoopback() || within(peer, c.Trusted) {
		return netip.Addr{}
	}
	return network(peer, c.IPv6)
}
