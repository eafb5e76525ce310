//go:build unix

package events

import "syscall"

// withoutWaiting opens a pipe that nobody writes to at once, to be refused.
const withoutWaiting = syscall.O_NONBLOCK
