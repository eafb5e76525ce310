package markdown

import (
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// emphasisParser finds *, **, _, __, ~~ and ==.
//
// CommonMark asks of a sign that ends emphasis behind punctuation that a blank
// or punctuation follows, which no text without spaces has: the stars of
// **注意：**先备份 would be shown. So beside a character of Chinese, Japanese or
// Korean text the rules are those of the CJK-friendly amendments
// (https://github.com/tats-u/markdown-cjk-friendly/blob/main/specification.md);
// for all other text they are CommonMark's.
//
// One ~ strikes nothing out: 3~5天 is a range.
type emphasisParser struct{}

func (*emphasisParser) Trigger() []byte { return []byte{'*', '_', '~', '='} }

func (*emphasisParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	sign, n := line[0], 1
	for n < len(line) && line[n] == sign {
		n++
	}
	before := block.PrecendingCharacter()
	if (sign == '~' || sign == '=') && (n != 2 || before == rune(sign)) {
		return nil
	}
	after := '\n'
	if n < len(line) {
		after, _ = utf8.DecodeRune(line[n:])
	}
	if sign == '=' && !marks(before, after) {
		return nil
	}
	if limitsOf(pc).sign(parent, segment.Start) {
		return nil
	}
	b := sideBefore(before, block.Source()[:segment.Start])
	a := sideOf(after)
	left := !a.blank && (!a.latinPunct() || b.blank || b.latinPunct() || b.wide)
	right := !b.blank && (!b.latinPunct() || a.blank || a.latinPunct() || a.wide)
	opens, closes := left, right
	if sign == '_' {
		opens, closes = left && (!right || b.punct), right && (!left || a.punct)
	}
	var processor parser.DelimiterProcessor = emphasisSigns{}
	switch sign {
	case '~':
		processor = strikeSigns{}
	case '=':
		processor = &markSigns{}
	}
	d := parser.NewDelimiter(opens, closes, n, sign, processor)
	d.Segment = segment.WithStop(segment.Start + n)
	block.Advance(n)
	pc.PushDelimiter(d)
	return d
}

// side is what stands on one side of a run of signs.
type side struct {
	blank bool // or the end of the line
	punct bool // punctuation or a symbol
	wide  bool // of Chinese, Japanese or Korean text
}

func (s side) latinPunct() bool { return s.punct && !s.wide }

func sideOf(r rune) side {
	return side{blank: util.IsSpaceRune(r), punct: util.IsPunctRune(r), wide: isWide(r)}
}

// sideBefore is sideOf for the character before the signs, which may be a
// selector that belongs to the one before it.
func sideBefore(r rune, source []byte) side {
	switch {
	case ideographicSelector(r):
		return side{wide: true}
	case standardSelector(r):
		base, _ := utf8.DecodeLastRune(source[:max(len(source)-utf8.RuneLen(r), 0)])
		s := sideOf(base)
		if r == 0xFE01 && (base == '‘' || base == '’' || base == '“' || base == '”') {
			s.wide = true // the full-width form of a quotation mark
		}
		return s
	}
	return sideOf(r)
}

// emphasisSigns pairs * and _.
type emphasisSigns struct{}

func (emphasisSigns) IsDelimiter(c byte) bool { return c == '*' || c == '_' }

func (emphasisSigns) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (emphasisSigns) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }

// strikeSigns pairs ~~.
type strikeSigns struct{}

func (strikeSigns) IsDelimiter(c byte) bool { return c == '~' }

func (strikeSigns) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (strikeSigns) OnMatch(int) ast.Node { return east.NewStrikethrough() }

// wide are the characters of Chinese, Japanese and Korean text, their
// punctuation and symbols among them: what Unicode calls wide, full-width or
// half-width (annex 11), without what is drawn as an emoji, and all of Hangul.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x11FF, 1},
		{0x20A9, 0x20A9, 1},
		{0x2329, 0x232A, 1},
		{0x2630, 0x2637, 1},
		{0x268A, 0x268F, 1},
		{0x2E80, 0x2E99, 1},
		{0x2E9B, 0x2EF3, 1},
		{0x2F00, 0x2FD5, 1},
		{0x2FF0, 0x303E, 1},
		{0x3041, 0x3096, 1},
		{0x3099, 0x30FF, 1},
		{0x3105, 0x312F, 1},
		{0x3131, 0x318E, 1},
		{0x3190, 0x31E5, 1},
		{0x31EF, 0x321E, 1},
		{0x3220, 0x3247, 1},
		{0x3250, 0xA48C, 1},
		{0xA490, 0xA4C6, 1},
		{0xA960, 0xA97C, 1},
		{0xAC00, 0xD7A3, 1},
		{0xD7B0, 0xD7C6, 1},
		{0xD7CB, 0xD7FB, 1},
		{0xF900, 0xFAFF, 1},
		{0xFE10, 0xFE19, 1},
		{0xFE30, 0xFE52, 1},
		{0xFE54, 0xFE66, 1},
		{0xFE68, 0xFE6B, 1},
		{0xFF01, 0xFFBE, 1},
		{0xFFC2, 0xFFC7, 1},
		{0xFFCA, 0xFFCF, 1},
		{0xFFD2, 0xFFD7, 1},
		{0xFFDA, 0xFFDC, 1},
		{0xFFE0, 0xFFE6, 1},
		{0xFFE8, 0xFFEE, 1},
	},
	R32: []unicode.Range32{
		{0x16FE0, 0x16FE4, 1},
		{0x16FF0, 0x16FF6, 1},
		{0x17000, 0x18CD5, 1},
		{0x18CFF, 0x18D1E, 1},
		{0x18D80, 0x18DF2, 1},
		{0x1AFF0, 0x1AFF3, 1},
		{0x1AFF5, 0x1AFFB, 1},
		{0x1AFFD, 0x1AFFE, 1},
		{0x1B000, 0x1B122, 1},
		{0x1B132, 0x1B132, 1},
		{0x1B150, 0x1B152, 1},
		{0x1B155, 0x1B155, 1},
		{0x1B164, 0x1B167, 1},
		{0x1B170, 0x1B2FB, 1},
		{0x1D300, 0x1D356, 1},
		{0x1D360, 0x1D376, 1},
		{0x1F200, 0x1F200, 1},
		{0x1F202, 0x1F202, 1},
		{0x1F210, 0x1F219, 1},
		{0x1F21B, 0x1F22E, 1},
		{0x1F230, 0x1F231, 1},
		{0x1F237, 0x1F237, 1},
		{0x1F23B, 0x1F23B, 1},
		{0x1F240, 0x1F248, 1},
		{0x1F260, 0x1F265, 1},
		{0x20000, 0x3FFFD, 1},
	},
}

func isWide(r rune) bool { return r >= 0x1100 && unicode.Is(wide, r) }

// Selectors stand behind a character and choose how it is drawn.
func standardSelector(r rune) bool    { return r >= 0xFE00 && r <= 0xFE0E } // FE0F asks for an emoji
func ideographicSelector(r rune) bool { return r >= 0xE0100 && r <= 0xE01EF }

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
