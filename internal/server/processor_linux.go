package server

import (
	"runtime"
	"syscall"
	"time"
)

// thisThread is RUSAGE_THREAD, for which the standard library has no name.
const thisThread = 1

// processorTime runs something, and tells how much processor time it took.
// The time on the clock would be longer while the machine has much else to do,
// and readers would pay for that.
func processorTime(do func() error) (took time.Duration, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, ok := threadTime()
	start := time.Now()
	err = do()
	after, okAfter := threadTime()
	if !ok || !okAfter {
		return time.Since(start), err
	}
	return after - before, err
}

func threadTime() (time.Duration, bool) {
	var u syscall.Rusage
	err := syscall.Getrusage(thisThread, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err == nil
}
