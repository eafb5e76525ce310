//go:build unix

package server

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"whyfix/internal/search"

	"whyfix/internal/publish"
)

// odd puts something at a name that is no plain file.
func odd(t *testing.T) map[string]func(name string) error {
	t.Helper()
	return map[string]func(name string) error{
		"a pipe":            func(name string) error { return syscall.Mkfifo(name, 0o600) },
		"a circle of links": func(name string) error { return os.Symlink(filepath.Base(name), name) },
		"a link to a pipe": func(name string) error {
			return errors.Join(syscall.Mkfifo(name+".pipe", 0o600), os.Symlink(filepath.Base(name)+".pipe", name))
		},
		"a link to a device": func(name string) error { return os.Symlink("/dev/zero", name) },
		"a folder":           func(name string) error { return os.Mkdir(name, 0o700) },
		"a socket": func(name string) error {
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
			if err == nil {
				l.SetUnlinkOnClose(false)
				err = l.Close()
			}
			return err
		},
	}
}

// Whatever stands in place of `current`, it is refused at once, at the start and
// while another release is served; the next good one goes live.
func TestOddCurrent(t *testing.T) {
	t.Parallel()
	first := wordSite(t, t.TempDir(), "甲")
	for name, put := range odd(t) {
		public, err := os.MkdirTemp("", "o") // a socket has a short name
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(public) })
		id, current := filepath.Base(first), filepath.Join(public, "current")
		linkTree(t, first, filepath.Join(public, id))
		if err := put(current); err != nil {
			t.Fatal(name, err)
		}
		if r, closeRelease, err := Load(t.Context(), public, search.Cluster{}); err == nil {
			closeRelease()
			t.Errorf("%s as current: %s is loaded", name, r.ID)
		}
		if others, _ := publish.Kept(public); len(others) > 0 {
			t.Errorf("%s as current: %q are kept beside it", name, others)
		}
		clear := func() {
			if err := os.RemoveAll(current); err != nil {
				t.Fatal(err)
			}
		}
		clear()
		point(t, public, id)
		s, book := following(t, public)
		clear()
		if err := put(current); err != nil && !errors.Is(err, os.ErrExist) {
			t.Fatal(name, err)
		}
		until(t, "refusing "+name, func() bool { return strings.Contains(book.String(), "refused") })
		if !shows(t, s, "甲") {
			t.Errorf("%s as current: the release before is not served any more", name)
		}
		clear()
		point(t, public, id)
		s.Reload()
		until(t, "serving again after "+name, func() bool { return strings.Contains(book.String(), "new release\" rel") })
	}
}

// What takes the place of a page while its release is live is not there, and holds
// up nobody.
func TestOddPage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release := wordSite(t, dir, "甲")
	s, _, _ := open(t, filepath.Join(dir, "public"), nil)
	page := filepath.Join(release, "www", "a", "index.html")
	for name, put := range odd(t) {
		if name == "a socket" && len(page) > 100 {
			continue // the system allows no such name
		}
		if err := errors.Join(os.RemoveAll(page), put(page)); err != nil && !errors.Is(err, os.ErrExist) {
			t.Fatal(name, err)
		}
		for range 20 {
			if a := get(t, s, "/a/"); a.status != http.StatusNotFound {
				t.Fatalf("%s in place of a page: status %d: %.100s", name, a.status, a.body)
			}
		}
	}
}

// A release from years to come is served, and so are the next one, of today, and
// one of long ago, whatever the times of their files.
func TestReleaseOfTheFuture(t *testing.T) {
	t.Parallel()
	public := filepath.Join(t.TempDir(), "public")
	var ids []string
	for i, at := range []time.Time{time.Now().AddDate(7, 0, 0), time.Now(), time.Now().AddDate(-7, 0, 0)} {
		word := []string{"甲", "乙", "丙"}[i]
		dir := t.TempDir()
		if _, err := buildSiteAt(dir, map[string]string{
			"a.md": "---\ntitle: 题目" + word + "\nsymptoms: [现象" + word + "]\nupdated: 2016-01-02\n---\n正文" + word + "\n",
		}, "", true, at); err != nil {
			t.Fatal(err)
		}
		id, err := publish.Current(filepath.Join(dir, "public"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(public, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "public", id), filepath.Join(public, id)); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"manifest.json", "www/a/index.html"} {
			if err := os.Chtimes(filepath.Join(public, id, filepath.FromSlash(name)), at, at); err != nil {
				t.Fatal(err)
			}
		}
		ids = append(ids, id)
	}
	point(t, public, ids[0])
	s, book := following(t, public)
	for _, step := range []int{0, 1, 2, 0} {
		point(t, public, ids[step])
		until(t, "serving "+ids[step], func() bool { return shows(t, s, []string{"甲", "乙", "丙"}[step]) })
	}
	if strings.Contains(book.String(), "level=ERROR") {
		t.Errorf("the log: %s", book)
	}
}
