package importer

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/strikethrough"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"whyfix/internal/content"
)

// htmlPage reads a whole page.
func (im *importing) htmlPage(name string, data []byte) {
	data = im.utf8(name, data)
	if data == nil {
		return
	}
	doc, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		im.mistake(name, 0, 0, "html", "this HTML cannot be read: "+err.Error(), "take the file out, or write its article by hand")
		return
	}
	p := &page{source: name, shown: im.src.show(name), dir: path.Dir(name)}
	p.head(im, doc)
	main := mainPart(doc)
	if main == nil {
		main = doc
	}
	d := &dom{im: im, p: p, droppings: droppings{}}
	if main.DataAtom == atom.Body || main == doc {
		d.furniture(main)
	}
	p.name, p.into = stem(name), path.Dir(name)
	if h := find(main, func(n *html.Node) bool { return n.DataAtom == atom.H1 }); h != nil {
		if t := line(textOf(h)); t != "" {
			p.title = t
			h.Parent.RemoveChild(h)
		}
	}
	for _, n := range all(main, func(n *html.Node) bool { return n.DataAtom == atom.Time }) {
		if t, ok := parseDate(attr(n, "datetime")); ok && p.date.IsZero() {
			p.date = t
		}
	}
	p.body = d.markdown(main)
	im.pages = append(im.pages, p)
}

// utf8 makes the text of a page UTF-8: the page itself may say what it is.
func (im *importing) utf8(name string, data []byte) []byte {
	_, source, bad := content.Decode(im.src.show(name), data)
	if bad == nil {
		return source
	}
	start := data[:min(len(data), 1024)]
	encoding, called, _ := charset.DetermineEncoding(start, "")
	if called != "utf-8" && (called != "windows-1252" || bytes.Contains(bytes.ToLower(start), []byte("charset"))) {
		if out, err := encoding.NewDecoder().Bytes(data); err == nil {
			if _, source, still := content.Decode(im.src.show(name), out); still == nil {
				return source
			}
		}
	}
	im.diags = append(im.diags, *bad)
	return nil
}

// head takes what a page's head says of it.
func (p *page) head(im *importing, doc *html.Node) {
	meta := map[string]string{}
	for _, n := range all(doc, func(n *html.Node) bool { return n.DataAtom == atom.Meta || n.DataAtom == atom.Link }) {
		key := strings.ToLower(attr(n, "name") + attr(n, "property"))
		if n.DataAtom == atom.Link {
			if strings.EqualFold(attr(n, "rel"), "canonical") {
				meta["canonical"] = attr(n, "href")
			}
		} else if value := line(attr(n, "content")); key != "" && value != "" && meta[key] == "" {
			meta[key] = value
		}
	}
	if n := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Title }); n != nil {
		p.title = line(textOf(n))
		for _, cut := range []string{" | ", " - ", " – ", " — ", " · ", "_"} { // the site's name behind the page's
			if before, _, found := strings.Cut(p.title, cut); found && before != "" {
				p.title = before
				break
			}
		}
	}
	p.summary = meta["description"]
	p.author = meta["author"]
	for tag := range strings.FieldsFuncSeq(meta["keywords"], func(r rune) bool { return r == ',' || r == '，' || r == '、' }) {
		p.tag(tag)
	}
	for _, key := range []string{"article:published_time", "date", "dc.date", "pubdate"} {
		if t, ok := parseDate(meta[key]); ok && p.date.IsZero() {
			p.date = t
		}
	}
	for _, key := range []string{"article:modified_time", "last-modified", "revised"} {
		if t, ok := parseDate(meta[key]); ok && p.updated.IsZero() {
			p.updated = t
		}
	}
	for _, key := range []string{"canonical", "og:url"} {
		if u, err := url.Parse(meta[key]); err == nil && u.Path != "" {
			p.old = append(p.old, u.Path)
			if u.Host != "" {
				p.hosts = append(p.hosts, u.Host)
			}
			break
		}
	}
}

// contentClasses are what the frames of help sites call their main part.
var contentClasses = []string{"article-body", "article-content", "post-content", "entry-content", "markdown-body", "main-content", "page-content"}

// mainPart finds the part of a page that is its article.
func mainPart(doc *html.Node) *html.Node {
	for _, is := range []func(*html.Node) bool{
		func(n *html.Node) bool { return n.DataAtom == atom.Main || attr(n, "role") == "main" },
		func(n *html.Node) bool { return n.DataAtom == atom.Article },
		func(n *html.Node) bool {
			return attr(n, "id") == "content" || slices.ContainsFunc(contentClasses, func(c string) bool { return hasClass(n, c) || attr(n, "id") == c })
		},
	} {
		if n := find(doc, is); n != nil {
			return n
		}
	}
	return find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Body })
}

// dom prepares a tree for the converter: it takes away what an article does
// not have, and puts notes where something could not be kept.
type dom struct {
	im       *importing
	p        *page
	inCell   bool
	fragment bool // HTML inside of a Markdown file
	droppings
}

// droppings counts what was left out of a page.
type droppings map[string]int

func (d droppings) drop(what string) { d[what]++ }

// leftOut puts what was dropped into the report.
func (d droppings) leftOut(p *page) {
	var what []string
	for k, n := range d {
		if n > 1 {
			k += " (" + strconv.Itoa(n) + "×)"
		}
		what = append(what, k)
	}
	if slices.Sort(what); len(what) > 0 {
		p.ask("", "left out: "+strings.Join(what, ", "), "look whether the article misses something")
	}
}

// furniture takes the frame around an article away.
func (d *dom) furniture(n *html.Node) {
	for _, c := range all(n, func(n *html.Node) bool {
		return n.DataAtom == atom.Nav || n.DataAtom == atom.Header || n.DataAtom == atom.Footer || n.DataAtom == atom.Aside
	}) {
		if c.Parent != nil && find(c, func(n *html.Node) bool { return n.DataAtom == atom.H1 }) == nil {
			c.Parent.RemoveChild(c)
			d.drop("<" + c.Data + ">")
		}
	}
}

// anchorMark stands around the id of a heading until the heading is Markdown.
const anchorMark = "\uE0F0"

// braceMark is a brace of a heading's text, which must not start attributes.
const braceMark = "\uE0F1"

var anchored = regexp.MustCompile(`(?m)^(#{1,6} .*?)[ \t]*` + anchorMark + `([^` + anchorMark + `]*)` + anchorMark + `[ \t]*$`)

// markdown converts a prepared tree.
func (d *dom) markdown(n *html.Node) string {
	d.prepare(n)
	conv := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(
			commonmark.WithLinkEmptyHrefBehavior(commonmark.LinkBehaviorSkip), commonmark.WithLinkEmptyContentBehavior(commonmark.LinkBehaviorSkip),
			commonmark.WithListEndComment(false),
		),
		strikethrough.NewStrikethroughPlugin(),
		table.NewTablePlugin(table.WithHeaderPromotion(true), table.WithSkipEmptyRows(true), table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal)),
	))
	out, err := conv.ConvertNode(n)
	if err != nil {
		out = []byte(d.im.words.note(textOf(n)))
		d.p.ask("", "this page's HTML could not be converted: its text stands in one note", "write the article by hand")
	}
	text := anchored.ReplaceAllStringFunc(string(out), func(s string) string {
		m := anchored.FindStringSubmatch(s)
		return m[1] + " {#" + strings.ReplaceAll(m[2], `\`, "") + "}"
	})
	text = regexp.MustCompile(anchorMark+"[^"+anchorMark+"]*"+anchorMark).ReplaceAllString(text, "")
	text = strings.NewReplacer(anchorMark, "", braceMark, `\{`).Replace(text)
	d.leftOut(d.p)
	return text
}

// embedded is what no article can hold: it becomes a note.
var embedded = []string{"iframe", "video", "audio", "object", "embed", "canvas", "form", "svg", "math", "select", "textarea", "map", "applet", "frameset", "marquee"}

// formatting has no Markdown: the text stays.
var formatting = []string{"sub", "sup", "u", "ins", "mark", "font", "big", "small", "center", "ruby", "kbd", "abbr"}

var harmless = regexp.MustCompile(`^[^\s{}"'<>&#\\` + "`" + anchorMark + `]+$`)

// prepare changes a tree in place.
func (d *dom) prepare(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.TextNode:
			c.Data = strings.ReplaceAll(printable(c.Data), anchorMark, "")
		case c.Type == html.CommentNode:
			n.RemoveChild(c)
			if d.fragment {
				d.drop("a comment")
			}
		case c.Type == html.ElementNode:
			d.element(n, c)
		}
		c = next
	}
}

func (d *dom) element(parent, n *html.Node) {
	name := n.Data
	switch {
	case n.DataAtom == atom.Script || n.DataAtom == atom.Style || n.DataAtom == atom.Template || n.DataAtom == atom.Noscript || n.DataAtom == atom.Link || n.DataAtom == atom.Meta || n.DataAtom == atom.Title || n.DataAtom == atom.Base:
		parent.RemoveChild(n)
		if n.DataAtom == atom.Script || n.DataAtom == atom.Noscript || n.DataAtom == atom.Template || d.fragment {
			d.drop("<" + name + ">")
		}
		return
	case n.DataAtom == atom.Button || n.DataAtom == atom.Input: // “copy”, “search”: nothing to read
		parent.RemoveChild(n)
		d.drop("<" + name + ">")
		return
	case slices.Contains(embedded, name) || strings.Contains(name, "-"):
		d.note(parent, n)
		return
	case slices.Contains(formatting, name):
		if name != "kbd" && name != "center" && name != "small" && name != "abbr" {
			d.drop("the look of <" + name + ">")
		}
		if name == "kbd" {
			n.Data, n.DataAtom = "code", atom.Code
		}
	case n.DataAtom == atom.Img:
		d.image(parent, n)
		return
	case n.DataAtom == atom.A:
		if attr(n, "href") == "" {
			d.prepare(n)
			unwrap(parent, n)
			return
		}
		setAttr(n, "href", safeAddress(attr(n, "href")))
	case n.DataAtom == atom.Dt, n.DataAtom == atom.Summary:
		strong := &html.Node{Type: html.ElementNode, Data: "strong", DataAtom: atom.Strong}
		for c := n.FirstChild; c != nil; c = n.FirstChild {
			n.RemoveChild(c)
			strong.AppendChild(c)
		}
		n.AppendChild(strong)
		n.Data, n.DataAtom = "p", atom.P
	case n.DataAtom == atom.Dd:
		n.Data, n.DataAtom = "div", atom.Div
	case n.DataAtom == atom.Figure:
		d.figure(n)
	case n.DataAtom == atom.Td, n.DataAtom == atom.Th:
		before := d.inCell
		d.inCell = true
		d.prepare(n)
		d.flatten(n)
		d.inCell = before
		return
	case n.DataAtom == atom.Div || n.DataAtom == atom.Section || n.DataAtom == atom.Aside || n.DataAtom == atom.P:
		for _, class := range []string{"admonition", "callout", "alert", "note", "tip", "warning", "danger", "info-box", "custom-block"} {
			if hasClass(n, class) && !d.inCell {
				n.Data, n.DataAtom = "blockquote", atom.Blockquote
				if n.FirstChild != nil && find(n, func(c *html.Node) bool {
					return c.DataAtom == atom.P || c.DataAtom == atom.Div || c.DataAtom == atom.Ul
				}) == nil {
					wrapChildren(n, "p", atom.P)
				}
				break
			}
		}
	case len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6':
		id := attr(n, "id")
		if id == "" {
			if a := find(n, func(c *html.Node) bool {
				return c.DataAtom == atom.A && attr(c, "href") == "" && attr(c, "id")+attr(c, "name") != ""
			}); a != nil {
				id = attr(a, "id")
				if id == "" {
					id = attr(a, "name")
				}
			}
		}
		for _, a := range all(n, func(c *html.Node) bool { return c.DataAtom == atom.A && strings.HasPrefix(attr(c, "href"), "#") }) {
			if t := strings.TrimSpace(textOf(a)); a.Parent != nil && (t == "#" || t == "¶" || t == "") { // the sign that leads to the heading itself
				a.Parent.RemoveChild(a)
			}
		}
		if name == "h1" {
			n.Data, n.DataAtom = "h2", atom.H2
		}
		d.prepare(n)
		for _, t := range all(n, func(c *html.Node) bool { return c.Type == html.TextNode && c.Parent.DataAtom != atom.Code }) {
			t.Data = strings.ReplaceAll(t.Data, "{", braceMark)
		}
		if id != "" && harmless.MatchString(id) && strings.TrimSpace(textOf(n)) != "" && !strings.HasPrefix(id, "fn") {
			n.AppendChild(&html.Node{Type: html.TextNode, Data: " " + anchorMark + id + anchorMark})
		}
		return
	}
	d.prepare(n)
}

// note puts a note in the place of an element.
func (d *dom) note(parent, n *html.Node) {
	var b strings.Builder
	_ = html.Render(&b, n)
	source := shorten(line(b.String()), maxQuoted)
	text := &html.Node{Type: html.ElementNode, Data: "code", DataAtom: atom.Code}
	text.AppendChild(&html.Node{Type: html.TextNode, Data: source})
	d.p.ask(source, "<"+n.Data+"> was left as a note", "say it in Markdown, or link to it")
	quote := &html.Node{Type: html.ElementNode, Data: "blockquote", DataAtom: atom.Blockquote}
	if parent.DataAtom == atom.P && parent.Parent != nil && !d.inCell && alone(parent, n) {
		parent.Parent.InsertBefore(quote, parent)
		parent.RemoveChild(n)
		d.fill(quote, text)
		return
	}
	for up := parent; up != nil; up = up.Parent {
		if up.DataAtom == atom.Td || up.DataAtom == atom.Th || up.DataAtom == atom.P || up.DataAtom == atom.A || len(up.Data) == 2 && up.Data[0] == 'h' {
			parent.InsertBefore(text, n)
			parent.RemoveChild(n)
			return
		}
	}
	parent.InsertBefore(quote, n)
	parent.RemoveChild(n)
	d.fill(quote, text)
}

// alone reports whether a paragraph holds one element and nothing else.
func alone(p, n *html.Node) bool {
	for c := p.FirstChild; c != nil; c = c.NextSibling {
		if c != n && (c.Type != html.TextNode || strings.TrimSpace(c.Data) != "") {
			return false
		}
	}
	return true
}

// fill writes a note into a quote.
func (d *dom) fill(quote, text *html.Node) {
	p := &html.Node{Type: html.ElementNode, Data: "p", DataAtom: atom.P}
	strong := &html.Node{Type: html.ElementNode, Data: "strong", DataAtom: atom.Strong}
	strong.AppendChild(&html.Node{Type: html.TextNode, Data: d.im.words.left})
	p.AppendChild(strong)
	p.AppendChild(&html.Node{Type: html.TextNode, Data: " "})
	p.AppendChild(text)
	quote.AppendChild(p)
}

func (d *dom) image(parent, n *html.Node) {
	src := strings.TrimSpace(attr(n, "src"))
	for _, lazy := range []string{"data-src", "data-original", "data-lazy-src"} {
		if v := attr(n, lazy); v != "" && (src == "" || strings.HasPrefix(src, "data:")) {
			src = v
		}
	}
	if strings.HasPrefix(src, "data:") {
		name, ok := d.p.unpack(src)
		if !ok {
			d.note(parent, n)
			return
		}
		src = name
	}
	if src == "" {
		d.note(parent, n)
		return
	}
	setAttr(n, "src", safeAddress(src))
	setAttr(n, "alt", line(attr(n, "alt")))
	setAttr(n, "title", strings.ReplaceAll(line(attr(n, "title")), `\`, ""))
}

// inlineScheme marks an image that stood in the page itself, until it has a
// file.
const inlineScheme = "whyfix-inline:"

var dataImage = regexp.MustCompile(`^data:image/(png|jpeg|jpg|gif|webp);base64,`)

// unpack takes an image out of its own address.
func (p *page) unpack(src string) (string, bool) {
	m := dataImage.FindStringSubmatch(src)
	if m == nil {
		return "", false
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(src[len(m[0]):]), ""))
	if err != nil || len(data) == 0 {
		return "", false
	}
	name := fmt.Sprintf("%d.%s", len(p.data)+1, strings.Replace(m[1], "jpeg", "jpg", 1))
	p.data = append(p.data, inline{name, data})
	return inlineScheme + strconv.Itoa(len(p.data)-1), true
}

// figure makes the caption of a figure its image's title.
func (d *dom) figure(n *html.Node) {
	images := all(n, func(c *html.Node) bool { return c.DataAtom == atom.Img })
	caption := find(n, func(c *html.Node) bool { return c.DataAtom == atom.Figcaption })
	if caption == nil || len(images) != 1 || caption.Parent == nil {
		return
	}
	setAttr(images[0], "title", line(textOf(caption)))
	caption.Parent.RemoveChild(caption)
}

// blocks are what a table's cell cannot hold in Markdown.
var blocks = []string{"p", "div", "ul", "ol", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "section", "article", "figure", "figcaption", "br", "hr", "dl", "details", "center", "address", "header", "footer", "main", "nav", "aside", "fieldset"}

// flatten puts what stands in a table's cell on one line.
func (d *dom) flatten(cell *html.Node) {
	for _, n := range all(cell, func(n *html.Node) bool { return n != cell && slices.Contains(blocks, n.Data) }) {
		if n.Parent == nil {
			continue
		}
		space := func() *html.Node { return &html.Node{Type: html.TextNode, Data: " "} }
		if n.PrevSibling != nil || n.DataAtom == atom.Br {
			if n.DataAtom == atom.Li || n.DataAtom == atom.Br || n.DataAtom == atom.Tr {
				d.drop("a line break in a table")
			}
			n.Parent.InsertBefore(space(), n)
		}
		n.Parent.InsertBefore(space(), n.NextSibling)
		unwrap(n.Parent, n)
	}
	for _, n := range all(cell, func(n *html.Node) bool { return n.Type == html.TextNode }) {
		n.Data = strings.ReplaceAll(n.Data, "\n", " ")
	}
}

// fragmentMarkdown converts a piece of HTML that stood in a Markdown file.
func (im *importing) fragmentMarkdown(p *page, source string) string {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(source), body)
	if err != nil {
		p.ask(shorten(source, 40), "HTML was left as a note", "say it in Markdown")
		return im.words.note(source)
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	d := &dom{im: im, p: p, fragment: true, droppings: droppings{}}
	return d.markdown(body)
}

// safeAddress is an address that Markdown can hold between parentheses.
func safeAddress(s string) string {
	s = strings.TrimSpace(printable(s))
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "", "\t", "", `\`, "%5C", "\u00A0", "%C2%A0", "*", "%2A", "_", "_").Replace(s)
}

func unwrap(parent, n *html.Node) {
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		parent.InsertBefore(c, n)
	}
	parent.RemoveChild(n)
}

func wrapChildren(n *html.Node, name string, a atom.Atom) {
	w := &html.Node{Type: html.ElementNode, Data: name, DataAtom: a}
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		w.AppendChild(c)
	}
	n.AppendChild(w)
}

func find(n *html.Node, is func(*html.Node) bool) *html.Node {
	if is(n) {
		return n
	}
	for c := range n.Descendants() {
		if is(c) {
			return c
		}
	}
	return nil
}

func all(n *html.Node, is func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for c := range n.Descendants() {
		if is(c) {
			out = append(out, c)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func setAttr(n *html.Node, name, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == name {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
}

func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(strings.ToLower(attr(n, "class"))), class)
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
