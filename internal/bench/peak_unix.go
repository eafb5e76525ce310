//go:build unix

package bench

import (
	"os"
	"runtime"
	"syscall"
)

// Peak is how much memory a process that has ended had at most, in bytes; 0 where
// nobody tells.
func Peak(ended *os.ProcessState) int64 {
	usage, ok := ended.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin" || runtime.GOOS == "ios": // says it in bytes, the others in kilobytes
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
