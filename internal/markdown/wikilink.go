package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

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
	if name = bytes.TrimSpace(name); len(name) == 0 {
		return nil
	}
	link := ast.NewLink()
	link.Destination = name
	if trimmed := bytes.TrimSpace(shown); len(trimmed) > 0 {
		start := segment.Start + from + bytes.Index(shown, trimmed)
		link.AppendChild(link, ast.NewTextSegment(text.NewSegment(start, start+len(trimmed))))
	}
	written := string(line[:at+end+2])
	block.Advance(len(written))
	var node ast.Node = link
	if image {
		node = ast.NewImage(link)
	}
	node.SetAttribute(wikiAttribute, written)
	return node
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
