package listen

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
)

// Names are those by which a server on this machine may be asked. A website can
// let a name of its own lead to 127.0.0.1 and then read, in the browser of who
// visits it, what is served there; such a request has that name as its host.
type Names struct {
	asked    string // the host that was asked for; "" for all
	loopback bool   // only this machine may ask
	own      string // the name of this machine
}

// NamesOf are the names of a listener that was asked for at an address. On this
// machine alone these are localhost, 127.0.0.1 and the like; else the name that
// was asked for, and all addresses, which lead nowhere else.
func NamesOf(l net.Listener, addr string) Names {
	host, _, _ := net.SplitHostPort(addr)
	n := Names{asked: plainHost(host)}
	if at, err := netip.ParseAddrPort(l.Addr().String()); err == nil {
		n.loopback = at.Addr().Unmap().IsLoopback()
	}
	if !n.loopback {
		own, _ := os.Hostname() // without one, by address
		n.own = plainHost(own)
	}
	return n
}

// Loopback reports whether only this machine may ask.
func (n Names) Loopback() bool { return n.loopback }

// plainHost is a host without its port, brackets and last dot.
func plainHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// has reports whether a request may name a host.
func (n Names) has(host string) bool {
	host = plainHost(host)
	if host == "localhost" || host != "" && host == n.asked {
		return true
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return !n.loopback || a.Unmap().WithZone("").IsLoopback()
	}
	return n.own != "" && (host == n.own || host == n.own+".local")
}

// Only lets requests through that name one of these hosts. Others are told what to
// do, by the name of the option that says where to listen.
func (n Names) Only(option string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.has(r.Host) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(http.StatusMisdirectedRequest)
		fmt.Fprintf(w, "This is not known as %q, so that no website can read it through your browser.\nOpen it as localhost or 127.0.0.1; or start it with %s NAME:PORT, with the name that you use.\n", plainHost(r.Host), option)
	})
}
