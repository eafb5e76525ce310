package markdown

import (
	"bytes"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"whyfix/internal/diag"
)

// What a text may have, so that a small file never takes the machine for long:
// the library reads some texts in a time that grows with the square of their
// length. No article that people read comes near any of these; a text that
// does is read as if the signs beyond meant nothing, and that is an error.
const (
	maxSigns     = 2_000     // emphasis signs in one paragraph, heading or cell
	maxBrackets  = 5_000     // [ in one paragraph, heading or cell
	maxDepth     = 100       // blocks in blocks: a list and its item are two
	maxSteps     = 2_000_000 // lines of quotes and lists, each as often as they lie in each other
	maxColumns   = 200       // of a table
	maxCells     = 100_000
	maxMissing   = 50_000    // cells that a table's rows lack
	maxNotes     = 1_000     // footnotes
	maxNoteLinks = 5_000     // links to footnotes
	maxHeading   = 1_000     // characters of a heading
	maxLookAhead = 16 << 20  // bytes that are looked at for the end of something that has none
	minExpansion = 100 << 10 // bytes that reference links may add to a text, at the least; else its own length
)

// limits counts what one text has.
type limits struct {
	block                              ast.Node // whose signs and brackets are counted
	signs, brackets                    int
	notes, noteLinks, lookAhead, added int
	steps                              int
	footnotes                          []*east.Footnote // those that are read, in order
	over                               []excess
	said                               map[diag.Text]bool
}

// excess is where a text has more than it may.
type excess struct {
	offset        int
	message, hint diag.Text
}

var limitsKey = parser.NewContextKey()

func limitsOf(pc parser.Context) *limits {
	return pc.ComputeIfAbsent(limitsKey, func() any { return &limits{said: map[diag.Text]bool{}} }).(*limits)
}

// in makes a block the one whose signs are counted.
func (l *limits) in(block ast.Node) {
	if l.block != block {
		l.block, l.signs, l.brackets = block, 0, 0
	}
}

// exceeds notes the first place where there is more of something than may be.
func (l *limits) exceeds(offset int, message, hint diag.Text) {
	if !l.said[message] {
		l.said[message] = true
		l.over = append(l.over, excess{offset, message, hint})
	}
}

// sign counts an emphasis sign and reports whether it is one too many.
func (l *limits) sign(block ast.Node, offset int) bool {
	l.in(block)
	if l.signs++; l.signs > maxSigns {
		l.exceeds(offset, diag.Say("one paragraph has more than %d signs of emphasis", maxSigns), diag.Say("divide it, or put what is no text into a block of code"))
		return true
	}
	return false
}

// looked counts bytes that were looked at in vain, and reports whether they are
// too many.
func (l *limits) looked(offset, n int) bool {
	if l.lookAhead += n; l.lookAhead > maxLookAhead {
		l.exceeds(offset, diag.Say("too much in this text begins and does not end"), diag.Say("close brackets and quotes, or put what is no text into a block of code"))
		return true
	}
	return false
}

// boundedLinks is the library's parser of links, with limits.
type boundedLinks struct{ links parser.InlineParser }

func (b boundedLinks) Trigger() []byte { return b.links.Trigger() }

func (b boundedLinks) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	b.links.(parser.CloseBlocker).CloseBlock(parent, block, pc)
}

func (b boundedLinks) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	l := limitsOf(pc)
	switch l.in(parent); {
	case line[0] != ']':
		if line[0] == '[' || len(line) > 1 && line[1] == '[' {
			if l.brackets++; l.brackets > maxBrackets {
				l.exceeds(segment.Start, diag.Say("one paragraph has more than %d links or brackets", maxBrackets), diag.Say("divide it, or put what is no text into a block of code"))
				return nil
			}
		}
	case len(line) > 1 && line[1] == '(':
		if l.lookAhead > maxLookAhead {
			return nil
		}
		if n := linkLength(line[2:]); n > 1000 && l.looked(segment.Start, n) || n < 0 && l.looked(segment.Start, len(block.Source())-segment.Start) {
			return nil
		}
	}
	node := b.links.Parse(parent, block, pc)
	if link, ok := node.(*ast.Link); ok && link.Reference != nil {
		l.expand(link, segment.Start, len(block.Source()))
	} else if image, ok := node.(*ast.Image); ok && image.Reference != nil {
		l.expand(image, segment.Start, len(block.Source()))
	}
	return node
}

// linkLength is how many bytes the library looks at for the address of a link;
// -1 when a title may be looked for to the end of the text.
func linkLength(line []byte) int {
	i := len(line) - len(bytes.TrimLeft(line, " \t"))
	if i < len(line) && line[i] == '<' {
		end := bytes.IndexByte(line[i:], '>')
		if end < 0 {
			return len(line)
		}
		i += end
	} else {
		for open := 0; i < len(line); i++ {
			switch c := line[i]; {
			case c == '\\':
				i++
			case c == '(':
				open++
			case c == ')':
				open--
			case util.IsSpace(c):
				open = -1
			}
			if open < 0 {
				break
			}
		}
	}
	if i >= len(line) {
		return len(line)
	}
	rest := bytes.TrimLeft(line[i:], " \t\n>")
	if len(rest) == 0 {
		return i
	}
	closer := rest[0]
	switch closer {
	case '(':
		closer = ')'
	case '"', '\'':
	default:
		return i
	}
	if end := bytes.IndexByte(rest[1:], closer); end >= 0 {
		return i + end
	}
	return -1
}

// refusedAttribute marks a link whose address is left out, which was said.
var refusedAttribute = []byte("whyfix-refused")

// expand counts what a link by reference adds to the text.
func (l *limits) expand(n ast.Node, offset, length int) {
	destination, title := linkTexts(n)
	if l.added += len(*destination) + len(*title); l.added > max(minExpansion, length) {
		l.exceeds(offset, diag.Say("links by reference make this text many times longer than it is"), diag.Say("shorten the address that they refer to"))
		*destination, *title = nil, nil
		n.SetAttribute(refusedAttribute, true)
	}
}

func linkTexts(n ast.Node) (destination, title *[]byte) {
	if image, ok := n.(*ast.Image); ok {
		return &image.Destination, &image.Title
	}
	link := n.(*ast.Link)
	return &link.Destination, &link.Title
}

// boundedCode is the library's parser of code in a line, with limits.
type boundedCode struct{ parser.InlineParser }

func (b boundedCode) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	_, segment := block.PeekLine()
	l := limitsOf(pc)
	if l.lookAhead > maxLookAhead {
		return nil
	}
	node := b.InlineParser.Parse(parent, block, pc)
	if _, open := node.(*ast.Text); open {
		l.looked(segment.Start, len(block.Source())-segment.Start)
	}
	return node
}

// boundedBlocks is one of the library's parsers of blocks that have blocks in
// them, with limits.
type boundedBlocks struct{ parser.BlockParser }

func (b boundedBlocks) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for p := parent; p != nil && depth <= maxDepth; p = p.Parent() {
		depth++
	}
	if depth > maxDepth {
		_, segment := reader.PeekLine()
		limitsOf(pc).exceeds(segment.Start, diag.Say("quotes and lists lie in each other more than %d deep", maxDepth/2), diag.Say("nobody can read that: take levels out"))
		return nil, parser.NoChildren
	}
	return b.BlockParser.Open(parent, reader, pc)
}

func (b boundedBlocks) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	l := limitsOf(pc)
	if l.steps++; l.steps > maxSteps {
		_, segment := reader.PeekLine()
		l.exceeds(segment.Start, diag.Say("there are too many lines in quotes and lists that lie in each other"), diag.Say("take levels or blank lines out"))
		return parser.Close
	}
	return b.BlockParser.Continue(node, reader, pc)
}

// boundedHeadings is one of the library's parsers of headings, with limits: what
// stands in braces behind a heading is read as often as it has parts.
type boundedHeadings struct{ parser.BlockParser }

func (b boundedHeadings) SetOption(name parser.OptionName, value any) {
	b.BlockParser.(parser.SetOptioner).SetOption(name, value)
}

func (b boundedHeadings) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	marked := bytes.TrimLeft(line, " \t")
	words := len(marked)
	if len(bytes.TrimRight(marked, "=- \t\n")) == 0 { // it may underline the line above
		words = 0
		if last, ok := pc.LastOpenedBlock().Node.(*ast.Paragraph); ok && last.Lines().Len() > 0 {
			above := last.Lines().At(last.Lines().Len() - 1)
			words = above.Len()
		}
	} else if marked[0] != '#' {
		words = 0
	}
	if words > 6*maxHeading {
		limitsOf(pc).exceeds(segment.Start, tooLongHeading(), shortHeading())
		return nil, parser.NoChildren
	}
	return b.BlockParser.Open(parent, reader, pc)
}

func tooLongHeading() diag.Text {
	return diag.Say("this heading has more than %d characters", maxHeading)
}

func shortHeading() diag.Text { return diag.Say("make a text of it, below a short heading") }

// boundedNotes is the library's parser of footnotes, with limits.
type boundedNotes struct{ boundedBlocks }

func (b boundedNotes) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	l := limitsOf(pc)
	_, segment := reader.PeekLine()
	if l.notes > maxNotes {
		return nil, parser.NoChildren
	}
	node, state := b.boundedBlocks.Open(parent, reader, pc)
	if node != nil {
		if l.notes++; l.notes > maxNotes {
			l.exceeds(segment.Start, diag.Say("there are more than %d footnotes", maxNotes), diag.Say("divide the article"))
		}
		if note, ok := node.(*east.Footnote); ok {
			l.footnotes = append(l.footnotes, note)
		}
	}
	return node, state
}

// boundedNoteLinks is the library's parser of links to footnotes, with limits.
type boundedNoteLinks struct{ parser.InlineParser }

func (b boundedNoteLinks) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	l := limitsOf(pc)
	_, segment := block.PeekLine()
	if l.noteLinks > maxNoteLinks {
		return nil
	}
	node := b.InlineParser.Parse(parent, block, pc)
	if node != nil {
		if l.noteLinks++; l.noteLinks > maxNoteLinks {
			l.exceeds(segment.Start, diag.Say("there are more than %d links to footnotes", maxNoteLinks), diag.Say("divide the article"))
		}
	}
	return node
}

// boundedTable is the library's parser of tables, with limits.
type boundedTable struct{ parser.ParagraphTransformer }

func (b boundedTable) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines, l := node.Lines(), limitsOf(pc)
	for i := 1; i < lines.Len(); i++ {
		row := lines.At(i)
		line := row.Value(reader.Source())
		if len(bytes.Trim(line, "|-: \t\n")) > 0 || bytes.IndexByte(line, '-') < 0 {
			continue
		}
		columns, missing := bytes.Count(line, []byte{'|'})+1, 0
		for j := i + 1; j < lines.Len() && columns <= maxColumns; j++ {
			other := lines.At(j)
			missing += max(columns-2-bytes.Count(other.Value(reader.Source()), []byte{'|'}), 0)
		}
		if columns > maxColumns+1 { // one | at either end is no column
			l.exceeds(row.Start, diag.Say("this table has more than %d columns", maxColumns), diag.Say("make a list of it, or several tables"))
			return
		}
		if columns*(lines.Len()-i) > maxCells {
			l.exceeds(row.Start, diag.Say("this table has more than %d cells", maxCells), diag.Say("nobody can read that: offer it as a file, or divide it"))
			return
		}
		if missing > maxMissing {
			l.exceeds(row.Start, diag.Say("the rows of this table lack more than %d cells", maxMissing), diag.Say("take columns out that the rows do not have"))
			return
		}
		break
	}
	b.ParagraphTransformer.Transform(node, reader, pc)
}

// boundedDefinitions is the library's parser of definitions of links, with
// limits: a title may be looked for to the end of its paragraph.
type boundedDefinitions struct{ parser.ParagraphTransformer }

func (b boundedDefinitions) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	if first := lines.At(0); lines.Len() > 100 && bytes.HasPrefix(bytes.TrimLeft(first.Value(reader.Source()), " \t"), []byte("[")) {
		end := lines.At(lines.Len() - 1).Stop
		for i := range lines.Len() {
			segment := lines.At(i)
			if openTitle(segment.Value(reader.Source())) && limitsOf(pc).looked(segment.Start, end-segment.Start) {
				return
			}
		}
	}
	b.ParagraphTransformer.Transform(node, reader, pc)
}

// openTitle reports whether a line may begin a title that it does not end.
func openTitle(line []byte) bool {
	for _, quotes := range []string{`""`, "''", "()"} {
		if at := bytes.IndexByte(line, quotes[0]); at >= 0 && bytes.IndexByte(line[at+1:], quotes[1]) < 0 {
			return true
		}
	}
	return bytes.IndexByte(line, '[') >= 0 && bytes.IndexByte(line, ']') < 0
}

// blockParsers are goldmark's, those with blocks in them bounded.
func blockParsers(rawHTML bool) []util.PrioritizedValue {
	all := parser.DefaultBlockParsers()
	for i, p := range all {
		switch p.Priority {
		case 300, 400, 800: // lists, their items, quotes
			all[i].Value = boundedBlocks{p.Value.(parser.BlockParser)}
		case 100, 600: // the two ways to write a heading
			all[i].Value = boundedHeadings{p.Value.(parser.BlockParser)}
		case 900:
			if !rawHTML {
				all[i].Value = textTags{p.Value.(parser.BlockParser)}
			}
		}
	}
	return append(all,
		util.Prioritized(boundedBlocks{extension.NewDefinitionListParser()}, 101),
		util.Prioritized(boundedBlocks{extension.NewDefinitionDescriptionParser()}, 102),
		util.Prioritized(boundedNotes{boundedBlocks{extension.NewFootnoteBlockParser()}}, 999))
}

// paragraphTransformers make definitions of links, and tables.
func paragraphTransformers() []util.PrioritizedValue {
	return []util.PrioritizedValue{
		util.Prioritized(alerts{}, 50),
		util.Prioritized(boundedDefinitions{parser.LinkReferenceParagraphTransformer}, 100),
		util.Prioritized(boundedTable{extension.NewTableParagraphTransformer()}, 200),
	}
}

// tablesAndNotes is what the library has for tables, footnotes and lists of
// definitions beside their parsers.
type tablesAndNotes struct{}

func (tablesAndNotes) Extend(m goldmark.Markdown) {
	m.Parser().AddOptions(parser.WithASTTransformers(
		util.Prioritized(extension.NewTableASTTransformer(), 0),
		util.Prioritized(extension.NewFootnoteASTTransformer(), 999),
	))
	m.Renderer().AddOptions(renderer.WithNodeRenderers(
		// Alignment as an attribute: a style would need a weaker security policy.
		util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(), 500),
		util.Prioritized(extension.NewDefinitionListHTMLRenderer(), 500),
	))
}

// tooMuch reports what the text has too much of.
func (r *reading) tooMuch(pc parser.Context) {
	for _, x := range limitsOf(pc).over {
		r.problem(r.at(x.offset), diag.Error, "text-limit", x.message, x.hint)
	}
}
