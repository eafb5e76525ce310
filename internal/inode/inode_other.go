//go:build !linux && !darwin

package inode

import "io/fs"

// Tells reports whether the system knows when an inode was changed. Where it
// does not, only the bytes of a file tell.
const Tells = false

// Of is what was told of a file.
func Of(info fs.FileInfo) Stat { return of(info) }
