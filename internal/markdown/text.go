package markdown

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// textWriter collects what a reader sees as plain text.
type textWriter struct {
	b       strings.Builder
	rawHTML bool // HTML is passed through, so its tags are no text
}

func (t *textWriter) String() string { return strings.TrimSpace(t.b.String()) }

// line ends the line that is being written, if there is one.
func (t *textWriter) line() {
	if s := t.b.String(); s != "" && s[len(s)-1] != '\n' {
		t.b.WriteByte('\n')
	}
}

// unescape undoes what Markdown lets a writer escape: \* and &amp;.
func unescape(source []byte) string {
	return string(util.UnescapePunctuations(util.ResolveNumericReferences(util.ResolveEntityNames(source))))
}

// block writes a block node, each of its leaf blocks on a line of its own.
func (t *textWriter) block(n ast.Node, source []byte) {
	switch n := n.(type) {
	case *ast.HTMLBlock:
		if html := withoutComments(htmlSource(n, source)); t.rawHTML {
			t.b.WriteString(textOf(html))
		} else {
			t.b.WriteString(strings.TrimRight(html, "\n"))
		}
		t.line()
		return
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		t.b.Write(n.Lines().Value(source))
		t.line()
		return
	case *figureNode:
		t.inline(n.FirstChild(), source)
		if n.figure.Caption != "" {
			t.line()
			t.b.WriteString(n.figure.Caption)
		}
		t.line()
		return
	case *east.TableRow, *east.TableHeader:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			t.inline(c, source)
			t.b.WriteByte(' ')
		}
		t.line()
		return
	}
	if c := n.FirstChild(); c == nil || c.Type() == ast.TypeInline {
		t.inline(n, source)
		t.line()
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		t.block(c, source)
	}
}

// inline writes what stands inside a node, on one line.
func (t *textWriter) inline(n ast.Node, source []byte) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			t.b.WriteString(unescape(c.Segment.Value(source)))
			if c.HardLineBreak() || c.SoftLineBreak() && !joins(c, source) {
				t.b.WriteByte(' ')
			}
		case *ast.String:
			t.b.Write(c.Value)
		case *ast.AutoLink:
			t.b.Write(c.Label(source))
		case *ast.RawHTML:
			if tag := c.Segments.Value(source); !t.rawHTML {
				t.b.Write(tag)
			} else if !flows(string(tag)) {
				t.b.WriteByte(' ')
			}
		case *tagNode:
			if s := t.b.String(); c.divides() && s != "" && s[len(s)-1] != ' ' && s[len(s)-1] != '\n' {
				t.b.WriteByte(' ')
			}
		case *east.TaskCheckBox, *east.FootnoteLink, *east.FootnoteBacklink:
		default:
			t.inline(c, source)
		}
	}
}

// joins reports whether the text goes on after a line break without a space,
// as it does between two Han characters or their punctuation.
func joins(n *ast.Text, source []byte) bool {
	next, ok := n.NextSibling().(*ast.Text)
	if !ok {
		return false
	}
	a, _ := utf8.DecodeLastRune(n.Segment.Value(source))
	b, _ := utf8.DecodeRune(next.Segment.Value(source))
	return eastAsian(a) && eastAsian(b)
}

func eastAsian(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303F || r >= 0xFF01 && r <= 0xFF60
}

// Slug makes words usable in an address: letters and digits of any script in
// lower case, hyphens between words, nothing else.
func Slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(unicode.ToLower(r))
		case unicode.IsSpace(r) || r == '-' || r == '/' || r == '.':
			gap = true
		}
	}
	return b.String()
}

// KindWords are the words that tell a section's kind from its heading. Han
// words are found anywhere in it, others as whole words.
type KindWords map[Kind][]string

// Kind is the kind that a heading's words tell. Where several match, the more
// specific one wins: “怎么判断是哪种原因” is a check that speaks of causes.
func (w KindWords) Kind(heading string) Kind {
	lower := strings.ToLower(heading)
	words := strings.FieldsFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, k := range [...]Kind{Case, Check, Solution, Cause} {
		for _, word := range w[k] {
			if matches(strings.ToLower(word), lower, words) {
				return k
			}
		}
	}
	return None
}

func matches(word, heading string, words []string) bool {
	if r, _ := utf8.DecodeRuneInString(word); eastAsian(r) {
		return strings.Contains(heading, word)
	}
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return strings.ContainsRune(word, ' ') && strings.Contains(heading, word)
}

// dangerous tells addresses that run code in the reader's browser.
func dangerous(dest string) bool {
	return html.IsDangerousURL([]byte(strings.ToLower(strings.TrimSpace(dest))))
}

// appendURL writes an address into an attribute. What lies on this site is
// not percent-encoded yet; a file may have any character in its name.
func appendURL(out []byte, u string, file bool) []byte {
	if strings.HasPrefix(u, "/") && !strings.HasPrefix(u, "//") {
		path, rest := u, ""
		if i := strings.IndexAny(u, "?#"); i >= 0 && !file {
			path, rest = u[:i], u[i:]
		}
		u = (&url.URL{Path: path}).EscapedPath() + rest
	}
	return append(out, util.EscapeHTML(util.URLEscape([]byte(u), false))...)
}

func htmlText(s string) string { return string(util.EscapeHTML([]byte(s))) }

func itoa(n int) string { return strconv.Itoa(n) }
