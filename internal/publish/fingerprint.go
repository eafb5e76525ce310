package publish

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Fingerprint tells at a look whether a release is as it was. It has the bytes
// of the manifest, the search template and the maps, the names, sizes and times
// of the files of the index, what its root says, and whether something was put
// into or taken out of www/ itself. Pages deeper down are not looked at: to ask
// for each takes longer than a build that has nothing to do may take.
func Fingerprint(dir, id string, index IndexRoot) (sum [32]byte, err error) {
	h := sha256.New()
	if err := fingerprint(h, filepath.Join(dir, id), index); err != nil {
		return sum, fmt.Errorf("publish: %w", err)
	}
	return [32]byte(h.Sum(nil)), nil
}

func fingerprint(h io.Writer, release string, index IndexRoot) error {
	for _, name := range []string{manifestName, templateName, movedName, goneName} {
		data, err := readPlain(filepath.Join(release, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%d\n%s", len(data), data)
	}
	www, err := os.Lstat(filepath.Join(release, wwwName))
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "%v %d\n", www.Mode(), www.ModTime().UnixNano())
	search := filepath.Join(release, searchName)
	return filepath.WalkDir(search, func(name string, entry fs.DirEntry, err error) error {
		if name == search && errors.Is(err, fs.ErrNotExist) {
			return nil // made without an index
		}
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%q %v", name, info.Mode())
		switch {
		case entry.IsDir(): // what is in it is told: its time is that of any visitor
		case index != nil && entry.Type().IsRegular() && name == filepath.Join(search, filepath.FromSlash(index.Name())):
			says, err := index.Digest(search)
			fmt.Fprintf(h, " %q", says)
			return err
		default:
			fmt.Fprintf(h, " %d %d\n", info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
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
