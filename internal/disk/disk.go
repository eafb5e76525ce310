// Package disk is what operating systems say and do of files, each in its own
// way.
//
// In: files and folders, by name, by a folder that is open, or as os.Lstat tells
// of them. Out: whether a file is the one that it was (Stat), a lock that ends
// with its process, files that are opened without waiting and are plain files,
// many files of one folder with few calls (Folder, Files), and what was written on
// the disk, not only on its way there.
//
// Where a system cannot do something, its file here says what is done in its place.
// Which files are meant, and in which order, is for who asks.
package disk

import "errors"

// ErrLocked says that somebody else has the lock.
var ErrLocked = errors.New("another has the lock")
