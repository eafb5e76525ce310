package render_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/generate"
	"whyfix/themes"
)

// wellKnown are the files for programs, by path.
func wellKnown(t *testing.T, l *generate.Loaded) map[string]string {
	t.Helper()
	files, err := l.Renderer.WellKnownFiles()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range files {
		out[f.Path] = string(f.Data)
	}
	return out
}

// bilingual is a site with awkward words in two languages.
var bilingual = map[string]string{
	"site.yaml":     "title: 站 <&>\ndescription: 一句\nbase: https://example.org/help/\n",
	"pay/late.md":   "---\ntitle: 退款 </script> [没到] & \"x\"\nsummary: 一句 <b>\nauthor: 编辑部\nsymptoms: [退款没到]\nproducts: [订单]\ndate: 2026-01-02\nupdated: 2026-03-04\n---\n开头。\n\n看[慢](../top.md#cause \"题\")和[外](https://example.net/)，![图](a.png)。\n\n[引用][r]\n\n[r]: ../top.md\n",
	"pay/a.png":     "\x89PNG",
	"top.md":        "# 标题\n\n## 原因\n\n正文 [自己](top.md)。\n",
	"en/index.md":   "---\ntitle: Help\nlanguage: en\n---\nHello [x](late.md).\n",
	"en/late.md":    "---\ntitle: Late\nupdated: 2026-05-06\n---\nText.\n",
	"index.md":      "---\ntitle: 首页\n---\n首页的话。\n",
	"pay/robots.md": "---\ntitle: 无日期\n---\n",
}

func TestWellKnownFiles(t *testing.T) {
	t.Parallel()
	files := wellKnown(t, load(t, themes.Default(), bilingual))
	var names []string
	for name, text := range files {
		names = append(names, name)
		if strings.HasSuffix(name, ".xml") {
			d := xml.NewDecoder(strings.NewReader(text))
			for {
				if _, err := d.Token(); err != nil {
					if err.Error() != "EOF" {
						t.Errorf("%s: %v", name, err)
					}
					break
				}
			}
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"en/feed.xml", "en/llms.txt", "feed.xml", "llms.txt", "robots.txt", "sitemap.xml"}, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for name, wanted := range map[string][]string{
		"sitemap.xml": {
			"<loc>https://example.org/help/pay/late/</loc>\n  <lastmod>2026-03-04</lastmod>", "<loc>https://example.org/help/en/late/</loc>\n  <lastmod>2026-05-06</lastmod>",
			"<loc>https://example.org/help/products/%E8%AE%A2%E5%8D%95/</loc>", "<loc>https://example.org/help/</loc>", "<loc>https://example.org/help/symptoms/</loc>",
		},
		"robots.txt": {"Sitemap: https://example.org/help/sitemap.xml\n", "Disallow: /help/api/\n"},
		"feed.xml": {
			`xml:lang="zh-CN"`, "<id>https://example.org/help/pay/late/</id>", "<published>2026-01-0", "<updated>2026-03-0", "<name>编辑部</name>",
			"退款 &lt;/script&gt; [没到] &amp;", `<link rel="self" type="application/atom+xml" href="https://example.org/help/feed.xml">`,
		},
		"en/feed.xml": {`xml:lang="en"`, "<title>Late</title>", "https://example.org/help/en/late/"},
		"llms.txt": {
			"# 站 <&>\n\n> 一句\n", `- [退款 </script> \[没到\] & "x"](https://example.org/help/pay/late/index.md): 一句 <b>`, "- [English](https://example.org/help/en/llms.txt): Help\n",
		},
		"en/llms.txt": {"# Help\n", "- [Late](https://example.org/help/en/late/index.md)\n"},
	} {
		for _, want := range wanted {
			if !strings.Contains(files[name], want) {
				t.Errorf("%s lacks %s:\n%s", name, want, files[name])
			}
		}
	}
	for _, bad := range []string{"404", "search/", "/help/old"} {
		if strings.Contains(files["sitemap.xml"], bad) {
			t.Errorf("the sitemap names %s", bad)
		}
	}
	if strings.Contains(files["feed.xml"], "en/late") || strings.Contains(files["feed.xml"], "top/") {
		t.Errorf("the feed has an article of another language, or one without a day:\n%s", files["feed.xml"])
	}
}

// Without the site's own address there is nothing that needs it, and a file of
// the writer's comes before the program's.
func TestWellKnownFilesWithoutAnAddress(t *testing.T) {
	t.Parallel()
	l := load(t, themes.Default(), map[string]string{"a.md": "---\ntitle: 题\nsummary: 句\nupdated: 2026-01-01\n---\n", "robots.txt": "mine"})
	files := wellKnown(t, l)
	if diff := cmp.Diff(map[string]string{"llms.txt": "# whyfix\n\n## whyfix\n\n- [题](/a/index.md): 句\n"}, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	page := string(made(t, l, "a/index.html"))
	for _, bad := range []string{"canonical", "og:", "ld+json", "atom+xml"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	if !strings.Contains(page, `<link rel="alternate" type="text/markdown" href="/a/index.md">`) {
		t.Error("the page does not name its Markdown")
	}
}

// A sitemap holds 50,000 addresses; more are several, and a list of them.
func TestLargeSitemap(t *testing.T) {
	withoutDetector(t)
	if testing.Short() {
		t.Skip("many articles")
	}
	t.Parallel()
	files := map[string]string{"site.yaml": "base: https://example.org/\n"}
	for a := range 10 { // what one article may have in its front matter is bounded
		var tags []string
		for i := range 5_001 {
			tags = append(tags, fmt.Sprintf("t%d", a*5_001+i))
		}
		files[fmt.Sprintf("a%d.md", a)] = "---\ntitle: 题\nupdated: 2026-01-01\nproducts: [" + strings.Join(tags, ", ") + "]\n---\n"
	}
	out := wellKnown(t, load(t, themes.Default(), files))
	for name, want := range map[string]int{"sitemap-1.xml": 50_000, "sitemap-2.xml": 22, "sitemap.xml": 2} {
		if got := strings.Count(out[name], "<loc>"); got != want {
			t.Errorf("%s has %d addresses, want %d", name, got, want)
		}
	}
	if !strings.Contains(out["sitemap.xml"], "<sitemap>\n  <loc>https://example.org/sitemap-2.xml</loc>") {
		t.Errorf("the list is %s", out["sitemap.xml"])
	}
}

// What a page says of itself to machines is true, and cannot leave its script
// element.
func TestJSONLD(t *testing.T) {
	t.Parallel()
	l := load(t, themes.Default(), bilingual)
	page := string(made(t, l, "pay/late/index.html"))
	m := regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`).FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page has no data")
	}
	var data struct {
		Context string `json:"@context"`
		Graph   []struct {
			Type  string `json:"@type"`
			Items []struct {
				Position   int
				Name, Item string
			} `json:"itemListElement"`
			Headline, InLanguage, DatePublished, DateModified, MainEntityOfPage string
			Author                                                              struct{ Name string }
			Keywords                                                            []string
		} `json:"@graph"`
	}
	if err := json.Unmarshal([]byte(m[1]), &data); err != nil || data.Context != "https://schema.org" || len(data.Graph) != 2 {
		t.Fatalf("%v: %s", err, m[1])
	}
	crumbs, a := data.Graph[0], data.Graph[1]
	if crumbs.Type != "BreadcrumbList" || len(crumbs.Items) != 3 || crumbs.Items[1].Item != "https://example.org/help/pay/" || crumbs.Items[2].Item != "https://example.org/help/pay/late/" || crumbs.Items[2].Position != 3 {
		t.Errorf("breadcrumbs are %+v", crumbs)
	}
	if a.Type != "TechArticle" || a.Headline != `退款 </script> [没到] & "x"` || a.InLanguage != "zh-CN" || a.DatePublished != "2026-01-02" || a.DateModified != "2026-03-04" || a.Author.Name != "编辑部" || a.MainEntityOfPage != "https://example.org/help/pay/late/" || len(a.Keywords) != 1 {
		t.Errorf("the article is %+v", a)
	}
	for _, want := range []string{
		`<meta property="og:type" content="article">`, `<meta property="og:url" content="https://example.org/help/pay/late/">`, `<meta property="og:locale" content="zh_CN">`,
		`<meta property="og:image" content="https://example.org/help/pay/a.png">`, `<link rel="alternate" type="application/atom+xml" title="站 &lt;&amp;&gt;" href="/help/feed.xml">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// A page as Markdown has its title, and links that lead somewhere.
func TestSources(t *testing.T) {
	t.Parallel()
	l := load(t, themes.Default(), bilingual)
	got := map[string]string{}
	for _, s := range l.Renderer.Sources() {
		data, err := s.Make(nil, l)
		if err != nil {
			t.Fatal(err)
		}
		got[s.File] = string(data)
	}
	want := map[string]string{
		"pay/late/index.md":   "# 退款 </script> [没到] & \"x\"\n\n> 一句 <b>\n\n- “退款没到”\n\n开头。\n\n看[慢](https://example.org/help/top/#cause \"题\")和[外](https://example.net/)，![图](https://example.org/help/pay/a.png)。\n\n[引用][r]\n\n[r]: https://example.org/help/top/\n",
		"top/index.md":        "# 标题\n\n## 原因\n\n正文 [自己](https://example.org/help/top/)。\n",
		"en/index.md":         "# Help\n\nHello [x](https://example.org/help/en/late/).\n\n- [Late](https://example.org/help/en/late/index.md)\n",
		"en/late/index.md":    "# Late\n\nText.\n",
		"index.md":            "# 首页\n\n首页的话。\n\n- [Pay](https://example.org/help/pay/index.md)\n- [标题](https://example.org/help/top/index.md)\n",
		"pay/index.md":        "# Pay\n\n- [退款 </script> \\[没到\\] & \"x\"](https://example.org/help/pay/late/index.md): 一句 <b>\n- [无日期](https://example.org/help/pay/robots/index.md)\n",
		"pay/robots/index.md": "# 无日期\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages as Markdown (-want +got):\n%s", diff)
	}
}
