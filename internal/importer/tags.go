package importer

import (
	"html"
	"slices"
	"strings"
)

// tag is a tag of HTML, JSX or Vue as it stands in Markdown: <a href="x">,
// <Card size={2} />, </b>.
type tag struct {
	name, source   string
	closing, empty bool
	attrs          map[string]string // by their names in lower case
}

// readTag reads the tag that a text starts with. A parser of HTML does not
// know values in braces, and takes 1<b for a tag.
func readTag(s string) (t tag, ok bool) {
	rest, ok := strings.CutPrefix(s, "<")
	rest, t.closing = strings.CutPrefix(rest, "/")
	t.name, rest = cutWord(rest)
	if !ok || t.name == "" || strings.IndexByte("0123456789_.-", t.name[0]) >= 0 || rest == "" || strings.IndexByte(" \t\n/>", rest[0]) < 0 {
		return t, false
	}
	t.attrs = map[string]string{}
	for rest != "" {
		switch c := rest[0]; {
		case c == '>':
			t.source = s[:len(s)-len(rest)+1]
			t.empty = strings.HasSuffix(t.source, "/>")
			return t, true
		case c == '<':
			return t, false
		case strings.IndexByte(`"'{`, c) >= 0:
			if _, rest, ok = attributeValue(rest); !ok {
				return t, false
			}
			continue
		}
		name, behind := cutWord(strings.TrimLeft(rest, ":@#*"))
		value, isValue := strings.CutPrefix(strings.TrimLeft(behind, " \t\n"), "=")
		switch {
		case name == "" && strings.IndexByte("/ \t\n", rest[0]) < 0:
			return t, false
		case name == "":
			rest = rest[1:]
		case !isValue:
			rest = behind
		default:
			if value, rest, ok = attributeValue(strings.TrimLeft(value, " \t\n")); !ok {
				return t, false
			}
			if key := strings.ToLower(name); t.attrs[key] == "" {
				t.attrs[key] = html.UnescapeString(value)
			}
		}
	}
	return t, false
}

// cutWord cuts a name off the start of a text.
func cutWord(s string) (word, rest string) {
	n := 0
	for n < len(s) && (s[n] >= 'a' && s[n] <= 'z' || s[n] >= 'A' && s[n] <= 'Z' || strings.IndexByte("0123456789_.:-", s[n]) >= 0) {
		n++
	}
	return s[:n], s[n:]
}

// attributeValue reads a value in quotes, in braces or as one word.
func attributeValue(s string) (value, rest string, ok bool) {
	if s == "" {
		return "", "", false
	}
	switch q := s[0]; q {
	case '"', '\'':
		value, rest, ok = strings.Cut(s[1:], s[:1])
		return value, rest, ok
	case '{':
		depth := 0
		for i := range len(s) {
			switch s[i] {
			case '{':
				depth++
			case '}':
				if depth--; depth == 0 {
					return strings.Trim(s[1:i], "\"'`"), s[i+1:], true
				}
			}
		}
		return "", "", false
	}
	n := strings.IndexAny(s, " \t\n>")
	if n < 0 {
		return "", "", false
	}
	return s[:n], s[n:], true
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
		if rest, ok := cutComment(s); ok {
			w.drop("a comment")
			s = rest
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

// cutComment cuts a comment of HTML or JSX off the start of a text.
func cutComment(s string) (rest string, ok bool) {
	for _, signs := range [][2]string{{"<!--", "-->"}, {"{/*", "*/}"}} {
		if inside, found := strings.CutPrefix(s, signs[0]); found {
			if _, rest, found = strings.Cut(inside, signs[1]); found {
				return rest, true
			}
		}
	}
	return s, false
}

// element rewrites an element that Markdown has, whose end is in the text
// behind its tag.
func (w *writing) element(t tag, behind, whole string) (text, rest string, ok bool) {
	name := strings.ToLower(t.name)
	end := endTag(behind, name)
	if t.closing || t.empty || end < 0 {
		return "", "", false
	}
	inside, rest := behind[:end], behind[end+len("</>")+len(name):]
	href, isLink := t.attrs["href"]
	switch {
	case (name == "code" || name == "kbd" || name == "samp" || name == "tt") && !strings.Contains(inside, "<"):
		return code(html.UnescapeString(inside)), rest, true
	case name == "a" && isLink:
		return "[" + tags(w, inside, whole) + "](" + safeAddress(href) + ")", rest, true
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

// endTag is where the tag that ends an element starts, -1 for nowhere.
func endTag(s, name string) int {
	for at := 0; ; at += 2 {
		i := strings.Index(s[at:], "</")
		if i < 0 {
			return -1
		}
		at += i
		if end := at + 2 + len(name); end < len(s) && strings.EqualFold(s[at+2:end], name) && s[end] == '>' {
			return at
		}
	}
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
	return code(t.source)
}

// image is an image in Markdown.
func image(alt, src, title string) string {
	out := "![" + escape(line(alt)) + "](" + safeAddress(src)
	if title = line(title); title != "" {
		out += ` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(title) + `"`
	}
	return out + ")"
}
