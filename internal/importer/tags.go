package importer

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

var (
	shortcode  = regexp.MustCompile(`\{\{([<%])\s*(/?)\s*([\w./-]+)((?:[^>%"]|"[^"]*"|[>%][^}])*?)\s*/?[>%]\}\}`)
	shownInRow = regexp.MustCompile(`\{\{([<%])/\*.*?\*/[>%]\}\}`)
	anyShort   = regexp.MustCompile(shownInRow.String() + "|" + shortcode.String())
	refInLink  = regexp.MustCompile(`(\]\(\s*|\]:\s*|href=["']?)\{\{[<%]\s*(?:rel)?ref\s+(?:path=)?["` + "`" + `]?([^"` + "`" + `\s>%]+)["` + "`" + `]?[^}]*?[>%]\}\}`)
	argument   = regexp.MustCompile(`(?:([\w-]+)\s*=\s*)?(?:"((?:[^"\\]|\\.)*)"|` + "`([^`]*)`" + `|([^\s"=` + "`" + `]+))`)
	attribute  = regexp.MustCompile(`([\w:@.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|\{["'` + "`" + `]([^"'` + "`" + `]*)["'` + "`" + `]\}|([^\s"'>{}]+))`)
	listItem   = regexp.MustCompile(`^\s*(?:[-*+]|\d{1,9}[.)])(?:\s|$)|^\[\^[^\]]+\]:`)

	anyTag   = regexp.MustCompile(`<(/?)([A-Za-z][\w.-]*)((?:\s(?:[^<>"'{}]|"[^"]*"|'[^']*'|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})*)?)(/?)>`)
	comment  = regexp.MustCompile(`<!--.*?-->|\{/\*.*?\*/\}`)
	linkTag  = regexp.MustCompile(`(?i)<a\s+[^<>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')[^<>]*>(.*?)</a>`)
	codeTag  = regexp.MustCompile(`(?i)<(?:code|kbd|samp|tt)>([^<]*)</(?:code|kbd|samp|tt)>`)
	strongIn = regexp.MustCompile(`(?i)<(?:b|strong)>\s*([^<>*]+?)\s*</(?:b|strong)>`)
	emIn     = regexp.MustCompile(`(?i)<(?:i|em)>\s*([^<>*]+?)\s*</(?:i|em)>`)
	delIn    = regexp.MustCompile(`(?i)<(?:s|del|strike)>\s*([^<>~]+?)\s*</(?:s|del|strike)>`)
)

// inlineTags are those that stand within a line of text.
var inlineTags = []string{"a", "abbr", "b", "big", "br", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}

// peeled are the blocks whose content is Markdown again behind a blank line.
var peeled = []string{"div", "section", "details", "center", "p", "blockquote", "article", "main", "aside", "header", "footer", "figure", "nav"}

// tagged rewrites what starts with a tag: a shortcode, a comment, an HTML
// block, a component. It returns the line behind it.
func (w *writing) tagged(lines []string, i, depth int) (out []string, next int, ok bool) {
	l := strings.TrimSpace(lines[i])
	if !strings.HasPrefix(l, "<") && !strings.HasPrefix(l, "{{") || isCode(lines, i) || depth >= deepestBlock {
		return nil, i, false
	}
	if strings.HasPrefix(l, "{{<") || strings.HasPrefix(l, "{{%") {
		if w.im.project.family != Hugo {
			return nil, i, false
		}
		return w.shortcodeBlock(lines, i, depth)
	}
	if strings.HasPrefix(l, "<!--") {
		end := i
		for end < len(lines) && !strings.Contains(lines[end], "-->") {
			end++
		}
		if end == len(lines) {
			return nil, i, false
		}
		w.drop("a comment")
		if _, rest, _ := strings.Cut(lines[end], "-->"); strings.TrimSpace(rest) != "" {
			out = append(out, w.inline(rest))
		}
		return out, end + 1, true
	}
	m := tagStart.FindStringSubmatch(lines[i])
	if m == nil {
		return nil, i, false
	}
	name, closing := m[2], m[1] == "/"
	lower := strings.ToLower(name)
	component := name != lower || strings.ContainsAny(name, ".-")
	switch {
	case !component && slices.Contains(inlineTags, lower):
		return nil, i, false
	case closing:
		_, rest, found := strings.Cut(lines[i], ">")
		if !found {
			return nil, i, false
		}
		w.drop("</" + name + ">")
		if strings.TrimSpace(rest) != "" {
			out = append(out, w.inline(rest))
		}
		return out, i + 1, true
	case component:
		return w.component(lines, i, name)
	}
	end := extent(lines, i, lower)
	if lower == "script" || lower == "style" {
		return w.note(leading(lines[i]), strings.Join(lines[i:end], " "), "<"+lower+">", "delete the note, if nothing is missing"), end, true
	}
	blank := slices.ContainsFunc(lines[i:end], func(l string) bool { return strings.TrimSpace(l) == "" })
	open, rest, found := strings.Cut(lines[i], ">")
	if slices.Contains(peeled, lower) && found && (blank || strings.Contains(open, " markdown") || end == i+1 && !strings.Contains(strings.ToLower(lines[i]), "</"+lower)) {
		w.drop("<" + lower + ">, whose content stays")
		inside := append([]string{rest}, lines[i+1:end]...)
		if last := len(inside) - 1; end > i+1 || strings.Contains(strings.ToLower(rest), "</"+lower) {
			if at := strings.LastIndex(strings.ToLower(inside[last]), "</"+lower); at >= 0 && at <= len(inside[last]) {
				_, after, _ := strings.Cut(inside[last][at:], ">")
				inside[last] = inside[last][:at] + after
			}
		}
		return append(append([]string{""}, w.blocks(inside, depth+1)...), ""), end, true
	}
	if lower == "summary" && found {
		text, _, _ := strings.Cut(strings.Join(append([]string{rest}, lines[i+1:end]...), " "), "</")
		return []string{"", "**" + strings.TrimSpace(w.inline(text)) + "**", ""}, end, true
	}
	indent := leading(lines[i])
	for _, l := range strings.Split(w.im.fragmentMarkdown(w.p, strings.Join(lines[i:end], "\n")), "\n") {
		out = append(out, prefixed(indent, l))
	}
	return append(append([]string{""}, out...), ""), end, true
}

// isCode tells a line that is code because it is indented.
func isCode(lines []string, i int) bool {
	if n := len(strings.ReplaceAll(leading(lines[i]), "\t", "    ")); n < 4 {
		return false
	}
	paragraph := true
	for j := i - 1; j >= 0; j-- {
		l := lines[j]
		switch {
		case strings.TrimSpace(l) == "":
			paragraph = false
		case listItem.MatchString(l):
			return false
		case len(strings.ReplaceAll(leading(l), "\t", "    ")) < 4:
			return !paragraph
		}
	}
	return !paragraph || i == 0
}

// extent is the line behind an element: where as many of its name are closed
// as were opened. An element that is never closed ends at the next blank line.
func extent(lines []string, i int, name string) int {
	depth := 0
	void := slices.Contains([]string{"hr", "input", "embed", "source", "track", "col", "link", "meta", "base"}, name)
	for j := i; j < len(lines) && !void; j++ {
		l := strings.ToLower(lines[j])
		for rest := l; ; {
			at := strings.IndexByte(rest, '<')
			if at < 0 {
				break
			}
			rest = rest[at+1:]
			if after, ok := strings.CutPrefix(rest, name); ok && (after == "" || strings.IndexByte(" \t/>", after[0]) >= 0) {
				if tag, _, _ := strings.Cut(after, ">"); !strings.HasSuffix(tag, "/") {
					depth++
				}
			} else if after, ok := strings.CutPrefix(rest, "/"+name); ok && (after == "" || strings.IndexByte(" \t>", after[0]) >= 0) {
				depth--
			}
		}
		if depth <= 0 {
			return j + 1
		}
	}
	if slices.Contains(peeled, name) {
		return i + 1
	}
	for j := i + 1; j < len(lines); j++ {
		if strings.TrimSpace(lines[j]) == "" {
			return j
		}
	}
	return len(lines)
}

// component rewrites the tag of a component of JSX or Vue.
func (w *writing) component(lines []string, i int, name string) ([]string, int, bool) {
	end, tag, rest := i, "", ""
	for depth, quote, j := 0, byte(0), i; j < len(lines) && j < i+60 && tag == ""; j++ {
		for k := 0; k < len(lines[j]); k++ {
			c := lines[j][k]
			switch {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '"' || c == '\'' && depth == 0:
				quote = c
			case c == '{':
				depth++
			case c == '}':
				depth--
			case c == '>' && depth <= 0 && (k == 0 || lines[j][k-1] != '='):
				tag = strings.Join(append(slices.Clone(lines[i:j]), lines[j][:k+1]), " ")
				rest, end = lines[j][k+1:], j+1
			}
			if tag != "" {
				break
			}
		}
	}
	if tag == "" {
		return nil, i, false
	}
	indent := leading(lines[i])
	var out []string
	switch label := tagAttribute(tag, "label"); {
	case name == "Tabs":
		w.drop("tabs, laid out one below the other")
	case name == "TabItem" && label != "":
		out = []string{"", "**" + escape(label) + "**", ""}
	case name == "details" || name == "Details":
		w.drop("<" + name + ">, whose content stays")
	default:
		whole := tag
		if !strings.HasSuffix(tag, "/>") && strings.Contains(rest, "</"+name) {
			whole += rest
			rest = ""
		}
		out = w.note(indent, whole, "the component <"+name+">", "say it in Markdown")
	}
	if strings.TrimSpace(rest) != "" {
		out = append(out, w.inline(indent+rest))
	}
	return out, end, true
}

func tagAttribute(tag, name string) string {
	for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
		if strings.EqualFold(m[1], name) {
			return html.UnescapeString(m[2] + m[3] + m[4] + m[5])
		}
	}
	return ""
}

// arguments of a shortcode: those with names, and the others in their order.
func arguments(s string) (named map[string]string, rest []string) {
	named = map[string]string{}
	for _, m := range argument.FindAllStringSubmatch(s, -1) {
		value := strings.ReplaceAll(m[2]+m[3]+m[4], `\"`, `"`)
		if m[1] != "" {
			named[strings.ToLower(m[1])] = value
		} else {
			rest = append(rest, value)
		}
	}
	return named, rest
}

// shortcodeBlock rewrites a shortcode of Hugo that stands on lines of its own.
func (w *writing) shortcodeBlock(lines []string, i, depth int) ([]string, int, bool) {
	end := i
	for end < len(lines) && end < i+60 && !strings.Contains(lines[end], "}}") {
		end++
	}
	if end == len(lines) || end == i+60 {
		return nil, i, false
	}
	whole := strings.TrimSpace(strings.Join(lines[i:end+1], " "))
	m := shortcode.FindStringSubmatch(whole)
	if m == nil || m[0] != whole {
		return nil, i, false
	}
	end++
	indent, name := leading(lines[i]), strings.ToLower(m[3])
	if m[2] == "/" {
		w.drop("the end of the shortcode " + m[3])
		return nil, end, true
	}
	named, rest := arguments(m[4])
	first := ""
	if len(rest) > 0 {
		first = rest[0]
	}
	inside, after, paired := w.shortcodeEnd(lines, end, m[3])
	switch {
	case name == "figure" && named["src"] != "":
		caption := line(named["caption"])
		if caption == "" {
			caption = line(named["title"])
		}
		return []string{"", indent + image(named["alt"], named["src"], caption), ""}, end, true
	case name == "highlight" && paired:
		block := fenced(first, strings.Join(inside, "\n"))
		if indent != "" {
			for k := range block {
				block[k] = prefixed(indent, block[k])
			}
		}
		return append(append([]string{""}, block...), ""), after, true
	case paired && slices.Contains([]string{"notice", "callout", "alert", "hint", "admonition", "note", "tip", "warning", "info", "danger", "caution", "important", "details", "expand"}, name):
		kind := name
		for _, k := range []string{named["type"], named["color"], first} {
			if w.im.words.boxes[strings.ToLower(k)] != "" {
				kind = k
				break
			}
		}
		title := named["title"]
		if title == "" {
			title = named["summary"]
		}
		if title == "" && name == "expand" || name == "details" && title == "" {
			title = first
		}
		if w.im.words.boxes[strings.ToLower(kind)] == "" && title == "" {
			kind = "note"
		}
		return w.box(indent, kind, title, w.blocks(inside, depth+1)), after, true
	case name == "ref" || name == "relref":
		return nil, i, false
	}
	hint := "say it in Markdown"
	if paired {
		hint = "say it in Markdown; what stood inside of it stands below"
	}
	return w.note(indent, whole, "the shortcode "+m[3], hint), end, true
}

// shortcodeEnd finds the lines up to the end of a shortcode.
func (w *writing) shortcodeEnd(lines []string, from int, name string) (inside []string, after int, ok bool) {
	depth := 1
	for i := from; i < len(lines); i++ {
		for _, m := range shortcode.FindAllStringSubmatch(lines[i], -1) {
			if m[3] != name {
				continue
			}
			if m[2] == "/" {
				depth--
			} else {
				depth++
			}
		}
		if depth <= 0 {
			if m := shortcode.FindStringIndex(strings.TrimSpace(lines[i])); m == nil || m[1]-m[0] != len(strings.TrimSpace(lines[i])) {
				return nil, from, false // it ends within a line of text
			}
			return lines[from:i], i + 1, true
		}
	}
	return nil, from, false
}

// image is an image in Markdown.
func image(alt, src, title string) string {
	out := "![" + escape(line(alt)) + "](" + safeAddress(src)
	if title = line(title); title != "" {
		out += ` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(title) + `"`
	}
	return out + ")"
}

// refScheme marks a link that Hugo would look up by a page's name.
const refScheme = "whyfix-ref:"

// inline rewrites what stands within a line, but for code.
func (w *writing) inline(l string) string {
	if w.im.project.family == Hugo {
		l = refInLink.ReplaceAllStringFunc(l, func(s string) string {
			m := refInLink.FindStringSubmatch(s)
			return m[1] + refScheme + safeAddress(m[2])
		})
	}
	var b strings.Builder
	for at := 0; at < len(l); {
		tick := strings.IndexByte(l[at:], '`')
		if tick < 0 {
			b.WriteString(w.text(l[at:], l))
			break
		}
		tick += at
		run := tick
		for run < len(l) && l[run] == '`' {
			run++
		}
		fence := l[tick:run]
		end := -1
		for k := run; k < len(l); {
			next := strings.Index(l[k:], fence)
			if next < 0 {
				break
			}
			k += next
			stop := k
			for stop < len(l) && l[stop] == '`' {
				stop++
			}
			if stop-k == len(fence) {
				end = stop
				break
			}
			k = stop
		}
		if end < 0 { // not code
			b.WriteString(w.text(l[at:run], l))
			at = run
			continue
		}
		b.WriteString(w.text(l[at:tick], l))
		b.WriteString(shownCode.ReplaceAllString(l[tick:end], "{{$1$2$3}}"))
		at = end
	}
	return b.String()
}

// text rewrites a piece of a line in which there is no code.
func (w *writing) text(s, whole string) string {
	family := w.im.project.family
	if family == Hugo && strings.Contains(s, "{{") {
		s = anyShort.ReplaceAllStringFunc(s, func(m string) string {
			if shownInRow.MatchString(m) {
				return code(shownCode.ReplaceAllString(m, "{{$1$2$3}}"))
			}
			w.p.ask(m, "the shortcode "+shortcode.FindStringSubmatch(m)[3]+" was left as a note", "say it in Markdown")
			return code(m)
		})
	}
	if (family == MkDocs || family == VitePress) && strings.Contains(s, "{") {
		s = w.attributeLists(s)
	}
	if !strings.ContainsAny(s, "<{") {
		return s
	}
	s = comment.ReplaceAllStringFunc(s, func(string) string { w.drop("a comment"); return "" })
	s = codeTag.ReplaceAllStringFunc(s, func(m string) string { return code(html.UnescapeString(codeTag.FindStringSubmatch(m)[1])) })
	s = linkTag.ReplaceAllStringFunc(s, func(m string) string {
		g := linkTag.FindStringSubmatch(m)
		return "[" + g[3] + "](" + safeAddress(html.UnescapeString(g[1]+g[2])) + ")"
	})
	s = strongIn.ReplaceAllString(s, "**$1**")
	s = emIn.ReplaceAllString(s, "*$1*")
	s = delIn.ReplaceAllString(s, "~~$1~~")
	return w.oneTags(s, whole)
}

// oneTags rewrites the tags that are left, one at a time. Code that came from
// tags before is not looked at.
func (w *writing) oneTags(s, whole string) string {
	var b strings.Builder
	last := 0
	for _, m := range anyTag.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(s[last:m[0]])
		last = m[1]
		tag, closing, name := s[m[0]:m[1]], m[3] > m[2], s[m[4]:m[5]]
		lower := strings.ToLower(name)
		switch {
		case strings.Count(s[:m[0]], "`")%2 == 1:
			b.WriteString(tag)
		case lower == "br":
			switch rest := strings.TrimSpace(s[m[1]:]); {
			case strings.HasPrefix(strings.TrimSpace(whole), "|") || strings.HasPrefix(strings.TrimSpace(whole), "#"):
				b.WriteString(" ")
				w.drop("a line break in a table or heading")
			case rest == "":
				b.WriteString("  ")
			default:
				b.WriteString("  \n" + leading(whole))
			}
		case lower == "img" && tagAttribute(tag, "src") != "" && !strings.HasPrefix(tagAttribute(tag, "src"), "data:"):
			b.WriteString(image(tagAttribute(tag, "alt"), tagAttribute(tag, "src"), tagAttribute(tag, "title")))
		case name == lower && slices.Contains(inlineTags, lower) && lower != "img":
			if !closing {
				w.drop("<" + lower + ">, whose text stays")
			}
		case closing:
			w.drop("</" + name + ">")
		default:
			b.WriteString(code(tag))
			w.p.ask(tag, "<"+name+"> was left as a note", "say it in Markdown")
		}
	}
	b.WriteString(s[last:])
	return b.String()
}

var (
	headingLine = regexp.MustCompile(`^ {0,3}#{1,6}\s`)
	idInList    = regexp.MustCompile(`#([\w\p{Han}-]+)`)
)

// attributeLists takes away what gives an element a class or the like; the id
// of a heading stays.
func (w *writing) attributeLists(s string) string {
	if headingLine.MatchString(s) {
		m := attrList.FindStringIndex(s)
		if m == nil || strings.TrimSpace(s[m[1]:]) != "" {
			return s
		}
		id := idInList.FindStringSubmatch(s[m[0]:m[1]])
		out := strings.TrimRight(s[:m[0]], " ")
		if id != nil {
			out += " {#" + id[1] + "}"
		}
		return out
	}
	return attrList.ReplaceAllStringFunc(s, func(string) string { w.drop("attributes in braces"); return "" })
}
