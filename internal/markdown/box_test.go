package markdown

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
)

var boxTestWords = Words{
	"callout_note": "注意", "callout_info": "说明", "callout_tip": "提示", "callout_important": "重要",
	"callout_warning": "警告", "callout_caution": "小心", "callout_danger": "危险", "fold": "详情", "figure": "图",
}

// seen is a text as readers meet it: the page, the text that is searched, the page
// as Markdown, and what is said of it.
func seen(t *testing.T, o Options, body string) (page, text, markdown string, said []string) {
	t.Helper()
	lines := diag.NewLines("a.md", []byte(body))
	doc, diags := NewParser(o).Parse(lines, []byte(body), 0)
	var edits []Edit
	for _, e := range doc.Edits {
		edits = append(edits, e.In(boxTestWords))
	}
	for _, d := range diags {
		said = append(said, fmt.Sprintf("%d:%d %s", d.Line, d.Col, d.Code))
	}
	var words []string
	doc.places(func(f *Fragment, _ *string) {
		if !f.Empty() {
			words = append(words, f.HTML(make([]Target, len(doc.Refs)), boxTestWords))
		}
	})
	return strings.Join(words, ""), doc.Intro.Text, string(Edited([]byte(body), doc.Comments, edits)), said
}

// one is HTML without the ends of lines between its elements.
func one(html string) string { return strings.ReplaceAll(strings.TrimSpace(html), ">\n<", "><") }

func TestBoxes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, page, text, markdown string }{
		"a quote that is a callout": {
			"> [!NOTE]\n> 先**备份**。\n",
			`<aside class="callout callout-note" role="note"><p class="callout-title">注意</p><p>先<strong>备份</strong>。</p></aside>`,
			"先备份。", "> **注意**  \n> 先**备份**。\n",
		},
		"in Chinese, with a title": {
			"> [!警告] 会*丢*数据\n>\n> - 照片\n\n后文\n",
			`<aside class="callout callout-warning" role="note" aria-label="警告"><p class="callout-title">会<em>丢</em>数据</p><ul><li>照片</li></ul></aside><p>后文</p>`,
			"会丢数据\n照片\n后文", "> **警告 – 会丢数据**  \n>\n> - 照片\n\n后文\n",
		},
		"a callout that is a fold": {
			"> [!tip]- 为什么？\n> 甲\n\n> [!警告]+\n> 乙\n\n> [!NOTE] - 丙\n",
			`<details class="fold"><summary>为什么？</summary><p>甲</p></details><details class="fold" open><summary>警告</summary><p>乙</p></details><aside class="callout callout-note" role="note" aria-label="注意"><p class="callout-title">- 丙</p></aside>`,
			"为什么？\n甲\n乙\n- 丙", "> **为什么？**  \n> 甲\n\n> **警告**  \n> 乙\n\n> **注意 – - 丙**  \n",
		},
		"with a title that says no more than its kind": {
			":::tip 提示\n甲\n:::\n\n> [!TIP] Tip\n> 乙\n",
			`<aside class="callout callout-tip" role="note" aria-label="提示"><p class="callout-title">提示</p><p>甲</p></aside><aside class="callout callout-tip" role="note" aria-label="提示"><p class="callout-title">Tip</p><p>乙</p></aside>`,
			"提示\n甲\nTip\n乙", "**提示**\n\n甲\n\n> **Tip**  \n> 乙\n",
		},
		"headings with attributes": {
			"# 题 {#t}\n\n## 原因 {.cause}\n\n### 慢 {tag=\"慢\"}\n\n### 线 {#x for=\"慢\"} \t\n字\n\n看灯 {.check}\n---\n\n## {甲} `{乙}`\n",
			"原因慢线<p>字</p>\n看灯{甲} <code>{乙}</code>",
			"", "# 题\n\n## 原因\n\n### 慢\n\n### 线\n字\n\n看灯\n---\n\n## {甲} `{乙}`\n",
		},
		"callout in a callout": {
			"> [!tip]\n> 甲\n>\n> > [!小心]\n> > 乙\n",
			`<aside class="callout callout-tip" role="note"><p class="callout-title">提示</p><p>甲</p><aside class="callout callout-caution" role="note"><p class="callout-title">小心</p><p>乙</p></aside></aside>`,
			"甲\n乙", "> **提示**  \n> 甲\n>\n> > **小心**  \n> > 乙\n",
		},
		"a quote": {
			"> [说明] 甲\n> [!NOTE]\n",
			"<blockquote><p>[说明] 甲\n[!NOTE]</p></blockquote>", "[说明] 甲 [!NOTE]", "> [说明] 甲\n> [!NOTE]\n",
		},
		"between colons": {
			"前文\n:::tip 标题\n正文\n- 甲\n:::\n后文\n",
			`<p>前文</p><aside class="callout callout-tip" role="note" aria-label="提示"><p class="callout-title">标题</p><p>正文</p><ul><li>甲</li></ul></aside><p>后文</p>`,
			"前文\n标题\n正文\n甲\n后文", "前文\n\n**提示 – 标题**\n\n正文\n- 甲\n\n后文\n",
		},
		"more colons around fewer": {
			"::::danger\n::: info[内 `层`]\n甲\n:::\n\n乙\n::::\n丙\n",
			`<aside class="callout callout-danger" role="note"><p class="callout-title">危险</p><aside class="callout callout-info" role="note" aria-label="说明"><p class="callout-title">内 <code>层</code></p><p>甲</p></aside><p>乙</p></aside><p>丙</p>`,
			"内 层\n甲\n乙\n丙", "**危险**\n\n**说明 – 内 层**\n\n甲\n\n乙\n\n丙\n",
		},
		"as many colons inside": {
			":::warning\n:::tip\n甲\n:::\n乙\n:::\n丙\n",
			`<aside class="callout callout-warning" role="note"><p class="callout-title">警告</p><aside class="callout callout-tip" role="note"><p class="callout-title">提示</p><p>甲</p></aside><p>乙</p></aside><p>丙</p>`,
			"甲\n乙\n丙", "**警告**\n\n**提示**\n\n甲\n\n乙\n\n丙\n",
		},
		"in a list, and a list in it": {
			":::重要\n1. 项\n\n   :::note\n   甲\n   :::\n:::\n丙\n",
			`<aside class="callout callout-important" role="note"><p class="callout-title">重要</p><ol><li><p>项</p><aside class="callout callout-note" role="note"><p class="callout-title">注意</p><p>甲</p></aside></li></ol></aside><p>丙</p>`,
			"项\n甲\n丙", "**重要**\n\n1. 项\n\n   **注意**\n\n   甲\n\n丙\n",
		},
		"further to the right than its item, with a list in it": {
			"- 项\n\n    :::note\n    - 甲\n    :::\n\n丙\n",
			`<ul><li><p>项</p><aside class="callout callout-note" role="note"><p class="callout-title">注意</p><ul><li>甲</li></ul></aside></li></ul><p>丙</p>`,
			"项\n甲\n丙", "- 项\n\n    **注意**\n\n    - 甲\n\n丙\n",
		},
		"colons in code": {
			":::tip\n```\n:::\n```\n:::\n丙 :::tip\n",
			`<aside class="callout callout-tip" role="note"><p class="callout-title">提示</p><pre tabindex="0"><code>:::` + "\n" + `</code></pre></aside><p>丙 :::tip</p>`,
			":::\n丙 :::tip", "**提示**\n\n```\n:::\n```\n\n丙 :::tip\n",
		},
		"a fold": {
			":::details 看这里 {open}\n甲\n:::\n",
			`<details class="fold" open><summary>看这里</summary><p>甲</p></details>`, "看这里\n甲", "**看这里**\n\n甲\n",
		},
		"a fold in HTML on one line": {
			"<details><summary>标题</summary>正**文**</details>\n后文\n",
			`<details class="fold"><summary>标题</summary><p>正<strong>文</strong></p></details><p>后文</p>`, "标题\n正文\n后文", "**标题**\n\n正**文**\n后文\n",
		},
		"a fold in HTML with blank lines": {
			"<details>\n<summary>标题</summary>\n\n- 甲\n\n```\n</details>\n```\n\n</details>\n\n后文\n",
			`<details class="fold"><summary>标题</summary><ul><li>甲</li></ul><pre tabindex="0"><code>&lt;/details&gt;` + "\n" + `</code></pre></details><p>后文</p>`,
			"标题\n甲\n</details>\n后文", "**标题**\n\n- 甲\n\n```\n</details>\n```\n\n后文\n",
		},
		"a summary of several lines": {
			"<details open>\n<summary>\n标题\n二\n</summary>\n正文\n正文二</details>\n\n后文\n",
			`<details class="fold" open><summary>标题二</summary><p>正文正文二</p></details><p>后文</p>`,
			"标题二\n正文正文二\n后文", "**标题二**\n\n正文\n正文二\n\n后文\n",
		},
		"a fold in a fold": {
			"<details>\n<summary>外</summary>\n<details><summary>内</summary>甲</details>\n乙\n</details>\n丙\n",
			`<details class="fold"><summary>外</summary><details class="fold"><summary>内</summary><p>甲</p></details><p>乙</p></details><p>丙</p>`,
			"外\n内\n甲\n乙\n丙", "**外**\n\n**内**\n\n甲\n乙\n\n丙\n",
		},
		"a fold without a title": {
			"<details>\n甲\n</details>\n",
			`<details class="fold"><summary>详情</summary><p>甲</p></details>`, "甲", "**详情**\n\n甲\n",
		},
		"tabs": {
			":::tabs\n== iPhone\n点**设置**。\n\n```\n== x\n```\n== 安卓\n点[更多](a.md)。\n:::\n后文\n",
			`<div class="tabs"><div class="tab"><p class="tab-title">iPhone</p><p>点<strong>设置</strong>。</p><pre tabindex="0"><code>== x` + "\n" + `</code></pre></div><div class="tab"><p class="tab-title">安卓</p><p>点<a href="">更多</a>。</p></div></div><p>后文</p>`,
			"iPhone\n点设置。\n== x\n安卓\n点更多。\n后文",
			"**iPhone**\n\n点**设置**。\n\n```\n== x\n```\n\n**安卓**\n\n点[更多](a.md)。\n\n后文\n",
		},
		"tabs by indentation": {
			"前文\n\n=== \"iPhone\"\n\n    点设置。\n\n    1. 甲\n\n===+ “安卓”\n    点更多。\n\n后文\n",
			`<p>前文</p><div class="tabs"><div class="tab"><p class="tab-title">iPhone</p><p>点设置。</p><ol><li>甲</li></ol></div><div class="tab"><p class="tab-title">安卓</p><p>点更多。</p></div></div><p>后文</p>`,
			"前文\niPhone\n点设置。\n甲\n安卓\n点更多。\n后文",
			"前文\n\n**iPhone**\n\n点设置。\n\n1. 甲\n\n**安卓**\n\n点更多。\n\n后文\n",
		},
		"tabs in tabs": {
			"::::tabs\n== 甲\n:::tabs\n== 子\n丙\n:::\n== 乙\n丁\n::::\n",
			`<div class="tabs"><div class="tab"><p class="tab-title">甲</p><div class="tabs"><div class="tab"><p class="tab-title">子</p><p>丙</p></div></div></div><div class="tab"><p class="tab-title">乙</p><p>丁</p></div></div>`,
			"甲\n子\n丙\n乙\n丁", "**甲**\n\n**子**\n\n丙\n\n**乙**\n\n丁\n",
		},
		"no tab outside of tabs": {
			"标题\n===\n\n== 甲\n", `<h1 id="section">标题</h1><p>== 甲</p>`, "== 甲", "标题\n===\n\n== 甲\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, text, markdown, said := seen(t, Options{}, c.body)
			if name == "no tab outside of tabs" { // the heading is the title of the page
				page = c.page[:strings.Index(c.page, "<p>")] + page
			}
			if diff := cmp.Diff(c.page, one(page)); diff != "" {
				t.Errorf("page (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.text, text); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.markdown, markdown); diff != "" {
				t.Errorf("Markdown (-want +got):\n%s", diff)
			}
			if len(said) > 0 {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestBoxProblems(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"甲\n\n:::tip\n乙\n":                           "3:1 box-open",
		"> :::tip\n> 乙\n\n丙\n":                       "1:3 box-open",
		"::::tip\n乙\n:::\n":                          "1:1 box-open",
		"::::tip\n:::note\n乙\n::::\n":                "2:1 box-open",
		"- 甲\n\n  :::tip\n  乙\n\n丙\n:::\n":           "3:3 box-open",
		":::tip\n```\n乙\n:::\n":                      "2:1 box-open",
		"<details>\n<summary>甲</summary>\n乙\n":       "1:1 box-open",
		":::tpi 甲\n乙\n:::\n":                         "1:1 box-kind",
		"> [!NOET]\n> 乙\n":                           "1:3 box-kind",
		"> [!tabs]\n> 乙\n":                           "1:3 box-kind",
		":::tabs\n乙\n:::\n":                          "1:1 tabs-empty",
		":::tabs\n:::\n":                             "1:1 tabs-empty",
		":::tabs\n== 甲\n乙\n":                         "1:1 box-open",
		"::::tabs\n== 甲\n:::tabs\n丙\n:::\n::::\n丁\n": "3:1 tabs-empty",
	} {
		if _, _, _, said := seen(t, Options{}, body); !slices.Equal(said, []string{want}) {
			t.Errorf("%q: said %q, want %q", body, said, want)
		}
	}
}

// With raw_html, folds in HTML are passed through.
func TestBoxesWithRawHTML(t *testing.T) {
	t.Parallel()
	body := "<details class=\"x\">\n<summary>甲</summary>\n\n:::tip\n乙\n:::\n\n</details>\n"
	page, text, _, said := seen(t, Options{RawHTML: true}, body)
	want := `<details class="x"><summary>甲</summary><aside class="callout callout-tip" role="note"><p class="callout-title">提示</p><p>乙</p></aside></details>`
	if one(page) != want || text != "甲\n乙" || said != nil {
		t.Errorf("got %s, text %q, said %q", page, text, said)
	}
}

// Whatever is written, boxes are closed in the order in which they were opened,
// and the page as Markdown loses no word.
func FuzzBoxes(f *testing.F) {
	for _, seed := range []string{
		"> [!NOTE] 甲\n> 乙\n", ":::tip 甲\n乙\n:::\n", "::::tabs\n== 甲\n:::tip\n乙\n:::\n::::\n", "<details><summary>甲</summary>乙</details>",
		"=== \"甲\"\n\n    乙\n\n    === \"丙\"\n\n\t丁\n", "- :::tip\n  甲\n  :::\n:::\n", "<details>\n<summary>\n甲\n", "> <details>\n> </details>甲\n> :::",
		":::tabs\n===\n== 甲\n---\n:::\n", "> [!tip]\n> ---\n", "甲\n: 乙\n:::\n", "=== \"甲\"\n\t===  \"乙\"\n\t\t丙\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		body = strings.ReplaceAll(strings.ToValidUTF8(body, ""), "\x00", "")
		lines := diag.NewLines("a.md", []byte(body))
		doc, _ := NewParser(Options{}).Parse(lines, []byte(body), 0)
		doc.places(func(fr *Fragment, _ *string) { balanced(t, fr.HTML(make([]Target, len(doc.Refs)), boxTestWords)) })
		for i, e := range doc.Edits {
			if e.Start < 0 || e.End < e.Start || e.End > len(body) || i > 0 && e.Start < doc.Edits[i-1].Start {
				t.Fatalf("edit %d of %q: %+v", i, body, doc.Edits)
			}
		}
		Edited([]byte(body), doc.Comments, doc.Edits)
	})
}

// balanced fails where elements of HTML do not lie in each other.
func balanced(t *testing.T, page string) {
	t.Helper()
	var open []string
	eachPart(page, func(part htmlPart, start, end int) {
		tag := strings.Trim(page[start:end], "<>")
		name, _, _ := strings.Cut(strings.TrimPrefix(tag, "/"), " ")
		switch {
		case part != htmlTag || slices.Contains([]string{"img", "br", "hr", "input"}, strings.TrimSuffix(name, "/")):
		case tag[0] != '/':
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			t.Fatalf("</%s> stands where %q are open: %s", name, open, page)
		default:
			open = open[:len(open)-1]
		}
	})
	if len(open) > 0 {
		t.Fatalf("%q stay open: %s", open, page)
	}
}
