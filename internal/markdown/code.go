package markdown

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// fenceOf is the row of signs that begins a block of code; empty when it is not
// found.
func fenceOf(source []byte, n *ast.FencedCodeBlock) string {
	at := n.Pos()
	if at < 0 || at >= len(source) || source[at] != '`' && source[at] != '~' {
		return ""
	}
	rest := source[at:]
	return string(rest[:len(rest)-len(bytes.TrimLeft(rest, string(rest[:1])))])
}

// unclosed reports whether no row of signs ends a block of code, so that it goes
// on to the end of the text, or of the block around it.
func unclosed(source []byte, n *ast.FencedCodeBlock) bool {
	fence := fenceOf(source, n)
	if fence == "" {
		return false
	}
	end := n.Pos()
	if lines := n.Lines(); lines.Len() > 0 {
		end = max(lines.At(lines.Len()-1).Stop-1, 0)
	}
	_, below, _ := bytes.Cut(source[min(end, len(source)):], []byte("\n"))
	line, _, _ := bytes.Cut(below, []byte("\n"))
	line = bytes.TrimRight(bytes.TrimLeft(line, " \t>"), " \t")
	return len(line) < len(fence) || len(bytes.Trim(line, fence[:1])) > 0
}

// openCode is the block of code that goes on to the end of a box, or nil.
func (r *reading) openCode(box ast.Node) *ast.FencedCodeBlock {
	n := box.LastChild()
	for n != nil && n.Type() == ast.TypeBlock {
		if code, ok := n.(*ast.FencedCodeBlock); ok && unclosed(r.source, code) {
			return code
		}
		n = n.LastChild()
	}
	return nil
}

// fenceWithWords is a line that ends no block of code because something stands
// behind its signs.
var fenceWithWords = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})[ \\t]*([^`\\s].*)?$")

// innerFence is the first line in a block of code that looks like the begin or the
// end of one, or -1.
func innerFence(source []byte, n *ast.FencedCodeBlock) int {
	fence := fenceOf(source, n)
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		line := segment.Value(source)
		if bytes.Contains(line, []byte(fence)) {
			if at := fenceWithWords.FindSubmatch(bytes.TrimRight(line, "\n")); at != nil && strings.HasPrefix(string(at[1]), fence) {
				return segment.Start
			}
		}
	}
	return -1
}

// closeCode is what closes a block of code.
func closeCode(source []byte, n *ast.FencedCodeBlock) string {
	fence := fenceOf(source, n)
	hint := "write " + short(fence) + " on a line of its own below the code"
	if at := innerFence(source, n); at >= 0 {
		line, _, _ := bytes.Cut(source[at:], []byte("\n"))
		hint += "; “" + short(string(line)) + "” does not end it, because of the words behind the signs"
	}
	return hint
}

// fence finds blocks of code that are not closed, or not where they should be.
func (m *meant) fence(n *ast.FencedCodeBlock) {
	if n.Info != nil {
		m.noComment(n.Info.Segment.Value(m.source), n.Pos(), "line that begins the code")
	}
	switch {
	case m.blamed[n]:
	case unclosed(m.source, n):
		message := "this block of code is not closed"
		if m.swallows(n) {
			message += ", and what stands below is in it"
		}
		m.say(n.Pos(), message, closeCode(m.source, n))
	default:
		if at := innerFence(m.source, n); at >= 0 {
			line, _, _ := bytes.Cut(m.source[at:], []byte("\n"))
			m.say(n.Pos(), "this block of code is not closed before “"+short(string(line))+"” in line "+itoa(m.at(at).Line),
				closeCode(m.source, n)+"; if signs inside are meant, begin and end the block with one more")
		}
	}
}

// ofArticle is what stands in articles and seldom in code.
var ofArticle = regexp.MustCompile(`^(?:#{1,6} |> |:::)|\]\([^()\s]+\)|^\p{Han}.*[。！？：]$`)

func (m *meant) swallows(n *ast.FencedCodeBlock) bool {
	for i := range min(n.Lines().Len(), maxShown) {
		segment := n.Lines().At(i)
		if ofArticle.Match(bytes.TrimRight(segment.Value(m.source), "\n")) {
			return true
		}
	}
	return false
}

// prose finds paragraphs that are code because they begin with four blanks or a
// tab, as other programs begin them.
func (m *meant) prose(n *ast.CodeBlock) {
	switch n.Parent().(type) {
	case *ast.Document, *boxNode:
	default:
		return
	}
	if n.Lines().Len() == 0 || n.Lines().Len() > 50 {
		return
	}
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		if line := bytes.TrimSpace(segment.Value(m.source)); len(line) > 0 && !isProse(string(line)) {
			return
		}
	}
	m.say(n.Lines().At(0).Start, "this paragraph is shown as code, because it begins with four blanks or a tab",
		"take them away: paragraphs need no indent; put what is code between two lines of ```")
}

// isProse reports whether a line is a sentence in Chinese rather than code.
func isProse(line string) bool {
	if strings.ContainsAny(line, "{}[]();=<>/\\|#$`@&*+_~^│├└─") || strings.ContainsAny(line[:1], "-:.") {
		return false
	}
	han, others := 0, 0
	for _, r := range line {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case !unicode.IsPunct(r) && !unicode.IsSpace(r):
			others++
		}
	}
	return han >= 5 && han >= 2*others
}
