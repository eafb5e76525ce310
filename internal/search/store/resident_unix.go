//go:build unix

package store

import "golang.org/x/sys/unix"

// giveBack gives back the memory of a mapping, which goes on to be read. Where
// the system would rather not, nothing is lost.
func giveBack(data []byte) { _ = unix.Madvise(data, unix.MADV_DONTNEED) }
