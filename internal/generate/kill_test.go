package generate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"whyfix/internal/publish"
)

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
