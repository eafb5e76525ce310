package generate

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

	"whyfix/internal/disk"
	"whyfix/internal/publish"
	"whyfix/internal/record"
	"whyfix/internal/search"
	"whyfix/internal/site"
)

// A release is of what was looked at when it was made: the names, sizes, times
// and inodes of the files of the content and the theme, the options, the program,
// the last commit. While all of it is the same, and no date has come, another
// build would make the same release; to know that takes no more than a look at
// each file. And the release must be as it was left: what is called live must be
// what a server takes.

// lastName is the file in the store's folder that remembers it.
const lastName = "last"

// lastBuild is what is remembered of a release.
type lastBuild struct {
	Seen      [32]byte // of what was looked at
	Theme     string   // its name
	ThemeSeen [32]byte // of its files
	At        int64    // when, in nanoseconds since 1970
	Until     int64    // when the same files would give another site, in seconds since 1970; 0: never
	Left      publish.Left
	Articles  int
	Warnings  int
	LeftOut   site.LeftOut
	Sources   []publish.FeedSource
}

// seen is what a build looked at before it began.
type seen struct {
	content, themeName string
	digest             [32]byte // zero: not known
	at                 time.Time
	settles            time.Time // from when on another change of any file is seen
}

// look lists the files of a content folder, and looks at all that a release is
// made of beside them.
func look(ctx context.Context, l *Loader) (seen, *listing, error) {
	o := l.options
	s := seen{content: o.Content, themeName: o.Theme, at: time.Now()}
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
	listed, err := list(l.files, o.Content)
	wg.Wait()
	if err != nil || keyErr != nil {
		return s, listed, err
	}
	h := sha256.New()
	r := o.Release
	fmt.Fprintf(h, "%s%q %q %q %t %t %t %t %d %q %q\n", key, o.Content, o.Theme, o.Base, o.Drafts, r.Index, r.Compress, r.Strict, r.Keep, head, r.Engine)
	fmt.Fprintf(h, "%d %d\n", len(listed.files), len(listed.diags))
	for _, f := range listed.files {
		s.add(h, f.Path, f.Stat)
	}
	for _, f := range listed.pieces {
		s.add(h, f.Path, f.Stat)
	}
	s.digest = [32]byte(h.Sum(nil))
	return s, listed, nil
}

// add looks at a file.
func (s *seen) add(h io.Writer, name string, stat disk.Stat) {
	fmt.Fprintf(h, "%q %d\n", name, stat)
	if at := stat.Settles(); at.After(s.settles) {
		s.settles = at
	}
}

// theme looks at the files of a theme: which it is may stand in site.yaml. A
// theme has no hidden files as the content has: assets/_x.css is one of it.
func (s *seen) theme(name string) (files [32]byte, err error) {
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
		s.add(h, p, disk.StatOf(info))
		return nil
	})
	if err != nil {
		return files, fmt.Errorf("generate: %w", err)
	}
	return [32]byte(h.Sum(nil)), nil
}

// readLast reads what is remembered of the last release. What was damaged is as
// good as nothing.
func readLast(public string) (last lastBuild, ok bool) {
	text, err := readScratch(filepath.Join(publish.ScratchDir(public), lastName))
	if err != nil {
		return last, false
	}
	rest, err := record.Read(text, &last)
	return last, err == nil && rest == ""
}

// result is what a build says that had nothing to do.
func (b lastBuild) result() Result {
	return Result{Result: publish.Result{ID: b.Left.Release}, Articles: b.Articles, Warnings: b.Warnings, LeftOut: b.LeftOut, Sources: b.Sources}
}

// unchanged tells whether the live release of a folder was made of what was
// seen, and what is remembered of it.
func (s seen) unchanged(public string) (lastBuild, bool) {
	last, ok := readLast(public)
	if !ok || last.Seen != s.digest {
		return lastBuild{}, false
	}
	if theme, err := s.theme(last.Theme); err != nil || theme != last.ThemeSeen {
		return lastBuild{}, false
	}
	at := time.Unix(0, last.At)
	if s.at.Before(at) { // the clock was set back: dates that had come are to come
		return lastBuild{}, false
	}
	if !at.After(s.settles) || last.Until != 0 && s.at.Unix() >= last.Until {
		return lastBuild{}, false // a change of that very moment cannot be told; or a date has come
	}
	return last, last.Left.Holds(public, search.Root{})
}

// remember notes what a release was made of.
func (s seen) remember(public string, r Result) error {
	if s.digest == [32]byte{} {
		return nil
	}
	theme := cmp.Or(s.themeName, r.Loaded.Site.Settings.Theme.Value)
	themeSeen, err := s.theme(theme)
	if err != nil {
		return err
	}
	last := lastBuild{Seen: s.digest, Theme: theme, ThemeSeen: themeSeen, At: s.at.UnixNano(), Left: r.left, Articles: r.Articles, Warnings: r.Warnings, LeftOut: r.LeftOut, Sources: r.Sources}
	if at := r.Loaded.Site.NextChange.At; !at.IsZero() {
		last.Until = at.Unix()
	}
	return writeScratch(filepath.Join(publish.ScratchDir(public), lastName), func(w io.Writer) error {
		_, err := w.Write(record.Append(nil, &last))
		return err
	})
}
