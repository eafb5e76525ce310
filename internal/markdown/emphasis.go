package markdown

import (
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
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
