package local

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"

	"whyfix/internal/search/store"
)

// Root knows the file of an index whose bytes are not to be relied on: see
// store.RootFile. Dir is the folder of an index.
type Root struct{}

// Name is the file's, in the folder of an index, with slashes.
func (Root) Name() string { return path.Join(storeFolder, store.RootFile) }

// Digest is of what the file says: equal digests, the same index, as long as
// the other files are the same. One that says nothing that could be read, or
// names segments that are not there, has the digest "". An error says nothing
// about the file: the disk did not give it, or somebody else has it open for
// writing.
func (Root) Digest(dir string) (string, error) {
	root, err := store.ReadRoot(filepath.Join(dir, storeFolder))
	switch {
	case errors.Is(err, store.ErrRoot):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("search: %w", err)
	}
	return root.Digest(), nil
}

// Copy writes a file that says the same into a folder that has all other files
// already. It is another file in any case, also where the others are links: who
// opens one of the two indexes for writing must not lock the other, or write
// into it.
func (Root) Copy(from, to string) error {
	root, err := store.ReadRoot(filepath.Join(from, storeFolder))
	if err == nil {
		err = store.WriteRoot(filepath.Join(to, storeFolder), root)
	}
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}
