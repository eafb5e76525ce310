package e2e

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// node is an element of a page, or a piece of text (without a name).
type node struct {
	name     string
	text     string // as in the source; of script and style, too
	attrs    []attribute
	parent   *node
	children []*node
	line     int
}

type attribute struct{ name, value string } // the value without references

func (n *node) attr(name string) (string, bool) {
	for _, a := range n.attrs {
		if a.name == name {
			return a.value, true
		}
	}
	return "", false
}

// each calls visit for every element below a node, in the order of the source.
func (n *node) each(visit func(*node)) {
	for _, c := range n.children {
		if c.name != "" {
			visit(c)
			c.each(visit)
		}
	}
}

// all are the elements of a name below a node.
func (n *node) all(name string) []*node {
	var out []*node
	n.each(func(c *node) {
		if c.name == name {
			out = append(out, c)
		}
	})
	return out
}

// words are the text below a node, with single spaces.
func (n *node) words() string {
	var b strings.Builder
	var walk func(*node)
	walk = func(n *node) {
		b.WriteString(html.UnescapeString(n.text))
		for _, c := range n.children {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func (n *node) inside(names ...string) bool {
	for p := n.parent; p != nil; p = p.parent {
		if slices.Contains(names, p.name) {
			return true
		}
	}
	return false
}

var (
	voidElements = strings.Fields("area base br col embed hr img input link meta source track wbr")
	rawElements  = strings.Fields("script style title textarea")
	// notInParagraph are the elements whose start tag ends a p.
	notInParagraph = strings.Fields("address article aside blockquote details div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr main menu nav ol p pre search section table ul")
	// parents are the elements in which an element must stand.
	parents = map[string][]string{
		"li": {"ul", "ol", "menu"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "tr": {"thead", "tbody", "tfoot", "table"}, "td": {"tr"}, "th": {"tr"},
		"thead": {"table"}, "tbody": {"table"}, "figcaption": {"figure"}, "summary": {"details"}, "head": {"html"}, "body": {"html"}, "main": {"body"},
		"option": {"select", "datalist"}, "source": {"picture", "audio", "video"},
	}
	// children are the only elements that may stand directly in an element.
	onlyChildren = map[string][]string{
		"ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd", "div"}, "tr": {"td", "th"}, "thead": {"tr"}, "tbody": {"tr"}, "html": {"head", "body"}, "table": {"thead", "tbody", "tfoot", "caption", "colgroup"},
	}
	interactive = strings.Fields("a button select textarea label")
	tagName     = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]*`)
	attrName    = regexp.MustCompile(`^[^\s"'<>/=]+`)
	reference   = regexp.MustCompile(`^&(?:[a-zA-Z][a-zA-Z0-9]*|#[0-9]+|#x[0-9a-fA-F]+);`)
)

// reader reads a page strictly: every element that is not void is closed, in
// order; values are quoted; & and < are written as references.
type reader struct {
	source   string
	at       int
	open     *node
	problems []string
}

func (p *reader) problem(format string, values ...any) {
	line := 1 + strings.Count(p.source[:min(p.at, len(p.source))], "\n")
	p.problems = append(p.problems, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, values...))
}

// parseHTML gives the root of a page and what is wrong with it.
func parseHTML(source string) (*node, []string) {
	root := &node{}
	p := &reader{source: source, open: root}
	if !strings.HasPrefix(source, "<!doctype html>") {
		p.problem("no doctype")
	}
	for p.at < len(source) && len(p.problems) < 20 {
		p.step()
	}
	for n := p.open; n != root && n != nil; n = n.parent {
		p.problem("<%s> of line %d is not closed", n.name, n.line)
	}
	root.each(func(n *node) { p.at = offsetOf(source, n.line); p.model(n) })
	return root, p.problems
}

func offsetOf(source string, line int) int {
	at := 0
	for range line - 1 {
		at += strings.IndexByte(source[at:], '\n') + 1
	}
	return at
}

func (p *reader) step() {
	rest := p.source[p.at:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		end := strings.Index(rest, "-->")
		if end < 0 {
			p.problem("a comment that does not end")
			end = len(rest) - 3
		}
		p.at += end + 3
	case strings.HasPrefix(rest, "<!"):
		end := strings.IndexByte(rest, '>')
		if p.at > 0 || end < 0 {
			p.problem("a declaration: %.20s", rest)
		}
		p.at += max(end, 1) + 1
	case strings.HasPrefix(rest, "</"):
		p.end(rest)
	case rest[0] == '<':
		p.start(rest)
	default:
		end := strings.IndexByte(rest, '<')
		if end < 0 {
			end = len(rest)
		}
		p.text(rest[:end])
		p.at += end
	}
}

func (p *reader) text(s string) {
	p.references(s)
	if strings.ContainsRune(s, 0) {
		p.problem("a NUL")
	}
	p.open.children = append(p.open.children, &node{text: s, parent: p.open})
}

// references demands that each & starts one.
func (p *reader) references(s string) {
	for i := range len(s) {
		if s[i] == '&' && !reference.MatchString(s[i:]) {
			p.problem("an & that is not escaped: %.30q", s[i:])
		}
	}
}

func (p *reader) end(rest string) {
	name := strings.ToLower(tagName.FindString(rest[2:]))
	end := strings.IndexByte(rest, '>')
	if name == "" || end < 0 || strings.TrimSpace(rest[2+len(name):end]) != "" {
		p.problem("a broken end tag: %.30q", rest)
	}
	p.at += max(end, 1) + 1
	if p.open.name != name {
		p.problem("</%s> where <%s> of line %d is open", name, p.open.name, p.open.line)
		for n := p.open; n != nil; n = n.parent {
			if n.name == name {
				p.open = n
				break
			}
		}
		if p.open.name != name {
			return
		}
	}
	p.open = p.open.parent
}

func (p *reader) start(rest string) {
	written := tagName.FindString(rest[1:])
	if written == "" {
		p.problem("a < that is not escaped: %.30q", rest)
		p.at++
		return
	}
	n := &node{name: strings.ToLower(written), parent: p.open, line: 1 + strings.Count(p.source[:p.at], "\n")}
	i := 1 + len(written)
	closed := false
	for {
		blank := len(rest[i:]) - len(strings.TrimLeft(rest[i:], " \t\r\n"))
		i += blank
		if i >= len(rest) {
			p.problem("<%s that does not end", written)
			break
		}
		if rest[i] == '>' {
			i++
			break
		}
		if strings.HasPrefix(rest[i:], "/>") {
			closed = true
			i += 2
			break
		}
		name := attrName.FindString(rest[i:])
		if name == "" {
			p.problem("a broken attribute of <%s>: %.30q", written, rest[i:])
			i = len(rest)
			break
		}
		if blank == 0 {
			p.problem("no space before the attribute %s of <%s>", name, written)
		}
		i += len(name)
		value := ""
		if i < len(rest) && rest[i] == '=' {
			if i+1 >= len(rest) || rest[i+1] != '"' {
				p.problem("the value of %s of <%s> is not in quotes", name, written)
				i = len(rest)
				break
			}
			length := strings.IndexByte(rest[i+2:], '"')
			if length < 0 {
				p.problem("the value of %s of <%s> does not end", name, written)
				i = len(rest)
				break
			}
			value = rest[i+2 : i+2+length]
			i += 3 + length
			p.references(value)
			if strings.Contains(value, "<") && name != "content" {
				p.problem("a < in the value of %s of <%s>", name, written)
			}
		}
		if _, twice := n.attr(name); twice {
			p.problem("<%s> has the attribute %s twice", written, name)
		}
		n.attrs = append(n.attrs, attribute{name, html.UnescapeString(value)})
	}
	p.at += i
	p.open.children = append(p.open.children, n)
	foreign := n.name == "svg" || n.inside("svg")
	void := slices.Contains(voidElements, n.name) && !foreign
	switch {
	case closed && !foreign && !void:
		p.problem("<%s/> does not close itself in HTML", written)
	case closed || void:
	case slices.Contains(rawElements, n.name) && !foreign:
		end := strings.Index(strings.ToLower(p.source[p.at:]), "</"+n.name)
		if end < 0 {
			p.problem("<%s> does not end", written)
			end = len(p.source) - p.at
		}
		n.children = []*node{{text: p.source[p.at : p.at+end], parent: n}}
		if n.name == "title" || n.name == "textarea" {
			p.references(n.children[0].text)
		}
		p.at += end
		p.open = n
	default:
		p.open = n
	}
}

// model checks where an element may stand.
func (p *reader) model(n *node) {
	if n.inside("svg") {
		return
	}
	if n.parent.name == "p" && slices.Contains(notInParagraph, n.name) || n.inside("p") && slices.Contains(notInParagraph, n.name) {
		p.problem("<%s> in a <p>", n.name)
	}
	if want := parents[n.name]; want != nil && !slices.Contains(want, n.parent.name) {
		p.problem("<%s> in <%s>, want in %v", n.name, n.parent.name, want)
	}
	if want := onlyChildren[n.parent.name]; want != nil && !slices.Contains(want, n.name) {
		p.problem("<%s> directly in <%s>", n.name, n.parent.name)
	}
	if (n.name == "a" || n.name == "button") && n.inside(interactive...) {
		p.problem("<%s> in another control", n.name)
	}
	if strings.HasPrefix(n.name, "h") && len(n.name) == 2 && n.inside("h1", "h2", "h3", "h4", "h5", "h6") && n.name != "hr" {
		p.problem("<%s> in a heading", n.name)
	}
	if onlyChildren[n.name] != nil {
		for _, c := range n.children {
			if c.name == "" && strings.TrimSpace(c.text) != "" {
				p.problem("text directly in <%s>: %.30q", n.name, c.text)
			}
		}
	}
}

func TestParseHTML(t *testing.T) {
	t.Parallel()
	page := func(body string) string {
		return "<!doctype html>\n<html><head><title>t</title></head><body>" + body + "</body></html>\n"
	}
	for _, tt := range []struct{ name, source, problem string }{
		{"good", page(`<main><p class="a" hidden>x &amp; y<br><img src="a" alt=""><svg><path d="m"/><g></g></svg></p><ul><li>1</li></ul></main>`), ""},
		{"script", page(`<script>if (a < b && c) "</p>"</script>`), ""},
		{"comment", page(`<!-- <p> & -->`), ""},
		{"no doctype", "<html></html>", "no doctype"},
		{"not closed", page("<div>"), "where <div>"},
		{"wrong order", page("<b><i></b></i>"), "</b> where <i>"},
		{"too many ends", page("</div>"), "</div> where <body>"},
		{"raw ampersand", page("<p>a & b</p>"), "&"},
		{"raw less than", page("<p>a < b</p>"), "a <"},
		{"ampersand in a value", page(`<a href="?a=1&b=2">x</a>`), "&"},
		{"no quotes", page("<p class=a>x</p>"), "quotes"},
		{"twice", page(`<p id="a" id="b">x</p>`), "twice"},
		{"closes itself", page("<div/>"), "does not close itself"},
		{"block in a paragraph", page("<p><div>x</div></p>"), "<div> in a <p>"},
		{"deep block in a paragraph", page("<p><span><ul><li>x</li></ul></span></p>"), "<ul> in a <p>"},
		{"item without a list", page("<li>x</li>"), "<li> in <body>"},
		{"text in a list", page("<ul>x</ul>"), "text directly in <ul>"},
		{"link in a link", page(`<a href="/"><a href="/">x</a></a>`), "another control"},
		{"heading in a heading", page("<h1><h2>x</h2></h1>"), "in a heading"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := parseHTML(tt.source)
			all := strings.Join(problems, "\n")
			if tt.problem == "" && all != "" || !strings.Contains(all, tt.problem) {
				t.Errorf("problems are %q, want %q", problems, tt.problem)
			}
		})
	}
	root, _ := parseHTML(page(`<p title="a &lt; &#34;b">one <b>two</b>  three</p>`))
	p := root.all("p")[0]
	if got := p.words(); got != "one two three" {
		t.Errorf("words are %q", got)
	}
	if got, _ := p.attr("title"); got != `a < "b` {
		t.Errorf("title is %q", got)
	}
}
