package importer

import (
	"fmt"
	"html"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
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
			named := slices.ContainsFunc(f.Todo, func(o diag.Diagnostic) bool { return o.Pos == d.Pos && strings.HasSuffix(o.Message.En, d.Message.En) })
			if d.Severity == diag.Error && !named {
				t.Errorf("%v: %s, which the report does not name\n%s", d.Pos, d.Message.En, f.Text)
			}
		}
		in.Articles = append(in.Articles, a)
	}
	_, diags := site.Resolve(in)
	for _, d := range diags {
		if d.Severity == diag.Error {
			t.Errorf("the site does not build: %v: %s", d.Pos, d.Message.En)
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
				if d.Message.En == "" || d.File == "" {
					t.Errorf("a mistake without words or place: %+v", d)
				}
				if d.Code != "link-target" && strings.Contains(d.Message.En, "would not build") {
					t.Errorf("the import cannot mend %v: %s", d.Pos, d.Message.En)
				}
			}
			return
		}
		holds(t, out)
	})
}

var markdownEscape = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")

func TestFindSpots(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want []string // each address and the whole link, from the end
	}{
		{"[a](b.md)", []string{"b.md", "[a](b.md)"}},
		{"[a]( <b c.md> 'd)' ) e", []string{"b c.md", "[a]( <b c.md> 'd)' )"}},
		{"[a](b\\(c\\).md (t)) ![d](e.png \"f\")", []string{"e.png", "![d](e.png \"f\")", "b\\(c\\).md", "[a](b\\(c\\).md (t))"}},
		{"[![a](b)](c)", []string{"c", "[![a](b)](c)", "b", "![a](b)"}},
		{"`[a](b)` [c](d)", []string{"d", "[c](d)"}},
		{"> - [a](b)\n>   [c](d)", []string{"d", "[c](d)", "b", "[a](b)"}},
		{"[a][r] [r]\n\n[r]: x.md 'y'", []string{"x.md", "", "x.md", ""}},
		{"| [a](b) |\n|---|\n| [c](d) |", []string{"d", "[c](d)", "b", "[a](b)"}},
	} {
		p := &page{target: "a.md", text: "---\ntitle: t\n---\n\n" + tt.text + "\n"}
		p.parsed, _ = content.ParseArticle(p.target, []byte(p.text), plainParser)
		var got []string
		for _, s := range findSpots(p) {
			whole := ""
			if s.close > 0 {
				whole = p.text[s.open:s.close]
			}
			got = append(got, p.text[s.start:s.end], whole)
		}
		if len(got) != len(tt.want) {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
				break
			}
		}
	}
}

// Where a spot is, there is the address.
func FuzzSpots(f *testing.F) {
	for _, seed := range []string{"[a](b.md)", "[![a](b)](c 'd')", "[r]\n\n[r]: <x y>", "![a](b\\)c)", "- [a](b\n  \"c\")", "[^1]\n\n[^1]: [a](b)", "# [a](b) {#c}", "\t- [a](&amp;b)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := &page{target: "a.md", text: "---\ntitle: t\n---\n\n" + text}
		p.parsed, _ = content.ParseArticle(p.target, []byte(p.text), plainParser)
		if p.parsed == nil {
			return
		}
		for _, s := range findSpots(p) {
			if s.Refused {
				continue
			}
			if got := html.UnescapeString(markdownEscape.ReplaceAllString(p.text[s.start:s.end], "$1")); len(got) == 0 {
				t.Errorf("%q: there is no address at the spot of %q", text, s.Dest)
			}
			if s.close != 0 && (s.close <= s.end || p.text[s.close-1] != ')') {
				t.Errorf("%q: the link to %q does not end at %q", text, s.Dest, p.text[s.end:])
			}
		}
	})
}

func TestReadTag(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, source string // "" when it is no tag
		attrs        map[string]string
	}{
		{"<b>x", "<b>", nil},
		{"</B >x", "</B >", nil},
		{"<br/>", "<br/>", nil},
		{`<a href="x>y" title='"'>z`, `<a href="x>y" title='"'>`, map[string]string{"href": "x>y", "title": `"`}},
		{"<img src=x.png alt>", "<img src=x.png alt>", map[string]string{"src": "x.png"}},
		{"<A size={{ a: 1 }} f={() => g('>')} {...rest}/>x", "<A size={{ a: 1 }} f={() => g('>')} {...rest}/>", map[string]string{"size": "{ a: 1 }"}},
		{"<T label={'x'} label=\"y\" n = \"&amp;\">", "<T label={'x'} label=\"y\" n = \"&amp;\">", map[string]string{"label": "x", "n": "&"}},
		{"<Card\n  a=\"1\"\n/>", "<Card\n  a=\"1\"\n/>", map[string]string{"a": "1"}},
		{`<X :to="a" @click="b" #c>`, `<X :to="a" @click="b" #c>`, map[string]string{"to": "a", "click": "b"}},
		{"<b", "", nil},
		{"<1>", "", nil},
		{"< b>", "", nil},
		{"<b <c>", "", nil},
		{"<n $ 和 m>", "", nil},
		{"<a href=\"x>", "", nil},
		{"<A b={>", "", nil},
		{"<甲>", "", nil},
		{"x<b>", "", nil},
	} {
		got, ok := readTag(tt.text)
		if ok != (tt.source != "") || ok && got.source != tt.source {
			t.Errorf("%q: got %q, %v, want %q", tt.text, got.source, ok, tt.source)
		}
		for k, v := range tt.attrs {
			if got.attrs[k] != v {
				t.Errorf("%q: %s is %q, want %q", tt.text, k, got.attrs[k], v)
			}
		}
	}
}

func TestCodeSpans(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want string // the spans, with | between them
	}{
		{"abc", ""}, {"a `b` c", "`b`"}, {"``a`b`` c", "``a`b``"}, {"`a``b` c `d`", "`a``b`|`d`"}, {"`a", ""}, {"```a``", ""}, {"`a ``b``", "``b``"}, {"", ""},
	} {
		var got []string
		for _, s := range codeSpans(tt.text) {
			got = append(got, tt.text[s[0]:s[1]])
		}
		if strings.Join(got, "|") != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// What is not in a tag, a comment or an element stays as it is, whatever the
// text.
func FuzzTags(f *testing.F) {
	for _, seed := range []string{"a <b>c</b> <br>", "<A b={`>`}/> 1 < 2", "<!-- x --> {/* y */} {z}", "<code>a`b</code>", "<a href=x>y", "</x></b><", "<i><b>x</i></b>", "`<b>`"} {
		f.Add(seed)
	}
	im := &importing{words: wordsOf("en")}
	f.Fuzz(func(t *testing.T, text string) {
		if tag, ok := readTag(text); ok && (!strings.HasPrefix(text, tag.source) || !strings.HasPrefix(tag.source, "<") || !strings.HasSuffix(tag.source, ">")) {
			t.Errorf("the tag %q is not what %q starts with", tag.source, text)
		}
		w := &writing{im: im, p: &page{}, dialect: &docusaurus, droppings: droppings{}}
		got := w.inline(text)
		if !strings.ContainsAny(text, "<{`") && got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	})
}

// grower grows texts of a dialect out of its forms, one in the other. Each word in
// them is there once.
type grower struct {
	*rand.Rand
	words int
	boxes int // that a reader must see
	forms []func(g *grower, depth int) string
}

func (g *grower) word() string {
	g.words++
	return "词" + strings.Repeat("甲", g.words%3) + strconv.Itoa(g.words) + "尾"
}

// text grows some blocks.
func (g *grower) text(depth int) string {
	blocks := []string{g.word() + "**注意：**" + g.word()}
	for range 1 + g.IntN(2) {
		if depth < 3 {
			blocks = append(blocks, g.forms[g.IntN(len(g.forms))](g, depth+1))
		}
	}
	return strings.Join(append(blocks, g.word()), "\n\n")
}

func indent(s, by string) string {
	return by + strings.ReplaceAll(strings.ReplaceAll(s, "\n", "\n"+by), "\n"+by+"\n", "\n\n")
}

func (g *grower) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g *grower) box() string { g.boxes++; return g.word() }

func (g *grower) code(sign string) string {
	return sign + "go\n" + g.word() + "\n\n\t:::" + "\n!!! note\n    {{</* x */>}}\n" + sign
}

func codeForm(g *grower, _ int) string { return g.code("```") }
func listForm(by string) func(*grower, int) string {
	return func(g *grower, depth int) string {
		return "- " + g.word() + "\n\n" + indent(g.text(depth), by) + "\n\n- " + g.word()
	}
}

func htmlForm(g *grower, _ int) string {
	switch g.IntN(5) {
	case 0:
		return "<kbd>" + g.word() + "</kbd> <b>" + g.word() + "：</b>" + g.word() + " <sub>2</sub><br>" + g.word()
	case 1:
		return "| a | b |\n|---|---|\n| " + g.word() + "<br>" + g.word() + " | <ul><li>" + g.word() + "</li><li>b</li></ul> |"
	case 2:
		return "<dl>\n<dt>" + g.word() + "</dt>\n<dd>" + g.word() + "</dd>\n</dl>"
	case 3:
		return "<iframe src=\"https://www.youtube.com/embed/abcdefghijk\"></iframe>"
	}
	return "<details>\n<summary>" + g.box() + " <mark>" + g.word() + "</mark></summary>\n\n" + g.word() + "\n\n</details>"
}

// Whatever forms of a dialect lie in each other, the article has each word and
// each box, shows no source, and has nothing that the site refuses.
func TestGrown(t *testing.T) {
	t.Parallel()
	colons := func(g *grower, depth int) string {
		signs := strings.Repeat(":", 8-depth)
		return signs + g.pick("note", "tip", "warning", "danger", "info") + fmt.Sprintf(g.pick("[%s **b**]", " %s"), g.box()) + "\n\n" + g.text(depth) + "\n\n" + signs
	}
	for from, forms := range map[Family][]func(*grower, int) string{
		MkDocs: {
			codeForm, listForm("    "), htmlForm,
			func(g *grower, depth int) string {
				return g.pick("!!!", "???", "???+") + g.pick(" note", " bug", " mine") + " \"" + g.box() + " `c`\"\n" + indent(g.text(depth), "    ")
			},
			func(g *grower, depth int) string {
				g.boxes += 2
				return "=== \"" + g.word() + "\"\n\n" + indent(g.text(depth), "    ") + "\n\n=== \"" + g.box() + "\"\n\n" + indent(g.code("```"), "    ") + "\n\n### " + g.word()
			},
			func(g *grower, _ int) string {
				return "$$\n\\frac{1}{2}\n$$\n\n" + g.word() + "：$\\alpha_{1}$" + g.word()
			},
		},
		Docusaurus: {
			codeForm, listForm("  "), htmlForm, colons,
			func(g *grower, depth int) string {
				g.boxes += 2
				return "<Tabs groupId=\"a\">\n<TabItem value=\"x\" label=\"" + g.word() + "\">\n\n" + g.text(depth) + "\n\n</TabItem>\n  <TabItem value=\"y\" label=\"" + g.box() + "\">\n\n" + indent(g.code("```"), "  ") + "\n\n  </TabItem>\n</Tabs>"
			},
			func(g *grower, depth int) string {
				return "<Admonition type=\"tip\" title=\"" + g.box() + "\">\n\n" + g.text(depth) + "\n\n</Admonition>"
			},
		},
		VitePress: {
			codeForm, listForm("  "), htmlForm,
			func(g *grower, depth int) string {
				signs := strings.Repeat(":", 8-depth)
				return signs + " " + g.pick("info", "tip", "warning", "danger", "details") + " " + g.box() + "\n" + g.text(depth) + "\n" + signs
			},
			func(g *grower, _ int) string {
				g.boxes += 2
				return "::: code-group\n\n```sh [" + g.word() + "]\n" + g.word() + "\n```\n\n```js [" + g.box() + "]\na == b\n```\n\n:::"
			},
			func(g *grower, _ int) string { return "> [!WARNING] " + g.word() + "\n> " + g.word() },
		},
		Hugo: {
			codeForm, listForm("  "), htmlForm,
			func(g *grower, depth int) string {
				return "{{% alert title=\"" + g.box() + "\" color=\"warning\" %}}\n" + g.text(depth) + "\n{{% /alert %}}"
			},
			func(g *grower, depth int) string {
				return "{{< details summary=\"" + g.box() + "\" >}}\n\n" + g.text(depth) + "\n\n{{< /details >}}"
			},
			func(g *grower, depth int) string {
				g.boxes += 2
				return "{{< tabs items=\"a,b\" >}}\n{{% tab name=\"" + g.word() + "\" %}}\n" + g.text(depth) + "\n{{% /tab %}} {{< tab \"" + g.box() + "\" >}}\n" + g.word() + "\n{{< /tab >}}\n{{< /tabs >}}"
			},
			func(g *grower, _ int) string {
				g.boxes += 2
				return "{{< tabpane >}}\n{{< tab header=\"x:\" disabled=true />}}\n{{< tab header=\"" + g.word() + "\" lang=\"toml\" >}}\n[[a]]\n{{< /tab >}}\n{{< tab \"" + g.box() + "\" >}}\n[a][b]\n{{< /tab >}}\n{{< /tabpane >}}"
			},
			func(g *grower, _ int) string { return "{{< youtube abcdefghijk >}}" },
		},
	} {
		t.Run(string(from), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(60) {
				g := &grower{Rand: rand.New(rand.NewPCG(seed, 1)), forms: forms}
				source := g.text(0)
				out, diags, err := plan(t, Options{From: from}, ".", map[string]string{"a" + dialectOf(from).endings[0]: source})
				if err != nil || len(diags) > 0 {
					t.Fatalf("got %v and %v for\n%s", err, diags, source)
				}
				holds(t, out)
				text := string(out.Files[0].Text)
				a, diags := content.ParseArticle("a.md", out.Files[0].Text, plainParser)
				var wrong []string
				for _, d := range diags {
					wrong = append(wrong, d.Message.En)
				}
				for _, s := range a.Doc.Shown {
					wrong = append(wrong, s.Message.En)
				}
				read := a.Doc.Intro.Text
				for _, s := range a.Doc.Sections {
					read += "\n" + s.Title + "\n" + s.Body.Text
				}
				for n := 1; n <= g.words; n++ {
					if !strings.Contains(read, strconv.Itoa(n)+"尾") {
						wrong = append(wrong, "the word "+strconv.Itoa(n)+" is lost")
					}
				}
				if strings.Contains(text, left) {
					wrong = append(wrong, "a note is left")
				}
				if got := len(boxHead.FindAllString(text, -1)); got != g.boxes {
					wrong = append(wrong, fmt.Sprintf("there are %d boxes and tabs, not %d", got, g.boxes))
				}
				if len(wrong) > 0 {
					t.Fatalf("seed %d: %s\n--- of\n%s\n--- became\n%s", seed, strings.Join(wrong, "; "), source, text)
				}
			}
		})
	}
}

var boxHead = regexp.MustCompile(`(?m)^\s*(?::::[a-z]|== )`)
