package markdown

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
)

// TestOutlineAndContent: an outline with its content is the document again.
func TestOutlineAndContent(t *testing.T) {
	t.Parallel()
	sources := []string{"", "# 只有标题\n", "正文[链接](a.md)。\n\n![图](a.svg \"说明\")\n\n## 原因\n\n### 一\n\n甲[^1]。\n\n[^1]: 注\n"}
	names, err := filepath.Glob("../../content/*/*.md")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(data)[4:], "\n---\n")
		sources = append(sources, body)
	}
	parser := NewParser(Options{})
	for _, source := range sources {
		want, _ := parser.Parse(diag.NewLines("a.md", []byte(source)), []byte(source), 0)
		outline, content := want.Outline(), string(want.AppendContent(nil))
		if outline.Intro.Text != "" || len(outline.Sections) != len(want.Sections) {
			t.Errorf("the outline is %+v", outline)
		}
		got, err := outline.WithContent(content)
		if err != nil {
			t.Fatalf("%v: %.200s", err, source)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Fragment{}, hole{})); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		for _, n := range []int{0, len(content) / 2, len(content) - 1} {
			if _, err := outline.WithContent(content[:n]); err == nil && n < len(content) {
				t.Errorf("%d of %d bytes of the content are taken for a whole one", n, len(content))
			}
		}
		if _, err := outline.WithContent(content + "x"); err == nil {
			t.Error("more than the content is taken for the content")
		}
	}
}

func FuzzWithContent(f *testing.F) {
	source := []byte("正文[链接](a.md)。\n\n## 原因\n\n### 一\n\n甲。\n")
	doc, _ := NewParser(Options{}).Parse(diag.NewLines("a.md", source), source, 0)
	f.Add(string(doc.AppendContent(nil)))
	outline := doc.Outline()
	f.Fuzz(func(t *testing.T, data string) {
		d, err := outline.WithContent(data)
		if err != nil {
			return
		}
		if again, err := outline.WithContent(string(d.AppendContent(nil))); err != nil || !cmp.Equal(d, again, cmp.AllowUnexported(Fragment{}, hole{})) {
			t.Errorf("what was read does not read again: %v", err)
		}
	})
}
