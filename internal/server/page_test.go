package server

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/search"
)

func TestSearchPageAnswersOddQueries(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	scripts := scriptsOfSearchPage(t, s)
	for _, tt := range oddQueries {
		t.Run(tt.name, func(t *testing.T) {
			a := get(t, s, "/search?"+tt.parameters)
			if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Fatalf("status %d, Content-Type %q", a.status, a.header.Get("Content-Type"))
			}
			inside := mainOf(t, a.body)
			if n := strings.Count(a.body, "<script"); n != scripts {
				t.Errorf("the page has %d scripts, without a question it has %d", n, scripts)
			}
			if !strings.HasSuffix(strings.TrimSpace(a.body), "</html>") {
				t.Error("the page stops before its end")
			}
			// html/template writes NUL as U+FFFD: no HTML may have it.
			shown := strings.ReplaceAll(tt.query, "\x00", "\uFFFD")
			if !strings.Contains(html.UnescapeString(inside), `value="`+shown+`"`) && strings.TrimSpace(tt.query) != "" {
				t.Errorf("the field does not keep the question %q", tt.query)
			}
			for _, broken := range []string{"<no value>", "%!", "ZgotmplZ"} {
				if strings.Contains(strings.ReplaceAll(html.UnescapeString(a.body), shown, ""), broken) {
					t.Errorf("the page has %q", broken)
				}
			}
			api := searched(t, s, "/api/search?"+tt.parameters)
			for _, h := range api.Hits {
				if !slices.Contains(linksOf(inside), h.URL) {
					t.Errorf("the page does not link to %s", h.URL)
				}
			}
		})
	}
}

// What a reader types, and what a writer writes, is text on the page.
func TestSearchPageEscapes(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for _, q := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `[[.Query]]`, `{{.}}`, `javascript:alert(1)`, `</title><script>x</script>`, `' onfocus='x`, "转义错误 代码"} {
		t.Run(q, func(t *testing.T) {
			for _, target := range []string{query("/search", "q", q), query("/search/", "q", q, "product", q, "cause", q)} {
				page := get(t, s, target)
				if page.status != http.StatusOK {
					t.Fatalf("status %d", page.status)
				}
				low := strings.ToLower(page.body)
				for _, bad := range []string{"<script>alert", "<img src=x", `href="javascript:`, "<script>x", "<i>", "<div> 代码", "<b>代码"} {
					if strings.Contains(low, bad) {
						t.Errorf("%s: the page has %s", target, bad)
					}
				}
				if q != "转义错误 代码" && !strings.Contains(html.UnescapeString(page.body), q) {
					t.Errorf("%s: the page does not show the question as it was typed", target)
				}
			}
		})
	}
	page := html.UnescapeString(get(t, s, query("/search", "q", "网页显示 <div> 代码")).body)
	if !strings.Contains(page, `网页出现 <script>alert(1)</script> & "引号" {{.}} [[.Query]]`) {
		t.Error("the title of a hit is not shown as it was written")
	}
}

// Every link of a page of results leads to a page that exists, and to an
// anchor that exists on it.
func TestSearchPageLinks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, base string
		site       func() (string, error)
	}{{"at the top", "/", plainSite}, {"below a base", "/help/", helpSite}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			public, err := tt.site()
			s, _, _ := open(t, public, err)
			for _, parameters := range [][]string{
				nil,
				{"q", "指纹锁打不开门"},
				{"q", "加湿器毛病", "kind", "solution", "product", "水箱"},
				{"q", "网页显示 <div> 代码", "product", "A & B"},
				{"q", "潜水艇"},
				{"size", "0"},
			} {
				page := get(t, s, query(tt.base+"search/", parameters...))
				for _, address := range linksOf(page.body) {
					if strings.HasPrefix(address, "#") || strings.Contains(address, "://") {
						continue
					}
					if !strings.HasPrefix(address, tt.base) {
						t.Errorf("%v: the link %s does not start with the base %s", parameters, address, tt.base)
					}
					if err := checkLink(t, s, address); err != nil {
						t.Errorf("%v: %v", parameters, err)
					}
				}
			}
		})
	}
}

// A facet's link searches again with the filter, or without it.
func TestSearchPageFacets(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	facetLinks := func(page string) map[string]bool { // address → active
		out := map[string]bool{}
		for _, tag := range links.FindAllString(mainOf(t, page), -1) {
			m := hrefs.FindStringSubmatch(tag)
			if m == nil {
				continue
			}
			address := html.UnescapeString(m[1])
			if u, err := url.Parse(address); err == nil && u.Query().Has("q") && !strings.Contains(tag, "rel=") {
				out[address] = strings.Contains(tag, `aria-current="true"`)
			}
		}
		return out
	}
	start := query("/search/", "q", "加湿器毛病", "page", "2", "size", "5")
	first := facetLinks(get(t, s, start).body)
	if len(first) != 4 { // cause, solution; two products; the one cause is that of all
		t.Errorf("%d facet links, want 4: %v", len(first), first)
	}
	for address, active := range first {
		if active {
			t.Errorf("%s is active before anything was chosen", address)
		}
		v := mustQuery(t, address)
		if v.Get("q") != "加湿器毛病" || v.Get("page") != "" || v.Get("size") != "5" || len(v) != 3 {
			t.Errorf("%s should keep the question and the size, start at the first page and add one filter", address)
		}
		second := facetLinks(get(t, s, address).body)
		if second[address] {
			t.Errorf("%s is shown as active and leads to itself", address)
		}
		off := 0
		for back, active := range second {
			if !active {
				continue
			}
			off++
			if w := mustQuery(t, back); len(w) != 2 || w.Get("q") != "加湿器毛病" {
				t.Errorf("from %s, the active facet leads to %s, want the search without the filter", address, back)
			}
		}
		if off != 1 {
			t.Errorf("%s has %d active facets, want 1", address, off)
		}
	}
}

// A page past the end says so, and leads to the first.
func TestSearchPagePastTheEnd(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for page, status := range map[string]int{"99": http.StatusOK, "101": http.StatusBadRequest} {
		got := get(t, s, query("/search/", "q", "加湿器毛病", "page", page))
		inside, _, _ := strings.Cut(mainOf(t, got.body), `id="wf-words"`)
		if got.status != status || !strings.Contains(inside, "没有这么多页") || strings.Contains(inside, "没有找到") {
			t.Errorf("page %s has status %d and %s", page, got.status, inside)
		}
		if first := query("/search/", "q", "加湿器毛病"); !slices.Contains(linksOf(inside), first) && !strings.Contains(inside, html.EscapeString(first)) {
			t.Errorf("page %s does not lead to %s: %v", page, first, linksOf(inside))
		}
		if relOf(inside, "prev") != "" {
			t.Errorf("page %s leads to another that is not there", page)
		}
	}
}

// A reader who narrowed the result down to nothing can take the filter off.
func TestSearchPageWithoutHitsLetsFiltersGo(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	page := get(t, s, query("/search/", "q", "指纹", "product", "水箱"))
	found := false
	for _, address := range linksOf(mainOf(t, page.body)) {
		if u, err := url.Parse(address); err == nil && u.Query().Get("q") == "指纹" && !u.Query().Has("product") {
			found = true
		}
	}
	if !found {
		t.Error("no link leads to the same question without the filter")
	}
}

func mustQuery(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

func TestSearchPagePages(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	var paged []string
	at, before := query("/search/", "q", "加湿器毛病", "kind", "cause"), ""
	whole := searched(t, s, query("/api/search", "q", "加湿器毛病", "size", "50", "kind", "cause")).urls()
	for n := 1; at != ""; n++ {
		if n > 10 {
			t.Fatal("the pages do not end")
		}
		page := get(t, s, at)
		if page.status != http.StatusOK {
			t.Fatalf("%s: status %d", at, page.status)
		}
		inside := mainOf(t, page.body)
		for _, address := range linksOf(inside) {
			if slices.Contains(whole, address) && !slices.Contains(paged, address) {
				paged = append(paged, address)
			}
		}
		previous := relOf(inside, "prev")
		if n == 1 && previous != "" {
			t.Errorf("the first page has a page before: %s", previous)
		}
		if n > 1 {
			if got, want := mustQuery(t, previous), mustQuery(t, before); !cmp.Equal(got, want) {
				t.Errorf("page %d leads back to %v, want %v", n, got, want)
			}
		}
		at, before = relOf(inside, "next"), at
	}
	if diff := cmp.Diff(whole, paged); diff != "" {
		t.Errorf("all pages together (-api +pages):\n%s", diff)
	}
}

func TestSearchPageOfNoQuestion(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	static := get(t, s, "/search/index.html")
	for _, target := range []string{"/search", "/search/", "/search?q="} {
		page := get(t, s, target)
		if page.status != http.StatusOK {
			t.Errorf("%s: status %d", target, page.status)
		}
		if diff := cmp.Diff(static.body, page.body); diff != "" {
			t.Errorf("%s differs from the file of the release (-file +page):\n%s", target, diff)
		}
	}
}

// Where filters leave nothing, the page shows what is near, and the way back
// to it.
func TestSearchPageNearest(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	inside := mainOf(t, get(t, s, query("/search/", "q", "加湿器毛病", "product", "智能门锁")).body)
	near := linksOf(inside)
	if !slices.Contains(near, query("/search/", "q", "加湿器毛病")) {
		t.Errorf("no link takes the filter away: %v", near)
	}
	n := 0
	for _, address := range near {
		if strings.HasPrefix(address, "/humid/") && !strings.Contains(address, "#") {
			n++
		}
	}
	if n < nearest {
		t.Errorf("%d articles are shown as near, want %d: %v", n, nearest, near)
	}
	for _, parameters := range [][]string{{"q", "加湿器毛病", "product", "水箱"}, {"q", "鲸鱼"}} {
		inside := mainOf(t, get(t, s, query("/search/", parameters...)).body)
		if strings.Contains(inside, "<h2>不筛选时最接近的文章</h2>") {
			t.Errorf("%v: there is no need for what is near", parameters)
		}
	}
}

// Where the best hit does not answer, the page says so before it shows what is
// nearest, and where else to ask.
func TestSearchPageThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := articles()
	files["site.yaml"] += "contact: {text: 打电话给客服, link: \"tel:95000\"}\nlanguages: {en: {title: Help, contact: {text: Call us, link: \"tel:95000\"}}}\n"
	files["en/index.md"] = "---\ntitle: Help\nlanguage: en\nupdated: 2026-01-02\n---\n"
	if _, err := buildSite(dir, files, "", true); err != nil {
		t.Fatal(err)
	}
	_, holder, _ := open(t, filepath.Join(dir, "public"), nil)
	release, done := holder.Acquire()
	defer done()
	words := map[string]struct{ notice, nearest, count string }{
		"search/":    {"本站可能没有这个问题", "最接近的文章", "找到 37 篇"},
		"en/search/": {"This site may not have an answer to this", "The closest articles", "37 articles"},
	}
	for page, want := range words {
		for _, mode := range []search.Mode{search.Exact, search.Relaxed, search.Corrected} {
			for _, answered := range []bool{true, false} {
				q := search.Query{Text: "加湿器毛病", Size: 10, Page: 1}
				result, err := release.Search.Search(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				result.Answered, result.Mode = answered, mode
				if mode == search.Corrected {
					result.Corrected = "加湿器"
				}
				view := searchView("/"+page, q, result)
				view.Page = page
				var b strings.Builder
				if err := release.Template.Execute(&b, view); err != nil {
					t.Fatal(err)
				}
				inside := mainOf(t, b.String())
				shown, _, _ := strings.Cut(inside, `id="wf-words"`)
				status, below, _ := strings.Cut(shown, `<ol class="hits">`)
				is := strings.Join([]string{page, string(mode), fmt.Sprint(answered)}, " ")
				near := strings.Contains(status, "相近的文章") || strings.Contains(status, "near to it")
				if near != (answered && mode == search.Relaxed) {
					t.Errorf("%s: the count calls them near: %v", is, near)
				}
				for text, there := range map[string]bool{
					want.notice: !answered, ">" + want.nearest + "</h2>": !answered, want.count: answered, "“加湿器”": mode == search.Corrected,
				} {
					if got := strings.Contains(status, text); got != there {
						t.Errorf("%s: before the hits %q: %v, want %v", is, text, got, there)
					}
				}
				if got := strings.Count(below, `<h2 class="hit-title" aria-level="3">`); (got == 10) == answered {
					t.Errorf("%s: %d hits are below a heading", is, got)
				}
				if !strings.Contains(below, `href="tel:95000"`) {
					t.Errorf("%s: no contact below the hits", is)
				}
				if got := strings.Count(status, "results-mode"); got != 0 && mode != search.Corrected || got != 1 && mode == search.Corrected {
					t.Errorf("%s: %d lines tell how it was searched", is, got)
				}
			}
		}
	}
}

// A text that was pasted whole does not come back in a hundred links.
func TestSearchPageOfALongText(t *testing.T) {
	t.Parallel()
	s := plainServer(t)
	for n, want := range map[int]bool{longestFiltered: true, longestFiltered + 1: false} {
		text := "加湿器毛病" + strings.Repeat("。", n-5)
		if got := strings.Contains(get(t, s, query("/search/", "q", text)).body, `data-facet="product"`); got != want {
			t.Errorf("%d characters: filters %v, want %v", n, got, want)
		}
		filtered := get(t, s, query("/search/", "q", text, "product", "水箱")).body
		if !strings.Contains(filtered, `aria-current="true"`) {
			t.Errorf("%d characters: a filter cannot be taken away", n)
		}
	}
	page := get(t, s, query("/search/", "q", "加湿器毛病"+strings.Repeat("𠮷", 1_995)))
	if page.status != http.StatusOK || len(page.body) > 200<<10 {
		t.Errorf("status %d, %d kB", page.status, len(page.body)>>10)
	}
}

// twoLanguages is a site in Chinese with a part in English.
var twoLanguages = sync.OnceValues(func() (string, error) {
	return buildSite(filepath.Join(scratch, "two"), map[string]string{
		"site.yaml":      "title: 帮助\nlanguage: zh-CN\n",
		"pay/index.md":   "---\ntitle: 支付\nupdated: 2026-01-02\n---\n",
		"pay/late.md":    "---\ntitle: 退款没到\nsymptoms: [退款没到账]\nproducts: [银行卡]\nupdated: 2026-01-02\n---\n\n## 原因\n\n银行慢。\n",
		"en/index.md":    "---\ntitle: Help\nlanguage: en\nupdated: 2026-01-02\n---\n",
		"en/pay/late.md": "---\ntitle: Refund late\nsymptoms: [the refund has not arrived]\nproducts: [Card]\nupdated: 2026-01-02\n---\n\n## Why\n\nThe bank is slow.\n",
	}, "/help/", true)
})

// Each language has a search page and a 404 page of its own.
func TestLanguages(t *testing.T) {
	t.Parallel()
	public, err := twoLanguages()
	s, _, _ := open(t, public, err)
	for _, tt := range []struct {
		target string
		status int
		text   string
		none   string
	}{
		{"/help/search/?q=refund", 200, `lang="zh-CN"`, `href="/help/en/search/?`},
		{"/help/en/search/?q=refund", 200, `lang="en"`, `href="/help/search/?q=`},
		{"/help/en/search/?q=refund", 200, `action="/help/en/search/"`, ""},
		{"/help/en/search/?q=refund&product=none", 200, `href="/help/en/search/?q=refund"`, ""},
		{"/help/en/nothing/here/", 404, `lang="en"`, ""},
		{"/help/nothing/here/", 404, `lang="zh-CN"`, ""},
		{"/help/enough/", 404, `lang="zh-CN"`, ""},
	} {
		a := get(t, s, tt.target)
		if a.status != tt.status || !strings.Contains(a.body, tt.text) || tt.none != "" && strings.Contains(a.body, tt.none) {
			t.Errorf("%s: status %d, want %d with %s and without %q", tt.target, a.status, tt.status, tt.text, tt.none)
		}
	}
	if a := get(t, s, "/help/en/search?q=refund"); a.status != http.StatusMovedPermanently || a.header.Get("Location") != "/help/en/search/?q=refund" {
		t.Errorf("without its slash: %d to %q", a.status, a.header.Get("Location"))
	}
	gone := post(t, s, "/help/api/feedback", "url=/help/en/gone/&helped=true", asForm)
	if gone.status != http.StatusNotFound || !strings.Contains(gone.body, `lang="en"`) {
		t.Errorf("feedback on a page that is gone: %d", gone.status)
	}
}
