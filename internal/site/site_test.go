package site

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// now is when these sites are built.
var now = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// input reads a site from its files: Markdown, settings, tags; any other file
// is an asset.
func input(t *testing.T, files map[string]string) Input {
	t.Helper()
	in := Input{Settings: content.DefaultSettings(), Options: Options{Now: now}}
	if text, ok := files[content.SiteFile]; ok {
		var diags diag.List
		if in.Settings, diags = content.ParseSettings([]byte(text)); len(diags) > 0 {
			t.Fatal(said(diags))
		}
	}
	if text, ok := files[content.TagsFile]; ok {
		var diags diag.List
		if in.Tags, diags = content.ParseTags([]byte(text)); len(diags) > 0 {
			t.Fatal(said(diags))
		}
	}
	parser := markdown.NewParser(markdown.Options{Words: in.Settings.Kinds})
	for path, text := range files {
		switch content.Classify(path) {
		case content.ClassArticle, content.ClassIndex:
			a, diags := content.ParseArticle(path, []byte(text), parser)
			if len(diags) > 0 {
				t.Fatal(said(diags))
			}
			in.Articles = append(in.Articles, a)
		case content.ClassAsset:
			in.Assets = append(in.Assets, Asset{Path: path, Width: 20, Height: 10})
		}
	}
	return in
}

// said is what a person reads.
func said(diags diag.List) string {
	var b strings.Builder
	_ = diag.Printer{}.Print(&b, diags)
	return b.String()
}

// good resolves a site that must be without mistakes.
func good(t *testing.T, in Input) *Site {
	t.Helper()
	s, diags := Resolve(in)
	if len(diags) > 0 {
		t.Fatal(said(diags))
	}
	return s
}

// article writes a Markdown file.
func article(front, body string) string { return "---\n" + front + "\n---\n\n" + body }

func (s *Site) article(t *testing.T, path string) *Article {
	t.Helper()
	for _, a := range s.Articles {
		if a.Path == path {
			return a
		}
	}
	t.Fatalf("no article %s", path)
	return nil
}

func paths(articles []*Article) []string {
	out := []string{}
	for _, a := range articles {
		out = append(out, a.Path)
	}
	return out
}

func titles(steps []*Step) []string {
	out := []string{}
	for _, s := range steps {
		out = append(out, s.Title)
	}
	return out
}

func TestAddresses(t *testing.T) {
	files := map[string]string{
		"index.md":                article("title: 首页", ""),
		"about.md":                article("title: 关于", ""),
		"pay/index.md":            article("title: 付款\nslug: payment", ""),
		"pay/refund-late.md":      article("title: 甲", ""),
		"pay/退款 没到.md":            article("title: 乙", ""),
		"pay/x.md":                article("title: 丙\nslug: 花呗", ""),
		"pay/card/lost/a.md":      article("title: 丁", ""),
		"no index/b.markdown":     article("title: 戊", ""),
		"pay/step 1.svg":          "",
		"A.B.md":                  article("title: 己", ""),
		"what?is#it%20&<>\"'.md":  article("title: 庚", ""),
		"pay/card/lost/index.md":  article("title: 丢卡", ""),
		"account/bank_card/c.md":  article("title: 辛", ""),
		"account/bank_card/d.svg": "",
	}
	for _, tt := range []struct{ base, prefix, origin string }{
		{"", "/", ""},
		{"/", "/", ""},
		{"/help", "/help/", ""},
		{"/help/", "/help/", ""},
		{"https://example.org", "/", "https://example.org"},
		{"https://example.org/a/b/", "/a/b/", "https://example.org"},
		{"https://example.org/a//b/../c", "/a/c/", "https://example.org"},
	} {
		t.Run(tt.base, func(t *testing.T) {
			in := input(t, files)
			in.Options.Base = tt.base
			s := good(t, in)
			if s.Prefix != tt.prefix || s.Origin != tt.origin {
				t.Errorf("got prefix %q and origin %q, want %q and %q", s.Prefix, s.Origin, tt.prefix, tt.origin)
			}
			got := map[string]string{}
			for _, a := range s.Articles {
				got[a.Path] = a.URL
				if want := strings.TrimPrefix(a.URL, s.Prefix) + "index.html"; a.File != want {
					t.Errorf("%s: got file %q, want %q", a.Path, a.File, want)
				}
			}
			for _, c := range append([]*Category{s.Root}, s.Categories...) {
				got[c.Path+"/"] = c.URL
			}
			want := map[string]string{
				"/": "", "about.md": "about/", "A.B.md": "A.B/", "what?is#it%20&<>\"'.md": "whatisit20/",
				"pay/": "payment/", "pay/refund-late.md": "payment/refund-late/", "pay/退款 没到.md": "payment/退款-没到/", "pay/x.md": "payment/花呗/",
				"pay/card/": "payment/card/", "pay/card/lost/": "payment/card/lost/", "pay/card/lost/a.md": "payment/card/lost/a/",
				"no index/": "no-index/", "no index/b.markdown": "no-index/b/", "account/": "account/", "account/bank_card/": "account/bank_card/", "account/bank_card/c.md": "account/bank_card/c/",
			}
			for k, v := range want {
				want[k] = tt.prefix + v
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("addresses (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCategories(t *testing.T) {
	s := good(t, input(t, map[string]string{
		"site.yaml": "title: 帮助", "index.md": article("title: 首页\nsummary: 欢迎", "文。"),
		"a.md": article("title: 甲\ndate: 2026-01-01", ""), "b.md": article("title: 乙\ndate: 2026-02-01", ""),
		"pay/late.md": article("title: 丙\nupdated: 2026-03-01", ""), "pay/card/lost.md": article("title: 丁", ""), "bank-card/x.md": article("title: 戊", ""),
	}))
	type category struct {
		Path, Title, Parent string
		Count               int
		Articles            []string
	}
	var got []category
	for _, c := range append([]*Category{s.Root}, s.Categories...) {
		parent := "none"
		if c.Parent != nil {
			parent = c.Parent.Path
		}
		got = append(got, category{c.Path, c.Title, parent, c.Count(), paths(c.Articles)})
	}
	want := []category{
		{"", "首页", "none", 5, []string{"b.md", "a.md"}},
		{"bank-card", "Bank card", "", 1, []string{"bank-card/x.md"}},
		{"pay", "Pay", "", 2, []string{"pay/late.md"}},
		{"pay/card", "Card", "pay", 1, []string{"pay/card/lost.md"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"pay/late.md", "b.md", "a.md", "bank-card/x.md", "pay/card/lost.md"}, paths(s.Languages[0].Newest)); diff != "" {
		t.Errorf("newest (-want +got):\n%s", diff)
	}
	if s.Title != "帮助" || s.Root.Summary != "欢迎" {
		t.Errorf("got title %q and summary %q", s.Title, s.Root.Summary)
	}
}

func TestTitle(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		files      map[string]string
	}{
		{"from the settings", "帮助", map[string]string{"site.yaml": "title: 帮助", "index.md": article("title: 首页", "")}},
		{"from the home page", "首页", map[string]string{"index.md": article("title: 首页", "")}},
		{"of nothing", "whyfix", nil},
	} {
		if got := good(t, input(t, tt.files)).Title; got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestHiddenArticles(t *testing.T) {
	files := map[string]string{
		"a.md": article("title: 甲\ndate: 2026-06-15", ""), "draft.md": article("title: 草稿\ndraft: true", ""),
		"later.md": article("title: 以后\ndate: 2026-06-16", ""), "soon.md": article("title: 不久\ndate: 2026-06-15T12:00:01Z", ""),
		"secret/draft.md": article("title: 藏\ndraft: true", ""), "pay/index.md": article("title: 付款\ndraft: true", ""), "pay/x.md": article("title: 乙", ""),
	}
	in := input(t, files)
	s := good(t, in)
	if diff := cmp.Diff([]string{"a.md", "pay/x.md"}, paths(s.Articles)); diff != "" {
		t.Errorf("articles (-want +got):\n%s", diff)
	}
	next := s.NextChange
	next.At = next.At.UTC() // from the time zone of this machine
	if want := (Change{At: time.Date(2026, 6, 15, 12, 0, 1, 0, time.UTC), Path: "soon.md", What: diag.Say("appears")}); next != want {
		t.Errorf("next change: got %+v, want %+v", next, want)
	}
	var folders []string
	for _, c := range s.Categories {
		folders = append(folders, c.Path+" "+c.Title)
	}
	if diff := cmp.Diff([]string{"pay Pay"}, folders); diff != "" {
		t.Errorf("a folder of drafts has a page, or a draft gives a title (-want +got):\n%s", diff)
	}

	in.Options.Drafts = true
	s = good(t, in)
	if got, want := len(s.Articles), 6; got != want {
		t.Errorf("with drafts: got %d articles, want %d", got, want)
	}
	if s.NextChange != (Change{}) {
		t.Errorf("with drafts: got next change %+v, want none", s.NextChange)
	}
}

func TestDates(t *testing.T) {
	commit := time.Date(2026, 5, 5, 5, 5, 5, 0, time.UTC)
	in := input(t, map[string]string{
		"none.md": article("title: 甲", ""), "date.md": article("title: 乙\ndate: 2026-01-01", ""),
		"updated.md": article("title: 丙\ndate: 2026-01-01\nupdated: 2026-02-02", ""),
		"stale.md":   article("title: 丁\nreview_by: 2026-06-13", ""), "today.md": article("title: 戊\nreview_by: 2026-06-15", ""),
	})
	in.Commits = map[string]time.Time{"date.md": commit, "updated.md": commit}
	s := good(t, in)
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.Local) }
	for _, tt := range []struct {
		path           string
		updated, shown time.Time
		stale          bool
	}{
		{"none.md", time.Time{}, time.Time{}, false},
		{"date.md", commit, commit, false},
		{"updated.md", day(2026, 2, 2), day(2026, 2, 2), false},
		{"stale.md", time.Time{}, time.Time{}, true},
		{"today.md", time.Time{}, time.Time{}, false},
	} {
		a := s.article(t, tt.path)
		if !a.Updated.Equal(tt.updated) || !a.Shown().Equal(tt.shown) || a.Stale != tt.stale {
			t.Errorf("%s: got %s, %s, stale %v; want %s, %s, %v", tt.path, a.Updated, a.Shown(), a.Stale, tt.updated, tt.shown, tt.stale)
		}
	}
}

func TestTags(t *testing.T) {
	in := input(t, map[string]string{
		"tags.yaml": "花呗: {description: 先消费后还款, slug: huabei, names: [蚂蚁花呗, Huabei]}\n",
		"a.md":      article("title: 甲\nproducts: [蚂蚁花呗, 借呗]\ncauses: [花呗]\ndate: 2026-01-01", ""),
		"b.md":      article("title: 乙\nproducts: [HUABEI]\nsolutions: [Wait a Bit]\ndate: 2026-02-01", ""),
		"c.md":      article("title: 丙\nproducts: [花呗]\ncases: [a.b/c]", ""),
	})
	s := good(t, in)
	type tag struct {
		Family, Name, URL, Description string
		Names, Articles                []string
	}
	var got []tag
	for _, f := range s.Languages[0].Families {
		for _, x := range f.Tags {
			got = append(got, tag{x.Family.String(), x.Name, x.URL, x.Description, x.Names, paths(x.Articles)})
		}
	}
	names := []string{"蚂蚁花呗", "Huabei"}
	want := []tag{
		{"product", "花呗", "/products/huabei/", "先消费后还款", names, []string{"b.md", "a.md", "c.md"}},
		{"product", "借呗", "/products/借呗/", "", nil, []string{"a.md"}},
		{"cause", "花呗", "/causes/huabei/", "先消费后还款", names, []string{"a.md"}},
		{"solution", "Wait a Bit", "/solutions/wait-a-bit/", "", nil, []string{"b.md"}},
		{"case", "a.b/c", "/cases/a-b-c/", "", nil, []string{"c.md"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}

	// The same tag under two names is given twice.
	in = input(t, map[string]string{"tags.yaml": "花呗: {names: [蚂蚁花呗]}", "a.md": article("title: 甲\nproducts: [花呗, 蚂蚁花呗]", "")})
	s, diags := Resolve(in)
	if got, want := said(diags), "a.md:3:16: warning: the tag \"花呗\" is given twice\n    hint: delete one of the two\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := len(s.Articles[0].Tags[Product]); got != 1 {
		t.Errorf("got %d tags, want 1", got)
	}
}

func TestChain(t *testing.T) {
	s := good(t, input(t, map[string]string{
		"tags.yaml": "系统维护: {names: [维护]}\n等待: {slug: wait}\n",
		"a.md": article("title: 甲\ncauses: [系统维护, 风险控制]\nsolutions: [等待]\ncases: [换卡]", `
## 原因

### 正在维护 {tag="维护"}

### 风险控制

### 别的原因 {#other}

## 判断

### 别人行不行 {for="系统维护"}

### 有没有提示 {for="风险控制、别的原因"}

### 风险控制

## 解决

### 等一等 {tag="等待" for="维护，other"}

### 核验 {for="风险控制"}

### 什么都行

## 别的

### 不算

## 案例

### 换卡
`),
	}))
	chain := s.Articles[0].Chain()
	var got []string
	for _, list := range [][]*Step{chain.Causes, chain.Checks, chain.Solutions, chain.Cases} {
		for _, step := range list {
			tag := ""
			if step.Tag != nil {
				tag = step.Tag.Family.Folder() + "/" + step.Tag.Name
			}
			got = append(got, fmt.Sprintf("%s %s [%s] for %q checks %q solutions %q at %s", step.Kind, step.Title, tag, titles(step.For), titles(step.Checks), titles(step.Solutions), step.URL()))
		}
	}
	want := []string{
		`cause 正在维护 [causes/系统维护] for [] checks ["别人行不行"] solutions ["等一等"] at /a/#正在维护`,
		`cause 风险控制 [causes/风险控制] for [] checks ["有没有提示"] solutions ["核验"] at /a/#风险控制`,
		`cause 别的原因 [] for [] checks ["有没有提示"] solutions ["等一等"] at /a/#other`,
		`check 别人行不行 [] for ["正在维护"] checks [] solutions [] at /a/#别人行不行`,
		`check 有没有提示 [] for ["风险控制" "别的原因"] checks [] solutions [] at /a/#有没有提示`,
		`check 风险控制 [causes/风险控制] for [] checks [] solutions [] at /a/#风险控制-2`,
		`solution 等一等 [solutions/等待] for ["正在维护" "别的原因"] checks [] solutions [] at /a/#等一等`,
		`solution 核验 [] for ["风险控制"] checks [] solutions [] at /a/#核验`,
		`solution 什么都行 [] for [] checks [] solutions [] at /a/#什么都行`,
		`case 换卡 [cases/换卡] for [] checks [] solutions [] at /a/#换卡`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("chain (-want +got):\n%s", diff)
	}
	for _, f := range s.Languages[0].Families {
		for _, tag := range f.Tags {
			for _, step := range tag.Steps() {
				if step.Tag != tag {
					t.Errorf("%s: its step %s is about another tag", tag.Name, step.Title)
				}
			}
		}
	}
}

// One cause is one cause, however often and by whatever name it is called.
func TestChainSameCauseTwice(t *testing.T) {
	s := good(t, input(t, map[string]string{
		"tags.yaml": "系统维护: {names: [维护]}\n",
		"a.md":      article("title: 甲\ncauses: [系统维护]", "## 原因\n\n### 正在维护 {tag=\"维护\"}\n\n## 解决\n\n### 等 {for=\"维护, 系统维护, 正在维护\"}\n"),
	}))
	chain := s.Articles[0].Chain()
	if got, want := titles(chain.Causes[0].Solutions), []string{"等"}; !slices.Equal(got, want) {
		t.Errorf("solutions of the cause: got %q, want %q", got, want)
	}
	if got, want := titles(chain.Solutions[0].For), []string{"正在维护"}; !slices.Equal(got, want) {
		t.Errorf("causes of the solution: got %q, want %q", got, want)
	}
}

func TestLinks(t *testing.T) {
	files := map[string]string{
		"index.md":          article("title: 首页", "[a](pay/refund.md) [b](pay/index.md) [c](pay/) ![d](logo.svg)"),
		"pay/index.md":      article("title: 付款\nslug: payment", "[a](refund.md) [b](../index.md)"),
		"pay/step 1.svg":    "",
		"pay/100%.svg":      "",
		"pay/100%25.svg":    "",
		"pay/a#b?c.svg":     "",
		"logo.svg":          "",
		"doc/form.pdf":      "",
		"empty/x.svg":       "",
		"card/lost.md":      article("title: 丢卡", ""),
		"pay/退款.md":         article("title: 退款\naliases: [/old/]", "## 原因\n\n慢。\n"),
		"pay/refund.md":     "",
		"pay/deep/other.md": article("title: 深", "[a](../refund.md) [b](../../card/lost.md) [c](/card/lost.md) ![d](/pay/step%201.svg)"),
	}
	for _, tt := range []struct{ link, want string }{
		{"[x](退款.md)", "/help/payment/退款/"},
		{"[x](%E9%80%80%E6%AC%BE.md)", "/help/payment/退款/"},
		{"[x](退款.md#cause)", "/help/payment/退款/#cause"},
		{"[x](退款.md#%E5%8E%9F%E5%9B%A0)", "/help/payment/退款/#原因"},
		{"[x](退款.md?a=b#cause)", "/help/payment/退款/?a=b#cause"},
		{"[x](./退款.md)", "/help/payment/退款/"},
		{"[x](../pay/退款.md)", "/help/payment/退款/"},
		{"[x](/pay/退款.md)", "/help/payment/退款/"},
		{"[x](../card/lost.md)", "/help/card/lost/"},
		{"[x](../card/)", "/help/card/"},
		{"[x](../card)", "/help/card/"},
		{"[x](../card/index.md)", "/help/card/"},
		{"[x](../index.md)", "/help/"},
		{"[x](../)", "/help/"},
		{"[x](/)", "/help/"},
		{"[x](index.md)", "/help/payment/"},
		{"[x](.)", "/help/payment/"},
		{"[x](/payment/退款/)", "/help/payment/退款/"},
		{"[x](/search/)", "/help/search/"},
		{"[x](../doc/form.pdf)", "/help/doc/form.pdf"},
		{"[x](../doc/form.pdf#page=2)", "/help/doc/form.pdf#page=2"},
		{"[x](#own)", "#own"},
		{"[x](#)", "#"},
		{"[x](#top)", "#top"},
		{"[x](refund.md#own)", "/help/payment/refund/#own"},
		{"[x](https://example.org/花?a=b#c)", "https://example.org/花?a=b#c"},
		{"[x](//example.org/a)", "//example.org/a"},
		{"[x](mailto:a@example.org)", "mailto:a@example.org"},
		{"![x](<step 1.svg>)", "/help/pay/step 1.svg"},
		{"![x](step%201.svg)", "/help/pay/step 1.svg"},
		{"![x](../logo.svg)", "/help/logo.svg"},
		{"![x](/logo.svg)", "/help/logo.svg"},
		{"![x](https://example.org/a.png)", "https://example.org/a.png"},
	} {
		t.Run(tt.link, func(t *testing.T) {
			files["pay/refund.md"] = article("title: 退款慢", "## 自己的 {#own}\n\n"+tt.link+"\n")
			in := input(t, files)
			in.Options.Base = "/help/"
			s := good(t, in)
			if got := s.article(t, "pay/refund.md").Targets[0].URL; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}

	// A file is found by its name, whatever characters that has, and the page
	// asks for exactly this file.
	for name, want := range map[string]string{"100%": "/pay/100%25.svg", "100%25": "/pay/100%2525.svg", "a#b?c": "/pay/a%23b%3Fc.svg"} {
		t.Run(name, func(t *testing.T) {
			encoded := strings.NewReplacer("%", "%25", "#", "%23", "?", "%3F").Replace(name)
			files["pay/refund.md"] = article("title: 退款慢", "文![x]("+encoded+".svg)字\n")
			a := good(t, input(t, files)).article(t, "pay/refund.md")
			if got := a.Doc.Intro.HTML.HTML(a.Targets, nil); !strings.Contains(got, `src="`+want+`"`) {
				t.Errorf("got %s, want src=%q", got, want)
			}
		})
	}

	// An image has its size, and a page of a folder its links.
	files["pay/refund.md"] = article("title: 退款慢", "## 原因\n\n![x](../logo.svg)\n")
	s := good(t, input(t, files))
	if got, want := s.article(t, "pay/refund.md").Targets[0], (markdown.Target{URL: "/logo.svg", Width: 20, Height: 10}); got != want {
		t.Errorf("image: got %+v, want %+v", got, want)
	}
	var got []string
	for _, target := range s.Root.Targets {
		got = append(got, target.URL)
	}
	if diff := cmp.Diff([]string{"/payment/refund/", "/payment/", "/payment/", "/logo.svg"}, got); diff != "" {
		t.Errorf("links of the home page (-want +got):\n%s", diff)
	}
}

func TestBacklinks(t *testing.T) {
	s := good(t, input(t, map[string]string{
		"a.md": article("title: 甲", "[b](b.md) [b](b.md#x) [a](a.md) [c](c.md)"), "b.md": article("title: 乙", "## x\n\n[c](c.md)"),
		"c.md": article("title: 丙", ""), "index.md": article("title: 首页", "[c](c.md)"),
	}))
	for path, want := range map[string][]string{"a.md": {}, "b.md": {"a.md"}, "c.md": {"a.md", "b.md"}} {
		if diff := cmp.Diff(want, paths(s.article(t, path).Backlinks)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestRelated(t *testing.T) {
	files := map[string]string{
		"a.md":         article("title: 甲\nproducts: [花呗]\ncauses: [维护]\nrelated: [far/x.md, y.md, a.md, far/x.md]", ""),
		"b.md":         article("title: 乙\nproducts: [花呗]\ncauses: [维护]", ""),
		"c.md":         article("title: 丙\nproducts: [花呗]", ""),
		"y.md":         article("title: 丁", ""),
		"far/x.md":     article("title: 戊\nrelated: [z.md, ../y.md]", ""),
		"far/z.md":     article("title: 己", ""),
		"far/alone.md": article("title: 庚\nproducts: [独]", ""),
	}
	s := good(t, input(t, files))
	for path, want := range map[string][]string{
		"a.md":         {"far/x.md", "y.md", "b.md", "c.md"},
		"b.md":         {"a.md", "c.md"},
		"c.md":         {"a.md", "b.md"},
		"far/x.md":     {"far/z.md", "y.md"},
		"far/alone.md": {},
	} {
		if diff := cmp.Diff(want, paths(s.article(t, path).Related())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}

	// Never more than six, never itself, and rare tags count most.
	many := map[string]string{"target.md": article("title: 甲\nproducts: [花呗]\ncauses: [罕见]", ""), "rare.md": article("title: 罕\ncauses: [罕见]", "")}
	for i := range 60 {
		many[fmt.Sprintf("n%02d.md", i)] = article(fmt.Sprintf("title: 第%d篇\nproducts: [花呗]\ndate: 2026-01-%02d", i, i%28+1), "")
	}
	s = good(t, input(t, many))
	for _, a := range s.Articles {
		if len(a.Related()) > maxRelated || slices.Contains(a.Related(), a) {
			t.Errorf("%s: got %q", a.Path, paths(a.Related()))
		}
	}
	if got := paths(s.article(t, "target.md").Related()); len(got) != maxRelated || got[0] != "rare.md" {
		t.Errorf("got %q, want rare.md first of %d", got, maxRelated)
	}
}

func TestRedirects(t *testing.T) {
	in := input(t, map[string]string{
		"pay/index.md": article("title: 付款\naliases: [/payments]", ""), "pay/a.md": article("title: 甲\naliases: [/old/a/, /a.html, /旧/, /deep//x/../y]", ""),
	})
	in.Options.Base = "/help/"
	s := good(t, in)
	var got []string
	for _, r := range s.Redirects {
		got = append(got, r.URL+" "+r.File+" → "+r.To)
	}
	want := []string{
		"/help/old/a/ old/a/index.html → /help/pay/a/", "/help/a.html a.html → /help/pay/a/", "/help/旧/ 旧/index.html → /help/pay/a/", "/help/deep/y/ deep/y/index.html → /help/pay/a/",
		"/help/payments/ payments/index.html → /help/pay/",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("redirects (-want +got):\n%s", diff)
	}
}

// The home page's aliases lead to it.
func TestRedirectsToHome(t *testing.T) {
	s := good(t, input(t, map[string]string{"index.md": article("title: 首页\naliases: [/home/]", ""), "a.md": article("title: 甲", "")}))
	if len(s.Redirects) != 1 || s.Redirects[0].URL != "/home/" || s.Redirects[0].To != "/" {
		t.Errorf("got %+v, want /home/ → /", s.Redirects)
	}
}

func TestNavigation(t *testing.T) {
	in := input(t, map[string]string{
		"site.yaml":     "nav:\n  - {title: 一, link: pay/refund.md}\n  - {title: 二, link: pay/}\n  - {title: 三, link: /pay/refund/}\n  - {title: 四, link: 'https://example.org/'}\n  - {title: 五, link: 'pay/refund.md#cause'}\n  - {title: 六, link: doc.pdf}\n",
		"pay/refund.md": article("title: 甲", "## 原因\n\n慢。"), "doc.pdf": "",
	})
	in.Options.Base = "/help/"
	want := []Link{{"一", "/help/pay/refund/", false}, {"二", "/help/pay/", false}, {"三", "/help/pay/refund/", false}, {"四", "https://example.org/", true}, {"五", "/help/pay/refund/#cause", false}, {"六", "/help/doc.pdf", false}}
	if diff := cmp.Diff(want, good(t, in).Languages[0].Nav); diff != "" {
		t.Errorf("navigation (-want +got):\n%s", diff)
	}
}

// describe writes a whole site down, by names instead of pointers.
func describe(s *Site, diags diag.List) string {
	var b strings.Builder
	fmt.Fprintln(&b, s.Title, s.Prefix, s.Origin, s.NextChange, s.Languages[0].Nav, s.Redirects)
	for _, c := range append([]*Category{s.Root}, s.Categories...) {
		fmt.Fprintln(&b, "category", c.Path, c.URL, c.Title, c.Count(), paths(c.Articles), c.Targets)
		for _, child := range c.Children {
			fmt.Fprintln(&b, "  child", child.Path)
		}
	}
	fmt.Fprintln(&b, "newest", paths(s.Languages[0].Newest))
	for _, a := range s.Articles {
		fmt.Fprintln(&b, "article", a.Path, a.URL, a.File, a.Category.Path, a.Stale, a.Updated, paths(a.Related()), paths(a.Backlinks), a.Targets)
		for _, list := range [][]*Step{a.Chain().Causes, a.Chain().Checks, a.Chain().Solutions, a.Chain().Cases} {
			for _, step := range list {
				fmt.Fprintln(&b, "  step", step.Kind, step.ID, titles(step.For), titles(step.Checks), titles(step.Solutions))
			}
		}
	}
	for _, f := range s.Languages[0].Families {
		for _, tag := range f.Tags {
			fmt.Fprintln(&b, "tag", tag.URL, tag.Name, tag.Names, paths(tag.Articles), titles(tag.Steps()))
		}
	}
	return b.String() + said(diags)
}

// The order in which files are read must not show anywhere, mistakes included.
func TestDeterministic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	files := map[string]string{"tags.yaml": "标签0: {names: [别名]}\n标签1: {slug: eins}\n无人: 用\n"}
	for i := range 60 {
		front := fmt.Sprintf("title: 第%d篇\nproducts: [标签%d, 标签%d]\ncauses: [因%d]\nsolutions: [办法%d]\naliases: [/old/%d/]", i, i%5, 5+i%3, i%7, i%4, i/2)
		switch i % 5 {
		case 0:
			front += fmt.Sprintf("\ndate: 2026-0%d-01", i%9+1)
		case 1:
			front += "\nslug: same"
		case 2:
			front += fmt.Sprintf("\nrelated: [d0/a%d.md]", i/2)
		}
		body := fmt.Sprintf("[x](../d%d/a%d.md) ![y](../img%d.svg)\n\n## 原因\n\n### 因%d\n\n## 解决\n\n### 办法%d {for=\"因%d\"}\n", i%3, i/2, i%4, i%7, i%4, i%7)
		files[fmt.Sprintf("d%d/a%d.md", i%3, i)] = article(front, body)
	}
	for i := range 3 {
		files[fmt.Sprintf("img%d.svg", i)] = ""
		files[fmt.Sprintf("d%d/index.md", i)] = article(fmt.Sprintf("title: 类%d", i), "[x](a1.md)")
	}
	in := input(t, files)
	want := describe(Resolve(in))
	for range 20 {
		r.Shuffle(len(in.Articles), func(i, j int) { in.Articles[i], in.Articles[j] = in.Articles[j], in.Articles[i] })
		r.Shuffle(len(in.Assets), func(i, j int) { in.Assets[i], in.Assets[j] = in.Assets[j], in.Assets[i] })
		if diff := cmp.Diff(want, describe(Resolve(in))); diff != "" {
			t.Fatalf("after shuffling (-want +got):\n%s", diff)
		}
	}
}

// The site must not write into what it was given: that is cached and shared.
func TestResolveLeavesInput(t *testing.T) {
	in := input(t, map[string]string{
		"a.md": article("title: 甲\nproducts: [花呗]\nrelated: [b.md]", "[b](b.md)\n\n## 原因\n\n### 甲\n"), "b.md": article("title: 乙\nproducts: [花呗]", ""), "x.svg": "",
	})
	want := describe(Resolve(in))
	done := make(chan string)
	for range 4 {
		go func() { done <- describe(Resolve(in)) }()
	}
	for range 4 {
		if diff := cmp.Diff(want, <-done); diff != "" {
			t.Errorf("resolved again (-want +got):\n%s", diff)
		}
	}
}

// However many articles share their tags, each has no more related ones than
// it shows.
func TestManyArticles(t *testing.T) {
	parser := markdown.NewParser(markdown.Options{})
	in := Input{Settings: content.DefaultSettings(), Options: Options{Now: now}}
	for i := range 5000 {
		text := article(fmt.Sprintf("title: 第%d篇\nproducts: [花呗]\ncauses: [维护]", i), fmt.Sprintf("[x](a%d.md)\n", (i+1)%5000))
		a, _ := content.ParseArticle(fmt.Sprintf("a%d.md", i), []byte(text), parser)
		in.Articles = append(in.Articles, a)
	}
	s := good(t, in)
	if got, want := len(s.Articles[0].Related()), maxRelated; got != want {
		t.Errorf("related: got %d, want %d", got, want)
	}
}

// What cannot be built is said once, at the place that can be changed.
func TestAddressesThatCannotBe(t *testing.T) {
	long := strings.Repeat("花", 90)
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"home":         {map[string]string{"index.html": ""}, "index.html: the address / is already taken by the home page\n    hint: give one of the two another name or slug\n"},
		"no name":      {map[string]string{"???.md": article("title: 甲", "")}, "???.md: no address can be made of this name\n    hint: rename it, with letters or digits\n"},
		"dots":         {map[string]string{"\"..md": article("title: 甲", "")}, "\"..md: no address can be made of this name\n    hint: rename it, with letters or digits\n"},
		"no folder":    {map[string]string{"?/a.md": article("title: 甲", "")}, "?: no address can be made of this name\n    hint: rename it, with letters or digits\n"},
		"program":      {map[string]string{"API.md": article("title: 甲", "")}, "API.md: the address /API/ belongs to the program\n    hint: give it another name or slug\n"},
		"program file": {map[string]string{"site.yaml": "files: [\"*\"]\n", "assets": ""}, "assets: the address /assets belongs to the program\n    hint: rename the file\n"},
		"folder": {
			map[string]string{"api/a.md": article("title: 甲", ""), "api/b/c.md": article("title: 乙", "")},
			"api: the folder api/ belongs to the program\n    hint: rename the folder, or give its index.md another slug: at the top, assets/ and api/ are the program's\n",
		},
		"below a file": {
			map[string]string{"site.yaml": "files: [\"*\"]\n", "old": "", "pay/index.md": article("title: 甲\nslug: old", ""), "pay/a.md": article("title: 乙", ""), "pay/b.md": article("title: 丙", "")},
			"pay/index.md:3:7: the address /old/ is already taken by old\n    hint: give one of the two another name or slug\n",
		},
		"above a file": {
			map[string]string{"old.d/x.png": "", "a.md": article("title: 甲\naliases: [/old.d]", "")},
			"a.md:3:11: the address /old.d is already taken by old.d/x.png\n    hint: take this alias out, or give the other page another address\n",
		},
		"long alias": {map[string]string{"a.md": article("title: 甲\naliases: [/"+long+"/]", "")}, "a.md:3:11: the address is too long\n    hint: use at most 80 characters between two “/”\n"},
		"long tag":   {map[string]string{"a.md": article("title: 甲\nproducts: ["+long+"]", "")}, "a.md:3:12: the name is too long for an address\n    hint: use at most 80 characters, or give it a slug in tags.yaml\n"},
		"backslash":  {map[string]string{`a\b.png`: ""}, "a\\b.png: a file's name cannot have a backslash\n    hint: rename the file\n"},
		"two indexes": {
			map[string]string{"a/index.md": article("title: 甲", ""), "a/index.markdown": article("title: 乙", "[x](index.md)")},
			"a/index.md: the folder has two index files: a/index.markdown is the other\n    hint: delete one of the two\n",
		},
		"family": {
			map[string]string{"products/index.md": article("title: 乙", ""), "a.md": article("title: 甲\nproducts: [花呗, 借呗]", "")},
			"products/index.md: the address /products/ belongs to the list of tags\n    hint: rename the folder, or give its index.md another slug\n",
		},
		"family's file": {
			map[string]string{"site.yaml": "files: [\"*\"]\n", "products": "", "a.md": article("title: 甲\nproducts: [花呗, 借呗]", "")},
			"products: the address /products/ belongs to the list of tags\n    hint: rename the file\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := Resolve(input(t, tt.files))
			if diff := cmp.Diff(tt.want, said(diags)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A link to what was already reported is no second mistake.
func TestLinksSaidOnce(t *testing.T) {
	in := input(t, map[string]string{
		"a.md":      article("title: 甲\nslug: b", ""),
		"b.md":      article("title: 乙", ""),
		"links.md":  article("title: 丙\nrelated: [b.md, unread.md]", "[x](b.md) [y](unread.md)"),
		"site.yaml": "nav: [{title: 一, link: 'java\tscript:alert(1)'}, {title: 二, link: 'JavaScript:alert(1)'}]\n",
	})
	in.Unread = []string{"unread.md"}
	s, diags := Resolve(in)
	want := `b.md: the address /b/ is already taken by a.md
    hint: give one of the two another name or slug
site.yaml:1:24: this kind of address could run a program in the reader's browser
    hint: use an address that starts with https:, mailto: or tel:, or a path
site.yaml:1:66: this kind of address could run a program in the reader's browser
    hint: use an address that starts with https:, mailto: or tel:, or a path
`
	if diff := cmp.Diff(want, said(diags)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(s.Languages[0].Nav) > 0 {
		t.Errorf("got %v in the navigation, want nothing", s.Languages[0].Nav)
	}
}

func TestAnchors(t *testing.T) {
	files := map[string]string{
		"pay/index.md": article("title: 付款", "## 原因\n\n慢。"),
		"pay/a.md":     article("title: 甲", ""),
		"card/b.md":    article("title: 乙", ""),
	}
	for link, want := range map[string]string{
		"pay/index.md#cause": "", "pay/#cause": "", "/pay/#cause": "", "card/#theme": "", "/search/#theme": "",
		"pay/index.md#x": "there is no anchor \"#x\" in pay/index.md; its anchors are: cause, 原因",
		"pay/#x":         "there is no anchor \"#x\" in pay/index.md; its anchors are: cause, 原因",
		"/pay/a/#x":      "there is no anchor \"#x\" in pay/a.md; it has no anchors: leave out what stands after the path",
		"#x":             "there is no anchor \"#x\" in this page; it has no anchors: leave out what stands after the path",
		`pay\a.md`:       `there is no article "pay\\a.md"; write / instead of \`,
	} {
		t.Run(link, func(t *testing.T) {
			files["index.md"] = article("title: 首页", "[x]("+link+")")
			_, diags := Resolve(input(t, files))
			got := ""
			for _, d := range diags {
				got += d.Message.En + "; " + d.Hint.En
			}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// What is published of the files beside articles is what something leads to, and
// what is of a kind that belongs on a site; the rest is named once.
func TestOnlyWhatBelongsThereIsPublished(t *testing.T) {
	files := map[string]string{
		"site.yaml":         "logo: marks/logo.eps\nnav: [{title: 表, link: forms/nav.xls}]\nredirects: {/old.doc: forms/new.doc}\n",
		"a.md":              article("title: 甲", "[x](forms/linked.docx) ![y](way.mp4)"),
		"draft.md":          article("title: 乙\ndraft: true", "[x](forms/later.docx)"),
		"b/index.md":        article("title: 丙", "[x](../forms/of-index.docx)"),
		"forms/linked.docx": "", "forms/of-index.docx": "", "forms/nav.xls": "", "forms/new.doc": "", "forms/later.docx": "", "marks/logo.eps": "",
		"way.mp4": "", "way.vtt": "", "b/x.PNG": "", "b/guide.pdf": "", "b/all.zip": "", "CNAME": "", "robots.txt": "", "b/llms.txt": "",
		"theme.data": "",
		// Left out:
		"b/~$plan.docx": "", "b/Thumbs.db": "", "b/plan.docx": "", "b/notes.txt": "", "b/LICENSE": "", "~$x.pdf": "",
	}
	in := input(t, files)
	in.Mentioned = func(p string) bool { return p == "theme.data" }
	s, diags := Resolve(in)
	want := `.: warning: 6 files are not published, because nothing leads to them: b/LICENSE, b/Thumbs.db, b/notes.txt, b/plan.docx, b/~$plan.docx, ~$x.pdf
    hint: take them out of the folder, or link to those that belong there; files: [docx, txt] in site.yaml publishes all of a kind
`
	if diff := cmp.Diff(want, said(diags)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := len(s.Copied); got != 14 || len(s.Assets) != 21 {
		t.Errorf("%d of %d are published: %v", got, len(s.Assets), s.Copied)
	}
	for _, settings := range []string{"files: [.DOCX, '*.txt']\n", "files: ['*']\n", "raw_html: true\n"} {
		s, _ := Resolve(input(t, map[string]string{"site.yaml": settings, "b/plan.docx": "", "b/notes.txt": "", "b/~$plan.docx": ""}))
		if len(s.Copied) != 2 {
			t.Errorf("%s: %v", settings, s.Copied)
		}
	}
	// What is not published is in nobody's way.
	if _, diags := Resolve(input(t, map[string]string{"assets/a.psd": "", "old": "", "old.md": article("title: 甲", "")})); diags.Errors() > 0 {
		t.Errorf("%s", said(diags))
	}
}
