package importer

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/importer/markup"
)

// tag is a tag of HTML, JSX or Vue as it stands in Markdown: <a href="x">,
// <Card size={2} />, </b>.
type tag struct {
	name, source   string
	closing, empty bool
	attrs          map[string]string // by their names in lower case
}

// What a tag is made of. A parser of HTML does not know values in braces, and
// takes 1<b for a tag.
var (
	inBraces  = nested(`\{[^{}]*\}`, `\{(?:[^{}]|%s)*\}`)
	inQuotes  = `"[^"]*"|'[^']*'|` + inBraces
	attribute = `[:@#*]*([\w.:-]+)(?:\s*=\s*(` + inQuotes + `|[^\s>"'{][^\s>]*)?)?`

	anyTag   = regexp.MustCompile(`^<(/?)([A-Za-z][\w.:-]*)((?:[\s/](?:[\s/]|` + attribute + `|` + inQuotes + `)*)?)>`)
	anyValue = regexp.MustCompile(attribute)
)

// nested is a pattern of brackets that may lie in each other a few times.
func nested(innermost, around string) string {
	for range 4 {
		innermost = fmt.Sprintf(around, innermost)
	}
	return innermost
}

// readTag reads the tag that a text starts with.
func readTag(s string) (t tag, ok bool) {
	m := anyTag.FindStringSubmatch(s)
	if m == nil {
		return t, false
	}
	t = tag{name: m[2], source: m[0], closing: m[1] != "", empty: strings.HasSuffix(m[0], "/>"), attrs: map[string]string{}}
	for _, a := range anyValue.FindAllStringSubmatch(m[3], -1) {
		value := a[2]
		if strings.HasPrefix(value, "{") {
			value = strings.Trim(value[1:len(value)-1], "\"'`")
		} else if value != "" && strings.IndexByte(`"'`, value[0]) >= 0 {
			value = value[1 : len(value)-1]
		}
		if key := strings.ToLower(a[1]); t.attrs[key] == "" {
			t.attrs[key] = html.UnescapeString(value)
		}
	}
	return t, true
}

// inlineTags are those that stand within a line of text.
var inlineTags = []string{"a", "abbr", "b", "big", "br", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}

// marks are the signs that Markdown has for an element.
var marks = map[string]string{"b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~", "del": "~~", "strike": "~~"}

// tags rewrites the tags within a line.
func tags(w *writing, s, whole string) string {
	var b strings.Builder
	for s != "" {
		at := strings.IndexAny(s, "<{")
		if at < 0 {
			break
		}
		b.WriteString(s[:at])
		s = s[at:]
		if found := comment.FindString(s); found != "" {
			w.drop("a comment")
			s = s[len(found):]
			continue
		}
		t, ok := readTag(s)
		if !ok || strings.Contains(t.name, ":") {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		s = s[len(t.source):]
		if text, rest, ok := w.element(t, s, whole); ok {
			b.WriteString(text)
			s = rest
			continue
		}
		b.WriteString(w.oneTag(t, s, whole))
	}
	b.WriteString(s)
	return b.String()
}

// comment is one of HTML or JSX at the start of a text.
var comment = regexp.MustCompile(`(?s)^(?:<!--.*?-->|\{/\*.*?\*/\})`)

// comments leaves out a comment that starts at a line.
func comments(w *writing, lines []string, i, _ int) ([]string, int) {
	indent := leading(lines[i])
	if l := lines[i][len(indent):]; !strings.HasPrefix(l, "<!--") && !strings.HasPrefix(l, "{/*") || isCode(lines, i) {
		return nil, i
	}
	some := strings.Join(lines[i:], "\n")[len(indent):]
	found := comment.FindString(some)
	if found == "" {
		return nil, i
	}
	w.drop("a comment")
	rest, _, _ := strings.Cut(some[len(found):], "\n")
	return w.restOfLine(rest), i + strings.Count(found, "\n") + 1
}

// element rewrites an element that Markdown has, whose end is in the text
// behind its tag.
func (w *writing) element(t tag, behind, whole string) (text, rest string, ok bool) {
	name := strings.ToLower(t.name)
	end := regexp.MustCompile(`(?i)</` + regexp.QuoteMeta(name) + `>`).FindStringIndex(behind)
	if t.closing || t.empty || end == nil {
		return "", "", false
	}
	inside, rest := behind[:end[0]], behind[end[1]:]
	href, isLink := t.attrs["href"]
	switch {
	case (name == "code" || name == "kbd" || name == "samp" || name == "tt") && !strings.Contains(inside, "<"):
		return markup.Code(html.UnescapeString(inside)), rest, true
	case name == "a" && isLink:
		return "[" + tags(w, inside, whole) + "](" + markup.Destination(href) + ")", rest, true
	case marks[name] != "":
		inside = strings.TrimSpace(tags(w, inside, whole))
		if inside == "" || strings.Contains(inside, marks[name][:1]) {
			w.drop("<" + name + ">, whose text stays")
			return inside, rest, true
		}
		return marks[name] + inside + marks[name], rest, true
	}
	return "", "", false
}

// oneTag rewrites a tag that stands for itself.
func (w *writing) oneTag(t tag, behind, whole string) string {
	name := strings.ToLower(t.name)
	switch start := strings.TrimSpace(whole); {
	case name == "br" && (strings.HasPrefix(start, "|") || strings.HasPrefix(start, "#")):
		w.drop("a line break in a table or heading")
		return " "
	case name == "br" && isBlank(behind):
		return "  "
	case name == "br":
		return "  \n" + leading(whole)
	case name == "img" && t.attrs["src"] != "" && !strings.HasPrefix(t.attrs["src"], "data:"):
		return image(t.attrs["alt"], t.attrs["src"], t.attrs["title"])
	case t.name == name && slices.Contains(inlineTags, name) && name != "img":
		if !t.closing {
			w.drop("<" + name + ">, whose text stays")
		}
		return ""
	case t.closing:
		w.drop("</" + t.name + ">")
		return ""
	}
	w.p.ask(t.source, "<"+t.name+"> was left as a note", "say it in Markdown")
	return markup.Code(t.source)
}

// image is an image in Markdown.
func image(alt, src, title string) string {
	out := "![" + markup.Escape(markup.Line(alt)) + "](" + markup.Destination(src)
	if title = markup.Line(title); title != "" {
		out += ` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(title) + `"`
	}
	return out + ")"
}
