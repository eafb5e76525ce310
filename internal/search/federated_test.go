package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"whyfix/internal/search"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/local"
)

// besideEngine has documents in memory.
func besideEngine(t *testing.T, docs ...*search.Document) engine.Engine {
	t.Helper()
	x, err := local.New(t.Context(), docs, nil)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func page(url, title, text string) *search.Document {
	return &search.Document{URL: url, Language: "zh-CN", Title: title, Sections: []search.Section{{Text: text}}}
}

func post(id, title, text string, expires int64) *search.Document {
	d := page(id, title, text)
	d.Origin = &search.Origin{Source: "post", URL: "https://forum.example.org/" + id, Expires: expires}
	return d
}

func found(t *testing.T, f search.Federated, q search.Query) (*search.Result, []string) {
	t.Helper()
	q.Page, q.Size = max(q.Page, 1), max(q.Size, 10)
	r, err := f.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, h := range r.Hits {
		out = append(out, h.URL)
	}
	return r, out
}

func TestFederated(t *testing.T) {
	t.Parallel()
	const forum = "https://forum.example.org/"
	articles := search.New(besideEngine(t, page("/jam/", "打印机卡纸怎么办", "打印机卡纸，先关电源。"), page("/ink/", "墨盒不识别", "取出墨盒，再装回去。"), page("/fax/", "传真没有声音", "调大音量。")))
	posts := search.New(besideEngine(t,
		post("jam", "打印机卡纸怎么办", "打印机卡纸怎么办？打印机卡纸，换搓纸轮。", 0), post("fan", "风扇一直响", "风扇一直响，清灰。", 0), post("old", "风扇一直响的老办法", "敲一下。", 1000)))
	f := search.Federated{Articles: articles, Posts: posts, Now: time.Unix(2000, 0)}
	for _, tt := range []struct {
		name  string
		query search.Query
		mode  search.Mode
		want  []string
	}{
		{"the same wording: the article first", search.Query{Text: "打印机卡纸怎么办"}, search.Exact, []string{"/jam/", forum + "jam"}},
		{"only a post has it", search.Query{Text: "风扇一直响", Filter: search.Filter{Source: "post"}}, search.Exact, []string{forum + "fan"}},
		{"quoted, in a post alone", search.Query{Text: "“换搓纸轮”"}, search.Exact, []string{forum + "jam"}},
		{"what sounds so, by a post's words", search.Query{Text: "丰扇一直响"}, search.Corrected, []string{forum + "fan"}},
		{"pages alone", search.Query{Text: "打印机卡纸怎么办", Filter: search.Filter{Source: search.Page}}, search.Exact, []string{"/jam/"}},
	} {
		r, got := found(t, f, tt.query)
		if !slices.Equal(got, tt.want) || r.Mode != tt.mode || !r.Answered {
			t.Errorf("%s: %q finds %q, %s, answered %v", tt.name, tt.query.Text, got, r.Mode, r.Answered)
		}
	}
	// Before it expires, it is found.
	f.Now = time.Unix(999, 0)
	if _, got := found(t, f, search.Query{Text: "风扇一直响的老办法"}); len(got) == 0 || got[0] != forum+"old" {
		t.Errorf("before its last day it is found as %q", got)
	}
}

// Pages of a result have each hit once, in one order, and its counts add up.
func TestFederatedPages(t *testing.T) {
	t.Parallel()
	var a, p []*search.Document
	for i := range 30 {
		a = append(a, page(fmt.Sprintf("/a/%02d/", i), fmt.Sprintf("灯不亮%d", i), "灯不亮的时候看插座。"))
		p = append(p, post(fmt.Sprintf("%02d", i), fmt.Sprintf("我的灯不亮%d", i), "灯不亮，换了灯泡。", 0))
	}
	f := search.Federated{Articles: search.New(besideEngine(t, a...)), Posts: search.New(besideEngine(t, p...))}
	all, want := found(t, f, search.Query{Text: "灯不亮", Size: 50})
	if all.Total != 60 || !slices.Equal(all.Facets.Source, []search.Count{{Value: article.Page, Count: 30}, {Value: "post", Count: 30}}) {
		t.Errorf("%d in all, sources %v", all.Total, all.Facets.Source)
	}
	var got []string
	for n := 1; len(got) < len(want); n++ {
		_, urls := found(t, f, search.Query{Text: "灯不亮", Page: n})
		got = append(got, urls...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("page by page it is\n%q, at once\n%q", got, want)
	}
	if slices.Sort(got); len(slices.Compact(got)) != len(want) {
		t.Error("a hit is on two pages")
	}
}

// broken is an engine that cannot be asked.
type broken struct{ engine.Engine }

var errBroken = errors.New("broken")

func (broken) Find(context.Context, *engine.Question) (*engine.Found, error) { return nil, errBroken }

// Posts that cannot be asked are left out, and the answer says so.
func TestFederatedWithoutPosts(t *testing.T) {
	t.Parallel()
	articles := search.New(besideEngine(t, page("/jam/", "打印机卡纸", "先关电源。")))
	posts := search.New(broken{besideEngine(t, post("jam", "打印机卡纸", "换搓纸轮。", 0))})
	r, got := found(t, search.Federated{Articles: articles, Posts: posts}, search.Query{Text: "打印机卡纸"})
	if !slices.Equal(got, []string{"/jam/"}) || r.Total != 1 || !errors.Is(r.Posts, errBroken) || !r.Partial {
		t.Errorf("it finds %q of %d, and says %v, partial %v", got, r.Total, r.Posts, r.Partial)
	}
	if _, err := (search.Federated{Articles: posts}).Search(t.Context(), search.Query{Text: "打印机卡纸", Size: 1, Page: 1}); !errors.Is(err, errBroken) {
		t.Errorf("articles that cannot be asked: %v", err)
	}
}
