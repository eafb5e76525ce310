package server

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk" // the default analyzer of an index

	"whyfix/internal/publish"
	"whyfix/internal/search"
	"whyfix/internal/search/store"
)

// foreign opens the index of a release for writing, as the command bleve does
// even to count documents. Its end comes when the root was written again.
func foreign(t *testing.T, release string) (end func()) {
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
	if n, err := x.DocCount(); err != nil || n != 1 {
		t.Errorf("bleve counts %d, %v, want 1", n, err)
	}
	return func() {
		t.Helper()
		until(t, "writing the root again", func() bool { return !bytes.Equal(before, root()) })
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// What somebody opened with a stock bleve is served: at the start, when it is
// followed, when it is loaded anew, and after a rollback.
func TestServesWhatOthersOpened(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("what follows moves the link by hand")
	}
	dir, elsewhere := t.TempDir(), t.TempDir()
	first := wordSite(t, dir, "甲")
	made := time.Now()
	public := filepath.Join(dir, "public")
	foreign(t, first)()
	s, book := following(t, public)
	if !shows(t, s, "甲") {
		t.Fatal("a release is not served that somebody opened before")
	}
	foreign(t, first)() // while it is served
	s.Reload()
	until(t, "loading anew", func() bool { return strings.Contains(book.String(), "new release") })
	if !shows(t, s, "甲") {
		t.Error("a release is not served that somebody opened since")
	}

	// Two folders know nothing of each other: the names of releases of the same
	// second do not say which is older.
	time.Sleep(time.Until(made.Truncate(time.Second).Add(time.Second)))
	second := wordSite(t, elsewhere, "乙")
	foreign(t, second)()
	id := filepath.Base(second)
	if err := os.Rename(second, filepath.Join(public, id)); err != nil {
		t.Fatal(err)
	}
	point(t, public, id)
	until(t, "showing a release that somebody opened", func() bool { return shows(t, s, "乙") })
	foreign(t, first)()
	if from, to, err := publish.Rollback(t.Context(), public, search.Root{}); err != nil || from != id || to != filepath.Base(first) {
		t.Fatalf("rollback from %s to %s, %v", from, to, err)
	}
	until(t, "showing the release before", func() bool { return shows(t, s, "甲") })
	if strings.Contains(book.String(), "level=ERROR") {
		t.Errorf("the log: %s", book)
	}
}

// While somebody has the index open for writing a release is not taken; it is
// not damaged either, and it is served as soon as it can be read.
func TestWaitsForWhoWrites(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("what follows moves the link by hand")
	}
	dir, elsewhere := t.TempDir(), t.TempDir()
	wordSite(t, dir, "甲")
	public := filepath.Join(dir, "public")
	s, book := following(t, public)
	second := wordSite(t, elsewhere, "乙")
	id := filepath.Base(second)
	if err := os.Rename(second, filepath.Join(public, id)); err != nil {
		t.Fatal(err)
	}
	end := foreign(t, filepath.Join(public, id))
	if _, _, err := Load(t.Context(), filepath.Join(public, id), nil); !errors.Is(err, store.ErrLocked) || errors.Is(err, publish.ErrDamaged) {
		t.Errorf("got %v, want %v", err, store.ErrLocked)
	}
	point(t, public, id)
	until(t, "refusing it", func() bool { return strings.Contains(book.String(), "open for writing elsewhere") })
	if !shows(t, s, "甲") {
		t.Error("the release before is not served any more")
	}
	end()
	until(t, "showing it", func() bool { return shows(t, s, "乙") })
}
