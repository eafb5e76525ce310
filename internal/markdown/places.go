package markdown

import (
	"bytes"
	"regexp"
	"slices"

	"github.com/yuin/goldmark/ast"
)

// Place is where something else is to be put into a text before it is read.
type Place struct {
	Span
	Piece string // the file whose text belongs here: ![[_snippets/contact.md]] alone in a paragraph
	Value string // the name of the value that belongs here: {{phone}}
}

var (
	pieceWritten = regexp.MustCompile(`^!\[\[[ \t]*([^\[\]|\n]*?)[ \t]*\]\]$`)
	pieceFolder  = regexp.MustCompile(`(?:^|/)_[^/]*/`)
	valueWritten = regexp.MustCompile(`\{\{[ \t]*([\p{L}_][\p{L}\p{N}_.-]*)[ \t]*\}\}`)
)

// Places finds the pieces and values of a text, in order: what in code and
// comments looks like one is left alone.
func (p *Parser) Places(body []byte) []Place {
	pieces, values := bytes.Contains(body, []byte("![[")), bytes.Contains(body, []byte("{{"))
	if !pieces && !values {
		return nil
	}
	var out []Place
	var quiet []Span
	_ = ast.Walk(p.Tree(body), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
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
				out = append(out, Place{Span: Span{start, start + len(text)}, Piece: string(m[1])})
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
