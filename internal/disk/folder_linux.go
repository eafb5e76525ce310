package disk

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Folder is a folder in which tens of thousands of files are made, linked, looked
// at and read, by paths with slashes that lead somewhere below it: whoever asks has
// checked them. It is held open, so that no call walks to it again, and a file
// costs no more calls than it needs; os.File asks with five more whether it can be
// waited for.
type Folder struct{ file *os.File }

// OpenFolder opens a folder.
func OpenFolder(dir string) (*Folder, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{f}, nil
}

// Close gives the folder back.
func (f *Folder) Close() error { return f.file.Close() }

// failed is an error that says what was done to which file.
func failed(do, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: do, Path: name, Err: err}
}

// Each call to the system is made again when a signal came between.

// Look tells how a file is, and whether it is a plain one; a link is none.
func (f *Folder) Look(name string) (_ Stat, plain bool, err error) {
	var s unix.Stat_t
	for again := true; again; again = err == unix.EINTR {
		err = unix.Fstatat(int(f.file.Fd()), name, &s, unix.AT_SYMLINK_NOFOLLOW)
	}
	return statOf(&s), isPlain(&s), failed("lstat", name, err)
}

func statOf(s *unix.Stat_t) Stat {
	return Stat{Number: s.Ino, Size: s.Size, Modified: unix.TimespecToNsec(s.Mtim), Changed: unix.TimespecToNsec(s.Ctim)}
}

func isPlain(s *unix.Stat_t) bool { return s.Mode&unix.S_IFMT == unix.S_IFREG }

// Link gives a file one more name.
func (f *Folder) Link(from, to string) (err error) {
	for again := true; again; again = err == unix.EINTR {
		folder := int(f.file.Fd())
		err = unix.Linkat(folder, from, folder, to, 0)
	}
	if err != nil {
		return &os.LinkError{Op: "link", Old: from, New: to, Err: err}
	}
	return nil
}

// Make makes a folder in it.
func (f *Folder) Make(name string, mode fs.FileMode) (err error) {
	for again := true; again; again = err == unix.EINTR {
		err = unix.Mkdirat(int(f.file.Fd()), name, uint32(mode.Perm()))
	}
	return failed("mkdir", name, err)
}

// Write makes a new file.
func (f *Folder) Write(name string, data []byte, mode fs.FileMode) (err error) {
	file := -1
	for again := true; again; again = err == unix.EINTR {
		file, err = unix.Openat(int(f.file.Fd()), name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, uint32(mode.Perm()))
	}
	if err != nil {
		return failed("open", name, err)
	}
	for len(data) > 0 && (err == nil || err == unix.EINTR) {
		var n int
		n, err = unix.Write(file, data[:min(len(data), 1<<30)])
		data = data[max(n, 0):]
	}
	return failed("write", name, errors.Join(err, unix.Close(file)))
}

// Read gives what is in a plain file to visit, in pieces as large as the buffer or
// smaller, and tells how the file was when it was opened: what somebody writes
// behind its end meanwhile is not read.
func (f *Folder) Read(name string, buffer []byte, visit func([]byte)) (s Stat, err error) {
	file := -1
	for again := true; again; again = err == unix.EINTR {
		file, err = unix.Openat(int(f.file.Fd()), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return s, failed("open", name, err)
	}
	defer unix.Close(file)
	s, plain, err := stat(file)
	if err == nil && !plain {
		return s, notPlain(name, fs.ModeIrregular)
	}
	for left := s.Size; err == nil && left > 0; {
		var n int
		if n, err = read(file, buffer[:min(int64(len(buffer)), left)]); n == 0 {
			break // it was cut off meanwhile
		}
		visit(buffer[:n])
		left -= int64(n)
	}
	return s, failed("read", name, err)
}

func stat(file int) (_ Stat, plain bool, err error) {
	var s unix.Stat_t
	for again := true; again; again = err == unix.EINTR {
		err = unix.Fstat(file, &s)
	}
	return statOf(&s), isPlain(&s), err
}

func read(file int, buffer []byte) (n int, err error) {
	for again := true; again; again = err == unix.EINTR {
		n, err = unix.Read(file, buffer)
	}
	return max(n, 0), err
}

// OpenFiles opens the files of a folder. One is read with four calls to the system,
// however deep it lies; what is odd about one is left to os.Root.
func OpenFiles(dir string) (Files, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	f, err := root.Open(".") // the same folder, whatever has the name by now
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return filesBeneath{root.FS().(rootFS), root, f}, nil
}

type filesBeneath struct {
	rootFS
	root   *os.Root
	folder *os.File
}

func (b filesBeneath) Close() error { return errors.Join(b.folder.Close(), b.root.Close()) }

// ReadFile reads a file. The system sees to it that no link leads out of the
// folder.
func (b filesBeneath) ReadFile(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return b.rootFS.ReadFile(name)
	}
	file, err := unix.Openat2(int(b.folder.Fd()), name, &unix.OpenHow{
		Flags: unix.O_RDONLY | unix.O_NONBLOCK | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil { // an old kernel, too
		return b.rootFS.ReadFile(name)
	}
	defer unix.Close(file)
	s, plain, err := stat(file)
	if err != nil || !plain {
		return b.rootFS.ReadFile(name)
	}
	data := make([]byte, s.Size+1)
	n, err := read(file, data)
	if err != nil || int64(n) != s.Size { // it is being written
		return b.rootFS.ReadFile(name)
	}
	return data[:n], nil
}
