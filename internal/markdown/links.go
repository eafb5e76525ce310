package markdown

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
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

// wikilinks finds links as Obsidian writes them: [[name]], [[name#heading]],
// [[name|text]], and ![[picture.png|what it shows]].
//
// They become the library's links and images, marked: whom a name means is for
// the site to find out, which knows all files.
type wikilinks struct{}

// wikiAttribute carries all that is written of such a link.
var wikiAttribute = []byte("whyfix-wiki")

func (wikilinks) Trigger() []byte { return []byte{'[', '!'} }

func (wikilinks) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	inside, image := bytes.CutPrefix(line, []byte("!"))
	inside, found := bytes.CutPrefix(inside, []byte("[["))
	if !found || pc.IsInLinkLabel() {
		return nil
	}
	end := bytes.Index(inside, []byte("]]"))
	if end <= 0 || bytes.ContainsAny(inside[:end], "[]\n") {
		return nil
	}
	inside = inside[:end]
	name, shown := inside, inside
	at := len(line) - len(line[bytes.Index(line, []byte("[[")):]) + 2 // of inside in the line
	from := at
	if bar := bytes.IndexByte(inside, '|'); bar >= 0 {
		name, shown, from = inside[:bar], inside[bar+1:], at+bar+1
		name = bytes.TrimSuffix(name, []byte{'\\'}) // in a table a | is written \|
	} else if name[0] == '#' {
		shown, from = inside[1:], at+1
	}
	name = bytes.TrimSpace(wikiComment.ReplaceAll(name, nil))
	if len(name) == 0 {
		return nil
	}
	link := ast.NewLink()
	link.Destination = name
	wide := wanted{}
	if image {
		wide, shown = widthBehind(shown, len(shown) < len(inside))
	}
	// A comment is no part of what is shown.
	at0, rest := segment.Start+from, shown
	for len(rest) > 0 {
		next := len(rest)
		gone := wikiComment.FindIndex(rest)
		if gone != nil {
			next = gone[0]
		}
		if trimmed := bytes.TrimSpace(rest[:next]); len(trimmed) > 0 {
			start := at0 + bytes.Index(rest, trimmed)
			link.AppendChild(link, ast.NewTextSegment(text.NewSegment(start, start+len(trimmed))))
		}
		if gone == nil {
			break
		}
		at0, rest = at0+gone[1], rest[gone[1]:]
	}
	written := string(line[:at+end+2])
	block.Advance(len(written))
	var node ast.Node = link
	if image {
		node = ast.NewImage(link)
	}
	node.SetAttribute(wikiAttribute, written)
	if wide.pixels > 0 {
		node.SetAttribute(widthAttribute, wide)
	}
	return node
}

var (
	wikiComment = regexp.MustCompile(`<!--.*?-->`)
	widthAlone  = regexp.MustCompile(`(?:^|\|)\s*([1-9][0-9]{0,3})(?:x[0-9]{1,4})?\s*$`)
)

// widthBehind is how wide a picture is wanted whose words end with a number, as
// Obsidian writes it, and the words without: ![[way.png|300]], ![[way.png|words|300]].
func widthBehind(shown []byte, alone bool) (wanted, []byte) {
	m := widthAlone.FindSubmatchIndex(shown)
	if m == nil || m[0] == 0 && shown[0] != '|' && !alone {
		return wanted{}, shown
	}
	n, _ := strconv.Atoi(string(shown[m[2]:m[3]]))
	return wanted{pixels: n}, bytes.TrimSuffix(shown[:m[0]], []byte{0x5c}) // in a table a bar is written \|
}

// Plain is a link by a name as Markdown that every program reads, leading to an
// address.
func (r Ref) Plain(address string) string {
	mark := ""
	if r.Image {
		mark = "!"
	}
	return mark + "[" + strings.NewReplacer("[", `\[`, "]", `\]`).Replace(r.Alt) + "](" + address + ")"
}
