package importer

import (
	"net/url"
	"path"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
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
	read, err := markup.ReadPage(in.text, im.words.html)
	if err != nil {
		im.mistake(diag.Pos{File: in.shown}, "html", diag.Say("this HTML cannot be read: %s", err.Error()), diag.Say("take the file out, or write its article by hand"))
		return
	}
	p := in.page()
	p.title, p.summary, p.author = read.Title, read.Summary, read.Author
	p.tag(read.Keywords...)
	for _, s := range read.Published {
		p.dateOf(&p.date, s)
	}
	for _, s := range read.Updated {
		p.dateOf(&p.updated, s)
	}
	for _, s := range read.Addresses {
		if p.wasAt(s) {
			break
		}
	}
	p.body = p.converted(read.Result)
	im.pages = append(im.pages, p)
}

// converted takes what HTML of a page became.
func (p *page) converted(r markup.Result) string {
	p.data = append(p.data, r.Images...)
	p.todos = append(p.todos, r.Todos...)
	d := droppings{}
	for _, what := range r.Dropped {
		d.drop(what)
	}
	d.leftOut(p)
	return r.Markdown
}

// decode makes the text of a file UTF-8: a page may say itself what it is
// written in.
func (im *importing) decode(name string, data []byte) *input {
	shown := im.src.show(name)
	lines, text, bad := content.Decode(shown, data)
	if bad != nil {
		if out, ok := markup.Decode(data); ok {
			if l, t, still := content.Decode(shown, out); still == nil {
				lines, text, bad = l, t, nil
			}
		}
	}
	if bad != nil {
		im.diags = append(im.diags, *bad)
		return nil
	}
	return &input{name, shown, lines, text}
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
