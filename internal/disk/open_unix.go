//go:build unix

package disk

import "syscall"

// WithoutWaiting opens a pipe that nobody writes to at once, to be refused.
const WithoutWaiting = syscall.O_NONBLOCK
