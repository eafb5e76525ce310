package search

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// ErrDamaged says that an index is not what was made.
var ErrDamaged = errors.New("search: the index is damaged or not all there")

// Size is how many bytes the files of an index have; of what cannot be read,
// none.
func Size(dir string) (bytes int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
