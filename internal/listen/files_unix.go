//go:build unix

package listen

import (
	"math"
	"syscall"
)

// spareFiles are for what a server opens beside its connections: two releases,
// pages that are sent, events.
const spareFiles = 256

// MostConnections is how many the system lets this process have. Without files
// left for another, a server takes none at all for up to a second, not even one in
// place of an idle one.
func MostConnections() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > math.MaxInt32 {
		return math.MaxInt32
	}
	n := int(limit.Cur)
	return max(n-spareFiles, n/2)
}
