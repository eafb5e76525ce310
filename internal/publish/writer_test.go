package publish

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCreateBusy(t *testing.T) {
	dir := t.TempDir()
	first := build(t, dir, siteA, 2)
	build(t, dir, siteB, 2)
	w := begin(t, dir)
	_, err := Create(dir, noon, nil)
	if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second Create: got %v, want ErrBusy and the folder", err)
	}
	if _, _, err := Rollback(t.Context(), dir, nil); !errors.Is(err, ErrBusy) {
		t.Errorf("Rollback: got %v, want ErrBusy", err)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if _, to, err := Rollback(t.Context(), dir, nil); err != nil || to != first.ID {
		t.Errorf("Rollback after Abort: got %s, %v, want %s", to, err, first.ID)
	}
}

func TestCreateClearsUp(t *testing.T) {
	dir := t.TempDir()
	live := build(t, dir, siteA, 2)
	dead := "20250101T000000-00000000"
	writeOS(t, filepath.Join(dir, dead, wwwName, "index.html"), "half")
	kept := []string{"notes.txt", "20250101T000000-0000000g", "20251341T000000-00000000"}
	for _, name := range kept {
		writeOS(t, filepath.Join(dir, name, "x"), "not ours")
	}
	if err := begin(t, dir).Abort(); err != nil {
		t.Fatal(err)
	}
	checkNames(t, dir, append(kept, live.ID)...)
}

func TestCreateCurrentIsFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, currentName), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, noon, nil); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("Create: got %v, want a hint", err)
	}
}

func TestWriterClosed(t *testing.T) {
	commit := func(w *Writer) error { _, err := w.Commit(Manifest{}, 2); return err }
	for name, end := range map[string]func(*Writer) error{"Commit": commit, "Abort": (*Writer).Abort} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			w := begin(t, dir)
			if err := end(w); err != nil {
				t.Fatal(err)
			}
			before := names(t, dir)
			_, errSearch := w.SearchDir()
			for call, err := range map[string]error{
				"Put": w.Put("a", nil), "PutSearchTemplate": w.PutSearchTemplate(nil),
				"SearchDir": errSearch, "Commit": commit(w),
			} {
				if !errors.Is(err, ErrClosed) {
					t.Errorf("%s: got %v, want ErrClosed", call, err)
				}
			}
			if err := w.Abort(); err != nil {
				t.Errorf("Abort: %v", err)
			}
			if diff := cmp.Diff(before, names(t, dir)); diff != "" {
				t.Errorf("folder (-before +after):\n%s", diff)
			}
			begin(t, dir) // the lock is free
		})
	}
}

func TestPutUnsafePath(t *testing.T) {
	w := begin(t, t.TempDir())
	for _, path := range []string{
		"", ".", "..", "/", "/etc/passwd", "../x", "a/../../x", "a/..", "a/./b", "./a",
		"a//b", "a/", `a\b`, `..\x`, "a\x00b", "a\xffb",
	} {
		if err := w.Put(path, nil); !errors.Is(err, ErrPath) {
			t.Errorf("Put %q: got %v, want ErrPath", path, err)
		}
		if err := w.PutFrom(path, nil); !errors.Is(err, ErrPath) {
			t.Errorf("PutFrom %q: got %v, want ErrPath", path, err)
		}
		if err := w.Variant(path, "test", nil); !errors.Is(err, ErrPath) {
			t.Errorf("Variant %q: got %v, want ErrPath", path, err)
		}
	}
	for _, path := range []string{"a", "b/c.d", "..a", "a b/100%", "支付/花呗.html"} {
		if err := w.Put(path, nil); err != nil {
			t.Errorf("Put %q: %v", path, err)
		}
	}
}

// A link inside the unfinished release must not lead a file out of it.
func TestPutThroughSymlink(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	w := begin(t, dir)
	if err := os.Symlink(outside, filepath.Join(dir, w.id, wwwName, "a")); err != nil {
		t.Skip(err)
	}
	if err := w.Put("a/b", []byte("x")); err == nil {
		t.Error("Put through a link that leads out: no error")
	}
	if got := names(t, outside); got != nil {
		t.Errorf("files outside: got %q, want none", got)
	}
}

func TestPutTwice(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, siteA, 2)
	w := begin(t, dir)
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }
	if err := w.Put("index.html", []byte("home")); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"Put":     w.Put("index.html", []byte("other")),
		"PutFrom": w.PutFrom("index.html", open),
	} {
		if !errors.Is(err, ErrDuplicate) {
			t.Errorf("%s: got %v, want ErrDuplicate", name, err)
		}
	}
	if err := errors.Join(w.PutSearchTemplate(nil)); err != nil {
		t.Fatal(err)
	}
	if err := w.PutSearchTemplate(nil); !errors.Is(err, ErrDuplicate) {
		t.Errorf("PutSearchTemplate: got %v, want ErrDuplicate", err)
	}
	// The first one counts, and the release can be committed.
	result, err := w.Commit(Manifest{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	got := readTree(t, filepath.Join(result.Dir, wwwName))
	if diff := cmp.Diff(map[string]string{"index.html": "home"}, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestPutFrom(t *testing.T) {
	dir := t.TempDir()
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	other := bytes.Repeat([]byte("fedcba9876543210"), 1<<16)
	longer := append(bytes.Clone(big), 'x')
	var dirs []string
	for _, step := range []struct {
		name  string
		data  []byte
		opens int
		want  Result
	}{
		{"new", big, 1, Result{Changed: true, Written: 1}},
		{"the same", big, 1, Result{}},
		{"same length", other, 2, Result{Changed: true, Written: 1}},
		{"longer", longer, 2, Result{Changed: true, Written: 1}},
	} {
		w := begin(t, dir)
		opens := 0
		err := w.PutFrom("img/big.png", func() (io.ReadCloser, error) {
			opens++
			return io.NopCloser(bytes.NewReader(step.data)), nil
		})
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if opens != step.opens {
			t.Errorf("%s: opened %d times, want %d", step.name, opens, step.opens)
		}
		result, err := w.Commit(Manifest{}, 9)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		dirs = append(dirs, result.Dir)
		got, err := os.ReadFile(filepath.Join(result.Dir, wwwName, "img/big.png"))
		if err != nil || !bytes.Equal(got, step.data) {
			t.Errorf("%s: got %d bytes, %v, want %d", step.name, len(got), err, len(step.data))
		}
		result.ID, result.Dir = "", ""
		if diff := cmp.Diff(step.want, result); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
	if got, want := dirs[1], dirs[0]; got != want {
		t.Errorf("release without a change: got %s, want %s", got, want)
	}
}

// A source that fails must not end up as half a file in a release.
func TestPutFromFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	for name, open := range map[string]func() (io.ReadCloser, error){
		"open": func() (io.ReadCloser, error) { return nil, broken },
		"read": func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("half"), errReader{broken})), nil
		},
	} {
		for _, known := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", known ", known), func(t *testing.T) {
				dir := t.TempDir()
				w := begin(t, dir)
				if known {
					if err := w.Put("a", []byte("first")); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := w.Commit(Manifest{}, 2); err != nil {
					t.Fatal(err)
				}
				w = begin(t, dir)
				if err := w.PutFrom("a", open); !errors.Is(err, broken) {
					t.Errorf("PutFrom: got %v, want %v", err, broken)
				}
				if _, err := w.Commit(Manifest{}, 2); !errors.Is(err, broken) {
					t.Errorf("Commit: got %v, want %v", err, broken)
				}
			})
		}
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestVariant(t *testing.T) {
	dir := t.TempDir()
	var made []string
	how := "1"
	step := func(s site, variants ...string) Result {
		t.Helper()
		w := begin(t, dir)
		for path, text := range s {
			if err := w.Put(path, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		made = nil
		for _, path := range variants {
			base, _, _ := cutVariant(path)
			err := w.Variant(path, how, func(out io.Writer) error {
				made = append(made, path)
				_, err := io.WriteString(out, "small "+s[base])
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		result, err := w.Commit(Manifest{}, 9)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	check := func(name string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, made); diff != "" {
			t.Errorf("%s: made (-want +got):\n%s", name, diff)
		}
	}

	two := site{"a.css": "a", "b/index.html": "b"}
	step(two)
	if result := step(two, "a.css.gz", "b/index.html.gz"); !result.Changed {
		t.Error("variants of old files are no change")
	}
	check("variants of old files", "a.css.gz", "b/index.html.gz")
	if result := step(two, "a.css.gz", "b/index.html.gz"); result.Changed {
		t.Error("the same variants are a change")
	}
	check("the same again")
	result := step(site{"a.css": "a2", "b/index.html": "b"}, "a.css.gz", "b/index.html.gz", "b/index.html.zst")
	check("one base changed, one variant new", "a.css.gz", "b/index.html.zst")
	want := map[string]string{
		"a.css": "a2", "a.css.gz": "small a2", "b/": "",
		"b/index.html": "b", "b/index.html.gz": "small b", "b/index.html.zst": "small b",
	}
	if diff := cmp.Diff(want, readTree(t, filepath.Join(result.Dir, wwwName))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if result := step(two); !result.Changed {
		t.Error("variants that are gone are no change")
	}

	step(two, "a.css.gz")
	how = "2"
	if result := step(two, "a.css.gz"); !result.Changed {
		t.Error("variants made in another way are no change")
	}
	check("another way", "a.css.gz")
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if diff := cmp.Diff(map[string]string{".gz": "2"}, r.Manifest().Variants); diff != "" {
		t.Errorf("ways (-want +got):\n%s", diff)
	}
}

func TestVariantRefused(t *testing.T) {
	some, none := compressed("x"), compressed("")
	broken := func(io.Writer) error { return errors.New("no compressor") }
	for _, tt := range []struct {
		name, path string
		compress   func(io.Writer) error
	}{
		{"no base", "b.css.gz", some},
		{"not a variant", "b.css", some},
		{"made in another way than others", "b.html.gz", some},
		{"empty", "a.css.gz", none},
		{"compressor fails", "a.css.gz", broken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, t.TempDir())
			for _, name := range []string{"a.css", "b.html", "c.html"} {
				if err := w.Put(name, []byte("a")); err != nil {
					t.Fatal(err)
				}
			}
			if tt.path == "b.html.gz" {
				if err := w.Variant("c.html.gz", "another", some); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Variant(tt.path, "test", tt.compress); err == nil {
				t.Error("Variant: no error")
			}
			if _, err := w.Commit(Manifest{}, 2); err == nil {
				t.Error("Commit: no error")
			}
		})
	}
}

// A writer's own a.csv.gz, beside a.csv or alone, is a file like any other. When
// it is gone, it is not taken for the variant that is made in its place.
func TestPutCompressedFile(t *testing.T) {
	dir := t.TempDir()
	files := site{"a.csv": "a", "a.csv.gz": "gz", "b.tar.gz": "tar"}
	step := func() Result {
		w := begin(t, dir)
		for path, text := range files {
			if err := w.Put(path, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		result, err := w.Commit(Manifest{}, 2)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	step()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want := map[string]string{"/a.csv": Sum([]byte("a")), "/a.csv.gz": Sum([]byte("gz")), "/b.tar.gz": Sum([]byte("tar"))}
	if diff := cmp.Diff(want, addressesOf(t, r)); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
	if step().Changed {
		t.Error("the same files are a change")
	}
	files["a.csv.gz"] = "GZ"
	if !step().Changed {
		t.Error("another a.csv.gz is no change")
	}

	w := begin(t, dir)
	for _, name := range []string{"a.csv", "b.tar.gz"} {
		if err := w.Put(name, []byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Variant("a.csv.gz", "test", compressed("made")); err != nil {
		t.Fatal(err)
	}
	result, err := w.Commit(Manifest{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if got := readTree(t, result.Dir)["www/a.csv.gz"]; got != "made" || !result.Changed {
		t.Errorf("after the writer's own: changed %v, got %q", result.Changed, got)
	}
}

func TestPutConcurrently(t *testing.T) {
	dir := t.TempDir()
	for round, want := range []Result{{Changed: true, Written: 1600}, {}, {Changed: true, Written: 800, Linked: 800}} {
		w := begin(t, dir)
		var group sync.WaitGroup
		for g := range 8 {
			group.Go(func() {
				for i := range 100 {
					path := fmt.Sprintf("d%d/%d/index.html", i%7, g*100+i)
					text := path
					if round == 2 && g%2 == 0 {
						text = "new " + path
					}
					if err := w.Put(path, []byte(text)); err != nil {
						t.Error(err)
					}
					err := w.Variant(path+".gz", "test", compressed("gz"+text))
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		got, err := w.Commit(Manifest{}, 2)
		if err != nil {
			t.Fatal(err)
		}
		got.ID, got.Dir = "", ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("round %d (-want +got):\n%s", round, diff)
		}
	}
}
