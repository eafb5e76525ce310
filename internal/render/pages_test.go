package render_test

import (
	"bytes"
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
	"whyfix/internal/generate"
	"whyfix/internal/publish"
	"whyfix/internal/render"
)

// load reads a content folder and makes a renderer with a theme.
func load(t *testing.T, theme fs.FS, files map[string]string) *generate.Loaded {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "content")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	loader, err := generate.NewLoader(generate.Options{Content: dir, Now: func() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { loader.Close() })
	l, err := loader.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if l.Diags.Errors() > 0 {
		t.Fatalf("the content has errors: %+v", l.Diags)
	}
	var languages []string
	for _, language := range l.Site.Languages {
		languages = append(languages, language.Tag)
	}
	loaded, diags, err := render.LoadTheme(theme, "../themes/mine", l.Site.Prefix, languages...)
	if err != nil || diags.Errors() > 0 {
		t.Fatalf("the theme: %v, %+v", err, diags)
	}
	l.Theme = loaded
	l.Renderer = render.New(l.Site, loaded)
	return l
}

// makePage makes the page with a file's name.
func makePage(l *generate.Loaded, name string) ([]byte, error) {
	for _, o := range l.Renderer.Pages() {
		if o.File == name {
			return o.Make(nil, l)
		}
	}
	return nil, fs.ErrNotExist
}

func made(t *testing.T, l *generate.Loaded, name string) []byte {
	t.Helper()
	page, err := makePage(l, name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return page
}

// problem is how the program turns an error of a page into a diagnostic.
func problem(l *generate.Loaded, err error) (diag.Diagnostic, bool) {
	return generate.ThemeProblem(l, err)
}

// withoutDetector skips a test of many pages, one after the other, under the
// race detector: make test runs all tests of this package without it, too. Pages
// that are made side by side are tried under it by TestPagesAreMadeAtOnce.
func withoutDetector(t *testing.T) {
	t.Helper()
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("not under the race detector: it runs without, in make test too")
	}
}

func TestEmptySite(t *testing.T) {
	t.Parallel()
	l := load(t, builtIn(t), nil)
	var names []string
	for _, o := range l.Renderer.Pages() {
		names = append(names, o.File)
		page, err := o.Make(nil, l)
		if err != nil {
			t.Errorf("%s: %v", o.File, err)
		}
		if !strings.Contains(string(page), "<main") || !bytes.HasSuffix(bytes.TrimSpace(page), []byte("</html>")) {
			t.Errorf("%s is not a whole page: %.300s", o.File, page)
		}
	}
	if diff := cmp.Diff([]string{"404.html", "index.html"}, slices.Sorted(slices.Values(names))); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	lists, err := l.Renderer.SearchLists()
	if err != nil || len(lists) != 1 || strings.TrimSpace(string(lists[0].Data)) != "[]" {
		t.Errorf("the lists are %v, %v, want one that is []", lists, err)
	}
	if _, err := l.Renderer.SearchTemplate(); err != nil {
		t.Errorf("the search page: %v", err)
	}
}

// manySided is a site with a page of every kind.
var manySided = map[string]string{
	"site.yaml":      "title: 站\nbase: https://example.org/help/\n",
	"pay/index.md":   "---\ntitle: 支付\nupdated: 2026-01-01\n---\n支付的问题。\n",
	"pay/late.md":    "---\ntitle: 退款没到\nsymptoms: [退款怎么还没到]\nproducts: [订单]\ncauses: [银行处理]\nsolutions: [等待]\ncases: [周末]\naliases: [/old/late/, /old.html]\nupdated: 2026-01-01\n---\n开头。\n\n## 原因\n\n### 银行处理\n\n慢。\n\n## 处理\n\n### 等待 {for=\"银行处理\"}\n\n等。\n",
	"pay/draft.md":   "---\ntitle: 草稿\ndraft: true\n---\n",
	"pay/deep/a.md":  "# 更深\n\n没有前言的一篇。\n",
	"pay/图 片.svg":    "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
	"top.md":         "---\ntitle: 顶层\nupdated: 2026-01-01\n---\n![图](pay/图%20片.svg \"说明\")\n",
	"empty/index.md": "---\ntitle: 空的一类\nupdated: 2026-01-01\n---\n",
}

func TestPagesAreListedOnce(t *testing.T) {
	t.Parallel()
	l := load(t, builtIn(t), manySided)
	seen := map[string]bool{}
	for _, o := range l.Renderer.Pages() {
		if seen[o.File] {
			t.Errorf("%s is made twice", o.File)
		}
		seen[o.File] = true
		if want := "/help/" + strings.TrimSuffix(o.File, "index.html"); o.URL != want {
			t.Errorf("%s is at %s, want %s", o.File, o.URL, want)
		}
	}
	for _, name := range []string{
		"index.html", "404.html", "pay/index.html", "pay/late/index.html", "pay/deep/index.html", "pay/deep/a/index.html", "top/index.html", "empty/index.html",
		"old/late/index.html", "old.html", "products/index.html", "products/订单/index.html", "causes/银行处理/index.html", "solutions/等待/index.html", "cases/周末/index.html",
	} {
		if !seen[name] {
			t.Errorf("%s is not made", name)
		}
	}
	if seen["pay/draft/index.html"] {
		t.Error("a draft is made")
	}
}

// A solution that names no cause is for all: it stands in each answer that has
// none of its own, and below for who finds no answer. One that names a cause that
// no heading tells is for that cause alone.
func TestSolutionsForAll(t *testing.T) {
	t.Parallel()
	const head = "---\ntitle: 退款没到\ncauses: [甲, 乙, 丙]\n---\n## 原因\n\n### 甲\n\n慢。\n\n### 乙\n\n错。\n\n## 判断\n\n### 看甲 {for=\"甲\"}\n\n看。\n\n### 看乙 {for=\"乙\"}\n\n看。\n\n## 处理\n\n"
	l := load(t, builtIn(t), map[string]string{
		"some.md":   head + "### 做甲 {for=\"甲\"}\n\n做。\n\n### 找客服\n\n电话在卡的背面。\n",
		"none.md":   head + "### 找客服\n\n电话在卡的背面。\n",
		"unsaid.md": head + "### 做甲 {for=\"甲\"}\n\n做。\n\n### 换卡 {for=\"丙\"}\n\n电话在卡的背面。\n",
	})
	section := regexp.MustCompile(`(?s)<section class="guide".*?</section>`)
	for name, want := range map[string][2]int{"some": {1, 1}, "none": {2, 1}, "unsaid": {0, 1}} {
		page := string(made(t, l, name+"/index.html"))
		within := section.FindString(page)
		got := [2]int{strings.Count(within, "电话在卡的背面"), strings.Count(strings.Replace(page, within, "", 1), "<p>电话在卡的背面")}
		if within == "" || got != want {
			t.Errorf("%s: the text stands in %d answers and %d times below, want %v", name, got[0], got[1], want)
		}
		if ids := strings.Count(page, `id="找客服"`); name != "unsaid" && ids != 1 {
			t.Errorf("%s: its id stands %d times", name, ids)
		}
	}
}

// What is too long for a page has several, which hold each article once and lead
// to each other.
func TestLongLists(t *testing.T) {
	t.Parallel()
	files := map[string]string{"site.yaml": "title: 站\nbase: https://example.org/help/\n", "pay/index.md": "---\ntitle: 支付\nsummary: 都在这里\n---\n"}
	for i := range 110 {
		files[fmt.Sprintf("pay/%03d.md", i)] = fmt.Sprintf("---\ntitle: 第%03d篇\nproducts: [订单, 产品%d]\n---\n", i, i)
	}
	for i := range 60 {
		files[fmt.Sprintf("few/%03d.md", i)] = fmt.Sprintf("---\ntitle: 少%03d\n---\n", i)
	}
	for i := range 61 {
		files[fmt.Sprintf("top%03d.md", i)] = fmt.Sprintf("---\ntitle: 顶%03d\n---\n", i)
	}
	l := load(t, builtIn(t), files)
	heading := regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)
	pager := regexp.MustCompile(`(?s)<nav class="pager".*?</nav>`)
	to := regexp.MustCompile(`<a class="chip"(?: rel="(.*?)")? href="/help/([^"]*)"[^>]*?( aria-current="page")?>`)
	for _, test := range []struct {
		page, heading, entries string // what an entry matches
		many                   int
		links                  string
	}{
		{"pay/", "支付", "第[0-9]+篇", 50, "pay/* pay/page/2/ next:pay/page/2/"},
		{"pay/page/2/", "支付（第 2 页）", "第[0-9]+篇", 60, "pay/ pay/page/2/* prev:pay/"},
		{"few/", "Few", "少[0-9]+", 60, ""},
		{"", "", "顶[0-9]+", 50, "* page/2/ next:page/2/"},
		{"page/2/", "其他文章（第 2 页）", "顶[0-9]+", 11, " page/2/* prev:"},
		{"products/", "产品", "产品[0-9]+", 49, "products/* products/page/2/ products/page/3/… next:products/page/2/"},
		{"products/订单/page/2/", "订单（第 2 页）", "第[0-9]+篇", 60, "products/订单/ products/订单/page/2/* prev:products/订单/"},
	} {
		page := string(made(t, l, test.page+"index.html"))
		if h := heading.FindStringSubmatch(page); test.heading != "" && h[1] != test.heading {
			t.Errorf("%s: the heading is %s, want %s", test.page, h[1], test.heading)
		}
		var entries []string
		for _, m := range regexp.MustCompile(`<a href="[^"]*">(`+test.entries+`)</a>`).FindAllStringSubmatch(page, -1) {
			entries = append(entries, m[1])
		}
		if len(entries) != test.many || len(slices.Compact(slices.Sorted(slices.Values(entries)))) != test.many {
			t.Errorf("%s has %d entries, want %d: %v", test.page, len(entries), test.many, entries)
		}
		var links []string
		for _, m := range to.FindAllStringSubmatch(pager.FindString(page), -1) {
			address, err := url.PathUnescape(m[2])
			if err != nil {
				t.Fatal(err)
			}
			links = append(links, strings.TrimPrefix(m[1]+":", ":")+address+strings.Replace(m[3], ` aria-current="page"`, "*", 1))
		}
		if got := strings.Join(links, " "); got != strings.ReplaceAll(test.links, "…", "") {
			t.Errorf("%s leads to %q, want %q", test.page, got, test.links)
		}
		if strings.HasPrefix(test.page, "pay/") && strings.Contains(page, "都在这里") != (test.page == "pay/") {
			t.Errorf("%s: a summary stands on the first page alone", test.page)
		}
	}
	listed := map[string]bool{}
	for _, o := range l.Renderer.Pages() {
		if listed[o.URL] {
			t.Errorf("%s is made twice", o.URL)
		}
		listed[o.URL] = true
	}
}

// Pages may be made by many goroutines, and are the same each time.
func TestPagesAreMadeAtOnce(t *testing.T) {
	t.Parallel()
	l := load(t, builtIn(t), manySided)
	var wg sync.WaitGroup
	for _, o := range l.Renderer.Pages() {
		want, err := o.Make(nil, l)
		if err != nil {
			t.Fatalf("%s: %v", o.File, err)
		}
		for range 4 {
			wg.Go(func() {
				if got, err := o.Make(nil, l); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s differs when it is made again, %v", o.File, err)
				}
			})
		}
	}
	wg.Wait()
}

func TestRedirectPage(t *testing.T) {
	t.Parallel()
	l := load(t, builtIn(t), manySided)
	for _, name := range []string{"old/late/index.html", "old.html"} {
		page := string(made(t, l, name))
		for _, want := range []string{
			`<meta http-equiv="refresh" content="0; url=/help/pay/late/">`, `<link rel="canonical" href="https://example.org/help/pay/late/">`,
			`<a href="/help/pay/late/">`, `<meta name="robots" content="noindex">`,
		} {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
	}
}

func TestRedirectToAWordThatIsNotLatin(t *testing.T) {
	t.Parallel()
	l := load(t, builtIn(t), map[string]string{"支付/退款 'a'.md": "---\ntitle: 题\naliases: [/old/]\nupdated: 2026-01-01\n---\n"})
	page := html.UnescapeString(string(made(t, l, "old/index.html")))
	m := regexp.MustCompile(`content="0; url=([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page is %s", page)
	}
	// Browsers read the address to its end, but take quotes around it off.
	if strings.ContainsAny(m[1], " '\"") {
		t.Errorf("the refresh leads to %q: blanks and quotes must be encoded", m[1])
	}
}

// Whatever the site's own words contain, the search page shows them as they
// are, and the server can fill it.
func TestSearchTemplateSurvivesTheSitesWords(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	for _, word := range []string{"[[", "]]", "[[.Query]]", "[[[.Query]]]", "[[[[.Query]]]]", "a[[[", "[[/* x", "{{", "{{.}}", "{{end}}", "[[end]]", `"]]`, "<b>[[", "[\u2060[", "%s %d"} {
		t.Run(word, func(t *testing.T) {
			quoted := "'" + word + "'"
			l := load(t, builtIn(t), map[string]string{
				"site.yaml": "title: " + quoted + "\ndescription: " + quoted + "\nfooter: " + quoted + "\nnotices: [" + quoted + "]\nnav:\n  - {title: " + quoted + ", link: a.md}\n",
				"a.md":      "---\ntitle: 题\nproducts: [品]\nupdated: 2026-01-01\n---\n",
			})
			source, err := l.Renderer.SearchTemplate()
			if err != nil {
				t.Fatal(err)
			}
			tmpl, err := publish.ParseSearchTemplate(source)
			if err != nil {
				t.Fatalf("the server cannot read the page: %v", err)
			}
			var page strings.Builder
			if err := tmpl.Execute(&page, publish.SearchView{Query: "WHAT WAS ASKED", Asked: true}); err != nil {
				t.Fatalf("the server cannot fill the page: %v", err)
			}
			// The word joiner that keeps brackets apart is not seen.
			shown := strings.ReplaceAll(html.UnescapeString(page.String()), "\u2060", "")
			want := strings.ReplaceAll(word, "\u2060", "")
			if n := strings.Count(shown, want); n < 5 {
				t.Errorf("the page shows the word %q %d times, want at least 5", want, n)
			}
			if n := strings.Count(shown, "WHAT WAS ASKED"); n > 4 {
				t.Errorf("the page shows the question %d times: the site's words were executed", n)
			}
		})
	}
}

// A link in the navigation is the writer's own text, too.
func TestSearchTemplateSurvivesAddresses(t *testing.T) {
	t.Parallel()
	l := load(t, builtIn(t), map[string]string{
		"site.yaml": "title: 站\nnav:\n  - {title: 外面, link: 'https://example.org/?a=[[.Nope]]'}\n",
		"a.md":      "---\ntitle: 题\nupdated: 2026-01-01\n---\n",
	})
	source, err := l.Renderer.SearchTemplate()
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := publish.ParseSearchTemplate(source)
	if err != nil {
		t.Fatalf("the server cannot read the page: %v", err)
	}
	var page strings.Builder
	if err := tmpl.Execute(&page, publish.SearchView{}); err != nil {
		t.Errorf("the server cannot fill the page: %v", err)
	}
}

func filled(t *testing.T, view publish.SearchView) string {
	t.Helper()
	source, err := load(t, builtIn(t), manySided).Renderer.SearchTemplate()
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := publish.ParseSearchTemplate(source)
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	if err := tmpl.Execute(&page, view); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// The states of the search page, told apart by what any theme must show.
func TestSearchTemplateStates(t *testing.T) {
	t.Parallel()
	hit := publish.SearchHit{
		URL: "/help/pay/late/", Title: "退款 <b> & co", Summary: "概要", Snippet: "一<mark>退款</mark>二",
		Section: publish.SearchSection{URL: "/help/pay/late/#cause", Title: "为什么晚", Kind: "cause"}, Products: []string{"订单甲"}, Causes: []string{"银行处理乙"},
	}
	const hits = `href="/help/pay/late/"`
	for _, tt := range []struct {
		name string
		view publish.SearchView
		has  []string
		not  []string
	}{
		{"no question", publish.SearchView{}, []string{`value=""`}, []string{hits}},
		{"too long", publish.SearchView{Problem: "query_too_long"}, []string{"问题太长了"}, []string{hits}},
		{"unavailable", publish.SearchView{Query: "问题丙", Problem: "unavailable"}, []string{`value="问题丙"`}, []string{hits, "“问题丙”"}},
		{"another problem", publish.SearchView{Problem: "bad_size"}, nil, []string{hits}},
		{"no hits", publish.SearchView{Query: "问题丙", Asked: true, Mode: "exact"}, []string{"“问题丙”", `value="问题丙"`}, []string{hits}},
		{"a question with quotes", publish.SearchView{Query: `"><i>`, Asked: true, Mode: "exact"}, []string{"&lt;i&gt;"}, []string{"<i>"}},
		{
			"one hit",
			publish.SearchView{Query: "问题丙", Asked: true, Mode: "exact", Total: 1, Hits: []publish.SearchHit{hit}},
			[]string{hits, "一<mark>退款</mark>二", "退款 &lt;b&gt; &amp; co", `href="/help/pay/late/#cause"`, "为什么晚", "订单甲"},
			[]string{"<b>", "“问题丙”"},
		},
		{
			"many hits",
			publish.SearchView{Query: "问题丙", Asked: true, Mode: "relaxed", Answered: true, Total: 3217, Hits: []publish.SearchHit{hit}, Next: "/help/search/?q=x&page=2"},
			[]string{hits, "3217", `rel="next"`, "page=2"},
			[]string{`rel="prev"`, "本站可能没有", "最接近的文章"},
		},
		{
			"hits that do not answer",
			publish.SearchView{Query: "问题丙", Asked: true, Mode: "relaxed", Total: 3217, Hits: []publish.SearchHit{hit}, Next: "/help/search/?q=x&page=2"},
			[]string{hits, `rel="next"`, "本站可能没有这个问题", "最接近的文章</h2>"},
			[]string{"3217", "没有完全符合", "“问题丙”"},
		},
		{
			"corrected",
			publish.SearchView{Query: "花贝", Asked: true, Mode: "corrected", Corrected: "花呗", Total: 1, Hits: []publish.SearchHit{hit}, Previous: "/help/search/?q=x"},
			[]string{"花贝", "花呗", `rel="prev"`},
			[]string{`rel="next"`},
		},
		{
			"a summary without a snippet",
			publish.SearchView{Query: "问题丙", Asked: true, Total: 1, Hits: []publish.SearchHit{{URL: "/help/x/", Title: "题", Summary: "只有概要"}}},
			[]string{"只有概要"},
			nil,
		},
		{"facets", publish.SearchView{Query: "问题丙", Asked: true, Total: 1, Hits: []publish.SearchHit{hit}, Facets: []publish.SearchFacet{
			{Name: "kind", Values: []publish.SearchFacetValue{{Value: "cause", Count: 4711, URL: "/help/search/?kind=cause"}, {Value: "case", Count: 1, URL: "/help/search/?kind=case", Active: true}}},
			{Name: "product", Values: []publish.SearchFacetValue{{Value: "<i>", Count: 2, URL: "/help/search/?product=%3Ci%3E"}}},
		}}, []string{"4711", `aria-current="true"`, "&lt;i&gt;", "?kind=cause", "?product=%3Ci%3E"}, []string{"<i>"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := filled(t, tt.view)
			// The words for scripts stand on the page in any case.
			_, inside, _ := strings.Cut(page, "<main")
			inside, _, _ = strings.Cut(inside, `<section id="wf-frequent"`) // links that any search may need
			for _, want := range tt.has {
				if !strings.Contains(inside, want) {
					t.Errorf("the page lacks %q", want)
				}
			}
			for _, bad := range append(tt.not, "[[", "]]", "{{", "%!", "<no value>") {
				if strings.Contains(inside, bad) {
					t.Errorf("the page has %q", bad)
				}
			}
		})
	}
}

// Every language has its own search page in the one template.
func TestSearchPagesOfLanguages(t *testing.T) {
	t.Parallel()
	source, err := load(t, builtIn(t), bilingual).Renderer.SearchTemplate()
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := publish.ParseSearchTemplate(source)
	if err != nil {
		t.Fatal(err)
	}
	for page, has := range map[string]bool{"en/search/": true, "search/": false, "": false, "en/": false, "fr/search/": false, "search.html": false} {
		if got := tmpl.Has(page); got != has {
			t.Errorf("Has(%q) is %v, want %v", page, got, has)
		}
	}
	for page, want := range map[string]string{"en/search/": `<html lang="en">`, "search/": `<html lang="zh-CN">`, "": `<html lang="zh-CN">`, "fr/search/": `<html lang="zh-CN">`} {
		var out strings.Builder
		if err := tmpl.Execute(&out, publish.SearchView{Page: page, Query: "q & a"}); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(out.String(), "<!doctype html>\n"+want) || !strings.Contains(out.String(), "q &amp; a") || strings.Count(out.String(), "<html") != 1 {
			t.Errorf("%q gives %.300s, want %s", page, out.String(), want)
		}
	}
}

// Addresses in JSON are percent-encoded, as URLs are.
func TestSearchLite(t *testing.T) {
	t.Parallel()
	lists, err := load(t, builtIn(t), map[string]string{
		"支付/a b.md": "---\ntitle: 题 <b> & \"引号\"\nsymptoms: [一, 二]\nupdated: 2026-01-01\n---\n",
		"z.md":      "---\ntitle: 没有现象\nupdated: 2026-01-01\n---\n",
	}).Renderer.SearchLists()
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"url":"/z/","title":"没有现象"},{"url":"/%E6%94%AF%E4%BB%98/a-b/","title":"题 <b> & \"引号\"","symptoms":["一","二"]}]` + "\n"
	if got := string(lists[0].Data); got != want {
		t.Errorf("search-lite.json is\n%s\nwant\n%s", got, want)
	}
}

func TestEscapeURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/": "/", "/pay/late/": "/pay/late/", "/花呗/": "/%E8%8A%B1%E5%91%97/", "/a b/": "/a%20b/", "/a?b#c%d/": "/a%3Fb%23c%25d/", "/a&b=c/": "/a&b=c/",
	} {
		if got := render.EscapeURL(in); got != want {
			t.Errorf("EscapeURL(%q) = %q, want %q", in, got, want)
		}
	}
}
