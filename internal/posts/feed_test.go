package posts

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/search"
)

// What is taken out of the counts of a cluster is what was there before, not what
// a feed that died may have sent.
func TestCountedIsWhatWasThere(t *testing.T) {
	t.Parallel()
	doc := func(id, title string) *search.Document {
		return &search.Document{URL: id, Title: title, Origin: &search.Origin{Source: "post"}}
	}
	f := &Feed{options: Options{Now: time.Unix(2000, 0)}, entries: map[string]entry{}, put: map[string]*search.Document{}, gone: map[string]bool{}, counted: map[string]bool{}}
	for _, id := range []string{"same", "other", "gone", "expired", "back", "moved"} {
		f.entries[id] = entry{ID: id, Stamp: stampOf(doc(id, "as it was")), Source: "post"}
	}
	old := f.entries["expired"]
	old.Expires = 1000
	f.entries["expired"] = old

	f.Put(doc("same", "as it was"), "")
	f.Put(doc("moved", "as it was"), "a.jsonl")
	f.Put(doc("other", "changed"), "")
	f.Put(doc("other", "changed again"), "")
	f.Put(doc("new", "new"), "")
	f.Put(doc("new", "changed"), "")
	f.Put(doc("passing", "new"), "")
	f.Delete("passing")
	f.Delete("gone")
	f.Delete("back")
	f.Put(doc("back", "back"), "")
	f.Prune()
	if diff := cmp.Diff([]string{"back", "expired", "gone", "moved", "other"}, slices.Sorted(maps.Keys(f.counted))); diff != "" {
		t.Error(diff)
	}
}
