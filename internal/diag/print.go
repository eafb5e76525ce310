package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode"
)

// Printer writes diagnostics for people.
type Printer struct {
	Dir string // the content folder as the person named it
}

// maxSource is how many characters of a line are shown: enough to recognise
// it, short enough that a minified file does not flood the terminal.
const maxSource = 160

// Print writes each diagnostic as
//
//	content/pay/a.md:4:1: unknown key "draf"
//	    4 | draf: true
//	      | ^
//	    hint: did you mean "draft"?
func (p Printer) Print(w io.Writer, list List) error {
	var b strings.Builder
	for _, d := range list {
		b.WriteString(p.place(d.Pos))
		b.WriteString(": ")
		if d.Severity == Warning {
			b.WriteString("warning: ")
		}
		b.WriteString(d.Message)
		b.WriteByte('\n')
		if d.Source != "" && d.Line > 0 {
			source, before := excerpt(d.Source, d.Col)
			fmt.Fprintf(&b, "%5d | %s\n", d.Line, source)
			if d.Col > 0 {
				fmt.Fprintf(&b, "      | %s^\n", before)
			}
		}
		if d.Hint != "" {
			fmt.Fprintf(&b, "    hint: %s\n", d.Hint)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p Printer) place(pos Pos) string {
	if p.Dir != "" {
		pos.File = path.Join(p.Dir, pos.File)
	}
	return pos.String()
}

// excerpt is the part of a line around a column, and blanks as wide as what
// stands before that column (Han characters are two cells wide).
func excerpt(source string, col int) (text, blanks string) {
	runes := []rune(source)
	start := 0
	if col > maxSource*3/4 {
		start = min(col-maxSource/2, len(runes))
	}
	end := min(start+maxSource, len(runes))
	for i, r := range runes {
		if r != '\t' && (r < ' ' || r == 0x7f) {
			runes[i] = '\uFFFD' // a control character must not reach the terminal
		}
	}
	text = string(runes[start:end])
	if start > 0 {
		text, blanks = "…"+text, " "
	}
	if end < len(runes) {
		text += "…"
	}
	var b strings.Builder
	b.WriteString(blanks)
	for _, r := range runes[start:min(max(col-1, start), len(runes))] {
		switch {
		case r == '\t':
			b.WriteByte('\t')
		case wide(r):
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return text, b.String()
}

// wide tells the characters that terminals show two cells wide.
func wide(r rune) bool {
	return r >= 0x1100 && (unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x303E || r >= 0xFF01 && r <= 0xFF60 || r >= 0x1F300 && r <= 0x1FAFF)
}

// jsonDiagnostic is the shape of one element of PrintJSON's array.
type jsonDiagnostic struct {
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"`
	Col      int    `json:"col,omitempty"`
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
	Source   string `json:"source,omitempty"`
}

// PrintJSON writes one JSON array: file, line, col, severity, code, message,
// hint and source of each diagnostic.
func (p Printer) PrintJSON(w io.Writer, list List) error {
	out := make([]jsonDiagnostic, len(list))
	for i, d := range list {
		file := d.File
		if p.Dir != "" {
			file = path.Join(p.Dir, file)
		}
		out[i] = jsonDiagnostic{file, d.Line, d.Col, d.Severity.String(), d.Code, d.Message, d.Hint, d.Source}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
