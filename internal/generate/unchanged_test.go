package generate

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whyfix/internal/inode"
	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// TestUnchanged: only where another build would make the same release is none
// made.
func TestUnchanged(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	base := t.TempDir()
	dir, public := filepath.Join(base, "content"), filepath.Join(base, "public")
	old := func(name string) { // what has just been written counts as changing
		at := time.Now().Add(-time.Hour)
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
		settle(t, name)
	}
	put := func(name, text string) {
		write(t, base, map[string]string{name: text})
		old(filepath.Join(base, name))
	}
	put("content/a.md", "---\ntitle: 甲\nreview_by: 2999-01-01\n---\n正文。\n")
	put("content/site.yaml", "theme: mine\n")
	put("themes/mine/words/zh.json", "{}")

	look := func() seen {
		t.Helper()
		s, _ := lookAt(t, dir, releaseOptions(public))
		return s
	}
	unchanged := func() bool {
		t.Helper()
		_, same := look().unchanged(public)
		return same
	}
	build := func() Result {
		t.Helper()
		result, err := Run(t.Context(), Options{Content: dir, Now: clock, Release: releaseOptions(public)})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	if unchanged() {
		t.Fatal("nothing has been built, and nothing has changed")
	}
	report := build()
	if !unchanged() {
		t.Fatal("something has changed since the build")
	}
	for _, c := range []struct {
		name   string
		change func()
	}{
		{"an article", func() { put("content/a.md", "---\ntitle: 甲\n---\n正文！\n") }},
		{"a new file", func() { put("content/step.svg", "<svg/>") }},
		{"a word", func() { put("themes/mine/words/zh.json", `{"search": "找"}`) }},
		{"a theme's file", func() { put("themes/mine/assets/custom.css", "p{}") }},
		{"the settings", func() { put("content/site.yaml", "theme: mine\ntitle: 乙\n") }},
		{"a moment ago", func() { write(t, dir, map[string]string{"a.md": "---\ntitle: 甲\n---\n刚刚！\n"}) }},
		{"rolled back", func() {
			if _, _, err := publish.Rollback(t.Context(), public, search.Root{}); err != nil {
				t.Fatal(err)
			}
		}},
		{"the index is gone", func() { os.RemoveAll(filepath.Join(report.Dir, "search")) }},
		{"the index is cut short", func() {
			if err := os.Truncate(filepath.Join(report.Dir, "search", "texts"), 1); err != nil {
				t.Fatal(err)
			}
		}},
		{"the search page is gone", func() { os.Remove(filepath.Join(report.Dir, "search.html")) }},
		{"the manifest is another", func() { write(t, report.Dir, map[string]string{"manifest.json": `{"schema": 99}`}) }},
		{"the pages are gone", func() {
			www := filepath.Join(report.Dir, "www")
			if err := errors.Join(os.RemoveAll(www), os.Mkdir(www, 0o755)); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		c.change()
		if unchanged() {
			t.Errorf("%s: nothing has changed", c.name)
		}
		old(filepath.Join(dir, "a.md"))
		report = build()
		if !unchanged() {
			t.Errorf("after %s and a build, something has changed", c.name)
		}
	}
	put("content/a.md", "---\ntitle: 甲\nreview_by: 2999-01-01\n---\n正文。\n")
	build()
	seen := look()
	for at, want := range map[time.Time]bool{
		time.Date(2999, 1, 1, 23, 0, 0, 0, time.Local): true,
		time.Date(2999, 1, 2, 1, 0, 0, 0, time.Local):  false,
	} {
		seen.at = at
		if _, same := seen.unchanged(public); same != want {
			t.Errorf("on %s: unchanged is %v, want %v", at, same, want)
		}
	}
	if other, _ := lookAt(t, dir, ReleaseOptions{Public: public}); other.digest == look().digest {
		t.Error("other options are the same")
	}
}

// settle waits until another change of a file would be seen.
func settle(t *testing.T, name string) {
	t.Helper()
	for {
		info, err := os.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		if inode.Of(info).Settled(time.Now()) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// All files have one time, as in the layer of an image or with SOURCE_DATE_EPOCH,
// and no edit changes a size: each is seen all the same, in articles, settings,
// tags, images and themes, whether a file is written, copied with its time, or
// moved over the other.
func TestClampedTimes(t *testing.T) {
	if !inode.Tells {
		t.Skip("this system does not tell")
	}
	withoutDetector(t)
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 17))
	at := time.Unix(1_700_000_000, 0)
	base, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	clamp := func(name string) {
		t.Helper()
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	files := sample(4)
	files["site.yaml"] += "theme: mine\n"
	files["../themes/mine/words/zh.json"] = `{"search": "找"}`
	files["../themes/mine/assets/custom.css"] = "p{width:10px}"
	content := filepath.Join(base, "content")
	for name, text := range files {
		write(t, content, map[string]string{name: text})
		clamp(filepath.Join(content, filepath.FromSlash(name)))
	}
	edits := []struct{ name, old, new string }{
		{"c0/a0.md", "问题", "题问"},
		{"c1/a1.md", "第1个", "第一"},
		{"c1/a1.md", "说明", "明说"},
		{"site.yaml", "对症", "症对"},
		{"tags.yaml", "先消费后还款", "先还款后消费"},
		{"index.md", "欢迎", "迎欢"},
		{"c0/step.svg", "0 0 10 10", "0 0 90 30"},
		{"logo.svg", "40 20", "20 40"},
		{"../themes/mine/words/zh.json", "找", "搜"},
		{"../themes/mine/assets/custom.css", "10px", "90px"},
	}
	if d := load(t, content).Diags; d.Errors() > 0 {
		t.Fatal(said(d))
	}
	process(t, content, public, true, false)
	for step, n := range append(r.Perm(len(edits)), r.Perm(len(edits))...) {
		e := edits[n]
		name := filepath.Join(content, filepath.FromSlash(e.name))
		text := files[e.name]
		if !strings.Contains(text, e.old) {
			e.old, e.new = e.new, e.old
		}
		next := strings.Replace(text, e.old, e.new, 1)
		if !strings.Contains(text, e.old) {
			t.Fatalf("%s has no %s", e.name, e.old)
		}
		if d := len(text) - len(next); d > 0 {
			next += strings.Repeat("\n", d)
		} else {
			next = strings.TrimSuffix(next, strings.Repeat("\n", -d))
		}
		files[e.name] = next
		switch step % 3 {
		case 0:
			write(t, content, map[string]string{e.name: next})
		case 1: // mv over
			write(t, base, map[string]string{"new": next})
			clamp(filepath.Join(base, "new"))
			if err := os.Rename(filepath.Join(base, "new"), name); err != nil {
				t.Fatal(err)
			}
		default: // as what unpacks does
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			write(t, content, map[string]string{e.name: next})
		}
		clamp(name)
		if step%2 == 0 {
			settle(t, name)
		}
		if d := load(t, content).Diags; d.Errors() > 0 {
			t.Fatalf("%s: %s", e.name, said(d))
		}
		got := process(t, content, public, true, false)
		want := releaseOf(t, load(t, content), filepath.Join(t.TempDir(), "public"), true)
		sameTree(t, tree(t, filepath.Join(want.Dir, "www")), tree(t, filepath.Join(got, "www")))
		if t.Failed() {
			t.Fatalf("step %d, %s: %s for %s", step, e.name, e.new, e.old)
		}
	}
}
