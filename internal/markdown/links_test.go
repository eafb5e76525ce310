package markdown

import (
	"regexp"
	"strings"
	"testing"
)

var anchors = regexp.MustCompile(`<a href="([^"]*)">([^<]*)</a>`)

func TestBareAddresses(t *testing.T) {
	t.Parallel()
	// In what is wanted, an address that is a link stands in ‹›.
	for _, c := range []struct{ name, in, want string }{
		{"touching text on both sides", "请访问https://example.org/help查看", "请访问‹https://example.org/help›查看"},
		{"before a full stop", "打开：https://example.org/x。谢谢", "打开：‹https://example.org/x›。谢谢"},
		{"in full-width brackets", "（https://example.org/y）", "（‹https://example.org/y›）"},
		{"two in one line", "官网https://a.example.org，备用http://b.example.org/c；", "官网‹https://a.example.org›，备用‹http://b.example.org/c›；"},
		{"in quotation marks", "打开“https://example.org/a”", "打开“‹https://example.org/a›”"},
		{"percent-encoded characters are part", "见https://example.org/%E8%8A%B1?a=1&b=2#c页", "见‹https://example.org/%E8%8A%B1?a=1&amp;b=2#c›页"},
		{"behind a blank it ends the same", "见 https://example.org/帮助", "见 ‹https://example.org/›帮助"},
		{"a port", "内网http://intra.example.org:8080/a，", "内网‹http://intra.example.org:8080/a›，"},
		{"without a scheme", "官网www.example.org，欢迎", "官网‹www.example.org›，欢迎"},
		{"an address of mail", "写信到service@example.org。", "写信到‹service@example.org›。"},
		{"mail with a dot in its name", "写信到a.b-c@example.org即可", "写信到‹a.b-c@example.org›即可"},
		{"underscores are part", "见https://example.org/a_b_c。", "见‹https://example.org/a_b_c›。"},
		{"behind emphasis", "**官网**https://example.org/a。", "<strong>官网</strong>‹https://example.org/a›。"},
		{"in emphasis", "**官网：https://example.org/a。**见", "<strong>官网：‹https://example.org/a›。</strong>见"},
		{"in a Latin word", "xhttps://example.org/a", "xhttps://example.org/a"},
		{"no host", "见https://。", "见https://。"},
		{"another scheme", "见javascript://example.org/a", "见javascript://example.org/a"},
		{"time of day", "上午9:30和10:00", "上午9:30和10:00"},
		{"code", "运行`访问https://example.org/a`", "运行<code>访问https://example.org/a</code>"},
		{"the text of a link", "[请看https://example.org/a](https://example.org/b)", `<a href="https://example.org/b">请看https://example.org/a</a>`},
	} {
		doc := good(t, options, c.in+"\n")
		h := strings.TrimSuffix(strings.TrimPrefix(filled(doc, doc.Intro.HTML), "<p>"), "</p>\n")
		got := anchors.ReplaceAllStringFunc(h, func(a string) string {
			m := anchors.FindStringSubmatch(a)
			to := strings.TrimPrefix(strings.TrimPrefix(m[1], "http://"), "mailto:")
			if m[1] == m[2] || to == m[2] {
				return "‹" + m[2] + "›"
			}
			return a
		})
		if got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.name, c.in, got, c.want)
		}
	}
}

func TestBareAddressText(t *testing.T) {
	t.Parallel()
	doc := good(t, options, "请访问https://example.org/help查看\n")
	if got, want := doc.Intro.Text, "请访问https://example.org/help查看"; got != want {
		t.Errorf("the text is %q, want %q", got, want)
	}
}

// A comment in a link by a name is no part of what is shown.
func TestWikilinkComment(t *testing.T) {
	t.Parallel()
	doc := good(t, Options{Wikilinks: true}, "看[[b <!-- 旧 -->|新<!-- 私 -->词 <!-- 甲 -->]]。\n")
	if got, want := filled(doc, doc.Intro.HTML), "<p>看<a href=\"b\">新词</a>。</p>\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
