// Package diag holds what the program says to people about their files:
// a position, a message and a hint.
//
// Every package that reads the writer's files returns Diagnostics instead of
// errors for what the writer can mend; an error is kept for what they cannot
// (a disk that fails). Positions are relative to the content folder; the
// Printer puts the folder's name in front, so that a terminal can open them.
package diag

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Severity says whether a Diagnostic stops a build.
type Severity uint8

const (
	// Error stops a build: the site would be wrong.
	Error Severity = iota
	// Warning does not stop a build: the site could be better.
	Warning
	// Off is for a rule that nobody wants to hear of. No Diagnostic has it.
	Off
)

func (s Severity) String() string {
	return [...]string{"error", "warning", "off"}[s]
}

// Pos is a place in a file: a slash-separated path relative to the content
// folder, a line and a column, both from 1. Columns count characters, as
// editors do. A zero line means the whole file.
type Pos struct {
	File      string
	Line, Col int
}

// String is "file:line:col", without the parts that are not known.
func (p Pos) String() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
		if p.Col > 0 {
			s += ":" + strconv.Itoa(p.Col)
		}
	}
	return s
}

// Diagnostic is one thing that a person should know about their files.
type Diagnostic struct {
	Pos
	Severity Severity
	Code     string // stable name of the rule, such as "link-target"
	Message  Text   // what is wrong: no full stop, no capital
	Hint     Text   // what to do about it; may be empty
	Source   string // the text of the line; may be empty
}

// List is what one run has to say.
type List []Diagnostic

// Sort orders by file, line, column, then message, and drops exact doubles.
func (l List) Sort() List {
	slices.SortFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Message.En, b.Message.En),
		)
	})
	return slices.Compact(l)
}

// Errors counts the diagnostics that stop a build.
func (l List) Errors() int {
	n := 0
	for _, d := range l {
		if d.Severity == Error {
			n++
		}
	}
	return n
}

// Lines finds positions in one file's text. Its zero value is an empty file.
type Lines struct {
	File   string
	text   []byte
	starts []int  // byte offset of each line
	parts  []Part // see Composed
}

// NewLines indexes the lines of a file. The text is kept, not copied.
func NewLines(file string, text []byte) *Lines {
	l := &Lines{File: file, text: text, starts: make([]int, 1, 64)}
	for i, c := range text {
		if c == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// At is the position of a byte offset.
func (l *Lines) At(offset int) Pos {
	if len(l.parts) > 0 {
		return l.composed(offset)
	}
	if len(l.starts) == 0 {
		return Pos{File: l.File, Line: 1, Col: 1}
	}
	offset = min(max(offset, 0), len(l.text))
	line, found := slices.BinarySearch(l.starts, offset)
	if !found {
		line--
	}
	return Pos{File: l.File, Line: line + 1, Col: utf8.RuneCount(l.text[l.starts[line]:offset]) + 1}
}

// Offset is the byte offset of a line and column, both from 1.
func (l *Lines) Offset(line, col int) int {
	if line < 1 || line > len(l.starts) {
		return len(l.text)
	}
	offset := l.starts[line-1]
	for ; col > 1 && offset < len(l.text) && l.text[offset] != '\n'; col-- {
		_, size := utf8.DecodeRune(l.text[offset:])
		offset += size
	}
	return offset
}

// Text is the text of a line without its end; empty when there is no such line.
func (l *Lines) Text(line int) string {
	if line < 1 || line > len(l.starts) {
		return ""
	}
	end := len(l.text)
	if line < len(l.starts) {
		end = l.starts[line] - 1
	}
	return strings.TrimSuffix(strings.ToValidUTF8(string(l.text[l.starts[line-1]:end]), "\uFFFD"), "\r")
}

// New makes a Diagnostic at a position, with the text of its line.
func (l *Lines) New(p Pos, severity Severity, code string, message, hint Text) Diagnostic {
	if l.parts == nil || p.File == "" {
		p.File = l.File
	}
	return Diagnostic{Pos: p, Severity: severity, Code: code, Message: message, Hint: hint, Source: l.source(p)}
}
