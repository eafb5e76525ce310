package site

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bilingual is a site in two languages.
var bilingual = map[string]string{
	"site.yaml": "title: 帮助\nfooter: 页脚\nnotices: [声明]\nnav: [{title: 支付, link: pay/index.md}]\n" +
		"languages:\n  EN: {title: Help, nav: [{title: Pay, link: en/pay/index.md}], contact: {text: Call us, link: 'tel:+10'}}\n",
	"index.md":          article("title: 帮助\nsummary: 欢迎", ""),
	"account/x.md":      article("title: 账户", ""),
	"pay/index.md":      article("title: 支付", ""),
	"pay/late.md":       article("title: 退款没到\nsymptoms: [退款没到]\nproducts: [Visa]\ncauses: [银行]", "看[英文](../en/pay/late.md)。"),
	"pay/only.md":       article("title: 只有中文\nproducts: [Visa]", ""),
	"en/index.md":       article("title: Help centre\nlanguage: en\nsummary: Welcome", ""),
	"en/pay/index.md":   article("title: Pay", ""),
	"en/pay/late.md":    article("title: Refund late\nslug: refund\nsymptoms: [no refund]\nproducts: [Visa]\ncauses: [bank]", ""),
	"en/pay/special.md": article("title: Special", ""),
}

// Whoever finds nothing is not left alone: a language has the site's contact until
// it has its own.
func TestContactOfEachLanguage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ own, want string }{
		{"", "tel:95188"},
		{"languages: {en: {contact: {text: Call us, link: 'tel:+10'}}}\n", "tel:+10"},
	} {
		s := good(t, input(t, map[string]string{
			"site.yaml":   "title: 帮助\ncontact: {text: 打电话, link: 'tel:95188'}\n" + tt.own,
			"a.md":        article("title: 退款没到", "三天到账。"),
			"en/index.md": article("title: Help\nlanguage: en", ""),
			"en/a.md":     article("title: Refund late", "Wait for three days."),
		}))
		if got := []string{s.Languages[0].Contact.URL, s.Languages[1].Contact.URL}; got[0] != "tel:95188" || got[1] != tt.want {
			t.Errorf("%s: got %q", tt.own, got)
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	s := good(t, input(t, bilingual))
	var got []string
	for _, l := range s.Languages {
		got = append(got, fmt.Sprintf("%s %s %q %q %q %v %d nav, contact %q", l.Tag, l.Root.URL, l.Title, l.Description, l.Footer, l.Notices, len(l.Nav), l.Contact.URL))
		for _, c := range l.Root.Children {
			got = append(got, "  "+c.URL)
		}
		got = append(got, "  newest "+strings.Join(paths(l.Newest), " "))
		for _, f := range l.Families {
			for _, tag := range f.Tags {
				got = append(got, fmt.Sprintf("  %s %s %d", tag.URL, tag.Language, len(tag.Articles)))
			}
		}
		got = append(got, "  "+l.Symptoms[0].URL)
	}
	want := []string{
		`zh-CN / "帮助" "" "页脚" [声明] 1 nav, contact ""`,
		"  /pay/", "  /account/", // as the navigation has them
		"  newest account/x.md pay/late.md pay/only.md",
		"  /products/visa/ zh-CN 2", "  /causes/银行/ zh-CN 1", "  /symptoms/",
		`en /en/ "Help" "Welcome" "" [] 1 nav, contact "tel:+10"`,
		"  /en/pay/",
		"  newest en/pay/late.md en/pay/special.md",
		"  /en/products/visa/ en 1", "  /en/causes/bank/ en 1", "  /en/symptoms/",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("languages (-want +got):\n%s", diff)
	}
	if n := s.Root.Count(); n != 3 {
		t.Errorf("the home page counts %d articles, want the 3 of its language", n)
	}
	late := s.article(t, "pay/late.md")
	for _, tt := range []struct {
		name string
		page Page
		want []Translation
	}{
		{"home", s.Root.Page, []Translation{{"en", "/en/"}}},
		{"article", late.Page, []Translation{{"en", "/en/pay/refund/"}}},
		{"its translation", s.article(t, "en/pay/late.md").Page, []Translation{{"zh-CN", "/pay/late/"}}},
		{"an article of one language", s.article(t, "pay/only.md").Page, nil},
		{"category", late.Category.Page, []Translation{{"en", "/en/pay/"}}},
		{"tag of the same slug", late.Tags[Product][0].Page, []Translation{{"en", "/en/products/visa/"}}},
		{"tag of another slug", late.Tags[Cause][0].Page, nil},
		{"family", s.Languages[0].Families[Cause].Page, []Translation{{"en", "/en/causes/"}}},
		{"symptoms", s.Languages[0].Symptoms[0].Page, []Translation{{"en", "/en/symptoms/"}}},
	} {
		if diff := cmp.Diff(tt.want, tt.page.Translations); diff != "" {
			t.Errorf("%s: translations (-want +got):\n%s", tt.name, diff)
		}
	}
	if late.Related()[0].Path != "pay/only.md" || len(late.Related()) != 1 {
		t.Errorf("related are %v, want articles of the same language", paths(late.Related()))
	}
	if l := s.article(t, "en/pay/late.md"); l.Language != "en" || l.Category.In != s.Languages[1] || l.Category.Parent != s.Languages[1].Root {
		t.Errorf("%s is in %s", l.Path, l.Language)
	}
	if en := s.Languages[1].Root; en.Parent != nil || en.Language != "en" {
		t.Errorf("a language's home page has the parent %v", en.Parent)
	}
}

// The language of a folder holds whether its index.md is published or not.
func TestLanguageOfADraft(t *testing.T) {
	t.Parallel()
	s := good(t, input(t, map[string]string{
		"en/index.md": article("title: Help\nlanguage: en\ndraft: true", ""),
		"en/a.md":     article("title: A", ""),
		"index.md":    article("title: Ajuda\nlanguage: pt", ""),
	}))
	if got := s.article(t, "en/a.md").Language; got != "en" {
		t.Errorf("the article is in %q, want en", got)
	}
	if got := s.Root.Language; got != "pt" || s.Languages[0].Tag != "pt" {
		t.Errorf("the home page is in %q, want pt", got)
	}
}

func TestLanguageMistakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"twice", map[string]string{
			"a/index.md": article("title: A\nlanguage: en", ""), "a/x.md": article("title: X", ""),
			"b/index.md": article("title: B\nlanguage: EN", ""), "b/y.md": article("title: Y", ""),
		}, `b/index.md:3:11: the language "EN" already has its place: a/`},
		{"the default's", map[string]string{
			"a/index.md": article("title: A\nlanguage: en", ""), "a/b/index.md": article("title: B\nlanguage: zh-CN", ""),
		}, `a/b/index.md:3:11: the language "zh-CN" already has its place: the content folder`},
		{
			"no folder",
			map[string]string{"site.yaml": "languages: {fr: {title: Aide}}", "a.md": article("title: A", "")},
			`site.yaml:1:13: no folder is in the language "fr"`,
		},
		{
			"its list",
			map[string]string{"en/index.md": article("title: A\nlanguage: en", ""), "en/search.md": article("title: S", "")},
			`en/search.md: the address /en/search/ is already taken by the program`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, diags := Resolve(input(t, tt.files))
			if len(diags) != 1 || !strings.Contains(said(diags), tt.want) || diags[0].Hint.En == "" {
				t.Errorf("got\n%s\nwant %s", said(diags), tt.want)
			}
		})
	}
}

// A large index of symptoms is cut by category, and a large category by pages.
func TestSymptomPages(t *testing.T) {
	t.Parallel()
	files := map[string]string{"top.md": article("title: 顶层\nsymptoms: [顶层的]", ""), "none/a.md": article("title: 没有", "")}
	for i := range 320 {
		files[fmt.Sprintf("pay/deep/%03d.md", i)] = article(fmt.Sprintf("title: 第%d\nsymptoms: [现象%d甲, 现象%d乙]", i, i, i), "")
	}
	s := good(t, input(t, files))
	var got []string
	seen := map[*Article]bool{}
	for _, p := range s.Languages[0].Symptoms {
		line := p.URL
		for _, g := range p.Groups {
			line += fmt.Sprintf(" %q %d/%d", g.Category.Path, len(g.Articles), g.Count)
			if g.Own != nil {
				line += " → " + g.Own.URL
			}
			for _, a := range g.Articles {
				if seen[a] {
					t.Errorf("%s stands twice", a.Path)
				}
				seen[a] = true
			}
		}
		if p.Next != nil {
			line += " next " + p.Next.URL
		}
		if p.Previous != nil {
			line += " previous " + p.Previous.URL
		}
		got = append(got, line)
	}
	want := []string{
		`/symptoms/ "pay" 0/640 → /symptoms/pay/ "" 0/1 → /symptoms/-/`,
		`/symptoms/pay/ "pay" 150/640 next /symptoms/pay/2/`,
		`/symptoms/pay/2/ "pay" 150/640 next /symptoms/pay/3/ previous /symptoms/pay/`,
		`/symptoms/pay/3/ "pay" 20/640 previous /symptoms/pay/2/`,
		`/symptoms/-/ "" 1/1`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	if len(seen) != 321 {
		t.Errorf("%d articles, want 321", len(seen))
	}
}
