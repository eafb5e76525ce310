//go:build !linux

package server

import "time"

// processorTime runs something, and tells how long it took: nothing here knows
// of a thread's own time.
func processorTime(do func() error) (took time.Duration, err error) {
	start := time.Now()
	err = do()
	return time.Since(start), err
}
