package generate

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk" // the default analyzer of an index

	"whyfix/internal/publish"
	"whyfix/internal/search"
	"whyfix/internal/search/store"
)

// visit opens the index of a release for writing, as the command bleve does even
// to count documents, and closes it when its root was written again.
func visit(t *testing.T, release string, documents int) {
	t.Helper()
	name := filepath.Join(release, "search", "store", store.RootFile)
	root := func() []byte {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	before := root()
	x, err := bleve.OpenUsing(filepath.Join(release, "search"), map[string]any{"read_only": false})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := x.DocCount(); err != nil || int(n) != documents {
		t.Errorf("bleve counts %d, %v, want %d", n, err, documents)
	}
	for deadline := time.Now().Add(20 * time.Second); bytes.Equal(before, root()); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("bleve does not write the root: then this test is of nothing")
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
}

// Who opens the index of a release with a stock bleve harms nothing: it is whole,
// nothing has changed, and the next index is made of it, in releases that
// somebody opened in turn; and rollback leads there.
func TestForeignOpen(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	const articles, documents = 40, 40 + 3 // the pages of the folders are found too
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(articles))
	age := func() { // what has just been written counts as changing
		at := time.Now().Add(-time.Hour)
		err := filepath.Walk(dir, func(name string, _ os.FileInfo, err error) error {
			if err != nil {
				return err
			}
			err = os.Chtimes(name, at, at)
			settle(t, name)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look := func() seen {
		t.Helper()
		s, _ := lookAt(t, dir, releaseOptions(public))
		return s
	}
	var all []string
	build := func() Result {
		t.Helper()
		age()
		result, err := Run(t.Context(), Options{Content: dir, Now: clock, Release: releaseOptions(public)})
		if err != nil {
			t.Fatal(err)
		}
		if result.Changed {
			all = append(all, result.Dir)
		}
		return result
	}
	check := func(what string) {
		t.Helper()
		all = slices.DeleteFunc(all, func(dir string) bool { _, err := os.Stat(dir); return err != nil }) // old ones go
		for i, a := range all {
			r, err := publish.Open(a)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Verify(t.Context(), search.Root{}, nil); err != nil {
				t.Errorf("%s: release %d: %v", what, i, err)
			}
			r.Close()
			for _, b := range all[i+1:] {
				roots := [2]os.FileInfo{}
				for n, dir := range []string{a, b} {
					if roots[n], err = os.Stat(filepath.Join(dir, "search", "store", store.RootFile)); err != nil {
						t.Fatal(err)
					}
				}
				if os.SameFile(roots[0], roots[1]) {
					t.Errorf("%s: two releases have one root", what)
				}
			}
		}
	}

	first := build()
	visit(t, first.Dir, documents)
	check("after a visit")
	if _, same := look().unchanged(public); !same {
		t.Error("after a visit something has changed")
	}
	if again := build(); again.Changed || again.Indexed {
		t.Errorf("after a visit and a build: %+v", again.Result)
	}
	if err := os.Remove(filepath.Join(publish.ScratchDir(public), lastName)); err != nil { // then all is read
		t.Fatal(err)
	}
	if again := build(); again.Changed || again.Indexed {
		t.Errorf("after a visit and a build that doubts: %+v", again.Result)
	}

	// The same index in another release.
	write(t, dir, map[string]string{"site.yaml": "title: 对症帮助\nfooter: 另一行\n"})
	second := build()
	if !second.Changed || second.Indexed {
		t.Errorf("another footer: changed %v, indexed %v", second.Changed, second.Indexed)
	}
	visit(t, second.Dir, documents)
	visit(t, first.Dir, documents)
	check("an index of two releases")

	// One that is made of it.
	write(t, dir, map[string]string{"c0/new.md": "---\ntitle: 窗户漏风\n---\n\n正文。\n"})
	third := build()
	if !third.Changed || !third.Indexed {
		t.Errorf("another article: changed %v, indexed %v", third.Changed, third.Indexed)
	}
	segment := func(dir string, n int) (os.FileInfo, error) {
		return os.Stat(filepath.Join(dir, "search", "store", store.SegmentFile(n)))
	}
	base, err := segment(second.Dir, 2)
	if err != nil {
		t.Fatal(err)
	}
	if now, err := segment(third.Dir, 2); err != nil || !os.SameFile(base, now) {
		t.Errorf("the index is not made from the last one: %v", err)
	}
	visit(t, third.Dir, documents+1)
	check("an index that was made from the last")
	if _, same := look().unchanged(public); !same {
		t.Error("after a visit to an index of two segments something has changed")
	}
	if _, to, err := publish.Rollback(t.Context(), public, search.Root{}); err != nil || to != second.ID {
		t.Errorf("rollback leads to %s, %v, want %s", to, err, second.ID)
	}

	// While somebody has it open, a build need not wait: it makes the index anew.
	x, err := bleve.OpenUsing(filepath.Join(second.Dir, "search"), map[string]any{"read_only": false})
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"site.yaml": "title: 对症帮助\nfooter: 第三行\n"})
	fourth := build()
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if !fourth.Changed || !fourth.Indexed {
		t.Errorf("while somebody writes: changed %v, indexed %v", fourth.Changed, fourth.Indexed)
	}
	check("an index that was made while somebody wrote")
	if again := build(); again.Changed {
		t.Error("it was made for nothing")
	}
}

// What is no visit: a root that says something else is mended by the next build,
// and so are segments and texts.
func TestForeignHarm(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(6))
	l := load(t, dir)
	live := released(t, l, public)
	for name, harm := range map[string]func(dir string) error{
		"a document was deleted": func(dir string) error {
			x, err := bleve.OpenUsing(dir, map[string]any{"read_only": false})
			if err != nil {
				return err
			}
			if err := x.Delete("/c0/a0/"); err != nil {
				return err
			}
			return x.Close()
		},
		"a segment changed": func(dir string) error {
			name := filepath.Join(dir, "store", store.SegmentFile(2))
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			data[len(data)/2] ^= 1
			return os.WriteFile(name, data, 0o644)
		},
		"texts were cut short": func(dir string) error { return os.Truncate(filepath.Join(dir, "texts"), 100) },
		"the root is gone":     func(dir string) error { return os.Remove(filepath.Join(dir, "store", store.RootFile)) },
		"it is another root": func(dir string) error {
			at := filepath.Join(dir, "store")
			root, err := store.ReadRoot(at)
			if err != nil {
				return err
			}
			root.Parts[0].Deleted = []uint32{1}
			if err := os.Remove(filepath.Join(at, store.RootFile)); err != nil {
				return err
			}
			return store.WriteRoot(at, root)
		},
	} {
		if err := harm(filepath.Join(live.Dir, "search")); err != nil {
			t.Fatal(fmt.Errorf("%s: %w", name, err))
		}
		whole := func() error {
			r, err := publish.Open(public)
			if err != nil {
				return err
			}
			defer r.Close()
			return r.Verify(t.Context(), search.Root{}, nil)
		}
		if err := whole(); err == nil {
			t.Errorf("%s: the release is taken for whole", name)
		}
		if live = released(t, l, public); !live.Changed || !live.Indexed {
			t.Errorf("%s: nothing was mended", name)
		}
		if err := whole(); err != nil {
			t.Errorf("%s: after another build: %v", name, err)
		}
	}
}
