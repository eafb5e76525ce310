package generate

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"whyfix/internal/search"
)

// After an edit the index is made from that of the live release, which a
// server may have open: it shares files with it, answers for the new content,
// and leaves the old one as it was.
func TestIndexIsMadeFromTheLast(t *testing.T) {
	t.Parallel()
	dir, public := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, sample(60))
	incremental := keeping(t, dir, public)
	first := released(t, reload(t, incremental), public)
	open := func(release string) *search.Searcher {
		x, err := search.Open(filepath.Join(release, "search"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { x.Close() })
		return x
	}
	hits := func(x *search.Searcher, text string) int {
		r, err := x.Search(t.Context(), search.Query{Text: text, Size: 10})
		if err != nil {
			t.Fatal(err)
		}
		if r.Mode != search.Exact {
			return 0
		}
		return r.Total
	}
	before := open(first.Dir)
	write(t, dir, map[string]string{"c0/brand-new.md": "---\ntitle: 窗户漏风嗡嗡响\n---\n\n## 原因\n\n密封条老化。\n"})
	second := released(t, reload(t, incremental), public)
	after := open(second.Dir)
	for x, want := range map[*search.Searcher]int{before: 0, after: 1} {
		if got := hits(x, "窗户漏风"); got != want {
			t.Errorf("an index of %d articles has %d hits, want %d", x.Count(), got, want)
		}
	}
	if before.Count()+1 != after.Count() {
		t.Errorf("%d articles, then %d", before.Count(), after.Count())
	}
	for n, want := range map[int]bool{2: true, 3: false} {
		name := filepath.Join("search", "store", fmt.Sprintf("%012x.zap", n))
		new, err := os.Stat(filepath.Join(second.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		old, err := os.Stat(filepath.Join(first.Dir, name))
		if got := err == nil && os.SameFile(old, new); got != want {
			t.Errorf("%s is shared: %v, want %v", name, got, want)
		}
	}
}
