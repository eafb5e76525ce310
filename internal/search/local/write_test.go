package local

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"whyfix/internal/search/store"
	"whyfix/internal/search/terms"
)

// After any edits, an index that was made from the last one answers what one
// answers that is made from nothing.
func TestPatchedAnswersTheSame(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	r := rand.New(rand.NewPCG(21, 22))
	docs := village(r, 260)
	var list []terms.Synonyms
	dir := t.TempDir()
	last, edits, patched, whole := "", 0, 0, 0
	var base *Base
	for step := range 34 {
		what := "nothing"
		if step%5 > 0 { // every fifth build finds nothing new
			for range 1 + r.IntN(5) {
				var one string
				edits++
				docs, one = change(r, docs, edits)
				what += ", " + one
			}
		}
		if step == 20 {
			what, list = "synonyms", []terms.Synonyms{{Asked: []string{"连不上"}, Found: []string{"打不开"}}}
		}
		next := filepath.Join(dir, fmt.Sprint(step))
		made, err := NewContent(sources(docs), list).Write(t.Context(), next, last, base)
		if err != nil {
			t.Fatalf("step %d, %s: %v", step, what, err)
		}
		base = made.Base
		if made.Patched {
			patched++
		} else {
			whole++
		}
		if (step == 0 || step == 20) && made.Patched {
			t.Errorf("step %d, %s: made from the last index", step, what)
		}
		clean := filepath.Join(dir, "clean", fmt.Sprint(step))
		if _, err := NewContent(sources(docs), list).Write(t.Context(), clean, "", nil); err != nil {
			t.Fatal(err)
		}
		fresh, err := Open(clean)
		if err != nil {
			t.Fatal(err)
		}
		now, err := Open(next)
		if err != nil {
			t.Fatal(err)
		}
		what = fmt.Sprintf("step %d, %s", step, what)
		equal(t, what, fresh, now)
		if step%8 == 0 {
			equal(t, what+", in memory", fresh, remembered(t, docs, list))
		}
		if err := errors.Join(fresh.Close(), now.Close()); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			return
		}
		last = next
	}
	if patched < 20 || whole < 3 {
		t.Errorf("%d of the indexes were patched and %d made from nothing: the test tests little", patched, whole)
	}
}

// A server has the last index open while the next is made from it: it stays as
// it is, to the byte and to the time, whoever reads it.
func TestLastIndexStays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(23, 24))
	docs := village(r, 200)
	first, second, third := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "2"), filepath.Join(t.TempDir(), "3")
	base := write(t, first, docs)
	x := opened(t, first)
	want := find(t, x, questions[0])
	last := first
	for _, next := range []string{second, third} {
		before, at := files(t, last), times(t, last)
		docs, _ = change(r, docs, 1)
		if made, err := NewContent(sources(docs), nil).Write(t.Context(), next, last, base); err != nil || !made.Patched {
			t.Fatalf("Write: %+v, %v", made, err)
		}
		if diff := gocmp.Diff(before, files(t, last)); diff != "" {
			t.Errorf("the last index has changed (-before +after):\n%s", diff)
		}
		if diff := gocmp.Diff(at, times(t, last)); diff != "" {
			t.Errorf("the last index was written to (-before +after):\n%s", diff)
		}
		for name, shared := range map[string]bool{"store/" + store.SegmentFile(baseSegment): true, textsFile: true, "store/root.bolt": false} {
			if got := sameFile(t, filepath.Join(last, name), filepath.Join(next, name)); got != shared {
				t.Errorf("%s is one file in both indexes: %v, want %v", name, got, shared)
			}
		}
		last = next
	}
	opened(t, third)
	if diff := gocmp.Diff(want, find(t, x, questions[0])); diff != "" {
		t.Errorf("the open index answers otherwise (-before +after):\n%s", diff)
	}
	// The new index stands alone.
	if err := errors.Join(os.RemoveAll(first), os.RemoveAll(second)); err != nil {
		t.Fatal(err)
	}
	clean := filepath.Join(t.TempDir(), "clean")
	write(t, clean, docs)
	equal(t, "alone", opened(t, clean), opened(t, third))
}

func times(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil {
			out[p] = fmt.Sprint(info.ModTime(), info.Mode(), info.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameFile(t *testing.T, a, b string) bool {
	t.Helper()
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if err := errors.Join(errX, errY); err != nil {
		t.Fatal(err)
	}
	return os.SameFile(x, y)
}

// Where there are no links the files are copied.
func TestTakeOverWithoutLinks(t *testing.T) {
	t.Parallel()
	last, next := filepath.Join(t.TempDir(), "1"), t.TempDir()
	write(t, last, corpus())
	if err := os.Mkdir(filepath.Join(next, storeFolder), 0o700); err != nil {
		t.Fatal(err)
	}
	err := takeOver(last, next, func(string, string) error { return errors.ErrUnsupported })
	if err != nil {
		t.Fatal(err)
	}
	want, got := files(t, last), files(t, next)
	for _, name := range baseFiles {
		name = filepath.ToSlash(name)
		if want[name] == "" || got[name] != want[name] {
			t.Errorf("%s is not a copy", name)
		}
		if sameFile(t, filepath.Join(last, name), filepath.Join(next, name)) {
			t.Errorf("%s is a link", name)
		}
	}
}

// When the last index does not serve, the next is made from nothing.
func TestWhatIsNotPatched(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(25, 26))
	docs := village(r, 120)
	many := slices.Clone(docs)
	for i := range 20 {
		d := *many[i]
		d.Title += "改"
		many[i] = &d
	}
	spoil := func(name string, how func(data []byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			name := filepath.Join(dir, name)
			data, err := os.ReadFile(name)
			if err == nil {
				err = os.WriteFile(name, how(data), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	segment := filepath.Join(storeFolder, store.SegmentFile(baseSegment))
	otherSegment := func(t *testing.T, dir string) {
		other := filepath.Join(t.TempDir(), "other")
		write(t, other, docs[1:])
		if err := errors.Join(os.RemoveAll(dir), os.Rename(other, dir)); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name    string
		spoil   func(*testing.T, string)
		content *Content
		why     string
	}{
		{"no folder", func(t *testing.T, dir string) { os.RemoveAll(dir) }, NewContent(sources(docs), nil), "not complete"},
		{"another segment", otherSegment, NewContent(sources(docs), nil), "another index"},
		{"half a segment", spoil(segment, func(b []byte) []byte { return b[:len(b)/2] }), NewContent(sources(docs), nil), "another index"},
		{"empty segment", spoil(segment, func([]byte) []byte { return nil }), NewContent(sources(docs), nil), "another index"},
		{"no segment", remove(segment), NewContent(sources(docs), nil), "not complete"},
		{"no texts", remove(textsFile), NewContent(sources(docs), nil), "not complete"},
		{"synonyms", nil, NewContent(sources(docs), []terms.Synonyms{{Asked: []string{"花"}, Found: []string{"草"}}}), "synonyms"},
		{"much changed", nil, NewContent(sources(many), nil), "much"},
		{"much gone", nil, NewContent(sources(docs[:80]), nil), "much"},
		{"all gone", nil, NewContent(sources(nil), nil), "much"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			last, next := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "2")
			base := write(t, last, docs)
			if tt.spoil != nil {
				tt.spoil(t, last)
			}
			made, err := tt.content.Write(t.Context(), next, last, base)
			if err != nil {
				t.Fatal(err)
			}
			if made.Patched || !strings.Contains(made.Why, tt.why) {
				t.Errorf("made %+v, want it from nothing because of %q", made, tt.why)
			}
			clean := filepath.Join(t.TempDir(), "clean")
			if _, err := tt.content.Write(t.Context(), clean, "", nil); err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(files(t, clean), files(t, next)); diff != "" {
				t.Error("the index is not that of a clean build")
			}
			opened(t, next)
		})
	}
}

// The same documents give the same files, however many processors there are.
func TestFilesAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	docs := village(r, 4*partSize-50)
	more, _ := change(r, docs, 1)
	var want []map[string]string
	for _, processors := range []int{1, 2, 7} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		first, second := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "2")
		base := write(t, first, docs)
		if made, err := NewContent(sources(more), nil).Write(t.Context(), second, first, base); err != nil || !made.Patched {
			t.Fatalf("Write: %+v, %v", made, err)
		}
		got := []map[string]string{files(t, first), files(t, second)}
		if want == nil {
			want = got
		} else if !gocmp.Equal(want, got) {
			t.Errorf("%d processors make other files", processors)
		}
	}
}
