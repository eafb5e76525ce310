package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// A few tags are read where HTML is shown as text otherwise: those that change how
// a word looks, <br>, and lists in the cells of tables, which Markdown has no other
// way to write. They have no attributes, and each is closed in the text in which it
// was opened, so that no page comes apart; any other is text. A sanitizer of HTML
// was no help: it works on whole pages, closes nothing, and the rest has to be shown,
// not to vanish.

// tagNode is a tag that is read.
type tagNode struct {
	ast.BaseInline
	name string
	ends bool
}

var kindTag = ast.NewNodeKind("Tag")

func (n *tagNode) Kind() ast.NodeKind { return kindTag }

func (n *tagNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// divides reports whether the words on both sides are two.
func (n *tagNode) divides() bool { return n.name == "br" || n.name == "li" }

var (
	readTag   = regexp.MustCompile(`^<(/?)([A-Za-z]+)[ \t]*(/?)>$`)
	startsTag = regexp.MustCompile(`^[ ]{0,3}</?([A-Za-z]+)[ \t]*/?>`)
)

// readTags are the tags that are read, by what stands in their place in the page as
// Markdown: behind a word, or before it.
var readTags = map[string][2]string{
	"kbd": {}, "sub": {}, "mark": {}, "u": {}, "small": {}, "sup": {"^", ""},
	"b": {"**", "**"}, "strong": {"**", "**"}, "i": {"*", "*"}, "em": {"*", "*"}, "s": {"~~", "~~"}, "del": {"~~", "~~"},
	"br": {" ", " "}, "ul": {}, "ol": {}, "li": {"- ", " "},
}

func isList(name string) bool { return name == "ul" || name == "ol" }

// maxTags is how many tags may lie in each other.
const maxTags = 50

// openTag is a tag that waits for its end.
type openTag struct {
	node   *ast.RawHTML
	name   string
	in     *openTag // the list of an item
	closed *ast.RawHTML
}

// tags puts a tagNode into the place of each tag of the text that is read.
func (r *reading) tags(root ast.Node) {
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindFencedCodeBlock, ast.KindCodeBlock, ast.KindCodeSpan:
			return ast.WalkSkipChildren, nil
		}
		if c := n.FirstChild(); c != nil && c.Type() == ast.TypeInline {
			r.tagsIn(n)
		}
		return ast.WalkContinue, nil
	})
}

func (r *reading) tagsIn(parent ast.Node) {
	var open, all []*openTag
	_, cell := parent.(*east.TableCell)
	for c := parent.FirstChild(); c != nil; {
		next := c.NextSibling()
		if raw, ok := c.(*ast.RawHTML); ok {
			switch m := readTag.FindSubmatch(raw.Segments.Value(r.source)); {
			case m == nil:
			case strings.EqualFold(string(m[2]), "br") && len(m[1]) == 0:
				r.readTag(raw, "br", false)
			case len(m[3]) > 0:
			default:
				name := strings.ToLower(string(m[2]))
				if _, known := readTags[name]; !known || name == "br" || !cell && (isList(name) || name == "li") {
					break
				}
				if len(m[1]) == 0 {
					if tag := nested(open, raw, name); tag != nil {
						open, all = append(open, tag), append(all, tag)
					}
					break
				}
				for i := len(open) - 1; i >= 0; i-- {
					if open[i].name == name {
						open[i].closed = raw
						open = open[:i]
						break
					}
				}
			}
		}
		c = next
	}
	for _, tag := range all {
		if tag.closed != nil && (tag.in == nil || tag.in.closed != nil) {
			r.readTag(tag.node, tag.name, false)
			r.readTag(tag.closed, tag.name, true)
		}
	}
}

// nested is a tag that may stand where others are open; nil when it may not.
func nested(open []*openTag, raw *ast.RawHTML, name string) *openTag {
	tag := &openTag{node: raw, name: name}
	var last *openTag
	if len(open) > 0 {
		last = open[len(open)-1]
	}
	switch {
	case len(open) >= maxTags,
		name == "li" && (last == nil || !isList(last.name)),
		name != "li" && last != nil && isList(last.name),
		isList(name) && last != nil && last.name != "li":
		return nil
	case last != nil && (name == "li" || isList(name)):
		tag.in = last
	}
	return tag
}

func (r *reading) readTag(raw *ast.RawHTML, name string, ends bool) {
	tag := &tagNode{name: name, ends: ends}
	tag.SetPos(raw.Pos())
	raw.Parent().ReplaceChild(raw.Parent(), raw, tag)
	now := readTags[name][0]
	if ends {
		now = readTags[name][1]
	}
	first, last := raw.Segments.At(0), raw.Segments.At(raw.Segments.Len()-1)
	r.edit(Span{first.Start, last.Stop}, now, "", "")
}

// tagRenderer writes the tags that are read.
type tagRenderer struct{}

func (r tagRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindTag, r.tag)
}

func (tagRenderer) tag(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if n := node.(*tagNode); entering {
		sign := "<"
		if n.ends {
			sign = "</"
		}
		_, _ = w.WriteString(sign + n.name + ">")
	}
	return ast.WalkContinue, nil
}

// textTags is the library's parser of blocks of HTML, but for lines that begin with
// a tag that is read: they are text with Markdown in it.
type textTags struct{ parser.BlockParser }

func (b textTags) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	if m := startsTag.FindSubmatch(line); m != nil {
		name := string(bytes.ToLower(m[1]))
		if _, read := readTags[name]; read && !isList(name) && name != "li" {
			return nil, parser.NoChildren
		}
	}
	return b.BlockParser.Open(parent, reader, pc)
}
