package markdown

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
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

func TestTagsAndMarks(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct{ page, text, markdown string }{
		"按<kbd>Ctrl</kbd>+<KBD>C</KBD>\n":               {"<p>按<kbd>Ctrl</kbd>+<kbd>C</kbd></p>", "按Ctrl+C", "按Ctrl+C\n"},
		"<kbd>Enter</kbd>\n":                            {"<p><kbd>Enter</kbd></p>", "Enter", "Enter\n"},
		"<br>\n**甲**\n":                                 {"<p><br><strong>甲</strong></p>", "甲", " \n**甲**\n"},
		"甲<br>乙<br/>丙<BR />丁\n":                         {"<p>甲<br>乙<br>丙<br>丁</p>", "甲 乙 丙 丁", "甲 乙 丙 丁\n"},
		"H<sub>2</sub>O，10<sup>3</sup>\n":               {"<p>H<sub>2</sub>O，10<sup>3</sup></p>", "H2O，103", "H2O，10^3\n"},
		"<b>注意：*甲*</b>先<u>备份</u>\n":                     {"<p><b>注意：<em>甲</em></b>先<u>备份</u></p>", "注意：甲先备份", "**注意：*甲***先备份\n"},
		"<del>旧</del><i>斜</i><small>小</small>\n":        {"<p><del>旧</del><i>斜</i><small>小</small></p>", "旧斜小", "~~旧~~*斜*小\n"},
		"<b>甲\n\n乙</b>\n":                               {"<p>&lt;b&gt;甲</p><p>乙&lt;/b&gt;</p>", "<b>甲\n乙</b>", "<b>甲\n\n乙</b>\n"},
		"<b>甲*乙</b>丙*\n":                                {"<p>&lt;b&gt;甲<em>乙&lt;/b&gt;丙</em></p>", "<b>甲乙</b>丙", "<b>甲*乙</b>丙*\n"},
		"<u><b>甲</u></b>\n":                             {"<p><u>&lt;b&gt;甲</u>&lt;/b&gt;</p>", "<b>甲</b>", "<b>甲</b>\n"},
		"<b onclick=\"x\">甲</b> <kbd class=x>乙</kbd>\n": {`<p>&lt;b onclick=&quot;x&quot;&gt;甲&lt;/b&gt; &lt;kbd class=x&gt;乙&lt;/kbd&gt;</p>`, `<b onclick="x">甲</b> <kbd class=x>乙</kbd>`, "<b onclick=\"x\">甲</b> <kbd class=x>乙</kbd>\n"},
		"<script>x</script>\n":                          {"<p>&lt;script&gt;x&lt;/script&gt;</p>", "<script>x</script>", "<script>x</script>\n"},
		"`<kbd>` 和 \\<b>\n":                             {"<p><code>&lt;kbd&gt;</code> 和 &lt;b&gt;</p>", "<kbd> 和 <b>", "`<kbd>` 和 \\<b>\n"},
		"<ul><li>甲</li></ul>\n":                         {"<p>&lt;ul&gt;&lt;li&gt;甲&lt;/li&gt;&lt;/ul&gt;</p>", "<ul><li>甲</li></ul>", "<ul><li>甲</li></ul>\n"},
		"| 步 |\n|-|\n| <ul><li>甲</li><li>*乙*<ol><li>子</li></ol></li></ul> |\n": {
			"<table><thead><tr><th>步</th></tr></thead><tbody><tr><td><ul><li>甲</li><li><em>乙</em><ol><li>子</li></ol></li></ul></td></tr></tbody></table>",
			"步 \n甲 乙 子", "| 步 |\n|-|\n| 甲；*乙*（1. 子） |\n",
		},
		"| 步 | 灯 |\n|-|-|\n| 看：<ul><li>灭了。</li><li>闪</li></ul> | on <ol><li>red</li><li>*blue*</li></ol> |\n": {
			"<table><thead><tr><th>步</th><th>灯</th></tr></thead><tbody><tr><td>看：<ul><li>灭了。</li><li>闪</li></ul></td><td>on <ol><li>red</li><li><em>blue</em></li></ol></td></tr></tbody></table>",
			"步 灯 \n看： 灭了。 闪  on red blue", "| 步 | 灯 |\n|-|-|\n| 看：灭了。闪 | on  1. red; 2. *blue* |\n",
		},
		"| 步 |\n|-|\n| 1. 甲<br>2. 乙 |\n| <li>丙</li> <ul><li>丁</li> |\n": {
			"<table><thead><tr><th>步</th></tr></thead><tbody><tr><td>1. 甲<br>2. 乙</td></tr><tr><td>&lt;li&gt;丙&lt;/li&gt; &lt;ul&gt;&lt;li&gt;丁&lt;/li&gt;</td></tr></tbody></table>",
			"步 \n1. 甲 2. 乙 \n<li>丙</li> <ul><li>丁</li>", "| 步 |\n|-|\n| 1. 甲 2. 乙 |\n| <li>丙</li> <ul><li>丁</li> |\n",
		},
		"先==备份==，==**再**升级。==好\n": {"<p>先<mark>备份</mark>，<mark><strong>再</strong>升级。</mark>好</p>", "先备份，再升级。好", "先备份，**再**升级。好\n"},
		"a ==big== sign\n":        {"<p>a <mark>big</mark> sign</p>", "a big sign", "a big sign\n"},
		"a==b 且 c==d，x == y == z，===甲===，=乙=，若a==b则b==c\n": {
			"<p>a==b 且 c==d，x == y == z，===甲===，=乙=，若a==b则b==c</p>", "a==b 且 c==d，x == y == z，===甲===，=乙=，若a==b则b==c",
			"a==b 且 c==d，x == y == z，===甲===，=乙=，若a==b则b==c\n",
		},
		"`==` 和 ==`a==b`==\n":               {"<p><code>==</code> 和 <mark><code>a==b</code></mark></p>", "== 和 a==b", "`==` 和 `a==b`\n"},
		"https://example.org/?a==&b==c 甲\n": {`<p><a href="https://example.org/?a==&amp;b==c">https://example.org/?a==&amp;b==c</a> 甲</p>`, "https://example.org/?a==&b==c 甲", "https://example.org/?a==&b==c 甲\n"},
		"风控\n: 银行的**检查**\n: 也叫风险控制\n\n额度\n: 能借多少\n": {
			"<dl><dt>风控</dt><dd>银行的<strong>检查</strong></dd><dd>也叫风险控制</dd><dt>额度</dt><dd>能借多少</dd></dl>",
			"风控\n银行的检查\n也叫风险控制\n额度\n能借多少", "风控\n: 银行的**检查**\n: 也叫风险控制\n\n额度\n: 能借多少\n",
		},
		":::tip 按<kbd>F1</kbd>\n==甲==\n:::\n": {
			`<aside class="callout callout-tip" role="note" aria-label="提示"><p class="callout-title">按<kbd>F1</kbd></p><p><mark>甲</mark></p></aside>`,
			"按F1\n甲", "**提示 – 按F1**\n\n甲\n",
		},
	} {
		page, text, markdown, said := seen(t, Options{}, body)
		got := struct{ page, text, markdown string }{one(page), text, markdown}
		if got != want {
			t.Errorf("%q (-want +got):\n%s", body, cmp.Diff([]string{want.page, want.text, want.markdown}, []string{got.page, got.text, got.markdown}))
		}
		if len(said) > 0 {
			t.Errorf("%q: said %q", body, said)
		}
	}
}

func TestTagsInHeadings(t *testing.T) {
	t.Parallel()
	body := "## 按 <kbd>F1</kbd> ==键==\n"
	lines := diag.NewLines("a.md", []byte(body))
	doc, _ := NewParser(Options{}).Parse(lines, []byte(body), 0)
	s := doc.Sections[0]
	if s.Title != "按 F1 键" || s.ID != "按-f1-键" || s.Heading.HTML(nil, nil) != "按 <kbd>F1</kbd> <mark>键</mark>" {
		t.Errorf("got %q, %q, %s", s.Title, s.ID, s.Heading.HTML(nil, nil))
	}
}

// With raw_html, tags are what they are.
func TestTagsWithRawHTML(t *testing.T) {
	t.Parallel()
	body := "<b class=\"x\">甲</b>==乙==<u>丙\n"
	page, text, _, _ := seen(t, Options{RawHTML: true}, body)
	if want := "<p><b class=\"x\">甲</b><mark>乙</mark><u>丙</p>"; one(page) != want || text != "甲乙丙" {
		t.Errorf("got %s, text %q", page, text)
	}
}

// Tags that are read lie in each other, whatever is written.
func FuzzTags(f *testing.F) {
	for _, seed := range []string{"<b>甲</b>", "<u><b>甲</u></b>", "| a |\n|-|\n| <ul><li>甲</li></ul> |\n", "==甲==<br>", "==<b>==</b>", "*<i>*</i>", "[<b>](a)</b>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		body = strings.ReplaceAll(strings.ToValidUTF8(body, ""), "\x00", "")
		page, _, _, _ := seen(t, Options{}, body)
		balanced(t, page)
	})
}
