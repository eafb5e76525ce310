//go:build !linux

package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder is a folder in which many files are made, linked, looked at and read, by
// paths with slashes that lead somewhere below it: whoever asks has checked them.
type Folder struct{ dir string }

// OpenFolder opens a folder.
func OpenFolder(dir string) (*Folder, error) { return &Folder{dir}, nil }

// Close gives the folder back.
func (f *Folder) Close() error { return nil }

func (f *Folder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// Look tells how a file is, and whether it is a plain one; a link is none.
func (f *Folder) Look(name string) (_ Stat, plain bool, err error) {
	info, err := os.Lstat(f.path(name))
	if err != nil {
		return Stat{}, false, err
	}
	return StatOf(info), info.Mode().IsRegular(), nil
}

// Link gives a file one more name.
func (f *Folder) Link(from, to string) error { return os.Link(f.path(from), f.path(to)) }

// Make makes a folder in it.
func (f *Folder) Make(name string, mode fs.FileMode) error { return os.Mkdir(f.path(name), mode) }

// Write makes a new file.
func (f *Folder) Write(name string, data []byte, mode fs.FileMode) error {
	file, err := os.OpenFile(f.path(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}

// Read gives what is in a plain file to visit, in pieces as large as the buffer or
// smaller, and tells how the file was when it was opened.
func (f *Folder) Read(name string, buffer []byte, visit func([]byte)) (s Stat, err error) {
	info, err := os.Lstat(f.path(name))
	if err == nil && !info.Mode().IsRegular() {
		err = notPlain(name, info.Mode())
	}
	if err != nil {
		return s, err
	}
	file, err := os.OpenFile(f.path(name), os.O_RDONLY|WithoutWaiting, 0)
	if err != nil {
		return s, err
	}
	defer file.Close()
	for {
		n, err := file.Read(buffer)
		visit(buffer[:n])
		if errors.Is(err, io.EOF) {
			return StatOf(info), nil
		}
		if err != nil {
			return s, err
		}
	}
}

// OpenFiles opens the files of a folder.
func OpenFiles(dir string) (Files, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return filesBeneath{root.FS().(rootFS), root}, nil
}

type filesBeneath struct {
	rootFS
	root *os.Root
}

func (b filesBeneath) Close() error { return b.root.Close() }
