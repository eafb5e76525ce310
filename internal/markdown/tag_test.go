package markdown

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
)

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
			"步 \n甲 乙 子", "| 步 |\n|-|\n| - 甲 - *乙*- 子   |\n",
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
