package markup

import (
	"bytes"
	"slices"
	"strings"

	"github.com/JohannesKaufmann/dom"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"whyfix/internal/diag"
)

// Page is a whole page of HTML: what its head says of it, and the part of it
// that is the article.
type Page struct {
	Title, Summary, Author string
	Keywords               []string
	Published, Updated     []string // dates as they are written, the best first
	Addresses              []string // of its own, the best first
	Result
}

// ReadPage reads a whole page.
func ReadPage(text []byte, o Options) (*Page, error) {
	doc, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	p := &Page{}
	p.head(doc)
	t := newTree(o)
	main := mainPart(doc)
	if main.DataAtom == atom.Body || main == doc {
		t.furniture(main)
	}
	if h := dom.FindFirstNode(main, is("h1")); h != nil {
		if heading := Line(dom.CollectText(h)); heading != "" {
			p.Title = heading
			h.Parent.RemoveChild(h)
		}
	}
	for _, n := range dom.FindAllNodes(main, is("time")) {
		p.Published = append(p.Published, attr(n, "datetime"))
	}
	p.Result = t.markdown(main)
	return p, nil
}

// Decode makes UTF-8 of a page that is written in another encoding, when it
// says in which.
func Decode(data []byte) ([]byte, bool) {
	start := data[:min(len(data), 1024)]
	encoding, called, _ := charset.DetermineEncoding(start, "")
	if called == "utf-8" || called == "windows-1252" && !bytes.Contains(bytes.ToLower(start), []byte("charset")) {
		return nil, false
	}
	out, err := encoding.NewDecoder().Bytes(data)
	return out, err == nil
}

// head takes what a page's head says of it.
func (p *Page) head(doc *html.Node) {
	meta := map[string]string{}
	for _, n := range dom.FindAllNodes(doc, is("meta", "link")) {
		key := strings.ToLower(attr(n, "name") + attr(n, "property"))
		if n.DataAtom == atom.Link {
			if strings.EqualFold(attr(n, "rel"), "canonical") {
				meta["canonical"] = attr(n, "href")
			}
		} else if value := Line(attr(n, "content")); meta[key] == "" {
			meta[key] = value
		}
	}
	if n := dom.FindFirstNode(doc, is("title")); n != nil {
		p.Title = Line(dom.CollectText(n))
		for _, cut := range []string{" | ", " - ", " – ", " — ", " · ", "_"} { // the site's name behind the page's
			if before, _, found := strings.Cut(p.Title, cut); found && before != "" {
				p.Title = before
				break
			}
		}
	}
	p.Summary, p.Author = meta["description"], meta["author"]
	p.Keywords = strings.FieldsFunc(meta["keywords"], func(r rune) bool { return r == ',' || r == '，' || r == '、' })
	for _, key := range []string{"article:published_time", "date", "dc.date", "pubdate"} {
		p.Published = append(p.Published, meta[key])
	}
	for _, key := range []string{"article:modified_time", "last-modified", "revised"} {
		p.Updated = append(p.Updated, meta[key])
	}
	p.Addresses = []string{meta["canonical"], meta["og:url"]}
}

// contentClasses are what the frames of help sites call their main part.
var contentClasses = []string{"article-body", "article-content", "post-content", "entry-content", "markdown-body", "main-content", "page-content"}

// mainPart finds the part of a page that is its article.
func mainPart(doc *html.Node) *html.Node {
	for _, isMain := range []func(*html.Node) bool{
		func(n *html.Node) bool { return n.DataAtom == atom.Main || attr(n, "role") == "main" },
		is("article"),
		func(n *html.Node) bool {
			return attr(n, "id") == "content" || slices.Contains(contentClasses, attr(n, "id")) || hasClass(n, contentClasses)
		},
		is("body"),
	} {
		if n := dom.FindFirstNode(doc, isMain); n != nil {
			return n
		}
	}
	return doc
}

// furniture takes the frame around an article away.
func (d *tree) furniture(n *html.Node) {
	for _, c := range dom.FindAllNodes(n, is("nav", "header", "footer", "aside")) {
		if c.Parent != nil && dom.FindFirstNode(c, is("h1")) == nil {
			c.Parent.RemoveChild(c)
			d.drop(diag.Say("<%s>", c.Data))
		}
	}
}
