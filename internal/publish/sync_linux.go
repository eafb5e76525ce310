package publish

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncFileSystem forces all that was written to the file system of a folder to
// its disk.
func syncFileSystem(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		err := unix.Syncfs(int(f.Fd()))
		if !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("syncfs", err)
		}
	}
}

func syncData(f *os.File) error { return f.Sync() }
