//go:build !linux && !darwin

package disk

import (
	"errors"
	"os"
)

// SyncFileSystem is ErrUnsupported: each file has to be forced to the disk by itself.
func SyncFileSystem(string) error { return errors.ErrUnsupported }

func syncData(f *os.File) error { return f.Sync() }
