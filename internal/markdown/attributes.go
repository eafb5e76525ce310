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
	for _, a := range h.Attributes() {
		if v, ok := a.Value.([]byte); ok {
			r.noComment(v, h.Pos(), "attribute of a heading")
		}
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
