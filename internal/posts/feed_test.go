package posts

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// What is taken out of the counts of a cluster is what was there before, not what
// a feed that died may have sent.
func TestCountedIsWhatWasThere(t *testing.T) {
	t.Parallel()
	doc := func(id, title string) *search.Document {
		return &search.Document{URL: id, Title: title, Origin: &search.Origin{Source: "post"}}
	}
	f := newFeed(Options{Now: time.Unix(2000, 0)})
	f.writer = &publish.PostsWriter{} // of a folder without posts
	remove := func(id string) {
		t.Helper()
		if done, err := f.Delete(t.Context(), []string{id}); err != nil || !done[0].Was {
			t.Errorf("%s: %+v, %v", id, done, err)
		}
	}
	for _, id := range []string{"same", "other", "gone", "expired", "back", "moved"} {
		f.entries[id] = entry{ID: id, Stamp: stampOf(doc(id, "as it was")), Source: "post"}
	}
	old := f.entries["expired"]
	old.Expires = 1000
	f.entries["expired"] = old

	f.place(doc("same", "as it was"), "")
	f.place(doc("moved", "as it was"), "a.jsonl")
	f.place(doc("other", "changed"), "")
	f.place(doc("other", "changed again"), "")
	f.place(doc("new", "new"), "")
	f.place(doc("new", "changed"), "")
	f.place(doc("passing", "new"), "")
	remove("passing")
	remove("gone")
	remove("back")
	f.place(doc("back", "back"), "")
	if err := f.Prune(t.Context()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"back", "expired", "gone", "moved", "other"}, slices.Sorted(maps.Keys(f.counted))); diff != "" {
		t.Error(diff)
	}
}
