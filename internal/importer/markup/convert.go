// Package markup makes Markdown: of HTML, and of plain text.
//
// In: the text of a page, or a piece of one. Out: Markdown that means the same,
// the images that stood in it, and what a person must look at. The conversion
// itself is the library's; here, its tree is prepared: what an article does not
// have goes, and a note stands where something could not be kept.
package markup

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/JohannesKaufmann/dom"
	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/strikethrough"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Options say how HTML becomes Markdown.
type Options struct {
	Left       string // what stands before that which could not be kept
	Fragment   bool   // it is a piece of HTML inside of a Markdown file
	FirstImage int    // the number of the first image that stands in the text itself
}

// Note is the block that stands in the place of what could not be kept.
func (o Options) Note(what string) string { return "> **" + o.Left + "** " + Code(what) }

// Result is what HTML became.
type Result struct {
	Markdown string
	Images   []Image
	Todos    []Todo
	Dropped  []string // what was left out, as often as that happened
}

// Image is an image that was written into the text. Markdown leads to it by
// ImageScheme and its number.
type Image struct {
	Name string
	Data []byte
}

// ImageScheme marks an image that stood in the text, until it has a file.
const ImageScheme = "whyfix-inline:"

// Todo is something for a person, and the words of the Markdown that it is
// about.
type Todo struct {
	Find, Message, Hint string
}

// Convert makes Markdown of HTML.
func Convert(source string, o Options) (Result, error) {
	if !o.Fragment {
		doc, err := html.Parse(strings.NewReader(source))
		if err != nil {
			return Result{}, err
		}
		return newTree(o).markdown(doc), nil
	}
	body := newElement("body")
	nodes, err := html.ParseFragment(strings.NewReader(source), body)
	if err != nil {
		return Result{}, err
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	return newTree(o).markdown(body), nil
}

// tree prepares a tree of HTML for the converter: it takes away what an
// article does not have, and puts notes where something could not be kept.
type tree struct {
	Options
	Result
	inCell bool
}

func newTree(o Options) *tree { return &tree{Options: o} }

func (t *tree) ask(find, message, hint string) {
	t.Todos = append(t.Todos, Todo{find, message, hint})
}

func (t *tree) drop(what string) { t.Dropped = append(t.Dropped, what) }

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

const (
	asIs      = "whyfix-as-is" // an element whose text is Markdown already
	braceMark = "\uE0F1"       // is a brace of a heading's text, which must not start attributes
)

var plainName = regexp.MustCompile(`^[^\s{}"'<>&#\\` + "`" + `]+$`)

// How many columns and rows a cell may span, as in browsers, and how many cells
// all those of a page may be made of: beyond, each is one cell.
const (
	mostSpan  = 1000
	mostSpans = 100_000
)

// limitSpans keeps cells from becoming a table that no machine can hold.
func limitSpans(n *html.Node) {
	cells := dom.FindAllNodes(n, is("td", "th"))
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

// markdown prepares and converts a tree.
func (t *tree) markdown(n *html.Node) Result {
	limitSpans(n)
	t.prepare(n)
	conv := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(
			commonmark.WithLinkEmptyHrefBehavior(commonmark.LinkBehaviorSkip), commonmark.WithLinkEmptyContentBehavior(commonmark.LinkBehaviorSkip),
			commonmark.WithListEndComment(false),
		),
		strikethrough.NewStrikethroughPlugin(),
		table.NewTablePlugin(table.WithHeaderPromotion(true), table.WithSkipEmptyRows(true), table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal)),
	))
	conv.Register.RendererFor(asIs, converter.TagTypeInline, func(_ converter.Context, w converter.Writer, n *html.Node) converter.RenderStatus {
		_, _ = w.WriteString(n.FirstChild.Data)
		return converter.RenderSuccess
	}, converter.PriorityEarly)
	out, err := conv.ConvertNode(n)
	if err != nil {
		out = []byte(t.Note(dom.CollectText(n)))
		t.ask("", "this page's HTML could not be converted: its text stands in one note", "write the article by hand")
	}
	t.Markdown = strings.ReplaceAll(string(out), braceMark, `\{`)
	return t.Result
}

// prepare changes a tree in place.
func (t *tree) prepare(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch c.Type {
		case html.TextNode:
			c.Data = Printable(c.Data)
		case html.CommentNode:
			n.RemoveChild(c)
			if t.Fragment {
				t.drop("a comment")
			}
		case html.ElementNode:
			t.element(n, c)
		}
		c = next
	}
}

func (t *tree) element(parent, n *html.Node) {
	switch name := n.Data; {
	case slices.Contains(silent, name):
		parent.RemoveChild(n)
		if t.Fragment {
			t.drop("<" + name + ">")
		}
		return
	case slices.Contains(dropped, name):
		parent.RemoveChild(n)
		t.drop("<" + name + ">")
		return
	case slices.Contains(embedded, name) || strings.Contains(name, "-"):
		t.note(parent, n)
		return
	case name == "img":
		t.image(parent, n)
		return
	case slices.Contains(headings, name):
		t.heading(n)
		return
	case name == "td" || name == "th":
		before := t.inCell
		t.inCell = true
		t.prepare(n)
		t.flatten(n)
		t.inCell = before
		return
	case slices.Contains(formatting, name):
		t.drop("the look of <" + name + ">")
	case name == "kbd":
		rename(n, "code")
	case name == "a" && attr(n, "href") == "":
		t.prepare(n)
		dom.UnwrapNode(n)
		return
	case name == "a":
		setAttr(n, "href", Destination(attr(n, "href")))
	case name == "dt" || name == "summary":
		wrap(n, "strong")
		rename(n, "p")
	case name == "dd":
		rename(n, "div")
	case name == "figure":
		figure(n)
	case (name == "div" || name == "section" || name == "aside" || name == "p") && hasClass(n, boxes) && !t.inCell:
		rename(n, "blockquote")
		if n.FirstChild != nil && dom.FindFirstNode(n, is("p", "div", "ul")) == nil {
			wrap(n, "p")
		}
	}
	t.prepare(n)
}

// heading keeps the id of a heading, and takes away the sign that leads to the
// heading itself.
func (t *tree) heading(n *html.Node) {
	id := attr(n, "id")
	for _, a := range dom.FindAllNodes(n, is("a")) {
		href := attr(a, "href")
		if id == "" && href == "" {
			id = FirstLine(attr(a, "id"), attr(a, "name"))
		}
		if sign := strings.TrimSpace(dom.CollectText(a)); strings.HasPrefix(href, "#") && a.Parent != nil && (sign == "#" || sign == "¶" || sign == "") {
			a.Parent.RemoveChild(a)
		}
	}
	if n.Data == "h1" {
		rename(n, "h2")
	}
	t.prepare(n)
	for c := range n.Descendants() {
		if c.Type == html.TextNode && c.Parent.DataAtom != atom.Code {
			c.Data = strings.ReplaceAll(c.Data, "{", braceMark)
		}
	}
	if plainName.MatchString(id) && !isBlank(dom.CollectText(n)) && !strings.HasPrefix(id, "fn") && !inOneLine(n.Parent) {
		n.AppendChild(newText(" "))
		n.AppendChild(newElement(asIs, newText("{#"+id+"}")))
	}
}

// note puts a note in the place of an element: a block, where one can be.
func (t *tree) note(parent, n *html.Node) {
	var b strings.Builder
	_ = html.Render(&b, n)
	source := Shorten(Line(b.String()), maxQuoted)
	t.ask(source, "<"+n.Data+"> was left as a note", "say it in Markdown, or link to it")
	note, before := newElement("code", newText(source)), n
	if parent.DataAtom == atom.P && parent.Parent != nil && !t.inCell && alone(n) {
		parent, before = parent.Parent, parent
	}
	if before != n || !inOneLine(parent) {
		strong := newElement("strong", newText(t.Left))
		note = newElement("blockquote", newElement("p", strong, newText(" "), note))
	}
	parent.InsertBefore(note, before)
	n.Parent.RemoveChild(n)
}

// inOneLine reports whether a node is, or lies in, what cannot hold a block.
func inOneLine(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if is(oneLine...)(n) {
			return true
		}
	}
	return false
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

func (t *tree) image(parent, n *html.Node) {
	src := strings.TrimSpace(attr(n, "src"))
	for _, lazy := range []string{"data-src", "data-original", "data-lazy-src"} {
		if v := attr(n, lazy); v != "" && (src == "" || strings.HasPrefix(src, "data:")) {
			src = v
		}
	}
	if strings.HasPrefix(src, "data:") {
		src = t.unpack(src)
	}
	if src == "" {
		t.note(parent, n)
		return
	}
	setAttr(n, "src", Destination(src))
	setAttr(n, "alt", Line(attr(n, "alt")))
	setAttr(n, "title", strings.ReplaceAll(Line(attr(n, "title")), `\`, ""))
}

var dataImage = regexp.MustCompile(`^data:image/(png|jpeg|jpg|gif|webp);base64,`)

// unpack takes an image out of its own address and returns another one for
// it, or "" when it is no image.
func (t *tree) unpack(src string) string {
	m := dataImage.FindStringSubmatch(src)
	if m == nil {
		return ""
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(src[len(m[0]):]), ""))
	if err != nil || len(data) == 0 {
		return ""
	}
	number := t.FirstImage + len(t.Images)
	t.Images = append(t.Images, Image{fmt.Sprintf("%d.%s", number+1, strings.Replace(m[1], "jpeg", "jpg", 1)), data})
	return ImageScheme + strconv.Itoa(number)
}

// figure makes the caption of a figure its image's title.
func figure(n *html.Node) {
	images, caption := dom.FindAllNodes(n, is("img")), dom.FindFirstNode(n, is("figcaption"))
	if caption != nil && len(images) == 1 {
		setAttr(images[0], "title", Line(dom.CollectText(caption)))
		caption.Parent.RemoveChild(caption)
	}
}

// flatten puts what stands in a table's cell on one line.
func (t *tree) flatten(cell *html.Node) {
	for _, n := range dom.FindAllNodes(cell, is(blocksInRow...)) {
		if n.PrevSibling != nil || n.DataAtom == atom.Br {
			if n.DataAtom == atom.Li || n.DataAtom == atom.Br || n.DataAtom == atom.Tr {
				t.drop("a line break in a table")
			}
			n.Parent.InsertBefore(newText(" "), n)
		}
		n.Parent.InsertBefore(newText(" "), n.NextSibling)
		dom.UnwrapNode(n)
	}
	for n := range cell.Descendants() {
		if n.Type == html.TextNode {
			n.Data = strings.ReplaceAll(n.Data, "\n", " ")
		}
	}
}

// is tells elements by their names.
func is(names ...string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Type == html.ElementNode && slices.Contains(names, n.Data) }
}

func attr(n *html.Node, name string) string { return dom.GetAttributeOr(n, name, "") }

func setAttr(n *html.Node, name, value string) {
	n.Attr = append(slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name }), html.Attribute{Key: name, Val: value})
}

func hasClass(n *html.Node, classes []string) bool {
	return slices.ContainsFunc(dom.GetClasses(n), func(c string) bool { return slices.Contains(classes, strings.ToLower(c)) })
}

// newElement makes an element with what it holds.
func newElement(name string, children ...*html.Node) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name))}
	for _, c := range children {
		dom.RemoveNode(c)
		n.AppendChild(c)
	}
	return n
}

func newText(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

// rename makes an element another.
func rename(n *html.Node, name string) { n.Data, n.DataAtom = name, atom.Lookup([]byte(name)) }

// wrap puts what an element holds into one of a name.
func wrap(n *html.Node, name string) { n.AppendChild(newElement(name, dom.AllChildNodes(n)...)) }

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }
