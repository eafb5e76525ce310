package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printer writes diagnostics for people.
type Printer struct {
	Dir      string // the content folder as the person named it
	Language Language
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
		b.WriteString(Clean(p.place(d.Pos)))
		b.WriteString(": ")
		if d.Severity == Warning {
			d.Message = Say("warning: %s", d.Message)
		}
		b.WriteString(Clean(d.Message.In(p.Language)))
		b.WriteByte('\n')
		if d.Source != "" && d.Line > 0 {
			source, before := excerpt(d.Source, d.Col)
			fmt.Fprintf(&b, "%5d | %s\n", d.Line, source)
			if d.Col > 0 {
				fmt.Fprintf(&b, "      | %s^\n", before)
			}
		}
		if d.Hint != (Text{}) {
			fmt.Fprintf(&b, "    %s\n", Clean(Say("hint: %s", d.Hint).In(p.Language)))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p Printer) place(pos Pos) string {
	pos.File = p.File(pos.File)
	return pos.String()
}

// File puts the folder in front, unless the file is none of its: the built-in
// theme's names stand in brackets.
func (p Printer) File(name string) string {
	if p.Dir == "" || strings.HasPrefix(name, "(") {
		return name
	}
	return path.Join(p.Dir, name)
}

// excerpt is the part of a line around a column, and blanks as wide as what
// stands before that column (Han characters are two cells wide).
func excerpt(source string, col int) (text, blanks string) {
	start := 0
	if col > maxSource*3/4 {
		start = col - maxSource/2
	}
	// A line may be a megabyte: only what is shown of it is looked at closely.
	first, n := 0, 0
	for first < len(source) && n < start {
		_, size := utf8.DecodeRuneInString(source[first:])
		first, n = first+size, n+1
	}
	start = n
	var runes []rune
	rest := source[first:]
	for len(runes) < maxSource && rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		runes, rest = append(runes, r), rest[size:]
	}
	for i, r := range runes {
		if r != '\t' && harmful(r) {
			runes[i] = '\uFFFD'
		}
	}
	text = string(runes)
	if start > 0 {
		text, blanks = "…"+text, " "
	}
	if rest != "" {
		text += "…"
	}
	var b strings.Builder
	b.WriteString(blanks)
	for _, r := range runes[:min(max(col-1-start, 0), len(runes))] {
		switch {
		case r == '\t':
			b.WriteByte('\t')
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.Is(wide, r):
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return text, b.String()
}

// harmful tells what must not reach a terminal: control characters, and marks
// that turn the direction of the text around them.
func harmful(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

// Clean is a text without what could steer a terminal.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if harmful(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// wide are the characters that terminals show two cells wide: those that
// Unicode's annex 11 calls wide or full width, by block where that is enough.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115F, 1},
		{0x231A, 0x231B, 1},
		{0x23E9, 0x23EC, 1},
		{0x25FD, 0x25FE, 1},
		{0x2614, 0x2615, 1},
		{0x2648, 0x2653, 1},
		{0x267F, 0x2693, 0x14},
		{0x26A1, 0x26AA, 9},
		{0x26AB, 0x26BD, 0x12},
		{0x26BE, 0x26C4, 6},
		{0x26C5, 0x26CE, 9},
		{0x26D4, 0x26EA, 0x16},
		{0x26F2, 0x26F3, 1},
		{0x26F5, 0x26FA, 5},
		{0x26FD, 0x2705, 8},
		{0x270A, 0x270B, 1},
		{0x2728, 0x274C, 0x24},
		{0x274E, 0x2753, 5},
		{0x2754, 0x2755, 1},
		{0x2757, 0x2795, 0x3E},
		{0x2796, 0x2797, 1},
		{0x27B0, 0x27BF, 0xF},
		{0x2B1B, 0x2B1C, 1},
		{0x2B50, 0x2B55, 5},
		{0x2E80, 0x303E, 1},
		{0x3041, 0xA4CF, 1},
		{0xA960, 0xA97F, 1},
		{0xAC00, 0xD7A3, 1},
		{0xF900, 0xFAFF, 1},
		{0xFE30, 0xFE6F, 1},
		{0xFF01, 0xFF60, 1},
		{0xFFE0, 0xFFE6, 1},
	},
	R32: []unicode.Range32{
		{0x1F300, 0x1F64F, 1},
		{0x1F680, 0x1F6FF, 1},
		{0x1F900, 0x1FAFF, 1},
		{0x20000, 0x3FFFD, 1},
	},
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
		out[i] = jsonDiagnostic{p.File(d.File), d.Line, d.Col, d.Severity.String(), d.Code, d.Message.In(p.Language), d.Hint.In(p.Language), d.Source}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// PrintGitHub writes one workflow command for each diagnostic: it is shown beside
// the line of a change.
func (p Printer) PrintGitHub(w io.Writer, list List) error {
	// What a command's text and its properties cannot hold as it is.
	text := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "::%s file=%s", d.Severity, property.Replace(p.File(d.File)))
		if d.Line > 0 {
			fmt.Fprintf(&b, ",line=%d", d.Line)
			if d.Col > 0 {
				fmt.Fprintf(&b, ",col=%d", d.Col)
			}
		}
		message := d.Message.In(p.Language)
		if d.Hint != (Text{}) {
			message += "\n" + Say("hint: %s", d.Hint).In(p.Language)
		}
		fmt.Fprintf(&b, ",title=%s::%s\n", property.Replace(d.Code), text.Replace(message))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
