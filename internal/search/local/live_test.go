package local

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"whyfix/internal/search/article"
)

// edit is one change of what a Live holds.
type edit struct {
	what    string
	changed []*article.Document
	gone    []string
}

// edits are random changes of a set of documents, each with what the set is
// afterwards.
func edits(r *rand.Rand, n int) (steps []edit, states []map[string]*article.Document) {
	docs := map[string]*article.Document{}
	next := 0
	add := func() *article.Document {
		next++
		d := generated(r, fmt.Sprintf("/live/%d/", next))
		switch r.IntN(4) {
		case 0:
			d.Symptoms = append(d.Symptoms, "共同的说法") // several articles promise it
		case 1:
			d.Title = "共同的说法"
		}
		docs[d.URL] = d
		return d
	}
	pick := func() *article.Document {
		keys := slices.Sorted(maps.Keys(docs))
		return docs[keys[r.IntN(len(keys))]]
	}
	for range n {
		var e edit
		switch k := r.IntN(8); {
		case k < 3 || len(docs) < 3:
			e.what = "add"
			for range 1 + r.IntN(3) {
				e.changed = append(e.changed, add())
			}
		case k < 5:
			e.what = "change"
			d := generated(r, pick().URL)
			d.Title = "新的标题 " + d.Title
			docs[d.URL] = d
			e.changed = []*article.Document{d}
		case k < 6:
			e.what = "delete"
			url := pick().URL
			delete(docs, url)
			e.gone = []string{url}
		case k < 7:
			e.what = "add, change and delete"
			gone, changed := pick().URL, ""
			delete(docs, gone)
			d := generated(r, pick().URL)
			changed = d.URL
			docs[changed] = d
			e.changed, e.gone = []*article.Document{d, add()}, []string{gone}
		default:
			e.what = "nothing"
		}
		steps = append(steps, e)
		states = append(states, maps.Clone(docs))
	}
	return steps, states
}

// What the writer's preview answers after any edits is what an index answers
// that is made of the same articles from nothing, on a disk and in memory.
func TestLiveAnswersLikeARelease(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	steps, states := edits(rand.New(rand.NewPCG(11, 12)), 60)
	live, err := NewLive(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	many := 0
	for i, e := range steps {
		x, err := live.Apply(e.changed, e.gone)
		if err != nil {
			t.Fatalf("step %d, %s: %v", i, e.what, err)
		}
		var docs []*article.Document
		for _, url := range slices.Sorted(maps.Keys(states[i])) {
			docs = append(docs, states[i][url])
		}
		many = max(many, len(x.parts))
		what := fmt.Sprintf("step %d, %s", i, e.what)
		equal(t, what, remembered(t, docs, nil), x)
		if i%10 == 0 {
			dir := t.TempDir()
			write(t, dir, docs)
			equal(t, what+", on a disk", opened(t, dir), x)
		}
		if err := x.Close(); err != nil {
			t.Fatalf("%s: Close: %v", what, err)
		}
		if t.Failed() {
			return // what follows is the same difference
		}
	}
	if many < 2 {
		t.Error("no index has more than a base: the test tests little")
	}
}

// The same, on a site of which most stays as it is.
func TestLivePatches(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	r := rand.New(rand.NewPCG(31, 32))
	docs := village(r, 400)
	live, err := NewLive(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	x, err := live.Apply(docs, nil)
	if err != nil {
		t.Fatal(err)
	}
	many, bases := 0, 0
	type handed struct {
		x    *Index
		docs []*article.Document
	}
	var before []handed
	for step := range 90 {
		before = append(before, handed{x, docs})
		was := map[string]*article.Document{}
		for _, d := range docs {
			was[d.URL] = d
		}
		what := ""
		for n := range 1 + r.IntN(3) {
			docs, what = change(r, docs, 10*step+n)
		}
		var changed []*article.Document
		for _, d := range docs {
			if was[d.URL] != d {
				changed = append(changed, d)
			}
			delete(was, d.URL)
		}
		gone := slices.Sorted(maps.Keys(was))
		base := live.segments[0].loadedSegment
		if x, err = live.Apply(changed, gone); err != nil {
			t.Fatal(err)
		}
		if live.segments[0].loadedSegment != base {
			bases++
		}
		many = max(many, len(x.parts))
		if step%6 == 0 {
			equal(t, what, remembered(t, docs, nil), x)
		}
		if t.Failed() {
			return
		}
	}
	if many < 4 || bases < 1 {
		t.Errorf("at most %d segments, and %d new bases: the test tests little", many, bases)
	}
	// What was handed out stays.
	for i := 0; i < len(before); i += 17 {
		equal(t, fmt.Sprintf("index %d", i), remembered(t, before[i].docs, nil), before[i].x)
	}
}

func TestLiveStartsEmpty(t *testing.T) {
	t.Parallel()
	live, err := NewLive(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	x, err := live.Apply(nil, []string{"/never/was/"})
	if err != nil {
		t.Fatal(err)
	}
	if found := find(t, x, questions[0]); found.Total != 0 || x.Site().Articles != 0 {
		t.Errorf("%d articles, %d hits", x.Site().Articles, found.Total)
	}
	equal(t, "empty", remembered(t, nil, nil), x)
}

// Of a document that comes twice the last counts, and what is gone is gone.
func TestLiveAppliesInOrder(t *testing.T) {
	t.Parallel()
	live, err := NewLive(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	a, b, c := &article.Document{URL: "/a/", Title: "加湿器漏水"}, &article.Document{URL: "/a/", Title: "加湿器不响"}, &article.Document{URL: "/c/", Title: "加湿器不出雾"}
	x, err := live.Apply([]*article.Document{a, c, b}, []string{"/c/"})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "first", remembered(t, []*article.Document{b}, nil), x)
	y, err := live.Apply([]*article.Document{c}, []string{"/a/"})
	if err != nil {
		t.Fatal(err)
	}
	for i, test := range []struct {
		x    *Index
		want []string
	}{{x, []string{"/a/"}}, {y, []string{"/c/"}}} {
		if diff := gocmp.Diff(test.want, urls(find(t, test.x, asked{text: "加湿器", limit: 10}))); diff != "" {
			t.Errorf("index %d (-want +got):\n%s", i, diff)
		}
	}
}
