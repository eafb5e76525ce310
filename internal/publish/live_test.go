package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whyfix/internal/inode"
)

// harm is something that happens to a release.
type harm struct {
	name string
	do   func(dir string) error
}

// put is the harm of a file that holds something else; of a page, as much.
func put(name, text string) harm {
	return harm{name + " is another", func(dir string) error {
		return os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644)
	}}
}

func lose(name string) harm {
	return harm{name + " is gone", func(dir string) error { return os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))) }}
}

// A Writer takes over nothing from a release that a server would refuse, nor a
// compressed copy that is not the one that was made, not even where the damage
// has the same length and time: whether it knows how the release was left, or
// not.
func TestDamaged(t *testing.T) {
	swap := harm{"two pages are swapped", func(dir string) error {
		a, b := filepath.Join(dir, "www", "index.html"), filepath.Join(dir, "www", "404.html")
		return errors.Join(os.Rename(a, a+"x"), os.Rename(b, a), os.Rename(a+"x", b))
	}}
	for _, h := range []harm{
		put("www/index.html", "HOME"), put("www/pay/x/index.html", "how to Pay"), put("www/assets/a.css", "q{}"),
		put("search.html", "<FORM>"), put("search/store/root.bolt", strings.ToUpper(indexOf(siteA))),
		put("www/index.html.gz", "g"), put("www/index.html.gz", "gz:Home"), put("www/pay/x/index.html.gz", "gz:how to pay and more"),
		lose("www/index.html.gz"), put("copies.sha256", "x"), lose("copies.sha256"), put("gone.map", ""), lose("redirects.map"),
		lose("www/index.html"), lose("www/assets"), lose("www"), lose("search.html"), lose("search/store/root.bolt"), lose("search"),
		put("manifest.json", "{}"), lose("manifest.json"), swap,
		{"nothing happened", func(string) error { return nil }},
	} {
		for _, trust := range []bool{false, true} {
			t.Run(fmt.Sprint(h.name, ", trust ", trust), func(t *testing.T) {
				dir := t.TempDir()
				live, left := buildAndLook(t, dir, siteA)
				if err := keepingTimes(live.Dir, h.do); err != nil {
					t.Fatal(err)
				}
				w := begin(t, dir)
				if trust {
					w.Trust(left)
				}
				whole := h.name == "nothing happened"
				index := !strings.Contains(h.name, "search/") && h.name != "search is gone" && !strings.Contains(h.name, "manifest")
				if got := w.LastSearch() != ""; got != index {
					t.Errorf("there is an index to make the next of: %v, want %v", got, index)
				}
				fill(t, w, siteA)
				result, err := w.Commit(manifestOf(siteA), 2)
				if err != nil {
					t.Fatal(err)
				}
				if result.Changed == whole {
					t.Errorf("changed: %v", result.Changed)
				}
				checkLive(t, dir, result.ID, siteA)
				if err := tryRelease(t.Context(), dir, result.ID, nil); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// buildAndLook makes a release, and tells how it was left.
func buildAndLook(t *testing.T, dir string, s site) (Result, Left) {
	t.Helper()
	w := begin(t, dir)
	fill(t, w, s)
	result, err := w.Commit(manifestOf(s), 2)
	if err != nil {
		t.Fatal(err)
	}
	return result, w.Left()
}

// keepingTimes does something to a folder after which all its files have the
// times that those of their names had.
func keepingTimes(dir string, do func(dir string) error) error {
	times := map[string]time.Time{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		times[name] = info.ModTime()
		return err
	})
	if err == nil {
		err = do(dir)
	}
	for name, at := range times {
		if errTimes := os.Chtimes(name, at, at); !errors.Is(errTimes, fs.ErrNotExist) {
			err = errors.Join(err, errTimes)
		}
	}
	return err
}

// Files that are as they were left are not read, which a look at a clean build
// shows: it would find those that cannot be read.
func TestTrust(t *testing.T) {
	if !inode.Tells {
		t.Skip("this system does not tell")
	}
	dir := t.TempDir()
	_, left := buildAndLook(t, dir, siteA)
	w := begin(t, dir)
	w.Trust(left)
	if len(w.live.left) < 10 {
		t.Fatalf("%d files are known", len(w.live.left))
	}
	for name, stat := range w.live.left { // a hash that no file has: only a look can say that it is right
		if now, ok := w.live.proves(name, "no hash"); ok != (name != "www") || ok && now != stat {
			t.Errorf("%s: %v, %v", name, now, ok)
		}
	}
	w.Abort()
	if !left.Holds(dir, nil) {
		t.Error("it is not as it was left")
	}
	var other Left
	w = begin(t, dir)
	if w.Trust(other); w.live.left != nil {
		t.Error("a look at another release is trusted")
	}
	left.Far[3] = left.Far[3] + "x"
	if w.Trust(left); w.live.left != nil {
		t.Error("a look that is not whole is trusted")
	}
}

// A file that somebody changes while the release is made is not called live.
func TestTouched(t *testing.T) {
	for _, at := range []string{"sync files", "look"} {
		t.Run(at, func(t *testing.T) {
			dir := t.TempDir()
			first := build(t, dir, siteA, 2)
			w := begin(t, dir)
			w.fault = func(step string) error {
				if step == at {
					writeOS(t, filepath.Join(w.dir, w.id, "www", "pay", "x", "index.html"), "how to pay, first edition ")
				}
				return nil
			}
			fill(t, w, siteB)
			result, err := w.Commit(manifestOf(siteB), 2)
			if !errors.Is(err, errTouched) {
				t.Errorf("got %v, want that it was touched", err)
			}
			if at == "look" { // it is live already: but the next build knows that something is wrong
				if !result.Changed || w.Left().Release != "" {
					t.Errorf("got %+v, left %q", result, w.Left().Release)
				}
				return
			}
			if live, err := Current(dir); live != first.ID || err != nil {
				t.Errorf("%s is live, %v", live, err)
			}
		})
	}
}
