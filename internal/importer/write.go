package importer

import (
	"errors"
	"fmt"
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
	scratch := fmt.Sprintf(".import-%d", os.Getpid())
	if err := root.Mkdir(scratch, 0o755); err != nil {
		return plain(err)
	}
	var made []string // files in their place and folders for them, those above first
	defer func() {
		_ = root.RemoveAll(scratch)
		for n := len(made) - 1; n >= 0 && err != nil; n-- {
			_ = root.Remove(made[n])
		}
	}()
	for n, f := range i.Files {
		if err := i.writeOne(root, path.Join(scratch, strconv.Itoa(n)), f); err != nil {
			return fmt.Errorf("cannot write %s: %w", f.Path, plain(err))
		}
	}
	for n, f := range i.Files {
		folders, err := makeFolders(root, path.Dir(f.Path))
		made = append(made, folders...)
		if err == nil {
			err = moveTo(root, path.Join(scratch, strconv.Itoa(n)), f.Path)
		}
		if err != nil {
			return fmt.Errorf("cannot write %s: %w", f.Path, plain(err))
		}
		made = append(made, f.Path)
	}
	return nil
}

func (i *Import) writeOne(root *os.Root, name string, f File) (err error) {
	if f.copyOf != "" {
		if f.Text, err = fs.ReadFile(i.source, f.copyOf); err != nil {
			return err
		}
	}
	return root.WriteFile(name, f.Text, 0o644)
}

// makeFolders makes a folder and those above it, and returns which were new.
func makeFolders(root *os.Root, dir string) (made []string, err error) {
	if dir == "." {
		return nil, nil
	}
	if made, err = makeFolders(root, path.Dir(dir)); err != nil {
		return made, err
	}
	if err = root.Mkdir(dir, 0o755); err == nil {
		made = append(made, dir)
	} else if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return made, err
}

// moveTo gives a complete file its name, unless that is taken: a rename would
// write over it, a link does not.
func moveTo(root *os.Root, from, to string) error {
	if err := root.Link(from, to); err == nil {
		return nil
	}
	if _, err := root.Lstat(to); err == nil {
		return fs.ErrExist
	}
	return root.Rename(from, to) // a file system without links
}
