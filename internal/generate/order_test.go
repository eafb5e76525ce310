package generate

import (
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSameInAnyOrder: neither the order in which files are listed nor the number
// of processors makes a difference. It changes what all tests share, so it does
// not run beside others.
func TestSameInAnyOrder(t *testing.T) {
	f := newFolder(t, sample(40))
	want := released(t, load(t, f.content()), t.TempDir())
	same := func(name string, got Result) {
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
	one := released(t, load(t, f.content()), t.TempDir())
	runtime.GOMAXPROCS(was)
	same("one processor", one)

	_, listed := lookAt(t, f.content(), ReleaseOptions{})
	r := rand.New(rand.NewPCG(5, 5))
	r.Shuffle(len(listed.files), func(i, j int) { listed.files[i], listed.files[j] = listed.files[j], listed.files[i] })
	l := loader(t, f.content())
	folder, err := l.read(t.Context(), listed)
	if err != nil {
		t.Fatal(err)
	}
	shuffled, err := l.resolve(folder)
	if err != nil {
		t.Fatal(err)
	}
	same("shuffled", released(t, shuffled, t.TempDir()))
}
