package markdown

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"

	"whyfix/internal/diag"
)

// footnotes reports those that no page has.
func (r *reading) footnotes(pc parser.Context) {
	written := map[string]bool{}
	for _, n := range limitsOf(pc).footnotes {
		name := "[^" + short(string(n.Ref)) + "]"
		switch {
		case written[string(n.Ref)]:
			r.problem(r.at(n.Pos()), diag.Warning, "text-lost", diag.Say("the footnote %s is written twice, and no page has this one", name), diag.Say("give one of the two another name"))
		case n.Index < 0:
			r.problem(r.at(n.Pos()), diag.Warning, "text-lost", diag.Say("nothing refers to the footnote %s, so no page has it", name), diag.Say("write %s where it belongs, or take it out", name))
		}
		written[string(n.Ref)] = true
	}
}

// noteShown is a footnote's name that is shown as text.
type noteShown struct {
	name   string
	offset int
	colon  *Mend // it begins the text of the footnote, with a full-width colon
}

// lostNote notes a footnote's name in the run.
func (m *meant) lostNote(start, end int) {
	n := noteShown{name: string(m.seen[start:end]), offset: m.offset(start)}
	const colon = "："
	if (start == 0 || m.seen[start-1] == '\n') && bytes.HasPrefix(m.seen[end:], []byte(colon)) {
		mend := m.instead(end, end+len(colon), ": ")
		n.colon = &mend
	}
	m.notes = append(m.notes, n)
}

// lostNotes finds footnotes that are not read. Where only the colon of one is
// wrong, the places that refer to it are right.
func (m *meant) lostNotes() {
	colons := map[string]bool{}
	for _, n := range m.notes {
		if n.colon != nil {
			colons[n.name] = true
			m.say(n.offset, diag.Say("the footnote %s is shown as text: this is a full-width colon", n.name), diag.Say("write %s: …, with a colon of the Latin keyboard", n.name), *n.colon)
		}
	}
	for _, n := range m.notes {
		if n.colon == nil && !colons[n.name] {
			m.say(n.offset, diag.Say("“%s” is shown as text: there is no such footnote", n.name), diag.Say("write it below, on a line of its own: %s: …", n.name))
		}
	}
}

// cells finds the rows of a table that have more cells than its head, which are
// lost, and those whose cells are divided by a full-width sign.
func (m *meant) cells(t *east.Table) {
	first, more := -1, 0
	message := diag.Text{}
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		if row.Kind() != east.KindTableRow || row.Pos() < 0 || row.Pos() >= len(m.source) {
			continue
		}
		line, _, _ := bytes.Cut(m.source[row.Pos():], []byte("\n"))
		at, n := extraCell(line, len(t.Alignments))
		switch lost := bytes.Trim(line[at:], " \t|"); {
		case n < len(t.Alignments):
			if at := bytes.Index(line, []byte("｜")); at >= 0 {
				m.say(row.Pos()+at, diag.Say("“｜” is shown as text: it divides no cells"), diag.Say("write | of the Latin keyboard"))
			}
		case len(lost) == 0:
		case first >= 0:
			more++
		default:
			first = row.Pos() + at
			message = diag.Say("this row has %d cells, and the head of the table %d: “%s” is lost", n, len(t.Alignments), short(string(lost)))
		}
	}
	if first < 0 {
		return
	}
	if more > 0 {
		message = diag.Say("%s, and so in %d more of its rows", message, more)
	}
	m.problem(m.reading.at(first), diag.Warning, "text-lost", message, diag.Say(`give the head, and the line of - below it, a column more; write \| for a sign that divides no cells`))
}

// extraCell is where the first cell of a row begins that its table has no column
// for, and how many cells the row has. Every | divides them that is not escaped.
func extraCell(line []byte, columns int) (at, cells int) {
	at = len(line)
	trimmed := bytes.TrimRight(line, " \t")
	i := len(line) - len(bytes.TrimLeft(line, " \t"))
	if i < len(trimmed) && trimmed[i] == '|' {
		i++
	}
	if len(trimmed) > i && trimmed[len(trimmed)-1] == '|' {
		trimmed = trimmed[:len(trimmed)-1]
	}
	for cells = 0; i < len(trimmed); cells++ {
		if cells == columns {
			at = i + len(trimmed[i:]) - len(bytes.TrimLeft(trimmed[i:], " \t"))
		}
		for i < len(trimmed) && (trimmed[i] != '|' || i > 0 && trimmed[i-1] == '\\') {
			i++
		}
		i++
	}
	return at, cells
}

// rowWritten is a line that looks like a row of a table, with cells in it.
var rowWritten = regexp.MustCompile(`^[|｜][^|｜]*[^|｜\s][^|｜]*[|｜].*[|｜][ \t]*$`)

// rows finds lines that were meant as a table and are none: two or more with a
// sign at either end, or with tabs between their parts.
func (m *meant) rows() {
	if bytes.IndexByte(m.seen, '|') >= 0 || bytes.Contains(m.seen, []byte("｜")) {
		m.inRow(func(line []byte) int {
			if rowWritten.Match(line) {
				return 1
			}
			return 0
		}, diag.Say("this table is shown as text: the line below its head is missing, or has other signs"), diag.Say("write |---|---| below the first line, with a part for each column, and | of the Latin keyboard"))
	}
	if bytes.IndexByte(m.seen, '\t') >= 0 {
		m.inRow(func(line []byte) int {
			if isPoint(line) {
				return 0
			}
			return bytes.Count(bytes.TrimSpace(line), []byte{'\t'})
		}, diag.Say("these lines are no table: tabs divide nothing here"), diag.Say("write | between the parts, and |---|---| below the first line"))
	}
}

// inRow says a message where two lines that follow each other have the same number
// of something, once for the run.
func (m *meant) inRow(count func(line []byte) int, message, hint diag.Text) {
	before, begin, said := 0, 0, false
	m.eachLine(func(start, end int) {
		n := count(m.seen[start:end])
		if n > 0 && n == before && !said {
			said = true
			m.say(m.offset(begin), message, hint)
		}
		if before, begin = n, start; strings.TrimSpace(string(m.seen[start:end])) == "" {
			before = 0
		}
	})
}

// fenceOf is the row of signs that begins a block of code; empty when it is not
// found.
func fenceOf(source []byte, n *ast.FencedCodeBlock) string {
	at := n.Pos()
	if at < 0 || at >= len(source) || source[at] != '`' && source[at] != '~' {
		return ""
	}
	rest := source[at:]
	return string(rest[:len(rest)-len(bytes.TrimLeft(rest, string(rest[:1])))])
}

// unclosed reports whether no row of signs ends a block of code, so that it goes
// on to the end of the text, or of the block around it.
func unclosed(source []byte, n *ast.FencedCodeBlock) bool {
	fence := fenceOf(source, n)
	if fence == "" {
		return false
	}
	end := n.Pos()
	if lines := n.Lines(); lines.Len() > 0 {
		end = max(lines.At(lines.Len()-1).Stop-1, 0)
	}
	_, below, _ := bytes.Cut(source[min(end, len(source)):], []byte("\n"))
	line, _, _ := bytes.Cut(below, []byte("\n"))
	line = bytes.TrimRight(bytes.TrimLeft(line, " \t>"), " \t")
	return len(line) < len(fence) || len(bytes.Trim(line, fence[:1])) > 0
}

// openCode is the block of code that goes on to the end of a box, or nil.
func (r *reading) openCode(box ast.Node) *ast.FencedCodeBlock {
	n := box.LastChild()
	for n != nil && n.Type() == ast.TypeBlock {
		if code, ok := n.(*ast.FencedCodeBlock); ok && unclosed(r.source, code) {
			return code
		}
		n = n.LastChild()
	}
	return nil
}

// fenceWithWords is a line that ends no block of code because something stands
// behind its signs.
var fenceWithWords = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})[ \\t]*([^`\\s].*)?$")

// innerFence is the first line in a block of code that looks like the begin or the
// end of one, or -1.
func innerFence(source []byte, n *ast.FencedCodeBlock) int {
	fence := fenceOf(source, n)
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		line := segment.Value(source)
		if bytes.Contains(line, []byte(fence)) {
			if at := fenceWithWords.FindSubmatch(bytes.TrimRight(line, "\n")); at != nil && strings.HasPrefix(string(at[1]), fence) {
				return segment.Start
			}
		}
	}
	return -1
}

// closeCode is what closes a block of code.
func closeCode(source []byte, n *ast.FencedCodeBlock) diag.Text {
	fence := fenceOf(source, n)
	hint := diag.Say("write %s on a line of its own below the code", short(fence))
	if at := innerFence(source, n); at >= 0 {
		line, _, _ := bytes.Cut(source[at:], []byte("\n"))
		hint = diag.Say("%s; “%s” does not end it, because of the words behind the signs", hint, short(string(line)))
	}
	return hint
}

// fence finds blocks of code that are not closed, or not where they should be.
func (m *meant) fence(n *ast.FencedCodeBlock) {
	if n.Info != nil {
		m.noComment(n.Info.Segment.Value(m.source), n.Pos(), func() diag.Text { return diag.Say("readers would see the comment in the line that begins the code") })
	}
	switch {
	case m.blamed[n]:
	case unclosed(m.source, n):
		message := diag.Say("this block of code is not closed")
		if m.swallows(n) {
			message = diag.Say("%s, and what stands below is in it", message)
		}
		m.say(n.Pos(), message, closeCode(m.source, n))
	default:
		if at := innerFence(m.source, n); at >= 0 {
			line, _, _ := bytes.Cut(m.source[at:], []byte("\n"))
			m.say(n.Pos(), diag.Say("this block of code is not closed before “%s” in line %d", short(string(line)), m.at(at).Line),
				diag.Say("%s; if signs inside are meant, begin and end the block with one more", closeCode(m.source, n)))
		}
	}
}

// ofArticle is what stands in articles and seldom in code.
var ofArticle = regexp.MustCompile(`^(?:#{1,6} |> |:::)|\]\([^()\s]+\)|^\p{Han}.*[。！？：]$`)

func (m *meant) swallows(n *ast.FencedCodeBlock) bool {
	for i := range min(n.Lines().Len(), maxShown) {
		segment := n.Lines().At(i)
		if ofArticle.Match(bytes.TrimRight(segment.Value(m.source), "\n")) {
			return true
		}
	}
	return false
}

// prose finds paragraphs that are code because they begin with four blanks or a
// tab, as other programs begin them.
func (m *meant) prose(n *ast.CodeBlock) {
	switch n.Parent().(type) {
	case *ast.Document, *boxNode:
	default:
		return
	}
	if n.Lines().Len() == 0 || n.Lines().Len() > 50 {
		return
	}
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		if line := bytes.TrimSpace(segment.Value(m.source)); len(line) > 0 && !isProse(string(line)) {
			return
		}
	}
	m.say(n.Lines().At(0).Start, diag.Say("this paragraph is shown as code, because it begins with four blanks or a tab"),
		diag.Say("take them away: paragraphs need no indent; put what is code between two lines of ```"))
}

// isProse reports whether a line is a sentence in Chinese rather than code.
func isProse(line string) bool {
	if strings.ContainsAny(line, "{}[]();=<>/\\|#$`@&*+_~^│├└─") || strings.ContainsAny(line[:1], "-:.") {
		return false
	}
	han, others := 0, 0
	for _, r := range line {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case !unicode.IsPunct(r) && !unicode.IsSpace(r):
			others++
		}
	}
	return han >= 5 && han >= 2*others
}
