//go:build !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd && !windows

package disk

import "os"

// Lock does nothing: this system has no lock in the standard library that a killed
// process gives back, and one that it does not give back would stop every build
// after it.
func Lock(*os.File) error { return nil }

// Unlock has nothing to give back.
func Unlock(*os.File) {}
