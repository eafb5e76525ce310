package importer

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"whyfix/internal/diag"
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
			s = s[len(found):]
			if m := wordInComment.FindStringSubmatch(found); m != nil && headingLine.MatchString(whole) {
				b.WriteString(markup.Code(m[1]))
				continue
			}
			w.drop(diag.Say("a comment"))
			continue
		}
		t, ok := readTag(s)
		if !ok || strings.Contains(t.name, ":") {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		s = s[len(t.source):]
		if text, rest, ok := w.element(t, b.String(), s, whole); ok {
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

// wordInComment is a comment that the theme Material shows: in a heading, the name
// of a setting.
var wordInComment = regexp.MustCompile(`^<!--\s*md:\w+\s+(\S.*?)\s*-->$`)

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
	w.drop(diag.Say("a comment"))
	rest, _, _ := strings.Cut(some[len(found):], "\n")
	return w.restOfLine(rest), i + strings.Count(found, "\n") + 1
}

// textTags are tags that articles have within a text, by the names of HTML and
// what is written for them.
var textTags = map[string]string{
	"kbd": "kbd", "sub": "sub", "sup": "sup", "mark": "mark", "u": "u", "ins": "u", "small": "small",
	"b": "b", "strong": "strong", "i": "i", "em": "em", "s": "s", "del": "del", "strike": "s",
}

// element rewrites an element whose end is in the text behind its tag.
func (w *writing) element(t tag, before, behind, whole string) (text, rest string, ok bool) {
	name := strings.ToLower(t.name)
	end := regexp.MustCompile(`(?i)</` + regexp.QuoteMeta(name) + `\s*>`).FindStringIndex(behind)
	if t.closing || t.empty || end == nil {
		return "", "", false
	}
	inside, rest := behind[:end[0]], behind[end[1]:]
	href, isLink := t.attrs["href"]
	switch {
	case (name == "code" || name == "samp" || name == "tt") && !strings.Contains(inside, "<"):
		return markup.Code(html.UnescapeString(inside)), rest, true
	case name == "a" && isLink:
		return "[" + tags(w, inside, whole) + "](" + markup.Destination(href) + ")", rest, true
	case textTags[name] != "":
		inside = strings.TrimSpace(tags(w, inside, whole))
		if inside == "" {
			return "", rest, true
		}
		sign := marks[name]
		first, _ := utf8.DecodeRuneInString(inside)
		last, _ := utf8.DecodeLastRuneInString(inside)
		if sign == "" || strings.Contains(inside, sign[:1]) || strings.HasSuffix(before, sign[:1]) || strings.HasPrefix(rest, sign[:1]) || !markup.Flanks(lastOf(before), first) || !markup.Flanks(firstOf(rest), last) {
			return "<" + textTags[name] + ">" + inside + "</" + textTags[name] + ">", rest, true
		}
		return sign + inside + sign, rest, true
	}
	return "", "", false
}

// lastOf and firstOf are the characters at the ends of a text; a blank for none.
// What a tag leaves behind is not known: a letter is what most is broken by.
func lastOf(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	if s == "" {
		return ' '
	}
	return r
}

func firstOf(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	switch {
	case s == "":
		return ' '
	case r == '<':
		return 'a'
	}
	return r
}

// pairedTag is a tag whose partner stands in the same line, beyond a piece of code.
func pairedTag(name, whole string) bool {
	low := strings.ToLower(whole)
	opens := strings.Count(low, "<"+name+">") + strings.Count(low, "<"+name+" ")
	return opens > 0 && opens == strings.Count(low, "</"+name+">")
}

// oneTag rewrites a tag that stands for itself.
func (w *writing) oneTag(t tag, behind, whole string) string {
	name := strings.ToLower(t.name)
	start := strings.TrimSpace(whole)
	inRow := strings.HasPrefix(start, "|") || strings.HasPrefix(start, "#") || strings.Count(start, "|") > 1
	switch {
	case name == "br" && inRow:
		return "<br>"
	case name == "br" && isBlank(behind):
		return "  "
	case name == "br":
		return "  \n" + leading(whole)
	case name == "img" && t.attrs["src"] != "" && !strings.HasPrefix(t.attrs["src"], "data:"):
		return image(t.attrs["alt"], t.attrs["src"], t.attrs["title"]) + markup.WidthOf(t.attrs["width"], t.attrs["style"])
	case textTags[name] != "" && t.name == name && pairedTag(name, whole):
		if t.closing {
			return "</" + textTags[name] + ">"
		}
		return "<" + textTags[name] + ">"
	case inRow && slices.Contains(listTags, name):
		if t.closing {
			return "</" + name + ">"
		}
		return "<" + name + ">"
	case inRow && (name == "p" || name == "div"):
		if t.closing && !isBlank(strings.Trim(behind, "| ")) {
			return "<br>"
		}
		return ""
	case t.name == name && slices.Contains(inlineTags, name) && name != "img":
		if !t.closing && name != "span" && name != "a" {
			w.drop(diag.Say("<%s>, whose text stays", name))
		}
		return ""
	case t.closing:
		w.drop(diag.Say("</%s>", t.name))
		return ""
	case t.name == "Badge" && t.empty && t.attrs["text"] != "":
		w.drop(diag.Say("the look of <Badge>"))
		if strings.HasPrefix(start, "#") {
			return "" // not part of the heading's words
		}
		return markup.Escape(t.attrs["text"])
	}
	w.p.ask(t.source, diag.Say("<%s> was left as a note", t.name), diag.Say("say it in Markdown"))
	return markup.Code(t.source)
}

var listTags = []string{"ul", "ol", "li"}

// image is an image in Markdown.
func image(alt, src, title string) string {
	out := "![" + markup.Escape(markup.Line(alt)) + "](" + markup.Destination(src)
	if title = markup.Line(title); title != "" {
		out += ` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(title) + `"`
	}
	return out + ")"
}

// sized says how wide a picture is shown, behind it.
func sized(image, width string) string { return image + markup.Width(width) }

// peeled are the blocks whose content is Markdown again behind a blank line.
var peeled = []string{"div", "section", "center", "p", "blockquote", "article", "main", "aside", "header", "footer", "figure", "nav"}

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
		w.drop(diag.Say("</%s>", name))
		return w.restOfLine(rest), i + 1
	case component:
		return w.component(lines, i, depth)
	}
	next = extent(lines, i, lower)
	block := lines[i:next]
	all := strings.Join(block, "\n")
	hasBlank := slices.ContainsFunc(block, isBlank)
	isOneTag := next == i+1 && !strings.Contains(strings.ToLower(l), "</"+lower)
	switch {
	case lower == "script" || lower == "style":
		w.drop(diag.Say("<%s>", lower))
		return nil, next
	case lower == "details":
		return w.details(indent, block, depth), next
	case slices.Contains(peeled, lower) && closed && (hasBlank || isOneTag || strings.Contains(open, " markdown")):
		inside := withoutEnd(append([]string{rest}, dedented(block[1:], indent)...), lower)
		if t, ok := readTag(l); ok && t.attrs["class"] != "" && len(trimBlank(inside)) > 0 && !isOneTag {
			if kind := markup.KindOfClass(t.attrs["class"]); kind != "" {
				return w.classBox(indent, kind, inside, depth), next
			}
		}
		w.drop(diag.Say("<%s>, whose content stays", lower))
		return apart(prefixed(indent, w.blocks(inside, depth+1))...), next
	case lower == "summary" && closed:
		text, _, _ := strings.Cut(strings.Join(append([]string{rest}, block[1:]...), " "), "</")
		return apart("**" + strings.TrimSpace(w.inline(text)) + "**"), next
	}
	return apart(prefixed(indent, strings.Split(w.fragment(all), "\n"))...), next
}

// withoutEnd are lines without the last end of an element.
func withoutEnd(lines []string, name string) []string {
	last := len(lines) - 1
	if at := strings.LastIndex(strings.ToLower(lines[last]), "</"+strings.ToLower(name)); at >= 0 && at <= len(lines[last]) {
		_, after, _ := strings.Cut(lines[last][at:], ">")
		lines[last] = lines[last][:at] + after
	}
	return lines
}

// classBox makes a callout of an element whose class says that it is one. Its
// title may stand in an element of that class.
func (w *writing) classBox(indent, kind string, inside []string, depth int) []string {
	inside = trimBlank(inside)
	title := ""
	if m := titleOfBox.FindStringSubmatch(inside[0]); m != nil {
		title, inside = w.inline(strings.TrimSpace(m[1])), inside[1:]
	}
	return w.box(indent, kind, title, w.blocks(inside, depth+1))
}

var titleOfBox = regexp.MustCompile(`(?i)^\s*<(?:p|div|span|strong|h[1-6])\b[^>]*class="[^"]*(?:title|heading)[^"]*"[^>]*>(.*?)</(?:p|div|span|strong|h[1-6])>\s*$`)

var (
	detailsStart = regexp.MustCompile(`(?i)^\s*<details\b([^>]*)>`)
	summaryText  = regexp.MustCompile(`(?is)^\s*<summary\b[^>]*>(.*?)</summary\s*>`)
)

// details makes a fold of <details>.
func (w *writing) details(indent string, block []string, depth int) []string {
	all := strings.Join(withoutEnd(dedented(block, indent), "details"), "\n")
	m := detailsStart.FindStringSubmatch(all)
	if m == nil {
		return apart(prefixed(indent, strings.Split(w.fragment(all), "\n"))...)
	}
	rest, title := all[len(m[0]):], ""
	if s := summaryText.FindStringSubmatch(rest); s != nil {
		rest, title = rest[len(s[0]):], markup.Line(blockTags.ReplaceAllString(s[1], " "))
	}
	open := strings.Contains(strings.ToLower(m[1]), "open")
	return w.fold(indent, w.inline(title), open, w.blocks(dedent(strings.Split(rest, "\n")), depth+1))
}

// blockTags are tags in a title, which is one line.
var blockTags = regexp.MustCompile(`(?i)</?(?:p|div|h[1-6]|br|span)\b[^>]*>`)

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

// What components of JSX and Vue are called that hold tabs, one of them, a fold, a
// film.
var (
	tabsComponent = regexp.MustCompile(`^(?:\w*Tabs|Tabs\w*|SimpleTab|CodeGroup)$`)
	foldComponent = regexp.MustCompile(`^(?:\w*Details|\w*Accordion|AccordionItem|Collapse|Collapsible|Expandable|Expander|Spoiler|DetailedExplanation)$`)
	filmComponent = regexp.MustCompile(`(?i)^(?:lite)?-?(youtube|vimeo|bilibili)(?:-?(?:embed|video|player))?$`)
	boxComponent  = regexp.MustCompile(`^(?:Callout|Admonition|Alert|Notice|Aside|InfoBox|Box)$`)
	tabItem       = regexp.MustCompile(`^\s*<(TabItem|Tab|Tabs\.Tab|TabsPanel|TabPanel|CodeGroupItem|CodeBlock|div|template)\b`)
	valuesOfTabs  = regexp.MustCompile(`label:\s*['"\x60]([^'"\x60]*)['"\x60],\s*value:\s*['"\x60]([^'"\x60]*)['"\x60]`)
	tocComponent  = regexp.MustCompile(`^(?:TOCInline|TOC|TableOfContents)$`)
)

// component rewrites a component of JSX or Vue.
func (w *writing) component(lines []string, i, depth int) (out []string, next int) {
	indent := leading(lines[i])
	some := strings.Join(lines[i:min(len(lines), i+longestTag)], "\n")[len(indent):]
	t, ok := readTag(some)
	if !ok {
		return nil, i
	}
	next = i + strings.Count(t.source, "\n") + 1
	rest, _, _ := strings.Cut(some[len(t.source):], "\n")
	var inside []string // up to its end, which is in the text
	end, behind := 0, ""
	if !t.empty {
		inside, behind, end = elementEnd(rest, lines, next, t.name)
	}
	label := markup.FirstLine(t.attrs["label"], t.attrs["title"], t.attrs["header"], t.attrs["summary"], t.attrs["name"])
	below := func() []string { return w.blocks(dedent(inside), depth+1) }
	film := filmComponent.FindStringSubmatch(t.name)
	switch {
	case w.imported[t.name] != "":
		if file, text, ok := w.found(w.imported[t.name]); ok {
			out = w.include(indent, file, strings.Split(text, "\n"), depth)
			break
		}
		out = w.note(indent, t.source, diag.Say("the component <%s>", t.name), diag.Say("write what is in %s here", w.imported[t.name]))
	case tabsComponent.MatchString(t.name) && end > 0:
		if out = w.tabsOf(t, indent, inside, depth); out != nil {
			rest, next = behind, end
			break
		}
		w.drop(diag.Say("<%s>, whose content stays", t.name))
		out, rest, next = prefixed(indent, below()), behind, end
	case (foldComponent.MatchString(t.name) || t.name == "details") && end > 0:
		fold := below()
		if s := summaryText.FindStringSubmatch(strings.Join(dedent(inside), "\n")); s != nil {
			rest := strings.TrimPrefix(strings.Join(dedent(inside), "\n"), s[0])
			label, fold = markup.Line(s[1]), w.blocks(strings.Split(rest, "\n"), depth+1)
		}
		_, open := t.attrs["open"]
		out, rest, next = w.fold(indent, w.inline(label), open, fold), behind, end
	case (boxComponent.MatchString(t.name) || w.im.words.isBox(t.name)) && end > 0:
		kind := t.name
		for _, k := range []string{t.attrs["type"], t.attrs["kind"], t.attrs["variant"], t.attrs["severity"]} {
			if w.im.words.isBox(k) {
				kind = k
			}
		}
		if !w.im.words.isBox(kind) {
			kind = "note"
		}
		out, rest, next = w.box(indent, kind, w.inline(markup.FirstLine(t.attrs["title"], t.attrs["label"])), below()), behind, end
	case film != nil && markup.Film(strings.ToLower(film[1]), markup.FirstLine(t.attrs["id"], t.attrs["videoid"], t.attrs["bvid"], t.attrs["youtubeid"])) != "":
		address := markup.Film(strings.ToLower(film[1]), markup.FirstLine(t.attrs["id"], t.attrs["videoid"], t.attrs["bvid"], t.attrs["youtubeid"]))
		out = apart(indent + w.im.words.html.FilmLink(t.attrs["title"], address))
		if end > 0 {
			rest, next = behind, end
		}
	case (t.name == "TabItem" || t.name == "Tab") && end > 0 && label != "": // alone, in no tabs
		out, rest, next = append(apart(indent+markup.Bold(markup.Escape(label))), prefixed(indent, below())...), behind, end
	case markup.Player(markup.FirstLine(t.attrs["src"], t.attrs["url"])):
		out = apart(indent + image(t.attrs["title"], markup.FirstLine(t.attrs["src"], t.attrs["url"]), ""))
		if end > 0 {
			rest, next = behind, end
		}
	case tocComponent.MatchString(t.name):
		w.drop(diag.Say("a table of contents"))
	case strings.HasSuffix(t.name, "Card") && label != "" && end > 0:
		href := markup.FirstLine(t.attrs["href"], t.attrs["link"], t.attrs["to"], t.attrs["doclink"], t.attrs["url"])
		title := markup.Escape(label)
		if href != "" && !strings.Contains(href, "(") {
			title = "[" + title + "](" + markup.Destination(href) + ")"
		}
		w.drop(diag.Say("<%s>, whose content stays", t.name))
		out, rest, next = append(apart(indent+"**"+title+"**"), prefixed(indent, below())...), behind, end
	case strings.HasSuffix(t.name, "Card") && label != "" && t.empty && t.attrs["link"]+t.attrs["href"]+t.attrs["to"] != "":
		w.drop(diag.Say("the look of <%s>", t.name))
		out = []string{indent + "- [" + markup.Escape(label) + "](" + markup.Destination(markup.FirstLine(t.attrs["link"], t.attrs["href"], t.attrs["to"])) + ")"}
		if i == 0 || !strings.HasPrefix(strings.TrimSpace(lines[i-1]), "<"+t.name) {
			out = append([]string{""}, out...)
		}
		if next >= len(lines) || !strings.HasPrefix(strings.TrimSpace(lines[next]), "<"+t.name) {
			out = append(out, "")
		}
	case end > 0 && t.attrs["label"]+t.attrs["title"] != "" && onlyLooks(t.attrs) && len(trimBlank(inside)) > 0:
		w.drop(diag.Say("the look of <%s>", t.name))
		out, rest, next = append(apart(indent+markup.Bold(markup.Escape(label))), prefixed(indent, below())...), behind, end
	case end > 0 && isBlank(strings.Join(inside, "")) && len(t.attrs) == 0:
		w.drop(diag.Say("<%s>", t.name))
		rest, next = behind, end
	case end > 0 && (len(t.attrs) == 0 || t.name == "template" || t.name == "Transition") && len(trimBlank(inside)) > 0:
		w.drop(diag.Say("<%s>, whose content stays", t.name))
		out, rest, next = apart(prefixed(indent, below())...), behind, end
	default:
		whole := t.source
		if !t.empty && strings.Contains(rest, "</"+t.name) {
			whole, rest = whole+rest, ""
		}
		out = w.note(indent, whole, diag.Say("the component <%s>", t.name), diag.Say("say it in Markdown"))
	}
	if !isBlank(rest) {
		out = append(out, w.inline(indent+rest))
	}
	return out, next
}

// onlyLooks reports whether all attributes of a component but its title say how
// it looks.
func onlyLooks(attrs map[string]string) bool {
	for name := range attrs {
		if !slices.Contains([]string{"label", "title", "icon", "class", "classname", "style", "id", "key", "color", "logo", "size", "cols", "columns", "variant"}, name) {
			return false
		}
	}
	return true
}

// elementEnd finds what stands in an element: the rest of the line of its tag, the
// lines up to its end, what stands behind that in its line, and the line below; 0
// when it has no end.
func elementEnd(rest string, lines []string, from int, name string) (inside []string, behind string, after int) {
	ofName := regexp.MustCompile(`<(/?)` + regexp.QuoteMeta(name) + `((?:[\s/](?:[^<>"']|"[^"]*"|'[^']*')*)?)(?:>|$)`)
	depth, code := 1, fenceState("")
	look := func(l string) (from, to int) {
		for _, m := range ofName.FindAllStringSubmatchIndex(l, -1) {
			switch {
			case m[2] < m[3]:
				if depth--; depth == 0 {
					return m[0], m[1]
				}
			case !strings.HasSuffix(l[m[4]:m[5]], "/"):
				depth++
			}
		}
		return -1, -1
	}
	if at, to := look(rest); at >= 0 {
		return []string{rest[:at]}, rest[to:], from
	}
	if !isBlank(rest) {
		inside = append(inside, rest)
	}
	for i, l := range lines[from:] {
		if code.within(l) {
			inside = append(inside, l)
			continue
		}
		if at, to := look(l); at >= 0 {
			if !isBlank(l[:at]) {
				inside = append(inside, l[:at])
			}
			return inside, l[to:], from + i + 1
		}
		inside = append(inside, l)
	}
	return nil, "", 0
}

// tabsOf makes tabs of a component that holds some; nil when none is found in it.
func (w *writing) tabsOf(t tag, indent string, lines []string, depth int) []string {
	names := map[string]string{}
	for _, m := range valuesOfTabs.FindAllStringSubmatch(t.source, -1) {
		names[m[2]] = m[1]
	}
	lines = dedent(lines)
	var all []tab
	for i := 0; i < len(lines); {
		l := lines[i]
		if isBlank(l) || comment.MatchString(strings.TrimSpace(l)) {
			i++
			continue
		}
		if f, ok := fenceAt(l); ok { // VuePress: a tab is a block of code
			title, block, next := w.codeBlock(f, lines, i)
			all, i = append(all, tab{title, block}), next
			continue
		}
		if !tabItem.MatchString(l) || depth >= deepestBlock {
			return nil
		}
		some := strings.Join(lines[i:min(len(lines), i+longestTag)], "\n")[len(leading(l)):]
		item, ok := readTag(some)
		if !ok {
			return nil
		}
		label := markup.FirstLine(item.attrs["label"], item.attrs["title"], item.attrs["name"], names[item.attrs["value"]], item.attrs["value"], item.attrs["v-slot"])
		rest, _, _ := strings.Cut(some[len(item.source):], "\n")
		next := i + strings.Count(item.source, "\n") + 1
		if item.empty {
			i = next
			continue
		}
		inside, behind, end := elementEnd(rest, lines, next, item.name)
		if end == 0 || label == "" {
			return nil
		}
		all, i = append(all, tab{w.inline(markup.Escape(label)), w.blocks(dedent(inside), depth+1)}), end
		if !isBlank(behind) {
			all[len(all)-1].inside = append(all[len(all)-1].inside, w.inline(behind))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return w.tabbed(indent, all)
}

// fragment converts a block of HTML.
func (w *writing) fragment(source string) string {
	o := w.im.words.html
	o.Fragment, o.FirstImage = true, len(w.p.data)
	r, err := markup.Convert(source, o)
	if err != nil {
		w.p.ask(markup.Shorten(source, 40), diag.Say("HTML was left as a note"), diag.Say("say it in Markdown"))
		return o.Note(source)
	}
	lines, code := strings.Split(w.p.converted(r), "\n"), fenceState("")
	for i, l := range lines {
		if w.dialect.mustaches && !code.within(l) {
			lines[i] = w.outsideCode(l, func(s string) string { return expressions(w, s, l) })
		}
	}
	return strings.Join(lines, "\n")
}
