package generate

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

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
