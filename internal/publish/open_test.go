package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	first := build(t, dir, siteA, 2)
	second := build(t, dir, siteB, 2)
	for _, tt := range []struct {
		name, path, id, dir string
	}{
		{"folder of releases", dir, second.ID, second.Dir},
		{"one release", first.Dir, first.ID, first.Dir},
		{"the link itself", filepath.Join(dir, currentName), second.ID, second.Dir},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Open(tt.path)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			got := []string{r.ID(), r.Dir(), r.SearchDir(), r.Manifest().ID}
			want := []string{tt.id, tt.dir, filepath.Join(tt.dir, "search"), tt.id}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			text, err := r.SearchTemplate()
			if err != nil || string(text) != "<form>" {
				t.Errorf("SearchTemplate: got %q, %v", text, err)
			}
			text, err = fs.ReadFile(r.WWW(), "404.html")
			if err != nil || string(text) != siteA["404.html"] {
				t.Errorf("404.html: got %q, %v", text, err)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(dir string) error
		path string
		want error
		text string
	}{
		{"no folder", func(string) error { return nil }, "no", ErrNoRelease, "no release here yet"},
		{"empty folder", func(string) error { return nil }, "", ErrNoRelease, "no release here yet"},
		{"a build that died", func(dir string) error {
			return os.MkdirAll(filepath.Join(dir, "20260102T150405-8f3a01bc", "www"), 0o755)
		}, "20260102T150405-8f3a01bc", ErrIncomplete, "8f3a01bc"},
		{"a renamed release without manifest", func(dir string) error {
			return os.MkdirAll(filepath.Join(dir, "x", "www"), 0o755)
		}, "x", ErrIncomplete, "x"},
		{"a link to nothing", func(dir string) error {
			return os.Symlink("20260102T150405-8f3a01bc", filepath.Join(dir, currentName))
		}, "", ErrIncomplete, "gone"},
		{"a link out of the folder", func(dir string) error {
			return os.Symlink("../x", filepath.Join(dir, currentName))
		}, "", nil, `"../x"`},
		{"another schema", func(dir string) error {
			id := "20260102T150405-8f3a01bc"
			return errors.Join(
				os.MkdirAll(filepath.Join(dir, id, "www"), 0o755),
				os.WriteFile(filepath.Join(dir, id, manifestName), []byte(`{"schema":99}`), 0o644),
				os.Symlink(id, filepath.Join(dir, currentName)))
		}, "", ErrSchema, "schema 99, this program reads 2"},
		{"no www", func(dir string) error {
			m := signed(`{"schema":2,"id":"20260102T150405-8f3a01bc","time":"2026-01-02T12:00:00Z"}`)
			return os.WriteFile(filepath.Join(dir, manifestName), []byte(m), 0o644)
		}, "", ErrIncomplete, "www"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := tt.make(dir); err != nil {
				t.Fatal(err)
			}
			_, err := Open(filepath.Join(dir, tt.path))
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if err == nil || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %v, want %q", err, tt.text)
			}
		})
	}
}

// A release of another schema is not linked from, and does not stop a build.
func TestOtherSchema(t *testing.T) {
	dir := t.TempDir()
	first := build(t, dir, siteA, 2)
	name := filepath.Join(first.Dir, manifestName)
	if err := os.WriteFile(name, []byte(`{"schema":99}`), 0o644); err != nil {
		t.Fatal(err)
	}
	w := begin(t, dir)
	if got := w.Previous(); got != nil {
		t.Errorf("Previous: got %v, want none", got)
	}
	fill(t, w, siteA)
	second, err := w.Commit(manifestOf(siteA), 2)
	if err != nil {
		t.Fatal(err)
	}
	if second.Linked != 0 {
		t.Errorf("linked: got %d, want 0", second.Linked)
	}
	checkLive(t, dir, second.ID, siteA)
	if got := releases(t, dir); len(got) != 2 {
		t.Errorf("releases: got %v, want both", got)
	}
	if _, _, err := Rollback(t.Context(), dir, nil); !errors.Is(err, ErrNothingOlder) {
		t.Errorf("Rollback: got %v, want ErrNothingOlder", err)
	}
}

func TestWWWStaysInside(t *testing.T) {
	dir := t.TempDir()
	result := build(t, dir, siteA, 2)
	writeOS(t, filepath.Join(dir, "secret"), "secret")
	for name, target := range map[string]string{
		"out.html": "../../secret", "abs.html": filepath.Join(dir, "secret"), "manifest": "../manifest.json",
	} {
		if err := os.Symlink(target, filepath.Join(result.Dir, wwwName, name)); err != nil {
			t.Skip(err)
		}
	}
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, name := range []string{"out.html", "abs.html", "manifest", "../manifest.json"} {
		if data, err := fs.ReadFile(r.WWW(), name); err == nil {
			t.Errorf("%s: got %q, want an error", name, data)
		}
	}
}

// Readers open releases in a loop while 30 are committed. What they open is
// whole, and stays so as long as its release is kept.
func TestReadersDuringCommits(t *testing.T) {
	for _, keep := range []int{1, 2, 50} {
		t.Run(fmt.Sprint("keep ", keep), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			build(t, dir, numbered(0), keep)
			done := make(chan struct{})
			var group sync.WaitGroup
			for range 3 {
				group.Go(func() {
					for running := true; running; {
						select {
						case <-done:
							running = false // and look once more
						default:
						}
						readOnce(t, dir, keep)
					}
				})
			}
			for n := 1; n <= 30; n++ {
				build(t, dir, numbered(n), keep)
			}
			close(done)
			group.Wait()
		})
	}
}

// numbered is a site of which some pages change with n and some do not.
func numbered(n int) site {
	s := site{}
	for i := range 10 {
		s[fmt.Sprintf("p%d/index.html", i)] = strconv.Itoa(n * (i % 2))
		s[fmt.Sprintf("only%d/%d.html", n, i)] = strconv.Itoa(n)
	}
	return s
}

// readOnce opens the live release and reads all of it. A file may be missing
// only if the release has been removed since it was opened.
func readOnce(t *testing.T, dir string, keep int) {
	r, err := Open(dir)
	if err != nil {
		t.Errorf("Open: %v", err)
		return
	}
	defer r.Close()
	check := func(name, sum string, data []byte, err error) {
		if err == nil && Sum(data) == sum {
			return
		}
		if live, _ := Current(dir); errors.Is(err, fs.ErrNotExist) && keep < 30 && live != r.ID() {
			return
		}
		t.Errorf("release %s: %s: got %q, %v", r.ID(), name, data, err)
	}
	for url, sum := range addressesOf(t, r) {
		path := strings.TrimPrefix(url, "/")
		if strings.HasSuffix(url, "/") {
			path += "index.html"
		}
		data, err := fs.ReadFile(r.WWW(), path)
		check(path, sum, data, err)
	}
	data, err := os.ReadFile(filepath.Join(r.SearchDir(), "store", "root.bolt"))
	check("index", r.Manifest().Search.Digest, data, err)
}
