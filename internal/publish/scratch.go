package publish

import (
	"fmt"
	"os"
	"path/filepath"
)

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
