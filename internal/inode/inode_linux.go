package inode

import (
	"io/fs"
	"syscall"
)

// Tells reports whether the system knows when an inode was changed.
const Tells = true

// Of is what was told of a file.
func Of(info fs.FileInfo) Stat {
	s := of(info)
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.Number, s.Changed = sys.Ino, sys.Ctim.Nano()
	}
	return s
}
