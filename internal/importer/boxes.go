package importer

import (
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/importer/markup"
)

// box makes a quote of a box: its heading in bold, its text below.
func (w *writing) box(indent, kind, title string, inside []string) []string {
	out := []string{indent + "> **" + markup.Escape(w.im.words.box(kind, title)) + "**", indent + ">"}
	inside = trimBlank(inside)
	for i, l := range inside {
		if i == 0 || !isBlank(l) || !isBlank(inside[i-1]) {
			out = append(out, prefixed(indent+"> ", []string{l})...)
		}
	}
	return apart(out...)
}

// trimBlank takes blank lines away from both ends.
func trimBlank(lines []string) []string {
	for len(lines) > 0 && isBlank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && isBlank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

var (
	boxLine   = regexp.MustCompile(`^(\s*)(?:!!!|\?\?\?\+?)\s+([\w-]+)[\w -]*?(?:\s+"(.*)")?\s*$`)
	tabLine   = regexp.MustCompile(`^(\s*)===[!+]?\s+"(.*)"\s*$`)
	colonLine = regexp.MustCompile(`^(\s*)(:{3,})\s*([A-Za-z][\w-]*)\s*(.*)$`)
	colonEnd  = regexp.MustCompile(`^\s*(:{3,})\s*$`)
)

// admonitions rewrites boxes that start with !!! or ??? and hold what is
// indented below.
func admonitions(w *writing, lines []string, i, depth int) ([]string, int) {
	m := boxLine.FindStringSubmatch(lines[i])
	if m == nil || depth >= deepestBlock {
		return nil, i
	}
	inside, next := indented(lines, i+1, len(m[1])+4)
	return w.box(m[1], m[2], m[3], w.blocks(inside, depth+1)), next
}

// tabs lays tabs that start with === out one below the other.
func tabs(w *writing, lines []string, i, depth int) ([]string, int) {
	m := tabLine.FindStringSubmatch(lines[i])
	if m == nil || depth >= deepestBlock {
		return nil, i
	}
	inside, next := indented(lines, i+1, len(m[1])+4)
	w.drop("tabs, laid out one below the other")
	return slices.Concat(apart(m[1]+"**"+markup.Escape(m[2])+"**"), prefixed(m[1], w.blocks(inside, depth+1)), []string{""}), next
}

// indented are the lines that belong to a box: those indented at least as far,
// and blank lines between them.
func indented(lines []string, from, by int) (inside []string, next int) {
	next = from
	for i := from; i < len(lines) && (isBlank(lines[i]) || width(lines[i]) >= by); i++ {
		if !isBlank(lines[i]) {
			next = i + 1
		}
	}
	for _, l := range lines[from:next] {
		l = strings.ReplaceAll(l, "\t", "    ")
		inside = append(inside, l[min(by, len(leading(l))):])
	}
	return inside, next
}

// containers rewrites what stands between lines of colons.
func containers(w *writing, lines []string, i, depth int) ([]string, int) {
	m := colonLine.FindStringSubmatch(lines[i])
	if m == nil || depth >= deepestBlock {
		return nil, i
	}
	indent, kind, title := m[1], m[3], strings.TrimSpace(m[4])
	inside, next := enclosed(lines, i, m[2])
	if label, _, closed := strings.Cut(strings.TrimPrefix(title, "["), "]"); closed && strings.HasPrefix(title, "[") {
		title = label
	} else if at := strings.IndexByte(title, '{'); at >= 0 {
		w.drop("the attributes of a box")
		title = title[:at]
	}
	in := make([]string, len(inside))
	for i, l := range inside {
		in[i] = strings.TrimPrefix(l, indent)
	}
	converted := w.blocks(in, depth+1)
	switch strings.ToLower(kind) {
	case "v-pre", "raw", "code-group", "tabs", "div":
		w.drop("::: " + kind + ", whose content stays")
		return prefixed(indent, converted), next
	}
	if !w.im.words.isBox(kind) {
		w.p.ask(w.im.words.box(kind, title), "the box ::: "+kind+" is not known: its content stands as a quote", "")
	}
	return w.box(indent, kind, title, converted), next
}

// enclosed are the lines of a container up to the line that closes it.
func enclosed(lines []string, at int, colons string) (inside []string, next int) {
	depth, code := 1, fenceState("")
	for i := at + 1; i < len(lines); i++ {
		if code.within(lines[i]) {
			continue
		}
		if m := colonEnd.FindStringSubmatch(lines[i]); m != nil && m[1] == colons {
			if depth--; depth == 0 {
				return lines[at+1 : i], i + 1
			}
		} else if m := colonLine.FindStringSubmatch(lines[i]); m != nil && m[2] == colons {
			depth++
		}
	}
	return lines[at+1:], len(lines)
}
