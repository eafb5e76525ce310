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

	"whyfix/internal/diag"
)

// Options say how HTML becomes Markdown.
type Options struct {
	Left       string                                    // what stands before that which could not be kept
	Fragment   bool                                      // it is a piece of HTML inside of a Markdown file
	FirstImage int                                       // the number of the first image that stands in the text itself
	Film       string                                    // what a link to a film is called that has no name
	Callout    func(kind, title string) (string, string) // the nearest kind of callout, and its title
}

// Note is the block that stands in the place of what could not be kept.
func (o Options) Note(what string) string { return "> **" + o.Left + "** " + Code(what) }

// Result is what HTML became.
type Result struct {
	Markdown string
	Images   []Image
	Todos    []Todo
	Dropped  []diag.Text // what was left out, as often as that happened
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
	Find          string
	Message, Hint diag.Text
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

func (t *tree) ask(find string, message, hint diag.Text) {
	t.Todos = append(t.Todos, Todo{find, message, hint})
}

func (t *tree) drop(what diag.Text) { t.Dropped = append(t.Dropped, what) }

// What elements become that Markdown has no sign for.
var (
	silent      = []string{"style", "link", "meta", "title", "base"}            // nothing of it is read
	dropped     = []string{"script", "noscript", "template", "button", "input"} // nor of this, and the report says so
	embedded    = []string{"iframe", "video", "audio", "object", "embed", "canvas", "form", "svg", "math", "select", "textarea", "map", "applet", "frameset", "marquee"}
	formatting  = []string{"font", "big", "ruby"} // the text stays
	boxes       = []string{"admonition", "callout", "alert", "note", "tip", "warning", "danger", "info", "important", "caution", "hint", "notice", "info-box", "custom-block", "callout-box", "alert-box", "note-box", "warning-box", "tip-box"}
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
	forms(conv)
	out, err := conv.ConvertNode(n)
	if err != nil {
		out = []byte(t.Note(dom.CollectText(n)))
		t.ask("", diag.Say("this page's HTML could not be converted: its text stands in one note"), diag.Say("write the article by hand"))
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
				t.drop(diag.Say("a comment"))
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
			t.drop(diag.Say("<%s>", name))
		}
		return
	case slices.Contains(dropped, name):
		parent.RemoveChild(n)
		t.drop(diag.Say("<%s>", name))
		return
	case name == "video" || name == "audio":
		if player := t.player(n); player != nil {
			t.put(parent, n, player)
			return
		}
		t.note(parent, n)
		return
	case name == "iframe" && Framed(attr(n, "src")) != "":
		t.put(parent, n, newText(t.FilmLink(attr(n, "title"), Framed(attr(n, "src")))))
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
		t.drop(diag.Say("the look of <%s>", name))
	case readTags[name] != "":
		t.keepTag(n, readTags[name])
		return
	case name == "b" || name == "strong" || name == "i" || name == "em":
		t.emphasis(n)
		return
	case name == "a" && attr(n, "href") == "":
		t.prepare(n)
		dom.UnwrapNode(n)
		return
	case name == "a":
		setAttr(n, "href", Destination(attr(n, "href")))
	case name == "dl" && !t.inCell:
		t.definitions(n)
		return
	case name == "details" && !t.inCell && !inOneLine(parent):
		t.fold(n)
		return
	case name == "figure":
		figure(n)
	case (name == "div" || name == "section" || name == "aside" || name == "p") && hasClass(n, boxes) && !t.inCell:
		if inOneLine(parent) {
			break
		}
		t.callout(n)
		return
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
	t.ask(source, diag.Say("<%s> was left as a note", n.Data), diag.Say("say it in Markdown, or link to it"))
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
	if width := WidthOf(attr(n, "width"), attr(n, "style")); width != "" {
		parent.InsertBefore(newElement(asIs, newText(width)), n.NextSibling)
	}
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

// flatten puts what stands in a table's cell on one line: lines are divided by
// <br>, and lists keep their tags.
func (t *tree) flatten(cell *html.Node) {
	mark := func(parent, before *html.Node, text string) {
		parent.InsertBefore(newElement(asIs, newText(text)), before)
	}
	for _, n := range dom.FindAllNodes(cell, is(blocksInRow...)) {
		parent := n.Parent
		switch {
		case parent == nil:
			continue
		case n.DataAtom == atom.Br:
			mark(parent, n, "<br>")
			parent.RemoveChild(n)
			continue
		case n.DataAtom == atom.Ul || n.DataAtom == atom.Ol:
			for c := n.FirstChild; c != nil; {
				next := c.NextSibling
				if !is("li", asIs)(c) {
					n.RemoveChild(c)
				}
				c = next
			}
			mark(parent, n, "<"+n.Data+">")
			mark(parent, n.NextSibling, "</"+n.Data+">")
			continue
		case n.DataAtom == atom.Li && is("ul", "ol")(parent):
			mark(n, n.FirstChild, "<li>")
			mark(n, nil, "</li>")
			continue
		case n.PrevSibling != nil && !isBlank(textBefore(n)) && n.DataAtom != atom.Li && n.DataAtom != atom.Pre:
			mark(parent, n, "<br>")
		case n.PrevSibling != nil:
			parent.InsertBefore(newText(" "), n)
		}
		if next := n.NextSibling; next != nil && next.Type == html.TextNode && !isBlank(next.Data) {
			mark(parent, next, "<br>")
		}
	}
	for _, n := range dom.FindAllNodes(cell, is(blocksInRow...)) {
		dom.UnwrapNode(n)
	}
	for n := range cell.Descendants() {
		if n.Type == html.TextNode {
			n.Data = strings.ReplaceAll(n.Data, "\n", " ")
		}
	}
}

// textBefore is the text before an element in its parent.
func textBefore(n *html.Node) string {
	var b strings.Builder
	for s := n.PrevSibling; s != nil; s = s.PrevSibling {
		if is(asIs)(s) {
			return "" // behind a mark of its own
		}
		b.WriteString(dom.CollectText(s))
	}
	return b.String()
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
