//go:build !linux && !darwin

package disk

import "io/fs"

// KnowsChanges reports whether the system knows when an inode was changed. Where it
// does not, only the bytes of a file tell.
const KnowsChanges = false

// StatOf is what was told of a file.
func StatOf(info fs.FileInfo) Stat { return of(info) }
