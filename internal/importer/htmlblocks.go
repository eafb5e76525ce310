package importer

import (
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/importer/markup"
)

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
