package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// htmlFolds reads folds that are written in HTML: <details>, perhaps a <summary>,
// and Markdown up to </details>, with or without blank lines between.
type htmlFolds struct{}

var (
	foldOpening = regexp.MustCompile(`(?i)^<details([ \t]+open(?:=(?:open|"open"|""|'open'|''))?)?[ \t]*>`)
	foldOpens   = regexp.MustCompile(`(?i)<details[\s>]`)
	foldEnds    = regexp.MustCompile(`(?i)</details[ \t]*>`)
	summary     = regexp.MustCompile(`(?i)^[ \t]*<summary[ \t]*>[ \t]*`)
	summaryEnd  = regexp.MustCompile(`(?i)[ \t]*</summary[ \t]*>[ \t]*`)
)

func (htmlFolds) Trigger() []byte { return []byte{'<'} }

func (htmlFolds) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	from := pc.BlockOffset()
	if from < 0 {
		return nil, parser.NoChildren
	}
	m := foldOpening.FindSubmatchIndex(line[from:])
	if m == nil {
		return nil, parser.NoChildren
	}
	n := &boxNode{kind: foldBox, word: foldBox, ends: "</details>", open: m[2] >= 0, seeks: true, indent: pc.BlockIndent()}
	start := segment.Start + from - segment.Padding
	n.head = []Span{{start, start + m[1]}}
	reader.Advance(from + m[1])
	n.readSummary(reader)
	boxesOf(pc).all = append(boxesOf(pc).all, n)
	if n.endsInLine(reader, pc) {
		return n, parser.NoChildren
	}
	return n, parser.HasChildren
}

func (htmlFolds) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	n := node.(*boxNode)
	if n.done {
		return parser.Close
	}
	if n.seeks {
		if line, _ := reader.PeekLine(); !util.IsBlank(line) || n.inside {
			n.readSummary(reader)
		}
	}
	if n.endsInLine(reader, pc) {
		return parser.Close
	}
	return parser.Continue | parser.HasChildren
}

// readSummary reads the title of a fold, or a part of it, if it stands here.
func (n *boxNode) readSummary(reader text.Reader) {
	line, segment := reader.PeekLine()
	if util.IsBlank(line) {
		if n.inside {
			n.seeks, n.inside = false, false
		}
		return
	}
	from := 0
	if !n.inside {
		m := summary.FindIndex(line)
		if m == nil {
			n.seeks = false
			return
		}
		from, n.inside = m[1], true
	}
	start := segment.Start - segment.Padding
	stop, end := len(bytes.TrimRight(line, " \t\n")), len(bytes.TrimRight(line, "\n"))
	if m := summaryEnd.FindIndex(line[from:]); m != nil {
		stop, end = from+m[0], from+m[1]
		n.seeks, n.inside = false, false
	}
	if title, ok := n.FirstChild().(*boxTitle); ok && from >= stop {
		last := title.Lines().Len() - 1
		line := title.Lines().At(last)
		title.Lines().Set(last, line.TrimRightSpace(reader.Source()))
	}
	if from < stop {
		// What ends a line is part of it, so that the next one does not touch it.
		title := text.NewSegment(start+from, start+stop)
		if n.inside && end < len(line) {
			title.Stop = start + end + 1
		}
		n.title(title)
	}
	if last := &n.head[len(n.head)-1]; last.End == start {
		last.End = start + end
	} else {
		n.head = append(n.head, Span{start, start + end})
	}
	reader.Advance(end)
}

// endsInLine reports whether the fold ends in the line that is read, and reads
// what stands before the end.
func (n *boxNode) endsInLine(reader text.Reader, pc parser.Context) bool {
	line, segment := reader.PeekLine()
	if bytes.IndexByte(line, '/') < 0 {
		return false
	}
	ends := foldEnds.FindAllIndex(line, -1)
	if len(ends) <= len(foldOpens.FindAllIndex(line, -1)) {
		return false
	}
	if n.Parent() != nil {
		indent, _ := util.IndentWidth(line, reader.LineOffset())
		inner, direct := openInside(n, pc, indent)
		if !direct {
			return false
		}
		for _, b := range inner {
			if b.colons == 0 && b.ends != "" {
				return false
			}
		}
	}
	at := ends[0]
	start := segment.Start - segment.Padding
	if before := bytes.TrimRight(line[:at[0]], " \t"); len(bytes.TrimSpace(before)) > 0 {
		if strings.HasPrefix(string(bytes.TrimLeft(before, " \t")), "`") && len(bytes.TrimSpace(line[at[1]:])) > 0 {
			return false
		}
		n.lastLine(text.NewSegment(start+len(before)-len(bytes.TrimLeft(before, " \t")), start+len(before)), pc)
	}
	n.ended, n.done = true, true
	n.gone = append(n.gone, Span{start + at[0], start + at[1]})
	reader.Advance(at[1])
	return true
}

// lastLine adds the text before </details> to the paragraph that is open, or
// makes one of it.
func (n *boxNode) lastLine(s text.Segment, pc parser.Context) {
	if n.Parent() != nil {
		if p, ok := pc.LastOpenedBlock().Node.(*ast.Paragraph); ok {
			p.Lines().Append(s)
			return
		}
	}
	p := ast.NewParagraph()
	p.Lines().Append(s)
	n.AppendChild(n, p)
}

func (htmlFolds) Close(ast.Node, text.Reader, parser.Context) {}
func (htmlFolds) CanInterruptParagraph() bool                 { return true }
func (htmlFolds) CanAcceptIndentedLine() bool                 { return false }
