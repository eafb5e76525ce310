package render

import (
	"cmp"
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
	theme      *Theme
	site       *site.Site
	byLanguage map[*site.Language]*languageRenderer
	brand      []File // the stylesheet of the site's colour, if it has one
}

// languageRenderer makes the pages of one language.
type languageRenderer struct {
	*Renderer
	in    *site.Language
	theme *Edition
	view  Site
}

// New makes a Renderer. Neither the site nor the theme may change afterwards.
func New(s *site.Site, t *Theme) (*Renderer, error) {
	r := &Renderer{theme: t, site: s, byLanguage: map[*site.Language]*languageRenderer{}}
	var brand *Asset
	if c := s.Settings.Brand.Value; c != "" {
		asset, file := fingerprinted("assets/brand", ".css", s.Prefix, brandSheet(c))
		brand, r.brand = &asset, []File{file}
	}
	var logo *Image
	if s.Logo.Path != "" {
		logo = &Image{URL: s.Prefix + s.Logo.Path, Width: s.Logo.Width, Height: s.Logo.Height}
	}
	for _, l := range s.Languages {
		v := &languageRenderer{Renderer: r, in: l, theme: t.In(l.Tag)}
		r.byLanguage[l] = v
		home := s.Prefix + l.Home()
		v.view = Site{
			Title: l.Title, Description: l.Description, Language: l.Tag, Direction: direction(l.Tag), Locale: strings.ReplaceAll(l.Tag, "-", "_"),
			Brand: brand, Logo: logo, Base: s.Prefix, API: s.Settings.Endpoint + s.Prefix + "api/", Home: home, Search: home + "search/", SearchList: home + listFile,
			Notices: l.Notices, Footer: l.Footer, Params: s.Settings.Params,
		}
		if v.theme.english {
			v.view.Words = "en"
		}
		for _, n := range l.Nav {
			v.view.Nav = append(v.view.Nav, Link{Title: n.Title, URL: n.URL, External: n.External})
		}
		if len(l.Symptoms) > 0 {
			v.view.Symptoms = l.Symptoms[0].URL
		}
		if s.Origin != "" && !shown(l.Newest).IsZero() {
			v.view.Feed = home + site.FeedFile
		}
		if c := l.Contact; c.Title != "" {
			v.view.Contact = &Link{Title: c.Title, URL: c.URL, External: c.External}
		}
		for _, f := range l.Families {
			if len(f.Tags) > 0 {
				link, err := v.family(f.Kind)
				if err != nil {
					return nil, err
				}
				link.Count = len(f.Tags)
				v.view.Families = append(v.view.Families, link)
			}
		}
	}
	return r, nil
}

// Files are the theme's assets, and what the settings add to them.
func (r *Renderer) Files() []File { return append(slices.Clone(r.theme.Files()), r.brand...) }

// direction is the way in which a language is written.
func direction(tag string) string {
	primary, rest, _ := strings.Cut(strings.ToLower(tag), "-")
	switch {
	case strings.HasPrefix(rest, "latn"), strings.HasPrefix(rest, "cyrl"):
	case slices.Contains([]string{"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"}, primary),
		strings.HasPrefix(rest, "arab"), strings.HasPrefix(rest, "hebr"):
		return "rtl"
	}
	return "ltr"
}

// goneFile is the page for addresses that are gone, beside each home page.
const goneFile = "410.html"

// ownPage is a page of the program itself, beside the home page of a language.
func (r *Renderer) ownPage(l *site.Language, name string) site.Page {
	name = l.Home() + name
	return site.Page{URL: r.site.Prefix + name, File: name}
}

// page starts the view of a page that is named by one of the theme's words.
func (v *languageRenderer) page(kind string, at site.Page, word string) (Page, error) {
	title, err := v.theme.Word(word)
	if err != nil {
		return Page{}, fmt.Errorf("render: %w", err)
	}
	p := v.titled(kind, at, title, "")
	p.Breadcrumbs = v.breadcrumbs(v.in.Root)
	return p, nil
}

func (v *languageRenderer) titled(kind string, at site.Page, title, description string) Page {
	p := Page{Site: v.view, Kind: kind, URL: at.URL, Title: title, Description: description}
	if at.URL != "" {
		p.Canonical = v.absolute(at.URL)
	}
	if len(v.site.Languages) < 2 {
		return p
	}
	for _, l := range v.site.Languages {
		link := LanguageLink{Language: l.Tag, Direction: direction(l.Tag), Name: v.byLanguage[l].theme.name, Current: l == v.in}
		switch i := slices.IndexFunc(at.Translations, func(t site.Translation) bool { return t.Language == l.Tag }); {
		case link.Current:
			link.URL, link.Translated = at.URL, true
		case i >= 0:
			link.URL, link.Translated = at.Translations[i].URL, true
		default:
			link.URL, link.Translated = l.Root.URL, at.URL == "" // no page: nothing to translate
		}
		if link.Translated && len(at.Translations) > 0 {
			link.Alternate = cmp.Or(v.absolute(link.URL), link.URL)
		}
		p.Languages = append(p.Languages, link)
	}
	return p
}

// absolute is the whole address of a page, or "" where the site's own is not
// known.
func (r *Renderer) absolute(u string) string {
	if r.site.Origin == "" {
		return ""
	}
	return r.site.Origin + EscapeURL(u)
}

// EscapeURL percent-encodes an address of the site, as an HTTP interface must.
func EscapeURL(u string) string { return (&url.URL{Path: u}).EscapedPath() }

func (v *languageRenderer) date(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	layout, err := v.theme.Word("date")
	if err != nil {
		layout = time.DateOnly
	}
	return Date{ISO: t.Format(time.DateOnly), Text: t.Format(layout)}
}

func (v *languageRenderer) family(k site.FamilyKind) (Link, error) {
	title, err := v.theme.Word("family_" + k.String())
	if err != nil {
		return Link{}, fmt.Errorf("render: %w", err)
	}
	return Link{Title: title, URL: v.in.Families[k].URL, Kind: k.String()}, nil
}

func (v *languageRenderer) trusted(f markdown.Fragment, targets []markdown.Target) template.HTML {
	figure, err := v.theme.Word("figure")
	if err != nil {
		figure = "Figure"
	}
	// The Markdown renderer escapes whatever the writer did not mean as HTML.
	return template.HTML(f.HTML(targets, figure))
}

func (v *languageRenderer) intro(index *content.Article, targets []markdown.Target) template.HTML {
	if index == nil {
		return ""
	}
	html := v.trusted(index.Doc.Intro.HTML, targets)
	for _, s := range index.Doc.Sections {
		end := template.HTML("")
		if s.Anchor != "" { // links name it, as on an article's page
			html += template.HTML(fmt.Sprintf("<section id=\"%s\">\n", template.HTMLEscapeString(s.Anchor)))
			end = "</section>\n"
		}
		html += template.HTML(fmt.Sprintf("<h2 id=\"%s\">", template.HTMLEscapeString(s.ID))) + v.trusted(s.Heading, targets) + "</h2>\n" + v.trusted(s.Body.HTML, targets)
		for _, it := range s.Items {
			html += template.HTML(fmt.Sprintf("<h3 id=\"%s\">", template.HTMLEscapeString(it.ID))) + v.trusted(it.Heading, targets) + "</h3>\n" + v.trusted(it.Body.HTML, targets)
		}
		html += end
	}
	return html + v.trusted(index.Doc.Notes.HTML, targets)
}
