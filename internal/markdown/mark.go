package markdown

import (
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// markNode is a text between == and ==.
type markNode struct {
	ast.BaseInline
	end int // where the second == stands
}

var kindMark = ast.NewNodeKind("Mark")

func (n *markNode) Kind() ast.NodeKind { return kindMark }

func (n *markNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// marks reports whether == between two characters may begin or end a mark: between
// two of a word without spaces it is a sign of programs, a==b, unless one of them is
// Chinese, Japanese or Korean.
func marks(before, after rune) bool { return !latinWord(before) || !latinWord(after) }

func latinWord(r rune) bool {
	return !isWide(r) && !util.IsSpaceRune(r) && !util.IsPunctRune(r) && r != utf8.RuneError
}

// markSigns pairs ==. One stands with each of the signs, and learns where its
// partner is.
type markSigns struct{ closer int }

func (*markSigns) IsDelimiter(c byte) bool { return c == '=' }

func (m *markSigns) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	m.closer = closer.Segment.Start
	return opener.Char == closer.Char
}

func (m *markSigns) OnMatch(int) ast.Node { return &markNode{end: m.closer} }

// markRenderer writes marks as HTML.
type markRenderer struct{}

func (r markRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindMark, r.mark)
}

func (markRenderer) mark(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<mark>")
	} else {
		_, _ = w.WriteString("</mark>")
	}
	return ast.WalkContinue, nil
}
