package markdown

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// Place is where something else is to be put into a text before it is read.
type Place struct {
	Span
	Piece string // the file whose text belongs here: ![[_snippets/contact.md]] alone in a paragraph
	Level int    // of a piece: that of the heading above it in its file, 0 for none
	Value string // the name of the value that belongs here: {{phone}}
	Signs bool   // Words belong here, as they are: the signs of a heading that goes deeper
	Words string
}

var (
	pieceWritten = regexp.MustCompile(`^!\[\[[ \t]*([^\[\]|\n]*?)[ \t]*\]\]$`)
	pieceFolder  = regexp.MustCompile(`(?:^|/)_[^/]*/`)
	valueWritten = regexp.MustCompile(`\{\{[ \t]*([\p{L}_][\p{L}\p{N}_.-]*)[ \t]*\}\}`)
)

// IsPiece reports whether an address is that of a piece: of a file in a folder
// whose name begins with _.
func IsPiece(dest string) bool {
	return pieceFolder.MatchString(dest) && (strings.HasSuffix(dest, ".md") || !strings.Contains(dest[strings.LastIndexByte(dest, '/')+1:], "."))
}

// Places finds the pieces and values of a text, in order: what in code and
// comments looks like one is left alone.
func (p *Parser) Places(body []byte) []Place {
	pieces, values := bytes.Contains(body, []byte("![[")), bytes.Contains(body, []byte("{{"))
	if !pieces && !values {
		return nil
	}
	var out []Place
	var quiet []Span
	level := 0
	_ = ast.Walk(p.Tree(body), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n.Parent().Kind() == ast.KindDocument {
				level = n.Level
			}
		case *ast.CodeSpan:
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				if t, ok := c.(*ast.Text); ok {
					quiet = append(quiet, Span{t.Segment.Start, t.Segment.Stop})
				}
			}
		case *ast.FencedCodeBlock:
			if n.Info != nil {
				quiet = append(quiet, Span{n.Info.Segment.Start, n.Info.Segment.Stop})
			}
			quiet = append(quiet, spansOf(n)...)
		case *ast.CodeBlock:
			quiet = append(quiet, spansOf(n)...)
		case *ast.HTMLBlock:
			if source := htmlSource(n, body); bytes.HasPrefix(bytes.TrimSpace([]byte(source)), []byte("<!--")) {
				quiet = append(quiet, spansOf(n)...)
			}
		case *ast.RawHTML:
			if first := n.Segments.At(0); bytes.HasPrefix(body[first.Start:], []byte("<!--")) {
				quiet = append(quiet, Span{first.Start, n.Segments.At(n.Segments.Len() - 1).Stop})
			}
		case *ast.Paragraph, *ast.TextBlock:
			if n.Lines().Len() != 1 {
				break
			}
			line := n.Lines().At(0)
			text := bytes.TrimSpace(line.Value(body))
			if m := pieceWritten.FindSubmatch(text); m != nil && pieceFolder.Match(m[1]) {
				start := line.Start + bytes.Index(body[line.Start:line.Stop], text)
				out = append(out, Place{Span: Span{start, start + len(text)}, Piece: string(m[1]), Level: level})
				quiet = append(quiet, Span{start, start + len(text)})
			}
		}
		return ast.WalkContinue, nil
	})
	if values {
		slices.SortFunc(quiet, func(a, b Span) int { return a.Start - b.Start })
		at := 0
		for _, m := range valueWritten.FindAllSubmatchIndex(body, -1) {
			for at < len(quiet) && quiet[at].End <= m[0] {
				at++
			}
			if at < len(quiet) && quiet[at].Start < m[1] || m[0] > 0 && body[m[0]-1] == '\\' {
				continue
			}
			out = append(out, Place{Span: Span{m[0], m[1]}, Value: string(body[m[2]:m[3]])})
		}
		slices.SortFunc(out, func(a, b Place) int { return a.Start - b.Start })
	}
	return out
}

// spansOf are the lines of a block.
func spansOf(n ast.Node) []Span {
	var out []Span
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		out = append(out, Span{line.Start, line.Stop})
	}
	return out
}

// maxLevel is how deep headings go.
const maxLevel = 6

// Deeper are the places that make the headings of a piece lie below one of a
// level, and how much deeper each goes: the highest of them stands one level
// below that, if it does not anyway, and the others keep their distance to it.
// So a piece never ends the item that it is put into.
func (p *Parser) Deeper(body []byte, level int) ([]Place, int) {
	if !mayHaveHeadings(body) {
		return nil, 0
	}
	var headings []*ast.Heading
	highest := maxLevel
	root := p.Tree(body)
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			headings = append(headings, h)
			highest = min(highest, h.Level)
		}
	}
	by := max(level, 1) + 1 - highest // a piece has no title
	if by <= 0 || len(headings) == 0 {
		return nil, 0
	}
	var out []Place
	for _, h := range headings {
		out = append(out, deeper(h, body, by)...)
	}
	return out, by
}

func mayHaveHeadings(body []byte) bool {
	return bytes.IndexByte(body, '#') >= 0 || bytes.Contains(body, []byte("\n-")) || bytes.Contains(body, []byte("\n=")) ||
		bytes.Contains(body, []byte("\n ")) // a line of - or = may be further to the right
}

// deeper are the places that make a heading some levels deeper. One that is told
// by a line below its words becomes one with signs before them.
func deeper(h *ast.Heading, body []byte, by int) []Place {
	start := max(h.Pos(), 0)
	for start < len(body) && body[start] == ' ' {
		start++
	}
	if start < len(body) && body[start] == '#' {
		if by = min(by, maxLevel-h.Level); by <= 0 {
			return nil
		}
		return []Place{{Span: Span{start, start}, Signs: true, Words: strings.Repeat("#", by)}}
	}
	if h.Lines().Len() == 0 {
		return nil
	}
	signs := strings.Repeat("#", min(h.Level+by, maxLevel)) + " "
	out := []Place{{Span: Span{start, start}, Signs: true, Words: signs}}
	end := 0
	for i := range h.Lines().Len() {
		line := h.Lines().At(i)
		if i > 0 {
			out = append(out, Place{Span: Span{end, line.Start}, Signs: true, Words: " "})
		}
		end = line.Start + len(bytes.TrimRight(line.Value(body), " \t\n"))
	}
	under := bytes.IndexByte(body[end:], '\n')
	if under < 0 {
		return nil
	}
	under += end + 1
	stop := len(body)
	if n := bytes.IndexByte(body[under:], '\n'); n >= 0 {
		stop = under + n
	}
	return append(out, Place{Span: Span{under, stop}, Signs: true})
}
