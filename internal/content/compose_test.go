package content

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
)

// together reads an article of a folder that has pieces.
func together(pieces map[string]string, values map[string]string, file, text string) Read {
	r := Reader{
		Parser: DefaultSettings().Parser(), Zone: time.UTC, Values: values,
		Piece: func(p string) ([]byte, bool) { s, ok := pieces[p]; return []byte(s), ok },
	}
	return r.Read(file, []byte(text))
}

func TestCompose(t *testing.T) {
	t.Parallel()
	pieces := map[string]string{
		"_p/a.md": "---\nnote: x\n---\n\n甲。\n\n", "_p/two.md": "一。\n\n二。\n", "_p/outer.md": "外：\n\n![[_p/a.md]]", "en/_p/a.md": "A.", "_p/empty.md": "\n",
		"_p/code.md": "```\n{{phone}}\n```",
		"_p/head.md": "### 小心 {#w}\n\n别停。\n\n#### 再小心 ##\n\n> # 引\n\n```\n# 码\n```\n", "_p/deep.md": "##### 甲\n\n###### 乙",
		"_p/under.md": "打 {{phone}}\n或来\n---\n\n字。\n\n小字\n===\n", "_p/around.md": "## 外\n\n![[_p/head.md]]\n\n完。",
	}
	values := map[string]string{"phone": "95188", "客服": "小蚂"}
	for _, c := range []struct{ name, file, in, want string }{
		{"alone in a paragraph", "a.md", "前\n\n![[_p/a.md]]\n\n后\n", "前\n\n甲。\n\n后\n"},
		{"without its end", "a.md", "![[_p/a]]\n", "甲。\n"},
		{"from the top", "en/b.md", "![[/_p/a.md]]\n", "甲。\n"},
		{"that of the folder", "en/b.md", "![[_p/a.md]]\n", "A.\n"},
		{"that of a folder above", "en/x/b.md", "![[_p/a.md]]\n", "A.\n"},
		{"a piece in a piece", "a.md", "![[_p/outer.md]]\n", "外：\n\n甲。\n"},
		{"an empty one", "a.md", "前\n\n![[_p/empty.md]]\n\n后\n", "前\n\n\n\n后\n"},
		{"in a list", "a.md", "- ![[_p/two.md]]\n- 三\n", "- 一。\n  \n  二。\n- 三\n"},
		{"in a quote", "a.md", "> 1. 看\n>\n>    ![[_p/two.md]]\n", "> 1. 看\n>\n>    一。\n>    \n>    二。\n"},
		{"in a line it is text", "a.md", "看 ![[_p/a.md]]\n", "看 ![[_p/a.md]]\n"},
		{"in code", "a.md", "```\n![[_p/a.md]]\n```\n\n    ![[_p/a.md]]\n", "```\n![[_p/a.md]]\n```\n\n    ![[_p/a.md]]\n"},
		{"of another folder it is text", "a.md", "![[p/a.md]]\n", "![[p/a.md]]\n"},
		{"values", "a.md", "打 {{phone}}，找{{ 客服 }}\n", "打 95188，找小蚂\n"},
		{"values in addresses", "a.md", "[打](tel:{{phone}})\n", "[打](tel:95188)\n"},
		{"values in headings and tables", "a.md", "## {{phone}}\n\n| a |\n|---|\n| {{phone}} |\n", "## 95188\n\n| a |\n|---|\n| 95188 |\n"},
		{"values in code and comments", "a.md", "`{{phone}}` <!-- {{fone}} -->\n\n<!--\n{{fone}}\n-->\n", "`{{phone}}` <!-- {{fone}} -->\n\n<!--\n{{fone}}\n-->\n"},
		{"values that are meant as braces", "a.md", "\\{{phone}} {{}} {{1}} {{a b}}\n", "\\{{phone}} {{}} {{1}} {{a b}}\n"},
		{"a piece with code", "a.md", "![[_p/code.md]]\n", "```\n{{phone}}\n```\n"},
		{"a heading below the one above", "a.md", "### 甲\n\n![[_p/head.md]]\n\n后\n", "### 甲\n\n#### 小心 {#w}\n\n别停。\n\n##### 再小心 ##\n\n> # 引\n\n```\n# 码\n```\n\n后\n"},
		{"a heading that is below it anyway", "a.md", "## 甲\n\n![[_p/head.md]]\n\n## 乙\n\n![[_p/deep.md]]\n", "## 甲\n\n### 小心 {#w}\n\n别停。\n\n#### 再小心 ##\n\n> # 引\n\n```\n# 码\n```\n\n## 乙\n\n##### 甲\n\n###### 乙\n"},
		{"no deeper than headings go", "a.md", "##### 甲\n\n![[_p/deep.md]]\n", "##### 甲\n\n###### 甲\n\n###### 乙\n"},
		{"a heading with a line below", "a.md", "### 甲\n\n![[_p/under.md]]\n", "### 甲\n\n##### 打 95188 或来\n\n\n字。\n\n#### 小字\n\n"},
		{"two pieces below one heading", "a.md", "## 甲\n\n![[_p/deep.md]]\n\n![[_p/around.md]]\n", "## 甲\n\n##### 甲\n\n###### 乙\n\n### 外\n\n#### 小心 {#w}\n\n别停。\n\n##### 再小心 ##\n\n> # 引\n\n```\n# 码\n```\n\n完。\n"},
		{"a heading in a list", "a.md", "### 甲\n\n- ![[_p/head.md]]\n", "### 甲\n\n- #### 小心 {#w}\n  \n  别停。\n  \n  ##### 再小心 ##\n  \n  > # 引\n  \n  ```\n  # 码\n  ```\n"},
		{"where no heading is above", "a.md", "![[_p/under.md]]\n", "### 打 95188 或来\n\n\n字。\n\n## 小字\n\n"},
	} {
		got := together(pieces, values, c.file, c.in)
		whole := string(got.Whole)
		if got.Whole == nil {
			whole = c.in
		}
		if diff := cmp.Diff(c.want, whole); diff != "" || len(got.Diags) > 0 {
			t.Errorf("%s (-want +got):\n%s%s", c.name, diff, said(got.Diags))
		}
	}
}

// Whatever is in a piece is told at its own place, and what stands behind one at
// its own, too.
func TestComposePositions(t *testing.T) {
	t.Parallel()
	pieces := map[string]string{"_p/a.md": "---\nx: y\n---\n\n甲\n\n[一](x.md)"}
	values := map[string]string{"v": "很长的一个值"}
	got := together(pieces, values, "b.md", "---\ntitle: x\n---\n\n- ![[_p/a.md]]\n\n{{v}} [二](y.md) {{v}} [三](z.md)\n\n## 四\n")
	var at []string
	for _, r := range got.Article.Doc.Refs {
		at = append(at, r.Pos.String()+" "+r.Dest)
	}
	at = append(at, got.Article.Doc.Sections[0].Pos.String())
	if diff := cmp.Diff([]string{"_p/a.md:7:1 x.md", "b.md:7:7 y.md", "b.md:7:23 z.md", "b.md:9:1"}, at); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"_p/a.md"}, got.Asked); diff != "" {
		t.Errorf("pieces (-want +got):\n%s", diff)
	}
}

func TestComposeMistakes(t *testing.T) {
	t.Parallel()
	pieces := map[string]string{"_p/self.md": "![[_p/self.md]]", "_p/a.md": "a\n\n![[_p/b.md]]", "_p/b.md": "![[_p/a.md]]", "_p/bad.md": "\xff", "_p/large.md": strings.Repeat("x\n", MaxArticle/4)}
	for i := range 9 {
		pieces[fmt.Sprintf("_p/deep%d.md", i)] = fmt.Sprintf("![[_p/deep%d.md]]", i+1)
	}
	for _, c := range []struct{ in, want string }{
		{"![[_p/none.md]]", "b.md:1:1: there is no piece “_p/none.md”"},
		{"![[../_p/a.md]]", "b.md:1:1: there is no piece “../_p/a.md”"},
		{"![[_p/self.md]]", "_p/self.md:1:1: the piece _p/self.md would have itself in it: _p/self.md → _p/self.md"},
		{"![[_p/a.md]]", "_p/b.md:1:1: the piece _p/a.md would have itself in it: _p/a.md → _p/b.md → _p/a.md"},
		{"![[_p/deep0.md]]", "_p/deep4.md:1:1: pieces lie in each other more than 5 deep"},
		{"![[_p/bad.md]]", "_p/bad.md:1:1: this byte is not UTF-8 text"},
		{"![[_p/large.md]]\n\n![[_p/large.md]]\n", "b.md:3:1: this text has more than 500 pieces, or more than 8 MB with them"},
		{"{{fone}}", "b.md:1:1: site.yaml has no value “fone”"},
		{"---\ntitle: \"{{fone}}\"\n---\n", "b.md:2:8: site.yaml has no value “fone”"},
	} {
		got := together(pieces, map[string]string{"phone": "1"}, "b.md", c.in)
		if len(got.Diags) != 1 || got.Diags[0].Pos.String()+": "+got.Diags[0].Message.En != c.want {
			t.Errorf("%.40q: got %s", c.in, said(got.Diags))
		}
	}
}

func FuzzCompose(f *testing.F) {
	f.Add("![[_p/a.md]]\n\n{{v}} [a](b.md)", "# {{v}}\n\n![[_p/a.md]]")
	f.Add("> - ![[_p/a]]\n>\n> x", "```\n{{v}}\n```\n\n[a](b)\n")
	f.Add("---\ntitle: x\n---\n`{{v}}`{{v}}<!-- {{v}} -->", "---\nx\n")
	f.Fuzz(func(t *testing.T, article, piece string) {
		if !utf8.ValidString(article) || !utf8.ValidString(piece) {
			t.Skip("said at the file")
		}
		got := together(map[string]string{"_p/a.md": piece}, map[string]string{"v": "值"}, "b.md", article)
		if got.Article == nil {
			return
		}
		lines := map[string]int{"b.md": strings.Count(article, "\n") + strings.Count(article, "\r") + 1, "_p/a.md": strings.Count(piece, "\n") + strings.Count(piece, "\r") + 1}
		var all []diag.Pos
		for _, r := range got.Article.Doc.Refs {
			all = append(all, r.Pos)
		}
		for _, d := range got.Diags {
			all = append(all, d.Pos)
		}
		for _, p := range all {
			if p.Line > lines[p.File] {
				t.Errorf("a place outside of its file: %s", p)
			}
		}
	})
}
