package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"

	"whyfix/internal/diag"
)

// meantAsAttribute is how what stands in braces behind a heading begins if it
// is about the heading: .cause, #name, for=…
var meantAsAttribute = regexp.MustCompile(`^\s*(?:[.#][^\s.#]|[A-Za-z]+\s*=)`)

// lostAttributes reports what stands in braces behind a heading and is not read
// as it was meant: it would be shown to readers, and the way from the symptom to
// the solution would have a gap.
func (r *reading) lostAttributes(h *ast.Heading) {
	if h.Lines().Len() == 0 {
		return
	}
	for _, name := range []string{"tag", "for"} {
		switch v, ok := h.AttributeString(name); v.(type) {
		case []byte, string:
		default:
			if ok { // {tag=007} is the number 7
				r.problem(r.at(h.Pos()), diag.Error, "heading-attribute", "this value of "+name+" is read as a number or a sign, not as a text",
					`put the value in quotes: {`+name+`="…"}`)
			}
		}
	}
	last := h.Lines().At(h.Lines().Len() - 1)
	written := bytes.TrimRight(last.Value(r.source), " \t\n")
	if len(written) == 0 || written[len(written)-1] != '}' {
		return
	}
	line := string(written)
	open := strings.LastIndexByte(line, '{')
	if open < 0 || open > 0 && line[open-1] == '\\' {
		return
	}
	inside := line[open+1 : len(line)-1]
	if !meantAsAttribute.MatchString(inside) || strings.Contains(inside, "}") {
		return
	}
	hint := "write it as {.cause}, {#name} or {for=\"…\"}"
	if quoted := QuotedAttributes(inside); quoted != inside {
		hint = "put the value in quotes: {" + quoted + "}"
	}
	r.problem(r.at(last.Start+open), diag.Error, "heading-attribute", "this is not read as an attribute, and would be shown", hint)
}

// QuotedAttributes are the attributes in the braces behind a heading, with the
// values of tag and for in quotes.
func QuotedAttributes(inside string) string {
	var b strings.Builder
	rest := inside
	for {
		at := unquoted.FindStringSubmatchIndex(rest)
		if at == nil {
			b.WriteString(rest)
			return b.String()
		}
		b.WriteString(rest[:at[2]] + rest[at[2]:at[3]] + "=")
		rest = strings.TrimLeft(rest[at[1]:], " \t")
		value, end := "", 0
		switch {
		case strings.HasPrefix(rest, `"`):
			if end = strings.IndexByte(rest[1:], '"') + 2; end < 2 {
				end = len(rest)
			}
			b.WriteString(rest[:end])
			rest = rest[end:]
			continue
		case strings.HasPrefix(rest, "“"), strings.HasPrefix(rest, "”"), strings.HasPrefix(rest, "'"), strings.HasPrefix(rest, "‘"):
			value = strings.TrimLeft(rest, "“”‘'")
			if stop := strings.IndexAny(value, "“”’'"); stop >= 0 {
				rest = strings.TrimLeft(value[stop:], "“”’'")
				value = value[:stop]
			} else {
				rest = ""
			}
		default:
			value = rest
			if next := nextAttribute.FindStringIndex(rest); next != nil {
				value, rest = rest[:next[0]], rest[next[0]:]
			} else {
				rest = ""
			}
		}
		b.WriteString(`"` + strings.TrimSpace(strings.ReplaceAll(value, `"`, "")) + `"`)
	}
}

var (
	unquoted      = regexp.MustCompile(`\b(tag|for)\s*=`)
	nextAttribute = regexp.MustCompile(`\s+(?:[.#]|[A-Za-z]+\s*=)`)
)

// related reports whether a heading says what it is about, or for.
func (r *reading) related(h *ast.Heading) bool {
	_, tag := h.AttributeString("tag")
	_, cause := h.AttributeString("for")
	return tag || cause
}

// tooDeep reports what stands behind a heading in an item that is meant for an
// item.
func (r *reading) tooDeep(h *ast.Heading, itemLevel int) {
	if !r.related(h) {
		return
	}
	at := r.at(h.Pos())
	hint := "write it with " + strings.Repeat("#", itemLevel) + ", as the other items of its section, or take the braces out"
	if at.File != r.lines.File {
		hint = "a piece lies below the heading that it is put under: put it right below that of the section, or take the braces out"
	}
	r.problem(at, diag.Warning, "heading-inside", "this heading stands inside an item, so that nothing is done with what stands in braces behind it", hint)
}

// headingsInside reports the headings inside a block of the top level that are
// no items and no sections there, though they would be outside of it.
func (r *reading) headingsInside(block ast.Node, kind *Section, itemLevel int) {
	for len(r.inside) > 0 {
		h := r.inside[0]
		if !inBlock(h, block) {
			return
		}
		r.inside = r.inside[1:]
		where, what := container(h), ""
		switch {
		case r.related(h) || r.kindAttribute(h) != None:
			r.problem(r.at(h.Pos()), diag.Warning, "heading-inside", "this heading stands in "+where+", so that nothing is done with what stands in braces behind it",
				"write it outside, on a line that begins with its signs, or take the braces out")
			continue
		case kind != nil && h.Level > kind.Level:
			if itemLevel != 0 && h.Level > itemLevel {
				continue
			}
			what = kind.Kind.String()
		default:
			what = r.parser.options.Words.Kind(r.plain(h)).String()
		}
		if what != "" {
			r.problem(r.at(h.Pos()), diag.Warning, "heading-inside", "this heading stands in "+where+", so that it is no "+what,
				"write it outside, on a line that begins with its signs; inside, bold words do as well: **"+short(r.plain(h))+"**")
		}
	}
}

// inBlock reports whether a node lies in a block of the top level.
func inBlock(n, block ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if n == block {
			return true
		}
	}
	return false
}

// container is what a heading stands in, in words.
func container(h *ast.Heading) string {
	switch p := h.Parent().(type) {
	case *ast.ListItem:
		return "a list"
	case *boxNode:
		switch p.kind {
		case foldBox:
			return "a fold"
		case tabBox, tabsBox:
			return "a tab"
		}
		return "a callout"
	case *ast.Blockquote:
		return "a quote"
	}
	return "another block"
}

// withoutAttributes takes what stands in braces behind a heading out of the page
// as Markdown: no other program reads it.
func (r *reading) withoutAttributes(h *ast.Heading) {
	if len(h.Attributes()) == 0 || h.Lines().Len() == 0 {
		return
	}
	last := h.Lines().At(h.Lines().Len() - 1)
	from, end := last.Stop, len(r.source)
	if n := bytes.IndexByte(r.source[from:], '\n'); n >= 0 {
		end = from + n
	}
	for from > last.Start && (r.source[from-1] == ' ' || r.source[from-1] == '\t') {
		from--
	}
	if bytes.IndexByte(r.source[from:end], '{') >= 0 {
		r.edit(Span{from, end}, "", "", "")
	}
}
