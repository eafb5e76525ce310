package render_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"whyfix/internal/render"
	"whyfix/themes"
)

// contentFiles are the text files of the project's own content.
func contentFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	root := os.DirFS(filepath.Join("..", "..", "content"))
	err := fs.WalkDir(root, ".", func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, p)
		files[p] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// oddSite is a made site of many pages of each kind. What a writer can put into
// a page is put everywhere: signs of HTML, of addresses, of scripts and of
// templates, marks that join or turn, what has no width, long and empty texts.
func oddSite() map[string]string {
	odd := []string{
		`<b>`, `a & b`, `&amp;lt;`, `"zu"`, `it's`, "`code`", `1 + 1`, `%41 %zz %`, `/a b?c=d&e#f`, `javascript:alert(1)`, `//host/x`, `a:b/c`, `#x`, `?q=1`,
		`{{.Title}}`, `[[.Query]]`, `</script>`, `<!x>`, `]]>`, `\\`, "\u2028 x", "e\u0301", "\u202eabc", "\u200b x", "\ufeff y", `😀 👩‍👩‍👧`, `عربى`, `ぺージ`, `繁體字`, `C#`,
		`=1+1`, `花呗`, strings.Repeat("很长", 15), `.`, `-`, `0`, `null`, `x\ty`, `１２ＡＢ`, `½`,
	}
	files := map[string]string{
		"site.yaml": "title: '<i> & \"''\"'\nbase: \"https://example.org/a b/\"\n",
		"index.md":  "# <b> & 首页\n\n正文 {{.}} <i>。\n",
	}
	// A tag's address is made of its letters, and must be its own.
	tag := func(i int) string { return fmt.Sprintf("%s %d", odd[i%len(odd)], i%len(odd)) }
	at := func(i int) string { return odd[i%len(odd)] }
	for i := range odd {
		folder := fmt.Sprintf("o%d %s", i%4, []string{"a&b", "花 呗", "x'y", "+1"}[i%4])
		files[folder+"/index.md"] = fmt.Sprintf("---\ntitle: %q\n---\n\n正文 %s。\n", at(i)+" 类", at(i+1))
		var b strings.Builder
		fmt.Fprintf(&b, "---\ntitle: %q\nsummary: %q\nsymptoms: [%q, %q]\nproducts: [%q]\ncauses: [%q, c%d]\nsolutions: [%q]\ncases: [%q]\nauthor: %q\ndate: 2026-0%d-01\naliases: [%q]\n---\n\n",
			at(i)+" 怎么办", at(i+1), at(i+2)+" 不行", at(i+3)+" 失败", tag(i), tag(i+4), i, tag(i+6), tag(i+7), at(i+8), i%9+1, fmt.Sprintf("/old %d&'+花/", i))
		fmt.Fprintf(&b, "%s\n\n## 原因\n\n### 甲 %s {tag=c%d}\n\n%s\n\n## 怎么判断\n\n1. %s\n\n```html\n%s\n```\n\n", at(i), at(i+4), i, at(i+9), at(i+10), at(i+11))
		fmt.Fprintf(&b, "## 解决 %s\n\n| %s | b |\n|---|---|\n| 1 | 2 |\n\n[x](https://example.org/?q=%d&r=%%41 \"a 'b' <c>\")\n", at(i+12), strings.ReplaceAll(at(i+13), "|", ""), i)
		files[fmt.Sprintf("%s/n%d.md", folder, i)] = b.String()
		files[fmt.Sprintf("gone/g%d.md", i)] = fmt.Sprintf("---\ntitle: %q\ngone: true\n---\n\n没有了。\n", at(i)+" 旧")
	}
	return files
}

// fewestOfKind is how many pages of a kind the odd site must have, of those that
// are not one for each language.
var fewestOfKind = map[string]int{"article": 40, "category": 4, "tag": 100, "family": 4, "redirect": 40, "gone": 40, "symptoms": 1, "home": 1, "404": 1}

// TestProgramsMakeTheSame compares every page of a whole site with what
// html/template makes of it.
func TestProgramsMakeTheSame(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	sites := map[string]map[string]string{
		"content":   contentFiles(t),
		"bilingual": bilingual,
		"strange": {
			"site.yaml":     "title: <b> & \"帮助\"\nbase: https://example.org/a%20b/\nbrand: \"#0a6286\"\nnav: [{title: 电话, link: \"tel:+86 10\"}, {title: a<b, link: \"https://example.org/?a=1&b=%41\"}]\n",
			"花 呗/a'b&c.md":  "---\naliases: [\"/旧/a&b/\"]\ntitle: <script>alert(1)</script> & “引号” {{.}}\nsymptoms: [\"a<b & c\", '[[.Query]]']\nproducts: [\"C#\", \"a/b?c\"]\ncauses: ['<i>', \"一\"]\nsolutions: [二]\n---\n\n## 原因\n\n### x < y {tag=\"<i>\"}\n\n`<b>`\n\n## 怎么判断\n\n### 看 {for=\"x < y\"}\n\n看。\n\n## 解决\n\n### 办法 & 二 {tag=\"二\" for=\"x < y\"}\n\n做。\n",
			"花 呗/index.md":  "---\ntitle: 花 & 呗\n---\n\n正文 <b>。\n",
			"tags.yaml":     "\"C#\": {description: \"a < b & c\"}\n",
			"plain/text.md": "没有标题的正文\n",
		},
	}
	sites["odd"] = oddSite()
	for name, files := range sites {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compiled, library := load(t, themes.Default(), files), load(t, themes.Default(), files)
			library.Theme.UseLibrary()
			pages, others := compiled.Renderer.Pages(), library.Renderer.Pages()
			for range 2 { // the first page of each kind is the library's
				for i, p := range pages {
					got, err := p.Make(nil, compiled)
					if err != nil {
						t.Fatal(err)
					}
					want, err := others[i].Make([]byte("<"), library)
					if err != nil {
						t.Fatal(err)
					}
					if !bytes.Equal(got, want[1:]) {
						t.Errorf("%s differs from what html/template makes", p.File)
					}
				}
			}
			if name == "odd" {
				for kind, fewest := range fewestOfKind {
					if n := len(slices.DeleteFunc(slices.Clone(pages), func(p render.Output) bool { return p.Kind != kind })); n < fewest {
						t.Errorf("%d pages of the kind %q were compared, want %d", n, kind, fewest)
					}
				}
			}
			for kind, done := range compiled.Theme.Compiled() {
				pages := slices.ContainsFunc(pages, func(p render.Output) bool { return p.Kind == kind })
				if !done && pages {
					t.Errorf("no program makes pages of the kind %q", kind)
				}
			}
		})
	}
}

// TestThemeWithoutProgram: a theme that no program can do is made by the library.
func TestThemeWithoutProgram(t *testing.T) {
	t.Parallel()
	theme := render.Overlay(fstest.MapFS{
		"article.html": file(`{{define "main"}}<p {{template "inside" .}}>{{.Title}}</p>{{end}}{{define "inside"}}title="{{.Title}}"{{end}}`),
	}, themes.Default())
	l := load(t, theme, map[string]string{"a.md": "# 甲\n", "b.md": "# 乙\n"})
	for name, want := range map[string]string{"a": `<p title="甲">甲</p>`, "b": `<p title="乙">乙</p>`} {
		if page := made(t, l, path.Join(name, "index.html")); !bytes.Contains(page, []byte(want)) {
			t.Errorf("%s has no %s: %s", name, want, page)
		}
	}
	if l.Theme.Compiled()["article"] {
		t.Error("a template inside a tag was compiled")
	}
}
