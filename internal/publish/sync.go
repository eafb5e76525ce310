package publish

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"
)

// syncAll forces the release to the disk, all but what Commit still renames: the
// content of its files, and their names. Linux has one call for all that a file
// system has not yet written, a fraction of the time that tens of thousands of
// calls take; elsewhere each new file and each folder is one.
func (w *Writer) syncAll() error {
	err := syncFileSystem(w.osPath("."))
	if !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	var group errgroup.Group
	group.SetLimit(syncsAtOnce)
	for name, f := range w.files {
		if f.state == written {
			group.Go(func() error { return syncFile(w.osPath(name)) })
		}
	}
	beside := []string{manifestTemp, movedName, goneName}
	if len(w.variants) > 0 {
		beside = append(beside, copiesName)
	}
	for _, name := range beside {
		group.Go(func() error { return syncFile(w.osPath(name)) })
	}
	folders := slices.Collect(maps.Keys(w.folders))
	err = filepath.WalkDir(w.osPath(searchName), func(name string, entry fs.DirEntry, err error) error {
		switch {
		case w.search == searchNone:
			return filepath.SkipAll
		case err != nil:
			return err
		case entry.IsDir():
			rel, err := filepath.Rel(w.osPath("."), name)
			folders = append(folders, filepath.ToSlash(rel))
			return err
		}
		group.Go(func() error { return syncFile(name) })
		return nil
	})
	if err = errors.Join(err, group.Wait()); err != nil {
		return err
	}
	slices.Sort(folders)
	for _, name := range slices.Compact(folders) {
		group.Go(func() error { return syncDir(w.root, path.Join(w.id, name)) })
	}
	return errors.Join(group.Wait(), syncDir(w.root, "."))
}

// syncsAtOnce is how many files are forced to the disk at once: disks do several
// in the time of one.
const syncsAtOnce = 16

func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0) // some systems want one that could be written
	if err != nil {
		return err
	}
	return errors.Join(syncData(f), f.Close())
}
