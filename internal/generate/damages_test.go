package generate

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/publish"
	"whyfix/internal/search"
)

var (
	damageSteps = flag.Int("damages", 24, "how many random damages TestRandomDamages tries")
	damageSeed  = flag.Uint64("damageseed", 17, "of TestRandomDamages")
)

// spoils are the kinds of damage to a file; other is another one. Files that
// releases share are damaged in all of them.
var spoils = []struct {
	name string
	do   func(r *rand.Rand, name, other string) error
}{
	{"a bit is flipped", func(r *rand.Rand, name, _ string) error {
		return inPlace(name, func(data []byte) []byte {
			if len(data) > 0 {
				data[r.IntN(len(data))] ^= 1 << r.IntN(8)
			}
			return data
		})
	}},
	{"it is cut", func(r *rand.Rand, name, _ string) error {
		return inPlace(name, func(data []byte) []byte { return data[:r.IntN(len(data)+1)] })
	}},
	{"it is longer", func(_ *rand.Rand, name, _ string) error {
		return inPlace(name, func(data []byte) []byte { return append(data, "more"...) })
	}},
	{"it is empty", func(_ *rand.Rand, name, _ string) error { return os.Truncate(name, 0) }},
	{"it is of zeros", func(_ *rand.Rand, name, _ string) error {
		return inPlace(name, func(data []byte) []byte { return make([]byte, len(data)) })
	}},
	{"it is gone", func(_ *rand.Rand, name, _ string) error { return os.Remove(name) }},
	{"it is swapped with another", func(_ *rand.Rand, name, other string) error {
		if name == other {
			return nil
		}
		return errors.Join(os.Rename(name, name+".x"), os.Rename(other, name), os.Rename(name+".x", other))
	}},
	{"it is what another is", func(_ *rand.Rand, name, other string) error {
		data, err := os.ReadFile(other)
		return errors.Join(err, os.Remove(name), os.WriteFile(name, data, 0o644))
	}},
	{"it is a folder", func(_ *rand.Rand, name, _ string) error {
		return errors.Join(os.Remove(name), os.Mkdir(name, 0o755))
	}},
	{"it is a link to another", func(_ *rand.Rand, name, other string) error {
		return errors.Join(os.Remove(name), os.Symlink(other, name))
	}},
}

// inPlace changes what a file holds.
func inPlace(name string, change func([]byte) []byte) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	data = change(data)
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, 0)
	return errors.Join(err, f.Truncate(int64(len(data))), f.Close())
}

// spoil does one of the damages to one of all files in the folder of releases,
// which then has the times that it had, and says what it did.
func spoil(t *testing.T, r *rand.Rand, public string) string {
	t.Helper()
	var files []string
	infos := map[string]fs.FileInfo{}
	err := filepath.WalkDir(public, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.Name() == ".lock" {
			return err
		}
		info, err := e.Info()
		infos[name] = info
		if e.Type().IsRegular() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Pages are many: each part of the folder has its turn.
	kinds := []string{"www/*", "www/*/*", "www/*/*", "*.*", "search/*", "search/store/*"}
	pattern := filepath.Join(public, ".build", "*")
	if r.IntN(4) > 0 {
		pattern = filepath.Join(public, "*-*", filepath.FromSlash(kinds[r.IntN(len(kinds))]))
	}
	if matching := slices.DeleteFunc(slices.Clone(files), func(name string) bool { ok, _ := filepath.Match(pattern, name); return !ok }); len(matching) > 0 {
		files = matching
	}
	name, other := files[r.IntN(len(files))], files[r.IntN(len(files))]
	s := spoils[r.IntN(len(spoils))]
	if err := s.do(r, name, other); err != nil {
		t.Fatalf("%s: %s: %v", name, s.name, err)
	}
	for name, info := range infos {
		if now, err := os.Lstat(name); err == nil && now.Mode()&fs.ModeSymlink == 0 && !now.ModTime().Equal(info.ModTime()) {
			if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
		}
	}
	rel, err := filepath.Rel(public, name)
	if err != nil {
		t.Fatal(err)
	}
	return rel + ": " + s.name
}

// Whatever happens to whatever lies beside the content, the next build makes the
// release that a clean build makes, byte for byte, and a rollback leads to none
// that is not as it was made. Times tell nothing: all is damaged with the times
// kept.
func TestRandomDamages(t *testing.T) {
	manyBuilds(t)
	t.Parallel()
	r := rand.New(rand.NewPCG(*damageSeed, 12))
	f := newFolder(t, sample(5))
	public := filepath.Join(t.TempDir(), "public")
	made := map[string]map[string]string{} // each release as it was made
	process(t, f.content(), public, true, false)
	process(t, f.content(), public, true, false)
	for step := range *damageSteps {
		what := spoil(t, r, public)
		if r.IntN(4) == 0 {
			what += ", " + spoil(t, r, public)
		}
		one := f.articles()[r.IntN(len(f.articles()))]
		f.put(one, f.files[one]+fmt.Sprintf("\n第%d步，窗户漏风。\n", step))
		got := process(t, f.content(), public, true, false)
		want := releaseOf(t, load(t, f.content()), filepath.Join(t.TempDir(), "public"), true)
		sameTree(t, tree(t, filepath.Join(want.Dir, "www")), tree(t, filepath.Join(got, "www")))
		for _, name := range []string{"search.html", "copies.sha256", "gone.map", "redirects.map"} {
			a, errA := os.ReadFile(filepath.Join(want.Dir, name))
			b, errB := os.ReadFile(filepath.Join(got, name))
			if err := errors.Join(errA, errB); err != nil || !bytes.Equal(a, b) {
				t.Errorf("%s is not that of a clean build (%v)", name, err)
			}
		}
		r1 := live(t, got)
		if err := r1.Verify(t.Context(), search.Root{}, nil); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(live(t, want.Dir).Manifest().Search, r1.Manifest().Search); diff != "" {
			t.Errorf("index (-clean +after damage):\n%s", diff)
		}
		if step%4 == 0 {
			if diff := cmp.Diff(answersOf(t, want.Dir, f), answersOf(t, got, f)); diff != "" {
				t.Errorf("answers (-clean +after damage):\n%s", diff)
			}
		}
		made[filepath.Base(got)] = tree(t, filepath.Join(got, "www"))
		if step%5 == 4 {
			what += ", " + spoil(t, r, public) + ", rolled back"
			_, to, err := publish.Rollback(t.Context(), public, search.Root{})
			if err == nil {
				if tree := tree(t, filepath.Join(public, to, "www")); made[to] != nil && !cmp.Equal(made[to], tree) {
					t.Errorf("back to %s, which is not as it was", to)
				}
			} else if !errors.Is(err, publish.ErrNothingOlder) {
				t.Error(err)
			}
		}
		if t.Failed() {
			t.Fatalf("step %d: %s", step, what)
		}
	}
}
