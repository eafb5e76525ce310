package markdown

import (
	"bytes"
	"regexp"
	"slices"
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
	for _, a := range h.Attributes() {
		if v, ok := a.Value.([]byte); ok {
			r.noComment(v, h.Pos(), func() diag.Text { return diag.Say("readers would see the comment in the attribute of a heading") })
		}
	}
	for _, name := range []string{"tag", "for"} {
		switch v, ok := h.AttributeString(name); v.(type) {
		case []byte, string:
		default:
			if ok { // {tag=007} is the number 7
				r.problem(r.at(h.Pos()), diag.Error, "heading-attribute", diag.Say("this value of %s is read as a number or a sign, not as a text", name),
					diag.Say(`put the value in quotes: {%s="…"}`, name))
			}
		}
	}
	for _, a := range h.Attributes() {
		r.unknownAttribute(h, string(a.Name), a.Value)
	}
	last := h.Lines().At(h.Lines().Len() - 1)
	line := string(bytes.TrimRight(last.Value(r.source), " \t\n"))
	if !strings.ContainsAny(line, "{（(") {
		return
	}
	lost := func(at int, hint diag.Text) {
		r.problem(r.at(last.Start+at), diag.Error, "heading-attribute", diag.Say("this is not read as an attribute, and would be shown"), hint)
	}
	if m := kindInBrackets.FindStringSubmatchIndex(line); m != nil {
		lost(m[0], diag.Say("write it in braces: {.%s}", line[m[2]:m[3]]))
		return
	}
	open := strings.LastIndexByte(line, '{')
	if open < 0 || open > 0 && line[open-1] == '\\' {
		return
	}
	inside, behind, closed := strings.Cut(line[open+1:], "}")
	if m := kindWithoutPoint.FindStringSubmatch(inside); closed && m != nil && strings.Trim(behind, afterBraces) == "" {
		lost(open, diag.Say("write a point before the kind: {.%s}", m[1]))
		return
	}
	colon := meantWithColon.FindStringSubmatch(inside)
	if colon == nil && !meantAsAttribute.MatchString(inside) || strings.Trim(behind, afterBraces) != "" {
		return
	}
	hint := diag.Say(`write it as {.cause}, {#name} or {for="…"}`)
	switch quoted := QuotedAttributes(inside); {
	case colon != nil:
		hint = diag.Say("write = in place of the colon: {%s}", QuotedAttributes(colon[1]+"="+strings.TrimSpace(inside[len(colon[0]):])))
	case !closed:
		hint = diag.Say("the } is missing: {%s}", strings.TrimSpace(quoted))
	case behind != "":
		hint = diag.Say("nothing stands behind it: take “%s” out, or write it before the {", behind)
	case quoted != inside:
		hint = diag.Say("put the value in quotes: {%s}", quoted)
	}
	lost(open, hint)
}

// afterBraces are signs that people put behind a heading without thinking.
const afterBraces = "。.，,：:；;！!、 "

const kindNames = `(cause|check|solution|case)`

var (
	kindInBrackets   = regexp.MustCompile(`[（(]\s*\.` + kindNames + `\s*[)）]$`)
	kindWithoutPoint = regexp.MustCompile(`^\s*` + kindNames + `\s*$`)
	meantWithColon   = regexp.MustCompile(`^\s*(tag|for)\s*[:：]`)
)

// unknownAttribute reports an attribute that is near one that is read. Others
// are those of other programs, and take nothing away.
func (r *reading) unknownAttribute(h *ast.Heading, name string, value any) {
	hint := diag.Text{}
	switch lower := strings.ToLower(name); {
	case slices.Contains([]string{"id", "class", "tag", "for"}, name):
		return
	case kindWithoutPoint.MatchString(lower) || kindWithoutPoint.MatchString(strings.TrimSuffix(lower, "s")):
		text := ""
		if v, ok := value.([]byte); ok {
			text = string(v)
		}
		hint = diag.Say(`write {.%s} for the kind of a section, {for="%s"} for the cause that an item is for, or {tag="%s"} for what it is about`, strings.TrimSuffix(lower, "s"), text, text)
	default:
		near := diag.Nearest(lower, []string{"tag", "for"})
		if near == "" || len(lower) > len(near)+1 {
			return
		}
		hint = diag.Meant(near)
	}
	r.problem(r.at(h.Pos()), diag.Error, "heading-attribute", diag.Say("no heading has an attribute %q", name), hint)
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
	hint := diag.Say("write it with %s, as the other items of its section, or take the braces out", strings.Repeat("#", itemLevel))
	if at.File != r.lines.File {
		hint = diag.Say("a piece lies below the heading that it is put under: put it right below that of the section, or take the braces out")
	}
	r.problem(at, diag.Warning, "heading-inside", diag.Say("this heading stands inside an item, so that nothing is done with what stands in braces behind it"), hint)
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
		where, what := container(h), None
		switch {
		case r.related(h) || r.kindAttribute(h) != None:
			r.problem(r.at(h.Pos()), diag.Warning, "heading-inside", diag.Say("this heading stands in %s, so that nothing is done with what stands in braces behind it", where),
				diag.Say("write it outside, on a line that begins with its signs, or take the braces out"))
			continue
		case kind != nil && h.Level > int(kind.Level):
			if itemLevel != 0 && h.Level > itemLevel {
				continue
			}
			what = kind.Kind
		default:
			what = r.parser.options.Words.Kind(r.plain(h))
		}
		if what != None {
			r.problem(r.at(h.Pos()), diag.Warning, "heading-inside", diag.Say("this heading stands in %s, so that it is no %s", where, kindText(what)),
				diag.Say("write it outside, on a line that begins with its signs; inside, bold words do as well: **%s**", short(r.plain(h))))
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
func container(h *ast.Heading) diag.Text {
	switch p := h.Parent().(type) {
	case *ast.ListItem:
		return diag.Say("a list")
	case *boxNode:
		switch p.kind {
		case foldBox:
			return diag.Say("a fold")
		case tabBox, tabsBox:
			return diag.Say("a tab")
		}
		return diag.Say("a callout")
	case *ast.Blockquote:
		return diag.Say("a quote")
	}
	return diag.Say("another block")
}

// kindText is a kind of section in words.
func kindText(k Kind) diag.Text {
	switch k {
	case Cause:
		return diag.Say("cause")
	case Check:
		return diag.Say("check")
	case Solution:
		return diag.Say("solution")
	case Case:
		return diag.Say("case")
	}
	return diag.Text{}
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
