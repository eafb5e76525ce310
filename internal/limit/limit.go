// Package limit decides who may ask, so that nobody keeps others from their
// answers.
//
// In: requests and connections, the processor time that each search took, and what
// the operator allows. Out: who may run now, who waits, and who is told to come
// back, and when; which connections are closed. Whoever asks is an address here,
// which is kept in memory for as long as its use counts, and nowhere else.
package limit

import (
	"net/netip"
	"slices"
	"strings"
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

// usualIPv6 is what a provider gives to a home, and most hosters to a customer.
const usualIPv6 = 56

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
