package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

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
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", "", fmt.Errorf("publish: %w", err)
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
