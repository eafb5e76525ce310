package importer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

// Errors of a source that is nothing to import.
var (
	ErrNoSource = errors.New("there is no file or folder")
	ErrNoPages  = errors.New("there is nothing to import")
)

// Source is the folder or file of another program.
type Source struct {
	FS    fs.FS
	Start string // the folder or file to import, in FS; "." for all of it
	Shown string // the top of FS as the person would name it
}

// show is a path of the source as the person would name it.
func (s *Source) show(name string) string {
	return filepath.ToSlash(filepath.Join(filepath.FromSlash(s.Shown), filepath.FromSlash(name)))
}

func (s *Source) read(name string) ([]byte, error) {
	data, err := fs.ReadFile(s.FS, name)
	return data, plain(err)
}

// plain is an I/O error without the machine's paths.
func plain(err error) error {
	for inside := (*fs.PathError)(nil); errors.As(err, &inside); {
		err = inside.Err
	}
	return err
}

func (s *Source) isFile(name string) bool {
	info, err := fs.Stat(s.FS, name)
	return err == nil && info.Mode().IsRegular()
}

func (s *Source) isDir(name string) bool {
	info, err := fs.Stat(s.FS, name)
	return err == nil && info.IsDir()
}

// Open finds the source that a path names. Images may lie outside of the
// folder of the pages, so the top is the folder with the program's settings,
// when one lies a few folders above. Nothing above that is read.
func Open(name string) (*Source, func() error, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("%w %s", ErrNoSource, name)
	case err != nil:
		return nil, nil, fmt.Errorf("%s: %w", name, plain(err))
	}
	dir, start := filepath.Clean(name), "."
	if !info.IsDir() {
		dir, start = filepath.Dir(dir), filepath.Base(dir)
	}
	top, inside := dir, start
	for range 4 {
		if d, _ := (&Source{FS: os.DirFS(top)}).settings(); d != nil {
			dir, start = top, inside
			break
		}
		whole, err := filepath.Abs(top)
		if err != nil || filepath.Dir(whole) == whole {
			break
		}
		inside = path.Join(filepath.Base(whole), inside)
		top = filepath.Join(top, "..")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, plain(err))
	}
	return &Source{FS: root.FS(), Start: filepath.ToSlash(start), Shown: filepath.ToSlash(dir)}, root.Close, nil
}

// settings tells a dialect by the settings file at the top of a folder.
func (s *Source) settings() (*dialect, string) {
	for _, d := range dialects {
		for _, name := range d.settings {
			// A file of so plain a name is a sign only beside the folder of the pages.
			if s.isFile(name) && (!strings.HasPrefix(name, "config.") || s.isDir("content")) {
				return d, name
			}
		}
	}
	return nil, ""
}

// hiddenName tells names that the other programs leave out, too: parts of
// pages, settings, what was built.
func hiddenName(name string) bool {
	return name == "node_modules" || content.Hidden(name) && name != "_index.md" && name != "_index.html"
}

// walk visits the files from a folder or file on, but for folders that are not
// to be looked at. An error of the start itself ends it.
func (s *Source) walk(ctx context.Context, start string, skip []string, visit func(name string, hidden bool, err error)) error {
	return fs.WalkDir(s.FS, start, func(name string, entry fs.DirEntry, err error) error {
		top := name == start
		hidden := !top && hiddenName(path.Base(name))
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && top:
			return fmt.Errorf("%s: %w", s.show(name), plain(err))
		case err == nil && entry.IsDir() && !top && (hidden || slices.Contains(skip, name)):
			return fs.SkipDir
		case err != nil || !entry.IsDir():
			visit(name, hidden, err)
		}
		return nil
	})
}

// input is a file of the source that is being read.
type input struct {
	name, shown string // in the source, and as the person would name it
	lines       *diag.Lines
	text        []byte
}

// page starts the page that a file is.
func (in *input) page() *page {
	dir, file := path.Split(in.name)
	dir = path.Clean(dir)
	return &page{source: in.name, shown: in.shown, dir: dir, into: dir, name: stem(file)}
}

// stem is a path's last part without its ending.
func stem(p string) string { return strings.TrimSuffix(path.Base(p), path.Ext(p)) }

// read reads every page of the source, in the order of their names.
func (im *importing) read() error {
	p, found := &im.project, 0
	unread := func(name string, err error) {
		im.mistake(diag.Pos{File: im.src.show(name)}, "file-read", diag.Say("cannot be read: %s", plain(err).Error()), diag.Text{})
	}
	err := im.src.walk(im.ctx, p.start, p.public, func(name string, hidden bool, err error) {
		switch {
		case err != nil:
			unread(name, err)
		case name == p.start, p.owns(name) && !hidden && im.src.isFile(name):
			found++
			data, err := im.src.read(name)
			if err != nil {
				unread(name, err)
			} else if in := im.decode(name, data); in != nil {
				p.dialect.read(im, in)
			}
		case p.owns(name), !hidden && ownedByAny(name):
			im.left = append(im.left, im.src.show(name))
		}
	})
	if err == nil && found == 0 {
		err = fmt.Errorf("%w: no %s file in %s", ErrNoPages, p.name, im.src.show(p.start))
	}
	if err == nil && p.whole != nil {
		p.whole(im)
	}
	return err
}

// ownedByAny reports whether a file could be a page of any dialect.
func ownedByAny(name string) bool {
	for _, d := range dialects {
		if d.owns(name) {
			return true
		}
	}
	return false
}
