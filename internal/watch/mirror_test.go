package watch

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A mirror that copies nothing but the paths that batches name ends up equal
// to the folder, whatever is done to it, however fast.
func TestMirrorOfRandomEdits(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			outside := t.TempDir()
			random := rand.New(rand.NewPCG(seed, 0))
			e := editor{random: random, dir: dir, outside: outside}
			for range 40 {
				e.edit(t)
			}
			mirror := map[string]string{}
			copyAll(t, dir, mirror)
			w := start(t, dir)
			for round := range 8 {
				for range 60 {
					e.edit(t)
				}
				end := filepath.Join(dir, fmt.Sprintf("end%d", round))
				write(t, end, "")
				receive(t, w, dir, mirror)
			}
		})
	}
}

// receive updates the mirror until it is equal to the folder.
func receive(t *testing.T, w *Watcher, dir string, mirror map[string]string) {
	t.Helper()
	want := map[string]string{}
	copyAll(t, dir, want)
	deadline := time.After(timeout)
	for !cmp.Equal(want, mirror) {
		select {
		case b := <-w.Changes():
			if b.Rescan {
				t.Error("rescan: got true, want false")
			}
			for _, path := range b.Paths {
				copyOne(t, path, mirror)
			}
		case <-deadline:
			t.Fatalf("the mirror stays another (-folder +mirror):\n%s", cmp.Diff(want, mirror))
		}
	}
}

// copyOne brings one path of the mirror up to date.
func copyOne(t *testing.T, path string, mirror map[string]string) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil || info.IsDir() {
		delete(mirror, path)
		return
	}
	data, err := os.ReadFile(path)
	must(t, err)
	mirror[path] = string(data)
}

// copyAll fills a mirror from a folder.
func copyAll(t *testing.T, dir string, mirror map[string]string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			copyOne(t, path, mirror)
		}
		return err
	}))
}

// editor makes random changes to a folder.
type editor struct {
	random       *rand.Rand
	dir, outside string
	n            int
}

func (e *editor) edit(t *testing.T) {
	t.Helper()
	e.n++
	folders, files := e.list(t)
	folder := folders[e.random.IntN(len(folders))]
	name := filepath.Join(folder, string(rune('a'+e.random.IntN(6))))
	some := func(list []string) string { return list[e.random.IntN(len(list))] }
	text := []byte(strings.Repeat("x", e.random.IntN(3)) + fmt.Sprint(e.n))
	// What cannot be done, such as a folder moved into itself, is not done.
	switch k := e.random.IntN(12); {
	case k < 4:
		_ = os.WriteFile(name, text, 0o644)
	case k < 6:
		_ = os.Mkdir(name, 0o755)
	case k < 7 && len(files) > 0:
		_ = os.WriteFile(some(files), text, 0o644)
	case k < 8 && len(files) > 0:
		_ = os.Remove(some(files))
	case k < 9 && len(files) > 0:
		_ = os.Rename(some(files), name)
	case k < 10 && len(folders) > 1:
		_ = os.Rename(some(folders[1:]), name)
	case k < 11 && len(folders) > 1:
		_ = os.RemoveAll(some(folders[1:]))
	case len(folders) > 1: // out, changed there, and in again
		away := filepath.Join(e.outside, fmt.Sprint(e.n))
		if os.Rename(some(folders[1:]), away) == nil {
			_ = os.WriteFile(filepath.Join(away, "z"), text, 0o644)
			_ = os.Rename(away, name)
		}
	}
}

// list is the folders, the root first, and the files.
func (e *editor) list(t *testing.T) (folders, files []string) {
	t.Helper()
	must(t, filepath.WalkDir(e.dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			folders = append(folders, path)
		} else if err == nil {
			files = append(files, path)
		}
		return err
	}))
	slices.Sort(folders[1:])
	return folders, files
}
