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

// peeled are the blocks whose content is Markdown again behind a blank line.
var peeled = []string{"div", "section", "details", "center", "p", "blockquote", "article", "main", "aside", "header", "footer", "figure", "nav"}

var tagStart = regexp.MustCompile(`^<(/?)([A-Za-z][\w.-]*)(?:[\s/>]|$)`)

// htmlBlocks rewrites lines that start with a tag: a comment, a block of HTML,
// a component of JSX or Vue.
func htmlBlocks(w *writing, lines []string, i, depth int) (out []string, next int) {
	indent := leading(lines[i])
	l := lines[i][len(indent):]
	if !strings.HasPrefix(l, "<") || isCode(lines, i) || depth >= deepestBlock {
		return nil, i
	}
	m := tagStart.FindStringSubmatch(l)
	if m == nil {
		return nil, i
	}
	name, lower := m[2], strings.ToLower(m[2])
	component := name != lower || strings.ContainsAny(name, ".-")
	open, rest, closed := strings.Cut(l, ">")
	switch {
	case !component && slices.Contains(inlineTags, lower):
		return nil, i
	case m[1] == "/":
		if !closed {
			return nil, i
		}
		w.drop("</" + name + ">")
		return w.restOfLine(rest), i + 1
	case component:
		return w.component(lines, i)
	}
	next = extent(lines, i, lower)
	block := lines[i:next]
	all := strings.Join(block, "\n")
	hasBlank := slices.ContainsFunc(block, isBlank)
	isOneTag := next == i+1 && !strings.Contains(strings.ToLower(l), "</"+lower)
	switch {
	case lower == "script" || lower == "style":
		return w.note(indent, all, "<"+lower+">", "delete the note, if nothing is missing"), next
	case slices.Contains(peeled, lower) && closed && (hasBlank || isOneTag || strings.Contains(open, " markdown")):
		w.drop("<" + lower + ">, whose content stays")
		inside := append([]string{rest}, block[1:]...)
		last := len(inside) - 1
		if at := strings.LastIndex(strings.ToLower(inside[last]), "</"+lower); at >= 0 && at <= len(inside[last]) {
			_, after, _ := strings.Cut(inside[last][at:], ">")
			inside[last] = inside[last][:at] + after
		}
		return apart(w.blocks(inside, depth+1)...), next
	case lower == "summary" && closed:
		text, _, _ := strings.Cut(strings.Join(append([]string{rest}, block[1:]...), " "), "</")
		return apart("**" + strings.TrimSpace(w.inline(text)) + "**"), next
	}
	return apart(prefixed(indent, strings.Split(w.fragment(all), "\n"))...), next
}

// restOfLine rewrites what stands behind something that was left out.
func (w *writing) restOfLine(rest string) []string {
	if isBlank(rest) {
		return nil
	}
	return []string{w.inline(rest)}
}

// childless are the blocks that have no end.
var childless = []string{"hr", "input", "embed", "source", "track", "col", "link", "meta", "base"}

// extent is the line behind an element: where as many of its name are closed
// as were opened. An element that is never closed ends at the next blank line.
func extent(lines []string, i int, name string) int {
	if slices.Contains(childless, name) {
		return i + 1
	}
	depth, ofName := 0, regexp.MustCompile(`(?i)<(/?)`+name+`((?:[\s/][^<>]*)?)(?:>|$)`)
	for j := i; j < len(lines); j++ {
		for _, m := range ofName.FindAllStringSubmatch(lines[j], -1) {
			if m[1] == "/" {
				depth--
			} else if !strings.HasSuffix(m[2], "/") {
				depth++
			}
		}
		if depth <= 0 {
			return j + 1
		}
	}
	if slices.Contains(peeled, name) {
		return i + 1
	}
	if n := slices.IndexFunc(lines[i:], isBlank); n > 0 {
		return i + n
	}
	return len(lines)
}

// longestTag is how many lines the tag of a component may have.
const longestTag = 60

// component rewrites the tag of a component of JSX or Vue.
func (w *writing) component(lines []string, i int) (out []string, next int) {
	indent := leading(lines[i])
	some := strings.Join(lines[i:min(len(lines), i+longestTag)], "\n")[len(indent):]
	t, ok := readTag(some)
	if !ok {
		return nil, i
	}
	next = i + strings.Count(t.source, "\n") + 1
	rest, _, _ := strings.Cut(some[len(t.source):], "\n")
	switch label := t.attrs["label"]; {
	case t.name == "Tabs":
		w.drop("tabs, laid out one below the other")
	case t.name == "TabItem" && label != "":
		out = apart("**" + markup.Escape(label) + "**")
	case t.name == "details" || t.name == "Details":
		w.drop("<" + t.name + ">, whose content stays")
	default:
		whole := t.source
		if !t.empty && strings.Contains(rest, "</"+t.name) {
			whole, rest = whole+rest, ""
		}
		out = w.note(indent, whole, "the component <"+t.name+">", "say it in Markdown")
	}
	if !isBlank(rest) {
		out = append(out, w.inline(indent+rest))
	}
	return out, next
}

// fragment converts a block of HTML.
func (w *writing) fragment(source string) string {
	o := w.im.words.html
	o.Fragment, o.FirstImage = true, len(w.p.data)
	r, err := markup.Convert(source, o)
	if err != nil {
		w.p.ask(markup.Shorten(source, 40), "HTML was left as a note", "say it in Markdown")
		return o.Note(source)
	}
	return w.p.converted(r)
}
