package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Folder is a folder in which tens of thousands of files are made, linked, looked
// at and read, by paths with slashes that lead somewhere below it: whoever asks has
// checked them. It is held open, so that no call walks to it again, and a file
// costs no more calls than it needs; os.File asks with five more whether it can be
// waited for.
type Folder struct {
	file *os.File
	conn syscall.RawConn
}

// OpenFolder opens a folder.
func OpenFolder(dir string) (*Folder, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	return folderOf(f)
}

func folderOf(f *os.File) (*Folder, error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Folder{f, conn}, nil
}

// Close gives the folder back.
func (f *Folder) Close() error { return f.file.Close() }

// at calls the system with the folder, again when a signal came between.
func (f *Folder) at(do func(folder int) error) (err error) {
	closed := f.conn.Control(func(folder uintptr) { err = again(func() error { return do(int(folder)) }) })
	return errors.Join(closed, err)
}

func again(do func() error) error {
	for {
		if err := do(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// failed is an error that says what was done to which file.
func failed(do, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: do, Path: name, Err: err}
}

// Look tells how a file is, and whether it is a plain one; a link is none.
func (f *Folder) Look(name string) (_ Stat, plain bool, err error) {
	var s unix.Stat_t
	err = f.at(func(folder int) error { return unix.Fstatat(folder, name, &s, unix.AT_SYMLINK_NOFOLLOW) })
	return statOf(&s), isPlain(&s), failed("lstat", name, err)
}

func statOf(s *unix.Stat_t) Stat {
	return Stat{Number: s.Ino, Size: s.Size, Modified: unix.TimespecToNsec(s.Mtim), Changed: unix.TimespecToNsec(s.Ctim)}
}

func isPlain(s *unix.Stat_t) bool { return s.Mode&unix.S_IFMT == unix.S_IFREG }

// Link gives a file one more name.
func (f *Folder) Link(from, to string) error {
	err := f.at(func(folder int) error { return unix.Linkat(folder, from, folder, to, 0) })
	if err != nil {
		return &os.LinkError{Op: "link", Old: from, New: to, Err: err}
	}
	return nil
}

// open opens a file of the folder.
func (f *Folder) open(name string, how unix.OpenHow) (file int, err error) {
	err = f.at(func(folder int) error {
		if how.Resolve != 0 {
			file, err = unix.Openat2(folder, name, &how)
		} else {
			file, err = unix.Openat(folder, name, int(how.Flags), uint32(how.Mode))
		}
		return err
	})
	return file, failed("open", name, err)
}

// Write makes a new file.
func (f *Folder) Write(name string, data []byte, mode fs.FileMode) error {
	file, err := f.open(name, unix.OpenHow{Flags: unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_CLOEXEC, Mode: uint64(mode.Perm())})
	if err != nil {
		return err
	}
	for err == nil && len(data) > 0 {
		var n int
		err = again(func() error { n, err = unix.Write(file, data[:min(len(data), 1<<30)]); return err })
		data = data[max(n, 0):]
	}
	return failed("write", name, errors.Join(err, unix.Close(file)))
}

// Read gives what is in a plain file to visit, in pieces as large as the buffer or
// smaller, and tells how the file was when it was opened: what somebody writes
// behind its end meanwhile is not read.
func (f *Folder) Read(name string, buffer []byte, visit func([]byte)) (s Stat, err error) {
	file, err := f.open(name, unix.OpenHow{Flags: unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC})
	if err != nil {
		return s, err
	}
	defer unix.Close(file)
	var info unix.Stat_t
	if err = again(func() error { return unix.Fstat(file, &info) }); err == nil && !isPlain(&info) {
		return s, notPlain(name, fs.ModeIrregular)
	}
	s = statOf(&info)
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

func read(file int, buffer []byte) (n int, err error) {
	err = again(func() error { n, err = unix.Read(file, buffer); return err })
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
	folder, err := folderOf(f)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return filesBeneath{root.FS().(rootFS), root, folder}, nil
}

type filesBeneath struct {
	rootFS
	root   *os.Root
	folder *Folder
}

func (b filesBeneath) Close() error { return errors.Join(b.folder.Close(), b.root.Close()) }

// ReadFile reads a file. The system sees to it that no link leads out of the
// folder.
func (b filesBeneath) ReadFile(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return b.rootFS.ReadFile(name)
	}
	file, err := b.folder.open(name, unix.OpenHow{
		Flags: unix.O_RDONLY | unix.O_NONBLOCK | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil { // an old kernel, too
		return b.rootFS.ReadFile(name)
	}
	defer unix.Close(file)
	var info unix.Stat_t
	if err := again(func() error { return unix.Fstat(file, &info) }); err != nil || !isPlain(&info) {
		return b.rootFS.ReadFile(name)
	}
	data := make([]byte, info.Size+1)
	n, err := read(file, data)
	if err != nil || int64(n) != info.Size { // it is being written
		return b.rootFS.ReadFile(name)
	}
	return data[:n], nil
}
