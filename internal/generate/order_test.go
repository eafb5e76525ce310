package generate

import (
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/content"
)

// TestSameInAnyOrder: neither the order in which files are listed nor the number
// of processors makes a difference. It changes what all tests share, so it does
// not run beside others.
func TestSameInAnyOrder(t *testing.T) {
	f := newFolder(t, sample(40))
	want := release(t, load(t, f.content()), t.TempDir())
	same := func(name string, got Report) {
		t.Helper()
		sameTree(t, tree(t, filepath.Join(want.Dir, "www")), tree(t, filepath.Join(got.Dir, "www")))
		if diff := cmp.Diff(live(t, want.Dir).Manifest().Search, live(t, got.Dir).Manifest().Search); diff != "" {
			t.Errorf("%s: index (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(answersOf(t, want.Dir, f), answersOf(t, got.Dir, f)); diff != "" {
			t.Errorf("%s: answers (-want +got):\n%s", name, diff)
		}
	}

	was := runtime.GOMAXPROCS(1)
	one := release(t, load(t, f.content()), t.TempDir())
	runtime.GOMAXPROCS(was)
	same("one processor", one)

	seen := lookAt(t, f.content(), false)
	listing := &Listing{files: append([]content.File(nil), seen.Listing().files...)}
	r := rand.New(rand.NewPCG(5, 5))
	r.Shuffle(len(listing.files), func(i, j int) { listing.files[i], listing.files[j] = listing.files[j], listing.files[i] })
	l, err := NewLoader(Options{Content: f.content(), Now: clock, Listing: listing})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	same("shuffled", release(t, reload(t, l), t.TempDir()))
}
