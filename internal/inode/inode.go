// Package inode tells whether a file is the one that it was: what a file system
// says of it beside its name.
//
// In: what os.Lstat returned. Out: a Stat to keep and to compare. A size and a
// time of change can be set by anybody, and be those of another file: cp -p and
// the layers of images do so, and a whole tree may have one time. The number of
// the inode and the time when that was changed are the file system's own.
package inode

import (
	"io/fs"
	"time"
)

// Stat is how a file was. Equal Stats are of the same file, which nobody has
// written since, if the system Tells; and if its Changed is older than the
// moment at which the first of the two was taken: a clock ticks less often than
// files change.
type Stat struct {
	Number   uint64 // of the inode; 0 where the system has none
	Size     int64
	Modified int64 // in nanoseconds since 1970
	Changed  int64 // of the inode, by writing, renaming, linking; 0 where nobody knows
}

// Same reports whether two are of the same file with the same content, as far
// as that can be told after somebody has linked it or taken a link away.
func (s Stat) Same(t Stat) bool {
	s.Changed, t.Changed = 0, 0
	return s == t
}

// tick is longer than the clock of a file system with fine times stands still;
// coarse is the same where times are whole seconds.
const (
	tick   = 20 * time.Millisecond
	coarse = 2 * time.Second
)

// Settles is the moment from which on another change would give another Stat.
func (s Stat) Settles() time.Time {
	last, unit := s.Changed, tick
	if last == 0 { // it can be set, and be that of a coarser system
		last, unit = s.Modified, coarse
	}
	if last%int64(time.Second) == 0 {
		unit = coarse
	}
	return time.Unix(0, last).Add(unit)
}

// Settled reports whether a file that is still so must be as it was at a moment.
func (s Stat) Settled(at time.Time) bool { return at.After(s.Settles()) }

// of are the parts that every system knows.
func of(info fs.FileInfo) Stat {
	return Stat{Size: info.Size(), Modified: info.ModTime().UnixNano()}
}
