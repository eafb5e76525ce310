//go:build unix

package publish

import "syscall"

// withoutWaiting opens a pipe that nobody writes to at once, to be refused.
const withoutWaiting = syscall.O_NONBLOCK
