package content

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

var parser = markdown.NewParser(markdown.Options{Words: defaultKinds()})

// parse reads an article that must be without mistakes.
func parse(t *testing.T, path, text string) *Article {
	t.Helper()
	a, diags := ParseArticle(path, []byte(text), parser)
	if len(diags) > 0 {
		t.Fatalf("diagnostics: %s", said(diags))
	}
	return a
}

// said is what a person reads.
func said(diags diag.List) string {
	var b strings.Builder
	_ = diag.Printer{}.Print(&b, diags)
	return "\n" + b.String()
}

func values(texts []Text) []string {
	var out []string
	for _, t := range texts {
		out = append(out, t.Value)
	}
	return out
}

func TestParseArticle(t *testing.T) {
	a := parse(t, "pay/refund.md", `---
title: 退款没到账，怎么办？
summary: "先看：订单"
symptoms:
  - 退款怎么还没到
  - "提示: 处理中"
products: [花呗, 借呗]
causes: 银行处理时间
solutions: []
cases:
author: 编辑部
date: 2026-03-01
updated: 2026-10-11 08:30
review_by: 2027/04/01
draft: yes
aliases: [/old/address, /旧/, /a.html]
related: [pay/late.md]
slug: refund-late
---

正文。
`)
	if got, want := a.Title, (Text{"退款没到账，怎么办？", diag.Pos{File: "pay/refund.md", Line: 2, Col: 8}}); got != want {
		t.Errorf("title: got %+v, want %+v", got, want)
	}
	if got, want := a.Summary, "先看：订单"; got != want {
		t.Errorf("summary: got %q, want %q", got, want)
	}
	for _, tt := range []struct {
		name      string
		got, want []string
	}{
		{"symptoms", values(a.Symptoms), []string{"退款怎么还没到", "提示: 处理中"}},
		{"products", values(a.Products), []string{"花呗", "借呗"}},
		{"causes", values(a.Causes), []string{"银行处理时间"}},
		{"solutions", values(a.Solutions), nil},
		{"cases", values(a.Cases), nil},
		{"aliases", values(a.Aliases), []string{"/old/address/", "/旧/", "/a.html"}},
		{"related", values(a.Related), []string{"pay/late.md"}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	for _, tt := range []struct {
		name      string
		got, want time.Time
	}{
		{"date", a.Date, time.Date(2026, 3, 1, 0, 0, 0, 0, time.Local)},
		{"updated", a.Updated, time.Date(2026, 10, 11, 8, 30, 0, 0, time.Local)},
		{"review_by", a.ReviewBy, time.Date(2027, 4, 1, 0, 0, 0, 0, time.Local)},
	} {
		if !tt.got.Equal(tt.want) {
			t.Errorf("%s: got %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	if got, want := a.Symptoms[1].Pos, (diag.Pos{File: "pay/refund.md", Line: 6, Col: 5}); got != want {
		t.Errorf("position of the second symptom: got %v, want %v", got, want)
	}
	if !a.Draft || a.Index || a.Author != "编辑部" || a.Slug.Value != "refund-late" {
		t.Errorf("got draft %v, index %v, author %q, slug %q", a.Draft, a.Index, a.Author, a.Slug.Value)
	}
	if got, want := a.Doc.Intro.Text, "正文。"; got != want {
		t.Errorf("text: got %q, want %q", got, want)
	}
}

// Whatever of these a file lacks, it is an article.
func TestParseArticlePlain(t *testing.T) {
	for _, tt := range []struct {
		name, path, text, title, intro string
	}{
		{"empty", "a.md", "", "A", ""},
		{"no front matter", "refund-late.md", "正文。\n", "Refund late", "正文。"},
		{"title as heading", "a.md", "# 退款 *没到账*\n\n正文。\n", "退款 没到账", "正文。"},
		{"underlined title", "a.md", "退款没到账\n===\n\n正文。\n", "退款没到账", "正文。"},
		{"empty front matter", "a.md", "---\n---\n正文。\n", "A", "正文。"},
		{"comments alone", "a.md", "---\n# 待填\n---\n正文。\n", "A", "正文。"},
		{"dots end it", "a.md", "---\ntitle: 甲\n...\n正文。\n", "甲", "正文。"},
		{"blanks behind the dashes", "a.md", "--- \ntitle: 甲\n---\t\n正文。\n", "甲", "正文。"},
		{"byte order mark", "a.md", "\uFEFF---\ntitle: 甲\n---\n正文。\n", "甲", "正文。"},
		{"line ends of Windows", "a.md", "---\r\ntitle: 甲\r\n---\r\n正文。\r\n", "甲", "正文。"},
		{"old line ends of the Mac", "a.md", "---\rtitle: 甲\r---\r正文。\r", "甲", "正文。"},
		{"no line end at the end", "a.md", "---\ntitle: 甲\n---", "甲", ""},
		{"a rule at the top", "a.md", "---\n\n正文。\n", "A", "正文。"},
		{"number as title", "a.md", "---\ntitle: 404\n---\n", "404", ""},
		{"folded title", "a.md", "---\ntitle: >-\n  甲\n  乙\n---\n", "甲 乙", ""},
		{"anchored value", "a.md", "---\nauthor: &x 甲\ntitle: *x\n---\n", "甲", ""},
		{"index of a folder", "pay-now/index.md", "正文。\n", "Pay now", "正文。"},
		{"index at the top", "index.md", "正文。\n", "", "正文。"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := parse(t, tt.path, tt.text)
			if got := a.Title.Value; got != tt.title {
				t.Errorf("title: got %q, want %q", got, tt.title)
			}
			if got := a.Doc.Intro.Text; got != tt.intro {
				t.Errorf("text: got %q, want %q", got, tt.intro)
			}
		})
	}
}

// Positions in the text are those of the file, whatever stands above it.
func TestParseArticlePositions(t *testing.T) {
	for _, text := range []string{
		"---\ntitle: 甲\n---\n\n看[乙](b.md)\n",
		"\uFEFF---\r\ntitle: 甲\r\n---\r\n\r\n看[乙](b.md)\r\n",
		"\n\n\n\n看[乙](b.md)",
	} {
		a := parse(t, "a.md", text)
		if got, want := a.Doc.Refs[0].Pos, (diag.Pos{File: "a.md", Line: 5, Col: 2}); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestParseArticleSize(t *testing.T) {
	big := bytes.Repeat([]byte("一二三四五六七八九十\n"), MaxArticle/31)
	if a, diags := ParseArticle("a.md", big, parser); a == nil || len(diags) > 0 {
		t.Errorf("%d bytes: got %v and %s, want an article", len(big), a, said(diags))
	}
	big = append(big, bytes.Repeat([]byte("\n"), 32)...)
	a, diags := ParseArticle("a.md", big, parser)
	if a != nil || len(diags) != 1 || diags[0].Code != "file-size" {
		t.Fatalf("%d bytes: got %v and %s, want file-size alone", len(big), a, said(diags))
	}
	if got, want := diags[0].Message.En, "the file has 8.0 MB; an article may have at most 8 MB"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An article that cannot be read whole must not be taken for a published one.
func TestBrokenFrontMatterIsAnError(t *testing.T) {
	for _, front := range []string{
		"draft: true: x", "draft: \"true", "draft: [true", "draft true", "Draft: true", "draft : : true", "drafts: true", "draft: ture", "draft: 1",
		"draft: {}", "draft: [true]", "\tdraft: true", "draft:true\ntitle: x", "draft：true\ntitle: x", "- draft: true", "{draft: true",
	} {
		_, diags := ParseArticle("a.md", []byte("---\n"+front+"\n---\n"), parser)
		if diags.Errors() == 0 {
			t.Errorf("%q: got no error", front)
		}
	}
	for _, front := range []string{"draft: true", "draft: True", "draft: yes", "draft: on", "{draft: true}", "\"draft\": true", "draft : true", "? draft\n: true"} {
		a, diags := ParseArticle("a.md", []byte("---\n"+front+"\n---\n"), parser)
		if !a.Draft || len(diags) > 0 {
			t.Errorf("%q: got draft %v and %s, want a draft", front, a.Draft, said(diags))
		}
	}
}

// Front matter that does not stand at the top between two lines of --- would
// be shown as text, and its draft published.
func TestMisplacedFrontMatter(t *testing.T) {
	for text, want := range map[string]diag.Pos{
		"\n---\ntitle: 甲\ndraft: true\n---\n": {File: "a.md", Line: 3, Col: 1},
		"----\ndraft: true\n----\n":           {File: "a.md", Line: 2, Col: 1},
		"———\ndraft：true\n———\n":              {File: "a.md", Line: 2, Col: 1},
		"  ---\n  draft: true\n  ---\n":       {File: "a.md", Line: 2, Col: 3},
		"title: 甲\ndraft: true\n":             {File: "a.md", Line: 1, Col: 1},
		"titel: 甲\ndraft: true\n":             {File: "a.md", Line: 2, Col: 1},
		"---\n\ndraft: true\n":                {File: "a.md", Line: 3, Col: 1},
		"\n---\n# 待填\nDraft: true\n---\n":     {File: "a.md", Line: 4, Col: 1},
	} {
		_, diags := ParseArticle("a.md", []byte(text), parser)
		if len(diags) == 0 || diags[0].Code != "front-matter" || diags[0].Pos != want {
			t.Errorf("%q: got %s, want front-matter at %v", text, said(diags), want)
		}
	}
	for _, text := range []string{
		"正文。\n\ntitle: 甲\n", "# 甲\n\ntitle: 甲\n", "Summary: a short one.\n", "```\ntitle: 甲\n```\n", "titles: 甲\n", "---\n\n正文。\n", "The title: 甲\n", "", "\n\n", "***\ntitle\n",
	} {
		if _, diags := ParseArticle("a.md", []byte(text), parser); len(diags) > 0 {
			t.Errorf("%q: got %s, want nothing", text, said(diags))
		}
	}
}

// Where YAML itself gives up is seldom where the mistake is.
func TestYAMLMistakes(t *testing.T) {
	for _, tt := range []struct {
		front     string
		line, col int
		message   string
	}{
		{"draft:true", 2, 6, "a space is missing behind this colon"},
		{"title: 甲\ndraft:true\nauthor: 乙", 3, 6, "a space is missing behind this colon"},
		{"draft：true", 2, 6, "this is a full-width colon"},
		{"title: 甲\n# 注\ndraft：true", 4, 6, "this is a full-width colon"},
		{"title: 甲\ndraft true", 3, 1, "a colon is missing after the key"},
		{"只有字", 2, 1, "front matter must be lines of the form “key: value”"},
		{"summary: **甲** 乙", 2, 10, wrongStart},
		{"summary: *甲* 乙", 2, 10, wrongStart},
		{"summary: !甲 乙", 2, 10, wrongStart},
		{"summary: !a 乙", 2, 10, wrongStart},
		{"summary: &甲 乙", 2, 10, wrongStart},
		{"summary: &a 乙", 2, 10, wrongStart},
		{"summary: - 乙", 2, 10, wrongStart},
		{"summary: ? 乙", 2, 10, wrongStart},
		{"summary: > 乙", 2, 10, wrongStart},
		{"summary: @乙", 2, 10, wrongStart},
		{"symptoms:\n  - 甲\n  - **乙**", 4, 5, wrongStart},
		{"symptoms: [甲, **乙**]", 2, 15, wrongStart},
		{"symptoms:\n    - 甲\n  - 乙", 4, 3, "this line's indentation does not fit the one above"},
	} {
		_, diags := ParseArticle("a.md", []byte("---\n"+tt.front+"\n---\n"), parser)
		if len(diags) != 1 || diags[0].Message.En != tt.message || diags[0].Line != tt.line || diags[0].Col != tt.col {
			t.Errorf("%q: got %s, want %d:%d: %s", tt.front, said(diags), tt.line, tt.col, tt.message)
		}
	}
}

func TestWideCommasInTags(t *testing.T) {
	for front, want := range map[string]int{
		"products: [花呗，借呗、支付宝]": 1, "causes: 甲、乙": 1, "cases:\n  - 甲，乙\n  - 丙": 1, "solutions: [甲、乙, 丙，丁]": 2,
		"products: [\"甲、乙\"]": 0, "products: [甲, 乙]": 0, "symptoms: [甲，乙]": 0, "title: 甲，乙": 0,
	} {
		_, diags := ParseArticle("a.md", []byte("---\n"+front+"\n---\n"), parser)
		if len(diags) != want || diags.Errors() > 0 {
			t.Errorf("%q: got %s, want %d warnings", front, said(diags), want)
		}
	}
}

// Text has no zero bytes; a file in UTF-16 has one beside every Latin letter.
func TestZeroBytes(t *testing.T) {
	for text, want := range map[string]string{
		"\x00-\x00-\x00-\x00\n":    "the file may be UTF-16: save it as UTF-8",
		"---\ntitle: 甲\x00\n---\n": "delete this character",
	} {
		a, diags := ParseArticle("a.md", []byte(text), parser)
		if a != nil || len(diags) != 1 || diags[0].Code != "file-encoding" || diags[0].Hint.En != want {
			t.Errorf("%q: got %s, want the hint %q", text, said(diags), want)
		}
	}
}

// Aliases may refer to each other in circles; that must end.
func TestRecursiveYAML(t *testing.T) {
	for _, front := range []string{
		"symptoms: &x [*x]", "symptoms: &x\n  - *x\n  - a", "title: &x {a: *x}", "a: &a [*b]\nb: &b [*a]",
		"params: &x {y: *x}", "nav: &x [*x]", "kinds: &x {cause: *x}", "&x : *x",
	} {
		ParseArticle("a.md", []byte("---\n"+front+"\n---\n"), parser)
		ParseSettings([]byte(front + "\n"))
		ParseTags([]byte(front + "\n"))
		ParseSynonyms([]byte("- " + front + "\n"))
	}
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		p := "*" + string(c-1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.Join([]string{p, p, p, p, p, p, p, p, p}, ", ") + "]\n"
	}
	ParseArticle("a.md", []byte("---\n"+bomb+"symptoms: *j\n---\n"), parser)
	ParseSettings([]byte(bomb + "params: {x: *j}\n"))
}

// checkDiags demands that every position is inside the file and every line is
// the file's.
func checkDiags(t *testing.T, file string, data []byte, diags diag.List) {
	t.Helper()
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	lines := strings.Split(string(data), "\n")
	for _, d := range diags {
		switch {
		case d.File != file:
			t.Errorf("%s: got file %q, want %q", said(diag.List{d}), d.File, file)
		case d.Message.En == "" || d.Code == "":
			t.Errorf("%s: it has no message or no code", said(diag.List{d}))
		case d.Line == 0 && d.Col == 0:
		case d.Line < 1 || d.Line > len(lines):
			t.Errorf("%s: the file has %d lines", said(diag.List{d}), len(lines))
		case d.Col < 1 || d.Col > utf8.RuneCountInString(lines[d.Line-1])+1:
			t.Errorf("%s: line %d is %q", said(diag.List{d}), d.Line, lines[d.Line-1])
		}
	}
}

func FuzzFrontMatter(f *testing.F) {
	for _, front := range []string{
		"title: 花呗用不了\nsymptoms:\n  - a\n  - 'b\nproducts: [x, y", "title: a: b: c", "draft: true\ndraft: false", "date: 2026-99-99",
		"a: &x [*x]\nb: *x", "\t- x", "%YAML 1.2\n---\na: b", "title: |\n  x\n y", "? [a, b]\n: c", "title: \"\\q\"", "title: !!binary xx", "<<: {a: b}",
		"slug: ../x\naliases: [//x, /a?b, /, \"/\\x00\"]", "title：x\ndraft：true", "# only\n\n", "[", "{", "\"", "'", "*", "&", "!", "|", ">", "%", "@", "`", "-", "?", ":", ",", "]", "}",
	} {
		f.Add([]byte("---\n" + front + "\n---\n\n# x\n\n[a](b.md) ![c](d.png \"e\")\n"))
		f.Add([]byte(front))
	}
	f.Add([]byte("+++\ntitle = 1\n+++\n"))
	f.Add([]byte("\xff\xfe-\x00"))
	f.Add([]byte("---\r\ntitle: x\r---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, diags := ParseArticle("pay/x.md", data, parser)
		checkDiags(t, "pay/x.md", data, diags)
		if a == nil && diags.Errors() == 0 {
			t.Error("no article and no error")
		}
		if a != nil && a.Doc == nil {
			t.Error("an article without a document")
		}
		_, diags = ParseSettings(data)
		checkDiags(t, SiteFile, data, diags)
		_, diags = ParseTags(data)
		checkDiags(t, TagsFile, data, diags)
		_, diags = ParseSynonyms(data)
		checkDiags(t, SynonymsFile, data, diags)
	})
}
