package render_test

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
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
