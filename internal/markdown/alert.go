package markdown

import (
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// alerts reads callouts that are quotes: the first line of the quote names the
// kind, > [!NOTE], and may have a title behind it.
type alerts struct{}

// alert is a quote that is a callout.
type alert struct {
	quote *ast.Blockquote
	node  *boxNode // without the blocks in it
}

// unknownAlert is a word that names no kind of callout.
type unknownAlert struct {
	offset int
	word   string
}

var alertLine = regexp.MustCompile(`^\[!([^\[\]\s]{1,20})\][ \t]*(.*?)[ \t]*\n?$`)

func (alerts) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	quote, ok := node.Parent().(*ast.Blockquote)
	if !ok || quote.FirstChild() != ast.Node(node) || node.Lines().Len() == 0 {
		return
	}
	line := node.Lines().At(0)
	m := alertLine.FindSubmatchIndex(line.Value(reader.Source()))
	if m == nil {
		return
	}
	at := func(i int) int { return line.Start + i - line.Padding }
	word := string(reader.Source()[at(m[2]):at(m[3])])
	kind := boxKind(word)
	found := boxesOf(pc)
	if kind == "" || kind == tabsBox {
		found.unknown = append(found.unknown, unknownAlert{at(0), word})
		return
	}
	a := alert{quote: quote, node: &boxNode{kind: kind, word: word, head: []Span{{at(0), at(m[5])}}}}
	if m[4] < m[5] {
		// It is read with the quote, which becomes the box when all is read.
		title := &boxTitle{}
		title.Lines().Append(text.NewSegment(at(m[4]), at(m[5])))
		a.node.titled = true
		quote.InsertBefore(quote, node, title)
	}
	found.alerts = append(found.alerts, a)
	if node.Lines().Len() == 1 {
		quote.RemoveChild(quote, node)
		return
	}
	rest := text.NewSegments()
	rest.AppendAll(node.Lines().Sliced(1, node.Lines().Len()))
	node.SetLines(rest)
}

// box puts the callout into the place of its quote.
func (a alert) box() *boxNode {
	for c := a.quote.FirstChild(); c != nil; {
		next := c.NextSibling()
		a.node.AppendChild(a.node, c)
		c = next
	}
	a.node.SetPos(a.quote.Pos())
	a.quote.Parent().ReplaceChild(a.quote.Parent(), a.quote, a.node)
	return a.node
}
