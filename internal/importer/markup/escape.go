package markup

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable takes away what no text has: control characters, and the
// characters that the import itself marks places with.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == utf8.RuneError, unicode.IsControl(r), r >= 0xE0F0 && r <= 0xE0FF, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF, r == 0x2028, r == 0x2029:
			return -1
		}
		return r
	}, s)
}

// Line is a text on one line, without what no text has.
func Line(s string) string { return strings.Join(strings.Fields(Printable(s)), " ") }

// FirstLine is the first of texts that says something.
func FirstLine(texts ...string) string {
	for _, t := range texts {
		if t = Line(t); t != "" {
			return t
		}
	}
	return ""
}

// Unique keeps the first of equal texts, and no empty ones.
func Unique(list []string) []string {
	var out []string
	for _, s := range list {
		if s = Line(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Shorten cuts a text off behind so many characters.
func Shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

var special = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "![", `\!\[`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, "~", `\~`, "{", `\{`, "&", `\&`,
)

var (
	blockStart  = regexp.MustCompile(`^(#{1,6}(?:\s|$)|[-+](?:\s|$)|=+\s*$|-+\s*$)`)
	numberStart = regexp.MustCompile(`^(\d{1,9})([.)])(\s|$)`)
)

// Escape makes a line of plain text mean nothing to Markdown.
func Escape(s string) string {
	s = blockStart.ReplaceAllString(strings.TrimSpace(special.Replace(s)), `\$1`)
	return numberStart.ReplaceAllString(s, `$1\$2$3`)
}

// Address escapes only what Markdown or an address cannot have: names of
// files stay readable.
func Address(p string) string { return addressEscapes.Replace(p) }

var addressEscapes = strings.NewReplacer("%", "%25", " ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "#", "%23", "?", "%3F", `\`, "%5C", `"`, "%22", "'", "%27", "&", "%26", "*", "%2A", "`", "%60", "[", "%5B", "]", "%5D")

// Destination is an address that Markdown can hold between parentheses.
func Destination(s string) string {
	return unsafeInAddress.Replace(strings.TrimSpace(Printable(s)))
}

var unsafeInAddress = strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "", "\t", "", `\`, "%5C", "\u00A0", "%C2%A0", "*", "%2A")

// maxQuoted is how many characters of what could not be kept are shown.
const maxQuoted = 300

// Code shows any text as a code span, on one line.
func Code(s string) string {
	s = Shorten(strings.Join(strings.Fields(s), " "), maxQuoted)
	if s == "" {
		return "` `"
	}
	fence := "`"
	for runs := strings.FieldsFunc(s, func(r rune) bool { return r != '`' }); slices.ContainsFunc(runs, func(run string) bool { return len(run) >= len(fence) }); {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// Fenced is a block of code, as lines.
func Fenced(info, text string) []string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return append(append([]string{fence + info}, strings.Split(text, "\n")...), fence)
}
