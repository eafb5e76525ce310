package publish

import (
	"fmt"
	"os"
)

// lockDir takes the exclusive lock of a folder of releases. unlockDir gives it
// back, as does the end of the process, however it ends. The file itself
// stays: removing it would let two builds lock two different files.
//
// It returns ErrBusy, wrapped, when another holds the lock.
func lockDir(root *os.Root) (*os.File, error) {
	f, err := root.OpenFile(lockName, os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, fmt.Errorf("publish: lock %s: %w", root.Name(), err)
	}
	if err := tryLock(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("publish: %s: %w", root.Name(), err)
	}
	return f, nil
}

// unlockDir gives a lock back. Closing the file is not enough: a process that
// was started a moment ago may still hold a copy of it, until it has become
// the other program.
func unlockDir(f *os.File) error {
	unlock(f)
	return f.Close()
}
