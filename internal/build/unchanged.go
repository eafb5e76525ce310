package build

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/inode"
	"whyfix/internal/publish"
	"whyfix/internal/record"
	"whyfix/internal/search"
)

// A release is of what was looked at when it was made: the names, sizes, times
// and inodes of the files of the content and the theme, the options, the program,
// the last commit. While all of it is the same, and no date has come, another
// build would make the same release; to know that takes no more than a look at
// each file. And the release must be as it was left: what is called live must be
// what a server takes.

// lastName is the file in the store's folder that remembers it.
const lastName = "last"

// LastBuild is what is remembered of a release.
type LastBuild struct {
	Seen      [32]byte // of what was looked at
	Theme     string   // its name
	ThemeSeen [32]byte // of its files
	At        int64    // when, in nanoseconds since 1970
	Until     int64    // when the same files would give another site, in seconds since 1970; 0: never
	Left      publish.Left
	Articles  int
	Warnings  int
}

// Seen is what a build looked at before it began.
type Seen struct {
	content, themeName string
	digest             [32]byte
	at                 time.Time
	settles            time.Time // from when on another change of any file is seen
	listing            *Listing  // of the content folder
}

// Look looks at all that a release is made of. The options are the theme's name
// and whatever else makes a difference, as a text.
func Look(ctx context.Context, o Options, more string) (Seen, error) {
	s := Seen{content: o.Content, themeName: o.Theme, at: time.Now()}
	// The program and git are asked while the files are listed.
	var (
		wg     sync.WaitGroup
		key    string
		keyErr error
		head   []byte
	)
	wg.Go(func() { key, keyErr = storeKey() })
	wg.Go(func() {
		head, _ = exec.CommandContext(ctx, "git", "-C", o.Content, "rev-parse", "HEAD").Output() // none outside of git
	})
	files := sha256.New()
	listing, err := s.folder(files, o.Content)
	wg.Wait()
	if err := cmp.Or(keyErr, err); err != nil {
		return s, err
	}
	s.listing = listing
	h := sha256.New()
	fmt.Fprintf(h, "%s%q %q %t %q\n%s%x", key, o.Theme, o.Base, o.Drafts, more, head, files.Sum(nil))
	s.digest = [32]byte(h.Sum(nil))
	return s, nil
}

// folder looks at all files of a folder.
func (s *Seen) folder(h io.Writer, dir string) (*Listing, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	defer root.Close()
	files, diags, err := content.Scan(root.FS())
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	fmt.Fprintf(h, "%q %d %d\n", dir, len(files), len(diags))
	for _, f := range files {
		s.look(h, f.Path, f.Stat)
	}
	return &Listing{files, diags}, nil
}

// look adds a file.
func (s *Seen) look(h io.Writer, name string, stat inode.Stat) {
	fmt.Fprintf(h, "%q %d\n", name, stat)
	if at := stat.Settles(); at.After(s.settles) {
		s.settles = at
	}
}

// Listing are the files of the content folder, for a Loader that is made at
// once.
func (s Seen) Listing() *Listing { return s.listing }

// theme looks at the files of a theme: which it is may stand in site.yaml. A
// theme has no hidden files as the content has: assets/_x.css is one of it.
func (s *Seen) theme(name string) (seen [32]byte, err error) {
	h := sha256.New()
	dir := ThemeDir(cmp.Or(name, "default"), s.content)
	if dir == "" {
		return [32]byte(h.Sum(nil)), nil
	}
	fmt.Fprintf(h, "%q\n", dir)
	err = fs.WalkDir(os.DirFS(dir), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(p))) // where a link leads, too
		if err != nil {
			return err
		}
		s.look(h, p, inode.Of(info))
		return nil
	})
	if err != nil {
		return seen, fmt.Errorf("build: %w", err)
	}
	return [32]byte(h.Sum(nil)), nil
}

// readLast reads what is remembered of the last release. What was damaged is as
// good as nothing.
func readLast(public string) (last LastBuild, ok bool) {
	text, err := readScratch(filepath.Join(publish.ScratchDir(public), lastName))
	if err != nil {
		return last, false
	}
	rest, err := record.Read(text, &last)
	return last, err == nil && rest == ""
}

// Unchanged tells whether the live release of a folder was made of what was
// seen, and what is remembered of it.
func (s Seen) Unchanged(public string) (LastBuild, bool) {
	last, ok := readLast(public)
	if !ok || last.Seen != s.digest {
		return LastBuild{}, false
	}
	if theme, err := s.theme(last.Theme); err != nil || theme != last.ThemeSeen {
		return LastBuild{}, false
	}
	at := time.Unix(0, last.At)
	if s.at.Before(at) { // the clock was set back: dates that had come are to come
		return LastBuild{}, false
	}
	if !at.After(s.settles) || last.Until != 0 && s.at.Unix() >= last.Until {
		return LastBuild{}, false // a change of that very moment cannot be told; or a date has come
	}
	return last, last.Left.Holds(public, search.Root{})
}

// Remember notes what a release was made of.
func (s Seen) Remember(public string, l *Loaded, report Report) error {
	theme := cmp.Or(s.themeName, l.Site.Settings.Theme.Value)
	themeSeen, err := s.theme(theme)
	if err != nil {
		return err
	}
	last := LastBuild{Seen: s.digest, Theme: theme, ThemeSeen: themeSeen, At: s.at.UnixNano(), Left: report.Left, Articles: report.Articles, Warnings: len(l.Diags)}
	if at := l.Site.NextChange.At; !at.IsZero() {
		last.Until = at.Unix()
	}
	return writeScratch(filepath.Join(publish.ScratchDir(public), lastName), func(w io.Writer) error {
		_, err := w.Write(record.Append(nil, &last))
		return err
	})
}
