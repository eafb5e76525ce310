package publish

import (
	"fmt"
	"os"
	"path/filepath"
)

// lockDir takes the exclusive lock of a folder of releases. unlockDir gives it
// back, as does the end of the process, however it ends. The file itself
// stays: removing it would let two builds lock two different files.
//
// It returns ErrBusy, wrapped, when another holds the lock.
func lockDir(root *os.Root) (*os.File, error) {
	if info, err := root.Lstat(lockName); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("publish: %s is %s where a file should be; remove it", filepath.Join(root.Name(), lockName), kindOf(info.Mode()))
	}
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

// scratchName is the folder beside the releases in which a builder keeps what
// makes the next build faster. It is no part of any release.
const scratchName = ".build"

// ScratchDir is the builder's folder beside the releases, as an OS path.
func ScratchDir(dir string) string { return filepath.Join(dir, scratchName) }

// Scratch makes the builder's folder beside the releases and locks it until
// release is called, or the process ends. The error is ErrBusy, wrapped, while
// another has it.
func Scratch(dir string) (name string, release func() error, err error) {
	name = ScratchDir(dir)
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return "", nil, fmt.Errorf("publish: %s is %s where a folder should be; remove it", name, kindOf(info.Mode()))
	}
	if err := os.MkdirAll(name, dirMode); err != nil {
		return "", nil, fmt.Errorf("publish: %w", err)
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return "", nil, fmt.Errorf("publish: %w", err)
	}
	defer root.Close()
	lock, err := lockDir(root)
	if err != nil {
		return "", nil, err
	}
	return name, func() error { return unlockDir(lock) }, nil
}
