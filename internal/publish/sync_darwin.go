package publish

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

func syncFileSystem(string) error { return errors.ErrUnsupported }

// syncData hands a file to the disk, which may keep it in its own memory: the
// folders, which come last, make it write all that it was handed.
func syncData(f *os.File) error { return unix.Fsync(int(f.Fd())) }
