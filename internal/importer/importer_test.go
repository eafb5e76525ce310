package importer

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// body is what one page becomes, without its front matter, and what the
// report says of it but for what every short page lacks.
func body(t *testing.T, from Family, text string) (string, []string) {
	t.Helper()
	name := "a" + dialectOf(from).endings[0]
	out, diags, err := plan(t, Options{From: from}, ".", map[string]string{name: text, "b" + dialectOf(from).endings[0]: "b", "x.png": "x", "static/s.png": "s"})
	if err != nil || diags.Errors() > 0 {
		t.Fatalf("got %v and %v", err, diags)
	}
	holds(t, out)
	for _, f := range out.Files {
		if f.Path != "a.md" {
			continue
		}
		a, _ := content.ParseArticle(f.Path, f.Text, plainParser)
		for _, s := range a.Doc.Shown {
			if at := string(f.Text); !shownInSource(s, text) {
				t.Errorf("%s, and not in the source:\n%s", s.Message.En, at)
			}
		}
		_, rest, _ := strings.Cut(string(f.Text), "\n---\n")
		return strings.TrimSpace(rest), reported(f.Todo)
	}
	t.Fatal("there is no a.md")
	return "", nil
}

// shownInSource reports whether readers of the source see as text, too, what the
// rule finds. Only braces that hold no shortcode come into question here.
func shownInSource(s markdown.Shown, source string) bool {
	return strings.Contains(s.Message.En, "{{<>}}") && strings.Contains(source, "{{<>}}")
}

// reported is what a report says but for what every short page lacks.
func reported(todo diag.List) []string {
	var out []string
	for _, d := range todo {
		if !strings.HasPrefix(d.Message.En, "no ") && d.Message.En != "the source has no title: this one is the file's name" {
			out = append(out, d.Message.En)
		}
	}
	return out
}

func TestBody(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		from      Family
		text      string
		want      string
		mentioned string // by the report
	}{
		{"link to a page", MkDocs, "[b](b.md)", "[b](b.md)", ""},
		{"reference", MkDocs, "[b][r] and [r]\n\n[r]: ./b.md 'x'", "[b][r] and [r]\n\n[r]: b.md 'x'", ""},
		{"link around an image", MkDocs, "[![i](x.png)](./b.md)", "[![i](x.png)](b.md)", ""},
		{"the same address twice", MkDocs, "[![i](./x.png)](./x.png) [c](./x.png \"t\")", "[![i](x.png)](x.png) [c](x.png \"t\")", ""},
		{"link in code", MkDocs, "`[b](./b.md)` and [b](./b.md)", "`[b](./b.md)` and [b](b.md)", ""},
		{"link to nothing", MkDocs, "see [this *thing*](gone.md \"t\").", "see this *thing* (`gone.md`).", "this link leads to nothing that was imported: gone.md"},
		{"link around an image, both gone", MkDocs, "[![i](x2.png)](gone.md)", "i (图片没有找到：`x2.png`) (`gone.md`)", "this image was not found: x2.png"},
		{"reference to nothing", MkDocs, "see [this][r].\n\n[r]: gone.md", "see \\[this]\\[r].\n\n[r]: gone.md", "a link that leads nowhere stands as text"},
		{"image that is not there", MkDocs, "![old](gone.png)", "old (图片没有找到：`gone.png`)", "this image was not found: gone.png"},
		{"image elsewhere", MkDocs, "![old](https://cdn.example/a.png)", "![old](https://cdn.example/a.png)", "this image lies on another host: https://cdn.example/a.png"},
		{"anchor of another program", MkDocs, "[x](#1-abc-def)\n\n## 1. Abc def", "[x](#1-abc-def)\n\n## 1. Abc def", ""},
		{"anchor that differs", Hugo, "[x](#whats-up)\n\n## What_s up", "[x](#what_s-up)\n\n## What_s up", ""},
		{"anchor that is not there", MkDocs, "[x](#gone) [b](b.md#gone)", "x (`#gone`) [b](b.md)", "the place #gone is not on that page: the link leads to its top"},
		{"program in a link", MkDocs, "[x](javascript:alert)", "x (`javascript:alert`)", "this link leads to nothing that was imported: javascript:alert"},
		{"kind of a heading", MkDocs, "## Why?\n\n### a\n\n## Fix {#f}", "## Why? {.cause}\n\n### a\n\n## Fix {#f .solution}", "nothing tells how to find out which cause it is"},
		{"underlined headings", MkDocs, "---\ntitle: t\n---\nt\n=\n\nWhy\n---\n\na\n\nB\n===\n\nc", "Why\n---\n\na\n\nB\n---\n\nc", ""},
		{"HTML block", MkDocs, "<ul><li>a</li><li><b>c</b></li></ul>", "- a\n- **c**", ""},
		{"HTML in a line", MkDocs, "a<br/>b <img src=\"x.png\" alt=\"c\"> <a href='b.md'>d</a> <sup>2</sup> <b>e</b>", "a  \nb ![c](x.png) [d](b.md) <sup>2</sup> **e**", ""},
		{"comment", MkDocs, "a <!-- b --> c\n\n<!-- d\ne -->\nf", "a  c\n\nf", "left out: a comment (2×)"},
		{"unknown tag", MkDocs, "a <blink2>b", "a `<blink2>`b", "<blink2> was left as a note"},
		{"what is no tag", MkDocs, "1 < 2, a<b, <https://a.example>", "1 < 2, a<b, <https://a.example>", ""},
		{"HTML shown as code", MkDocs, "    <div>x</div>\n\n```html\n<div>{{< x >}}</div>\n```", "<div>x</div>\n\n```html\n<div>{{< x >}}</div>\n```", ""},
		{"admonition in a list", MkDocs, "- a\n\n    !!! warning\n        b", "- a\n\n    :::warning\n    b\n    :::", ""},
		{"shortcode", Hugo, "{{< tweet 1 >}}", left + "`{{< tweet 1 >}}`", "the shortcode tweet was left as a note"},
		{"shortcode around text", Hugo, "{{% wide %}}\nb\n{{% /wide %}}", "b", "left out: the shortcode wide, whose content stays"},
		{"shortcode over lines", Hugo, "{{< figure\n  src=\"x.png\"\n  alt=\"a\" >}}", "![a](x.png)", ""},
		{"shortcode in a line", Hugo, "a {{< b >}} c {{</* d */>}}", "a `{{< b >}}` c `{{< d >}}`", "the shortcode b was left as a note"},
		{"ref outside of a link", Hugo, "{{< ref \"b\" >}} x", "`{{< ref \"b\" >}}` x", "the shortcode ref was left as a note"},
		{"ref by name", Hugo, "[x]({{< ref \"b\" >}}) [y]({{% relref \"/b.md\" %}})", "[x](b.md) [y](b.md)", ""},
		{"static image", Docusaurus, "![a](/s.png) ![b](@site/static/s.png)", "![a](s.png) ![b](s.png)", ""},
		{"component over lines", Docusaurus, "<Card\n  a={() => 1}\n>\ntext\n</Card>", left + "`<Card a={() => 1} >`\n\ntext", "the component <Card> was left as a note"},
		{"nested containers", VitePress, "::::: tip A\n::: info\nb\n:::\n:::::", ":::tip A\n:::info\nb\n:::\n:::", ""},
		{"alert", VitePress, "> [!TIP]\n> a", "> [!TIP]\n> a", ""},
		{"unknown container", VitePress, "::: foo\nb\n:::", ":::note foo\nb\n:::", "the box ::: foo is not known: its content stands as a note"},
		{"code in a container", Docusaurus, ":::note\n```\n:::\n```\n:::\nafter", ":::note\n```\n:::\n```\n:::\n\nafter", ""},
		{"HTML text", HTML, "<p>a * b _c_ [d] # 1. &lt;e&gt;</p>", "a * b \\_c_ \\[d] # 1. &lt;e&gt;", ""},
		{"HTML heading", HTML, "<h1>t</h1><h2 id=\"w\">Why</h2><h1>u</h1>", "## Why {#w .cause}\n\n## u", ""},
		{"braces in an HTML heading", HTML, "<h2>a {.cause}</h2><h2>b <code>{x}</code></h2>", "## a \\{.cause}\n\n## b `{x}`", ""},
		{"HTML table", HTML, "<table><tr><th>a</th></tr><tr><td>b|c<p>d</p></td></tr></table>", "| a |\n|---|\n| b\\|c<br>d |", ""},
		{"HTML definition list", HTML, "<dl><dt>a</dt><dd>b</dd></dl>", "a\n: b", ""},
		{"HTML frame", HTML, "<nav>x</nav><p>a</p><footer>y</footer>", "a", "left out: <footer>, <nav>"},
		{"HTML address", HTML, "<a href=\"b.html?x=(1)\">b</a> <a href=\"mailto:a@b.example\">m</a>", "[b](b.md) [m](mailto:a@b.example)", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, todo := body(t, tt.from, tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if tt.mentioned != "" && !slices.Contains(todo, tt.mentioned) {
				t.Errorf("the report says %q, want %q", todo, tt.mentioned)
			}
			if tt.mentioned == "" && len(todo) > 0 && !strings.Contains(strings.Join(todo, ""), "cause") && !strings.Contains(strings.Join(todo, ""), "the headings") {
				t.Errorf("the report says %q, want nothing", todo)
			}
		})
	}
}

func TestTOML(t *testing.T) {
	t.Parallel()
	const text = "# c\nat = 2026-01-02T03:04:05\ndate = 2026-01-02\na = \"x \\\"y\\\" \\u4e00\" # d\nb = 'c:\\d'\nlist = [\n  'e', # f\n  \"g\",\n]\nday = 2026-01-02T03:04:05Z\nyes = true\nlong = \"\"\"\nh\ni\"\"\"\nt = { u = 1, v = 'w' }\n[menu.main]\nweight = 2\n[[authors]]\nname = 'j'\n[[authors]]\nname = 'k'\n"
	entries, diags := tomlEntries(diag.NewLines("a.md", []byte(text)), []byte(text), 0)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var got []string
	var say func(before string, list []content.Entry)
	say = func(before string, list []content.Entry) {
		for _, e := range list {
			var values []string
			for _, v := range e.Values {
				values = append(values, v.Value)
			}
			got = append(got, before+e.Key.Value+"="+strings.Join(values, "|"))
			say(before+e.Key.Value+".", e.Inner)
		}
	}
	say("", entries)
	want := []string{"at=2026-01-02T03:04:05", "date=2026-01-02", "a=x \"y\" 一", "b=c:\\d", "list=e|g", "day=2026-01-02T03:04:05Z", "yes=true", "long=h\ni", "t=", "t.u=1", "t.v=w", "menu=", "menu.main=", "menu.main.weight=2", "authors=", "authors.name=j", "authors.name=k"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, tt := range []struct {
		text      string
		line, col int
	}{
		{"a", 1, 1}, {"a = ", 1, 4}, {"a = \"x", 1, 6}, {"x = 1\na = [1", 2, 6}, {"a = 1 b = 2", 1, 6}, {"a = 'b' c", 1, 8}, {"a = {b}", 1, 7}, {"a = x\"", 1, 5}, {"= 1", 1, 1}, {"a = 1\na = 2", 2, 1},
	} {
		_, diags := tomlEntries(diag.NewLines("a.md", []byte(tt.text)), []byte(tt.text), 0)
		if len(diags) != 1 || diags[0].Line != tt.line || diags[0].Col != tt.col {
			t.Errorf("%q: got %v, want one mistake at %d:%d", tt.text, diags, tt.line, tt.col)
		}
	}
}

func TestGuess(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  Family
	}{
		{"settings of Hugo", map[string]string{"hugo.toml": "", "content/a.md": "x"}, Hugo},
		{"old settings of Hugo", map[string]string{"config.toml": "", "content/a.md": "x"}, Hugo},
		{"settings of MkDocs", map[string]string{"mkdocs.yml": "", "docs/a.md": "x"}, MkDocs},
		{"settings of Docusaurus", map[string]string{"docusaurus.config.ts": "", "docs/a.md": "x"}, Docusaurus},
		{"settings of VitePress", map[string]string{"docs/.vitepress/config.ts": "", "docs/a.md": "x"}, VitePress},
		{"TOML", map[string]string{"a.md": "+++\ntitle = 'x'\n+++\n", "b.md": "x"}, Hugo},
		{"admonition", map[string]string{"a.md": "!!! note\n    x\n"}, MkDocs},
		{"MDX", map[string]string{"a.mdx": "x"}, Docusaurus},
		{"container", map[string]string{"a.md": "::: tip\nx\n:::\n"}, VitePress},
		{"no sign", map[string]string{"a.md": "x"}, MkDocs},
		{"pages", map[string]string{"a.html": "x", "b.htm": "x", "c.txt": "x"}, HTML},
		{"text", map[string]string{"a.txt": "x"}, Text},
		{"export", map[string]string{"a.json": `{"articles": [{"title": "a"}]}`}, Zendesk},
		{"other JSON", map[string]string{"package.json": `{"name": "x"}`, "a.txt": "x"}, Text},
		{"nothing", map[string]string{"a.png": "x"}, Guess},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, diags, err := plan(t, Options{}, ".", tt.files)
			switch {
			case tt.want == Guess && !errors.Is(err, ErrNoPages):
				t.Errorf("got %v, want %v", err, ErrNoPages)
			case tt.want != Guess && (err != nil || diags.Errors() > 0):
				t.Errorf("got %v and %v", err, diags)
			case tt.want != Guess && out.From != tt.want:
				t.Errorf("got %s, want %s", out.From, tt.want)
			}
		})
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		from  Family
		into  string
		files []string
		want  []string
	}{
		{"page of a folder", MkDocs, "", []string{"pay/index.md", "pay/a.md"}, []string{"pay/a.md", "pay/index.md"}},
		{"alone in its folder", HTML, "", []string{"pay/refund/index.html", "pay/a.html"}, []string{"pay/a.md", "pay/refund.md"}},
		{"bundle", Hugo, "", []string{"pay/_index.md", "pay/refund/index.md"}, []string{"pay/index.md", "pay/refund.md"}},
		{"README", MkDocs, "", []string{"README.md", "a.md"}, []string{"a.md", "index.md"}},
		{"README beside an index", MkDocs, "", []string{"README.md", "index.md"}, []string{"README.md", "index.md"}},
		{"names that differ in case", MkDocs, "", []string{"A.md", "a.md"}, []string{"A.md", "a-2.md"}},
		{"page and folder of one name", MkDocs, "", []string{"pay.md", "pay/a.md"}, []string{"pay-2.md", "pay/a.md"}},
		{"two endings", HTML, "", []string{"a.htm", "a.html"}, []string{"a-2.md", "a.md"}},
		{"names of the program", MkDocs, "", []string{"api/a.md", "causes.md", "Search.md"}, []string{"Search-page.md", "api-pages/a.md", "causes-page.md"}},
		{"names of the program elsewhere", MkDocs, "old", []string{"api/a.md"}, []string{"old/api/a.md"}},
		{"order in names", Docusaurus, "", []string{"01-first/02_second.md", "2026.md"}, []string{"2026.md", "first/second.md"}},
		{"signs", MkDocs, "", []string{"a b?.md", "c&d/#e.md", "一 二.md"}, []string{"a-b.md", "一-二.md"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{}
			for _, f := range tt.files {
				files[f] = "x"
			}
			out, diags, err := plan(t, Options{From: tt.from, Into: tt.into}, ".", files)
			if err != nil || diags.Errors() > 0 {
				t.Fatalf("got %v and %v", err, diags)
			}
			holds(t, out)
			var got []string
			for _, f := range out.Files {
				got = append(got, f.Path)
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// An import is written whole or not at all, and over nothing.
func TestWriteAllOrNothing(t *testing.T) {
	t.Parallel()
	tree := func(dir string) []string {
		var out []string
		_ = filepath.WalkDir(dir, func(name string, _ fs.DirEntry, _ error) error {
			rel, _ := filepath.Rel(dir, name)
			out = append(out, filepath.ToSlash(rel))
			return nil
		})
		return out
	}
	source := fstest.MapFS{
		"a.md": {Data: []byte("![x](x.png)")}, "sub/b.md": {Data: []byte("b")}, "x.png": {Data: []byte("x")}, "z.md": {Data: []byte("z")},
	}
	for _, tt := range []struct {
		name    string
		disturb func(t *testing.T, dir string)
		source  fs.FS
		err     error
	}{
		{"a file came between", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "z.md"), []byte("mine"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, source, fs.ErrExist},
		{"a folder became a file", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "sub"), []byte("mine"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, source, nil},
		{"an image went away", func(*testing.T, string) { delete(source, "never") }, fstest.MapFS{}, fs.ErrNotExist},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			out, diags, err := Plan(t.Context(), &Source{FS: source, Start: ".", Shown: "old"}, os.DirFS(dir), Options{From: MkDocs, Now: clock})
			if err != nil || len(diags) > 0 {
				t.Fatalf("got %v and %v", err, diags)
			}
			tt.disturb(t, dir)
			before := tree(dir)
			out.source = tt.source
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			err = out.Write(root)
			if err == nil || tt.err != nil && !errors.Is(err, tt.err) {
				t.Errorf("got %v, want %v", err, tt.err)
			}
			if strings.Contains(err.Error(), dir) {
				t.Errorf("%q names a path of the machine", err)
			}
			if diff := cmp.Diff(before, tree(dir)); diff != "" {
				t.Errorf("files before and after:\n%s", diff)
			}
			if data, err := os.ReadFile(filepath.Join(dir, "z.md")); err == nil && string(data) != "mine" {
				t.Errorf("z.md was written over: %q", data)
			}
		})
	}
}
