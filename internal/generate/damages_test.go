package generate

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk" // the default analyzer of an index
	"github.com/google/go-cmp/cmp"

	"whyfix/internal/publish"
	"whyfix/internal/search"
	"whyfix/internal/search/store"
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
	withoutDetector(t)
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

// visit opens the index of a release for writing, as the command bleve does even
// to count documents, and closes it when its root was written again.
func visit(t *testing.T, release string, documents int) {
	t.Helper()
	name := filepath.Join(release, "search", "store", store.RootFile)
	root := func() []byte {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	before := root()
	x, err := bleve.OpenUsing(filepath.Join(release, "search"), map[string]any{"read_only": false})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := x.DocCount(); err != nil || int(n) != documents {
		t.Errorf("bleve counts %d, %v, want %d", n, err, documents)
	}
	for deadline := time.Now().Add(20 * time.Second); bytes.Equal(before, root()); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("bleve does not write the root: then this test is of nothing")
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
}

// Who opens the index of a release with a stock bleve harms nothing: it is whole,
// nothing has changed, and the next index is made of it, in releases that
// somebody opened in turn; and rollback leads there.
func TestForeignOpen(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	const articles, documents = 40, 40 + 3 // the pages of the folders are found too
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(articles))
	age := func() { // what has just been written counts as changing
		at := time.Now().Add(-time.Hour)
		err := filepath.Walk(dir, func(name string, _ os.FileInfo, err error) error {
			if err != nil {
				return err
			}
			err = os.Chtimes(name, at, at)
			settle(t, name)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look := func() seen {
		t.Helper()
		s, _ := lookAt(t, dir, releaseOptions(public))
		return s
	}
	var all []string
	build := func() Result {
		t.Helper()
		age()
		result, err := Run(t.Context(), Options{Content: dir, Now: clock, Release: releaseOptions(public)})
		if err != nil {
			t.Fatal(err)
		}
		if result.Changed {
			all = append(all, result.Dir)
		}
		return result
	}
	check := func(what string) {
		t.Helper()
		all = slices.DeleteFunc(all, func(dir string) bool { _, err := os.Stat(dir); return err != nil }) // old ones go
		for i, a := range all {
			r, err := publish.Open(a)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Verify(t.Context(), search.Root{}, nil); err != nil {
				t.Errorf("%s: release %d: %v", what, i, err)
			}
			r.Close()
			for _, b := range all[i+1:] {
				roots := [2]os.FileInfo{}
				for n, dir := range []string{a, b} {
					if roots[n], err = os.Stat(filepath.Join(dir, "search", "store", store.RootFile)); err != nil {
						t.Fatal(err)
					}
				}
				if os.SameFile(roots[0], roots[1]) {
					t.Errorf("%s: two releases have one root", what)
				}
			}
		}
	}

	first := build()
	visit(t, first.Dir, documents)
	check("after a visit")
	if _, same := look().unchanged(public); !same {
		t.Error("after a visit something has changed")
	}
	if again := build(); again.Changed || again.Indexed {
		t.Errorf("after a visit and a build: %+v", again.Result)
	}
	if err := os.Remove(filepath.Join(publish.ScratchDir(public), lastName)); err != nil { // then all is read
		t.Fatal(err)
	}
	if again := build(); again.Changed || again.Indexed {
		t.Errorf("after a visit and a build that doubts: %+v", again.Result)
	}

	// The same index in another release.
	write(t, dir, map[string]string{"site.yaml": "title: 对症帮助\nfooter: 另一行\n"})
	second := build()
	if !second.Changed || second.Indexed {
		t.Errorf("another footer: changed %v, indexed %v", second.Changed, second.Indexed)
	}
	visit(t, second.Dir, documents)
	visit(t, first.Dir, documents)
	check("an index of two releases")

	// One that is made of it.
	write(t, dir, map[string]string{"c0/new.md": "---\ntitle: 窗户漏风\n---\n\n正文。\n"})
	third := build()
	if !third.Changed || !third.Indexed {
		t.Errorf("another article: changed %v, indexed %v", third.Changed, third.Indexed)
	}
	segment := func(dir string, n int) (os.FileInfo, error) {
		return os.Stat(filepath.Join(dir, "search", "store", store.SegmentFile(n)))
	}
	base, err := segment(second.Dir, 2)
	if err != nil {
		t.Fatal(err)
	}
	if now, err := segment(third.Dir, 2); err != nil || !os.SameFile(base, now) {
		t.Errorf("the index is not made from the last one: %v", err)
	}
	visit(t, third.Dir, documents+1)
	check("an index that was made from the last")
	if _, same := look().unchanged(public); !same {
		t.Error("after a visit to an index of two segments something has changed")
	}
	if _, to, err := publish.Rollback(t.Context(), public, search.Root{}); err != nil || to != second.ID {
		t.Errorf("rollback leads to %s, %v, want %s", to, err, second.ID)
	}

	// While somebody has it open, a build need not wait: it makes the index anew.
	x, err := bleve.OpenUsing(filepath.Join(second.Dir, "search"), map[string]any{"read_only": false})
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"site.yaml": "title: 对症帮助\nfooter: 第三行\n"})
	fourth := build()
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if !fourth.Changed || !fourth.Indexed {
		t.Errorf("while somebody writes: changed %v, indexed %v", fourth.Changed, fourth.Indexed)
	}
	check("an index that was made while somebody wrote")
	if again := build(); again.Changed {
		t.Error("it was made for nothing")
	}
}

// What is no visit: a root that says something else is mended by the next build,
// and so are segments and texts.
func TestForeignHarm(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(6))
	l := load(t, dir)
	live := released(t, l, public)
	for name, harm := range map[string]func(dir string) error{
		"a document was deleted": func(dir string) error {
			x, err := bleve.OpenUsing(dir, map[string]any{"read_only": false})
			if err != nil {
				return err
			}
			if err := x.Delete("/c0/a0/"); err != nil {
				return err
			}
			return x.Close()
		},
		"a segment changed": func(dir string) error {
			name := filepath.Join(dir, "store", store.SegmentFile(2))
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			data[len(data)/2] ^= 1
			return os.WriteFile(name, data, 0o644)
		},
		"texts were cut short": func(dir string) error { return os.Truncate(filepath.Join(dir, "texts"), 100) },
		"the root is gone":     func(dir string) error { return os.Remove(filepath.Join(dir, "store", store.RootFile)) },
		"it is another root": func(dir string) error {
			at := filepath.Join(dir, "store")
			root, err := store.ReadRoot(at)
			if err != nil {
				return err
			}
			root.Parts[0].Deleted = []uint32{1}
			if err := os.Remove(filepath.Join(at, store.RootFile)); err != nil {
				return err
			}
			return store.WriteRoot(at, root)
		},
	} {
		if err := harm(filepath.Join(live.Dir, "search")); err != nil {
			t.Fatal(fmt.Errorf("%s: %w", name, err))
		}
		whole := func() error {
			r, err := publish.Open(public)
			if err != nil {
				return err
			}
			defer r.Close()
			return r.Verify(t.Context(), search.Root{}, nil)
		}
		if err := whole(); err == nil {
			t.Errorf("%s: the release is taken for whole", name)
		}
		if live = released(t, l, public); !live.Changed || !live.Indexed {
			t.Errorf("%s: nothing was mended", name)
		}
		if err := whole(); err != nil {
			t.Errorf("%s: after another build: %v", name, err)
		}
	}
}

// buildNow asks the test binary to build DIR/content into DIR/public and end.
const buildNow = "WHYFIX_TEST_BUILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(buildNow); dir != "" {
		os.Exit(buildAlone(filepath.Join(dir, "content"), filepath.Join(dir, "public")))
	}
	os.Exit(m.Run())
}

// buildAlone is a build as a process of its own.
func buildAlone(content, public string) int {
	if err := buildKept(context.Background(), content, releaseOptions(public)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// A build that is killed at any moment leaves the live release as it was, or
// has made the new one live; never anything between. The next build succeeds
// and removes what was left.
func TestKill(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	const articles, kills, most = 16, 10, 40
	dir := t.TempDir()
	content, public := filepath.Join(dir, "content"), filepath.Join(dir, "public")
	write(t, content, sample(articles))
	start := func() *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), self)
		// Nor may the race detector wait a second at the end of each.
		cmd.Env = append(os.Environ(), buildNow+"="+dir, "GORACE=atexit_sleep_ms=0")
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	begin := time.Now()
	if err := start().Wait(); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(begin) // how long a build takes, as last seen

	r := rand.New(rand.NewPCG(9, 10))
	killed, unfinished := 0, 0
	for round := 1; killed < kills && round <= most; round++ {
		before, err := publish.Current(public)
		if err != nil {
			t.Fatal(err)
		}
		old := tree(t, filepath.Join(public, before))
		for i := range articles {
			write(t, content, map[string]string{fmt.Sprintf("c%d/a%d.md", i%3, i): sampleArticle(i, articles, round)})
		}

		begin := time.Now()
		cmd := start()
		moment := time.Duration(r.Int64N(int64(whole)))
		timer := time.AfterFunc(moment, func() { _ = cmd.Process.Kill() })
		if err := cmd.Wait(); err != nil {
			killed++
		} else {
			whole = time.Since(begin)
		}
		timer.Stop()

		after, err := publish.Current(public)
		if err != nil {
			t.Fatalf("killed after %s: %v", moment, err)
		}
		live(t, public)
		sameTree(t, old, tree(t, filepath.Join(public, before)))
		if folders(t, public) > releases(t, public) {
			unfinished++
		}

		// What was kept, or half kept, leads the next build nowhere.
		if err := buildKept(t.Context(), content, releaseOptions(public)); err != nil {
			t.Fatal(err)
		}
		next, err := publish.Current(public)
		if err != nil {
			t.Fatal(err)
		}
		if (next != after) == (after != before) {
			t.Errorf("killed after %s: live went from %s to %s, and the next build made %s", moment, before, after, next)
		}
		clean := released(t, load(t, content), t.TempDir())
		sameTree(t, tree(t, filepath.Join(clean.Dir, "www")), tree(t, filepath.Join(public, next, "www")))
		if n, whole := folders(t, public), releases(t, public); n != whole || n > 2 {
			t.Errorf("killed after %s: got %d folders and %d releases, want as many, at most 2", moment, n, whole)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("a build takes %s; killed %d, %d of them in the middle", whole.Round(time.Millisecond), killed, unfinished)
	if killed == 0 || unfinished == 0 {
		t.Errorf("killed %d, %d of them in the middle: the test tests nothing", killed, unfinished)
	}
}

// releases counts the complete releases of a folder.
func releases(t *testing.T, dir string) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*-*", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// folders counts the folders of a folder.
func folders(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if e.IsDir() && e.Name()[0] != '.' {
			n++
		}
	}
	return n
}

// withoutDetector skips a test under the race detector, which makes it ten times
// as long: one of many builds in a row, or of much content, in which nothing
// stands side by side but what stands so in every build. That others try under
// the detector: TestSameInAnyOrder, TestReleaseReport, TestCompressedCopies and
// those of the loader. make test runs all tests of this package without it, too.
func withoutDetector(t *testing.T) {
	t.Helper()
	if underDetector() {
		t.Skip("not under the race detector: it runs without, in make test too")
	}
}

func underDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// A release of before, whose index is in a cluster and whose record of that
// cannot be read, keeps no build from being live: what is not tidied is told.
func TestDamagedClusterRecord(t *testing.T) {
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(2))
	const index = "whyfix-help-20260101t000000-0a"
	w, err := publish.Create(public, now.Add(-time.Hour), search.Root{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	at, err := w.SearchDir()
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		os.WriteFile(filepath.Join(at, "cluster"), []byte("damaged"), 0o644),
		w.Put("index.html", []byte("old")), w.Put("404.html", []byte("no")), w.PutSearchTemplate([]byte("x")),
	)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(publish.Manifest{Base: "/", Generator: "test", Search: &publish.SearchInfo{Engine: search.OpenSearch, Index: index}}, 2); err != nil {
		t.Fatal(err)
	}
	for n, left := range [][]string{nil, {"http://CLUSTER/" + index}} { // the second takes it away
		write(t, dir, map[string]string{"c0/a0.md": sampleArticle(0, 2, n+1)})
		result := released(t, load(t, dir), public)
		if !errors.Is(result.NotTidied, search.ErrDamaged) || !slices.Equal(result.LeftInCluster, left) {
			t.Errorf("build %d: %v, left in the cluster are %v, want %v", n, result.NotTidied, result.LeftInCluster, left)
		}
	}
	if result := released(t, load(t, dir), public); result.NotTidied != nil {
		t.Errorf("when the release is gone: %v", result.NotTidied)
	}
}
