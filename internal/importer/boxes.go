package importer

import (
	"regexp"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
)

// box makes a callout of a box: the nearest kind, its title, its text. The title
// is Markdown.
func (w *writing) box(indent, kind, title string, inside []string) []string {
	callout, title := w.im.words.callout(kind, strings.TrimSpace(title))
	return between(indent, callout, title, inside)
}

// fold makes a fold, which is open from the start or not.
func (w *writing) fold(indent, title string, open bool, inside []string) []string {
	if open {
		title += "{open}"
	}
	return between(indent, "details", title, inside)
}

// between puts lines between those that begin and end a box.
func between(indent, kind, title string, inside []string) []string {
	if strings.HasPrefix(title, "[") && strings.HasSuffix(title, "]") {
		title = "[" + title + "]" // one pair is taken for the sign of a title
	}
	block := append([]string{strings.TrimSpace(":::" + kind + " " + title)}, trimBlank(inside)...)
	return apart(prefixed(indent, append(block, ":::"))...)
}

// tab is one of several tabs: its title, and its text, both Markdown.
type tab struct {
	title  string
	inside []string
}

// tabbed writes tabs; one alone with no words is no tab.
func (w *writing) tabbed(indent string, tabs []tab) []string {
	var out []string
	for _, t := range tabs {
		if t.inside = trimBlank(t.inside); len(t.inside) == 0 && isBlank(t.title) {
			continue
		}
		if out != nil {
			out = append(out, "")
		}
		if t.title = markup.Line(t.title); t.title == "" {
			t.title = "…"
		}
		out = append(append(out, "== "+t.title), t.inside...)
	}
	if out == nil {
		return nil
	}
	return between(indent, "tabs", "", out)
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

// dedent takes as much blank space from the start of each line as all have.
func dedent(lines []string) []string {
	by := -1
	for _, l := range lines {
		if n := len(leading(l)); !isBlank(l) && (by < 0 || n < by) {
			by = n
		}
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l[min(max(by, 0), len(leading(l))):]
	}
	return out
}

// readAsBox is a line of text that would be read as the start or end of a box
// here, and is none in the source.
var readAsBox = regexp.MustCompile(`^([ >]*)(:{3,}|==[ \t]+\S|===[!+]?[ \t]+["“”])`)

// literal keeps a line of text from being read as the start or end of a box.
func literal(l string) string { return readAsBox.ReplaceAllString(l, `$1\$2`) }

var (
	boxLine   = regexp.MustCompile(`^(\s*)(!!!|\?\?\?\+?)\s+([\w-]+)[\w -]*?(?:\s+"(.*)")?\s*$`)
	tabLine   = regexp.MustCompile(`^(\s*)===([!+]*)\s+"(.*)"\s*$`)
	equalLine = regexp.MustCompile(`^\s*==\s+(\S.*)$`)
	colonLine = regexp.MustCompile(`^(\s*)(:{3,})\s*(\pL[\pL\w-]*)\s*(.*)$`)
	colonEnd  = regexp.MustCompile(`^\s*(:{3,})\s*$`)
)

// admonitions rewrites boxes that start with !!! or ??? and hold what is
// indented below.
func admonitions(w *writing, lines []string, i, depth int) ([]string, int) {
	m := boxLine.FindStringSubmatch(lines[i])
	if m == nil || depth >= deepestBlock {
		return nil, i
	}
	indent, kind, title := m[1], m[3], w.inline(strings.ReplaceAll(m[4], `\"`, `"`))
	inside, next := indented(lines, i+1, len(indent)+4)
	inside = w.blocks(inside, depth+1)
	if m[2] == "!!!" {
		return w.box(indent, kind, title, inside), next
	}
	if c, known := w.im.words.callout(kind, title); title == "" && known == "" && kind != "details" {
		title = w.im.words.name(c)
	} else {
		title = known
	}
	return w.fold(indent, title, m[2] == "???+", inside), next
}

// tabs rewrites tabs that start with ===, and hold what is indented below.
func tabs(w *writing, lines []string, i, depth int) ([]string, int) {
	if depth >= deepestBlock {
		return nil, i
	}
	var all []tab
	indent, next := "", i
	for at := i; at < len(lines); at++ {
		m := tabLine.FindStringSubmatch(lines[at])
		if m == nil && isBlank(lines[at]) && next > i {
			continue
		}
		if m == nil || next > i && (m[1] != indent || strings.Contains(m[2], "!")) {
			break
		}
		var inside []string
		indent = m[1]
		inside, next = indented(lines, at+1, len(indent)+4)
		all = append(all, tab{w.inline(m[3]), w.blocks(inside, depth+1)})
		at = next - 1
	}
	if next == i {
		return nil, i
	}
	return w.tabbed(indent, all), next
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
		inside = append(inside, cutIndent(l, by))
	}
	return inside, next
}

// cutIndent takes columns from the start of a line, as far as they are blank. A
// tab is four of them; those behind stay, for code may have them.
func cutIndent(l string, by int) string {
	for by > 0 && l != "" {
		switch l[0] {
		case ' ':
			by--
		case '\t':
			if by < 4 {
				l = "\t" + strings.Repeat(" ", 4-by) + l[1:]
			}
			by -= min(by, 4)
		default:
			return l
		}
		l = l[1:]
	}
	return l
}

// containers rewrites what stands between lines of colons.
func containers(w *writing, lines []string, i, depth int) ([]string, int) {
	m := colonLine.FindStringSubmatch(lines[i])
	if m == nil || depth >= deepestBlock {
		return nil, i
	}
	indent, kind, title := m[1], m[3], strings.TrimSpace(m[4])
	inside, next := enclosed(lines, i, m[2])
	open := false
	if strings.HasPrefix(title, "[") {
		if end := closingBracket(title); end > 0 {
			title = title[1:end]
		}
	} else if at := strings.IndexByte(title, '{'); at >= 0 {
		if open = strings.Contains(title[at:], "open"); !open {
			w.drop(diag.Say("the attributes of a box"))
		}
		title = title[:at]
	}
	title = w.inline(strings.TrimSpace(title))
	in := make([]string, len(inside))
	for i, l := range inside {
		in[i] = strings.TrimPrefix(l, indent)
	}
	switch strings.ToLower(kind) {
	case "v-pre", "raw", "div":
		w.drop(diag.Say("::: %s, whose content stays", kind))
		return prefixed(indent, w.blocks(in, depth+1)), next
	case "code-group":
		return w.tabbed(indent, w.codeTabs(in, depth+1)), next
	case "tabs":
		if all := w.equalTabs(in, depth+1); len(all) > 0 {
			return w.tabbed(indent, all), next
		}
		w.drop(diag.Say("::: %s, whose content stays", kind))
		return prefixed(indent, w.blocks(in, depth+1)), next
	case "details":
		return w.fold(indent, title, open, w.blocks(in, depth+1)), next
	}
	if !w.im.words.isBox(kind) {
		w.p.ask(markup.FirstLine(title, kind), diag.Say("the box ::: %s is not known: its content stands as a note", kind), diag.Text{})
	}
	return w.box(indent, kind, title, w.blocks(in, depth+1)), next
}

// closingBracket is where the bracket that a text starts with is closed.
func closingBracket(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// codeTabs makes a tab of each block of code of a group.
func (w *writing) codeTabs(lines []string, depth int) []tab {
	var out []tab
	for i := 0; i < len(lines); {
		if f, ok := fenceAt(lines[i]); ok {
			title, block, next := w.codeBlock(f, lines, i)
			if title == "" {
				title = markup.Escape(f.language())
			}
			out, i = append(out, tab{title, block}), next
			continue
		}
		if block, next := includes(w, lines, i, depth); next > i {
			t := tab{"", block}
			if m := titleOption.FindStringSubmatch(strings.TrimSpace(lines[i])); m != nil {
				t.title = markup.Escape(m[1] + m[2] + m[3])
			}
			if block = trimBlank(block); len(block) > 0 && strings.HasPrefix(block[0], "**") {
				t.inside = block[1:]
			}
			out, i = append(out, t), next
			continue
		}
		if !isBlank(lines[i]) && len(out) > 0 {
			out[len(out)-1].inside = append(out[len(out)-1].inside, w.blocks(lines[i:i+1], depth)...)
		}
		i++
	}
	return out
}

// equalTabs are tabs each of which starts with a line such as == name.
func (w *writing) equalTabs(lines []string, depth int) []tab {
	var out []tab
	code, start := fenceState(""), 0
	end := func(at int) {
		if len(out) > 0 {
			out[len(out)-1].inside = w.blocks(lines[start:at], depth)
		}
		start = at + 1
	}
	for i, l := range lines {
		if m := equalLine.FindStringSubmatch(l); !code.within(l) && m != nil {
			end(i)
			name, _, _ := strings.Cut(m[1], "{")
			out = append(out, tab{title: w.inline(strings.TrimSpace(name))})
		}
	}
	end(len(lines))
	return out
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

var (
	alertLine    = regexp.MustCompile(`^([ >]*>\s*)\[!([\pL\w-]+)\]([+-]?)\s*(.*)$`)
	boldLine     = regexp.MustCompile(`^([ >]*>\s*)(?:\*\*|__)\s*([\pL ]{1,20}?)\s*(?:[:：]\s*(?:\*\*|__)|(?:\*\*|__)\s*[:：]?)\s*$`)
	quoteAbove   = regexp.MustCompile(`^[ >]*>`)
	calloutWords = map[string]string{
		"注意": "注意", "提示": "提示", "重要": "重要", "警告": "警告", "小心": "小心", "说明": "说明", "危险": "危险", "信息": "信息",
		"建议": "TIP", "技巧": "TIP", "备注": "NOTE", "提醒": "NOTE",
		"note": "NOTE", "tip": "TIP", "important": "IMPORTANT", "warning": "WARNING", "caution": "CAUTION", "danger": "DANGER", "info": "INFO",
	}
)

// alerts keeps quotes that say what kind of callout they are, in the first line:
// [!NOTE], or nothing but such a word in bold.
func alerts(w *writing, lines []string, i, _ int) ([]string, int) {
	if m := boldLine.FindStringSubmatch(lines[i]); m != nil && (i == 0 || !quoteAbove.MatchString(lines[i-1]) || isBlank(strings.ReplaceAll(lines[i-1], ">", ""))) && !isCode(lines, i) {
		if kind := calloutWords[strings.ToLower(m[2])]; kind != "" {
			head := m[1] + "[!" + kind + "]"
			if kind == "TIP" || kind == "NOTE" {
				if !strings.EqualFold(kind, m[2]) {
					head += " " + m[2]
				}
			}
			next := i + 1
			if next < len(lines) && quoteAbove.MatchString(lines[next]) && isBlank(strings.ReplaceAll(lines[next], ">", "")) {
				next++
			}
			return []string{head}, next
		}
	}
	m := alertLine.FindStringSubmatch(lines[i])
	if m == nil || isCode(lines, i) {
		return nil, i
	}
	title := w.inline(m[4])
	kind, title := w.im.words.callout(m[2], title)
	if w.im.words.isBox(m[2]) && strings.EqualFold(kind, m[2]) || calloutWords[m[2]] == m[2] {
		kind, title = m[2], w.inline(m[4])
	} else {
		kind = strings.ToUpper(kind)
	}
	if m[3] != "" { // a fold of Obsidian
		if kind, title = "details", markup.FirstLine(title, w.im.words.name(strings.ToLower(kind))); m[3] == "+" {
			w.drop(diag.Say("that a fold is open"))
		}
	}
	return []string{strings.TrimRight(m[1]+"[!"+kind+"] "+title, " ")}, i + 1
}
