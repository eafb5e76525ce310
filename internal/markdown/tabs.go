package markdown

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// equalTabs reads the tabs in a box of tabs, each of which begins with a line
// such as == iPhone.
type equalTabs struct{}

var equalTab = regexp.MustCompile(`^==[ \t]+(\S.*?)[ \t]*\n?$`)

func (equalTabs) Trigger() []byte { return []byte{'='} }

func (equalTabs) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if box, ok := parent.(*boxNode); !ok || box.kind != tabsBox {
		return nil, parser.NoChildren
	}
	return openTab(equalTab, reader, pc)
}

// openTab opens a tab with the title that a line has.
func openTab(line *regexp.Regexp, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	written, segment := reader.PeekLine()
	from := pc.BlockOffset()
	if from < 0 {
		return nil, parser.NoChildren
	}
	m := line.FindSubmatchIndex(written[from:])
	if m == nil {
		return nil, parser.NoChildren
	}
	start := segment.Start + from - segment.Padding
	n := &boxNode{kind: tabBox, indent: pc.BlockIndent()}
	n.title(text.NewSegment(start+m[2], start+m[3]))
	n.head = []Span{{start, start + len(bytes.TrimRight(written[from:], " \t\n"))}}
	reader.AdvanceToEOL()
	boxesOf(pc).all = append(boxesOf(pc).all, n)
	return n, parser.HasChildren
}

func (equalTabs) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	line, _ := reader.PeekLine()
	if !equalTab.Match(bytes.TrimLeft(line, " ")) {
		return parser.Continue | parser.HasChildren
	}
	indent, _ := util.IndentWidth(line, reader.LineOffset())
	inner, direct := openInside(node.(*boxNode), pc, indent)
	for _, b := range inner {
		direct = direct && b.kind != tabsBox
	}
	if direct {
		return parser.Close
	}
	return parser.Continue | parser.HasChildren
}

func (equalTabs) Close(ast.Node, text.Reader, parser.Context) {}
func (equalTabs) CanInterruptParagraph() bool                 { return true }
func (equalTabs) CanAcceptIndentedLine() bool                 { return false }

// quotedTabs reads tabs as MkDocs Material has them: === "iPhone", and the text
// of the tab four blanks to the right.
type quotedTabs struct{}

var quotedTab = regexp.MustCompile(`^===[!+]?[ \t]+["“”](.*?[^\s"“”].*?)["“”][ \t]*\n?$`)

// tabIndent is how far to the right the text of a tab stands.
const tabIndent = 4

func (quotedTabs) Trigger() []byte { return []byte{'='} }

func (quotedTabs) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	return openTab(quotedTab, reader, pc)
}

func (quotedTabs) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	line, segment := reader.PeekLine()
	if util.IsBlank(line) {
		return parser.Continue | parser.HasChildren
	}
	if indent, _ := util.IndentWidth(line, reader.LineOffset()); indent < tabIndent {
		return parser.Close
	}
	pos, padding := util.IndentPosition(line, reader.LineOffset(), tabIndent)
	if start := segment.Start - segment.Padding; segment.Padding == 0 && padding == 0 {
		n := node.(*boxNode)
		n.gone = append(n.gone, Span{start, start + pos})
	}
	reader.AdvanceAndSetPadding(pos, padding)
	return parser.Continue | parser.HasChildren
}

func (quotedTabs) Close(ast.Node, text.Reader, parser.Context) {}
func (quotedTabs) CanInterruptParagraph() bool                 { return true }
func (quotedTabs) CanAcceptIndentedLine() bool                 { return false }

// hasTab reports whether tabs have one.
func hasTab(n *boxNode) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if tab, ok := c.(*boxNode); ok && tab.kind == tabBox {
			return true
		}
	}
	return false
}

// gather puts a tab that stands for itself, and those that follow it, into one
// box of tabs.
func (r *reading) gather(n *boxNode) {
	if n.kind != tabBox || n.Parent() == nil {
		return
	}
	if box, ok := n.Parent().(*boxNode); ok && box.kind == tabsBox {
		return
	}
	tabs := &boxNode{kind: tabsBox}
	tabs.SetPos(n.Pos())
	n.Parent().InsertBefore(n.Parent(), n, tabs)
	for c := ast.Node(n); c != nil; {
		next := c.NextSibling()
		if tab, ok := c.(*boxNode); !ok || tab.kind != tabBox {
			break
		}
		tabs.AppendChild(tabs, c)
		c = next
	}
}
