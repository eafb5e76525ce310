package enginetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/engine/naive"
	"whyfix/internal/search/terms"
)

// What goes wrong: time that runs out, many at once, documents that are odd.

// calls are all that an engine can be asked, but for Find.
func (s *suite) calls(t *testing.T) map[string]func(ctx context.Context) (any, error) {
	q := s.ask(t, "打印机脱机怎么办").Ask(engine.Filter{}, "", 10)
	return map[string]func(ctx context.Context) (any, error){
		"Find": func(ctx context.Context) (any, error) { return s.engine.Find(ctx, q) },
		"Counts": func(ctx context.Context) (any, error) {
			return s.engine.Counts(ctx, engine.InBody, []string{"打印", "机"})
		},
		"Bodies": func(ctx context.Context) (any, error) { return s.engine.Bodies(ctx, []string{"/print/offline/"}) },
		"Words": func(ctx context.Context) (any, error) {
			return s.engine.Words(ctx, engine.Like{Holding: "re", Limit: 20})
		},
		"Sounding": func(ctx context.Context) (any, error) {
			return s.engine.Sounding(ctx, [][]string{{"da yin"}, {"ji tuo"}}, 5)
		},
		"Characters": func(ctx context.Context) (any, error) { return s.engine.Characters(ctx, han.Sounds('打')[0]) },
		"Suggest": func(ctx context.Context) (any, error) {
			return s.engine.Suggest(ctx, engine.Typed{Text: "打", Size: 5})
		},
		"Sample": func(ctx context.Context) (any, error) { return s.engine.Sample(ctx, 5) },
	}
}

// cancelled: nobody waits for the answer. It is an error, or the answer.
func (s *suite) cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range s.calls(t) {
		want, err := call(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := call(ctx)
		switch {
		case err != nil && !errors.Is(err, context.Canceled):
			t.Errorf("%s, cancelled: %v", name, err)
		case err == nil && name == "Find":
			t.Errorf("%s, cancelled, gives no error", name)
		case err == nil && !reflect.DeepEqual(want, got):
			t.Errorf("%s, cancelled, gives (-want +got):\n%s", name, gocmp.Diff(want, got))
		}
	}
}

// outOfTime: what is there by now is given, and it is true.
func (s *suite) outOfTime(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	calls := s.calls(t)
	whole, err := calls["Find"](t.Context())
	if err != nil {
		t.Fatal(err)
	}
	result, err := calls["Find"](ctx)
	if err != nil {
		t.Fatalf("Find, out of time: %v", err)
	}
	all, found := whole.(*engine.Found), result.(*engine.Found)
	if !found.Partial {
		t.Error("Find, out of time, is not partial")
	}
	for _, c := range found.Candidates {
		if is := candidate(all, c.Facts.URL); is == nil || c.Whole > is.Whole || c.Parts&^is.Parts != 0 {
			t.Errorf("Find, out of time, gives %+v, else %+v", c, is)
		}
	}
	for name, call := range calls {
		if name == "Find" {
			continue
		}
		want, err := call(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := call(ctx)
		part := name == "Words" || name == "Suggest" || name == "Bodies"
		switch {
		case err != nil && (part || !errors.Is(err, context.DeadlineExceeded)):
			t.Errorf("%s, out of time: %v", name, err)
		case err != nil:
		case name == "Words" || name == "Suggest":
			if a, b := reflect.ValueOf(want), reflect.ValueOf(got); b.Len() > a.Len() {
				t.Errorf("%s, out of time, gives %v, else %v", name, got, want)
			}
		case !reflect.DeepEqual(want, got):
			t.Errorf("%s, out of time, gives (-want +got):\n%s", name, gocmp.Diff(want, got))
		}
	}
}

// concurrent: as many as like ask at once, and get what they would get alone.
func (s *suite) concurrent(t *testing.T) {
	calls := s.calls(t)
	want := map[string]any{}
	for name, call := range calls {
		answer, err := call(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want[name] = answer
	}
	same := cmpopts.EquateApprox(0, scoreError)
	byURL := cmpopts.SortSlices(func(a, b engine.Candidate) bool { return a.Facts.URL < b.Facts.URL })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for name, call := range calls {
				got, err := call(t.Context())
				if diff := gocmp.Diff(want[name], got, same, byURL); err != nil || diff != "" {
					t.Errorf("%s among others: %v (-alone +among):\n%s", name, err, diff)
				}
			}
		})
	}
	wg.Wait()
}

func (s *suite) noDocuments(t *testing.T) {
	e := s.open(t, nil, Synonyms())
	site := e.Site()
	if site.Articles != 0 || len(site.Languages) != 0 || len(site.Analyzers) != 0 || site.Counts == nil || site.Counts.Articles() != 0 {
		t.Errorf("a site without documents: %+v", site)
	}
	found := find(t, e, &engine.Question{
		Terms: []engine.Term{{Text: "打", Field: engine.InBody, Weight: 1}, {Text: "how", Field: engine.InMeanings, Weight: 1}},
		Whole: engine.Run{Text: terms.RunOf("打"), Pieces: [][]string{{"打"}}}, Limit: 10, Only: []string{"/a/"},
	})
	want := &engine.Found{Facets: engine.Facets{Kind: []engine.Count{}, Product: []engine.Count{}, Cause: []engine.Count{}, Solution: []engine.Count{}}}
	if diff := gocmp.Diff(want, found, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("Find among no documents (-want +got):\n%s", diff)
	}
	empty := func(what string, n int, err error) {
		t.Helper()
		if n != 0 || err != nil {
			t.Errorf("%s of no documents: %d, %v", what, n, err)
		}
	}
	counts, err := e.Counts(t.Context(), engine.InBody, []string{"打"})
	empty("Counts", slices.Max(append(counts, 0)), err)
	list, err := e.Words(t.Context(), engine.Like{Near: "refund", Mistakes: 1, Limit: 5})
	empty("Words", len(list), err)
	facts, err := e.Sounding(t.Context(), [][]string{{"da yin"}}, 5)
	empty("Sounding", len(facts), err)
	characters, err := e.Characters(t.Context(), han.Sounds('打')[0])
	empty("Characters", len(characters), err)
	empty("Suggest", len(suggested(t, e, engine.Typed{Text: "打", Size: 5})), nil)
	empty("Sample", len(sampled(t, e, 5)), nil)
	if _, err := e.Bodies(t.Context(), []string{"/a/"}); err == nil {
		t.Error("no documents have a body")
	}
}

// oddDocuments have next to nothing, or the same twice.
func (s *suite) oddDocuments(t *testing.T) {
	docs := []*article.Document{
		{URL: "/nothing/"},
		{URL: "/language/", Language: "zh-CN"},
		{URL: "/title/", Language: "zh-CN", Title: "只有标题"},
		{URL: "/spaces/", Language: "zh-CN", Title: " ，。", Symptoms: []string{"", " ", "！"}, Summary: "\n\n"},
		{URL: "/text/", Language: "zh-CN", Sections: []article.Section{{}, {Text: "只有正文"}, {Kind: "cause"}, {Kind: "nonsense", Title: "只有小标题"}}},
		{
			URL: "/twice/", Language: "zh-CN", Title: "说了两遍", Symptoms: []string{"说了两遍", "说了两遍"},
			Products: []article.Tag{{Name: "标签", URL: "/a/"}, {Name: "标签", URL: "/a/"}, {Name: "标签", URL: "/b/"}, {Name: ""}},
			Causes:   []article.Tag{{Name: "标签", URL: "/c/"}}, Cases: []article.Tag{{Name: "标签", Names: []string{"", "标签"}}},
		},
		{URL: "/signs/", Language: "en", Title: "😀 \x00 \xff\xfe 𠮷", Summary: "é e\u0301 \u200b zero\u200bwidth ﬁ"},
		{URL: "/percent/%E6%89%93/?a=1#b", Language: "zh-CN", Title: "地址里有百分号"},
	}
	e, oracle := s.open(t, docs, nil), naive.New(docs, nil)
	ask := asker(t, oracle)
	for _, text := range []string{"只有标题", "只有正文", "说了两遍", "标签", "小标题", "😀", "𠮷", "zerowidth", "é", "fi", "只有", "，", "地址里有百分号"} {
		q := ask(text).Ask(engine.Filter{}, "", everything)
		found := find(t, e, q)
		if s.asWritten {
			sameFound(t, text, find(t, oracle, q), found)
		}
		for _, c := range found.Candidates {
			if _, err := e.Bodies(t.Context(), []string{c.Facts.URL}); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
	found := find(t, e, ask("标签").Ask(engine.Filter{}, "", everything))
	if want := []engine.Count{{Value: "标签", Count: 1}}; !slices.Equal(found.Facets.Product, want) || !slices.Equal(found.Facets.Cause, want) {
		t.Errorf("facets of an article with the same tag several times: %+v", found.Facets)
	}
	for _, field := range []engine.Field{engine.InTitle, engine.InSymptoms, engine.InTags} {
		if n, err := e.Counts(t.Context(), field, []string{"标签", "两遍"}); err != nil || max(n[0], n[1]) != 1 {
			t.Errorf("counts in %s: %v, %v", field, n, err)
		}
	}
}

// tagInTwoLanguages: a tag may have a page in each, and is one value.
func (s *suite) tagInTwoLanguages(t *testing.T) {
	page := func(url, language, title string) *article.Document {
		return &article.Document{
			URL: url, Language: language, Title: title, Symptoms: []string{"ERR_7"},
			Products: []article.Tag{{Name: "Wi-Fi", URL: "/" + language + "/wifi/"}},
		}
	}
	docs := []*article.Document{page("/en/a/", "en", "Wi-Fi is slow"), page("/zh/a/", "zh-CN", "Wi-Fi 很慢"), page("/zh/b/", "zh-CN", "Wi-Fi 连不上")}
	e := s.open(t, docs, nil)
	ask := asker(t, e)
	for _, tt := range []struct {
		language string
		filter   engine.Filter
		want     int
	}{
		{"", engine.Filter{}, 3},
		{"en", engine.Filter{}, 1},
		{"zh-CN", engine.Filter{}, 2},
		{"", engine.Filter{Product: "Wi-Fi"}, 3},
		{"zh-CN", engine.Filter{Product: "Wi-Fi"}, 2},
	} {
		found := find(t, e, ask("Wi-Fi").Ask(tt.filter, tt.language, 10))
		want := []engine.Count{{Value: "Wi-Fi", Count: tt.want}}
		if diff := gocmp.Diff(want, found.Facets.Product); diff != "" || found.Hits != tt.want {
			t.Errorf("in %q of %+v there are %d hits (-want +got):\n%s", tt.language, tt.filter, found.Hits, diff)
		}
	}
	for _, language := range []string{"en", "zh-CN"} {
		list := suggested(t, e, engine.Typed{Text: "wifi", Language: language, Size: 1})
		if len(list) != 1 || list[0].URL != "/"+language+"/wifi/" {
			t.Errorf("in %s wifi is %+v, want the tag's page there", language, list)
		}
		list = suggested(t, e, engine.Typed{Text: "ERR", Language: language, Size: 5})
		if len(list) != 1 || !strings.HasPrefix(list[0].URL, "/"+language[:2]+"/") {
			t.Errorf("in %s ERR is %+v, want an article in that language", language, list)
		}
	}
	if list := suggested(t, e, engine.Typed{Text: "ERR", Size: 5}); len(list) != 1 {
		t.Errorf("ERR is %+v, want the wording once", list)
	}
}

// sources: what is no page of the site is told apart by where it comes from, and
// expires.
func (s *suite) sources(t *testing.T) {
	document := func(url string, o *article.Origin) *article.Document {
		return &article.Document{URL: url, Language: "zh-CN", Title: "路由器的红灯", Sections: []article.Section{{Text: "红灯一直亮，是" + url}}, Origin: o}
	}
	whole := &article.Origin{Source: "post", URL: "https://forum.example.org/7", Date: 1700000000, Expires: 1800000000}
	docs := []*article.Document{
		document("/a/", nil), document("p1", whole), document("p2", &article.Origin{Source: "post", URL: "/old/"}),
		document("t1", &article.Origin{Source: "ticket", URL: "/t/", Expires: 1700000001}),
	}
	e, oracle := s.open(t, docs, nil), naive.New(docs, nil)
	ask := asker(t, e)
	for _, tt := range []struct {
		name   string
		filter engine.Filter
		now    int64
		want   []string
		counts []engine.Count
	}{
		{"all", engine.Filter{}, 0, []string{"/a/", "p1", "p2", "t1"}, []engine.Count{{Value: "post", Count: 2}, {Value: "article", Count: 1}, {Value: "ticket", Count: 1}}},
		{"before any expires", engine.Filter{}, 1700000000, []string{"/a/", "p1", "p2", "t1"}, []engine.Count{{Value: "post", Count: 2}, {Value: "article", Count: 1}, {Value: "ticket", Count: 1}}},
		{"one has expired", engine.Filter{}, 1700000001, []string{"/a/", "p1", "p2"}, []engine.Count{{Value: "post", Count: 2}, {Value: "article", Count: 1}}},
		{"posts", engine.Filter{Source: "post"}, 0, []string{"p1", "p2"}, []engine.Count{{Value: "post", Count: 2}}},
		{"posts, later", engine.Filter{Source: "post"}, 1800000000, []string{"p2"}, []engine.Count{{Value: "post", Count: 1}}},
		{"pages", engine.Filter{Source: article.Page}, 1700000001, []string{"/a/"}, []engine.Count{{Value: "article", Count: 1}}},
		{"what is not there", engine.Filter{Source: "note"}, 0, nil, []engine.Count{}},
	} {
		q := ask("红灯一直亮").Ask(tt.filter, "", 10)
		q.Now = tt.now
		found := find(t, e, q)
		if diff := gocmp.Diff(tt.want, urls(found)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if diff := gocmp.Diff(tt.counts, found.Facets.Source); diff != "" || found.Hits != len(tt.want) {
			t.Errorf("%s: %d hits, sources (-want +got):\n%s", tt.name, found.Hits, diff)
		}
		if s.asWritten {
			sameFound(t, tt.name, find(t, oracle, q), found)
		}
		if c := candidate(found, "p1"); c != nil {
			if diff := gocmp.Diff(whole, c.Facts.Origin); diff != "" {
				t.Errorf("%s: the origin (-want +got):\n%s", tt.name, diff)
			}
		}
	}
}

// longText has what is asked for at its very end.
func (s *suite) longText(t *testing.T) {
	var docs []*article.Document
	for i := range 3 {
		docs = append(docs, &article.Document{
			URL: fmt.Sprintf("/long/%d/", i), Language: "zh-CN", Title: "长文",
			Sections: []article.Section{{Title: "上", Text: long(60_000)}, {Title: "下", Kind: "case", Text: long(1000) + fmt.Sprint("最后一句话是第", i, "句")}},
		})
	}
	docs[1].Sections[1].Text += "：潜水艇停在码头旁边"
	e := s.open(t, docs, nil)
	found := find(t, e, asker(t, e)("潜水艇停在码头").Ask(engine.Filter{}, "", 10))
	if c := candidate(found, "/long/1/"); c == nil || c.Whole != terms.Clean || !c.Hit {
		t.Errorf("what stands at the end of a long text: %+v", c)
	}
	for _, url := range []string{"/long/0/", "/long/2/"} {
		if c := candidate(found, url); c != nil && c.Whole > terms.Nowhere {
			t.Errorf("%s is said to have what it has not: %+v", url, c)
		}
	}
	bodies, err := e.Bodies(t.Context(), []string{"/long/1/"})
	if err != nil || !reflect.DeepEqual(bodies[0].Sections, docs[1].Sections) {
		t.Errorf("the body of a long text is not what was put in: %v", err)
	}
}

// long is so many characters of text.
func long(characters int) string {
	const line = "从前有一座山，山里有一座庙，庙里有一个人在讲故事。\n"
	return strings.Repeat(line, characters/25+1)
}
