package markdown

import (
	"strings"
	"testing"
)

// shown is what readers get of a document: its HTML and its text.
func shown(doc *Document) string {
	var b strings.Builder
	for _, f := range fragments(doc) {
		b.WriteString(filled(doc, f))
	}
	b.WriteString(doc.Title + doc.Intro.Text)
	for _, s := range doc.Sections {
		b.WriteString(s.Title + s.ID + s.Body.Text)
		for _, it := range s.Items {
			b.WriteString(it.Title + it.ID + it.Body.Text)
		}
	}
	return b.String() + strings.Join(doc.IDs, " ")
}

func TestCommentsVanish(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a block":                   "一\n\n<!-- 机密 -->\n\n二\n",
		"lines":                     "一\n\n<!--\n机密\n\n机密\n-->\n\n二\n",
		"behind text":               "一 <!-- 机密 --> 二\n",
		"at a line's end":           "一 <!-- 机密 -->\n二\n",
		"over two lines":            "一 <!-- 机密\n机密 --> 二\n",
		"in a heading":              "## 一 <!-- 机密 --> {.cause}\n\n### 二 <!-- 机密 -->\n\n三\n",
		"in the title":              "# 一 <!-- 机密 -->\n\n二\n",
		"in emphasis":               "**一<!-- 机密 -->二**\n",
		"in a list":                 "- 一 <!-- 机密 -->\n- <!-- 机密 -->\n- 二\n",
		"in a quote":                "> 一\n>\n> <!-- 机密\n> 机密 -->\n>\n> 二\n",
		"in a table":                "| 一 | 二 |\n|--|--|\n| 三 <!-- 机密 --> | 四 |\n",
		"in a link":                 "[一<!-- 机密 -->](https://example.org/)\n",
		"in an image's words":       "![一<!-- 机密 -->](a.png)\n\n![二](b.png) <!-- 机密 -->\n",
		"in a note":                 "一[^1]\n\n[^1]: 二 <!-- 机密 -->\n",
		"in HTML":                   "<div>\n<!-- 机密 -->\n一</div>\n",
		"with an id":                "<div>\n<!-- <a id=\"机密\"></a> -->\n</div>\n",
		"text behind it":            "<!-- 机密 --> 一\n\n二\n",
		"two in a line":             "<!-- 机密 --><!-- 机密 -->\n\n一\n",
		"with signs":                "一 <!-- 机密 > -- 机密 --> 二\n",
		"at the end of the file":    "一\n\n<!-- 机密 -->",
		"before anything":           "<!-- 机密 -->\n\n# 一\n\n二\n",
		"with a task":               "- [ ] 一 <!-- 机密 -->\n",
		"in a definition of a link": "[一]\n\n<!-- 机密 -->\n[一]: https://example.org/\n",
	} {
		for _, raw := range []bool{false, true} {
			o := options
			o.RawHTML = raw
			doc := good(t, o, body)
			if got := shown(doc); strings.Contains(got, "机密") || strings.Contains(got, "<!--") || strings.Contains(got, "--&gt;") {
				t.Errorf("%s (raw HTML: %v): a reader sees %s", name, raw, got)
			}
			if got := string(Uncommented([]byte(body), doc.Comments)); strings.Contains(got, "机密") || strings.Contains(got, "--") && name != "in a table" {
				t.Errorf("%s: as Markdown it is %q", name, got)
			}
		}
	}
}

func TestCommentsStayInCode(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"写 `<!-- 待定 -->` 即可\n", "```html\n<!-- 待定 -->\n```\n", "    <!-- 待定 -->\n", "- 一\n\n  ```\n  <!-- 待定 -->\n  ```\n", `写 \<!-- 待定 --> 即可` + "\n",
	} {
		doc := good(t, options, body)
		if got := shown(doc); !strings.Contains(got, "&lt;!-- 待定 --&gt;") || !strings.Contains(doc.Intro.Text, "<!-- 待定 -->") {
			t.Errorf("%q: a reader sees %s", body, got)
		}
		if got := string(Uncommented([]byte(body), doc.Comments)); got != body {
			t.Errorf("as Markdown it is %q, want %q", got, body)
		}
	}
}

func TestOpenComments(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"一 <!-- 待定\n\n二 -->\n":          "a.md:1:3",
		"<div>\n<!-- 待定\n\n二 -->\n":     "a.md:2:1",
		"一\n\n<!-- 待定\n\n二\n":           "a.md:3:1",
		"<!-- 待定 --> 一 <!-- 二\n\n三 -->": "a.md:1:15",
	} {
		if _, diags := parse(options, body); len(diags) != 1 || diags[0].Code != "comment-open" || diags[0].Pos.String() != want {
			t.Errorf("%q: got %s, want comment-open at %s", body, said(diags), want)
		}
	}
}

func TestUncommented(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"一\n\n<!-- x -->\n\n二\n":    "一\n\n二\n",
		"一\n<!-- x -->\n二\n":        "一\n二\n",
		"一\n<!-- x -->\n\n二\n":      "一\n\n二\n",
		"<!-- x -->\n\n一\n":         "一\n",
		"一 <!-- x --> 二\n":          "一 二\n",
		"一 <!-- x -->\n二\n":         "一\n二\n",
		"一<!-- x -->二\n":            "一二\n",
		"- 一\n  <!-- x -->\n- 二\n":  "- 一\n- 二\n",
		"一\n\n<!-- x\n\ny -->\n\n二": "一\n\n二",
		"<!-- x --> 一\n":            " 一\n",
	} {
		doc := good(t, options, body)
		if got := string(Uncommented([]byte(body), doc.Comments)); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}

// Where HTML passes through, its tags and attributes are no text.
func TestTextOfHTML(t *testing.T) {
	t.Parallel()
	raw := Options{Words: words, RawHTML: true}
	for body, want := range map[string]string{
		"<div class=\"warn\" style=\"color:red\">请先备份数据</div>\n":               "请先备份数据",
		"一个<b>加粗</b>字。\n":                                                      "一个加粗字。",
		"一<br>二\n":                                                             "一 二",
		"<ul>\n<li>一</li><li>二 &amp; 三</li>\n</ul>\n":                          "一\n二 & 三",
		"<script>\nvar a = '<b>机密</b>';\n</script>\n":                          "",
		"<style>\n.机密 { color: red }\n</style>\n\n一\n":                         "一",
		"<a title=\"a > b\" href=\"x\">一</a>\n":                                "一",
		"<details>\n<summary>为什么</summary>\n\n因为**慢**\n\n</details>\n":         "为什么\n因为慢",
		"<p>一<em class=\"x\">二</em>三</p>\n":                                    "一二三",
		"<!-- 机密 -->\n<table><tr><td>一</td><td>二</td></tr></table>\n":          "一\n二",
		"请按 <kbd>Ctrl</kbd>+<kbd>C</kbd>\n":                                    "请按 Ctrl+C",
		"a <span\nclass=\"机密\">b</span>\n":                                     "a b",
		"<div data-x='机密'\n>一</div>\n":                                         "一",
		"一 < 二\n":                                                              "一 < 二",
		"<div>\n一 < 二\n</div>\n":                                               "一 < 二",
		"<textarea>\n机密 <!-- 一 -->\n</textarea>\n":                             "",
		"<iframe src=\"https://example.org/机密\" title=\"机密\"></iframe>\n\n一\n": "一",
	} {
		if doc := good(t, raw, body); doc.Intro.Text != want {
			t.Errorf("%q: got %q, want %q", body, doc.Intro.Text, want)
		}
	}
}

func FuzzEachPart(f *testing.F) {
	for _, s := range []string{"<!-- a --> b", "<a b='>'>c</a>", "<script>a<b</script>", "<!-->", "<", "<!--", "</", "<a", "<STYLE>x</style>y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at := 0
		eachPart(s, func(_ htmlPart, start, end int) {
			if start != at || end <= start {
				t.Fatalf("%q: a part from %d to %d behind %d", s, start, end, at)
			}
			at = end
		})
		if at != len(s) {
			t.Fatalf("%q: the parts end at %d", s, at)
		}
	})
}
