package disk

import (
	"io/fs"
	"syscall"
)

// KnowsChanges reports whether the system knows when an inode was changed.
const KnowsChanges = true

// StatOf is what was told of a file.
func StatOf(info fs.FileInfo) Stat {
	s := of(info)
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.Number, s.Changed = sys.Ino, sys.Ctim.Nano()
	}
	return s
}
