//go:build !linux

package limit

import "time"

// ProcessorTime runs something, and tells how long it took: nothing here knows
// of a thread's own time.
func ProcessorTime(do func() error) (took time.Duration, err error) {
	start := time.Now()
	err = do()
	return time.Since(start), err
}
