package importer

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

// markdownPage reads a page in the Markdown of one of the generators.
func (im *importing) markdownPage(name string, data []byte) {
	shown := im.src.show(name)
	lines, source, bad := content.Decode(shown, data)
	if bad != nil {
		im.diags = append(im.diags, *bad)
		return
	}
	p := &page{source: name, shown: shown, dir: path.Dir(name), name: stem(name), into: path.Dir(name)}
	if im.project.family == Hugo && jsonFront.Match(source) {
		im.diags = append(im.diags, lines.New(diag.Pos{Line: 1, Col: 1}, diag.Error, "front-matter", "front matter in JSON is not read here", "write it in YAML, between two lines of ---"))
		return
	}
	front, fence, body, ended := cutFront(source)
	if !ended {
		im.diags = append(im.diags, lines.New(diag.Pos{Line: 1, Col: 1}, diag.Error, "front-matter", "front matter starts here and never ends", "put a line of "+fence+" below its last key"))
		return
	}
	var entries []content.Entry
	var found diag.List
	switch {
	case front == nil:
	case fence == "+++":
		start := len(source[:body]) - len(front) // the reader needs the place in the whole file
		if i := strings.Index(string(source), string(front)); i >= 0 {
			start = i
		}
		entries, found = tomlFront(lines, source[:start+len(front)], start)
	default:
		entries, found = content.Entries(lines, front, 1)
	}
	im.diags = append(im.diags, found...)
	if found.Errors() > 0 {
		return
	}
	p.facts(im, entries)
	w := &writing{im: im, p: p, droppings: droppings{}}
	p.body = strings.Join(w.blocks(strings.Split(printable(string(source[body:])), "\n"), 0), "\n")
	w.leftOut(p)
	im.pages = append(im.pages, p)
}

var jsonFront = regexp.MustCompile(`^\{\s*"[\w-]+"\s*:`)

// writing rewrites the Markdown of a generator, line by line, into what every
// Markdown program reads.
type writing struct {
	im *importing
	p  *page
	droppings
}

// note is the block that stands in the place of what could not be kept, and a
// line of the report.
func (w *writing) note(indent, source, what, hint string) []string {
	w.p.ask(line(source), what+" was left as a note", hint)
	return []string{"", indent + w.im.words.note(source), ""}
}

var (
	fenceLine  = regexp.MustCompile("^(\\s*(?:>\\s?)*)(`{3,}|~{3,})\\s*(.*)$")
	boxLine    = regexp.MustCompile(`^(\s*)(?:!!!|\?\?\?\+?)\s+([\w-]+)[\w -]*?(?:\s+"(.*)")?\s*$`)
	tabLine    = regexp.MustCompile(`^(\s*)===[!+]?\s+"(.*)"\s*$`)
	colonLine  = regexp.MustCompile(`^(\s*)(:{3,})\s*([A-Za-z][\w-]*)\s*(.*)$`)
	colonEnd   = regexp.MustCompile(`^\s*(:{3,})\s*$`)
	importLine = regexp.MustCompile(`^(?:import\s+(?:[\w*{][^'"]*\s+from\s+)?['"]|export\s+(?:default|const|let|var|function|async|class|\{|\*))`)
	snippet    = regexp.MustCompile(`^\s*(?:(-+8<-+.*)|(<<<\s*@?.*)|(@\[code.*)|(:::\s*[\w.]+\s*$))`)
	contents   = regexp.MustCompile(`(?i)^\s*(\[\[?toc\]?\]|\[\[_toc_\]\])\s*$`)
	attrList   = regexp.MustCompile(`\{:?\s*(?:[.#][\w-]+|[\w-]+=(?:"[^"]*"|[\w-]+))(?:\s+(?:[.#][\w-]+|[\w-]+=(?:"[^"]*"|[\w-]+)))*\s*\}`)
	tagStart   = regexp.MustCompile(`^\s*<(/?)([A-Za-z][\w.-]*)(?:[\s/>]|$)`)
	alertLine  = regexp.MustCompile(`^([ >]*>\s*)\[!(\w+)\][+-]?\s*(.*)$`)
	mdxComment = regexp.MustCompile(`^\s*\{/\*`)
)

// deepestBlock is how far boxes, tabs and quotes may lie in each other.
const deepestBlock = 12

// blocks rewrites lines.
func (w *writing) blocks(lines []string, depth int) []string {
	var out []string
	family := w.im.project.family
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		if m := fenceLine.FindStringSubmatch(l); m != nil && !(m[2][0] == '`' && strings.Contains(m[3], "`")) {
			var block []string
			block, i = w.code(lines, i, m)
			out = append(out, block...)
			continue
		}
		if depth < deepestBlock {
			if m := boxLine.FindStringSubmatch(l); m != nil {
				inside, next := indented(lines, i+1, len(m[1])+4)
				out = append(out, w.box(m[1], m[2], m[3], w.blocks(inside, depth+1))...)
				i = next - 1
				continue
			}
			if m := tabLine.FindStringSubmatch(l); m != nil && family != VitePress {
				inside, next := indented(lines, i+1, len(m[1])+4)
				w.drop("tabs, laid out one below the other")
				out = append(out, "", m[1]+"**"+escape(m[2])+"**", "")
				for _, in := range w.blocks(inside, depth+1) {
					out = append(out, prefixed(m[1], in))
				}
				out = append(out, "")
				i = next - 1
				continue
			}
			if m := colonLine.FindStringSubmatch(l); m != nil && family != MkDocs {
				inside, next := enclosed(lines, i, m[2])
				out = append(out, w.container(m[1], m[3], m[4], inside, depth)...)
				i = next - 1
				continue
			}
		}
		if block, next, ok := w.tagged(lines, i, depth); ok {
			out = append(out, block...)
			i = next - 1
			continue
		}
		if m := alertLine.FindStringSubmatch(l); m != nil {
			out = append(out, m[1]+"**"+escape(w.im.words.box(m[2], m[3]))+"**", strings.TrimRight(m[1], " "))
			continue
		}
		switch {
		case family != Hugo && family != MkDocs && importLine.MatchString(l):
			end := i + 1
			for open := balance(l); end < len(lines) && open > 0 && strings.TrimSpace(lines[end]) != ""; end++ {
				open += balance(lines[end])
			}
			for end < len(lines) && importLine.MatchString(lines[end]) && strings.HasPrefix(l, "import") && strings.HasPrefix(lines[end], "import") {
				end++
			}
			out = append(out, w.note("", strings.Join(lines[i:end], " "), "the "+strings.Fields(l)[0]+" of a program", "delete the note, if nothing is missing")...)
			i = end - 1
		case mdxComment.MatchString(l):
			end := i
			for end < len(lines) && !strings.Contains(lines[end], "*/}") {
				end++
			}
			if end == len(lines) {
				end = i
			}
			w.drop("a comment")
			if _, rest, found := strings.Cut(lines[end], "*/}"); found && strings.TrimSpace(rest) != "" {
				out = append(out, w.inline(rest))
			}
			i = end
		case contents.MatchString(l):
			w.drop("a table of contents")
		case family != Hugo && snippet.MatchString(l):
			out = append(out, w.note(leading(l), strings.TrimSpace(l), "a part from another file", "write that part here")...)
		case isCode(lines, i):
			out = append(out, l)
		default:
			out = append(out, w.inline(l))
		}
	}
	return out
}

// code copies a block of code; what is in it stays as it is.
func (w *writing) code(lines []string, i int, m []string) ([]string, int) {
	info := strings.TrimSpace(m[3])
	language, rest := info, ""
	if at := strings.IndexAny(info, " {[:,"); at >= 0 {
		language, rest = info[:at], strings.TrimSpace(info[at:])
	}
	if rest != "" {
		w.drop("the options of a code block")
	}
	return w.codeBlock(lines, i, m, language, codeTitle(rest))
}

var titleOption = regexp.MustCompile(`(?:title|name|file)=["']([^"']+)["']|^\[([^\]]+)\]|\s\[([^\]]+)\]$`)

func codeTitle(options string) string {
	m := titleOption.FindStringSubmatch(options)
	if m == nil {
		return ""
	}
	return m[1] + m[2] + m[3]
}

func (w *writing) codeBlock(lines []string, i int, m []string, info, title string) ([]string, int) {
	var out []string
	if title != "" {
		out = append(out, m[1]+"**"+escape(title)+"**", strings.TrimRight(m[1], " "))
	}
	out = append(out, m[1]+m[2]+info)
	closed := regexp.MustCompile(`^[\s>]*` + m[2][:1] + `{` + strconv.Itoa(len(m[2])) + `,}\s*$`)
	for i++; i < len(lines); i++ {
		if closed.MatchString(lines[i]) {
			return append(out, lines[i]), i
		}
		l := lines[i]
		if w.im.project.family == Hugo { // {{</* x */>}} shows a shortcode
			l = shownCode.ReplaceAllString(l, "{{$1$2$3}}")
		}
		out = append(out, l)
	}
	return append(out, m[1]+m[2]), i
}

var shownCode = regexp.MustCompile(`\{\{([<%])/\*(.*?)\*/([>%])\}\}`)

// indented are the lines that belong to a box: those indented at least as far,
// and blank lines between them.
func indented(lines []string, from, by int) (inside []string, next int) {
	end := from
	for i := from; i < len(lines); i++ {
		l := strings.ReplaceAll(lines[i], "\t", "    ")
		if strings.TrimSpace(l) == "" {
			continue
		}
		if len(leading(l)) < by {
			break
		}
		end = i + 1
	}
	for _, l := range lines[from:end] {
		l = strings.ReplaceAll(l, "\t", "    ")
		inside = append(inside, l[min(by, len(leading(l))):])
	}
	return inside, end
}

// enclosed are the lines of a container up to the line that closes it.
func enclosed(lines []string, at int, colons string) (inside []string, next int) {
	depth := 1
	fence := ""
	for i := at + 1; i < len(lines); i++ {
		if m := fenceLine.FindStringSubmatch(lines[i]); m != nil {
			switch {
			case fence == "":
				fence = m[2]
			case strings.HasPrefix(m[2], fence) && m[3] == "":
				fence = ""
			}
			continue
		}
		if fence != "" {
			continue
		}
		if m := colonEnd.FindStringSubmatch(lines[i]); m != nil && len(m[1]) == len(colons) {
			if depth--; depth == 0 {
				return lines[at+1 : i], i + 1
			}
		} else if m := colonLine.FindStringSubmatch(lines[i]); m != nil && len(m[2]) == len(colons) {
			depth++
		}
	}
	return lines[at+1:], len(lines)
}

func leading(l string) string { return l[:len(l)-len(strings.TrimLeft(l, " \t"))] }

func prefixed(prefix, l string) string {
	if l == "" {
		return strings.TrimRight(prefix, " ")
	}
	return prefix + l
}

func balance(l string) int {
	return strings.Count(l, "{") + strings.Count(l, "(") - strings.Count(l, "}") - strings.Count(l, ")")
}

// box makes a quote of a box: its heading in bold, its text below.
func (w *writing) box(indent, kind, title string, inside []string) []string {
	out := []string{"", indent + "> **" + escape(w.im.words.box(kind, title)) + "**", indent + ">"}
	for len(inside) > 0 && strings.TrimSpace(inside[0]) == "" {
		inside = inside[1:]
	}
	for len(inside) > 0 && strings.TrimSpace(inside[len(inside)-1]) == "" {
		inside = inside[:len(inside)-1]
	}
	for i, l := range inside {
		if strings.TrimSpace(l) == "" && i > 0 && strings.TrimSpace(inside[i-1]) == "" {
			continue
		}
		out = append(out, prefixed(indent+"> ", l))
	}
	return append(out, "")
}

var labelled = regexp.MustCompile(`^\[([^\]]*)\]\s*(.*)$`)

// container rewrites what stands between lines of colons.
func (w *writing) container(indent, kind, rest string, inside []string, depth int) []string {
	rest = strings.TrimSpace(rest)
	if m := labelled.FindStringSubmatch(rest); m != nil {
		rest = m[1]
	} else if i := strings.IndexByte(rest, '{'); i >= 0 {
		w.drop("the attributes of a box")
		rest = rest[:i]
	}
	in := make([]string, len(inside))
	for i, l := range inside {
		in[i] = strings.TrimPrefix(l, indent)
	}
	converted := w.blocks(in, depth+1)
	switch strings.ToLower(kind) {
	case "v-pre", "raw", "code-group", "tabs", "div":
		w.drop("::: " + kind + ", whose content stays")
		var out []string
		for _, l := range converted {
			out = append(out, prefixed(indent, l))
		}
		return out
	}
	if _, known := w.im.words.boxes[strings.ToLower(kind)]; !known {
		w.p.ask(w.im.words.box(kind, rest), "the box ::: "+kind+" is not known: its content stands as a quote", "")
	}
	return w.box(indent, kind, rest, converted)
}
