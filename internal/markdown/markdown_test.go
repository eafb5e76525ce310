package markdown

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"whyfix/internal/diag"
)

// words are a few of those that a site has by default.
var words = KindWords{
	Cause:    {"原因", "为什么", "cause", "causes", "why"},
	Check:    {"判断", "排查", "check", "how to tell"},
	Solution: {"解决", "怎么办", "solution", "fix", "what to do"},
	Case:     {"案例", "case", "cases"},
}

var options = Options{Words: words}

// parse reads a body that stands alone in its file.
func parse(o Options, body string) (*Document, diag.List) {
	return NewParser(o).Parse(diag.NewLines("a.md", []byte(body)), []byte(body), 0)
}

// good reads a body that must be without mistakes.
func good(t *testing.T, o Options, body string) *Document {
	t.Helper()
	doc, diags := parse(o, body)
	if len(diags) > 0 {
		t.Fatalf("diagnostics:%s", said(diags))
	}
	return doc
}

// said is what a person reads.
func said(diags diag.List) string {
	var b strings.Builder
	_ = diag.Printer{}.Print(&b, diags)
	return "\n" + b.String()
}

// filled fills each hole with the address as it is in the file.
func filled(doc *Document, f Fragment) string {
	targets := make([]Target, len(doc.Refs))
	for i, ref := range doc.Refs {
		targets[i] = Target{URL: ref.Dest}
	}
	return f.HTML(targets, Words{"figure": "图"})
}

// outline is the shape of a document in words.
func outline(doc *Document) string {
	var b strings.Builder
	if doc.Title != "" {
		fmt.Fprintf(&b, "title %s\n", doc.Title)
	}
	if doc.Intro.Text != "" {
		fmt.Fprintf(&b, "intro %s\n", doc.Intro.Text)
	}
	for _, s := range doc.Sections {
		fmt.Fprintf(&b, "%s %s", strings.Repeat("#", int(s.Level)), s.Title)
		if s.Kind != None {
			fmt.Fprintf(&b, " .%s", s.Kind)
		}
		if s.Anchor != "" {
			fmt.Fprintf(&b, " @%s", s.Anchor)
		}
		if s.Tag != "" {
			fmt.Fprintf(&b, " tag=%s", s.Tag)
		}
		if len(s.For) > 0 {
			fmt.Fprintf(&b, " for=%s", strings.Join(s.For, "+"))
		}
		if s.Body.Text != "" {
			fmt.Fprintf(&b, ": %s", s.Body.Text)
		}
		b.WriteByte('\n')
		for _, it := range s.Items {
			fmt.Fprintf(&b, "  - %s", it.Title)
			if it.Tag != "" {
				fmt.Fprintf(&b, " tag=%s", it.Tag)
			}
			if len(it.For) > 0 {
				fmt.Fprintf(&b, " for=%s", strings.Join(it.For, "+"))
			}
			if it.Body.Text != "" {
				fmt.Fprintf(&b, ": %s", strings.ReplaceAll(it.Body.Text, "\n", " / "))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func TestOutline(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"nothing", "", ""},
		{"text alone", "正文。", "intro 正文。\n"},
		{"title", "# 甲\n\n正文。", "title 甲\nintro 正文。\n"},
		{"title below text is a section", "正文。\n\n# 甲\n", "intro 正文。\n# 甲\n"},
		{"second title is a section", "# 甲\n\n# 乙\n", "title 甲\n# 乙\n"},
		{"title in a list is none", "- # 甲\n", "intro 甲\n"},
		{"kind by attribute", "## 甲 {.cause}\n\n## 乙 {.check}\n\n## 丙 {.solution}\n\n## 丁 {.case}\n", "## 甲 .cause @cause\n## 乙 .check @check\n## 丙 .solution @solution\n## 丁 .case @case\n"},
		{"kind among classes", "## 甲 {.big .cause .red}\n", "## 甲 .cause @cause\n"},
		{"attribute before wording", "## 原因 {.case}\n", "## 原因 .case @case\n"},
		{"kind by wording", "## 为什么会这样\n\n## 怎么判断\n\n## 怎么解决\n\n## 案例\n", "## 为什么会这样 .cause @cause\n## 怎么判断 .check @check\n## 怎么解决 .solution @solution\n## 案例 .case @case\n"},
		{"kind by wording in English", "## Why it happens\n\n## How to tell which\n\n## What to do\n\n## A case\n", "## Why it happens .cause @cause\n## How to tell which .check @check\n## What to do .solution @solution\n## A case .case @case\n"},
		{"the anchor is the first one's", "## 原因\n\n## 别的原因\n", "## 原因 .cause @cause\n## 别的原因 .cause\n"},
		{"the anchor gives way to an id", "## 说明 {#cause}\n\n## 原因\n", "## 说明\n## 原因 .cause\n"},
		{"items", "## 原因\n\n先说。\n\n### 甲\n\n一。\n\n### 乙\n\n二。\n\n三。\n", "## 原因 .cause @cause: 先说。\n  - 甲: 一。\n  - 乙: 二。 / 三。\n"},
		{"items need a kind", "## 别的\n\n### 甲\n\n一。\n", "## 别的\n### 甲: 一。\n"},
		{"deeper headings are an item's text", "## 原因\n\n### 甲\n\n#### 细节\n\n一。\n\n### 乙\n", "## 原因 .cause @cause\n  - 甲: 细节 / 一。\n  - 乙\n"},
		{"a level that is left out", "## 原因\n\n#### 甲\n\n#### 乙\n\n## 别的\n", "## 原因 .cause @cause\n  - 甲\n  - 乙\n## 别的\n"},
		{"a shallower item than the first", "## 原因\n\n#### 甲\n\n### 乙\n\n#### 丙\n", "## 原因 .cause @cause\n  - 甲\n  - 乙: 丙\n"},
		{"a kind of its own below another", "## 原因\n\n### 甲\n\n### 办法 {.solution}\n\n#### 乙\n", "## 原因 .cause @cause\n  - 甲\n### 办法 .solution @solution\n  - 乙\n"},
		{"wording of an item is no kind", "## 原因\n\n### 怎么解决\n\n一。\n", "## 原因 .cause @cause\n  - 怎么解决: 一。\n"},
		{"sections of level one and three", "# 标题\n\n# 原因\n\n## 甲\n\n### 案例\n\n# 解决\n", "title 标题\n# 原因 .cause @cause\n  - 甲: 案例\n# 解决 .solution @solution\n"},
		{"tag and for", "## 原因\n\n### 甲 {tag=\"系统维护\"}\n\n## 解决\n\n### 乙 {for=\"系统维护, 风险控制，甲、乙;丙\"}\n", "## 原因 .cause @cause\n  - 甲 tag=系统维护\n## 解决 .solution @solution\n  - 乙 for=系统维护+风险控制+甲+乙+丙\n"},
		{"tag and for on a section", "## 解决 {tag=\"甲\" for=\"乙\"}\n", "## 解决 .solution @solution tag=甲 for=乙\n"},
		{"headings in a quote stay there", "## 其他\n\n> ### 甲\n>\n> 一。\n", "## 其他: 甲\n一。\n"},
		{"inline parts of a title", "## 原因 *一* `码` [链](https://example.org/) <b> &amp; ![图](x.svg)\n", "## 原因 一 码 链 <b> & 图 .cause @cause\n"},
		{"underlined headings", "原因\n---\n\n一。\n", "## 原因 .cause @cause: 一。\n"},
		{"an empty heading", "##\n\n一。\n", "## : 一。\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, outline(good(t, options, tt.body))); diff != "" {
				t.Errorf("outline (-want +got):\n%s", diff)
			}
		})
	}
}

func TestKindWords(t *testing.T) {
	for heading, want := range map[string]Kind{
		"为什么会这样": Cause, "常见原因": Cause, "原因是什么": Cause, "Causes": Cause, "WHY?": Cause,
		"怎么判断是哪种原因": Check, "排查步骤": Check, "Check your card": Check, "How to tell which cause it is": Check,
		"怎么办": Solution, "解决办法": Solution, "How to fix it": Solution, "What to do": Solution,
		"案例：原因和解决": Case, "A case": Case, "Cases": Case,
		"": None, "说明": None, "checkout": None, "because": None, "fixed": None, "showcase": None, "whyfix": None, "caseless": None, "为 什么": None,
	} {
		if got := words.Kind(heading); got != want {
			t.Errorf("Kind(%q): got %q, want %q", heading, got, want)
		}
	}
	if got := (KindWords{}).Kind("原因"); got != None {
		t.Errorf("without words: got %q, want none", got)
	}
}

func TestIDs(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       []string // in the order of the headings
	}{
		{"words", "## Hello, World! 2\n", []string{"hello-world-2"}},
		{"Chinese", "## 花呗、借呗突然用不了，怎么办？\n", []string{"花呗借呗突然用不了怎么办"}},
		{"mixed", "## 花呗 App 打不开\n", []string{"花呗-app-打不开"}},
		{"accents", "## Élan vital\n", []string{"élan-vital"}},
		{"nothing usable", "## ？！\n\n## ……\n", []string{"section", "section-2"}},
		{"same words", "## 甲\n\n## 甲\n\n## 甲\n", []string{"甲", "甲-2", "甲-3"}},
		{"same words and a number", "## 甲 2\n\n## 甲\n\n## 甲\n", []string{"甲-2", "甲", "甲-3"}},
		{"explicit", "## 甲 {#my-id}\n", []string{"my-id"}},
		{"explicit wins over words", "## 甲\n\n## 乙 {#甲}\n", []string{"甲-2", "甲"}},
		{"a number", "## 甲 {id=1}\n", []string{"1"}},
		{"explicit Chinese", "## 甲 {#原因}\n", []string{"原因"}},
		{"a kind's name", "## Cause\n\n## Cause\n", []string{"cause", "cause-2"}},
		{"markup", "## *甲* `乙` [丙](https://example.org/)\n", []string{"甲-乙-丙"}},
		{"capitals", "## ABC\n\n## abc\n", []string{"abc", "abc-2"}},
		{"punctuation at the ends", "## -- a --\n", []string{"a"}},
		{"the theme's", "## wf-main\n\n## WF main\n\n## wf\n", []string{"section-wf-main", "section-wf-main-2", "wf"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := good(t, options, tt.body)
			var got []string
			for _, s := range doc.Sections {
				got = append(got, s.ID)
				if !doc.HasID(s.ID) {
					t.Errorf("HasID(%q): got false", s.ID)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
			if !slices.IsSorted(doc.IDs) || len(slices.Compact(slices.Clone(doc.IDs))) != len(doc.IDs) {
				t.Errorf("IDs are not sorted and unique: %q", doc.IDs)
			}
			if doc.HasID("nothing") || doc.HasID("") {
				t.Error("HasID of nothing: got true")
			}
		})
	}
}

// An id of the theme's own is no heading's, even if the writer says so.
func TestReservedIDs(t *testing.T) {
	for _, body := range []string{"## 甲 {#wf-main}\n", "## 甲 {#WF-q}\n", "## 甲 {id=\"wf-\"}\n"} {
		_, diags := parse(options, body)
		if len(diags) != 1 || diags[0].Code != "heading-id" || !strings.Contains(diags[0].Message.En, "of the theme") {
			t.Errorf("%q: %+v, want one heading-id", body, diags)
		}
	}
}

func TestSlug(t *testing.T) {
	for s, want := range map[string]string{
		"花呗用不了": "花呗用不了", "Hello World": "hello-world", "a/b.c": "a-b-c", "  a  ": "a", "a_b": "a_b", "100%": "100", "？": "", "": "", "a--b": "a-b", "ÀB": "àb", "１２": "１２",
	} {
		if got := Slug(s); got != want {
			t.Errorf("Slug(%q): got %q, want %q", s, got, want)
		}
	}
}

// The HTML of a text, with each address as it is in the file.
func TestHTML(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"paragraphs", "一。\n\n二。", "<p>一。</p>\n<p>二。</p>\n"},
		{"emphasis", "*一* **二** ***三***", "<p><em>一</em> <strong>二</strong> <em><strong>三</strong></em></p>\n"},
		{"emphasis beside Han", "这是**重点**，不是*别的*。", "<p>这是<strong>重点</strong>，不是<em>别的</em>。</p>\n"},
		{"emphasis between quotes", "提示“**暂未开通**”时，先**核验**。", "<p>提示“<strong>暂未开通</strong>”时，先<strong>核验</strong>。</p>\n"},
		{"strikethrough", "~~旧~~新", "<p><del>旧</del>新</p>\n"},
		{"soft break between Han", "一行\n两行", "<p>一行两行</p>\n"},
		{"soft break at Han punctuation", "一行，\n两行", "<p>一行，两行</p>\n"},
		{"soft break between words", "one\ntwo", "<p>one\ntwo</p>\n"},
		{"soft break between Han and word", "一行\nword", "<p>一行\nword</p>\n"},
		{"hard break", "一  \n二\\\n三", "<p>一<br>\n二<br>\n三</p>\n"},
		{"escapes", `\*一\* \<b> \[x] \\ 1\. 2`, "<p>*一* &lt;b&gt; [x] \\ 1. 2</p>\n"},
		{"references", "&amp; &lt; &copy; &#33457; &nothing;", "<p>&amp; &lt; © 花 &amp;nothing;</p>\n"},
		{"ampersand and quotes", `a & b < c "d" 'e'`, "<p>a &amp; b &lt; c &quot;d&quot; 'e'</p>\n"},
		{"list", "- 一\n- 二\n", "<ul>\n<li>一</li>\n<li>二</li>\n</ul>\n"},
		{"numbered list", "3. 一\n4. 二\n", "<ol start=\"3\">\n<li>一</li>\n<li>二</li>\n</ol>\n"},
		{"task list", "- [ ] 一\n- [x] 二\n", "<ul>\n<li><input disabled type=\"checkbox\" aria-label=\"一\"> 一</li>\n<li><input checked disabled type=\"checkbox\" aria-label=\"二\"> 二</li>\n</ul>\n"},
		{
			"table", "| 甲 | 乙 |\n|:--|--:|\n| 1 \\| 2 | **粗** |\n",
			"<table>\n<thead>\n<tr>\n<th align=\"left\">甲</th>\n<th align=\"right\">乙</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align=\"left\">1 | 2</td>\n<td align=\"right\"><strong>粗</strong></td>\n</tr>\n</tbody>\n</table>\n",
		},
		{"quote", "> 一\n", "<blockquote>\n<p>一</p>\n</blockquote>\n"},
		{"rule", "一\n\n***\n", "<p>一</p>\n<hr>\n"},
		{"code", "`a < b`", "<p><code>a &lt; b</code></p>\n"},
		{"code block", "```\na < b\n```\n", "<pre tabindex=\"0\"><code>a &lt; b\n</code></pre>\n"},
		{"indented code block", "    a < b\n", "<pre tabindex=\"0\"><code>a &lt; b\n</code></pre>\n"},
		{"code block of an unknown language", "```klingon\na < b\n```\n", "<pre tabindex=\"0\"><code class=\"language-klingon\">a &lt; b\n</code></pre>\n"},
		{"code block of a hostile language", "```\"><script>\na\n```\n", "<pre tabindex=\"0\"><code class=\"language-&quot;&gt;&lt;script&gt;\">a\n</code></pre>\n"},
		{"link", "[一](b.md#x)", "<p><a href=\"b.md#x\">一</a></p>\n"},
		{"link with a title", `[一](b.md "标题 & <b>")`, "<p><a href=\"b.md\" title=\"标题 &amp; &lt;b&gt;\">一</a></p>\n"},
		{"link with an escaped title", `[一](b.md "a \"b\" &copy;")`, "<p><a href=\"b.md\" title=\"a &quot;b&quot; ©\">一</a></p>\n"},
		{"link by reference", "[一][x]\n\n[x]: <b c.md> '标题'\n", "<p><a href=\"b%20c.md\" title=\"标题\">一</a></p>\n"},
		{"link whose address has a reference", "[一](https://example.org/?a=1&amp;b=2)", "<p><a href=\"https://example.org/?a=1&amp;b=2\">一</a></p>\n"},
		{"link whose address has an ampersand", "[一](https://example.org/?a=1&b=2)", "<p><a href=\"https://example.org/?a=1&amp;b=2\">一</a></p>\n"},
		{"link whose address has quotes", "[一](https://example.org/\"'<x>)", "<p><a href=\"https://example.org/%22'%3Cx%3E\">一</a></p>\n"},
		{"link to Chinese", "[一](https://example.org/花呗)", "<p><a href=\"https://example.org/%E8%8A%B1%E5%91%97\">一</a></p>\n"},
		{"autolink", "<https://example.org/?a&b>", "<p><a href=\"https://example.org/?a&amp;b\">https://example.org/?a&amp;b</a></p>\n"},
		{"bare address", "见 https://example.org/a 。", "<p>见 <a href=\"https://example.org/a\">https://example.org/a</a> 。</p>\n"},
		{"bare address before Han", "请打开 https://example.org/a，再看。", "<p>请打开 <a href=\"https://example.org/a\">https://example.org/a</a>，再看。</p>\n"},
		{"mail", "<a@example.org>", "<p><a href=\"mailto:a@example.org\">a@example.org</a></p>\n"},
		{"image in text", "看![图 & *一*](x.svg \"题\")。", "<p>看<img src=\"x.svg\" alt=\"图 &amp; 一\" title=\"题\" decoding=\"async\">。</p>\n"},
		{"image alone", "![图](x.svg)\n", "<figure><img src=\"x.svg\" alt=\"图\" decoding=\"async\"></figure>\n"},
		{"figure", "![图](x.svg \"先看 <提示>\")\n", "<figure><img src=\"x.svg\" alt=\"图\" decoding=\"async\"><figcaption><span class=\"figure-number\">图 1</span> 先看 &lt;提示&gt;</figcaption></figure>\n"},
		{"figure with an escaped caption", `![图](x.svg "说\"好\" &copy;")`, "<figure><img src=\"x.svg\" alt=\"图\" decoding=\"async\"><figcaption><span class=\"figure-number\">图 1</span> 说&quot;好&quot; ©</figcaption></figure>\n"},
		{"two images in a paragraph stand side by side", "![a](x.svg) ![b](y.svg)", "<div class=\"pictures\">\n<figure><img src=\"x.svg\" alt=\"a\" decoding=\"async\"></figure>\n<figure><img src=\"y.svg\" alt=\"b\" loading=\"lazy\" decoding=\"async\"></figure>\n</div>\n"},
		{"HTML in text", "一<b onclick=\"x\">二</b><!-- 三 -->", "<p>一&lt;b onclick=&quot;x&quot;&gt;二&lt;/b&gt;</p>\n"},
		{"HTML block", "<script>\nalert(1)\n</script>\n", "<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>\n"},
		{"deep heading", "> ### 甲 {.x onclick=\"y\"}\n", "<blockquote>\n<h3 class=\"x\" id=\"甲\">甲</h3>\n</blockquote>\n"},
		{"null", "a\x00b", "<p>a\uFFFDb</p>\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := good(t, options, tt.body)
			if diff := cmp.Diff(tt.want, filled(doc, doc.Intro.HTML)); diff != "" {
				t.Errorf("HTML (-want +got):\n%s", diff)
			}
		})
	}
}

// Code of a known language has colours, by class names, and is escaped.
func TestCodeColours(t *testing.T) {
	for language, code := range map[string]string{"go": "var x = \"<b>\" // 注", "json": `{"a": "<b>"}`, "bash": "echo '<b>' # 注", "html": "<b class=\"x\">", "python": "x = '<b>'"} {
		doc := good(t, options, "```"+language+"\n"+code+"\n```\n")
		html := filled(doc, doc.Intro.HTML)
		if !strings.Contains(html, `<code class="language-`+language+`"><span class="`) || strings.Contains(html, "<b") || strings.Contains(html, "style=") {
			t.Errorf("%s: got %s", language, html)
		}
		if got := doc.Intro.Text; got != code {
			t.Errorf("%s: text: got %q, want %q", language, got, code)
		}
	}
	long := "```go\n" + strings.Repeat("var x = 1\n", 10_000) + "```\n"
	if doc := good(t, options, long); strings.Contains(filled(doc, doc.Intro.HTML), "<span") {
		t.Error("a very long code block has colours")
	}
}

// With raw_html, and only then, HTML passes through.
func TestRawHTML(t *testing.T) {
	o := options
	o.RawHTML = true
	for _, tt := range []struct{ name, body, want string }{
		{"in text", "一<b class=\"x\">二</b>", "<p>一<b class=\"x\">二</b></p>\n"},
		{"block", "<details>\n<summary>一</summary>\n</details>\n", "<details>\n<summary>一</summary>\n</details>\n"},
		{"comment", "<div><!-- 一\n二 -->三</div>\n", "<div>三</div>\n"},
		{"block around Markdown", "<div>\n\n*一*\n\n</div>\n", "<div>\n<p><em>一</em></p>\n</div>\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := good(t, o, tt.body)
			if diff := cmp.Diff(tt.want, filled(doc, doc.Intro.HTML)); diff != "" {
				t.Errorf("HTML (-want +got):\n%s", diff)
			}
		})
	}
}

// The same as plain text, for the search.
func TestText(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"paragraphs", "一 *二*。\n\n三。", "一 二。\n三。"},
		{"soft breaks", "一行\n两行，\n三行\nword\nword 四", "一行两行，三行 word word 四"},
		{"hard break between Han", "一行  \n两行", "一行 两行"},
		{"list", "- 一\n- 二\n  - 三\n", "一\n二\n三"},
		{"loose list", "- 一\n\n  二\n- 三\n", "一\n二\n三"},
		{"task list", "- [x] 一\n", "一"},
		{"table", "| 甲 | 乙 |\n|--|--|\n| 1 | 2 |\n", "甲 乙\n1 2"},
		{"code", "用`a b`。\n\n```go\nx := 1\ny := 2\n```\n", "用a b。\nx := 1\ny := 2"},
		{"links and images", "看[一](b.md)和![图](x.svg \"题\")。", "看一和图。"},
		{"figure", "![图](x.svg \"题\")\n", "图\n题"},
		{"escapes and references", `\*a\* &amp; &copy; \<`, "*a* & © <"},
		{"quote", "> 一\n>\n> 二\n", "一\n二"},
		{"footnote", "一[^1]。\n\n[^1]: 注。\n", "一。"},
		{"addresses", "<https://example.org/> a@example.org", "https://example.org/ a@example.org"},
		{"strikethrough", "~~旧~~新", "旧新"},
		{"rule", "一\n\n---\n\n二", "一\n二"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := good(t, options, tt.body)
			got := strings.ReplaceAll(doc.Intro.Text, " \n", "\n") // blanks at the ends of lines are nobody's business
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFigures(t *testing.T) {
	doc := good(t, options, "![甲](a.svg \"一\")\n\n## 原因\n\n![乙](b.svg)\n\n- ![丙](c.svg \"二\")\n\n- 项\n\n> ![丁](d.svg \"三\")\n\n文字![戊](e.svg \"四\")\n\n### 项\n\n![己](f.svg \"四\")\n")
	type figure struct {
		Number  int
		Caption string
		Line    int
	}
	var got []figure
	for _, f := range doc.Figures {
		got = append(got, figure{f.Number, f.Caption, f.Pos.Line})
	}
	if diff := cmp.Diff([]figure{{1, "一", 1}, {0, "", 5}, {2, "二", 7}, {3, "三", 11}, {4, "四", 17}}, got); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	if html := filled(doc, doc.Sections[0].Items[0].Body.HTML); !strings.Contains(html, `<span class="figure-number">图 4</span> 四`) {
		t.Errorf("the fourth figure: got %s", html)
	}
	if html := good(t, Options{}, "![a](b \"c\")").Intro.HTML; !strings.Contains(html.HTML([]Target{{}}, Words{"figure": `<&">`}), "&lt;&amp;&quot;&gt; 1") {
		t.Errorf("the word for a figure is not escaped: %s", html.HTML([]Target{{}}, Words{"figure": `<&">`}))
	}
}

func TestFootnotes(t *testing.T) {
	doc := good(t, options, "一[^a]二[^b]三[^a]。\n\n## 原因\n\n四[^b]\n\n[^a]: 注 [链](b.md)。\n[^b]: 另注。\n")
	intro, notes := filled(doc, doc.Intro.HTML), filled(doc, doc.Notes.HTML)
	for _, want := range []string{`href="#fn:1"`, `href="#fn:2"`, `id="fnref:1"`} {
		if !strings.Contains(intro, want) {
			t.Errorf("no %s in %s", want, intro)
		}
	}
	for _, want := range []string{`id="fn:1"`, `id="fn:2"`, `href="#fnref:1"`, `<a href="b.md">链</a>`, "另注。"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no %s in %s", want, notes)
		}
	}
	if doc := good(t, options, "一[^x]。"); !doc.Notes.HTML.Empty() || doc.Intro.Text != "一[^x]。" {
		t.Errorf("a note that is not written: got %q", doc.Intro.Text)
	}
}

func TestRefs(t *testing.T) {
	doc := good(t, options, "[一](b.md) ![二](<c d.svg>)\n\n## [三](../e.md?x=%20y#f) 甲\n\n| [四](%E9%80%80%E6%AC%BE.md) |\n|--|\n| [五][r] |\n\n[六](https://example.org/%20?q=%20) [七](a\\_b.md) [八](100%.md) [九](a%00b.md) [十](%FF.md)\n\n[r]: /g/\n")
	type ref struct {
		Image bool
		Dest  string
		Alt   string
		Pos   string
	}
	var got []ref
	for _, r := range doc.Refs {
		got = append(got, ref{r.Image, r.Dest, r.Alt, r.Pos.String()})
	}
	want := []ref{
		{false, "b.md", "", "a.md:1:1"},
		{true, "c d.svg", "二", "a.md:1:11"},
		{false, "../e.md?x=%20y#f", "", "a.md:3:4"},
		{false, "%E9%80%80%E6%AC%BE.md", "", "a.md:5:3"},
		{false, "/g/", "", "a.md:7:3"},
		{false, "https://example.org/%20?q=%20", "", "a.md:9:1"},
		{false, "a_b.md", "", "a.md:9:36"},
		{false, "100%.md", "", "a.md:9:49"},
		{false, "a%00b.md", "", "a.md:9:62"},
		{false, "%FF.md", "", "a.md:9:76"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("refs (-want +got):\n%s", diff)
	}
}

// No way of writing an address gets one that runs a program to the reader.
func TestDangerousLinks(t *testing.T) {
	for _, dest := range []string{
		"javascript:alert(1)", "JavaScript:alert(1)", "  javascript:alert(1)  ", "javascript&colon;alert(1)", "&#106;avascript:alert(1)", "&#x6A;avascript:alert(1)",
		"&#0000106avascript:alert(1)", "java%73cript:alert(1)", `javascript\:alert(1)`, "javascript&#58;alert(1)", "vbscript:x", "data:text/html,x", "data:image/svg+xml,x", "DATA:text/html;base64,eA==",
		"<javascript:alert(1)>", "<java\tscript:alert(1)>", "<\x01javascript:alert(1)>", "&#1;javascript:alert(1)", "&Tab;javascript:alert(1)", "java&Tab;script:alert(1)", "java&NewLine;script:alert(1)",
		"&#x00A0;javascript:alert(1)", "javas\\\ncript:x",
	} {
		for _, form := range []string{"[a](%s)", "![a](%s)", "[a][r]\n\n[r]: %s\n", "[![a](x.svg)](%s)", "# [a](%s)", "- | [a](%s)"} {
			body := fmt.Sprintf(form, dest)
			doc, _ := parse(options, body)
			for _, f := range fragments(doc) {
				html := filled(doc, f)
				for _, attribute := range []string{`href="`, `src="`} {
					for rest := html; ; {
						_, after, found := strings.Cut(rest, attribute)
						if !found {
							break
						}
						address, more, _ := strings.Cut(after, `"`)
						rest = more
						if runs(address) {
							t.Errorf("%q: got the address %q", body, address)
						}
					}
				}
			}
		}
	}
	for _, body := range []string{"<javascript:alert(1)>", "<vbscript:x>", "<data:text/html,x>", "<JAVASCRIPT:x>"} {
		doc, diags := parse(options, body)
		if html := filled(doc, doc.Intro.HTML); strings.Contains(strings.ToLower(html), `href="`+strings.ToLower(body[1:5])) {
			t.Errorf("%s: got %s", body, html)
		}
		if len(diags) != 1 || diags[0].Code != "link-scheme" {
			t.Errorf("%s: got%s, want one link-scheme", body, said(diags))
		}
	}
	for _, dest := range []string{"javascript:x", "JAVASCRIPT:x", "&#106;avascript:x", "javascript&colon;x", "data:text/html,x", "data:image/svg+xml,x"} {
		if _, diags := parse(options, "[a]("+dest+")"); len(diags) != 1 || diags[0].Code != "link-scheme" || diags[0].Pos.String() != "a.md:1:1" {
			t.Errorf("%s: got%s, want one link-scheme", dest, said(diags))
		}
	}
	for _, dest := range []string{"https://example.org/", "mailto:a@example.org", "tel:+86123", "b.md", "#a", "javascript.md", "/javascript:/", "data.md", "data:image/png;base64,eA=="} {
		if _, diags := parse(options, "[a]("+dest+")"); len(diags) != 0 {
			t.Errorf("%s: got%s, want nothing", dest, said(diags))
		}
	}
}

// runs tells whether a browser would take an address, as it stands in HTML,
// for a program: it decodes references and drops blanks and controls.
func runs(address string) bool {
	plain := strings.NewReplacer("&amp;", "&", "&colon;", ":", "&#58;", ":", "&#106;", "j", "&#x6A;", "j", "&Tab;", "", "&NewLine;", "").Replace(address)
	plain = strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, strings.ToLower(plain))
	scheme, _, found := strings.Cut(plain, ":")
	return found && (scheme == "javascript" || scheme == "vbscript" || scheme == "data")
}

// fragments are all pieces of HTML of a document.
func fragments(doc *Document) []Fragment {
	out := []Fragment{doc.Intro.HTML, doc.Notes.HTML}
	for _, s := range doc.Sections {
		out = append(out, s.Heading, s.Body.HTML)
		for _, it := range s.Items {
			out = append(out, it.Heading, it.Body.HTML)
		}
	}
	return out
}

func TestHoles(t *testing.T) {
	doc := good(t, options, "![图](x.svg) [一](b.md)")
	got := doc.Intro.HTML.HTML([]Target{{URL: `/a b/"<&>.svg?x=1&y=2#z`, Width: 640, Height: 480}, {URL: "/花呗/"}}, Words{"figure": "图"})
	want := `<p><img src="/a%20b/%22%3C&amp;%3E.svg%3Fx=1&amp;y=2%23z" alt="图" width="640" height="480" decoding="async"> <a href="/%E8%8A%B1%E5%91%97/">一</a></p>` + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("HTML (-want +got):\n%s", diff)
	}
	if got := (Fragment{}).HTML(nil, nil); got != "" || !(Fragment{}).Empty() {
		t.Errorf("an empty fragment: got %q", got)
	}
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"kind", "## 甲 {.couse}\n", "a.md:1:1: unknown kind of section \".couse\"\n    1 | ## 甲 {.couse}\n      | ^\n    hint: did you mean \".cause\"?\n"},
		{"kinds that are far off", "## 甲 {.red .big}\n", ""},
		{"id", "## 甲 {#x}\n\n### 乙 {#x}\n\n> # 丙 {#x}\n", "a.md:3:1: the id \"x\" is used twice on this page\n    3 | ### 乙 {#x}\n      | ^\n    hint: give one of the headings another id\na.md:5:3: the id \"x\" is used twice on this page\n    5 | > # 丙 {#x}\n      |   ^\n    hint: give one of the headings another id\n"},
		{"empty id", "## 甲 {id=\"\"}\n", "a.md:1:1: this id is empty\n    1 | ## 甲 {id=\"\"}\n      | ^\n    hint: write one such as {#why}\n"},
		{"id with a blank", "## 甲 {id=\"a b\"}\n", "a.md:1:1: the id \"a b\" has a blank in it\n    1 | ## 甲 {id=\"a b\"}\n      | ^\n    hint: write one such as {#why}\n"},
		{"id of a note", "## 甲 {#fn:1}\n\n一[^1]\n\n[^1]: 注\n", "a.md:1:1: the id \"fn:1\" is used twice on this page\n    1 | ## 甲 {#fn:1}\n      | ^\n    hint: give one of the headings another id\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, diags := parse(options, tt.body)
			if diff := cmp.Diff("\n"+tt.want, said(diags)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

// The same bytes give the same document, whoever else is parsing.
func TestParserIsShared(t *testing.T) {
	body := strings.Repeat("## 原因 {.cause}\n\n### 甲 {tag=\"x\"}\n\n看[一](b.md)和![图](c.svg \"题\")[^1]。\n\n```go\nvar x = 1\n```\n\n", 20) + "[^1]: 注。\n"
	p := NewParser(options)
	want := outline(good(t, options, body))
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for range 20 {
				doc, _ := p.Parse(diag.NewLines("a.md", []byte(body)), []byte(body), 0)
				if got := outline(doc); got != want {
					t.Fatalf("got %s, want %s", got, want)
				}
			}
		})
	}
}

// However many headings have the same words, each gets an id of its own.
func TestManySameHeadings(t *testing.T) {
	body := strings.Repeat("## 步骤\n\n一。\n\n", 12_000)
	doc := good(t, options, body)
	if got, want := doc.Sections[11_999].ID, "步骤-12000"; got != want {
		t.Errorf("last id: got %q, want %q", got, want)
	}
}

// checkIDs demands that the page will have each id of the document once, and
// no other but those of notes.
func checkIDs(t *testing.T, doc *Document, html string) {
	t.Helper()
	count := map[string]int{}
	for _, part := range strings.Split(html, ` id="`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		if !strings.HasPrefix(id, "fn") {
			count[id]++
		}
	}
	// The theme writes those of sections and items.
	add := func(id string) { count[string(util.EscapeHTML([]byte(id)))]++ }
	for _, s := range doc.Sections {
		add(s.ID)
		if s.Anchor != "" {
			add(s.Anchor)
		}
		for _, it := range s.Items {
			add(it.ID)
		}
	}
	for id, n := range count {
		if n != 1 {
			t.Errorf("the page has the id %q %d times", id, n)
		}
	}
	for _, id := range doc.IDs {
		if !strings.HasPrefix(id, "fn") && count[string(util.EscapeHTML([]byte(id)))] == 0 {
			t.Errorf("the page lacks the id %q", id)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, body := range []string{
		"# 甲\n\n## 原因 {.cause}\n\n### 乙 {tag=\"x\" #id}\n\n![a](b.svg \"c\")\n\n## 解决\n\n### 丙 {for=\"乙\"}\n",
		"[a](javascript:x) <javascript:x> &#106; ![b][c]\n\n[c]: <d e> 'f'\n", "| a | b |\n|--|:-:|\n| 1 \\| 2 |\n", "- [ ] a\n  1. b\n\n     ```go\n     x\n     ```\n",
		"a[^1]\n\n[^1]: b\n\n    c[^1]\n", "> # a {#x}\n> # a {#x}\n", "<div>\n\n*a\n\n</div>\n\n<!--\n", "a\nb\\\n一\n二  \n三\n", "~~a~~ **b *c** d* `e", "## \n\n## ？\n\n## section\n", "a\x00b\r\nc", "{.x}\n===\n\n# {#}\n", "## a {#a #b}\n## b {id=\"\"}\n## c {class=x id=1 tag=[1,2] for=true}\n",
		"![a](b)\n![c](d)\n", "![a](b){width=30}{width=5%} ![c](d){width=\"1px\"}{width=0}\n", "# 标题 {#x}\n\n[a](#x)\n", "[![a](b)](c)\n", "***\n\n- - - a\n\t- b\n", "http://a.b/一 www.c.d e@f.g", "一http://a.b/一www.c.d。e@f.g：http://", "*一*http://a.b_c_。", "[[a]] ![[b.png|c]] [[|]] [[#]] [[a\\|b]] [[a[b]] [c [[d]]](e)",
	} {
		f.Add(body, false)
		f.Add(body, true)
	}
	f.Fuzz(func(t *testing.T, body string, raw bool) {
		if !utf8.ValidString(body) {
			t.Skip("package content lets only UTF-8 through")
		}
		o := options
		o.RawHTML, o.Wikilinks = raw, raw
		doc, diags := parse(o, body)
		seen := map[string]bool{}
		for _, id := range doc.IDs {
			if id == "" || seen[id] {
				t.Errorf("the id %q is empty or not unique", id)
			}
			seen[id] = true
		}
		if !slices.IsSorted(doc.IDs) {
			t.Errorf("ids are not sorted: %q", doc.IDs)
		}
		for _, s := range doc.Sections {
			if !seen[s.ID] || s.Anchor != "" && !seen[s.Anchor] {
				t.Errorf("section %q: its id %q or anchor %q is not in IDs", s.Title, s.ID, s.Anchor)
			}
			for _, it := range s.Items {
				if !seen[it.ID] {
					t.Errorf("item %q: its id %q is not in IDs", it.Title, it.ID)
				}
			}
		}
		lines := strings.Count(body, "\n") + 1
		for _, r := range doc.Refs {
			if r.Pos.Line < 1 || r.Pos.Line > lines || r.Pos.Col < 1 {
				t.Errorf("%q: position %s is outside", r.Dest, r.Pos)
			}
		}
		for _, d := range diags {
			if d.Line < 1 || d.Line > lines || d.Col < 1 || d.Message.En == "" {
				t.Errorf("bad diagnostic:%s", said(diag.List{d}))
			}
		}
		targets := make([]Target, len(doc.Refs))
		for i := range targets {
			targets[i] = Target{URL: fmt.Sprintf("/target-%d/", i), Width: 1, Height: 2}
		}
		var all strings.Builder
		for _, f := range fragments(doc) {
			all.WriteString(f.HTML(targets, nil))
		}
		if !raw {
			html := all.String()
			if diags.Errors() == 0 {
				checkIDs(t, doc, html)
			}
			for _, bad := range []string{"<script", "<iframe", "<style", `="javascript:`, " onclick="} {
				if strings.Contains(strings.ToLower(html), bad) {
					t.Errorf("%q in %s", bad, html)
				}
			}
		}
	})
}

// A line with very many tags is read and copied in a time that grows with its length.
func TestManyEdits(t *testing.T) {
	t.Parallel()
	body := []byte(strings.Repeat("<b>甲</b>", 60_000))
	start := time.Now()
	doc, _ := NewParser(Options{}).Parse(diag.NewLines("a.md", body), body, 0)
	Edited(body, doc.Comments, doc.Edits)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

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
		if outline.Ends != nil || len(outline.Sections) > 0 && outline.Sections[0].Told != nil || len(outline.Sections) != len(want.Sections) {
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

// emphasis shows what is bold, slanted and struck out in one line of text, with
// the marks of the test: [b], [i] and [s].
func emphasis(t *testing.T, line string) string {
	t.Helper()
	doc := good(t, options, line+"\n")
	h := strings.TrimSuffix(strings.TrimPrefix(filled(doc, doc.Intro.HTML), "<p>"), "</p>\n")
	return strings.NewReplacer("<strong>", "[b]", "</strong>", "[/b]", "<em>", "[i]", "</em>", "[/i]", "<del>", "[s]", "</del>", "[/s]", "&quot;", `"`).Replace(h)
}

func TestEmphasisBesideWideText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"a full-width colon inside", "**注意：**先备份", "[b]注意：[/b]先备份"},
		{"a full stop inside", "**先备份。**再重装", "[b]先备份。[/b]再重装"},
		{"quotation marks inside", "提示**“系统繁忙”**时等十分钟", "提示[b]“系统繁忙”[/b]时等十分钟"},
		{"single quotation marks", "提示**‘稍后再试’**时", "提示[b]‘稍后再试’[/b]时"},
		{"brackets of headings", "再点**【确定】**按钮", "再点[b]【确定】[/b]按钮"},
		{"three in one line", "**注意：**先备份。提示**“系统繁忙”**时等十分钟，再点**【确定】**按钮。", "[b]注意：[/b]先备份。提示[b]“系统繁忙”[/b]时等十分钟，再点[b]【确定】[/b]按钮。"},
		{"brackets at the end", "请看**账单（本月）**里", "请看[b]账单（本月）[/b]里"},
		{"brackets at the start", "余额**（可用）**不足", "余额[b]（可用）[/b]不足"},
		{"corner brackets", "选**「退款」**即可", "选[b]「退款」[/b]即可"},
		{"book title", "见**《用户协议》**第三条", "见[b]《用户协议》[/b]第三条"},
		{"latin brackets", "错误**(E1042)**表示", "错误[b](E1042)[/b]表示"},
		{"latin quotes", `提示**"稍后"**再试`, `提示[b]"稍后"[/b]再试`},
		{"latin full stop", "打开**设置.**再退出", "打开[b]设置.[/b]再退出"},
		{"a currency sign", "最低**¥100**起", "最低[b]¥100[/b]起"},
		{"a percent sign", "涨了**5%**左右", "涨了[b]5%[/b]左右"},
		{"a dash", "**注意——**先备份", "[b]注意——[/b]先备份"},
		{"an ellipsis", "**请稍等……**然后", "[b]请稍等……[/b]然后"},
		{"code at the end", "运行**命令`rm`**之前", "运行[b]命令<code>rm</code>[/b]之前"},
		{"a link inside", "请看**[怎么判断](https://example.org/)**一节", `请看[b]<a href="https://example.org/">怎么判断</a>[/b]一节`},
		{"one star", "*注意：*先备份", "[i]注意：[/i]先备份"},
		{"three stars", "***注意：***先备份", "[i][b]注意：[/b][/i]先备份"},
		{"underscores beside punctuation", "__注意__：先备份", "[b]注意[/b]：先备份"},
		{"underscores behind punctuation", "注意：__先备份__", "注意：[b]先备份[/b]"},
		{"underscores in words stay", "文件_名称_里", "文件_名称_里"},
		{"struck out", "原价~~（100元）~~现价", "原价[s]（100元）[/s]现价"},
		{"struck out between", "~~旧~~：~~新~~", "[s]旧[/s]：[s]新[/s]"},
		{"kana", "これは**私の。**だから", "これは[b]私の。[/b]だから"},
		{"kana and latin", "太郎は**\"Hello\"**といった", `太郎は[b]"Hello"[/b]といった`},
		{"hangul", "**스크립트(script)**라고", "[b]스크립트(script)[/b]라고"},
		{"a rare character", "𠮟**(正字)**与叱", "𠮟[b](正字)[/b]与叱"},
		{"a variant by a selector", "葛󠄀**(城市名)**区", "葛󠄀[b](城市名)[/b]区"},
		{"a standard variant", "大塚︀**(旧字)**", "大塚︀[b](旧字)[/b]"},
		{"full-width quotation marks", "**“︁提示”︁**App", "[b]“︁提示”︁[/b]App"},
		{"underscore behind a variant of punctuation", "正体字。︁_Note._", "正体字。︁[i]Note.[/i]"},
		{"blanks inside are no emphasis", "** 注意 **先备份", "** 注意 **先备份"},
		{"latin rules beside latin text", "a**(b)**c", "a**(b)**c"},
		{"an emoji is no wide text", "a**✨(b)**c", "a**✨(b)**c"},
		{"multiplication", "3*4*5", "3[i]4[/i]5"},
	} {
		if got := emphasis(t, c.in); got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.name, c.in, got, c.want)
		}
	}
}

func TestOneTildeStrikesNothing(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"一般3~5天内可以上门，最迟7~10天": "一般3~5天内可以上门，最迟7~10天",
		"~旧~ 新":     "~旧~ 新",
		"a ~b~ c":   "a ~b~ c",
		"~~旧~~ 新":   "[s]旧[/s] 新",
		"见 ~~~旧~~~": "见 ~~~旧~~~",
		"好的~~谢谢~":   "好的~~谢谢~",
	} {
		if got := emphasis(t, in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// CommonMark's own examples are read as CommonMark says.
func TestCommonMarkExamples(t *testing.T) {
	t.Parallel()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yuin/goldmark").Output()
	if err != nil {
		t.Fatal("the module's folder is not known: ", err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "_test", "spec.json"))
	if err != nil {
		t.Fatal("the module comes without its examples: ", err)
	}
	var examples []struct {
		Markdown, HTML string
		Example        int
	}
	if err := json.Unmarshal(data, &examples); err != nil {
		t.Fatal(err)
	}
	if len(examples) < 600 {
		t.Fatalf("got %d examples, want all of them", len(examples))
	}
	md := goldmark.New(goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(blockParsers(true)...),
		parser.WithInlineParsers(inlineParsers()...),
		parser.WithParagraphTransformers(paragraphTransformers()...),
	)), goldmark.WithRendererOptions(html.WithXHTML(), html.WithUnsafe()))
	for _, e := range examples {
		var out strings.Builder
		if err := md.Convert([]byte(e.Markdown), &out); err != nil {
			t.Fatal(err)
		}
		if out.String() != e.HTML {
			t.Errorf("example %d: %q\n got %q\nwant %q", e.Example, e.Markdown, out.String(), e.HTML)
		}
	}
}
