package publish

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// harm is something that happens to a release.
type harm struct {
	name string
	do   func(dir string) error
}

// put is the harm of a file that holds something else; of a page, as much.
func put(name, text string) harm {
	return harm{name + " is another", func(dir string) error {
		return os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644)
	}}
}

func lose(name string) harm {
	return harm{name + " is gone", func(dir string) error { return os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))) }}
}

// A Writer that doubts takes over nothing from a release that a server would
// refuse, not even where the damage has the same length.
func TestDoubt(t *testing.T) {
	for _, h := range []harm{
		put("www/index.html", "HOME"), put("www/pay/x/index.html", "how to Pay"), put("www/assets/a.css", "q{}"),
		put("search.html", "<FORM>"), put("search/store/root.bolt", strings.ToUpper(indexOf(siteA))), put("www/index.html.gz", "g"),
		lose("www/index.html"), lose("www/assets"), lose("www"), lose("search.html"), lose("search/store/root.bolt"), lose("search"),
		put("manifest.json", "{}"), lose("manifest.json"),
		{"nothing happened", func(string) error { return nil }},
	} {
		t.Run(h.name, func(t *testing.T) {
			dir := t.TempDir()
			live := build(t, dir, siteA, 2)
			if err := h.do(live.Dir); err != nil {
				t.Fatal(err)
			}
			w := begin(t, dir)
			if err := w.Doubt(t.Context()); err != nil {
				t.Fatal(err)
			}
			whole := h.name == "nothing happened"
			if got := w.LastSearch() != ""; got != whole {
				t.Errorf("there is an index to make the next of: %v, want %v", got, whole)
			}
			fill(t, w, siteA)
			result, err := w.Commit(manifestOf(siteA), 2)
			if err != nil {
				t.Fatal(err)
			}
			if result.Changed == whole {
				t.Errorf("changed: %v", result.Changed)
			}
			checkLive(t, dir, result.ID, siteA)
			if err := verify(t, dir, nil); err != nil {
				t.Error(err)
			}
		})
	}
}
