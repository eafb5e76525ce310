package importer

import (
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
)

// markdownPage reads a page in the Markdown of a dialect.
func (im *importing) markdownPage(in *input) {
	im.fillIn(in)
	entries, body, bad := frontMatter(in)
	if im.diags = append(im.diags, bad...); bad.Errors() > 0 {
		return
	}
	p := in.page()
	p.facts(im, entries)
	w := &writing{im: im, p: p, dialect: im.project.dialect, droppings: droppings{}, entries: entries, imported: map[string]string{}, including: []string{in.name}, defined: map[string]bool{}}
	text := w.define(markup.Printable(string(in.text[body:])))
	w.math = im.project.math || texFormula.MatchString(text)
	p.body = strings.Join(w.blocks(strings.Split(text, "\n"), 0), "\n")
	w.leftOut(p)
	im.pages = append(im.pages, p)
}

// writing rewrites the Markdown of a dialect, line by line, into what every
// Markdown program reads.
type writing struct {
	im      *importing
	p       *page
	dialect *dialect
	droppings
	entries   []content.Entry   // of the front matter
	imported  map[string]string // files whose text a component of MDX stands for, by its name
	including []string          // the files that are being written into this page
	included  int               // bytes of them so far
	defined   map[string]bool   // names of links whose address the page says, in lower case
	math      bool              // the page has formulas
}

// blockRule rewrites what starts at a line. It returns the line behind that,
// or the same line when nothing of its kind starts there.
type blockRule func(w *writing, lines []string, i, depth int) (out []string, next int)

// textRule rewrites a piece of a line; whole is the line.
type textRule func(w *writing, s, whole string) string

// deepestBlock is how far boxes, tabs and quotes may lie in each other.
const deepestBlock = 12

// blocks rewrites lines by the rules of the dialect.
func (w *writing) blocks(lines []string, depth int) []string {
	var out []string
next:
	for i := 0; i < len(lines); {
		for _, rule := range w.dialect.blocks {
			if block, next := rule(w, lines, i, depth); next > i {
				out, i = append(out, block...), next
				continue next
			}
		}
		if l := lines[i]; isCode(lines, i) {
			out = append(out, l)
		} else {
			out = append(out, literal(w.inline(l)))
		}
		i++
	}
	return out
}

// note is the block that stands in the place of what could not be kept, and a
// line of the report.
func (w *writing) note(indent, source string, what, hint diag.Text) []string {
	w.p.ask(markup.Line(source), diag.Say("%s was left as a note", what), hint)
	return apart(indent + w.im.words.html.Note(source))
}

// apart sets a block off by blank lines.
func apart(block ...string) []string { return append(append([]string{""}, block...), "") }

func prefixed(prefix string, lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		if out[i] = prefix + l; l == "" {
			out[i] = strings.TrimRight(prefix, " ")
		}
	}
	return out
}

func leading(l string) string { return l[:len(l)-len(strings.TrimLeft(l, " \t"))] }

// width is how far a line is indented.
func width(l string) int { return len(strings.ReplaceAll(leading(l), "\t", "    ")) }

func isBlank(l string) bool { return strings.TrimSpace(l) == "" }

var listItem = regexp.MustCompile(`^\s*(?:[-*+]|\d{1,9}[.)])(?:\s|$)|^ {0,3}\[\^[^\]]+\]:`)

// isCode tells a line that is code because it is indented, and does not stand in
// an item of a list.
func isCode(lines []string, i int) bool {
	if width(lines[i]) < 4 {
		return false
	}
	blank := i == 0 // something blank stands between
	for j := i - 1; j >= 0; j-- {
		switch l := lines[j]; {
		case isBlank(l):
			blank = true
		case listItem.MatchString(l):
			return false
		case width(l) == 0 || j == 0:
			for k := j - 1; k >= 0 && !isBlank(lines[k]); k-- { // the start of its paragraph
				if listItem.MatchString(lines[k]) {
					return false
				}
			}
			return blank
		}
	}
	return blank
}

// fence is the row of signs around a block of code.
type fence struct{ indent, signs, info string }

var fenceLine = regexp.MustCompile("^(\\s*(?:>\\s?)*)(`{3,}|~{3,})\\s*(.*)$")

func fenceAt(l string) (fence, bool) {
	m := fenceLine.FindStringSubmatch(l)
	if m == nil {
		return fence{}, false
	}
	return fence{m[1], m[2], strings.TrimSpace(m[3])}, true
}

// state is that of a text in this block.
func (f fence) state() fenceState { return fenceState(f.indent + f.signs) }

// fenceState follows the lines of a text through its blocks of code: it is the
// first fence of the one that is open.
type fenceState string

// within reports whether a line belongs to a block of code, its fences too. A
// fence that is further to the right than the first is part of the code.
func (open *fenceState) within(l string) bool {
	if *open == "" {
		f, ok := fenceAt(l)
		if ok {
			*open = f.state()
		}
		return ok
	}
	first, _ := fenceAt(string(*open))
	if f, ok := fenceAt(l); ok && strings.HasPrefix(f.signs, first.signs) && f.info == "" && len(f.indent) < len(first.indent)+4 {
		*open = ""
	}
	return true
}

var titleOption = regexp.MustCompile(`(?:title|name|file)=["']([^"']+)["']|^\[([^\]]+)\]|\s\[([^\]]+)\]$`)

// language is the language that a block of code names, {.sh} among them.
func (f fence) language() string {
	if m := classLanguage.FindStringSubmatch(f.info); m != nil {
		return m[1]
	}
	if at := strings.IndexAny(f.info, " {[:,"); at >= 0 {
		return f.info[:at]
	}
	return f.info
}

var classLanguage = regexp.MustCompile(`^\{\s*\.([\w+-]+)`)

// codeBlocks copies a block of code: what is in it stays as it is, but of its
// options only the language and a title are known everywhere.
func codeBlocks(w *writing, lines []string, i, _ int) (out []string, next int) {
	f, ok := fenceAt(lines[i])
	if !ok || f.signs[0] == '`' && strings.Contains(f.info, "`") {
		return nil, i
	}
	title, block, next := w.codeBlock(f, lines, i)
	if title != "" {
		block = append([]string{f.indent + "**" + title + "**", strings.TrimRight(f.indent, " ")}, block...)
	}
	return block, next
}

// codeBlock is a block of code, and the title that its options have.
func (w *writing) codeBlock(f fence, lines []string, i int) (title string, out []string, next int) {
	language := f.language()
	if options := strings.TrimSpace(strings.TrimPrefix(f.info, language)); options != "" {
		if options != "{."+language+"}" {
			w.drop(diag.Say("the options of a code block"))
		}
		if m := titleOption.FindStringSubmatch(options); m != nil {
			title = markup.Escape(m[1] + m[2] + m[3])
		}
	}
	out = append(out, f.indent+f.signs+language)
	state := f.state()
	for i++; i < len(lines); i++ {
		if state.within(lines[i]); state == "" {
			return title, append(out, lines[i]), i + 1
		}
		l := lines[i]
		if part, next := w.partOfCode(lines, i); next > i {
			out, i = append(out, part...), next-1
			continue
		}
		if w.dialect.code != nil {
			l = w.dialect.code(l)
		}
		out = append(out, l)
	}
	return title, append(out, f.indent+f.signs), i
}

var contentsLine = regexp.MustCompile(`(?i)^\s*(\[\[?toc\]?\]|\[\[_toc_\]\])\s*$`)

var (
	quoteLine   = regexp.MustCompile(`^(\s*)> ?(.*)$`)
	blockInside = regexp.MustCompile(`^\s*(?:<[a-zA-Z!/]|:::|!!!|\?\?\?|===|\{\{[<%]|\$\$|\{/\*|-+8<-|<<<|\{[:.#])`)
)

// quotes rewrites what stands in a quote, where it is more than text.
func quotes(w *writing, lines []string, i, depth int) ([]string, int) {
	m := quoteLine.FindStringSubmatch(lines[i])
	if m == nil || isCode(lines, i) || depth >= deepestBlock {
		return nil, i
	}
	indent, next, more := m[1], i, false
	var inside []string
	for ; next < len(lines); next++ {
		q := quoteLine.FindStringSubmatch(lines[next])
		if q == nil || len(q[1]) > len(indent)+3 {
			break
		}
		inside = append(inside, q[2])
		more = more || blockInside.MatchString(q[2])
	}
	if !more {
		return nil, i
	}
	head, from := alerts(w, lines, i, depth)
	out := head
	wasBlank, code := true, fenceState("")
	for _, l := range trimBlank(w.blocks(inside[min(from-i, len(inside)):], depth+1)) {
		if blank := isBlank(l); code.within(l) || !blank || !wasBlank {
			out = append(out, prefixed(indent+"> ", []string{l})...)
			wasBlank = blank
		}
	}
	return out, next
}

// tablesOfContents leaves out what every page of the site has by itself.
func tablesOfContents(w *writing, lines []string, i, _ int) ([]string, int) {
	if !contentsLine.MatchString(lines[i]) {
		return nil, i
	}
	w.drop(diag.Say("a table of contents"))
	return nil, i + 1
}

// inline rewrites what stands within a line, but for code. What one rule made
// code is code for the next.
func (w *writing) inline(l string) string {
	whole := l
	for _, rule := range w.dialect.texts {
		l = w.outsideCode(l, func(s string) string { return rule(w, s, whole) })
	}
	return l
}

// outsideCode rewrites the pieces of a line between its code spans.
func (w *writing) outsideCode(l string, rewrite func(string) string) string {
	var b strings.Builder
	behind := 0
	for _, span := range codeSpans(l) {
		b.WriteString(rewrite(l[behind:span[0]]))
		if behind = span[1]; w.dialect.code != nil {
			b.WriteString(w.dialect.code(l[span[0]:behind]))
		} else {
			b.WriteString(l[span[0]:behind])
		}
	}
	return b.String() + rewrite(l[behind:])
}

var backticks = regexp.MustCompile("`+")

// codeSpans are the starts and ends of the code in a line: from one run of
// backticks to the next of the same length.
func codeSpans(l string) (spans [][2]int) {
	for runs := backticks.FindAllStringIndex(l, -1); len(runs) > 0; runs = runs[1:] {
		open := runs[0]
		if i := slices.IndexFunc(runs[1:], func(r []int) bool { return r[1]-r[0] == open[1]-open[0] }); i >= 0 {
			runs = runs[i+1:]
			spans = append(spans, [2]int{open[0], runs[0][1]})
		}
	}
	return spans
}
