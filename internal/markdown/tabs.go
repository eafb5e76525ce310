package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"whyfix/internal/diag"
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

var (
	// tabMeant is how a line begins that was meant to begin a tab, and its name.
	tabMeant  = regexp.MustCompile(`^(?:=+[!+]?|＝+|@tab(?::active)?(?:[ \t]|$)|#{1,6}(?:[ \t]|$))[ \t\x{3000}]*["“]?([^="“”＝]*)["”]?[ \t=＝]*$`)
	markMeant = regexp.MustCompile(`[ \t](==)$`)
)

// tabs reports what is no tab in a box of tabs, and tabs that have one name.
func (r *reading) tabs(n *boxNode) {
	names := map[string]bool{}
	first := true
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *boxTitle:
		case *boxNode:
			if c.kind != tabBox {
				break
			}
			first = false
			if t, ok := c.FirstChild().(*boxTitle); ok {
				name := r.plain(t)
				if names[name] {
					r.problem(r.at(c.head[0].Start), diag.Warning, "tabs", diag.Say("two of these tabs are called %q", name), diag.Say("give each a name of its own, or write what belongs together in one"))
				}
				names[name] = true
			}
			continue
		}
		if _, title := c.(*boxTitle); first && !title && hasTab(n) {
			first = false
			r.problem(r.at(startOf(c)), diag.Warning, "tabs", diag.Say("this text stands before the first tab"), diag.Say("write it above :::tabs, or below a line such as == iPhone"))
		}
	}
	if !hasTab(n) {
		at, name := r.meantAsTab(n)
		r.told[at] = true
		if at < 0 {
			at, name = n.head[0].Start, "iPhone"
		}
		r.problem(r.at(at), diag.Error, "tabs-empty", diag.Say("these tabs have no tab"), diag.Say("begin each tab with a line such as == %s", name))
	}
}

// meantAsTab is the first line of tabs that was meant to begin one, and its name.
func (r *reading) meantAsTab(n *boxNode) (at int, name string) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c.(type) {
		case *ast.Heading:
			if words := r.plain(c); words != "" {
				return startOf(c), words
			}
		case *ast.Paragraph:
			for i := range c.Lines().Len() {
				line := c.Lines().At(i)
				if m := tabMeant.FindSubmatch(bytes.TrimSpace(line.Value(r.source))); m != nil && len(m[1]) > 0 {
					return line.Start, string(bytes.TrimSpace(m[1]))
				}
			}
		}
	}
	return -1, ""
}

// tab reports a name that was meant as a mark, and a tab whose text stands beside
// it.
func (r *reading) tab(n *boxNode, title string) {
	if m := markMeant.FindStringIndex(title); m != nil {
		r.problem(r.at(n.head[0].Start), diag.Warning, "tabs", diag.Say("this line begins a tab called %q", title), diag.Say("for a tab write == %s; a mark has no blanks inside: ==%s==", title[:m[0]], title[:m[0]]))
	}
	if box, ok := n.Parent().(*boxNode); ok && box.kind == tabsBox {
		return
	}
	next := n.NextSibling()
	if tab, ok := next.(*boxNode); ok && tab.kind == tabBox {
		return
	}
	if _, only := n.LastChild().(*boxTitle); only && next != nil && next.Kind() == ast.KindParagraph {
		r.problem(r.at(startOf(next)), diag.Warning, "tabs", diag.Say("this text stands outside of the tab %q", title), diag.Say("write it %d blanks to the right", tabIndent))
	}
}

// startOf is where the text of a block begins in the body.
func startOf(n ast.Node) int {
	if n.Kind() != ast.KindHeading && n.Lines() != nil && n.Lines().Len() > 0 {
		return n.Lines().At(0).Start
	}
	return max(n.Pos(), 0)
}

// tabLine looks at a line that begins with = in a tab: it may have been meant to
// begin the next one.
func (m *meant) tabLine(start, end int) bool {
	inTab := false
	for p := m.block.Parent(); p != nil; p = p.Parent() {
		if b, ok := p.(*boxNode); ok && (b.kind == tabBox || b.kind == tabsBox) {
			inTab = b.kind == tabBox
			break
		}
	}
	if !inTab {
		return false
	}
	line := m.seen[start:end]
	found := tabMeant.FindSubmatch(line)
	if found == nil || line[0] == '#' {
		return false
	}
	name := strings.TrimSpace(string(found[1]))
	if name == "" {
		m.say(m.offset(start), diag.Say("“%s” is shown as text: a tab has a name", short(string(line))), diag.Say("write == and the name behind it: == iPhone"))
		return true
	}
	m.say(m.offset(start), diag.Say("“%s” is shown as text, and begins no tab", short(string(line))), diag.Say("write == %s", short(name)), m.instead(start, end, "== "+name))
	return true
}

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
