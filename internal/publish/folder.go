package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"
)

// Current is the id of the live release of a folder. It only reads the link,
// which is cheap enough to poll. The error is ErrNoRelease, wrapped, when
// nothing has been built there.
func Current(dir string) (id string, err error) {
	name := filepath.Join(dir, currentName)
	id, err = os.Readlink(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		// Where links are refused, `current` is a text file that holds the id.
		var text []byte
		text, err = os.ReadFile(name)
		id = strings.TrimSpace(string(text))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("publish: %s: %w", dir, ErrNoRelease)
	case err != nil:
		return "", fmt.Errorf("publish: which release is live: %w", err)
	case !validID(id):
		return "", fmt.Errorf("publish: %s names %q, which is not a release", name, id)
	}
	return id, nil
}

// switchTo makes a release the live one in a single rename.
func switchTo(root *os.Root, id string, symlink func(target, name string) error) error {
	if err := root.Remove(currentTemp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("publish: switch: %w", err)
	}
	if err := symlink(id, currentTemp); err != nil {
		// Windows makes links only for some users: a text file does as well.
		if err := writeFile(root, currentTemp, []byte(id+"\n")); err != nil {
			return fmt.Errorf("publish: switch: %w", err)
		}
	}
	if err := root.Rename(currentTemp, currentName); err != nil {
		return fmt.Errorf("publish: switch: %w", err)
	}
	return nil
}

// writeFile writes a new file and forces it to the disk.
func writeFile(root *os.Root, name string, data []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir forces the names in a folder to the disk, where that is possible.
func syncDir(root *os.Root, name string) error {
	if runtime.GOOS == "windows" { // has no such call
		return nil
	}
	f, err := root.Open(name)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	err = f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil // some network file systems have none either
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("publish: sync %s: %w", name, err)
	}
	return nil
}

// releaseIDs lists every folder that has the name of a release, newest first,
// complete or not.
func releaseIDs(root *os.Root) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("publish: %s: %w", root.Name(), err)
	}
	var ids []string
	for _, entry := range entries {
		if entry.IsDir() && validID(entry.Name()) {
			ids = append(ids, entry.Name())
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids, nil
}

// complete reports whether a release has its manifest.
func complete(root *os.Root, id string) bool {
	info, err := root.Lstat(id + "/" + manifestName)
	return err == nil && info.Mode().IsRegular()
}

// remove deletes a release or what a dead build left. The manifest goes first:
// a removal that dies half-way leaves no release, and no reader can take a
// folder for one while files vanish from it. To remove the files takes as long
// as to link them, so that is done on all CPUs, too.
func remove(root *os.Root, id string) error {
	err := root.Remove(id + "/" + manifestName)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		www := id + "/" + wwwName
		entries, _ := fs.ReadDir(root.FS(), www) // what cannot be read, or is no folder, is removed below
		var group errgroup.Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		for _, entry := range entries {
			group.Go(func() error { return root.RemoveAll(www + "/" + entry.Name()) })
		}
		if err = group.Wait(); err == nil {
			err = root.RemoveAll(id)
		}
	}
	if err != nil {
		return fmt.Errorf("publish: remove release %s: %w", id, err)
	}
	return nil
}

// removeDead deletes the folders of builds that died. The live release stays
// even if its manifest was lost, since somebody may be reading it.
func removeDead(root *os.Root, ids []string, live string) error {
	for _, id := range ids {
		if id != live && !complete(root, id) {
			if err := remove(root, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// prune deletes old releases until keep complete ones are left, and says how
// many went. The live one always stays. The first to go are those newer than
// before, the release that was live until now: they were rolled back from or
// never switched to, and a rollback must not lead to one of them.
func prune(root *os.Root, live, before string, keep int) (removed int, err error) {
	ids, err := releaseIDs(root)
	if err != nil {
		return 0, err
	}
	kept := 1 // live
	for _, id := range ids {
		if id == live || !complete(root, id) {
			continue
		}
		rejected := before != "" && id > before
		if !rejected && kept < keep {
			kept++
			continue
		}
		if err := remove(root, id); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
