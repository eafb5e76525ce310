package render

import (
	"strings"
	"unicode"
)

// A drawing does not break lines, so they are broken here, for fonts that
// nobody knows yet: widths are guesses on the safe side, in ems.

// em is how wide a character is, about.
func em(r rune) float64 {
	switch {
	case isWide(r):
		return 1
	case unicode.IsMark(r):
		return 0
	case unicode.IsSpace(r):
		return 0.3
	case strings.ContainsRune("mwMW@%—…", r):
		return 0.95
	case unicode.IsUpper(r):
		return 0.72
	case unicode.IsDigit(r):
		return 0.6
	}
	return 0.57
}

// isWide tells characters as wide as they are high. Curly quotes are among
// them in Chinese fonts.
func isWide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF01 && r <= 0xFF60 || strings.ContainsRune("“”‘’", r)
}

const (
	notFirst = "，。、？！：；）》〉”’」』】…—·,.!?:;)]}%"
	notLast  = "（《〈“‘「『【([{"
)

// wrap breaks words into lines of at most width ems, as even as can be. No
// line starts with a closing mark or ends with an opening one. What does not
// fit into the lines ends in an ellipsis.
func wrap(s string, width float64, most int) []string {
	pieces := unbroken(s)
	lines := fill(pieces, width)
	if n := len(lines); n > 1 && n <= most {
		// The same number of lines with less room is more even, as long as no
		// word is cut for it.
		least := 0.0
		for _, p := range pieces {
			least = max(least, measure(strings.TrimRight(p, " ")))
		}
		for narrow := width - 0.5; narrow > least; narrow -= 0.5 {
			better := fill(pieces, narrow)
			if len(better) > n {
				break
			}
			lines = better
		}
	}
	if len(lines) > most {
		lines = lines[:most]
		last := []rune(lines[most-1])
		for len(last) > 1 && measure(string(last))+1 > width {
			last = last[:len(last)-1]
		}
		lines[most-1] = strings.TrimRightFunc(string(last), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(notFirst+notLast, r) }) + "…"
	}
	return lines
}

// unbroken cuts a text into pieces between which a line may end: words, and
// single wide characters with the marks that belong to them.
func unbroken(s string) []string {
	var out []string
	piece := ""
	before := rune(0)
	for _, r := range strings.Join(strings.Fields(s), " ") {
		glued := before == 0 || strings.ContainsRune(notFirst, r) || strings.ContainsRune(notLast, before) || unicode.IsMark(r) ||
			before != ' ' && !isWide(before) && !isWide(r)
		if !glued {
			out = append(out, piece)
			piece = ""
		}
		piece += string(r)
		before = r
	}
	if piece != "" {
		out = append(out, piece)
	}
	return out
}

func measure(s string) float64 {
	w, before := 0.0, rune(0)
	for _, r := range s {
		w += em(r)
		if before != 0 && isWide(before) != isWide(r) {
			w += 0.125 // browsers set Chinese and Latin apart
		}
		before = r
	}
	return w
}

func fill(pieces []string, width float64) []string {
	var out []string
	line := ""
	for _, p := range pieces {
		if line != "" && measure(strings.TrimRight(line+p, " ")) > width {
			out = append(out, strings.TrimRight(line, " "))
			line = ""
		}
		for line == "" && measure(strings.TrimRight(p, " ")) > width { // longer than a line
			n, room := 0, 0.0
			for i, r := range p {
				if room += em(r); room > width && i > 0 {
					break
				}
				n = i + len(string(r))
			}
			if n >= len(p) {
				break
			}
			out = append(out, p[:n])
			p = p[n:]
		}
		line += p
	}
	if line = strings.TrimRight(line, " "); line != "" {
		out = append(out, line)
	}
	return out
}
