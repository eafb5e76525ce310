package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Entry is one complete release in a list of them.
type Entry struct {
	ID   string
	Time time.Time // when it was built, in UTC
	Live bool
}

// List lists the complete releases of a folder, newest first. Those that were
// made by another version of the program are among them. The error is
// ErrNoRelease, wrapped, if the folder does not exist.
func List(dir string) ([]Entry, error) {
	root, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	ids, err := releaseIDs(root)
	if err != nil {
		return nil, err
	}
	live, err := Current(dir)
	if err != nil && !errors.Is(err, ErrNoRelease) {
		return nil, err
	}
	var list []Entry
	for _, id := range ids {
		f, err := root.Open(id + "/" + manifestName)
		if errors.Is(err, fs.ErrNotExist) {
			continue // died, or just being made or removed
		}
		if err != nil {
			return nil, fmt.Errorf("publish: list: %w", err)
		}
		built, err := decodeTime(f)
		f.Close()
		if err != nil { // another version may write it in another way
			built = timeOf(id)
		}
		list = append(list, Entry{ID: id, Time: built, Live: id == live})
	}
	return list, nil
}

// Rollback makes the newest complete release before the live one live again.
// It passes over releases that this version of the program cannot open, and
// those that are damaged: it reads all of one, as a server does before it serves
// it.
//
// The errors, wrapped, are ErrNothingOlder, with why the older ones were passed
// over, ErrNoRelease and ErrBusy.
func Rollback(ctx context.Context, dir string, index IndexRoot) (from, to string, err error) {
	if _, err := Current(dir); err != nil {
		return "", "", err // before the lock, which would leave a file in a folder that is none of ours
	}
	root, err := openFolder(dir)
	if err != nil {
		return "", "", err
	}
	defer root.Close()
	lock, err := lockDir(root)
	if err != nil {
		return "", "", err
	}
	defer unlockDir(lock)

	if from, err = Current(dir); err != nil {
		return "", "", err
	}
	ids, err := releaseIDs(root)
	if err != nil {
		return from, "", err
	}
	nothing := ErrNothingOlder
	for _, id := range ids {
		if id >= from || !complete(root, id) {
			continue
		}
		if err := tryRelease(ctx, dir, id, index); err != nil {
			if ctx.Err() != nil {
				return from, "", err
			}
			nothing = fmt.Errorf("%w: %w", nothing, err)
			continue
		}
		if err := switchTo(root, id, root.Symlink); err != nil {
			return from, "", err
		}
		return from, id, syncDir(root, ".")
	}
	return from, "", fmt.Errorf("publish: roll back from %s: %w", from, nothing)
}

// tryRelease looks whether a server would take a release.
func tryRelease(ctx context.Context, dir, id string, index IndexRoot) error {
	r, err := openRelease(filepath.Join(dir, id), id)
	if err != nil {
		return err
	}
	return errors.Join(r.Verify(ctx, index, nil), r.Close())
}

// openFolder opens a folder of releases that must exist.
func openFolder(dir string) (*os.Root, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("publish: %s: %w", dir, ErrNoRelease)
	}
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	return root, nil
}
