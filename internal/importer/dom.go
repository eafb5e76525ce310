package importer

import (
	"encoding/base64"
	"fmt"
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
)

// dom prepares a tree of HTML for the converter: it takes away what an article
// does not have, and puts notes where something could not be kept.
type dom struct {
	im       *importing
	p        *page
	inCell   bool
	fragment bool // HTML inside of a Markdown file
	droppings
}

// What elements become that Markdown has no sign for.
var (
	silent      = []string{"style", "link", "meta", "title", "base"}            // nothing of it is read
	dropped     = []string{"script", "noscript", "template", "button", "input"} // nor of this, and the report says so
	embedded    = []string{"iframe", "video", "audio", "object", "embed", "canvas", "form", "svg", "math", "select", "textarea", "map", "applet", "frameset", "marquee"}
	formatting  = []string{"sub", "sup", "u", "ins", "mark", "font", "big", "ruby"} // the text stays
	boxes       = []string{"admonition", "callout", "alert", "note", "tip", "warning", "danger", "info-box", "custom-block"}
	headings    = []string{"h1", "h2", "h3", "h4", "h5", "h6"}
	oneLine     = append([]string{"td", "th", "p", "a"}, headings...) // cannot hold a block
	blocksInRow = append([]string{"p", "div", "ul", "ol", "li", "blockquote", "pre", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "section", "article", "figure", "figcaption", "br", "hr", "dl", "details", "center", "address", "header", "footer", "main", "nav", "aside", "fieldset"}, headings...)
)

// furniture takes the frame around an article away.
func (d *dom) furniture(n *html.Node) {
	for _, c := range all(n, is("nav", "header", "footer", "aside")) {
		if c.Parent != nil && find(c, is("h1")) == nil {
			c.Parent.RemoveChild(c)
			d.drop("<" + c.Data + ">")
		}
	}
}

const (
	anchorMark = "\uE0F0" // stands around the id of a heading until the heading is Markdown
	braceMark  = "\uE0F1" // is a brace of a heading's text, which must not start attributes
)

var (
	anchored  = regexp.MustCompile(`(?m)^(#{1,6} .*?)[ \t]*` + anchorMark + `([^` + anchorMark + `]*)` + anchorMark + `[ \t]*$`)
	anchor    = regexp.MustCompile(anchorMark + "[^" + anchorMark + "]*" + anchorMark)
	plainName = regexp.MustCompile(`^[^\s{}"'<>&#\\` + "`" + anchorMark + `]+$`)
)

// markdown prepares and converts a tree.
func (d *dom) markdown(n *html.Node) string {
	limitSpans(n)
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
	d.leftOut(d.p)
	return strings.NewReplacer(anchorMark, "", braceMark, `\{`).Replace(anchor.ReplaceAllString(text, ""))
}

// fragment converts a piece of HTML that stood in a Markdown file.
func (im *importing) fragment(p *page, source string) string {
	body := newElement("body")
	nodes, err := html.ParseFragment(strings.NewReader(source), body)
	if err != nil {
		p.ask(shorten(source, 40), "HTML was left as a note", "say it in Markdown")
		return im.words.note(source)
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	return (&dom{im: im, p: p, fragment: true, droppings: droppings{}}).markdown(body)
}

// How many columns and rows a cell may span, as in browsers, and how many cells
// all those of a page may be made of: beyond, each is one cell.
const (
	mostSpan  = 1000
	mostSpans = 100_000
)

// limitSpans keeps cells from becoming a table that no machine can hold.
func limitSpans(n *html.Node) {
	cells := all(n, is("td", "th"))
	total := 0
	for _, c := range cells {
		total += span(c, "colspan") * span(c, "rowspan")
	}
	for _, c := range cells {
		for _, name := range []string{"colspan", "rowspan"} {
			switch {
			case attr(c, name) == "":
			case total > mostSpans:
				setAttr(c, name, "1")
			default:
				setAttr(c, name, strconv.Itoa(span(c, name)))
			}
		}
	}
}

// span is how many columns or rows a cell spans.
func span(n *html.Node, name string) int {
	value := strings.TrimSpace(attr(n, name))
	if len(value) > 9 && strings.Trim(value, "0123456789") == "" {
		return mostSpan
	}
	count, err := strconv.Atoi(value)
	if err != nil {
		return 1
	}
	return min(max(count, 1), mostSpan)
}

// prepare changes a tree in place.
func (d *dom) prepare(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch c.Type {
		case html.TextNode:
			c.Data = printable(c.Data)
		case html.CommentNode:
			n.RemoveChild(c)
			if d.fragment {
				d.drop("a comment")
			}
		case html.ElementNode:
			d.element(n, c)
		}
		c = next
	}
}

func (d *dom) element(parent, n *html.Node) {
	switch name := n.Data; {
	case slices.Contains(silent, name):
		parent.RemoveChild(n)
		if d.fragment {
			d.drop("<" + name + ">")
		}
		return
	case slices.Contains(dropped, name):
		parent.RemoveChild(n)
		d.drop("<" + name + ">")
		return
	case slices.Contains(embedded, name) || strings.Contains(name, "-"):
		d.note(parent, n)
		return
	case name == "img":
		d.image(parent, n)
		return
	case slices.Contains(headings, name):
		d.heading(n)
		return
	case name == "td" || name == "th":
		before := d.inCell
		d.inCell = true
		d.prepare(n)
		d.flatten(n)
		d.inCell = before
		return
	case slices.Contains(formatting, name):
		d.drop("the look of <" + name + ">")
	case name == "kbd":
		rename(n, "code")
	case name == "a" && attr(n, "href") == "":
		d.prepare(n)
		unwrap(n)
		return
	case name == "a":
		setAttr(n, "href", safeAddress(attr(n, "href")))
	case name == "dt" || name == "summary":
		wrap(n, "strong")
		rename(n, "p")
	case name == "dd":
		rename(n, "div")
	case name == "figure":
		figure(n)
	case (name == "div" || name == "section" || name == "aside" || name == "p") && hasClass(n, boxes...) && !d.inCell:
		rename(n, "blockquote")
		if n.FirstChild != nil && find(n, is("p", "div", "ul")) == nil {
			wrap(n, "p")
		}
	}
	d.prepare(n)
}

// heading keeps the id of a heading, and takes away the sign that leads to the
// heading itself.
func (d *dom) heading(n *html.Node) {
	id := attr(n, "id")
	for _, a := range all(n, is("a")) {
		href := attr(a, "href")
		if id == "" && href == "" {
			id = firstLine(attr(a, "id"), attr(a, "name"))
		}
		if t := strings.TrimSpace(textOf(a)); strings.HasPrefix(href, "#") && a.Parent != nil && (t == "#" || t == "¶" || t == "") {
			a.Parent.RemoveChild(a)
		}
	}
	if n.Data == "h1" {
		rename(n, "h2")
	}
	d.prepare(n)
	for c := range n.Descendants() {
		if c.Type == html.TextNode && c.Parent.DataAtom != atom.Code {
			c.Data = strings.ReplaceAll(c.Data, "{", braceMark)
		}
	}
	if plainName.MatchString(id) && !isBlank(textOf(n)) && !strings.HasPrefix(id, "fn") {
		n.AppendChild(newText(" " + anchorMark + id + anchorMark))
	}
}

// note puts a note in the place of an element: a block, where one can be.
func (d *dom) note(parent, n *html.Node) {
	var b strings.Builder
	_ = html.Render(&b, n)
	source := shorten(line(b.String()), maxQuoted)
	d.p.ask(source, "<"+n.Data+"> was left as a note", "say it in Markdown, or link to it")
	note, before := newElement("code", newText(source)), n
	if parent.DataAtom == atom.P && parent.Parent != nil && !d.inCell && alone(n) {
		parent, before = parent.Parent, parent
	}
	inLine := false
	for up := parent; up != nil; up = up.Parent {
		inLine = inLine || is(oneLine...)(up)
	}
	if before != n || !inLine {
		strong := newElement("strong", newText(d.im.words.left))
		note = newElement("blockquote", newElement("p", strong, newText(" "), note))
	}
	parent.InsertBefore(note, before)
	n.Parent.RemoveChild(n)
}

// alone reports whether an element has nothing beside it.
func alone(n *html.Node) bool {
	for c := n.Parent.FirstChild; c != nil; c = c.NextSibling {
		if c != n && (c.Type != html.TextNode || !isBlank(c.Data)) {
			return false
		}
	}
	return true
}

func (d *dom) image(parent, n *html.Node) {
	src := strings.TrimSpace(attr(n, "src"))
	for _, lazy := range []string{"data-src", "data-original", "data-lazy-src"} {
		if v := attr(n, lazy); v != "" && (src == "" || strings.HasPrefix(src, "data:")) {
			src = v
		}
	}
	if strings.HasPrefix(src, "data:") {
		src = d.p.unpack(src)
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

// unpack takes an image out of its own address and returns another one for
// it, or "" when it is no image.
func (p *page) unpack(src string) string {
	m := dataImage.FindStringSubmatch(src)
	if m == nil {
		return ""
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(src[len(m[0]):]), ""))
	if err != nil || len(data) == 0 {
		return ""
	}
	p.data = append(p.data, inline{fmt.Sprintf("%d.%s", len(p.data)+1, strings.Replace(m[1], "jpeg", "jpg", 1)), data})
	return inlineScheme + strconv.Itoa(len(p.data)-1)
}

// figure makes the caption of a figure its image's title.
func figure(n *html.Node) {
	images, caption := all(n, is("img")), find(n, is("figcaption"))
	if caption != nil && len(images) == 1 {
		setAttr(images[0], "title", line(textOf(caption)))
		caption.Parent.RemoveChild(caption)
	}
}

// flatten puts what stands in a table's cell on one line.
func (d *dom) flatten(cell *html.Node) {
	for _, n := range all(cell, is(blocksInRow...)) {
		if n.PrevSibling != nil || n.DataAtom == atom.Br {
			if n.DataAtom == atom.Li || n.DataAtom == atom.Br || n.DataAtom == atom.Tr {
				d.drop("a line break in a table")
			}
			n.Parent.InsertBefore(newText(" "), n)
		}
		n.Parent.InsertBefore(newText(" "), n.NextSibling)
		unwrap(n)
	}
	for n := range cell.Descendants() {
		if n.Type == html.TextNode {
			n.Data = strings.ReplaceAll(n.Data, "\n", " ")
		}
	}
}
