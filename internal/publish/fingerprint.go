package publish

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Fingerprint tells at a look whether a release is as it was. It has the bytes
// of the manifest, the search template and the maps, the names, sizes and times
// of the files of the index, what its root says, and whether something was put
// into or taken out of www/ itself. Pages deeper down are not looked at: to ask for each takes longer
// than a build that has nothing to do may take.
func Fingerprint(dir, id string, index IndexRoot) (sum [32]byte, err error) {
	h := sha256.New()
	release := filepath.Join(dir, id)
	for _, name := range []string{manifestName, templateName, movedName, goneName} {
		data, err := readPlain(filepath.Join(release, name))
		if err != nil {
			return sum, fmt.Errorf("publish: %w", err)
		}
		fmt.Fprintf(h, "%d\n%s", len(data), data)
	}
	look := func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%q %v %d %d\n", name, info.Mode(), info.Size(), info.ModTime().UnixNano())
		return nil
	}
	lookIndex := func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(release, name)
		if err != nil {
			return err
		}
		isRoot := isIndexRoot(index, filepath.ToSlash(rest)) && entry.Type().IsRegular()
		if !entry.IsDir() && !isRoot {
			return look(name, entry, nil)
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		says := ""
		if isRoot {
			says, err = index.Digest(filepath.Join(release, searchName))
		}
		// Of a folder, what is in it is told: its time is that of any visitor.
		fmt.Fprintf(h, "%q %v %q\n", name, info.Mode(), says)
		return err
	}
	www, err := os.Lstat(filepath.Join(release, wwwName))
	if err == nil {
		err = look(wwwName, fs.FileInfoToDirEntry(www), nil)
	}
	if err == nil {
		err = filepath.WalkDir(filepath.Join(release, searchName), lookIndex)
		if _, there := os.Lstat(filepath.Join(release, searchName)); errors.Is(there, fs.ErrNotExist) {
			err = nil // made without an index
		}
	}
	if err != nil {
		return sum, fmt.Errorf("publish: %w", err)
	}
	return [32]byte(h.Sum(nil)), nil
}

// readPlain reads a file, but nothing else: who opens a pipe waits for ever, and
// no reader follows a link out of a release.
func readPlain(name string) ([]byte, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a plain file", name)
	}
	return os.ReadFile(name)
}
