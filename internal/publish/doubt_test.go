package publish

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
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

// A Writer that doubts takes over nothing from a release that a server would
// refuse, not even where the damage has the same length.
func TestDoubt(t *testing.T) {
	for _, h := range []harm{
		put("www/index.html", "HOME"), put("www/pay/x/index.html", "how to Pay"), put("www/assets/a.css", "q{}"),
		put("search.html", "<FORM>"), put("search/store/root.bolt", strings.ToUpper(indexOf(siteA))), put("www/index.html.gz", "g"),
		lose("www/index.html"), lose("www/assets"), lose("www"), lose("search.html"), lose("search/store/root.bolt"), lose("search"),
		put("manifest.json", "{}"), lose("manifest.json"),
		{"nothing happened", func(string) error { return nil }},
	} {
		t.Run(h.name, func(t *testing.T) {
			dir := t.TempDir()
			live := build(t, dir, siteA, 2)
			if err := h.do(live.Dir); err != nil {
				t.Fatal(err)
			}
			w := begin(t, dir)
			if err := w.Doubt(t.Context()); err != nil {
				t.Fatal(err)
			}
			whole := h.name == "nothing happened"
			if got := w.LastSearch() != ""; got != whole {
				t.Errorf("there is an index to make the next of: %v, want %v", got, whole)
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
			if err := verify(t, dir, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFingerprint(t *testing.T) {
	dir := t.TempDir()
	live := build(t, dir, siteA, 2)
	first, err := Fingerprint(dir, live.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(dir)
	if err == nil {
		err = errors.Join(r.Verify(t.Context(), nil, nil), r.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Fingerprint(dir, live.ID, nil); err != nil || again != first {
		t.Errorf("who reads a release changes its fingerprint (%v)", err)
	}
	link := func(name string) harm {
		return harm{name + " is a link", func(dir string) error {
			name, away := filepath.Join(dir, name), filepath.Join(t.TempDir(), "away")
			return errors.Join(os.Rename(name, away), os.Symlink(away, name))
		}}
	}
	for _, h := range []harm{
		put("manifest.json", "{}"), lose("manifest.json"), put("search.html", "<FORM>"), lose("search.html"), lose("gone.map"), put("gone.map", ""),
		lose("redirects.map"), lose("search"), lose("search/store/root.bolt"), put("search/store/root.bolt", "x"), put("search/more", "x"),
		lose("www"), lose("www/index.html"), put("www/more.html", "x"), link("www"), link("search"), link("manifest.json"),
		{"search/store/root.bolt is of another time", func(dir string) error {
			at := time.Now().Add(time.Hour)
			return os.Chtimes(filepath.Join(dir, "search", "store", "root.bolt"), at, at)
		}},
		{"a manifest of the same length", func(dir string) error {
			name := filepath.Join(dir, manifestName)
			info, err := os.Stat(name)
			if err != nil {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			data[slices.Index(data, '1')] = '2'
			return errors.Join(os.WriteFile(name, data, 0o644), os.Chtimes(name, info.ModTime(), info.ModTime()))
		}},
	} {
		t.Run(h.name, func(t *testing.T) {
			dir := t.TempDir()
			live := build(t, dir, siteA, 2)
			// What was written within one tick of the clock has one time.
			at := time.Now().Add(-time.Minute)
			for _, name := range []string{"www", "search/store", "search"} {
				if err := os.Chtimes(filepath.Join(live.Dir, filepath.FromSlash(name)), at, at); err != nil {
					t.Fatal(err)
				}
			}
			was, err := Fingerprint(dir, live.ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := h.do(live.Dir); err != nil {
				t.Fatal(err)
			}
			if now, err := Fingerprint(dir, live.ID, nil); err == nil && now == was {
				t.Error("it has the same fingerprint")
			}
		})
	}
}

// A rollback reads a release before it makes it live.
func TestRollbackPassesOverDamage(t *testing.T) {
	dir := t.TempDir()
	first := build(t, dir, siteA, 3)
	second := build(t, dir, siteB, 3)
	third := build(t, dir, siteA, 3)
	if err := lose("search/store/root.bolt").do(second.Dir); err != nil {
		t.Fatal(err)
	}
	if from, to, err := Rollback(t.Context(), dir, nil); err != nil || from != third.ID || to != first.ID {
		t.Errorf("got %s to %s, %v, want %s to %s", from, to, err, third.ID, first.ID)
	}
	build(t, dir, siteB, 3)
	if err := put("www/404.html", "NOTHING HERE").do(first.Dir); err != nil {
		t.Fatal(err)
	}
	if _, to, err := Rollback(t.Context(), dir, nil); !errors.Is(err, ErrNothingOlder) || !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "404.html") {
		t.Errorf("got %s, %v, want what is damaged", to, err)
	}
}
