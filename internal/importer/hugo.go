package importer

import (
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
)

// hugo is the Markdown of Hugo: front matter in TOML, too, and shortcodes.
var hugo = dialect{
	name:     "hugo",
	endings:  []string{".md", ".markdown"},
	settings: []string{"hugo.toml", "hugo.yaml", "hugo.yml", "config/_default/hugo.toml", "config.toml", "config.yaml"},
	sign:     regexp.MustCompile(`(?m)^\+\+\+\s*$|\{\{[<%]`),
	signed:   "_index.md",
	look: func(im *importing, p *project, s settings) {
		p.public = []string{"static"}
		p.pages = im.firstDir(s["contentDir"], "content")
	},
	bundles: true,
	address: func(f *project, p *page, dir, name string, index bool) string {
		if p.slug != "" {
			name = p.slug
		}
		return strings.ToLower(strings.ReplaceAll(f.at(dir, name, index), " ", "-"))
	},
	read: func(im *importing, in *input) {
		if jsonFront.Match(in.text) {
			im.diags = append(im.diags, in.lines.New(diag.Pos{Line: 1, Col: 1}, diag.Error, "front-matter", diag.Say("front matter in JSON is not read here"), diag.Say("write it in YAML, between two lines of ---")))
			return
		}
		im.markdownPage(in)
	},
	blocks: []blockRule{codeBlocks, quotes, formulaBlocks, admonitions, tabs, containers, shortcodes, htmlBlocks, alerts, comments, tablesOfContents, attributeLines},
	texts:  []textRule{refLinks, shortcodesInText, formulas, attributeLists, tags},
	code:   shownShortcodes,
}

var jsonFront = regexp.MustCompile(`^\{\s*"[\w-]+"\s*:`)

var (
	shortcode      = regexp.MustCompile(`\{\{([<%])\s*(/?)\s*([\w./-]+)((?:[^>%"]|"[^"]*"|[>%][^}])*?)\s*/?[>%]\}\}`)
	shownShortcode = regexp.MustCompile(`\{\{([<%])/\*(.*?)\*/([>%])\}\}`)
	anyShortcode   = regexp.MustCompile(shownShortcode.String() + "|" + shortcode.String())
	argument       = regexp.MustCompile(`(?:([\w-]+)\s*=\s*)?(?:"((?:[^"\\]|\\.)*)"|` + "`([^`]*)`" + `|([^\s"=` + "`" + `]+))`)
	refInLink      = regexp.MustCompile(`(\]\(\s*|\]:\s*|href=["']?)\{\{[<%]\s*(?:rel)?ref\s+(?:path=)?["` + "`" + `]?([^"` + "`" + `\s>%]+)["` + "`" + `]?[^}]*?[>%]\}\}`)
)

// shownShortcodes makes {{</* x */>}} what it shows: {{< x >}}.
func shownShortcodes(s string) string { return shownShortcode.ReplaceAllString(s, "{{$1$2$3}}") }

// refScheme marks a link that Hugo would look up by a page's name.
const refScheme = "whyfix-ref:"

func refLinks(_ *writing, s, _ string) string {
	return refInLink.ReplaceAllStringFunc(s, func(s string) string {
		m := refInLink.FindStringSubmatch(s)
		return m[1] + refScheme + markup.Destination(m[2])
	})
}

func shortcodesInText(w *writing, s, _ string) string {
	var b strings.Builder
	for {
		at := anyShortcode.FindStringSubmatchIndex(s)
		if at == nil {
			return b.String() + s
		}
		b.WriteString(s[:at[0]])
		found, rest := s[at[0]:at[1]], s[at[1]:]
		if shownShortcode.MatchString(found) {
			b.WriteString(markup.Code(shownShortcodes(found)))
		} else {
			text, behind := w.shortcodeInText(readShortcode(found), found, rest)
			b.WriteString(text)
			rest = behind
		}
		s = rest
	}
}

// shortcodeInText rewrites a shortcode within a line, and what it holds.
func (w *writing) shortcodeInText(c call, found, rest string) (text, behind string) {
	inside, after, ended := "", rest, false
	if !c.ends && !c.alone {
		end := regexp.MustCompile(`\{\{[<%]\s*/\s*` + regexp.QuoteMeta(c.said) + `\s*[>%]\}\}`).FindStringIndex(rest)
		if ended = end != nil; ended {
			inside, after = rest[:end[0]], rest[end[1]:]
		}
	}
	switch {
	case c.ends && slices.Contains(wrappers, c.name):
		w.drop(diag.Say("the shortcode %s, whose content stays", c.said))
		return "", rest
	case c.name == "param":
		if v, ok := w.param(c.first()); ok {
			return markup.Escape(v), rest
		}
	case c.name == "kbd" && (ended || c.first() != ""):
		return "<kbd>" + markup.Escape(markup.FirstLine(inside, c.first())) + "</kbd>", after
	case c.name == "icon" || c.name == "fa" || c.name == "copyable":
		w.drop(diag.Say("the shortcode %s", c.said))
		return "", rest
	case (c.name == "hl" || c.name == "highlight" || c.name == "code" || c.name == "math" || c.name == "katex") && ended:
		return markup.Code(inside), after
	case c.name == "mark" && ended:
		return "<mark>" + inside + "</mark>", after
	case (c.name == "button" || c.name == "link" || c.name == "ref-link") && ended && c.href() != "":
		return "[" + strings.TrimSpace(inside) + "](" + c.href() + ")", after
	case ended && (slices.Contains(wrappers, c.name) || slices.Contains(boxShortcodes, c.name)):
		w.drop(diag.Say("the shortcode %s, whose content stays", c.said))
		return shortcodesInText(w, inside, ""), after
	case c.name == "figure" || c.name == "img" || c.name == "image":
		if src := c.named["src"]; src != "" {
			return sized(image(c.named["alt"], src, markup.FirstLine(c.named["caption"], c.named["title"])), c.named["width"]), rest
		}
	}
	w.p.ask(found, diag.Say("the shortcode %s was left as a note", c.said), diag.Say("say it in Markdown"))
	return markup.Code(found), rest
}

// boxShortcodes are those of well-known themes that hold a box.
var boxShortcodes = []string{"notice", "callout", "alert", "hint", "admonition", "note", "tip", "warning", "info", "danger", "caution", "important", "details", "expand", "success", "pageinfo", "attachments", "accordion", "collapse", "spoiler", "fold"}

// wrappers are those that hold Markdown, and give it a place on the page.
var wrappers = []string{
	"tabs", "tab", "tabpane", "columns", "column", "col", "row", "cards", "cardpane", "card", "steps", "step", "div", "center", "wide", "blocks/section", "blocks/lead", "blocks/cover", "blocks/feature",
	"blocks/link-down", "td/columns", "section", "grid", "rawhtml", "unsafe", "md", "markdown", "lead",
}

// call is a shortcode as it is written.
type call struct {
	name, said string // in lower case, and as written
	markdown   bool   // {{% %}}: its content is Markdown
	ends       bool   // the end of one
	alone      bool   // it has no end
	named      map[string]string
	others     []string // arguments without names
}

func readShortcode(s string) call {
	m := shortcode.FindStringSubmatch(s)
	c := call{name: strings.ToLower(m[3]), said: m[3], markdown: m[1] == "%", ends: m[2] == "/", alone: strings.HasSuffix(strings.TrimRight(s[:len(s)-3], " "), "/"), named: map[string]string{}}
	for _, m := range argument.FindAllStringSubmatch(m[4], -1) {
		value := strings.ReplaceAll(m[2]+m[3]+m[4], `\"`, `"`)
		if m[1] != "" {
			c.named[strings.ToLower(m[1])] = value
		} else {
			c.others = append(c.others, value)
		}
	}
	return c
}

// first is the first argument without a name.
func (c call) first() string { return strings.Join(c.others[:min(1, len(c.others))], "") }

// value is the first of named arguments that says something.
func (c call) value(names ...string) string {
	for _, n := range names {
		if v := markup.Line(c.named[n]); v != "" {
			return v
		}
	}
	return ""
}

// href is where a button or a card leads.
func (c call) href() string {
	if page := c.value("relref", "ref"); page != "" {
		return refScheme + markup.Destination(page)
	}
	return markup.Destination(c.value("href", "link", "url"))
}

// shortcodes rewrites a shortcode that begins a line.
func shortcodes(w *writing, lines []string, i, depth int) ([]string, int) {
	l := strings.TrimSpace(lines[i])
	if !strings.HasPrefix(l, "{{<") && !strings.HasPrefix(l, "{{%") || isCode(lines, i) || depth >= deepestBlock {
		return nil, i
	}
	last := i + slices.IndexFunc(lines[i:min(len(lines), i+60)], func(l string) bool { return strings.Contains(l, "}}") })
	if last < i {
		return nil, i
	}
	whole := strings.TrimSpace(strings.Join(lines[i:last+1], " "))
	at := shortcode.FindStringIndex(whole)
	if at == nil || at[0] != 0 || shownShortcode.MatchString(whole[:at[1]]) {
		return nil, i
	}
	found, rest := whole[:at[1]], strings.TrimSpace(whole[at[1]:])
	c := readShortcode(found)
	indent := leading(lines[i])
	inside, behind, next := []string(nil), "", 0
	if !c.alone && !c.ends {
		inside, behind, next = shortcodeEnd(rest, lines, last+1, c.said)
	}
	if next == 0 && rest != "" {
		return nil, i // a sentence that starts with one
	}
	if next == 0 {
		inside, next = nil, last+1
	} else if inside == nil {
		inside = []string{}
	}
	out, ok := w.shortcode(c, indent, inside, depth)
	if !ok && behind != "" {
		return nil, i
	}
	if !ok {
		if c.ends {
			w.drop(diag.Say("the end of the shortcode %s", c.said))
			return nil, next
		}
		hint := diag.Say("say it in Markdown")
		if inside != nil {
			hint = diag.Say("%s; what stood inside of it stands below", hint)
		}
		out = slices.Concat(w.note(indent, found, diag.Say("the shortcode %s", c.said), hint), prefixed(indent, w.blocks(dedented(inside, indent), depth+1)))
	}
	if behind != "" {
		out = append(out, w.inline(indent+behind))
	}
	return out, next
}

// dedented are lines without the indent of the block around them.
func dedented(lines []string, indent string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimPrefix(l, indent)
	}
	return out
}

// shortcode rewrites a shortcode; inside is nil when it has no end.
func (w *writing) shortcode(c call, indent string, inside []string, depth int) (out []string, ok bool) {
	blocks := func() []string { return w.blocks(dedented(inside, indent), depth+1) }
	switch name := c.name; {
	case name == "figure" || name == "img" || name == "image":
		if src := c.value("src", "link"); src != "" {
			title := markup.FirstLine(c.named["caption"], c.named["title"])
			return apart(indent + sized(image(c.named["alt"], src, title), c.named["width"])), true
		}
	case name == "video" || name == "mp4" || name == "audio":
		if src := markup.FirstLine(c.value("src", "mp4", "webm", "url"), c.first()); src != "" {
			return apart(indent + image(c.value("alt", "title"), src, c.named["caption"])), true
		}
	case name == "youtube" || name == "vimeo" || name == "bilibili" || name == "youku":
		if address := markup.Film(name, markup.FirstLine(c.value("id", "bvid", "src"), c.first())); address != "" {
			return apart(indent + w.im.words.html.FilmLink(c.named["title"], address)), true
		}
	case (name == "highlight" || name == "code" || name == "mermaid" || name == "katex" || name == "math" || name == "code-toggle" || name == "command" || name == "gist") && inside != nil:
		return w.codeOf(c, indent, inside), true
	case name == "card" && c.named["code"] == "true" && inside != nil:
		return w.codeOf(c, indent, inside), true
	case name == "copyable" || name == "toc" || name == "icon" || name == "comment":
		w.drop(diag.Say("the shortcode %s", c.said))
		if inside != nil && name != "comment" {
			return blocks(), true
		}
		return nil, true
	case name == "include" || name == "readfile" || name == "include-md" || name == "import":
		file, text, ok := w.found(markup.FirstLine(c.value("file", "path"), c.first()))
		if ok && (c.named["code"] == "true" || c.named["lang"] != "" || !isText(file)) {
			w.drop(diag.Say("that a part comes from another file: it stands here"))
			return apart(prefixed(indent, markup.Fenced(c.named["lang"], strings.TrimRight(text, "\n")))...), true
		} else if ok {
			return w.include(indent, file, strings.Split(text, "\n"), depth), true
		}
	case (name == "details" || name == "expand" || name == "accordion" || name == "collapse" || name == "spoiler" || name == "fold") && inside != nil:
		title := markup.FirstLine(c.value("title", "summary", "header"), c.first())
		open := c.named["open"] == "true" || c.named["closed"] == "false" || slices.Contains(c.others, "open")
		return w.fold(indent, w.inline(title), open, blocks()), true
	case inside != nil && slices.Contains(boxShortcodes, name):
		kind, title := name, c.value("title", "heading", "summary")
		for _, k := range append(slices.Clone(c.others[:min(1, len(c.others))]), c.named["color"], c.named["type"], c.named["kind"], c.named["context"]) {
			if w.im.words.isBox(k) {
				kind = k
			}
		}
		if title == "" {
			for _, o := range c.others { // {{% notice tip "title" %}}
				if !w.im.words.isBox(o) {
					title = o
					break
				}
			}
		}
		if !w.im.words.isBox(kind) {
			kind = "note"
		}
		return w.box(indent, kind, w.inline(title), blocks()), true
	case (name == "tabs" || name == "tabpane" || name == "tabset" || name == "codetabs") && inside != nil:
		if all, before := w.shortTabs(c, dedented(inside, indent), depth+1); len(all) > 0 {
			return slices.Concat(prefixed(indent, before), w.tabbed(indent, all)), true
		}
		w.drop(diag.Say("the shortcode %s, whose content stays", c.said))
		return prefixed(indent, blocks()), true
	case (name == "card" || name == "blocks/feature" || name == "tab") && inside != nil:
		w.drop(diag.Say("the shortcode %s, whose content stays", c.said))
		title := w.inline(markup.FirstLine(c.value("header", "title", "name"), c.first()))
		if href := c.href(); href != "" && title != "" {
			title = "[" + title + "](" + href + ")"
		}
		if title != "" {
			out = apart(indent + markup.Bold(title))
		}
		return append(out, prefixed(indent, blocks())...), true
	case name == "card" && inside == nil && c.value("title") != "":
		title := w.inline(c.value("title"))
		if href := c.href(); href != "" {
			title = "[" + title + "](" + href + ")"
		}
		out = []string{indent + "- " + title}
		if more := c.value("subtitle", "description"); more != "" {
			out[0] += " – " + w.inline(more)
		}
		return out, true
	case (name == "button" || name == "link") && inside != nil && c.href() != "":
		return apart(indent + "[" + markup.Line(strings.Join(inside, " ")) + "](" + c.href() + ")"), true
	case inside != nil && slices.Contains(wrappers, name):
		w.drop(diag.Say("the shortcode %s, whose content stays", c.said))
		if title := c.value("title", "header"); title != "" {
			out = apart(indent + markup.Bold(w.inline(title)))
		}
		return append(out, prefixed(indent, blocks())...), true
	case inside == nil && (slices.Contains(wrappers, name) || c.ends):
		w.drop(diag.Say("the shortcode %s", c.said))
		return nil, true
	case name == "param":
		if v, ok := w.param(c.first()); ok {
			return []string{indent + markup.Escape(v)}, true
		}
	}
	return nil, false
}

// codeOf is the block of code that a shortcode holds.
func (w *writing) codeOf(c call, indent string, inside []string) []string {
	language := markup.FirstLine(c.value("lang", "language"), c.first())
	text := dedented(inside, indent)
	switch c.name {
	case "mermaid":
		language = "mermaid"
	case "katex", "math":
		language = "tex"
	case "code-toggle":
		language = "toml"
		for _, l := range text {
			if l = strings.TrimSpace(l); l == "" || l[0] == '#' || strings.HasPrefix(l, "+++") {
				continue
			}
			if l[0] == '{' {
				language = "json"
			} else if equals, colon := strings.IndexByte(l, '='), strings.IndexByte(l, ':'); l[0] != '[' && (equals < 0 || colon >= 0 && colon < equals) {
				language = "yaml"
			}
			break
		}
	}
	if !plainLanguage.MatchString(language) {
		language = ""
	}
	for i := range text {
		text[i] = shownShortcodes(text[i])
	}
	out := markup.Fenced(language, strings.Trim(strings.Join(text, "\n"), "\n"))
	if title := c.value("title", "file", "filename", "header"); title != "" {
		if c.name == "code-toggle" && !strings.Contains(title, ".") && title != "hugo" {
			title = ""
		} else if c.name == "code-toggle" && !strings.Contains(title, ".") {
			title += "." + language
		}
		if title != "" {
			out = append([]string{"**" + markup.Escape(title) + "**", ""}, out...)
		}
	}
	return apart(prefixed(indent, out)...)
}

var plainLanguage = regexp.MustCompile(`^[\w+#.-]*$`)

// shortTabs are the tabs between shortcodes: docsy's, Hextra's, and those of other
// themes. Before is what stands before the tabs.
func (w *writing) shortTabs(pane call, lines []string, depth int) (all []tab, before []string) {
	lines = slices.Clone(lines)
	names := strings.FieldsFunc(pane.value("items", "titles"), func(r rune) bool { return r == ',' })
	for i := 0; i < len(lines); {
		l := strings.TrimSpace(lines[i])
		last := i + slices.IndexFunc(lines[i:min(len(lines), i+20)], func(l string) bool { return strings.Contains(l, "}}") })
		if last < i || !strings.HasPrefix(l, "{{") {
			if i++; l != "" && len(all) == 0 {
				before = append(before, w.blocks(lines[i-1:i], depth)...)
			} else if l != "" {
				all[len(all)-1].inside = append(all[len(all)-1].inside, w.blocks(lines[i-1:i], depth)...)
			}
			continue
		}
		l = strings.TrimSpace(strings.Join(lines[i:last+1], " "))
		at := shortcode.FindStringIndex(l)
		if at == nil || at[0] != 0 {
			i++
			continue
		}
		c := readShortcode(l[:at[1]])
		if c.name != "tab" && c.name != "tab-item" && c.name != "tabitem" {
			block, next := shortcodes(w, lines, i, depth)
			if len(all) > 0 {
				all[len(all)-1].inside = append(all[len(all)-1].inside, block...)
			} else {
				before = append(before, block...)
			}
			i = max(next, i+1)
			continue
		}
		title := markup.FirstLine(c.value("header", "title", "name", "label"), c.first())
		if title == "" && len(all) < len(names) {
			title = strings.TrimSpace(names[len(all)])
		}
		var inside []string
		next, behind := 0, ""
		if !c.alone {
			inside, behind, next = shortcodeEnd(strings.TrimSpace(l[at[1]:]), lines, last+1, c.said)
		}
		if next == 0 {
			behind, next = strings.TrimSpace(l[at[1]:]), last+1
		}
		if i = next; behind != "" { // the next one may start in the same line
			i--
			lines[i] = behind
		}
		title = w.inline(title)
		asText := c.markdown || pane.markdown || pane.name != "tabpane" || pane.named["text"] == "true" || c.named["text"] == "true"
		switch {
		case c.named["disabled"] == "true" && len(trimBlank(inside)) == 0:
			if title != "" {
				before = append(before, apart(title)...)
			}
		case asText:
			all = append(all, tab{title, w.blocks(dedent(inside), depth)})
		default:
			language := markup.FirstLine(c.value("lang", "highlight"), pane.value("lang", "highlight"))
			code := call{name: "highlight", named: map[string]string{"lang": language}}
			all = append(all, tab{title, w.codeOf(code, "", dedent(inside))})
		}
	}
	return all, before
}

// shortcodeEnd finds what stands in a shortcode: the rest of its line, the lines up
// to its end, what stands behind that in its line, and the line below; 0 when it
// has no end.
func shortcodeEnd(rest string, lines []string, from int, name string) (inside []string, behind string, after int) {
	depth := 1
	look := func(l string) int {
		for _, at := range anyShortcode.FindAllStringSubmatchIndex(l, -1) {
			if at[2] >= 0 { // one that is shown
				continue
			}
			c := readShortcode(l[at[0]:at[1]])
			switch {
			case c.said != name || c.alone:
			case !c.ends:
				depth++
			default:
				if depth--; depth == 0 {
					return at[0]
				}
			}
		}
		return -1
	}
	end := func(l string, at int) string { return strings.TrimSpace(l[at+len(shortcode.FindString(l[at:])):]) }
	if rest != "" {
		if at := look(rest); at >= 0 {
			return []string{rest[:at]}, end(rest, at), from
		}
		inside = append(inside, rest)
	}
	for i, l := range lines[from:] {
		if at := look(l); at >= 0 {
			if !isBlank(l[:at]) {
				inside = append(inside, l[:at])
			}
			return inside, end(l, at), from + i + 1
		}
		inside = append(inside, l)
	}
	return nil, "", 0
}

// attributeLine is a line that gives the block above it a class or the like.
var attributeLine = regexp.MustCompile(`^[ >]*` + attrList.String() + `\s*$`)

func attributeLines(w *writing, lines []string, i, _ int) ([]string, int) {
	if i == 0 || isBlank(lines[i-1]) || !attributeLine.MatchString(lines[i]) {
		return nil, i
	}
	w.drop(diag.Say("attributes in braces"))
	return nil, i + 1
}
