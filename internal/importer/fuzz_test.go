package importer

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

const (
	Hugo       Family = "hugo"
	MkDocs     Family = "mkdocs"
	Docusaurus Family = "docusaurus"
	VitePress  Family = "vitepress"
	HTML       Family = "html"
	Text       Family = "text"
	Zendesk    Family = "zendesk"
)

var clock = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// plan imports files that are given as text, into an empty folder.
func plan(t testing.TB, o Options, start string, files map[string]string) (*Import, diag.List, error) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	if o.Now.IsZero() {
		o.Now = clock
	}
	return Plan(t.Context(), &Source{FS: fsys, Start: start, Shown: "old"}, nil, o)
}

var plainParser = markdown.NewParser(markdown.Options{Words: content.DefaultSettings().Kinds})

// holds demands that what an import writes is a site that builds, but for what
// its report names.
func holds(t testing.TB, i *Import) {
	t.Helper()
	in := site.Input{Settings: content.DefaultSettings(), Options: site.Options{Now: clock}}
	paths := map[string]bool{}
	for _, f := range i.Files {
		if low := strings.ToLower(f.Path); paths[low] {
			t.Errorf("two files are called %s", f.Path)
		} else {
			paths[low] = true
		}
		if content.Hidden(f.Path) {
			t.Errorf("%s is a file that no site reads", f.Path)
		}
		if content.Classify(f.Path) == content.ClassAsset {
			in.Assets = append(in.Assets, site.Asset{Path: f.Path})
			continue
		}
		a, diags := content.ParseArticle(f.Path, f.Text, plainParser)
		if a == nil {
			t.Fatalf("%s is no article: %v", f.Path, diags)
		}
		for _, d := range diags {
			named := slices.ContainsFunc(f.Todo, func(o diag.Diagnostic) bool { return o.Pos == d.Pos && strings.HasSuffix(o.Message, d.Message) })
			if d.Severity == diag.Error && !named {
				t.Errorf("%v: %s, which the report does not name\n%s", d.Pos, d.Message, f.Text)
			}
		}
		in.Articles = append(in.Articles, a)
	}
	_, diags := site.Resolve(in)
	for _, d := range diags {
		if d.Severity == diag.Error {
			t.Errorf("the site does not build: %v: %s", d.Pos, d.Message)
		}
	}
}

func FuzzImport(f *testing.F) {
	kinds := []struct {
		from Family
		name string
	}{
		{Hugo, "pay/a.md"},
		{MkDocs, "pay/a.md"},
		{Docusaurus, "pay/a.mdx"},
		{VitePress, "pay/a.md"},
		{HTML, "pay/a.html"},
		{Text, "pay/a.txt"},
		{Zendesk, "a.json"},
	}
	for _, seed := range []string{
		"---\ntitle: 甲\naliases: [/a, b, \"/a b\"]\nslug: x\ntags: [乙, {label: 丙}]\ndate: 2026-01-02\ndraft: true\n---\n\n# 甲\n\n## 原因\n\n[a](b.md#x) ![c](d.png \"e\") [f](javascript:x) <javascript:y>\n\n[g]: <h i> 'j'\n\n[g] [k][g] ![l][g]\n",
		"+++\ntitle = \"甲\"\ntags = ['a', \"b\"]\n[menu.main]\nweight = 1\nx = {y = 1, z = \"\\u4e00\"}\nd = 2026-01-02\n+++\n{{< figure src=\"x.png\" >}}\n{{% notice tip %}}\na\n{{% /notice %}}\n[a]({{< ref \"b#c\" >}}) {{< param x >}}\n",
		"!!! note \"x\"\n    a\n\n    ??? tip\n        b\n\n=== \"c\"\n\n    d\n\n# e { #f .g }\n[TOC]\n--8<-- \"x\"\n``` py title=\"a\"\nb\n```\n",
		"import A from 'b'\n\n<Tabs>\n<TabItem value=\"a\" label=\"b\">\n\nc\n\n</TabItem>\n</Tabs>\n\n:::note[x]\ny\n::::\n:::\n{/* z */}\n<A\n  b={() => 1}\n/>\n<details>\n<summary>s</summary>\n\nt\n\n</details>\n",
		"::: tip a\n::: details b\nc\n:::\n:::\n<script setup>\nx\n</script>\n<Badge/> <br> a<br/>b\n[[toc]]\n<<< @/x.ts\n\n| a<br>b | c |\n|---|---|\n| `<d>` | <b>e</b> |\n",
		"<title>t | u</title><main><h1>t</h1><h2 id=\"why\">原因</h2><p>a <b>b</b><br>c<img src=x.png><iframe src=y></iframe></p><table><tr><td><ul><li>1<li>2</ul></table><a href=\"#why\">z</a><pre><code class=language-go>x\n```</code></pre><img src=\"data:image/png;base64,AAAA\"></main>",
		"标题\n===\n\n【症状】\n- 甲\n\n原因：\n乙\n\n1、丙\n    丁\n\n    x = 1\n",
		`{"articles":[{"id":1,"title":"甲","body":"<h2>原因</h2><a href='/hc/articles/2'>b</a>","html_url":"https://a.example/hc/articles/1-x","section_id":"7","label_names":["a"],"created_at":"2026-01-02T03:04:05Z"},{"id":"2","name":"乙","draft":true,"section":{"name":"c"}}],"sections":[{"id":7,"name":"d","category_id":8}],"categories":[{"id":8,"name":"e"}]}`,
		"", "---", "---\n", "\x00", "\xff", "- # {#a}\n> [x](<y z>)\n", "[a](b\n", "[![a](b)](b) [c](b \"d\")", "{{<", "<", "<a href=\"", "```", ":::", "!!! x\n", "a\n===\nb\n---\n# c\n", "## a {.cause #b}\n## c {.causes}\n## d {#b}\n",
	} {
		for kind := range kinds {
			f.Add(byte(kind), seed)
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, text string) {
		if len(text) > 4000 {
			t.Skip("long inputs only slow the search down")
		}
		k := kinds[int(kind)%len(kinds)]
		out, diags, err := plan(t, Options{From: k.from}, ".", map[string]string{
			k.name: text, "pay/x.png": "x", "pay/b" + dialectOf(k.from).endings[0]: "b", "pay/c/index" + dialectOf(k.from).endings[0]: "c",
		})
		if k.from == Zendesk { // the others are no export
			out, diags, err = plan(t, Options{From: k.from}, ".", map[string]string{k.name: text})
		}
		if err != nil {
			t.Fatal(err)
		}
		if out == nil || diags.Errors() > 0 {
			for _, d := range diags {
				if d.Message == "" || d.File == "" {
					t.Errorf("a mistake without words or place: %+v", d)
				}
				if d.Code != "link-target" && strings.Contains(d.Message, "would not build") {
					t.Errorf("the import cannot mend %v: %s", d.Pos, d.Message)
				}
			}
			return
		}
		holds(t, out)
	})
}
