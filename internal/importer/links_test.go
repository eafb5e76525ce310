package importer

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/content"
)

// Links and images lead from file to file, however the old program named what
// they mean. Each source has a page a, which has the link.
func TestLinks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		from  Family
		files map[string]string
		want  string   // what a becomes
		also  []string // the other files
	}{
		{"old address", MkDocs, map[string]string{"mkdocs.yml": "site_url: https://h.example/help/\n", "docs/a.md": "[x](https://h.example/help/pay/b/#y)", "docs/pay/b.md": "b"}, "[x](pay/b.md)", []string{"pay/b.md"}},
		{"old address with .html", MkDocs, map[string]string{"mkdocs.yml": "use_directory_urls: false\n", "docs/a.md": "[x](/b.html)", "docs/b.md": "b"}, "[x](b.md)", []string{"b.md"}},
		{"another site", MkDocs, map[string]string{"mkdocs.yml": "site_url: https://h.example/\n", "docs/a.md": "[x](https://i.example/b/)", "docs/b.md": "b"}, "[x](https://i.example/b/)", []string{"b.md"}},
		{"alias", Hugo, map[string]string{"a.md": "[x](/was/)", "b.md": "---\naliases: [/was/]\n---\nb"}, "[x](b.md)", []string{"b.md"}},
		{"folder", Hugo, map[string]string{"content/a.md": "[x](pay/) [y](/pay)", "content/pay/_index.md": "b", "content/pay/c.md": "c"}, "[x](pay/index.md) [y](pay/index.md)", []string{"pay/c.md", "pay/index.md"}},
		{"relref by a name alone", Hugo, map[string]string{"a.md": "[x]({{< relref \"deep\" >}})", "one/two/deep.md": "b"}, "[x](one/two/deep.md)", []string{"one/two/deep.md"}},
		{"bundle", Hugo, map[string]string{"a.md": "[x](b/) ![y](b/i.png)", "b/index.md": "![z](i.png)", "b/i.png": "i"}, "[x](b.md) ![y](b/i.png)", []string{"b.md", "b/i.png"}},
		{"static file", Hugo, map[string]string{"hugo.toml": "", "content/a.md": "[x](/f/form.pdf)", "static/f/form.pdf": "f"}, "[x](form.pdf)", []string{"form.pdf"}},
		{"numbers in names", Docusaurus, map[string]string{"docusaurus.config.js": "", "docs/01-a.md": "[x](./02-b.md) [y](/docs/b)", "docs/02-b.md": "b"}, "[x](b.md) [y](b.md)", []string{"b.md"}},
		{"id", Docusaurus, map[string]string{"docusaurus.config.js": "", "docs/a.md": "[x](/docs/bee)", "docs/b.md": "---\nid: bee\n---\nb"}, "[x](b.md)", []string{"b.md"}},
		{"top of the project", Docusaurus, map[string]string{"docusaurus.config.js": "", "docs/a.md": "[x](@site/docs/b.md) ![y](@site/src/i.png)", "docs/b.md": "b", "src/i.png": "i"}, "[x](b.md) ![y](i.png)", []string{"b.md", "i.png"}},
		{"base", VitePress, map[string]string{"docs/.vitepress/config.ts": "export default { base: '/help/', cleanUrls: true }", "docs/a.md": "[x](/help/g/b) [y](/g/b)", "docs/g/b.md": "b"}, "[x](g/b.md) [y](g/b.md)", []string{"g/b.md"}},
		{"public image", VitePress, map[string]string{"docs/.vitepress/config.ts": "", "docs/a.md": "![x](/i.png)", "docs/public/i.png": "i"}, "![x](i.png)", []string{"i.png"}},
		{"canonical address", HTML, map[string]string{"a.html": "<a href=\"https://h.example/bee\">x</a>", "b.html": "<link rel=canonical href=\"https://h.example/bee\"><p>b"}, "[x](b.md)", []string{"b.md"}},
		{"blanks in names", HTML, map[string]string{"a.html": "<a href=\"b%20c.html\">x</a> <img src=\"i j.png\" alt=y>", "b c.html": "b", "i j.png": "i"}, "[x](b-c.md) ![y](i-j.png)", []string{"b-c.md", "i-j.png"}},
		{"two images of one name", HTML, map[string]string{"a.html": "<img src=\"i.png\" alt=x><img src=\"I.png\" alt=y>", "i.png": "1", "I.png": "2"}, "![x](i.png)![y](I-2.png)", []string{"I-2.png", "i.png"}},
		{"image outside of the source", HTML, map[string]string{"a.html": "<img src=\"../i.png\" alt=x>"}, "x (图片没有找到：`../i.png`)", nil},
		{"setting that is a file", MkDocs, map[string]string{"a.md": "[x](site.yaml)", "site.yaml": "title: x"}, "x (`site.yaml`)", nil},
		{"articles by number", Zendesk, map[string]string{"e.json": `{"articles": [{"id": 1001, "title": "a", "body": "<a href=\"/hc/en-us/articles/1002-Bee\">x</a>"}, {"id": 1002, "title": "b", "body": "b"}]}`}, "[x](b.md)", []string{"b.md"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, diags, err := plan(t, Options{From: tt.from}, ".", tt.files)
			if err != nil || len(diags) > 0 {
				t.Fatalf("got %v and %v", err, diags)
			}
			holds(t, out)
			got, also := "", []string(nil)
			for _, f := range out.Files {
				if f.Path != "a.md" {
					also = append(also, f.Path)
					continue
				}
				_, got, _ = strings.Cut(string(f.Text), "\n---\n")
			}
			if diff := cmp.Diff(tt.want, strings.TrimSpace(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tt.also, also); diff != "" {
				t.Errorf("other files: -want +got:\n%s", diff)
			}
		})
	}
}

// An import goes beside the articles that are there: it leads to them, leaves
// them their addresses, and writes nothing over.
func TestBesideArticles(t *testing.T) {
	t.Parallel()
	there := map[string]string{
		"site.yaml":    "title: S\nlanguage: en\nbase: https://s.example/help/\n",
		"pay/index.md": "---\ntitle: Pay\n---\n",
		"pay/card.md":  "---\ntitle: Card\naliases:\n  - /old-card/\n---\n\n## Where {#where}\n",
	}
	for _, tt := range []struct {
		name, into string
		source     string // of the page a
		want, said string
		mistake    string
	}{
		{name: "address that is taken", source: "---\ntitle: A\naliases: [/old-card/, /mine/]\n---\nx", want: "title: \"A\"\naliases:\n  - \"/mine/\"\n---\n\nx", said: "the old address /old-card/ could not be kept: an article that is there has it"},
		{name: "address below the site's own", source: "---\ntitle: A\naliases: [/help/mine/]\n---\nx", want: "title: \"A\"\naliases:\n  - \"/mine/\"\n---\n\nx"},
		{name: "link to an article", source: "---\ntitle: A\n---\n[c](pay/card.md#Where)", want: "title: \"A\"\n---\n\n[c](pay/card.md#where)"},
		{name: "note in the site's language", source: "---\ntitle: A\n---\n{{< x >}}", want: "title: \"A\"\n---\n\n> **Not converted by the import, please mend by hand:** `{{< x >}}`", said: "the shortcode x was left as a note"},
		{name: "tag that cannot be one", source: "---\ntitle: A\ntags: [ok, \"..\"]\n---\nx", want: "title: \"A\"\nproducts: [\"ok\"]\n---\n\nx", said: "the tag \"..\" was left out"},
		{name: "attributes that the site has not", source: "---\ntitle: A\n---\n## B {.c}\n\nx", want: "title: \"A\"\n---\n\n## B\n\nx"},
		{name: "two headings of one id", source: "---\ntitle: A\n---\n## B {#x}\n\n## C {#x}\n\ny", want: "title: \"A\"\n---\n\n## B {#x}\n\n## C\n\ny", said: "the attributes of this heading were left out"},
		{name: "file that is there", into: "pay", source: "x", mistake: "pay/card.md exists already in the content folder"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			folder := fstest.MapFS{}
			for name, text := range there {
				folder[name] = &fstest.MapFile{Data: []byte(text)}
			}
			name := "a.md"
			if tt.mistake != "" {
				name = "card.md"
			}
			source := fstest.MapFS{name: {Data: []byte(tt.source)}}
			out, diags, err := Plan(t.Context(), &Source{FS: source, Start: ".", Shown: "old"}, folder, Options{From: Hugo, Into: tt.into, Now: clock})
			if err != nil {
				t.Fatal(err)
			}
			if tt.mistake != "" {
				if len(diags) != 1 || diags[0].Message.En != tt.mistake || diags[0].File != "old/card.md" {
					t.Errorf("got %v, want %q", diags, tt.mistake)
				}
				return
			}
			if len(diags) > 0 {
				t.Fatal(diags[0].Message.En)
			}
			if diff := cmp.Diff(tt.want, strings.TrimSpace(strings.TrimPrefix(string(out.Files[0].Text), "---\n"))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if said := strings.Join(reported(out.Files[0].Todo), "; "); tt.said == "" && strings.Contains(said, "left out") || !strings.Contains(said, tt.said) {
				t.Errorf("the report says %q, want %q", said, tt.said)
			}
			paths := slices.Sorted(maps.Keys(folder))
			if slices.Contains(paths, out.Files[0].Path) {
				t.Errorf("%s would be written over", out.Files[0].Path)
			}
		})
	}
}

// What keeps an import from being made has a place in the source.
func TestMistakes(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", content.MaxArticle)
	for _, tt := range []struct {
		name string
		from Family
		file string
		text string
		want string
	}{
		{"front matter that never ends", Hugo, "a.md", "---\ntitle: x\n", "old/a.md:1:1: front matter starts here and never ends"},
		{"front matter that is no mapping", MkDocs, "a.md", "---\n- x\n---\n", "old/a.md:2:1: front matter must be lines of the form “key: value”"},
		{"front matter in JSON", Hugo, "a.md", "{\n  \"title\": \"x\"\n}\n", "old/a.md:1:1: front matter in JSON is not read here"},
		{"TOML", Hugo, "a.md", "+++\ntitle = \"x\ny = 1\n+++\n", "old/a.md:2:11: this is not valid TOML: strings cannot contain newlines"},
		{"page that is too large", MkDocs, "a.md", large, "old/a.md: "},
		{"JSON that ends", Zendesk, "a.json", `{"articles": [`, "old/a.json:1:15: the file ends in the middle"},
		{"JSON with a mistake", Zendesk, "a.json", `{"articles": [}`, "old/a.json:1:15: this is not valid JSON"},
		{"export without articles", Zendesk, "a.json", `{}`, "old/a.json:1:1: there is no article in this export"},
		{"articles of another shape", Zendesk, "a.json", `{"articles": [{"id": 1, "title": ["x"]}]}`, `old/a.json:1:25: "title" has another shape than in an export: it is a array`},
		{"sections of another shape", Zendesk, "a.json", `{"sections": {"id": 1}}`, `old/a.json:1:2: "sections" has another shape than in an export: it is a object`},
		{"article twice", Zendesk, "a.json", `[{"id": 1, "title": "x"}, {"id": "1", "title": "y"}]`, "old/a.json:1:27: the article 1 is in the export twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, diags, err := plan(t, Options{From: tt.from}, ".", map[string]string{tt.file: tt.text})
			if err != nil || len(diags) != 1 {
				t.Fatalf("got %v and %v, want one mistake", err, diags)
			}
			if got := diags[0].Pos.String() + ": " + diags[0].Message.En; !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// The fields of an export become folders and front matter.
func TestZendesk(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       map[string]string // front matter by the paths of the files
	}{
		{"section in its article", `[{"id": 1, "title": "a", "section": {"name": "S"}, "category": "C"}]`, map[string]string{"c/index.md": `title: "C"`, "c/s/index.md": `title: "S"`, "c/s/a.md": `title: "a"`}},
		{"names beside the article", `[{"id": 1, "name": "a", "section_name": "S", "category_name": "C"}]`, map[string]string{"c/index.md": `title: "C"`, "c/s/index.md": `title: "S"`, "c/s/a.md": `title: "a"`}},
		{"one article", `{"article": {"id": 1, "title": "a", "draft": true, "label_names": ["l", "m"], "author_name": "w"}}`, map[string]string{"a.md": "title: \"a\"\nproducts: [\"l\", \"m\"]\nauthor: \"w\"\ndraft: true"}},
		{"languages", `[{"id": 1, "title": "a", "locale": "en-US"}, {"id": 1, "title": "甲", "locale": "zh-CN"}, {"id": 2, "title": "b"}]`, map[string]string{"en-us/a.md": `title: "a"`, "zh-cn/甲.md": `title: "甲"`, "no-locale/b.md": `title: "b"`}},
		{"addresses with and without the title", `[{"id": 1, "title": "a", "html_url": "https://h.example/hc/articles/1-Old-Name"}]`, map[string]string{"a.md": "title: \"a\"\naliases:\n  - \"/hc/articles/1-Old-Name/\"\n  - \"/hc/articles/1/\""}},
		{"description of a section", `{"articles": [{"id": 1, "title": "a", "section_id": "7"}], "sections": [{"id": 7, "name": "S", "description": " d\n e "}]}`, map[string]string{"s/index.md": "title: \"S\"\nsummary: \"d e\"", "s/a.md": `title: "a"`}},
		{"no title", `[{"id": 17, "body": "x"}]`, map[string]string{"article-17.md": `title: "Article 17"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, diags, err := plan(t, Options{From: Zendesk}, ".", map[string]string{"e.json": tt.text})
			if err != nil || len(diags) > 0 {
				t.Fatalf("got %v and %v", err, diags)
			}
			holds(t, out)
			got := map[string]string{}
			for _, f := range out.Files {
				got[f.Path], _, _ = strings.Cut(strings.TrimPrefix(string(f.Text), "---\n"), "\n---\n")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
