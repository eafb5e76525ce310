package search

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/han"
)

func TestSymptomFindsItsArticle(t *testing.T) {
	t.Parallel()
	docs := corpus()
	x := built(t, docs)
	for _, d := range docs {
		for _, symptom := range d.Symptoms {
			hits := urls(ask(t, x, Query{Text: symptom, Size: 3}).Hits)
			if !slices.Contains(hits, d.URL) {
				t.Errorf("%q: first 3 hits are %v, want %s among them", symptom, hits, d.URL)
			}
		}
	}
}

func TestExactTitleIsFirst(t *testing.T) {
	t.Parallel()
	docs := corpus()
	x := built(t, docs)
	for _, d := range docs {
		r := ask(t, x, Query{Text: d.Title, Size: 1})
		if got := urls(r.Hits); !slices.Equal(got, []string{d.URL}) {
			t.Errorf("%q: first hit is %v, want %s", d.Title, got, d.URL)
		}
		if r.Mode != Exact {
			t.Errorf("%q: mode is %q, want %q", d.Title, r.Mode, Exact)
		}
	}
}

// A title as typed comes before another article's longer symptom.
func TestExactTitleBeforeLongerSymptom(t *testing.T) {
	t.Parallel()
	x := built(t, append(corpus(),
		&Document{URL: "/a/", Title: "空调不制冷", Summary: "看滤网。"},
		&Document{URL: "/b/", Title: "空调遥控器没反应", Symptoms: []string{"空调不制冷了"}},
	))
	if got := urls(ask(t, x, Query{Text: "空调不制冷", Size: 1}).Hits); !slices.Equal(got, []string{"/a/"}) {
		t.Errorf("first hit is %v, want /a/, whose title it is", got)
	}
}

func TestManyWaysToWriteOneThing(t *testing.T) {
	t.Parallel()
	x := built(t, corpus())
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
			if got := urls(ask(t, x, Query{Text: tt.query, Size: 1}).Hits); !slices.Equal(got, []string{tt.want}) {
				t.Errorf("%q: first hit is %v, want %s", tt.query, got, tt.want)
			}
		})
	}
}

// Whatever stands in a title, from one character up, finds it.
func TestEveryRunOfATitleFindsIt(t *testing.T) {
	t.Parallel()
	docs := corpus()
	x := built(t, docs)
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
	docs := corpus()
	x := built(t, docs)
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
func runsThatDoNotFind(t *testing.T, x *Index, text, url string, longest int) []string {
	t.Helper()
	var lost []string
	runes := []rune(text)
	for from := range runes {
		for n := min(2, longest); n <= longest && from+n <= len(runes); n++ {
			run := string(runes[from : from+n])
			if speakable(run) && !cutsWord(runes, from, from+n) && !slices.Contains(urls(all(t, x, Query{Text: run})), url) {
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
	x := built(t, corpus())
	for run, url := range map[string]string{"速软件": "/router/slow/", "路由器换了密码": "/printer/offline/", "存的时候": "/font/missing/"} {
		if got := urls(all(t, x, Query{Text: run})); !slices.Contains(got, url) {
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
	x := built(t, append(corpus(),
		&Document{URL: "/title/", Title: "加湿器漏水", Sections: []Section{{Text: "检查水箱。"}}},
		&Document{URL: "/text/", Title: "地板鼓起来了", Sections: []Section{{Text: "常见的是加湿器漏水，泡了地板。"}}},
	))
	for _, q := range []string{"加湿器漏水", "加湿器", "湿"} {
		if diff := cmp.Diff([]string{"/title/", "/text/"}, urls(all(t, x, Query{Text: q}))); diff != "" {
			t.Errorf("%q: hits (-want +got):\n%s", q, diff)
		}
	}
}

func TestMoreDocumentsHideNone(t *testing.T) {
	t.Parallel()
	docs := corpus()
	r := rand.New(rand.NewPCG(1, 2))
	for _, more := range []int{50, 250} {
		for i := range more {
			docs = append(docs, generated(r, fmt.Sprintf("/more/%d/%d/", more, i)))
		}
		x := built(t, docs)
		for _, d := range corpus() {
			if got := urls(ask(t, x, Query{Text: d.Title, Size: 1}).Hits); !slices.Equal(got, []string{d.URL}) {
				t.Errorf("with %d documents, %q finds %v first, want %s", len(docs), d.Title, got, d.URL)
			}
		}
	}
}

func TestSnippetIsSafe(t *testing.T) {
	t.Parallel()
	docs := corpus()
	x := built(t, docs)
	queries := []string{"script", "alert", "<script>", "代码", "amp", "&amp;", "引号", "尖括号", "A & B", `"`, "mark", "转义", "网页显示一堆 <div> 代码"}
	for _, d := range docs {
		queries = append(queries, d.Title)
		queries = append(queries, d.Symptoms...)
	}
	for _, q := range queries {
		for _, h := range all(t, x, Query{Text: q}) {
			if err := checkSnippet(h.Snippet); err != nil {
				t.Errorf("%q: the snippet of %s has %v: %s", q, h.URL, err, h.Snippet)
			}
			if h.Snippet == "" {
				t.Errorf("%q: %s has no snippet", q, h.URL)
			}
		}
	}
}

func TestSnippetMarksTheWords(t *testing.T) {
	t.Parallel()
	x := built(t, append(corpus(),
		&Document{URL: "/compat/", Title: "公司名称", Sections: []Section{{Anchor: "a", Title: "写法", Text: "合同上写着㍿田中，发票上写着㍻二年。"}}},
	))
	for _, tt := range []struct{ name, query, url, want string }{
		{"as written", "过滤网", "/washer/drain/", "过滤网"},
		{"traditional query", "過濾網", "/washer/drain/", "过滤网"},
		{"traditional text", "机器编号", "/traditional/topup/", "机器编号"},
		{"full width text", "pdf", "/font/missing/", "pdf"},
		{"accents", "cafe", "/en/refund/", "cafe"},
		{"single character", "泵", "/washer/drain/", "泵"},
		{"plural", "batch", "/en/refund/", "batches"},
		{"one character that stands for four", "株式", "/compat/", "株式会社"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, h := range all(t, x, Query{Text: tt.query}) {
				if h.URL != tt.url {
					continue
				}
				if err := checkSnippet(h.Snippet); err != nil {
					t.Errorf("%v in %s", err, h.Snippet)
				}
				if !slices.Contains(marked(h.Snippet), tt.want) {
					t.Errorf("marks %q in %s, want %q", marked(h.Snippet), h.Snippet, tt.want)
				}
				return
			}
			t.Errorf("%q does not find %s", tt.query, tt.url)
		})
	}
}

func TestSnippetIsShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("这一句没有标点而且很长", 400)
	x := built(t, append(corpus(),
		&Document{URL: "/long/", Title: "很长的一页", Sections: []Section{{Text: long + "除湿机结冰" + long}}},
		&Document{URL: "/lines/", Title: "很多的行", Sections: []Section{{Text: strings.Repeat("每一行都有除湿机三个字。\n", 2000)}}},
	))
	for _, h := range all(t, x, Query{Text: "除湿机"}) {
		if n := utf8.RuneCountInString(h.Snippet); n > 300 {
			t.Errorf("%s: the snippet has %d characters", h.URL, n)
		}
		if !slices.Contains(marked(h.Snippet), "除湿机") {
			t.Errorf("%s: the snippet does not show what was found: %s", h.URL, h.Snippet)
		}
	}
}

func TestBestSectionFollowsTheWords(t *testing.T) {
	t.Parallel()
	x := built(t, corpus())
	for _, tt := range []struct {
		name  string
		query Query
		url   string
		want  Place
	}{
		{"cause", Query{Text: "冬天手指干燥脱皮"}, "/lock/fingerprint/", Place{"/lock/fingerprint/#c1", "常见的一种", "cause"}},
		{"check", Query{Text: "换一个家人的手指"}, "/lock/fingerprint/", Place{"/lock/fingerprint/#check", "怎么判断", "check"}},
		{"solution", Query{Text: "备用钥匙开门"}, "/lock/fingerprint/", Place{"/lock/fingerprint/#solution", "怎么处理", "solution"}},
		{"heading", Query{Text: "why it takes so long"}, "/en/refund/", Place{"/en/refund/#why", "Why it takes so long", "cause"}},
		{"traditional", Query{Text: "看最后一笔纪录"}, "/traditional/topup/", Place{"/traditional/topup/#check", "怎么判断", "check"}},
		{"kind asked for", Query{Text: "冬天手指干燥", Filter: Filter{Kind: "solution"}}, "/lock/fingerprint/", Place{"/lock/fingerprint/#solution", "怎么处理", "solution"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.query.Size = 1
			hits := ask(t, x, tt.query).Hits
			if len(hits) == 0 || hits[0].URL != tt.url {
				t.Fatalf("hits are %v, want %s", urls(hits), tt.url)
			}
			if diff := cmp.Diff(tt.want, hits[0].Section); diff != "" {
				t.Errorf("section (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnchorIsEncoded(t *testing.T) {
	t.Parallel()
	x := built(t, []*Document{{URL: "/a/", Title: "题", Sections: []Section{{Anchor: `怎么 办"#%`, Title: "怎么办", Text: "做法"}}}})
	hits := ask(t, x, Query{Text: "做法", Size: 1}).Hits
	if len(hits) != 1 || hits[0].Section.URL != "/a/#%E6%80%8E%E4%B9%88%20%E5%8A%9E%22%23%25" {
		t.Errorf("hits are %+v", hits)
	}
}

func TestHitHasWhatIsShown(t *testing.T) {
	t.Parallel()
	docs := corpus()
	x := built(t, docs)
	got := ask(t, x, Query{Text: "打印机脱机", Size: 1}).Hits[0]
	if got.Score <= 0 {
		t.Errorf("score is %v", got.Score)
	}
	got.Score, got.Parts, got.Snippet, got.Section = 0, nil, "", Place{}
	want := Hit{
		URL: "/printer/offline/", Title: docs[0].Title, Summary: docs[0].Summary,
		Products: []string{"打印机"}, Causes: []string{"网络断开", "驱动过旧"}, Solutions: []string{"重新添加设备"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hit (-want +got):\n%s", diff)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	docs := corpus()
	x := built(t, docs)
	has := func(tags []Tag, name string) bool {
		return slices.ContainsFunc(tags, func(t Tag) bool { return t.Name == name })
	}
	for _, tt := range []struct {
		name   string
		filter Filter
		keeps  func(*Document) bool
	}{
		{"product", Filter{Product: "手机"}, func(d *Document) bool { return has(d.Products, "手机") }},
		{"cause", Filter{Cause: "余额不足"}, func(d *Document) bool { return has(d.Causes, "余额不足") }},
		{"solution", Filter{Solution: "重启设备"}, func(d *Document) bool { return has(d.Solutions, "重启设备") }},
		{"kind", Filter{Kind: "check"}, func(d *Document) bool {
			return slices.ContainsFunc(d.Sections, func(s Section) bool { return s.Kind == "check" })
		}},
		{"kind that none has", Filter{Kind: "case"}, func(*Document) bool { return false }},
		{"unknown kind", Filter{Kind: "nonsense"}, func(*Document) bool { return false }},
		{"two at once", Filter{Product: "手机", Solution: "重启设备"}, func(d *Document) bool { return d.URL == "/phone/backup/" }},
		{"nothing has it", Filter{Product: "潜水艇"}, func(*Document) bool { return false }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			byURL := map[string]*Document{}
			for _, d := range docs {
				byURL[d.URL] = d
			}
			for _, text := range []string{"怎么处理", "手机", "设备", "看看"} {
				r := ask(t, x, Query{Text: text, Size: MaxSize, Filter: tt.filter})
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
	for text, filter := range map[string]Filter{"收不到短信验证码": {Product: "手机"}, "地铁刷卡没反应": {Cause: "余额不足"}, "照片备份一直不动": {Solution: "重启设备"}} {
		if r := ask(t, x, Query{Text: text, Size: 1, Filter: filter}); len(r.Hits) != 1 {
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
	docs := corpus()
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 60 {
		docs = append(docs, generated(r, fmt.Sprintf("/g/%d/", i)))
	}
	kinds := map[string][]string{} // by URL
	for _, d := range docs {
		for _, s := range d.Sections {
			if s.Kind != "" && !slices.Contains(kinds[d.URL], s.Kind) {
				kinds[d.URL] = append(kinds[d.URL], s.Kind)
			}
		}
	}
	x := built(t, docs)
	for _, text := range facetQueries {
		want := map[string]int{}
		for _, h := range all(t, x, Query{Text: text}) {
			for family, values := range map[string][]string{"product": h.Products, "cause": h.Causes, "solution": h.Solutions, "kind": kinds[h.URL]} {
				for _, v := range values {
					want[family+" "+v]++
				}
			}
		}
		for _, size := range []int{1, 7} {
			least := map[string]int{} // of the counts that are shown, by family
			shown := map[string]int{}
			eachFacet(ask(t, x, Query{Text: text, Size: size, Page: 2}).Facets, func(family string, c Count) {
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

func eachFacet(f Facets, visit func(family string, c Count)) {
	for _, g := range []struct {
		family string
		counts []Count
	}{{"kind", f.Kind}, {"product", f.Product}, {"cause", f.Cause}, {"solution", f.Solution}} {
		for _, c := range g.counts {
			visit(g.family, c)
		}
	}
}

// A facet promises how many hits its filter leaves.
func TestFacetLeadsToAsManyHits(t *testing.T) {
	t.Parallel()
	docs := corpus()
	r := rand.New(rand.NewPCG(5, 6))
	for i := range 60 {
		docs = append(docs, generated(r, fmt.Sprintf("/g/%d/", i)))
	}
	x := built(t, docs)
	for _, text := range facetQueries {
		eachFacet(ask(t, x, Query{Text: text, Size: 1}).Facets, func(family string, c Count) {
			f := map[string]Filter{"kind": {Kind: c.Value}, "product": {Product: c.Value}, "cause": {Cause: c.Value}, "solution": {Solution: c.Value}}[family]
			if got := ask(t, x, Query{Text: text, Size: 1, Filter: f}).Total; got != c.Count {
				t.Errorf("%q: the facet says %d for %s %s, the filter gives %d", text, c.Count, family, c.Value, got)
			}
		})
	}
}

func TestPagesDoNotOverlapAndOrderStays(t *testing.T) {
	t.Parallel()
	docs := corpus()
	r := rand.New(rand.NewPCG(7, 8))
	for i := range 400 {
		docs = append(docs, generated(r, fmt.Sprintf("/g/%d/", i)))
	}
	x := built(t, docs)
	for _, text := range []string{"打印机", "怎么办", "了", "重启 退款", "为什么收不到验证码"} {
		first := ask(t, x, Query{Text: text, Size: MaxSize, Page: 1})
		seen := map[string]int{}
		var paged []string
		for page := 1; page <= 40; page++ {
			r := ask(t, x, Query{Text: text, Size: 25, Page: page})
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
		if diff := cmp.Diff(urls(first.Hits), paged[:min(len(paged), MaxSize)]); diff != "" {
			t.Errorf("%q: pages of 50 and of 25 differ (-50 +25):\n%s", text, diff)
		}
		for range 5 {
			again := ask(t, x, Query{Text: text, Size: MaxSize})
			if !slices.EqualFunc(first.Hits, again.Hits, func(a, b Hit) bool { return sameHit(a, b) && a.Score == b.Score }) {
				t.Fatalf("%q: the same question, another answer (-first +again):\n%s", text, cmp.Diff(first.Hits, again.Hits))
			}
		}
		scores := first.Hits
		if !slices.IsSortedFunc(scores, func(a, b Hit) int { return cmpFloat(b.Score, a.Score) }) {
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
	x := built(t, corpus())
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
			r := ask(t, x, Query{Text: tt.query, Size: 10})
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
	x := built(t, corpus())
	whole := len(all(t, x, Query{Text: "怎么处理"}))
	if whole < 10 {
		t.Fatalf("only %d hits to page through", whole)
	}
	for _, tt := range []struct{ size, page, want int }{
		{-1, 1, 0},
		{0, 1, 0},
		{5, 0, 5},
		{5, -7, 5},
		{1 << 40, 1, min(whole, MaxSize)},
		{5, 1 << 40, 0},
	} {
		r := ask(t, x, Query{Text: "怎么处理", Size: tt.size, Page: tt.page})
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
		doc   Document
		query string
	}{
		{"no title", Document{URL: "/odd/", Sections: []Section{{Title: "标题", Text: "加湿器"}}}, "加湿器"},
		{"no title and no heading", Document{URL: "/odd/", Sections: []Section{{Text: "加湿器"}}}, "加湿器"},
		{"no title but a symptom", Document{URL: "/odd/", Symptoms: []string{"加湿器"}}, "加湿器"},
		{"title of punctuation", Document{URL: "/odd/", Title: "？？？", Sections: []Section{{Text: "加湿器"}}}, "加湿器"},
		{"no section", Document{URL: "/odd/", Title: "加湿器"}, "加湿器"},
		{"sections without text", Document{URL: "/odd/", Title: "加湿器", Sections: []Section{{Title: "加湿器", Kind: "cause"}, {}}}, "加湿器"},
		{"text of spaces", Document{URL: "/odd/", Title: "加湿器", Sections: []Section{{Title: "加湿器", Text: " \n　"}}}, "加湿器"},
		{"text that nobody sees", Document{URL: "/odd/", Title: "加湿器", Sections: []Section{{Title: "加湿器", Text: "\u200b\ufeff"}}}, "加湿器"},
		{"summary that nobody sees", Document{URL: "/odd/", Title: "加湿器", Summary: "\u200b"}, "加湿器"},
		{"title that nobody sees", Document{URL: "/odd/", Title: "\u200b", Sections: []Section{{Text: "加湿器"}}}, "加湿器"},
		{"text of NUL and broken bytes", Document{URL: "/odd/", Title: "加湿器", Sections: []Section{{Text: "a\x00b\xff加湿器\xe6"}}}, "加湿器"},
		{"very long word", Document{URL: "/odd/", Title: "加湿器", Sections: []Section{{Text: strings.Repeat("x", 1<<20) + " 加湿器"}}}, "加湿器"},
		{"a megabyte of text", Document{URL: "/odd/", Title: "长", Sections: []Section{{Text: strings.Repeat("一二三四五六七八九十", 1<<15) + "加湿器"}}}, "加湿器"},
		{"a thousand sections", Document{URL: "/odd/", Title: "长", Sections: slices.Repeat([]Section{{Title: "节", Kind: "case", Text: "加湿器"}}, 1000)}, "加湿器"},
		{"a thousand symptoms", Document{URL: "/odd/", Title: "长", Symptoms: slices.Repeat([]string{"加湿器坏了"}, 1000)}, "加湿器"},
		{"unknown kind", Document{URL: "/odd/", Title: "加湿器", Sections: []Section{{Kind: "nonsense", Text: "加湿器"}}}, "加湿器"},
		{"tag without a page", Document{URL: "/odd/", Title: "题", Products: []Tag{{Name: "加湿器"}}}, "加湿器"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			defer calm(t)
			x := built(t, append(corpus(), &tt.doc))
			hits := all(t, x, Query{Text: tt.query})
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
	x := built(t, nil)
	r := ask(t, x, Query{Text: "打印机", Size: 10})
	if r.Total != 0 || len(r.Hits) != 0 || x.Count() != 0 {
		t.Errorf("an empty index has %d articles and %d hits", x.Count(), r.Total)
	}
	if s, err := x.Suggest(t.Context(), "打", "", 8); err != nil || len(s) != 0 {
		t.Errorf("Suggest = %v, %v", s, err)
	}
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	x := built(t, corpus())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Search(ctx, Query{Text: "打印机连不上电脑", Size: 10}); !errors.Is(err, context.Canceled) {
		t.Errorf("Search gives %v, want context.Canceled", err)
	}
	if _, err := x.Suggest(ctx, "打印", "", 8); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Suggest gives %v", err)
	}
	if got := urls(ask(t, x, Query{Text: "打印机脱机", Size: 1}).Hits); !slices.Equal(got, []string{"/printer/offline/"}) {
		t.Errorf("the next search finds %v", got) // nothing of the cancelled one is left
	}
}

func TestMode(t *testing.T) {
	t.Parallel()
	x := built(t, corpus())
	for _, tt := range []struct {
		name, query string
		want        Mode
	}{
		{"all of it", "洗衣机不排水", Exact},
		{"all but the question words", "请问洗衣机不排水怎么办呢", Exact},
		{"not all of it", "洗衣机门封条发霉漏水", Relaxed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, x, Query{Text: tt.query, Size: 1})
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
	docs := corpus()
	x := built(t, docs)
	want := map[string][]string{}
	for _, d := range docs {
		want[d.Title] = urls(ask(t, x, Query{Text: d.Title, Size: 10}).Hits)
	}
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 3 * len(docs) {
				d := docs[(i+n)%len(docs)]
				r, err := x.Search(t.Context(), Query{Text: d.Title, Size: 10})
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
	docs := corpus()
	for _, d := range docs {
		f.Add(d.Title)
	}
	for _, s := range []string{"", " ", "吗", "花呗用不了", "還款失敗", "\x00", "\xff", `"`, "<script>", "&amp;", "ERR_1042", "e\u0301", "㍿", "İstanbul", "\u202e退款", "a b c", "𠮷", "ｶﾞ", "1/2½"} {
		f.Add(s)
	}
	x := built(f, docs)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := x.Search(t.Context(), Query{Text: text, Size: MaxSize})
		if err != nil {
			t.Fatalf("Search(%q): %v", text, err)
		}
		if r.Total != len(r.Hits) {
			t.Errorf("%q: %d hits of %d on a page of %d", text, len(r.Hits), r.Total, MaxSize)
		}
		for _, h := range r.Hits {
			if err := checkSnippet(h.Snippet); err != nil {
				t.Errorf("%q: the snippet of %s has %v: %s", text, h.URL, err, h.Snippet)
			}
			if !utf8.ValidString(h.Snippet) {
				t.Errorf("%q: the snippet of %s is not UTF-8: %q", text, h.URL, h.Snippet)
			}
			if h.Score < 0 || h.Score != h.Score {
				t.Errorf("%q: the score of %s is %v", text, h.URL, h.Score)
			}
		}
		if _, err := x.Suggest(t.Context(), text, "", 5); err != nil {
			t.Errorf("Suggest(%q): %v", text, err)
		}
	})
}

// FuzzSnippet searches for a piece of a text that is itself arbitrary.
func FuzzSnippet(f *testing.F) {
	for _, s := range []string{"合同上写着㍿田中", "a\u200bb", "e\u0301é", "<mark>&lt;", "\u200b", "一。二！三\n\n四", "①②½㎡", "\r\n", "İ", "\xff\xfe", "ﷺ", "\u0301\u0301", "a\u00adb"} {
		f.Add(s, 0, 2)
	}
	f.Fuzz(func(t *testing.T, text string, from, n int) {
		defer calm(t)
		runes := []rune(text)
		if len(runes) == 0 {
			return
		}
		from = max(from, 0) % len(runes)
		run := string(runes[from : from+min(max(n, 1), len(runes)-from)])
		live, err := NewLive(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer live.Close()
		x, err := live.Apply([]*Document{{URL: "/a/", Title: "打印机", Sections: []Section{{Anchor: "a", Title: text, Text: text}, {Text: text + "打印机"}}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		for _, q := range []string{run, "打印机"} {
			for _, h := range ask(t, x, Query{Text: q, Size: 1}).Hits {
				if err := checkSnippet(h.Snippet); err != nil {
					t.Errorf("the snippet of %q for %q has %v: %s", text, q, err, h.Snippet)
				}
			}
		}
	})
}
