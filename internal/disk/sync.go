package disk

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// SyncFile forces what was written to a file to the disk.
func SyncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0) // some systems want one that could be written
	if err != nil {
		return err
	}
	return errors.Join(syncData(f), f.Close())
}

// SyncFolder forces the names in a folder to the disk, where that is possible.
func SyncFolder(root *os.Root, name string) error {
	if runtime.GOOS == "windows" { // has no such call
		return nil
	}
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil // some network file systems have none either
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", name, err)
	}
	return nil
}
