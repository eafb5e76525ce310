package disk

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Kind names what is found where a file should be.
func Kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a link"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}

// ReadPlain reads a file, but nothing else: who opens a pipe waits for ever, and a
// link leads anywhere. It is looked at before it is opened, and again afterwards,
// since it may be another by then.
func ReadPlain(name string) ([]byte, error) {
	info, err := os.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = notPlain(name, info.Mode())
	}
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_RDONLY|WithoutWaiting, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = notPlain(name, info.Mode())
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(f)
}

func notPlain(name string, mode fs.FileMode) error {
	return fmt.Errorf("%s is %s, not a plain file", name, Kind(mode))
}

// Files are the files below a folder. No link leads out of it.
type Files interface {
	rootFS
	io.Closer
}

// rootFS is what a root offers as a file system.
type rootFS interface {
	fs.StatFS
	fs.ReadFileFS
	fs.ReadDirFS
	fs.ReadLinkFS
}

// OpenPlain opens a file below a folder, or one that a link in there leads to, but
// nothing else, and never waits for it.
func OpenPlain(root *os.Root, name string) (*os.File, error) {
	info, err := root.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = notPlain(name, info.Mode())
	}
	if err != nil {
		return nil, err
	}
	f, err := root.OpenFile(name, os.O_RDONLY|WithoutWaiting, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = notPlain(name, info.Mode())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
