package snippet

import (
	"html"
	"strings"
	"unicode"

	"whyfix/internal/han"
)

// mark writes the original text between two places of folded text.
func mark(text string, f han.Folded, marked []bool, start, end int) string {
	// What was written as one stays one.
	for start > 0 && f.Starts[start] == f.Starts[start-1] {
		start--
	}
	for end < len(f.Runes) && f.Starts[end] == f.Starts[end-1] {
		end++
	}
	var b strings.Builder
	if start > 0 && !ends(f.Runes, start-1, f.Runes[start-1]) {
		b.WriteString("…")
	}
	write := func(from, to int) {
		n := 0
		for word := range strings.FieldsSeq(strings.Map(visible, text[f.Starts[from]:f.Starts[to]])) {
			if n++; n > 1 {
				b.WriteByte(' ')
			}
			b.WriteString(html.EscapeString(word))
		}
	}
	space := func(i int) bool { return i > start && i < end && (blank(f.Runes[i]) || blank(f.Runes[i-1])) }
	for i := start; i < end; {
		j := i
		for j < end && marked[j] == marked[i] {
			j++
		}
		if space(i) && !strings.HasSuffix(b.String(), " ") {
			b.WriteByte(' ')
		}
		if marked[i] {
			b.WriteString("<mark>")
			write(i, j)
			b.WriteString("</mark>")
		} else {
			write(i, j)
		}
		i = j
	}
	if end < len(f.Runes) && !ends(f.Runes, end-1, f.Runes[end-1]) {
		b.WriteString("…")
	}
	return strings.TrimSpace(b.String())
}

func blank(r rune) bool { return r == ' ' || r == '\n' }

// visible leaves out what would change how the rest of a page is shown: control
// characters, and marks of direction whose end may be cut off.
func visible(r rune) rune {
	switch {
	case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return -1
	case unicode.IsControl(r) && !unicode.IsSpace(r):
		return ' '
	}
	return r
}
