package importer

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// spot is a link whose address stands in one piece.
type spot struct {
	markdown.Ref
	start, end  int // of its address
	open, close int // of the whole link; close is 0 when that is not in one piece
}

// spotParser reads links as the site's own parser does. That one tells where
// a link starts; this one, where its address stands.
var spotParser = markdown.NewParser(markdown.Options{Plain: true})

// findSpots finds the addresses of a page's links in its text, from its end to
// its start.
func findSpots(p *page) []spot {
	lines := diag.NewLines("", []byte(p.text))
	refs := map[int]markdown.Ref{}
	for _, r := range p.parsed.Doc.Refs {
		refs[lines.Offset(r.Pos.Line, r.Pos.Col)] = r
	}
	var out []spot
	_, body, _ := strings.Cut(p.text, "\n---\n")
	source, above := []byte(body), len(p.text)-len(body)
	_ = ast.Walk(spotParser.Tree(source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		var link ast.Link
		switch n := n.(type) {
		case *ast.Link:
			link.Destination, link.Title, link.Reference = n.Destination, n.Title, n.Reference
		case *ast.Image:
			link.Destination, link.Title, link.Reference = n.Destination, n.Title, n.Reference
		default:
			return ast.WalkContinue, nil
		}
		open := above + n.Pos()
		ref, known := refs[open]
		start, end := within(source, link.Destination)
		if !known || !entering || end == 0 {
			return ast.WalkContinue, nil
		}
		s := spot{Ref: ref, start: above + start, end: above + end, open: open}
		if title := bytes.Index(source[end:], link.Title); link.Reference == nil && title >= 0 {
			if len(link.Title) > 0 {
				end += title + len(link.Title) + 1 // behind its quote
			}
			s.close = above + end + bytes.IndexByte(source[end:], ')') + 1
		}
		out = append(out, s)
		return ast.WalkContinue, nil
	})
	slices.SortStableFunc(out, func(a, b spot) int { return b.start - a.start })
	return out
}

// within is where a part of a text stands in it: the parser cuts what it
// returns out of the text. A copy stands nowhere.
func within(source, part []byte) (start, end int) {
	start = cap(source) - cap(part)
	if len(part) == 0 || start < 0 || start+len(part) > len(source) || &source[start] != &part[0] {
		return 0, 0
	}
	return start, start + len(part)
}
