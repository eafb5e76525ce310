package cli

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
)

// connections bounds how many a server has: in all, and from one address that
// is neither this machine's nor a trusted proxy's. Those above it are closed.
// When there are too many in all, those that are idle go first.
//
// It is not a listener, so that connections stay what they are: the system
// then sends files by itself.
type connections struct {
	most, each int // 0: no limit
	trusted    []netip.Prefix
}

// on begins to count the connections of a server that has not started.
func (c connections) on(srv *http.Server) {
	var (
		mu    sync.Mutex
		all   int
		by    = map[netip.Addr]int{}
		from  = map[net.Conn]netip.Addr{}
		clear = func() {
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
			tooMany := c.most > 0 && all > c.most
			refuse := tooMany || c.each > 0 && by[client] > c.each
			mu.Unlock()
			if refuse {
				_ = conn.Close()
			}
			if tooMany {
				go clear() // it calls this function
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
func (c connections) client(conn net.Conn) netip.Addr {
	at, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	client := at.Addr().Unmap().WithZone("")
	if client.IsLoopback() {
		return netip.Addr{}
	}
	for _, p := range c.trusted {
		if p.Contains(client) {
			return netip.Addr{}
		}
	}
	if client.Is6() {
		if network, err := client.Prefix(64); err == nil {
			return network.Addr()
		}
	}
	return client
}
