package importer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
)

// Write writes the files into the content folder: all of them or, if one
// cannot be written, none. They are written under a name that no site reads
// and get their own names when all are complete. A file that has come into
// being since Plan is not written over.
func (i *Import) Write(root *os.Root) (err error) {
	scratch, err := scratchFolder(root)
	if err != nil {
		return err
	}
	var done []string // files in their place
	var dirs []string // folders that were made for them, those above first
	defer func() {
		_ = root.RemoveAll(scratch)
		if err != nil {
			for _, name := range done {
				_ = root.Remove(name)
			}
			for n := len(dirs) - 1; n >= 0; n-- {
				_ = root.Remove(dirs[n])
			}
		}
	}()
	for n, f := range i.Files {
		if err := i.writeOne(root, path.Join(scratch, strconv.Itoa(n)), f); err != nil {
			return fmt.Errorf("cannot write %s: %w", f.Path, plain(err))
		}
	}
	for n, f := range i.Files {
		made, err := makeFolders(root, path.Dir(f.Path))
		dirs = append(dirs, made...)
		if err == nil {
			err = settleFile(root, path.Join(scratch, strconv.Itoa(n)), f.Path)
		}
		if err != nil {
			return fmt.Errorf("cannot write %s: %w", f.Path, plain(err))
		}
		done = append(done, f.Path)
	}
	return nil
}

// scratchFolder makes a folder that no site reads.
func scratchFolder(root *os.Root) (string, error) {
	for n := 1; ; n++ {
		name := fmt.Sprintf(".import-%d-%d", os.Getpid(), n)
		err := root.Mkdir(name, 0o755)
		if err == nil || !errors.Is(err, fs.ErrExist) {
			return name, plain(err)
		}
	}
}

func (i *Import) writeOne(root *os.Root, name string, f File) error {
	out, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if f.copyOf == "" {
		_, err = out.Write(f.Text)
	} else {
		var in fs.File
		if in, err = i.source.Open(f.copyOf); err == nil {
			_, err = io.Copy(out, in)
			in.Close()
		}
	}
	return errors.Join(err, out.Close())
}

// makeFolders makes a folder and those above it, and returns which were new.
func makeFolders(root *os.Root, dir string) ([]string, error) {
	if dir == "." {
		return nil, nil
	}
	made, err := makeFolders(root, path.Dir(dir))
	if err != nil {
		return made, err
	}
	switch err := root.Mkdir(dir, 0o755); {
	case err == nil:
		return append(made, dir), nil
	case errors.Is(err, fs.ErrExist):
		return made, nil
	default:
		return made, err
	}
}

// settleFile gives a complete file its name, unless that is taken: a rename
// would write over it, a link does not.
func settleFile(root *os.Root, from, to string) error {
	err := root.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return linkError(err)
	}
	if _, err := root.Lstat(to); err == nil {
		return fs.ErrExist
	}
	return root.Rename(from, to) // a file system without links
}

func linkError(err error) error {
	if err != nil {
		return fs.ErrExist
	}
	return nil
}
