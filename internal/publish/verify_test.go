package publish

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whatever happens to a release beside its pages, a look at how it was left tells.
func TestLeft(t *testing.T) {
	dir := t.TempDir()
	_, left := buildAndLook(t, dir, siteA)
	r, err := Open(dir)
	if err == nil {
		err = errors.Join(r.Verify(t.Context(), nil, nil), r.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if !left.Holds(dir, nil) {
		t.Error("who reads a release changes how it was left")
	}
	link := func(name string) harm {
		return harm{name + " is a link", func(dir string) error {
			name, away := filepath.Join(dir, name), filepath.Join(t.TempDir(), "away")
			return errors.Join(os.Rename(name, away), os.Symlink(away, name))
		}}
	}
	for _, h := range []harm{
		put("manifest.json", "{}"), put("copies.sha256", ""), lose("copies.sha256"), lose("manifest.json"), put("search.html", "<FORM>"), lose("search.html"), lose("gone.map"), put("gone.map", ""),
		lose("redirects.map"), lose("search"), lose("search/store/root.bolt"), put("search/store/root.bolt", "x"), put("search/more", "x"),
		lose("www"), lose("www/index.html"), put("www/more.html", "x"), link("www"), link("search"), link("manifest.json"),
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
			live, left := buildAndLook(t, dir, siteA)
			if err := keepingTimes(live.Dir, h.do); err != nil {
				t.Fatal(err)
			}
			if left.Holds(dir, nil) {
				t.Error("it is as it was left")
			}
		})
	}
}

// rootOf stands for the root of an index: its first word is what it says, the
// rest is whoever wrote it last.
type rootOf struct{ locked error }

func (rootOf) Name() string { return "store/root.bolt" }

func (r rootOf) Digest(dir string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, "store", "root.bolt"))
	if err == nil {
		err = r.locked
	}
	says, _, _ := strings.Cut(string(data), " ")
	return says, err
}

func (r rootOf) Copy(from, to string) error {
	says, err := r.Digest(from)
	return errors.Join(err, os.WriteFile(filepath.Join(to, "store", "root.bolt"), []byte(says), 0o644))
}

// rootAndMore is an index whose root says a word, and that has a file beside it.
func rootAndMore(t *testing.T, w *Writer, says string) Manifest {
	t.Helper()
	dir, err := w.SearchDir()
	if err != nil {
		t.Fatal(err)
	}
	writeOS(t, filepath.Join(dir, "store", "root.bolt"), says+" by build")
	writeOS(t, filepath.Join(dir, "texts"), "texts")
	return Manifest{Generator: "whyfix test", Search: &SearchInfo{Digest: says}}
}

func beginWith(t *testing.T, dir string, index IndexRoot) *Writer {
	t.Helper()
	w, err := Create(dir, noon, index)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Abort() })
	return w
}

func commit(t *testing.T, w *Writer, m Manifest, page string) Result {
	t.Helper()
	if err := errors.Join(w.Put("index.html", []byte(page)), w.PutSearchTemplate([]byte("<form>"))); err != nil {
		t.Fatal(err)
	}
	result, err := w.Commit(m, 5)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func verify(t *testing.T, dir string, index IndexRoot) error {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return r.Verify(t.Context(), index, nil)
}

const rootName = "search/store/root.bolt"

// The root of an index is known by what it says: other bytes are no damage, no
// change, and no reason to make the index anew; another word is all of that.
func TestIndexRoot(t *testing.T) {
	dir := t.TempDir()
	w := beginWith(t, dir, rootOf{})
	first := commit(t, w, rootAndMore(t, w, "one"), "home")
	left := w.Left()
	asLeft := func() bool { return left.Holds(dir, rootOf{}) }
	again := func(trust bool) (w *Writer, last string) {
		w = beginWith(t, dir, rootOf{})
		if trust {
			w.Trust(left)
		}
		return w, w.LastSearch()
	}

	name := filepath.Join(first.Dir, filepath.FromSlash(rootName))
	writeOS(t, name, "one by somebody else")
	if err := verify(t, dir, rootOf{}); err != nil {
		t.Error(err)
	}
	if !asLeft() {
		t.Error("it is not as it was left")
	}
	for _, trust := range []bool{false, true} {
		w, last := again(trust)
		if last == "" {
			t.Fatalf("trust %v: the index is no use any more", trust)
		}
		if err := w.LinkSearch(); err != nil {
			t.Fatal(err)
		}
		if result := commit(t, w, Manifest{Generator: "whyfix test", Search: &SearchInfo{Digest: "one"}}, "home"); result.Changed {
			t.Errorf("trust %v: there is something new", trust)
		}
	}

	for _, damage := range []string{"two by build", ""} {
		writeOS(t, name, damage)
		if err := verify(t, dir, rootOf{}); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), rootName+" does not say what was published") {
			t.Errorf("%q: got %v, want that it is damaged", damage, err)
		}
		if asLeft() {
			t.Errorf("%q: it is as it was left", damage)
		}
		w, last := again(true)
		if last != "" {
			t.Errorf("%q: the next index is made of it", damage)
		}
		w.Abort()
	}
}

// While somebody has the index open for writing, nothing is said about it: that
// is no damage, but the next build makes the index anew.
func TestIndexRootInUse(t *testing.T) {
	dir := t.TempDir()
	w := beginWith(t, dir, rootOf{})
	first := commit(t, w, rootAndMore(t, w, "one"), "home")
	inUse := rootOf{errors.New("in use")}
	if err := verify(t, dir, inUse); !errors.Is(err, inUse.locked) || errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want that it is in use", err)
	}
	if left := w.Left(); left.Release != first.ID || left.Holds(dir, inUse) {
		t.Error("it is as it was left")
	}
	w = beginWith(t, dir, inUse)
	if w.LastSearch() != "" {
		t.Errorf("the next index is made of %q", w.LastSearch())
	}
	w.index = rootOf{}
	if result := commit(t, w, rootAndMore(t, w, "one"), "home"); !result.Changed {
		t.Error("nothing has changed")
	}
	if err := verify(t, dir, rootOf{}); err != nil {
		t.Error(err)
	}
}

// A release that takes an index over has a root of its own, which says the same;
// all else it shares.
func TestIndexRootIsNotShared(t *testing.T) {
	dir := t.TempDir()
	w := beginWith(t, dir, rootOf{})
	first := commit(t, w, rootAndMore(t, w, "one"), "home")
	writeOS(t, filepath.Join(first.Dir, filepath.FromSlash(rootName)), "one by somebody else")
	w = beginWith(t, dir, rootOf{})
	if err := w.LinkSearch(); err != nil {
		t.Fatal(err)
	}
	second := commit(t, w, Manifest{Generator: "whyfix test", Search: &SearchInfo{Digest: "one"}}, "new home")
	if !second.Changed || second.Linked != 3 {
		t.Errorf("%d files were taken over, want template, texts and root", second.Linked)
	}
	for name, want := range map[string]bool{rootName: false, "search/texts": true} {
		a, errA := os.Stat(filepath.Join(first.Dir, filepath.FromSlash(name)))
		b, errB := os.Stat(filepath.Join(second.Dir, filepath.FromSlash(name)))
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		if got := os.SameFile(a, b); got != want {
			t.Errorf("%s is shared: %v, want %v", name, got, want)
		}
	}
	if err := verify(t, dir, rootOf{}); err != nil {
		t.Error(err)
	}
	if from, to, err := Rollback(t.Context(), dir, rootOf{}); err != nil || from != second.ID || to != first.ID {
		t.Errorf("rollback from %s to %s, %v", from, to, err)
	}

	// A root that cannot be copied ends the build, and the live release stays.
	w = beginWith(t, dir, rootOf{})
	if err := w.LinkSearch(); err != nil {
		t.Fatal(err)
	}
	if err := w.Put("index.html", []byte("newer home")); err != nil {
		t.Fatal(err)
	}
	inUse := errors.New("in use")
	w.index = rootOf{inUse}
	if _, err := w.Commit(Manifest{Generator: "whyfix test", Search: &SearchInfo{Digest: "one"}}, 5); !errors.Is(err, inUse) {
		t.Errorf("commit: %v", err)
	}
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
	if live, err := Current(dir); err != nil || live != first.ID {
		t.Errorf("%s is live, %v", live, err)
	}
}

// Releases of before have the root's bytes in their manifest: they are compared,
// and a build makes the index anew.
func TestIndexRootOfBefore(t *testing.T) {
	dir := t.TempDir()
	w := beginWith(t, dir, nil)
	first := commit(t, w, rootAndMore(t, w, "one"), "home")
	if err := verify(t, dir, rootOf{}); err != nil {
		t.Error(err)
	}
	w = beginWith(t, dir, rootOf{})
	if err := w.LinkSearch(); err == nil || w.LastSearch() != "" {
		t.Errorf("the index is taken over: %v, %q", err, w.LastSearch())
	}
	if result := commit(t, w, rootAndMore(t, w, "one"), "home"); !result.Changed {
		t.Error("nothing has changed")
	}
	if err := verify(t, dir, rootOf{}); err != nil {
		t.Error(err)
	}
	writeOS(t, filepath.Join(first.Dir, filepath.FromSlash(rootName)), "one by somebody else")
	if err := verify(t, first.Dir, rootOf{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("bytes are not compared: %v", err)
	}
}

// A manifest that speaks of another file as of a root is one of nobody.
func TestIndexRootOfAnotherName(t *testing.T) {
	dir := t.TempDir()
	w := beginWith(t, dir, rootOf{})
	commit(t, w, rootAndMore(t, w, "one"), "home")
	if err := verify(t, dir, nil); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "cannot be compared") {
		t.Errorf("without who knows roots: %v", err)
	}
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, sum := range []string{saysPrefix, saysPrefix + "texts"} {
		r.manifest.Index["texts"] = sum
		if err := r.Verify(t.Context(), rootOf{}, nil); !errors.Is(err, ErrDamaged) {
			t.Errorf("texts is %s: %v", sum, err)
		}
	}
}
