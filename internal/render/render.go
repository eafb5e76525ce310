package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// Renderer makes the pages of one site with one theme.
type Renderer struct {
	theme *Theme
	site  *site.Site
	view  Site
}

// New makes a Renderer. Neither the site nor the theme may change afterwards.
func New(s *site.Site, t *Theme) (*Renderer, error) {
	r := &Renderer{theme: t, site: s}
	r.view = Site{
		Title: s.Title, Description: s.Settings.Description, Language: s.Settings.Language,
		Home: s.Prefix, Search: s.Prefix + "search/", Notices: s.Settings.Notices, Footer: s.Settings.Footer, Params: s.Settings.Params,
	}
	for _, n := range s.Nav {
		r.view.Nav = append(r.view.Nav, Link{Title: n.Title, URL: n.URL, External: n.External})
	}
	for _, f := range s.Families {
		if len(f.Tags) > 0 {
			l, err := r.family(f.Kind)
			if err != nil {
				return nil, err
			}
			l.Count = len(f.Tags)
			r.view.Families = append(r.view.Families, l)
		}
	}
	return r, nil
}

// Output is a page of the site that is made when it is wanted.
type Output struct {
	URL  string // with the prefix
	File string // below www/
	Make func() ([]byte, error)
}

// Pages lists every page. Order and content are the same for the same site and
// theme. Make may be called from many goroutines.
func (r *Renderer) Pages() []Output {
	var out []Output
	add := func(p site.Page, make func() ([]byte, error)) {
		out = append(out, Output{URL: p.URL, File: p.File, Make: make})
	}
	add(r.site.Root.Page, func() ([]byte, error) { return r.home() })
	for _, c := range r.site.Categories {
		add(c.Page, func() ([]byte, error) { return r.category(c) })
	}
	for _, c := range append([]*site.Category{r.site.Root}, r.site.Categories...) {
		for i, a := range c.Articles {
			add(a.Page, func() ([]byte, error) { return r.article(a, c, i) })
		}
	}
	for _, f := range r.site.Families {
		if len(f.Tags) > 0 {
			add(f.Page, func() ([]byte, error) { return r.familyPage(f) })
		}
		for _, t := range f.Tags {
			add(t.Page, func() ([]byte, error) { return r.tag(t) })
		}
	}
	for _, d := range r.site.Redirects {
		add(d.Page, func() ([]byte, error) { return r.redirect(d) })
	}
	add(site.Page{URL: r.site.Prefix + "404.html", File: "404.html"}, func() ([]byte, error) {
		p, err := r.page("404", site.Page{}, "title_404")
		if err != nil {
			return nil, err
		}
		return r.theme.page("404", p)
	})
	return out
}

// page starts the view of a page that is named by one of the theme's words.
func (r *Renderer) page(kind string, at site.Page, word string) (Page, error) {
	title, err := r.theme.Word(word)
	if err != nil {
		return Page{}, fmt.Errorf("render: %w", err)
	}
	p := r.titled(kind, at, title, "")
	p.Breadcrumbs = []Link{{Title: r.site.Title, URL: r.site.Prefix}}
	return p, nil
}

func (r *Renderer) titled(kind string, at site.Page, title, description string) Page {
	p := Page{Site: r.view, Kind: kind, URL: at.URL, Title: title, Description: description}
	if r.site.Origin != "" && at.URL != "" {
		p.Canonical = r.site.Origin + (&url.URL{Path: at.URL}).EscapedPath()
	}
	return p
}

// SearchTemplate makes search.html: the page of a search, with the actions
// that the server will fill.
func (r *Renderer) SearchTemplate() ([]byte, error) {
	p, err := r.page("search", site.Page{URL: r.site.Prefix + "search/"}, "title_search")
	if err != nil {
		return nil, err
	}
	p.Title, p.Canonical = harmless(p.Title), harmless(p.Canonical)
	view := &p.Site
	for _, s := range []*string{&view.Title, &view.Description, &view.Footer, &view.Home, &view.Search} {
		*s = harmless(*s)
	}
	view.Notices = slices.Clone(view.Notices)
	for i, n := range view.Notices {
		view.Notices[i] = harmless(n)
	}
	view.Nav, view.Families = harmlessLinks(view.Nav), harmlessLinks(view.Families)
	p.Breadcrumbs = harmlessLinks(p.Breadcrumbs)
	view.Params = harmlessParams(view.Params)
	page, err := r.theme.page("search", SearchView{Page: p})
	if err != nil {
		return nil, err
	}
	page = bytes.ReplaceAll(page, []byte(bracket), []byte("&#91;"))
	return bytes.ReplaceAll(page, []byte("%ee%80%80"), []byte("%5b")), nil
}

// bracket stands for an opening bracket of the writer's own while the search
// page goes through the theme, so that two of them are not read as an action:
// a character that no text uses.
const bracket = "\uE000"

func harmless(s string) string {
	if strings.Contains(s, "[[") {
		return strings.ReplaceAll(s, "[", bracket)
	}
	return s
}

func harmlessLinks(links []Link) []Link {
	out := slices.Clone(links)
	for i := range out {
		out[i].Title, out[i].URL = harmless(out[i].Title), harmless(out[i].URL)
	}
	return out
}

func harmlessParams(params map[string]any) map[string]any {
	out := make(map[string]any, len(params))
	for k, v := range params {
		if s, ok := v.(string); ok {
			v = harmless(s)
		}
		out[k] = v
	}
	return out
}

// SearchLite is the list of titles and symptoms that a page's search falls
// back to when the endpoint cannot be reached.
func (r *Renderer) SearchLite() ([]byte, error) {
	type entry struct {
		URL      string   `json:"url"`
		Title    string   `json:"title"`
		Symptoms []string `json:"symptoms,omitempty"`
	}
	list := make([]entry, 0, len(r.site.Articles))
	for _, a := range r.site.Articles {
		e := entry{URL: EscapeURL(a.URL), Title: a.Title.Value}
		for _, s := range a.Symptoms {
			e.Symptoms = append(e.Symptoms, s.Value)
		}
		list = append(list, e)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(list); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return b.Bytes(), nil
}

// EscapeURL percent-encodes an address of the site, as an HTTP interface must.
func EscapeURL(u string) string { return (&url.URL{Path: u}).EscapedPath() }

func (r *Renderer) date(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	layout, err := r.theme.Word("date")
	if err != nil {
		layout = time.DateOnly
	}
	return Date{ISO: t.Format(time.DateOnly), Text: t.Format(layout)}
}

func (r *Renderer) family(k site.FamilyKind) (Link, error) {
	title, err := r.theme.Word("family_" + k.String())
	if err != nil {
		return Link{}, fmt.Errorf("render: %w", err)
	}
	return Link{Title: title, URL: r.site.Families[k].URL, Kind: k.String()}, nil
}

func trusted(f markdown.Fragment, targets []markdown.Target) template.HTML {
	// The Markdown renderer escapes whatever the writer did not mean as HTML.
	return template.HTML(f.HTML(targets))
}

func intro(index *content.Article, targets []markdown.Target) template.HTML {
	if index == nil {
		return ""
	}
	html := trusted(index.Doc.Intro.HTML, targets)
	for _, s := range index.Doc.Sections {
		end := template.HTML("")
		if s.Anchor != "" { // links name it, as on an article's page
			html += template.HTML(fmt.Sprintf("<section id=\"%s\">\n", template.HTMLEscapeString(s.Anchor)))
			end = "</section>\n"
		}
		html += template.HTML(fmt.Sprintf("<h2 id=\"%s\">", template.HTMLEscapeString(s.ID))) + trusted(s.Heading, targets) + "</h2>\n" + trusted(s.Body.HTML, targets)
		for _, it := range s.Items {
			html += template.HTML(fmt.Sprintf("<h3 id=\"%s\">", template.HTMLEscapeString(it.ID))) + trusted(it.Heading, targets) + "</h3>\n" + trusted(it.Body.HTML, targets)
		}
		html += end
	}
	return html + trusted(index.Doc.Notes, targets)
}
