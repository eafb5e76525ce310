package markdown

import (
	"bytes"
	"regexp"
	"strings"

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
			r.problem(r.at(n.Pos()), diag.Warning, "text-lost", "the footnote "+name+" is written twice, and no page has this one", "give one of the two another name")
		case n.Index < 0:
			r.problem(r.at(n.Pos()), diag.Warning, "text-lost", "nothing refers to the footnote "+name+", so no page has it", "write "+name+" where it belongs, or take it out")
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
			m.say(n.offset, "the footnote "+n.name+" is shown as text: this is a full-width colon", "write "+n.name+": …, with a colon of the Latin keyboard", *n.colon)
		}
	}
	for _, n := range m.notes {
		if n.colon == nil && !colons[n.name] {
			m.say(n.offset, "“"+n.name+"” is shown as text: there is no such footnote", "write it below, on a line of its own: "+n.name+": …")
		}
	}
}

// cells finds the rows of a table that have more cells than its head, which are
// lost, and those whose cells are divided by a full-width sign.
func (m *meant) cells(t *east.Table) {
	first, more := -1, 0
	message := ""
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		if row.Kind() != east.KindTableRow || row.Pos() < 0 || row.Pos() >= len(m.source) {
			continue
		}
		line, _, _ := bytes.Cut(m.source[row.Pos():], []byte("\n"))
		at, n := extraCell(line, len(t.Alignments))
		switch lost := bytes.Trim(line[at:], " \t|"); {
		case n < len(t.Alignments):
			if at := bytes.Index(line, []byte("｜")); at >= 0 {
				m.say(row.Pos()+at, "“｜” is shown as text: it divides no cells", "write | of the Latin keyboard")
			}
		case len(lost) == 0:
		case first >= 0:
			more++
		default:
			first = row.Pos() + at
			message = "this row has " + itoa(n) + " cells, and the head of the table " + itoa(len(t.Alignments)) + ": “" + short(string(lost)) + "” is lost"
		}
	}
	if first < 0 {
		return
	}
	if more > 0 {
		message += ", and so in " + itoa(more) + " more of its rows"
	}
	m.problem(m.reading.at(first), diag.Warning, "text-lost", message, `give the head, and the line of - below it, a column more; write \| for a sign that divides no cells`)
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
		}, "this table is shown as text: the line below its head is missing, or has other signs", "write |---|---| below the first line, with a part for each column, and | of the Latin keyboard")
	}
	if bytes.IndexByte(m.seen, '\t') >= 0 {
		m.inRow(func(line []byte) int {
			if isPoint(line) {
				return 0
			}
			return bytes.Count(bytes.TrimSpace(line), []byte{'\t'})
		}, "these lines are no table: tabs divide nothing here", "write | between the parts, and |---|---| below the first line")
	}
}

// inRow says a message where two lines that follow each other have the same number
// of something, once for the run.
func (m *meant) inRow(count func(line []byte) int, message, hint string) {
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
