package markdown

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark/ast"

	"whyfix/internal/diag"
)

// mended is a text with everything mended that Document.Shown has, from the end
// on; and what it said, each as line:col and message.
func mended(t *testing.T, o Options, body string) (said []string, after string) {
	t.Helper()
	doc, _ := parse(o, body)
	lines := strings.SplitAfter(body, "\n")
	for i := len(doc.Shown) - 1; i >= 0; i-- {
		s := doc.Shown[i]
		said = append([]string{strings.TrimPrefix(s.Pos.String(), "a.md:") + " " + s.Message.En}, said...)
		if s.Hint.En == "" {
			t.Errorf("%q: no hint", s.Message.En)
		}
		for j := len(s.Mends) - 1; j >= 0; j-- {
			m := s.Mends[j]
			line := []rune(lines[m.Pos.Line-1])
			before, rest := string(line[:m.Pos.Col-1]), string(line[m.Pos.Col-1:])
			if !strings.HasPrefix(rest, m.Old) {
				t.Fatalf("%q does not stand at %v: %q", m.Old, m.Pos, rest)
			}
			lines[m.Pos.Line-1] = before + m.New + strings.TrimPrefix(rest, m.Old)
		}
	}
	return said, strings.Join(lines, "")
}

func TestShown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       []string
		mended     string // "": as it was
	}{
		{"a heading that touches its words", "正文。\n##原因\n正文。\n", []string{"2:1 “##原因” is shown as text, not as a heading"}, "正文。\n## 原因\n正文。\n"},
		{"and an attribute", "###银行慢 {tag=\"慢\"}\n", []string{"1:1 “###银行慢 {tag=\"慢\"}” is shown as text, not as a heading"}, "### 银行慢 {tag=\"慢\"}\n"},
		{"and a sign", "##用C#写的\n", []string{"1:1 “##用C#写的” is shown as text, not as a heading"}, "## 用C#写的\n"},
		{"closed", "##原因##\n", []string{"1:1 “##原因##” is shown as text, not as a heading"}, "## 原因\n"},
		{"with a full-width blank", "##　原因\n", []string{"1:1 “##　原因” is shown as text, not as a heading"}, "## 原因\n"},
		{"with full-width signs", "＃＃ 原因\n", []string{"1:1 “＃＃ 原因” is shown as text, not as a heading"}, "## 原因\n"},
		{"in a quote", "> ##原因\n", []string{"1:3 “##原因” is shown as text, not as a heading"}, "> ## 原因\n"},
		{"with bold words", "##**原因**和\n", []string{"1:1 “##**原因**和” is shown as text, not as a heading"}, "## **原因**和\n"},
		{"with code and emphasis at its ends", "##`花呗`\n\n##甲`花呗`\n乙\n\n##**甲**\n", []string{"1:1 “##`花呗`” is shown as text, not as a heading", "3:1 “##甲`花呗`” is shown as text, not as a heading", "6:1 “##**甲**” is shown as text, not as a heading"}, "## `花呗`\n\n## 甲`花呗`\n乙\n\n## **甲**\n"},
		{"one sign", "#原因\n", []string{"1:1 “#原因” is shown as text, not as a heading"}, ""},
		{"a tag", "正文 #原因\n#退款 #花呗\n\n#退款#\n\n#退款，见下文。\n\n#2 号\n\n#!/bin/sh\n\n#include\n\n1. #退款\n", nil, ""},
		{"an escaped sign", "\\##原因\n\n`##原因`\n\n    ##原因\n\n&#35;#原因\n", nil, ""},

		{"a heading without words", "##\n\n正文\n", []string{"1:1 this heading has no words"}, ""},
		{"a line of =", "正文\n\n=====\n\n正文\n", []string{"3:1 a line of = is shown as text"}, ""},
		{"a heading with =", "正文\n=====\n", nil, ""},

		{"a link with full-width brackets", "见[进度]（b.md）和![图]（a.png）。\n", []string{
			"1:2 this link is shown as text: brackets and quotes are those of the Latin keyboard",
			"1:14 this picture is shown as text: brackets and quotes are those of the Latin keyboard",
		}, "见[进度](b.md)和![图](a.png)。\n"},
		{"one full-width bracket", "[进度](b.md）\n\n[官网]（https://example.org/a）\n", []string{
			"1:1 this link is shown as text: brackets and quotes are those of the Latin keyboard",
			"3:1 this link is shown as text: brackets and quotes are those of the Latin keyboard",
		}, "[进度](b.md)\n\n[官网](https://example.org/a)\n"},
		{"brackets in prose", "[注]（见下文）和[1]（共 3 页）。arr[i](x, y) 的[写法](…不定)\n", nil, ""},
		{"other brackets", "【进度】（b.md）\n\n【注意】（见下文）【甲】\n", []string{"1:1 this link is shown as text: a link has the brackets of the Latin keyboard"}, ""},
		{"an address with blanks", "[进度](my file.md)、[图](<a b.png>)、[文](../a b/c.md \"标题\")\n", []string{
			"1:1 this link is shown as text: an address with a blank stands between < and >",
			"1:33 this link is shown as text: an address with a blank stands between < and >",
		}, "[进度](<my file.md>)、[图](<a b.png>)、[文](<../a b/c.md> \"标题\")\n"},
		{"a title in Chinese quotes", "[进度](b.md “标题”)\n", []string{"1:1 this link is shown as text: brackets and quotes are those of the Latin keyboard"}, "[进度](b.md \"标题\")\n"},
		{"a blank between", "[进度] (b.md)，来源[1] (b.md)\n", []string{"1:1 this link is shown as text: nothing stands between ] and ("}, "[进度](b.md)，来源[1] (b.md)\n"},
		{"code in the words", "见 [`花呗`]（/pay/a）\n", []string{"1:3 this link is shown as text: brackets and quotes are those of the Latin keyboard"}, "见 [`花呗`](/pay/a)\n"},
		{"never closed", "[进度](b.md\n\n正文\n", []string{"1:1 this link is shown as text: its ( is never closed"}, ""},
		{"an address that is nowhere", "[进度][p]和[进度][]，a[i][j]、[0][1]、[有][y]\n\n[y]: b.md\n", []string{
			"1:1 this link is shown as text: nothing on this page says where [p] leads",
			"1:9 this link is shown as text: nothing on this page says where [进度] leads",
		}, ""},
		{"a footnote that is nowhere", "正文[^1]，`[^2]`\n", []string{"1:3 “[^1]” is shown as text: there is no such footnote"}, ""},

		{"a footnote with a full-width colon", "正文[^1]，又[^1]。\n\n[^1]：说明\n[^2]：别的\n", []string{"3:1 the footnote [^1] is shown as text: this is a full-width colon", "4:1 the footnote [^2] is shown as text: this is a full-width colon"}, "正文[^1]，又[^1]。\n\n[^1]: 说明\n[^2]: 别的\n"},

		{"bold without an end", "请**先备份。\n\n** 注意 **\n", []string{"1:2 “**” is shown as text: bold is not read here", "3:1 “**” is shown as text: bold is not read here"}, ""},
		{"no bold", "2**10 和 **kwargs，*.log 与 log-**.txt，**/*.md，好的~~谢谢~~，\\**甲\\**\n\n2 ** 3\n\n手机号***，分 ***个月\n", nil, ""},
		{"struck out with a blank", "~~ 旧价 ~~ 新价\n\n好的~~\n\n3~~5 天\n", []string{"1:1 “~~” is shown as text: nothing is struck out here"}, ""},
		{"marks with a blank at the end", "a == b，c==1 && d==2，若x==y且z==w，!==甲==\n", nil, ""},

		{"a list", "步骤：\n1、打开设置\n2、 点退款\n10、不是\n", []string{"2:1 2 lines that begin with “1、” and so on are no list"}, "步骤：\n1. 打开设置\n2. 点退款\n10、不是\n"},
		{"with paragraphs", "1、打开设置\n\n2、点退款\n\n3、等\n", []string{"1:1 3 lines that begin with “1、” and so on are no list"}, "1. 打开设置\n\n2. 点退款\n\n3. 等\n"},
		{"in a quote", "> 1.打开\n> 2.点\n", []string{"1:3 2 lines that begin with “1.” and so on are no list"}, "> 1. 打开\n> 2. 点\n"},
		{"with brackets", "（1）打开\n（2）点\n", []string{"1:1 2 lines that begin with “（1…” and so on are no list"}, ""},
		{"no list", "1、2、3 号窗口\n2、3、4 号\n\n本文：1、甲；2、乙\n\n1、只有一条\n\n## 1、原因\n\n## 2、办法\n\n（1）甲\n\n（2）乙\n\n1.5 元\n2.5 元\n\n3、甲\n4、乙\n\n| 1、甲 |\n|---|\n| 2、乙 |\n", nil, ""},
		{"below a number", "1、打开\n   - 苹果\n   - 安卓\n2、关闭\n3.重启\n", []string{"1:1 3 lines that begin with “1、” and so on are no list"}, "1. 打开\n   - 苹果\n   - 安卓\n2. 关闭\n3. 重启\n"},
		{"in each other", "1、甲\n   1、子\n   2、丑\n2、乙\n", []string{"1:1 2 lines that begin with “1、” and so on are no list"}, "1. 甲\n   1. 子\n   2. 丑\n2. 乙\n"},
		{"in each other, two blanks to the right", "1、甲\n  1、子\n  2、丑\n2、乙\n", []string{"1:1 2 lines that begin with “1、” and so on are no list"}, "1. 甲\n   1. 子\n   2. 丑\n2. 乙\n"},
		{"in each other, of one indent", "1、甲\n（1）子\n（2）丑\n2、乙\n\n正文\n\n1、甲\n• 子\n• 丑\n2、乙\n", []string{
			"1:1 2 lines that begin with “1、” and so on are no list", "8:1 2 lines that begin with “1、” and so on are no list",
		}, ""},
		{"that would be one with a list", "1、甲\n2、乙\n\n1. 丙\n2. 丁\n", []string{"1:1 2 lines that begin with “1、” and so on are no list"}, ""},
		{"of several signs", "1、甲\n2、乙\n3）丙\n", []string{"1:1 3 lines that begin with “1、” and so on are no list"}, ""},
		{"that counts on", "1. 甲\n2. 乙\n3、丙\n", []string{"3:1 “3、” begins no step here: the line is part of the step above"}, "1. 甲\n2. 乙\n3. 丙\n"},
		{"with full-width blanks", "-　甲\n-　乙\n\n正文\n\n1.　甲\n2.　乙\n", []string{
			"1:1 2 lines that begin with “-” are no list, and run together", "6:1 2 lines that begin with “1.” and so on are no list",
		}, "- 甲\n- 乙\n\n正文\n\n1. 甲\n2. 乙\n"},
		{"without blanks", "-甲\n-乙\n\n*甲\n*乙\n\n+甲\n+乙\n", []string{
			"1:1 2 lines that begin with “-” are no list, and run together", "4:1 2 lines that begin with “*” are no list, and run together",
			"7:1 2 lines that begin with “+” are no list, and run together",
		}, "- 甲\n- 乙\n\n* 甲\n* 乙\n\n+ 甲\n+ 乙\n"},
		{"points of other programs", "•\t甲\n•\t乙\n\n正文\n\n● 甲\n● 乙\n", []string{
			"1:1 2 lines that begin with “•” are no list, and run together", "6:1 2 lines that begin with “●” are no list, and run together",
		}, "- 甲\n- 乙\n\n正文\n\n- 甲\n- 乙\n"},
		{"lines that run together", "一、甲\n二、乙\n\n①甲\n②乙\n\n第一步：甲\n第二步：乙\n\n1️⃣ 甲\n2️⃣ 乙\n", []string{
			"1:1 2 lines that begin with “一、” and so on are no list, and run together", "4:1 2 lines that begin with “①” and so on are no list, and run together",
			"7:1 2 lines that begin with “第一步” and so on are no list, and run together", "10:1 2 lines that begin with “1️⃣” and so on are no list, and run together",
		}, ""},
		{"below text", "步骤：\n2. 甲\n3. 乙\n\n步骤：\n    - 甲\n    - 乙\n", []string{"2:1 2 lines that begin with “2. ” and so on are no list", "6:5 2 lines that begin with “- ” are no list"}, ""},
		{"lines of their own", "一、甲\n\n二、乙\n\n①甲\n\n②乙\n\n• 甲\n\n• 乙\n\n-5\n-3\n\n-甲\n\n一起去\n二手的\n\n第一次\n第二次\n\n*甲*\n*乙*\n\n温度：\n-甲\n", nil, ""},
		{"points that divide steps", "1. 甲\n  - 子\n    - 丑\n\n      寅\n2. 乙\n", []string{"2:3 these points divide the steps: they are no part of the one above"}, "1. 甲\n   - 子\n     - 丑\n\n       寅\n2. 乙\n"},
		{"points beside steps", "1. 甲\n2. 乙\n\n- 丙\n- 丁\n\n1. 戊\n\n1. 甲\n   - 子\n2. 乙\n", nil, ""},
		{"parts", "1、[甲](https://example.org/)\n\n说明。\n\n2、[乙](https://example.org/)\n\n说明。\n\n3、丙\n", nil, ""},

		{"braces of the Chinese keyboard", "## 原因｛.cause｝\n\n### 慢｛tag＝“银行慢”｝\n\n集合｛甲，乙｝\n", []string{
			"1:6 “｛.cause｝” is shown as text, and not read",
			"3:6 “｛tag＝“银行慢”｝” is shown as text, and not read",
		}, "## 原因{.cause}\n\n### 慢{tag=\"银行慢\"}\n\n集合｛甲，乙｝\n"},
		{"a box with full-width colons", "：：：tip　先看\n字。\n：：：\n\n> ：：：提示\n>\n> 字。\n>\n> ：：：\n", []string{
			"1:1 “：：：tip　先看” is shown as text: this box is not read",
			"5:3 “：：：提示” is shown as text: this box is not read",
		}, ":::tip 先看\n字。\n:::\n\n> :::提示\n>\n> 字。\n>\n> :::\n"},
		{"one that has no end, or no kind", "：：：tip\n\n字。\n\n## 甲\n\n：：：什么\n", []string{
			"1:1 “：：：tip” is shown as text: this box is not read",
			"7:1 “：：：什么” is shown as text: this box is not read",
		}, ""},
		{"an end of no box", ":::tip\n字\n:::\n:::\n", []string{"4:1 “:::” is shown as text: no box is open here"}, ""},
		{"an end of full-width colons", ":::note\n字\n：：：\n\n后\n", []string{"3:1 “：：：” is shown as text, and ends no box"}, ":::note\n字\n:::\n\n后\n"},
		{"braces of the Chinese keyboard behind a fold", ":::details 甲 ｛open｝\n字\n:::\n\n:::details 用{号} {open}\n字\n:::\n", []string{"1:14 “｛open｝” is shown as a part of the title"}, ":::details 甲 {open}\n字\n:::\n\n:::details 用{号} {open}\n字\n:::\n"},
		{"braces in the title of a callout", ":::tip 乙 {open}\n字\n:::\n\n:::tip{title=\"丙\"}\n字\n:::\n\n:::tip 用 {name}\n:::\n", []string{
			"1:10 “{open}” is shown as a part of the title: only a fold is open or shut", "5:7 “{title=\"丙\"}” is shown as a part of the title: a box has no attributes",
		}, ""},
		{"a line in tabs that begins none", ":::tabs\n== 甲\n字\n＝＝ 乙\n字\n==丙\n字\n\n==重点==在此，==\n:::\n\n＝＝ 外\n==外\n", []string{
			"4:1 “＝＝ 乙” is shown as text, and begins no tab", "6:1 “==丙” is shown as text, and begins no tab",
		}, ":::tabs\n== 甲\n字\n== 乙\n字\n== 丙\n字\n\n==重点==在此，==\n:::\n\n＝＝ 外\n==外\n"},
		{"a tab without a name", ":::tabs\n== 甲\n字\n\n==\n\n子\n==\n\n字\n:::\n", []string{
			"5:1 “==” is shown as text: a tab has a name", "7:1 this line becomes a heading, because == stands below it",
		}, ""},
		{"one full-width sign", "＃原因\n\n#原因\n钱在路上。\n\n#甲\n#乙\n", []string{"1:1 “＃原因” is shown as text, not as a heading", "3:1 “#原因” is shown as text, not as a heading"}, ""},
		{"a width that is not read", "![灯](a.png) {width=300}\n\n![灯](a.png){width=“50％”}\n\n[![灯](a.png)](b.md)\n\n> ![灯](a.png){: width=\"9px\" }\n", []string{
			"1:13 “{width=300}” is shown as text, and the picture is as wide as it is", "3:12 “{width=“50％”}” is shown as text, and the picture is as wide as it is",
			"7:14 “{: width=\"9px\" }” is shown as text, and the picture is as wide as it is",
		}, "![灯](a.png){width=300}\n\n![灯](a.png){width=50%}\n\n[![灯](a.png)](b.md)\n\n> ![灯](a.png){width=9}\n"},
		{"a width with more, or on its own line", "![灯](a.png){width=300 height=2}\n\n![灯](a.png)\n{width=300}\n\n[进度](a.md) {width}\n", []string{
			"1:12 “{width=300 height=2}” is shown as text, and the picture is as wide as it is", "4:1 “{width=300}” is shown as text, and the picture is as wide as it is",
		}, ""},
		{"a picture with more than an address", "![灯](a.png =300x200)\n\n![灯](a.png 红 灯)\n\n！[灯](a.png)\n", []string{
			"1:1 this picture is shown as text: its width does not stand in the brackets", "3:1 this picture is shown as text: its title has no quotes", "5:1 this is a link to a picture, not the picture",
		}, "![灯](a.png){width=300}\n\n![灯](a.png \"红 灯\")\n\n![灯](a.png)\n"},
		{"a link behind an exclamation", "看！[灯](a.png)，好！[进度](a.md)\n", []string{"1:2 this is a link to a picture, not the picture"}, ""},
		{"quotes in quotes", "[甲](b.md \"一\"二\")\n", []string{"1:1 this link is shown as text: there are quotes in the title between its quotes"}, ""},
		{"tags that do not end", "<kbd>A<kbd> 和 <u>没有\n\n<kbd>跨\n\n段</kbd>\n\n| 甲 |\n|-|\n| <ul><li>x</ul> |\n\na<b>c，List<s>，`<u>`\n", []string{
			"1:1 <kbd> is shown as text: it is never closed in its paragraph, here and in 2 more places", "1:15 <u> is shown as text: it is never closed in its paragraph", "9:7 <li> is shown as text: it is never closed in its paragraph",
		}, ""},
		{"what Word leaves", "甲<o:p></o:p>乙<o:p/>\n", []string{"1:2 “<o:p></o:p>” is shown as text: it came with a text from Word", "1:14 “<o:p/>” is shown as text: it came with a text from Word"}, "甲乙\n"},
		{"full-width stars", "＊＊晚上＊＊都慢，＊ 号，＊＊\n", []string{"1:1 “＊＊晚上＊＊” is shown as text: bold is not read here"}, "**晚上**都慢，＊ 号，＊＊\n"},
		{"a mark with blanks", "看 == 这里 ==\n\n== 这里 ==\n\na == 甲 == b，== a ==\n", []string{"3:1 “== 这里 ==” is shown as text: this mark is not read"}, ""},
		{"what a term means", "名词\n：意思\n\n词\n:意思\n\n这是一句话，\n：不是\n\n表情\n:smile:\n", []string{
			"2:1 this line is shown as text, not as what the term above means", "5:1 this line is shown as text, not as what the term above means",
		}, "名词\n: 意思\n\n词\n: 意思\n\n这是一句话，\n：不是\n\n表情\n:smile:\n"},
		{"a product", "一共3*4*5 个\n\n5*6=30，按*号键\n\n*3* 和 a*b*c 和 2**3**4\n", []string{
			"1:4 this * is read as the start of slanted words, and not shown", "3:2 this * is read as the start of slanted words, and not shown",
		}, ""},
		{"a tab without quotes", "=== iPhone\n\n文\n\n=== 甲 ===\n\n日志\n=== RUN\n", []string{"1:1 “=== iPhone” is shown as text: these tabs are not read"}, ""},
		{"two callouts that touch", "> [!NOTE]\n> 甲\n> [!TIP]\n> 乙\n", []string{"3:3 “[!TIP]” is shown as text: it stands in the callout above"}, ""},
		{"a callout of no kind is a mistake already", "> [!Attention]\n> 甲\n", nil, ""},
		{"a table", "| 甲 | 乙 |\n|---|\n| 1 | 2 |\n", []string{"2:1 this table is shown as text"}, ""},
		{"a table's full-width signs", "｜甲｜乙｜\n｜——｜——｜\n", []string{"2:1 this table is shown as text"}, ""},
		{"a table without a line", "| 甲 | 乙 |\n| 1 | 2 |\n\n| 甲 | 乙 |\n| — | — |\n| 1 | 2 |\n\n甲\t乙\n1\t2\n\n| 甲 |\n\n甲 | 乙\n", []string{
			"1:1 this table is shown as text: the line below its head is missing, or has other signs", "4:1 this table is shown as text: the line below its head is missing, or has other signs",
			"8:1 these lines are no table: tabs divide nothing here",
		}, ""},
		{"code that goes on to the end", "```\n甲\n``` 乙\n\n## 丙\n", []string{"1:1 this block of code is not closed, and what stands below is in it"}, ""},
		{"code in a list", "1. 甲\n\n   ```\n   乙\n2. 丙\n", []string{"3:4 this block of code is not closed"}, ""},
		{"code in code", "```\n甲\n```js\n乙\n```\n\n````\n```js\n```\n````\n\n~~~\n```js\n~~~\n\n> ```\n> 甲\n> ```\n", []string{"1:1 this block of code is not closed before “```js” in line 3"}, ""},
		{"a paragraph that is code", "甲\n\n\t用制表符开始的一段话。\n\n乙\n\n    var 名字 = 1\n\n丙\n\n    我的文件\n    └── 照片\n", []string{"3:2 this paragraph is shown as code, because it begins with four blanks or a tab"}, ""},
		{"code signs of the Chinese keyboard", "···\nls\n···\n", []string{"1:1 code is shown as text", "3:1 code is shown as text"}, ""},
		{"words of the template", "先用一两句话回答读者。\n\n## 原因\n\n1. 第一步。\n2. 第一步。再做别的。\n", []string{"1:1 these are the words of the template", "5:4 these are the words of the template"}, ""},
		{"prices", "便宜：$$，贵：$$$$，5 $ 和 6 $，$5 到 $10，`$$`\n", nil, ""},
		{"a place for words", "填<你的名字>或 <name>，<address>，a<b>c，`<b>`，&lt;b&gt;，<Button>甲</Button>，<el-button>乙</el-button>\n", nil, ""},
		{"a table of contents", "[TOC]\n\n正文\n", []string{"1:1 “[TOC]” is shown as text"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			said, after := mended(t, options, tt.body)
			if diff := cmp.Diff(tt.want, said); diff != "" {
				t.Errorf("said (-want +got):\n%s", diff)
			}
			if tt.mended == "" {
				tt.mended = tt.body
			}
			if diff := cmp.Diff(tt.mended, after); diff != "" {
				t.Errorf("mended (-want +got):\n%s", diff)
			}
			if again, _ := mended(t, options, after); after != tt.body && len(again) > 0 {
				t.Errorf("what was mended is shown all the same: %q", again)
			}
		})
	}
}

// What belongs to other programs. What is read here, too, is not said.
func TestShownOfOtherPrograms(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"> 【！注意】\n> 三天内到账。\n":                                    "1:3 “【！注意】” is shown as text: this box is not read",
		"!!! note \"标题\"\n    正文\n":                              "1:1 “!!! note \"标题\"” is shown as text: this box is not read",
		"??? note \"标题\"\n    # 正文\n    1. 甲\n":                  "1:1 “??? note \"标题\"” is shown as text: this box is not read",
		"{{< figure src=\"a.png\" >}}\n\n{{% b %}}\n":            "1:1 shortcodes of another program are shown as text, such as “{{< figure …”, here and in one more place",
		"{% include a.html %}\n":                                 "1:1 shortcodes of another program are shown as text, such as “{% include …”",
		"打 {{phone}}，{{ phone }}\n":                              "1:3 “{{phone}}” is shown as text\n1:13 “{{ phone }}” is shown as text",
		"见[[退款]]，[[1, 2]]，a[[b]]，[[ -f a ]]\n":                   "1:2 “[[退款]]” is shown as text",
		"$$\nx^2\n$$\n\n设 $\\frac{a}{b}$，$f^{**}$，$a_i[b][c]$\n": "1:1 formulas in TeX are shown as text, here and in one more place",
		"<div class=\"a\">\n\n正文\n\n</div>\n":                    "1:1 <div> is shown as text, here and in one more place",
	} {
		said, after := mended(t, options, body)
		if diff := cmp.Diff(want, strings.Join(said, "\n")); diff != "" || after != body {
			t.Errorf("%s(-want +got):\n%s%s", body, diff, after)
		}
	}
	for _, body := range []string{
		"> [!NOTE]\n> 三天内到账。\n", ":::tip 标题\n\n正文\n\n:::\n", "=== \"iPhone\"\n\n    正文\n", "即 ==重点== 词\n",
		"按<kbd>Ctrl</kbd>，<br>，<kbd>C</kbd>\n", "![图](a.png){width=300}\n",
	} {
		if said, _ := mended(t, options, body); len(said) > 0 {
			t.Errorf("%s: %q", body, said)
		}
	}
	raw := options
	raw.RawHTML = true
	if said, _ := mended(t, raw, "按<kbd>Ctrl</kbd>\n\n<div>\n\n##甲\n\n</div>\n"); len(said) != 1 {
		t.Errorf("with raw_html: %q", said)
	}
}

// However many there are, the list of them ends.
func TestShownEnds(t *testing.T) {
	t.Parallel()
	doc, _ := parse(options, strings.Repeat("##原因\n\n", 3*maxShown))
	if len(doc.Shown) != maxShown {
		t.Errorf("%d findings, want %d", len(doc.Shown), maxShown)
	}
}

// A text of front matter has no markup.
func TestShownPlain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"**重要**通知":                    {"**重要**", "重要通知"},
		"Wi-Fi**连不上**怎么办":             {"**连不上**", "Wi-Fi连不上怎么办"},
		"见[这里](b.md)":                 {"[这里](b.md)", "见这里"},
		"见[这里](b.md#a \"标题\")。":       {"[这里](b.md#a \"标题\")", "见这里。"},
		"见[官网]（https://example.org/）": {"[官网]（https://example.org/）", "见官网"},
		"见【这里】（b.md）":                 {"【这里】（b.md）", "见这里"},
		"![图](a.png)和[[b|那里]]":        {"[[b|那里]]", "图和那里"},
		"`git push` 报错":               {"`git push`", "git push 报错"},
		"*注意*：~~旧~~==新==价":            {"*注意*", "注意：旧新价"},
		"__重要__":                      {"__重要__", "重要"},
		"# 退款":                        {"#", "退款"},
		"第一行<br>第二行 <b>急</b>":         {"<br>", "第一行 第二行 急"},
	} {
		found, plain := ShownPlain(text)
		if found != want[0] || plain != want[1] {
			t.Errorf("%q: found %q and %q, want %q", text, found, plain, want)
		}
		if again, _ := ShownPlain(plain); again != "" {
			t.Errorf("%q: %q is found again", text, again)
		}
	}
	for _, text := range []string{
		"2**10 是多少，x**2 + y**2", "拨*#06#没反应", "拨 *100# 和 *101*", "__init__.py 报错", "a==b 和 c==d", "src/**/*.go 和 src/**", "错误[1]（见下文）",
		"填<姓名>或<name>", "花费$5", "C# 和 #2", "[注意]卡被锁（急）", "my_file_name", "好~", "A*B*C", "显示<空>", "&nbsp; {{name}}", "3 < 5 > 2", "【公告】（今天）",
	} {
		if found, plain := ShownPlain(text); found != "" || plain != text {
			t.Errorf("%q: %q is found", text, found)
		}
	}
}

// Whatever is written: findings lie in the file and in no code, mends stand where
// they say, lose no word, and come to an end; what is all code has none.
func FuzzShown(f *testing.F) {
	for _, body := range []string{
		"##原因｛.cause｝\n", "见[进度]（b.md \"题\"）和[图] (a b.png)、【进度】（b.md）\n", "1、甲\n2、乙\n\n> 1.丙\n> 2.丁\n", "请** 先 **，~~ 旧 ~~，== 新 ==\n", "> [!注意]\n> ##甲\n",
		"- ##甲\n  1、乙\n  2、丙\n", "| ##甲 | [乙]（c.md） |\n|---|---|\n| 1、 | {{< x >}} |\n", "`##甲`\n\n    ##乙\n\n```\n##丙\n```\n", "[a](b c.md \"d\") [e](<f>）&#35;#甲 \\##乙\n", "$$\nx^2\n$$ $\\frac{a}$ {{x}} [[y]] <div>\n",
		"＃＃　甲##\n：：：tip\n··· \n｜甲｜\n｜——｜\n", "!!! note\n=== \"甲\"\n[TOC]\n{.x}\n***{.y}\n", "##[a]（b.md）**\n", "[a][b] [^c] ![[d]]\n", "[**]（.md）**", "##``1``\n#1", ":::tip ##甲\n##乙\n:::\n", "甲\n: ##乙\n  1、丙\n  2、丁\n",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		body = strings.ToValidUTF8(body, "")
		body = strings.NewReplacer("\r", "", "\x00", "", "\x01", "", "\x02", "").Replace(body) // as package content gives them
		fence := strings.Repeat("~", longest(body, '~')+3)
		if doc, _ := parse(options, fence+"\n"+body+"\n"+fence+"\n"); len(doc.Shown) > 0 {
			t.Fatalf("in code, %+v is found", doc.Shown)
		}
		text := body
		for round := 0; ; round++ {
			doc, _ := parse(options, text)
			quiet := codeIn(text)
			lines := diag.NewLines("a.md", []byte(text))
			end := 0
			var after strings.Builder
			var mends []Mend
			for _, s := range doc.Shown {
				at := lines.Offset(s.Pos.Line, s.Pos.Col)
				if at < 0 || at > len(text) || lines.At(at) != s.Pos || s.Message.En == "" || s.Hint.En == "" {
					t.Fatalf("%q: %+v lies nowhere, or says nothing", text, s)
				}
				for _, c := range quiet {
					if c.Start <= at && at < c.End {
						t.Fatalf("%q: %+v lies in code", text, s)
					}
				}
				mends = append(mends, s.Mends...)
			}
			slices.SortStableFunc(mends, func(a, b Mend) int {
				return lines.Offset(a.Pos.Line, a.Pos.Col) - lines.Offset(b.Pos.Line, b.Pos.Col)
			})
			for _, m := range mends {
				at := lines.Offset(m.Pos.Line, m.Pos.Col)
				if at < end {
					continue // what lies in another is mended in the next round
				}
				if m.Old == "" || !strings.HasPrefix(text[at:], m.Old) || letters(m.Old) != letters(m.New) {
					t.Fatalf("%q: %+v does not stand there, or loses words", text, m)
				}
				after.WriteString(text[end:at] + m.New)
				end = at + len(m.Old)
			}
			if len(mends) == 0 {
				return
			}
			if round > 20 {
				t.Fatalf("%q is never mended: %q, %+v", body, text, mends)
			}
			after.WriteString(text[end:])
			text = after.String()
		}
	})
}

// codeIn are the lines and spans of code in a text.
func codeIn(text string) []Span {
	var out []Span
	_ = ast.Walk(NewParser(options).Tree([]byte(text)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			if entering {
				out = append(out, spansOf(n)...)
			}
		case *ast.CodeSpan:
			for c := n.FirstChild(); c != nil && entering; c = c.NextSibling() {
				if t, ok := c.(*ast.Text); ok {
					out = append(out, Span{t.Segment.Start, t.Segment.Stop})
				}
			}
		}
		return ast.WalkContinue, nil
	})
	return out
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

func longest(s string, sign byte) int {
	most, n := 0, 0
	for i := range len(s) {
		if n++; s[i] != sign {
			n = 0
		}
		most = max(most, n)
	}
	return most
}

// Whatever stands in front matter: what is found stands there, and what is left
// without it has none, sooner or later.
func FuzzShownPlain(f *testing.F) {
	for _, text := range []string{"**重要**通知", "见[这里](b.md \"题\")【甲】（c.md）", "`a` ~~b~~ ==c== __丁__ *戊*", "# <b>甲</b><br>", "[[a|b]]![[c]]", "****甲****`", "[[[a](/b)](/c)](/d)", "<b><i></b></i>"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "")
		for left := text; ; {
			found, plain := ShownPlain(left)
			if found == "" {
				if plain != left {
					t.Fatalf("%q: nothing is found, and %q is left", left, plain)
				}
				return
			}
			if len(plain) >= len(left) {
				t.Fatalf("%q: %q is found, and %q is left", left, found, plain)
			}
			left = plain
		}
	})
}

// What is said of names and values of the site depends on whether it has them.
func TestShownOfSite(t *testing.T) {
	t.Parallel()
	o := Options{Wikilinks: true, Values: []string{"phone"}}
	said, _ := mended(t, o, "【【led】】，[[b|灯] [[led]] [[#甲]]\n\n{phone}、{{phone}、{{phone}}、{name}、\\{phone}、｛｛phone｝｝\n\n数组 a[[1]]，【【】】\n")
	want := []string{
		"1:1 “【【led】】” is shown as text", "1:9 “[[b|灯]” is shown as text: its second ] is missing",
		"3:1 “{phone}” is shown as text, not as a value", "3:9 “{{phone}” is shown as text, not as a value",
		"3:44 “｛｛phone｝｝” is shown as text, not as a value",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
	if said, _ := mended(t, Options{}, "【【led】】 {phone}\n"); len(said) > 0 {
		t.Errorf("without either: said %q", said)
	}
}
