package importer

import (
	"bytes"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

// htmlPages are whole pages as a browser shows them: what their head says of
// them, and the part of them that is the article.
var htmlPages = dialect{
	name:    "html",
	endings: []string{".html", ".htm", ".xhtml"},
	address: func(_ *project, p *page, dir, name string, index bool) string {
		if index {
			return path.Join("/", dir) + "/"
		}
		return path.Join("/", dir, name) + path.Ext(p.source)
	},
	read: (*importing).htmlPage,
}

func (im *importing) htmlPage(in *input) {
	doc, err := html.Parse(bytes.NewReader(in.text))
	if err != nil {
		im.mistake(diag.Pos{File: in.shown}, "html", "this HTML cannot be read: "+err.Error(), "take the file out, or write its article by hand")
		return
	}
	p := in.page()
	p.head(doc)
	d := &dom{im: im, p: p, droppings: droppings{}}
	main := mainPart(doc)
	if main.DataAtom == atom.Body || main == doc {
		d.furniture(main)
	}
	if h := find(main, is("h1")); h != nil {
		if t := line(textOf(h)); t != "" {
			p.title = t
			h.Parent.RemoveChild(h)
		}
	}
	for _, n := range all(main, is("time")) {
		p.dateOf(&p.date, attr(n, "datetime"))
	}
	p.body = d.markdown(main)
	im.pages = append(im.pages, p)
}

// decode makes the text of a file UTF-8: a page may say itself what it is
// written in.
func (im *importing) decode(name string, data []byte) *input {
	shown := im.src.show(name)
	lines, text, bad := content.Decode(shown, data)
	if bad == nil {
		return &input{name, shown, lines, text}
	}
	start := data[:min(len(data), 1024)]
	encoding, called, _ := charset.DetermineEncoding(start, "")
	if called != "utf-8" && (called != "windows-1252" || bytes.Contains(bytes.ToLower(start), []byte("charset"))) {
		if out, err := encoding.NewDecoder().Bytes(data); err == nil {
			if lines, text, still := content.Decode(shown, out); still == nil {
				return &input{name, shown, lines, text}
			}
		}
	}
	im.diags = append(im.diags, *bad)
	return nil
}

// head takes what a page's head says of it.
func (p *page) head(doc *html.Node) {
	meta := map[string]string{}
	for _, n := range all(doc, is("meta", "link")) {
		key := strings.ToLower(attr(n, "name") + attr(n, "property"))
		if n.DataAtom == atom.Link {
			if strings.EqualFold(attr(n, "rel"), "canonical") {
				meta["canonical"] = attr(n, "href")
			}
		} else if value := line(attr(n, "content")); meta[key] == "" {
			meta[key] = value
		}
	}
	if n := find(doc, is("title")); n != nil {
		p.title = line(textOf(n))
		for _, cut := range []string{" | ", " - ", " – ", " — ", " · ", "_"} { // the site's name behind the page's
			if before, _, found := strings.Cut(p.title, cut); found && before != "" {
				p.title = before
				break
			}
		}
	}
	p.summary, p.author = meta["description"], meta["author"]
	p.tag(strings.FieldsFunc(meta["keywords"], func(r rune) bool { return r == ',' || r == '，' || r == '、' })...)
	for _, key := range []string{"article:published_time", "date", "dc.date", "pubdate"} {
		p.dateOf(&p.date, meta[key])
	}
	for _, key := range []string{"article:modified_time", "last-modified", "revised"} {
		p.dateOf(&p.updated, meta[key])
	}
	if !p.wasAt(meta["canonical"]) {
		p.wasAt(meta["og:url"])
	}
}

// dateOf sets a date that is not known yet, when the text is one.
func (p *page) dateOf(to *time.Time, s string) {
	if t, ok := parseDate(s); ok && to.IsZero() {
		*to = t
	}
}

// wasAt notes an address where the page was on the old site.
func (p *page) wasAt(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Path == "" {
		return false
	}
	p.old = append(p.old, u.Path)
	if u.Host != "" {
		p.hosts = append(p.hosts, u.Host)
	}
	return true
}

// contentClasses are what the frames of help sites call their main part.
var contentClasses = []string{"article-body", "article-content", "post-content", "entry-content", "markdown-body", "main-content", "page-content"}

// mainPart finds the part of a page that is its article.
func mainPart(doc *html.Node) *html.Node {
	for _, isMain := range []func(*html.Node) bool{
		func(n *html.Node) bool { return n.DataAtom == atom.Main || attr(n, "role") == "main" },
		is("article"),
		func(n *html.Node) bool {
			return attr(n, "id") == "content" || slices.Contains(contentClasses, attr(n, "id")) || hasClass(n, contentClasses...)
		},
		is("body"),
	} {
		if n := find(doc, isMain); n != nil {
			return n
		}
	}
	return doc
}

// is tells elements by their names.
func is(names ...string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Type == html.ElementNode && slices.Contains(names, n.Data) }
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
	n.Attr = append(slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name }), html.Attribute{Key: name, Val: value})
}

func hasClass(n *html.Node, classes ...string) bool {
	own := strings.Fields(strings.ToLower(attr(n, "class")))
	return slices.ContainsFunc(classes, func(c string) bool { return slices.Contains(own, c) })
}

func textOf(n *html.Node) string {
	var b strings.Builder
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
	}
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// newElement makes an element with what it holds.
func newElement(name string, children ...*html.Node) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name))}
	for _, c := range children {
		n.AppendChild(c)
	}
	return n
}

func newText(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

// rename makes an element another.
func rename(n *html.Node, name string) { n.Data, n.DataAtom = name, atom.Lookup([]byte(name)) }

// wrap puts what an element holds into one of a name.
func wrap(n *html.Node, name string) {
	inside := newElement(name)
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		inside.AppendChild(c)
	}
	n.AppendChild(inside)
}

// unwrap puts what an element holds into its place.
func unwrap(n *html.Node) {
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		n.Parent.InsertBefore(c, n)
	}
	n.Parent.RemoveChild(n)
}
