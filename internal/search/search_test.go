package search_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/han"
	"whyfix/internal/search"
	"whyfix/internal/search/engine/enginetest"
)

func TestSymptomFindsItsArticle(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	x := open(t, docs)
	for _, d := range docs {
		for _, symptom := range d.Symptoms {
			hits := urls(ask(t, x, search.Query{Text: symptom, Size: 3}).Hits)
			if !slices.Contains(hits, d.URL) {
				t.Errorf("%q: first 3 hits are %v, want %s among them", symptom, hits, d.URL)
			}
		}
	}
}

func TestExactTitleIsFirst(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	x := open(t, docs)
	for _, d := range docs {
		r := ask(t, x, search.Query{Text: d.Title, Size: 1})
		if got := urls(r.Hits); !slices.Equal(got, []string{d.URL}) {
			t.Errorf("%q: first hit is %v, want %s", d.Title, got, d.URL)
		}
		if r.Mode != search.Exact {
			t.Errorf("%q: mode is %q, want %q", d.Title, r.Mode, search.Exact)
		}
	}
}

// A title as typed comes before another article's longer symptom.
func TestExactTitleBeforeLongerSymptom(t *testing.T) {
	t.Parallel()
	x := open(t, append(enginetest.Corpus(),
		&search.Document{URL: "/a/", Title: "空调不制冷", Summary: "看滤网。"},
		&search.Document{URL: "/b/", Title: "空调遥控器没反应", Symptoms: []string{"空调不制冷了"}},
	))
	if got := urls(ask(t, x, search.Query{Text: "空调不制冷", Size: 1}).Hits); !slices.Equal(got, []string{"/a/"}) {
		t.Errorf("first hit is %v, want /a/, whose title it is", got)
	}
}

func TestManyWaysToWriteOneThing(t *testing.T) {
	t.Parallel()
	x := open(t, enginetest.Corpus())
	for _, tt := range []struct{ name, query, want string }{
		{"traditional finds simplified", "打印機連不上電腦", "/printer/offline/"},
		{"traditional finds simplified, title", "智能門鎖認不出指紋", "/lock/fingerprint/"},
		{"simplified finds traditional", "悠游卡储值失败怎么办", "/traditional/topup/"},
		{"simplified finds traditional, symptom", "储值机吃了钱", "/traditional/topup/"},
		{"mixed", "悠遊卡储值失敗", "/traditional/topup/"},
		{"full width", "ＥＲＲ＿１０４２", "/sms/code/"},
		{"full width in the text", "PDF", "/font/missing/"},
		{"lower case", "bluetooth", "/bluetooth/headset/"},
		{"upper case", "IPHONE", "/bluetooth/headset/"},
		{"plural", "refunds", "/en/refund/"},
		{"accents", "cafe", "/en/refund/"},
		{"another name of a tag", "列表机", "/printer/offline/"},
		{"another name of a tag in Latin", "Printer", "/printer/offline/"},
		{"question words around it", "请问一下蓝牙耳机只有一边有声音是怎么回事呢", "/bluetooth/headset/"},
		{"spaces between", "快递  三天　没有更新", "/parcel/stuck/"},
		{"punctuation between", "快递，三天。没有更新？！", "/parcel/stuck/"},
		{"zero width between", "快\u200b递三天\ufeff没有更新", "/parcel/stuck/"},
		{"other order", "没有更新 三天 快递", "/parcel/stuck/"},
		{"Chinese and Latin", "配对iPhone", "/bluetooth/headset/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := urls(ask(t, x, search.Query{Text: tt.query, Size: 1}).Hits); !slices.Equal(got, []string{tt.want}) {
				t.Errorf("%q: first hit is %v, want %s", tt.query, got, tt.want)
			}
		})
	}
}

// Whatever stands in a title, from one character up, finds it.
func TestEveryRunOfATitleFindsIt(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	x := open(t, docs)
	var lost []string
	for _, d := range docs {
		lost = append(lost, runsThatDoNotFind(t, x, d.Title, d.URL, 5)...)
	}
	if len(lost) > 0 {
		t.Errorf("%d runs of titles do not find their article, such as %q", len(lost), lost[:min(len(lost), 12)])
	}
}

// Whatever stands on a page finds it: runs of at least two characters, and
// single ones.
func TestEveryRunOfATextFindsIt(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	x := open(t, docs)
	for _, longest := range []int{1, 4} {
		var lost []string
		for _, d := range docs {
			for _, s := range d.Sections[1:] {
				lost = append(lost, runsThatDoNotFind(t, x, s.Text, d.URL, longest)...)
			}
		}
		if len(lost) > 0 {
			t.Errorf("%d runs of up to %d characters do not find the article in whose text they stand, such as %q", len(lost), longest, lost[:min(len(lost), 12)])
		}
	}
}

// runsThatDoNotFind are the runs of 2 … longest characters of a text (of one
// character, if longest is 1) for which the article is not in the result.
func runsThatDoNotFind(t *testing.T, x *search.Searcher, text, url string, longest int) []string {
	t.Helper()
	var lost []string
	runes := []rune(text)
	for from := range runes {
		for n := min(2, longest); n <= longest && from+n <= len(runes); n++ {
			run := string(runes[from : from+n])
			if speakable(run) && !cutsWord(runes, from, from+n) && !slices.Contains(urls(all(t, x, search.Query{Text: run})), url) {
				lost = append(lost, run+" → "+url)
			}
		}
	}
	return lost
}

// The one article that has what was typed is among the hits, whatever others
// have in their titles.
func TestOnlyArticleWithTheRunIsFound(t *testing.T) {
	t.Parallel()
	x := open(t, enginetest.Corpus())
	for run, url := range map[string]string{"速软件": "/router/slow/", "路由器换了密码": "/printer/offline/", "存的时候": "/font/missing/"} {
		if got := urls(all(t, x, search.Query{Text: run})); !slices.Contains(got, url) {
			t.Errorf("%q finds %v, want %s among them: it stands there and nowhere else", run, got, url)
		}
	}
}

// cutsWord reports whether a run starts or ends inside a Latin word or a
// number: words are found whole.
func cutsWord(runes []rune, from, to int) bool {
	word := func(i int) bool {
		return i >= 0 && i < len(runes) && han.ClassOf([]rune(han.Fold(string(runes[i])) + " ")[0]) == han.Word
	}
	return word(from-1) && word(from) || word(to-1) && word(to)
}

// A page that has the words in its text is found, even when another has them
// in its title.
func TestTextIsFoundBesideTitles(t *testing.T) {
	t.Parallel()
	x := open(t, append(enginetest.Corpus(),
		&search.Document{URL: "/title/", Title: "加湿器漏水", Sections: []search.Section{{Text: "检查水箱。"}}},
		&search.Document{URL: "/text/", Title: "地板鼓起来了", Sections: []search.Section{{Text: "常见的是加湿器漏水，泡了地板。"}}},
	))
	for _, q := range []string{"加湿器漏水", "加湿器", "湿"} {
		if diff := cmp.Diff([]string{"/title/", "/text/"}, urls(all(t, x, search.Query{Text: q}))); diff != "" {
			t.Errorf("%q: hits (-want +got):\n%s", q, diff)
		}
	}
}

func TestMoreDocumentsHideNone(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	r := rand.New(rand.NewPCG(1, 2))
	for _, more := range []int{50, 250} {
		for i := range more {
			docs = append(docs, enginetest.Generated(r, fmt.Sprintf("/more/%d/%d/", more, i)))
		}
		x := open(t, docs)
		for _, d := range enginetest.Corpus() {
			if got := urls(ask(t, x, search.Query{Text: d.Title, Size: 1}).Hits); !slices.Equal(got, []string{d.URL}) {
				t.Errorf("with %d documents, %q finds %v first, want %s", len(docs), d.Title, got, d.URL)
			}
		}
	}
}

func TestAnchorIsEncoded(t *testing.T) {
	t.Parallel()
	x := open(t, []*search.Document{{URL: "/a/", Title: "题", Sections: []search.Section{{Anchor: `怎么 办"#%`, Title: "怎么办", Text: "做法"}}}})
	hits := ask(t, x, search.Query{Text: "做法", Size: 1}).Hits
	if len(hits) != 1 || hits[0].Section.URL != "/a/#%E6%80%8E%E4%B9%88%20%E5%8A%9E%22%23%25" {
		t.Errorf("hits are %+v", hits)
	}
}

func TestHitHasWhatIsShown(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	x := open(t, docs)
	got := ask(t, x, search.Query{Text: "打印机脱机", Size: 1}).Hits[0]
	if got.Score <= 0 {
		t.Errorf("score is %v", got.Score)
	}
	got.Score, got.Parts, got.Snippet, got.Section = 0, nil, "", search.Place{}
	want := search.Hit{
		URL: "/printer/offline/", Title: docs[0].Title, Summary: docs[0].Summary,
		Products: []string{"打印机"}, Causes: []string{"网络断开", "驱动过旧"}, Solutions: []string{"重新添加设备"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hit (-want +got):\n%s", diff)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	x := open(t, docs)
	has := func(tags []search.Tag, name string) bool {
		return slices.ContainsFunc(tags, func(t search.Tag) bool { return t.Name == name })
	}
	for _, tt := range []struct {
		name   string
		filter search.Filter
		keeps  func(*search.Document) bool
	}{
		{"product", search.Filter{Product: "手机"}, func(d *search.Document) bool { return has(d.Products, "手机") }},
		{"cause", search.Filter{Cause: "余额不足"}, func(d *search.Document) bool { return has(d.Causes, "余额不足") }},
		{"solution", search.Filter{Solution: "重启设备"}, func(d *search.Document) bool { return has(d.Solutions, "重启设备") }},
		{"kind", search.Filter{Kind: "check"}, func(d *search.Document) bool {
			return slices.ContainsFunc(d.Sections, func(s search.Section) bool { return s.Kind == "check" })
		}},
		{"kind that none has", search.Filter{Kind: "case"}, func(*search.Document) bool { return false }},
		{"unknown kind", search.Filter{Kind: "nonsense"}, func(*search.Document) bool { return false }},
		{"two at once", search.Filter{Product: "手机", Solution: "重启设备"}, func(d *search.Document) bool { return d.URL == "/phone/backup/" }},
		{"nothing has it", search.Filter{Product: "潜水艇"}, func(*search.Document) bool { return false }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			byURL := map[string]*search.Document{}
			for _, d := range docs {
				byURL[d.URL] = d
			}
			for _, text := range []string{"怎么处理", "手机", "设备", "看看"} {
				r := ask(t, x, search.Query{Text: text, Size: search.MaxSize, Filter: tt.filter})
				if r.Total != len(r.Hits) {
					t.Errorf("%q: total is %d, hits are %d", text, r.Total, len(r.Hits))
				}
				for _, h := range r.Hits {
					if !tt.keeps(byURL[h.URL]) {
						t.Errorf("%q: %s should not pass the filter", text, h.URL)
					}
				}
			}
		})
	}
	for text, filter := range map[string]search.Filter{"收不到短信验证码": {Product: "手机"}, "地铁刷卡没反应": {Cause: "余额不足"}, "照片备份一直不动": {Solution: "重启设备"}} {
		if r := ask(t, x, search.Query{Text: text, Size: 1, Filter: filter}); len(r.Hits) != 1 {
			t.Errorf("%q with %+v finds nothing", text, filter)
		}
	}
}

// facetQueries give results of several sizes.
var facetQueries = []string{"怎么处理", "手机", "打印机", "重启", "收不到", "看看余额", "耳机没声音", "为什么", "会议 快递"}

// shownFacets is how many values of a facet are shown at least, if there are
// so many.
const shownFacets = 20

func TestFacetsCountTheWholeResult(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 60 {
		docs = append(docs, enginetest.Generated(r, fmt.Sprintf("/g/%d/", i)))
	}
	kinds := map[string][]string{} // by URL
	for _, d := range docs {
		for _, s := range d.Sections {
			if s.Kind != "" && !slices.Contains(kinds[d.URL], s.Kind) {
				kinds[d.URL] = append(kinds[d.URL], s.Kind)
			}
		}
	}
	x := open(t, docs)
	for _, text := range facetQueries {
		want := map[string]int{}
		for _, h := range all(t, x, search.Query{Text: text}) {
			for family, values := range map[string][]string{"product": h.Products, "cause": h.Causes, "solution": h.Solutions, "kind": kinds[h.URL]} {
				for _, v := range values {
					want[family+" "+v]++
				}
			}
		}
		for _, size := range []int{1, 7} {
			least := map[string]int{} // of the counts that are shown, by family
			shown := map[string]int{}
			eachFacet(ask(t, x, search.Query{Text: text, Size: size, Page: 2}).Facets, func(family string, c search.Count) {
				if want := want[family+" "+c.Value]; c.Count != want {
					t.Errorf("%q: the facet %s %s says %d, all hits have %d", text, family, c.Value, c.Count, want)
				}
				if before := least[family]; family != "kind" && shown[family+"#"] > 0 && c.Count > before {
					t.Errorf("%q: the facet %s %s stands after one with %d", text, family, c.Value, before)
				}
				least[family] = c.Count
				shown[family+"#"]++
				shown[family+" "+c.Value]++
			})
			for key, n := range want {
				family, _, _ := strings.Cut(key, " ")
				if shown[key] != 1 && (shown[family+"#"] < shownFacets || n > least[family]) {
					t.Errorf("%q: the facet %s with %d hits is shown %d times", text, key, n, shown[key])
				}
			}
		}
	}
}

func eachFacet(f search.Facets, visit func(family string, c search.Count)) {
	for _, g := range []struct {
		family string
		counts []search.Count
	}{{"kind", f.Kind}, {"product", f.Product}, {"cause", f.Cause}, {"solution", f.Solution}} {
		for _, c := range g.counts {
			visit(g.family, c)
		}
	}
}

// A facet promises how many hits its filter leaves.
func TestFacetLeadsToAsManyHits(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	r := rand.New(rand.NewPCG(5, 6))
	for i := range 60 {
		docs = append(docs, enginetest.Generated(r, fmt.Sprintf("/g/%d/", i)))
	}
	x := open(t, docs)
	for _, text := range facetQueries {
		eachFacet(ask(t, x, search.Query{Text: text, Size: 1}).Facets, func(family string, c search.Count) {
			f := map[string]search.Filter{"kind": {Kind: c.Value}, "product": {Product: c.Value}, "cause": {Cause: c.Value}, "solution": {Solution: c.Value}}[family]
			if got := ask(t, x, search.Query{Text: text, Size: 1, Filter: f}).Total; got != c.Count {
				t.Errorf("%q: the facet says %d for %s %s, the filter gives %d", text, c.Count, family, c.Value, got)
			}
		})
	}
}

func TestPagesDoNotOverlapAndOrderStays(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	r := rand.New(rand.NewPCG(7, 8))
	for i := range 400 {
		docs = append(docs, enginetest.Generated(r, fmt.Sprintf("/g/%d/", i)))
	}
	x := open(t, docs)
	for _, text := range []string{"打印机", "怎么办", "了", "重启 退款", "为什么收不到验证码"} {
		first := ask(t, x, search.Query{Text: text, Size: search.MaxSize, Page: 1})
		seen := map[string]int{}
		var paged []string
		for page := 1; page <= 40; page++ {
			r := ask(t, x, search.Query{Text: text, Size: 25, Page: page})
			if r.Total != first.Total {
				t.Errorf("%q: page %d says %d hits, the first said %d", text, page, r.Total, first.Total)
			}
			for _, h := range r.Hits {
				if before := seen[h.URL]; before > 0 {
					t.Errorf("%q: %s is on page %d and on page %d", text, h.URL, before, page)
				}
				seen[h.URL] = page
				paged = append(paged, h.URL)
			}
			if len(r.Hits) == 0 {
				break
			}
		}
		if len(paged) != first.Total {
			t.Errorf("%q: all pages have %d hits, total says %d", text, len(paged), first.Total)
		}
		if diff := cmp.Diff(urls(first.Hits), paged[:min(len(paged), search.MaxSize)]); diff != "" {
			t.Errorf("%q: pages of 50 and of 25 differ (-50 +25):\n%s", text, diff)
		}
		for range 5 {
			again := ask(t, x, search.Query{Text: text, Size: search.MaxSize})
			if diff := cmp.Diff(first.Hits, again.Hits); diff != "" {
				t.Fatalf("%q: the same question, another answer (-first +again):\n%s", text, diff)
			}
		}
		scores := first.Hits
		if !slices.IsSortedFunc(scores, func(a, b search.Hit) int { return cmpFloat(b.Score, a.Score) }) {
			t.Errorf("%q: scores do not fall", text)
		}
	}
}

func cmpFloat(a, b float32) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func TestOddQueries(t *testing.T) {
	t.Parallel()
	x := open(t, enginetest.Corpus())
	for _, tt := range []struct {
		name, query string
		empty       bool // there is nothing to search for
	}{
		{"nothing", "", true},
		{"spaces", " \t\n　 ", true},
		{"punctuation", "？！。，、…—“”《》()[]{}", true},
		{"emoji", "😀👨‍👩‍👧❤️", true},
		{"direction marks", "\u202e\u200f\u2066", true},
		{"NUL", "\x00", true},
		{"quote", `"`, true},
		{"query syntax", `+title:"x" -y AND (z OR *) ~2 ^3 /re/ \`, false},
		{"template", "{{.}} [[.Query]] %s %d", false},
		{"markup", "<script>alert(1)</script>", false},
		{"invalid bytes", "打印\xff\xfe机", false},
		{"cut character", "打印机\xe6", false},
		{"NUL between", "打印\x00机", false},
		{"one question word", "吗", false},
		{"only question words", "为什么怎么办呢", false},
		{"10,000 characters", strings.Repeat("打印机连不上", 1667), false},
		{"10,000 different characters", func() string {
			var b strings.Builder
			for r := rune(0x4e00); r < 0x4e00+10_000; r++ {
				b.WriteRune(r)
			}
			return b.String()
		}(), false},
		{"one long word", strings.Repeat("abcdefghij", 1000), false},
		{"combining marks", "e" + strings.Repeat("\u0301", 500), false},
		{"right to left", "מדפסת", false},
		{"surrogate escape", "\xed\xa0\x80", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, x, search.Query{Text: tt.query, Size: 10})
			if r.Query != tt.query {
				t.Errorf("the answer is to %q", r.Query)
			}
			if r.Hits == nil {
				t.Error("hits are nil, want an empty list")
			}
			if tt.empty && (r.Total != 0 || len(r.Hits) != 0) {
				t.Errorf("%d hits: %v", r.Total, urls(r.Hits))
			}
			for _, h := range r.Hits {
				if err := checkSnippet(h.Snippet); err != nil {
					t.Errorf("%s: %v in %s", h.URL, err, h.Snippet)
				}
			}
			if _, err := x.Suggest(t.Context(), tt.query, "", 8); err != nil {
				t.Errorf("Suggest: %v", err)
			}
		})
	}
}

func TestOddSizesAndPages(t *testing.T) {
	t.Parallel()
	x := open(t, enginetest.Corpus())
	whole := len(all(t, x, search.Query{Text: "怎么处理"}))
	if whole < 10 {
		t.Fatalf("only %d hits to page through", whole)
	}
	for _, tt := range []struct{ size, page, want int }{
		{-1, 1, 0},
		{0, 1, 0},
		{5, 0, 5},
		{5, -7, 5},
		{1 << 40, 1, min(whole, search.MaxSize)},
		{5, 1 << 40, 0},
	} {
		r := ask(t, x, search.Query{Text: "怎么处理", Size: tt.size, Page: tt.page})
		if len(r.Hits) != tt.want || r.Total != whole {
			t.Errorf("size %d, page %d: %d of %d hits, want %d of %d", tt.size, tt.page, len(r.Hits), r.Total, tt.want, whole)
		}
	}
}

// What a writer may leave out, or put in, must not break the search.
func TestOddDocuments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		doc   search.Document
		query string
	}{
		{"no title", search.Document{URL: "/odd/", Sections: []search.Section{{Title: "标题", Text: "加湿器"}}}, "加湿器"},
		{"no title and no heading", search.Document{URL: "/odd/", Sections: []search.Section{{Text: "加湿器"}}}, "加湿器"},
		{"no title but a symptom", search.Document{URL: "/odd/", Symptoms: []string{"加湿器"}}, "加湿器"},
		{"title of punctuation", search.Document{URL: "/odd/", Title: "？？？", Sections: []search.Section{{Text: "加湿器"}}}, "加湿器"},
		{"no section", search.Document{URL: "/odd/", Title: "加湿器"}, "加湿器"},
		{"sections without text", search.Document{URL: "/odd/", Title: "加湿器", Sections: []search.Section{{Title: "加湿器", Kind: "cause"}, {}}}, "加湿器"},
		{"text of spaces", search.Document{URL: "/odd/", Title: "加湿器", Sections: []search.Section{{Title: "加湿器", Text: " \n　"}}}, "加湿器"},
		{"text that nobody sees", search.Document{URL: "/odd/", Title: "加湿器", Sections: []search.Section{{Title: "加湿器", Text: "\u200b\ufeff"}}}, "加湿器"},
		{"summary that nobody sees", search.Document{URL: "/odd/", Title: "加湿器", Summary: "\u200b"}, "加湿器"},
		{"title that nobody sees", search.Document{URL: "/odd/", Title: "\u200b", Sections: []search.Section{{Text: "加湿器"}}}, "加湿器"},
		{"text of NUL and broken bytes", search.Document{URL: "/odd/", Title: "加湿器", Sections: []search.Section{{Text: "a\x00b\xff加湿器\xe6"}}}, "加湿器"},
		{"very long word", search.Document{URL: "/odd/", Title: "加湿器", Sections: []search.Section{{Text: strings.Repeat("x", 1<<20) + " 加湿器"}}}, "加湿器"},
		{"a megabyte of text", search.Document{URL: "/odd/", Title: "长", Sections: []search.Section{{Text: strings.Repeat("一二三四五六七八九十", 1<<15) + "加湿器"}}}, "加湿器"},
		{"a thousand sections", search.Document{URL: "/odd/", Title: "长", Sections: slices.Repeat([]search.Section{{Title: "节", Kind: "case", Text: "加湿器"}}, 1000)}, "加湿器"},
		{"a thousand symptoms", search.Document{URL: "/odd/", Title: "长", Symptoms: slices.Repeat([]string{"加湿器坏了"}, 1000)}, "加湿器"},
		{"unknown kind", search.Document{URL: "/odd/", Title: "加湿器", Sections: []search.Section{{Kind: "nonsense", Text: "加湿器"}}}, "加湿器"},
		{"tag without a page", search.Document{URL: "/odd/", Title: "题", Products: []search.Tag{{Name: "加湿器"}}}, "加湿器"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			defer calm(t)
			x := open(t, append(enginetest.Corpus(), &tt.doc))
			hits := all(t, x, search.Query{Text: tt.query})
			if !slices.Contains(urls(hits), "/odd/") {
				t.Errorf("%q finds %v, want /odd/ among them", tt.query, urls(hits))
			}
			for _, h := range hits {
				if err := checkSnippet(h.Snippet); err != nil {
					t.Errorf("%s: %v in %.200s", h.URL, err, h.Snippet)
				}
				if h.URL == "/odd/" && tt.doc.Title != "" && h.Title != tt.doc.Title {
					t.Errorf("title is %q, want %q", h.Title, tt.doc.Title)
				}
			}
			if _, err := x.Suggest(t.Context(), tt.query, "", 8); err != nil {
				t.Errorf("Suggest: %v", err)
			}
		})
	}
}

func TestEmptyIndex(t *testing.T) {
	t.Parallel()
	defer calm(t)
	x := open(t, nil)
	r := ask(t, x, search.Query{Text: "打印机", Size: 10})
	if r.Total != 0 || len(r.Hits) != 0 || x.Count() != 0 {
		t.Errorf("an empty index has %d articles and %d hits", x.Count(), r.Total)
	}
	if s, err := x.Suggest(t.Context(), "打", "", 8); err != nil || len(s) != 0 {
		t.Errorf("Suggest = %v, %v", s, err)
	}
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	x := open(t, enginetest.Corpus())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Search(ctx, search.Query{Text: "打印机连不上电脑", Size: 10}); !errors.Is(err, context.Canceled) {
		t.Errorf("Search gives %v, want context.Canceled", err)
	}
	if _, err := x.Suggest(ctx, "打印", "", 8); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Suggest gives %v", err)
	}
	if got := urls(ask(t, x, search.Query{Text: "打印机脱机", Size: 1}).Hits); !slices.Equal(got, []string{"/printer/offline/"}) {
		t.Errorf("the next search finds %v", got) // nothing of the cancelled one is left
	}
}

func TestMode(t *testing.T) {
	t.Parallel()
	x := open(t, enginetest.Corpus())
	for _, tt := range []struct {
		name, query string
		want        search.Mode
	}{
		{"all of it", "洗衣机不排水", search.Exact},
		{"all but the question words", "请问洗衣机不排水怎么办呢", search.Relaxed},
		{"not all of it", "洗衣机门封条发霉漏水", search.Relaxed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, x, search.Query{Text: tt.query, Size: 1})
			if r.Mode != tt.want {
				t.Errorf("mode is %q, want %q", r.Mode, tt.want)
			}
			if got := urls(r.Hits); !slices.Equal(got, []string{"/washer/drain/"}) {
				t.Errorf("first hit is %v", got)
			}
		})
	}
}

func TestConcurrentSearches(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	x := open(t, docs)
	want := map[string][]string{}
	for _, d := range docs {
		want[d.Title] = urls(ask(t, x, search.Query{Text: d.Title, Size: 10}).Hits)
	}
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 3 * len(docs) {
				d := docs[(i+n)%len(docs)]
				r, err := x.Search(t.Context(), search.Query{Text: d.Title, Size: 10})
				if err != nil {
					t.Errorf("Search: %v", err)
					return
				}
				if diff := cmp.Diff(want[d.Title], urls(r.Hits)); diff != "" {
					t.Errorf("%q beside other searches (-alone +now):\n%s", d.Title, diff)
				}
				if _, err := x.Suggest(t.Context(), d.Title[:3], "", 5); err != nil {
					t.Errorf("Suggest: %v", err)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzSearch(f *testing.F) {
	docs := enginetest.Corpus()
	for _, d := range docs {
		f.Add(d.Title)
	}
	for _, s := range []string{"", " ", "吗", "花呗用不了", "還款失敗", "\x00", "\xff", `"`, "<script>", "&amp;", "ERR_1042", "e\u0301", "㍿", "İstanbul", "\u202e退款", "a b c", "𠮷", "ｶﾞ", "1/2½"} {
		f.Add(s)
	}
	x := open(f, docs)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := x.Search(t.Context(), search.Query{Text: text, Size: search.MaxSize})
		if err != nil {
			t.Fatalf("Search(%q): %v", text, err)
		}
		if r.Total != len(r.Hits) {
			t.Errorf("%q: %d hits of %d on a page of %d", text, len(r.Hits), r.Total, search.MaxSize)
		}
		for _, h := range r.Hits {
			if err := checkSnippet(h.Snippet); err != nil {
				t.Errorf("%q: the snippet of %s has %v: %s", text, h.URL, err, h.Snippet)
			}
			if !utf8.ValidString(h.Snippet) {
				t.Errorf("%q: the snippet of %s is not UTF-8: %q", text, h.URL, h.Snippet)
			}
			// What speaks against an article may weigh more than what speaks for it.
			if math.IsNaN(float64(h.Score)) || math.IsInf(float64(h.Score), 0) {
				t.Errorf("%q: the score of %s is %v", text, h.URL, h.Score)
			}
		}
		if _, err := x.Suggest(t.Context(), text, "", 5); err != nil {
			t.Errorf("Suggest(%q): %v", text, err)
		}
	})
}

// A word that was taken for one of the question's is told, and for which.
func TestExplainStandins(t *testing.T) {
	t.Parallel()
	s := open(t, []*search.Document{
		{URL: "/a/", Title: "酒店的早饭"},
		{URL: "/b/", Title: "酒店的房卡"},
	})
	r := ask(t, s, search.Query{Text: "酒店早餐", Size: 10, Page: 1, Explain: true})
	if len(r.Hits) == 0 || r.Hits[0].URL != "/a/" {
		t.Fatalf("%+v, want /a/ first", r.Hits)
	}
	if !slices.ContainsFunc(r.Hits[0].Parts, func(p search.Part) bool { return strings.HasSuffix(p.Words, "早饭 (for 早餐)") }) {
		t.Errorf("no part names 早饭: %+v", r.Hits[0].Parts)
	}
}
