package server

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
)

// Connections bounds how many a server has: in all, and from one address that
// is neither this machine's nor a trusted proxy's. Those above it are closed.
// When there are too many in all, those that are idle go first.
//
// It is not a listener, so that connections stay what they are: the system
// then sends files by itself.
type Connections struct {
	Most, Each int // 0: no limit
	Trusted    []netip.Prefix
	IPv6       int // as in Limits
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
	return network(peer, c.IPv6)
}
