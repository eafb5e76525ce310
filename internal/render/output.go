package render

import (
	"whyfix/internal/content"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// Output is a file of the site that is made when it is wanted: a page of the
// theme, or a page as Markdown. It may be made by many goroutines at once.
type Output struct {
	URL      string // with the prefix
	File     string // below www/
	Kind     string // as Page.Kind, or "redirect"; empty for what is no page of the theme
	Language string
	// Text is the article whose text it shows; nil when its view is all.
	Text *content.Article

	targets []markdown.Target // what fills the holes of the text
	view    func(doc *markdown.Document) (any, error)
	make    func(out []byte, texts Texts) ([]byte, error)
}

// Texts are the texts of articles, which may lie on a disk until they are
// shown.
type Texts interface {
	// Whole is the article's document with its content.
	Whole(a *content.Article) (*markdown.Document, error)
	// File is the article's file.
	File(a *content.Article) ([]byte, error)
}

// View is all that the output is made of, beside the article's text: a pointer
// to a struct. As long as it, the text and the theme are the same, so is the
// file.
func (o Output) View() (any, error) {
	if o.Text == nil {
		return o.view(nil)
	}
	v, err := o.view(o.Text.Doc.Outline())
	return &filled{v, o.targets}, err
}

// filled is the view of a page that shows a text, and what fills the text's
// holes.
type filled struct {
	View    any
	Targets []markdown.Target
}

// Make appends the file to out, which may be nil.
func (o Output) Make(out []byte, texts Texts) ([]byte, error) { return o.make(out, texts) }

// Pages lists every page. Order and content are the same for the same site and
// theme.
func (r *Renderer) Pages() []Output {
	var out []Output
	language := ""
	add := func(kind string, p site.Page, text *content.Article, targets []markdown.Target, view func(doc *markdown.Document) (any, error)) {
		edition := r.theme.In(language)
		make := func(out []byte, texts Texts) ([]byte, error) {
			var doc *markdown.Document
			if text != nil {
				var err error
				if doc, err = texts.Whole(text); err != nil {
					return nil, err
				}
			}
			v, err := view(doc)
			if err != nil {
				return nil, err
			}
			return edition.page(out, kind, v)
		}
		out = append(out, Output{p.URL, p.File, kind, language, text, targets, view, make})
	}
	plain := func(kind string, p site.Page, view func() (any, error)) {
		add(kind, p, nil, nil, func(*markdown.Document) (any, error) { return view() })
	}
	for _, l := range r.site.Languages {
		v := r.voices[l]
		language = l.Tag
		plain("home", l.Root.Page, func() (any, error) { return v.home() })
		for _, c := range l.Categories {
			plain("category", c.Page, func() (any, error) { return v.category(c) })
		}
		for _, c := range append([]*site.Category{l.Root}, l.Categories...) {
			for i, a := range c.Articles {
				add("article", a.Page, a.Article, a.Targets, func(doc *markdown.Document) (any, error) { return v.article(doc, a, c, i) })
			}
		}
		for _, f := range l.Families {
			if len(f.Tags) > 0 {
				plain("family", f.Page, func() (any, error) { return v.familyPage(f) })
			}
			for _, t := range f.Tags {
				plain("tag", t.Page, func() (any, error) { return v.tag(t) })
			}
		}
		for _, p := range l.Symptoms {
			plain("symptoms", p.Page, func() (any, error) { return v.symptoms(p) })
		}
		missing := l.Home() + "404.html"
		plain("404", site.Page{URL: r.site.Prefix + missing, File: missing}, func() (any, error) {
			p, err := v.page("404", site.Page{}, "title_404")
			return &p, err
		})
	}
	for _, d := range r.site.Redirects {
		language = d.Language
		plain("redirect", d.Page, func() (any, error) { return r.redirect(d), nil })
	}
	return out
}
