//go:build !linux && !darwin

package publish

import (
	"errors"
	"os"
)

func syncFileSystem(string) error { return errors.ErrUnsupported }

func syncData(f *os.File) error { return f.Sync() }
