package generate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"whyfix/internal/publish"
	"whyfix/internal/record"
	"whyfix/internal/search"
)

// A release is of what was looked at when it was made: the names, sizes and
// times of the files of the content and the theme, the options, the program,
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
	Release   string
	Left      [32]byte // its fingerprint
	Articles  int
	Warnings  int
}

// seen is what a build looked at before it began.
type seen struct {
	content, themeName string
	digest             [32]byte // zero: not known
	at                 time.Time
	newest             time.Time // of the times of the files
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
	listed, err := list(l.root.FS(), o.Content)
	wg.Wait()
	if err != nil || keyErr != nil {
		return s, listed, err
	}
	h := sha256.New()
	r := o.Release
	fmt.Fprintf(h, "%s%q %q %q %t %t %t %t %d %q\n", key, o.Content, o.Theme, o.Base, o.Drafts, r.Index, r.Compress, r.Strict, r.Keep, head)
	fmt.Fprintf(h, "%d %d\n", len(listed.files), len(listed.diags))
	for _, f := range listed.files {
		fmt.Fprintf(h, "%q %d %d\n", f.Path, f.Size, f.ModTime.UnixNano())
		if f.ModTime.After(s.newest) {
			s.newest = f.ModTime
		}
	}
	s.digest = [32]byte(h.Sum(nil))
	return s, listed, nil
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
		fmt.Fprintf(h, "%q %d %d\n", p, info.Size(), info.ModTime().UnixNano())
		if info.ModTime().After(s.newest) {
			s.newest = info.ModTime()
		}
		return nil
	})
	if err != nil {
		return files, fmt.Errorf("generate: %w", err)
	}
	return [32]byte(h.Sum(nil)), nil
}

// readLast reads what is remembered of the last release.
func readLast(public string) (last lastBuild, ok bool) {
	data, err := os.ReadFile(filepath.Join(publish.ScratchDir(public), lastName))
	if err != nil {
		return last, false
	}
	rest, err := record.Read(string(data), &last)
	return last, err == nil && rest == ""
}

// asLeft reports whether the live release is the last one, and as it was left.
func (b lastBuild) asLeft(public string) bool {
	live, err := publish.Current(public)
	if err != nil || live != b.Release {
		return false
	}
	now, err := publish.Fingerprint(public, live, search.Root{})
	return err == nil && now == b.Left
}

// result is what a build says that had nothing to do.
func (b lastBuild) result() Result {
	return Result{Result: publish.Result{ID: b.Release}, Articles: b.Articles, Warnings: b.Warnings}
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
	if at.Sub(s.newest) <= fresh || last.Until != 0 && s.at.Unix() >= last.Until {
		return lastBuild{}, false // a change of that very moment cannot be told; or a date has come
	}
	return last, last.asLeft(public)
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
	left, err := publish.Fingerprint(public, r.ID, search.Root{})
	if err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	last := lastBuild{Seen: s.digest, Theme: theme, ThemeSeen: themeSeen, At: s.at.UnixNano(), Release: r.ID, Left: left, Articles: r.Articles, Warnings: r.Warnings}
	if at := r.Loaded.Site.NextChange.At; !at.IsZero() {
		last.Until = at.Unix()
	}
	name := filepath.Join(publish.ScratchDir(public), lastName)
	if err := os.WriteFile(name+".tmp", record.Append(nil, &last), 0o644); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	if err := os.Rename(name+".tmp", name); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	return nil
}
