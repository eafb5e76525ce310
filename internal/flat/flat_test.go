package flat

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/publish"
)

// published makes a release of some files.
func published(t *testing.T, dir, base string, files map[string]string) *publish.Release {
	t.Helper()
	w, err := publish.Create(dir, time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for name, text := range files {
		if err := w.Put(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(publish.Manifest{Base: base, Generator: "test"}, 1); err != nil {
		t.Fatal(err)
	}
	r, err := publish.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// in are the files of a folder, but for the list.
func in(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == ListFile {
			return err
		}
		if e.IsDir() {
			if inside, err := os.ReadDir(filepath.Join(dir, name)); err == nil && len(inside) == 0 && name != "." {
				out[name+"/"] = "" // none should be left
			}
			return nil
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		out[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Whatever releases follow each other, and wherever one is interrupted, the folder
// has what the last one holds, and what somebody else put there.
func TestRandomReleases(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	public, dir := filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "site")
	for step := range 40 {
		files := map[string]string{"index.html": "home", "404.html": "no"}
		for range random.IntN(8) {
			name := ""
			for range 1 + random.IntN(3) { // a/b may be a file now and a folder then
				name += "/" + string(rune('a'+random.IntN(3)))
			}
			taken := false
			for have := range files {
				taken = taken || strings.HasPrefix(have, name[1:]+"/") || strings.HasPrefix(name[1:], have+"/")
			}
			if !taken {
				files[name[1:]] = strconv.Itoa(random.IntN(3))
			}
		}
		r := published(t, public, "/", files)
		if random.IntN(3) == 0 {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := Write(ctx, r, dir, Options{}); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatalf("seed %d, step %d: %v", seed, step, err)
			}
		}
		if _, err := Write(t.Context(), r, dir, Options{}); err != nil {
			t.Fatalf("seed %d, step %d: %v", seed, step, err)
		}
		if step == 0 {
			if err := os.WriteFile(filepath.Join(dir, "CNAME"), []byte("help"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got := in(t, dir)
		for _, name := range []string{headersFile, noJekyll} {
			delete(got, name)
		}
		files["CNAME"] = "help"
		if diff := cmp.Diff(files, got); diff != "" {
			t.Fatalf("seed %d, step %d: (-want +got)\n%s", seed, step, diff)
		}
	}
}

// A damaged file of the release is not handed on.
func TestDamaged(t *testing.T) {
	t.Parallel()
	r := published(t, filepath.Join(t.TempDir(), "public"), "/", map[string]string{"index.html": "home"})
	if err := os.WriteFile(filepath.Join(r.Dir(), "www", "index.html"), []byte("evil"), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "site")
	if _, err := Write(t.Context(), r, dir, Options{}); !errors.Is(err, publish.ErrDamaged) {
		t.Errorf("got %v", err)
	}
	if got := in(t, dir); got["index.html"] != "" {
		t.Errorf("got %v", got)
	}
}

// A list that somebody has written leads nowhere else.
func TestListLeadsOut(t *testing.T) {
	t.Parallel()
	r := published(t, filepath.Join(t.TempDir(), "public"), "/", map[string]string{"index.html": "home"})
	above := t.TempDir()
	dir, precious := filepath.Join(above, "site"), filepath.Join(above, "precious")
	for name, text := range map[string]string{precious: "x", filepath.Join(dir, ListFile): `{"../precious": {}}`} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Write(t.Context(), r, dir, Options{}); err == nil {
		t.Error("it was read")
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

// What some hosts leave out without a word is said; and a rule for each file
// gives way to one for all where there would be too many.
func TestLimits(t *testing.T) {
	t.Parallel()
	files := map[string]string{"index.html": "home"}
	for i := range 120 {
		files["way"+strconv.Itoa(i)+".svg"] = "<svg/>"
	}
	files["_redirects"] = strings.Repeat("/old/ /new/ 301\n", 2_001)
	r := published(t, filepath.Join(t.TempDir(), "public"), "/帮助/", files)
	dir := filepath.Join(t.TempDir(), "site")
	done, err := Write(t.Context(), r, dir, Options{Root: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(done.Notes) != 1 || !strings.Contains(done.Notes[0].En, "_redirects has 2002 lines") {
		t.Errorf("notes: %q", done.Notes)
	}
	got := in(t, dir)
	if h := got[headersFile]; !strings.Contains(h, "\n/%E5%B8%AE%E5%8A%A9/*.svg\n") || strings.Contains(h, "way7") {
		t.Errorf("headers: %s", h)
	}
	if names := slices.Sorted(maps.Keys(got)); !slices.Contains(names, "帮助/way7.svg") || !slices.Contains(names, "帮助/index.html") {
		t.Errorf("files: %v", names)
	}
}
