package render

import (
	"iter"
	"slices"

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

	texts func() []shownText                                      // nil when the view is all
	view  func() any                                              // without the texts
	make  func(out []byte, view any, texts Texts) ([]byte, error) // puts the texts into the view
}

// shownText is an article whose text an output shows, and what fills its holes.
type shownText struct {
	Article *content.Article
	Targets []markdown.Target
}

// Texts are the articles whose texts the output shows; none when its view is all.
func (o Output) Texts() []*content.Article {
	if o.texts == nil {
		return nil
	}
	return each(o.texts(), func(t shownText) *content.Article { return t.Article })
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
func (o Output) View() any {
	if o.texts == nil {
		return o.view()
	}
	return &filled{o.view(), each(o.texts(), func(t shownText) []markdown.Target { return t.Targets })}
}

// filled is the view of a page that shows texts, and what fills the holes of
// each.
type filled struct {
	View    any
	Targets [][]markdown.Target
}

// Make appends the file to out, which may be nil.
func (o Output) Make(out []byte, texts Texts) ([]byte, error) { return o.MakeOf(out, o.View(), texts) }

// MakeOf is Make with a view that View has just made, which is of no use
// afterwards: the text is put into it.
func (o Output) MakeOf(out []byte, view any, texts Texts) ([]byte, error) {
	if f, ok := view.(*filled); ok {
		view = f.View
	}
	return o.make(out, view, texts)
}

// Pages lists every page. Order and content are the same for the same site and
// theme.
func (r *Renderer) Pages() []Output { return slices.Collect(iter.Seq[Output](r.eachPage)) }

// Outputs are every page, and every page as Markdown behind them, in the order
// of Pages and Sources. They are listed on the way: all of a large site's are
// much memory.
func (r *Renderer) Outputs() iter.Seq[Output] {
	return func(yield func(Output) bool) {
		enough := false
		visit := func(o Output) bool {
			enough = !yield(o)
			return !enough
		}
		if r.eachPage(visit); !enough {
			r.eachSource(visit)
		}
	}
}

// eachPage calls yield with every page until that has enough.
func (r *Renderer) eachPage(yield func(Output) bool) {
	enough := false
	put := func(o Output) { enough = enough || !yield(o) }
	language := ""
	plain := func(kind string, p site.Page, view func() any) {
		edition := r.theme.In(language)
		make := func(out []byte, v any, _ Texts) ([]byte, error) { return edition.page(out, kind, v) }
		put(Output{p.URL, p.File, kind, language, nil, view, make})
	}
	article := func(v *languageRenderer, a *site.Article, c *site.Category, index int) {
		edition := r.theme.In(language)
		view := func() any { return v.article(a, c, index) }
		make := func(out []byte, view any, texts Texts) ([]byte, error) {
			doc, err := texts.Whole(a.Article)
			if err != nil {
				return nil, err
			}
			page := view.(*ArticleView)
			v.putText(page, doc, a)
			return edition.page(out, "article", page)
		}
		texts := func() []shownText { return []shownText{{a.Article, a.Targets}} }
		put(Output{a.URL, a.File, "article", language, texts, view, make})
	}
	tag := func(v *languageRenderer, t *site.Tag) {
		edition := r.theme.In(language)
		view := func() any { return v.tag(t) }
		texts := func() []shownText {
			return each(told(t), func(a *site.Article) shownText { return shownText{a.Article, a.Targets} })
		}
		make := func(out []byte, view any, texts Texts) ([]byte, error) {
			page := view.(*TagView)
			if err := v.putTold(page, t, texts); err != nil {
				return nil, err
			}
			return edition.page(out, "tag", page)
		}
		put(Output{t.URL, t.File, "tag", language, texts, view, make})
	}
	for _, l := range r.site.Languages {
		v := r.byLanguage[l]
		language = l.Tag
		for _, c := range l.HomeAndCategories() {
			for number, at := range articlesOf(c).pages {
				if c == l.Root && number == 1 {
					plain("home", at, func() any { return v.home() })
				} else {
					plain("category", at, func() any { return v.category(c, number) })
				}
			}
		}
		for _, c := range l.HomeAndCategories() {
			for i, a := range c.Articles {
				article(v, a, c, i)
			}
		}
		for _, f := range l.Families {
			if len(f.Tags) > 0 {
				for number, at := range tagsOf(f).pages {
					plain("family", at, func() any { return v.familyPage(f, number) })
				}
			}
			for _, t := range f.Tags {
				tag(v, t)
				for i, at := range t.More {
					plain("tag", at, func() any { return v.tagged(t, i+2) })
				}
			}
		}
		for _, p := range l.Symptoms {
			plain("symptoms", p.Page, func() any { return v.symptoms(p) })
		}
		plain("404", r.ownPage(l, "404.html"), func() any {
			p := v.page("404", site.Page{}, "title_404")
			return &p
		})
		if len(r.site.Gone) > 0 {
			plain("gone", r.ownPage(l, goneFile), func() any { return v.gone(nil) })
		}
	}
	for _, d := range r.site.Redirects {
		if language = d.Language; d.IsPage() {
			plain("redirect", d.Page, func() any { return r.redirect(d) })
		}
	}
	for _, g := range r.site.Gone {
		if language = g.Language; g.IsPage() {
			plain("gone", g.Page, func() any { return r.byLanguage[g.Category.In].gone(g.Category) })
		}
	}
}
