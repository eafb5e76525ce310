package markdown

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"whyfix/internal/diag"
)

// hostile are texts that the library reads in a time that grows with the square
// of their length, or that become many times longer than they are. Beside each
// is where it has too much, "" where it is read as any other.
func hostile(n int) map[string][2]string {
	r := func(s string) string { return strings.Repeat(s, n/len(s)+1) }
	counted := func(each, end string) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			b.WriteString(strings.ReplaceAll(each, "#", itoa(i)))
		}
		return b.String() + end
	}
	runs := func() string {
		var b strings.Builder
		for i := 1; b.Len() < n; i++ {
			b.WriteString("a" + strings.Repeat("`", i))
		}
		return b.String()
	}
	return map[string][2]string{
		"links that do not end":     {r("[a]("), "text-limit"},
		"addresses without an end":  {r("[a](<b"), "text-limit"},
		"titles without an end":     {r("[a](b \"c"), "text-limit"},
		"titles with one sign":      {r("[a](b (c "), "text-limit"},
		"links":                     {r("[a](/b) "), "text-limit"},
		"reference links":           {counted("[a#] ", "\n\n[a1]: /b\n"), "text-limit"},
		"definitions":               {counted("[a#]: /b#\n", ""), ""},
		"definitions without end":   {r("[a]: b \"\n"), "text-limit"},
		"a long reference":          {strings.Repeat("[a] ", 4000) + "\n\n[a]: /" + strings.Repeat("b", 60_000), "text-limit"},
		"brackets":                  {r("["), "text-limit"},
		"brackets in brackets":      {strings.Repeat("[", n/2) + "a" + strings.Repeat("]", n/2), "text-limit"},
		"images":                    {r("!["), "text-limit"},
		"links that touch nothing":  {r("[a] (b.md) "), "text-limit"},
		"links with Chinese signs":  {r("甲]（b.md）"), ""},
		"nowhere":                   {r("甲[乙][丙] "), "text-limit"},
		"values":                    {r("{{a}} ｛.b｝ {.c}"), ""},
		"formulas":                  {r("$\\a$ $$ "), ""},
		"marks":                     {r("==甲 == 乙=="), "text-limit"},
		"tags in a line":            {r("甲<b>乙<i c=d>"), ""},
		"numbers":                   {counted("#、甲\n", ""), ""},
		"headings without a blank":  {r("##原因\n"), ""},
		"emphasis":                  {r("a**b_c*"), "text-limit"},
		"emphasis that opens":       {r("*a **b "), "text-limit"},
		"struck out":                {r("~~a"), "text-limit"},
		"emphasis in links":         {r("**x [a*b**c*](d)"), "text-limit"},
		"code":                      {runs(), "text-limit"},
		"code that opens":           {r("`a"), ""},
		"quotes":                    {strings.Repeat(">", n), "text-limit"},
		"quotes 1,000 deep":         {strings.Repeat("> ", 1000) + "a", "text-limit"},
		"lists in a line":           {r("- "), ""},
		"lists 1,000 deep":          {deepLists(min(1000, n/50)), "text-limit"},
		"blank lines in lists":      {strings.Repeat("- ", 40) + "a\n" + r("\n"), "text-limit"},
		"quotes and lists":          {r("> - "), "text-limit"},
		"a line":                    {r("字"), ""},
		"headings":                  {r("## 原因\n\n### 甲\n\n"), ""},
		"a heading":                 {"# " + r("字"), "text-limit"},
		"columns":                   {"|" + r("a|") + "\n|" + r("-|") + "\n", "text-limit"},
		"rows that lack cells":      {"|" + strings.Repeat("a|", 190) + "\n|" + strings.Repeat("-|", 190) + "\n" + r("|\n"), "text-limit"},
		"rows":                      {"|a|b|\n|-|-|\n" + strings.Repeat("|a|b|\n", 20_000), ""},
		"footnotes":                 {counted("[^a#]\n\n[^a#]: b\n\n", ""), "text-limit"},
		"one footnote":              {r("[^1] ") + "\n\n[^1]: a\n", "text-limit"},
		"footnotes in footnotes":    {r("[^a]: "), "text-limit"},
		"tags that do not end":      {r("<a b=\"\n"), ""},
		"tags":                      {r("<a "), ""},
		"comments that do not end":  {r("a <!-- "), "comment-open"},
		"addresses":                 {r(" http://a.b/"), ""},
		"mail":                      {r("a.b@c."), ""},
		"attributes":                {"# a {" + r(".a ") + "}", "text-limit"},
		"attributes underlined":     {"a {" + r(".a ") + "}\n===\n", "text-limit"},
		"attributes that are wrong": {r("# a {#b\n"), ""},
		"breaks":                    {r("a\\\n"), ""},
		"signs for nothing":         {r("&#1"), ""},
	}
}

func deepLists(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("  ", i) + "- a\n")
	}
	return b.String()
}

// longer is how many times as long as an ordinary text of its length a hostile
// one may take: 100 are seen, and more than 2,000 where something is quadratic.
const longer = 500

// No text takes the machine for long: it is read, or refused with its line.
func TestHostileTexts(t *testing.T) {
	withoutDetector(t)
	const length = 250_000
	ordinary := time.Duration(0)
	for range 3 {
		body := []byte(strings.Repeat("退款没有到账，先看**订单**的状态。\n\n", length/50))
		start := time.Now()
		NewParser(Options{Words: words}).Parse(diag.NewLines("a.md", body), body, 0)
		ordinary = max(ordinary, time.Since(start))
	}
	for name, c := range hostile(length) {
		t.Run(name, func(t *testing.T) {
			body := []byte(c[0])
			start := time.Now()
			_, diags := NewParser(Options{Words: words}).Parse(diag.NewLines("a.md", body), body, 0)
			took := time.Since(start)
			if took > longer*ordinary {
				t.Errorf("it took %v, an ordinary text %v", took, ordinary)
			}
			codes := ""
			for _, d := range diags {
				if d.Code == "text-limit" || d.Code == "comment-open" {
					codes = d.Code
				}
				if d.Line < 1 || d.Col < 1 {
					t.Fatalf("no place: %+v", d)
				}
			}
			if codes != c[1] {
				t.Errorf("got %q, want %q", codes, c[1])
			}
		})
	}
}

// What people write is far from every limit.
func TestLimitsAreFar(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# 手册\n\n")
	for i := range 300 {
		fmt.Fprintf(&b, "**注意%d：**先[备份](/b%d \"题\")，再*重启*~~两次~~。", i, i)
	}
	b.WriteString("\n\n|" + strings.Repeat("列|", 60) + "\n|" + strings.Repeat("-|", 60) + "\n" + strings.Repeat("|甲|乙|\n", 300))
	b.WriteString("\n" + deepLists(20) + "\n" + strings.Repeat("> ", 20) + "引\n\n![图](data:image/png;base64," + strings.Repeat("A", 2_000_000) + ")\n")
	for i := range 500 {
		fmt.Fprintf(&b, "\n甲[^n%d]和[乙][r%d]\n\n[^n%d]: 注\n\n[r%d]: /r%d\n", i, i, i, i, i)
	}
	_, diags := parse(options, b.String())
	for _, d := range diags {
		if d.Code == "text-limit" {
			t.Errorf("%s", said(diag.List{d}))
		}
	}
}

// Code that a lexer takes long for is shown plain.
func TestSlowColours(t *testing.T) {
	t.Parallel()
	slow := "```perl\n" + strings.Repeat("m{m{", 15_000) + "\n```\n"
	start := time.Now()
	doc := good(t, options, slow+"\n"+slow+"\n```go\nx := 1\n```\n")
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	html := filled(doc, doc.Intro.HTML)
	if strings.Count(html, "<pre") != 3 || !strings.Contains(html, `<code class="language-perl">m{m{m{`) {
		t.Errorf("got %.200s", html)
	}
}

// withoutDetector skips a test of one goroutine under the race detector: make
// test runs it without.
func withoutDetector(t *testing.T) {
	t.Helper()
	info, ok := debug.ReadBuildInfo()
	if ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("not under the race detector")
	}
}
