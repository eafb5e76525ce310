package markdown

import (
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// bareAddresses finds addresses that touch text without spaces, as in
// 请访问https://example.org/a。谢谢. The library looks for one at the start of a
// line and behind a blank, which no text of that kind has before it.
//
// What an address is, and where it ends, stays the library's matter: it is
// asked again at the place where the address would start. There, no character
// beyond ASCII is part of an address, so one that ends before Chinese text or
// its punctuation does so with or without a blank.
type bareAddresses struct{ addresses parser.InlineParser }

func newBareAddresses() parser.InlineParser {
	return bareAddresses{extension.NewLinkifyParser()}
}

// Trigger names the signs that an address has behind its first word, since the
// library calls nobody at a letter: https: www. name@
func (bareAddresses) Trigger() []byte { return []byte{':', '.', '@'} }

func (b bareAddresses) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before, ok := parent.LastChild().(*ast.Text)
	line, segment := block.PeekLine()
	if !ok || before.Segment.Stop != segment.Start || before.SoftLineBreak() || before.HardLineBreak() {
		return nil
	}
	word := before.Segment.Value(block.Source())
	n := len(word)
	for n > 0 && ofAddress(word[n-1]) {
		n--
	}
	if r, _ := utf8.DecodeLastRune(word[:n]); n == 0 || r < utf8.RuneSelf {
		return nil // the library has been here
	}
	switch start := string(word[n:]); line[0] {
	case ':':
		if start != "https" && start != "http" && start != "ftp" {
			return nil
		}
	case '.':
		if start != "www" {
			return nil
		}
	default:
		if start == "" {
			return nil
		}
	}
	number, _ := block.Position()
	from := segment.Start - (len(word) - n)
	block.SetPosition(number, segment.WithStart(from))
	link := b.addresses.Parse(parent, block, pc)
	if link == nil {
		return nil
	}
	before.Segment = before.Segment.WithStop(from)
	link.(*ast.AutoLink).SetPos(from)
	return link
}

// ofAddress tells what the first word of an address is made of.
func ofAddress(c byte) bool {
	return isLetter(c) || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == '_'
}
