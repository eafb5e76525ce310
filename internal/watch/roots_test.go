package watch

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRootVanishes(t *testing.T) {
	for _, tt := range []struct {
		name       string
		vanish     func(t *testing.T, parent, dir string)
		comeBack   func(t *testing.T, parent, dir string)
		inOneSweep bool // the folder is never seen missing
	}{
		{"removed", func(t *testing.T, _, dir string) {
			must(t, os.RemoveAll(dir))
		}, func(t *testing.T, _, dir string) {
			write(t, dir+"/a.md", "back")
		}, false},
		{"moved", func(t *testing.T, parent, dir string) {
			must(t, os.Rename(dir, parent+"/elsewhere"))
		}, func(t *testing.T, parent, dir string) {
			must(t, os.Rename(parent+"/elsewhere", dir))
		}, false},
		{"the folder above moved", func(t *testing.T, parent, _ string) {
			must(t, os.Rename(parent, parent+"-elsewhere"))
		}, func(t *testing.T, parent, _ string) {
			must(t, os.Rename(parent+"-elsewhere", parent))
		}, false},
		{"replaced", func(t *testing.T, parent, dir string) {
			must(t, os.Rename(dir, parent+"/elsewhere"))
			write(t, dir+"/a.md", "another")
		}, nil, true},
		{"a file in its place", func(t *testing.T, parent, dir string) {
			must(t, os.RemoveAll(dir))
			write(t, dir, "file")
		}, func(t *testing.T, parent, dir string) {
			must(t, os.Remove(dir))
			write(t, dir+"/a.md", "back")
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			parent := filepath.Join(t.TempDir(), "parent")
			dir := filepath.Join(parent, "content")
			write(t, dir+"/a.md", "a")
			w := start(t, dir)
			for i := range 3 {
				tt.vanish(t, parent, dir)
				until(t, w, rescanned)
				if tt.inOneSweep {
					must(t, os.RemoveAll(parent+"/elsewhere"))
				} else {
					tt.comeBack(t, parent, dir)
					until(t, w, rescanned)
				}
				b := filepath.Join(dir, "sub", fmt.Sprint(i, ".md"))
				write(t, b, "new")
				untilPaths(t, w, b)
			}
		})
	}
}

// A link as a root is followed, and watched when it leads elsewhere.
func TestRootIsLink(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/one/a.md", "a")
	write(t, dir+"/two/a.md", "a")
	link := filepath.Join(dir, "content")
	must(t, os.Symlink("one", link))
	w := start(t, link)
	write(t, dir+"/one/a.md", "new")
	untilPaths(t, w, filepath.Join(link, "a.md"))

	must(t, os.Symlink("two", link+".new"))
	must(t, os.Rename(link+".new", link))
	until(t, w, rescanned)
	write(t, dir+"/two/b.md", "new")
	untilPaths(t, w, filepath.Join(link, "b.md"))
}

func TestSeveralRoots(t *testing.T) {
	dir := t.TempDir()
	content, theme := filepath.Join(dir, "content"), filepath.Join(dir, "content", "themes", "own")
	write(t, theme+"/page.html", "x")
	w := start(t, theme, content, content+"/", filepath.Join(dir, "content", "themes"))
	for i := range 3 {
		page, article := filepath.Join(theme, "page.html"), filepath.Join(content, "a.md")
		write(t, page, fmt.Sprint("new ", i))
		write(t, article, fmt.Sprint("new ", i))
		s := untilPaths(t, w, page, article)
		if got, want := len(s.paths), 2; got != want {
			t.Errorf("paths: got %d, want %d: %v", got, want, s.paths)
		}
		must(t, os.RemoveAll(theme))
		until(t, w, rescanned)
		write(t, page, "back")
		until(t, w, rescanned)
	}
}

func TestRelativeRoot(t *testing.T) {
	t.Chdir(t.TempDir())
	for dir, want := range map[string]string{
		".": "a.md", "./content/": filepath.Join("content", "a.md"), "content": filepath.Join("content", "a.md"),
	} {
		write(t, "content/keep", "")
		w := start(t, dir)
		write(t, want, dir)
		untilPaths(t, w, want)
		must(t, w.Close())
	}
}

func TestSymlinkCircle(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/x/a.md", "a")
	must(t, os.Symlink("..", dir+"/x/up"))
	must(t, os.Symlink(dir, dir+"/x/top"))
	must(t, os.Symlink("self", dir+"/x/self"))
	w := start(t, dir)
	a := filepath.Join(dir, "x", "a.md")
	write(t, a, "new")
	s := untilPaths(t, w, a)
	// A link that appears counts as a file.
	link := filepath.Join(dir, "x", "again")
	must(t, os.Symlink("..", link))
	maps.Copy(s.paths, untilPaths(t, w, link).paths)
	if diff := cmp.Diff(map[string]bool{a: true, link: true}, s.paths); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

// A folder that may come later is watched from then on.
func TestRootComesLater(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	late := filepath.Join(dir, "late")
	if err := os.Mkdir(filepath.Join(dir, "now"), 0o755); err != nil {
		t.Fatal(err)
	}
	w, err := New([]string{filepath.Join(dir, "now")}, []string{late}, quiet, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := os.MkdirAll(filepath.Join(late, "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	if b := <-w.Changes(); !b.Rescan {
		t.Errorf("a folder that came is %+v", b)
	}
	name := filepath.Join(late, "deep", "a.css")
	if err := os.WriteFile(name, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for b := range w.Changes() {
		if slices.Contains(b.Paths, name) {
			return
		}
	}
}
