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
	own        []File // what the site's colour makes, if it has one: a stylesheet, an icon
}

// languageRenderer makes the pages of one language.
type languageRenderer struct {
	*Renderer
	in    *site.Language
	theme *Edition
	view  Site
	asked []Link // what readers ask
}

// New makes a Renderer. Neither the site nor the theme may change afterwards.
func New(s *site.Site, t *Theme) *Renderer {
	r := &Renderer{theme: t, site: s, byLanguage: map[*site.Language]*languageRenderer{}}
	var brand *Asset
	if c := s.Settings.Brand.Value; c != "" {
		asset, file := fingerprinted("assets/brand", ".css", s.Prefix, brandSheet(c))
		brand, r.own = &asset, []File{file}
	}
	logo, icon := r.image(s.Logo), r.icon()
	for _, l := range s.Languages {
		v := &languageRenderer{Renderer: r, in: l, theme: t.In(l.Tag)}
		r.byLanguage[l] = v
		home := s.Prefix + l.Home()
		v.view = Site{
			Title: l.Title, Description: l.Description, Language: l.Tag, Direction: direction(l.Tag), Locale: strings.ReplaceAll(l.Tag, "-", "_"),
			Brand: brand, Logo: logo, Icon: icon, Base: s.Prefix, Private: s.Settings.Private(), API: s.Settings.Endpoint + s.Prefix + "api/", Home: home, Search: home + "search/", SearchList: home + listFile,
			Nav:     each(l.Nav, func(n site.Link) Link { return Link{Title: n.Title, URL: n.URL, External: n.External} }),
			Notices: l.Notices, Footer: l.Footer, Params: s.Settings.Params,
		}
		v.asked = v.frequent()
		v.view.Example = example(v.asked)
		if v.theme.english {
			v.view.Words = "en"
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
				link := v.family(f.Kind)
				link.Count = len(f.Tags)
				v.view.Families = append(v.view.Families, link)
			}
		}
	}
	return r
}

// Files are the theme's assets, and what the settings add to them.
func (r *Renderer) Files() []File { return append(slices.Clone(r.theme.Files()), r.own...) }

// image is a picture of the content folder for a template; nil for none.
func (r *Renderer) image(a site.Asset) *Image {
	if a.Path == "" {
		return nil
	}
	return &Image{URL: r.site.Prefix + a.Path, Width: a.Width, Height: a.Height}
}

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
func (r *languageRenderer) page(kind string, at site.Page, word string) Page {
	p := r.titled(kind, at, r.theme.words[word], "")
	p.Breadcrumbs = r.breadcrumbs(r.in.Root)
	return p
}

func (r *languageRenderer) titled(kind string, at site.Page, title, description string) Page {
	p := Page{Site: r.view, Kind: kind, URL: at.URL, Title: title, Description: description}
	if at.URL != "" {
		p.Canonical = r.absolute(at.URL)
	}
	if len(r.site.Languages) < 2 {
		return p
	}
	for _, l := range r.site.Languages {
		link := LanguageLink{Language: l.Tag, Direction: direction(l.Tag), Name: r.byLanguage[l].theme.name, Current: l == r.in}
		switch i := slices.IndexFunc(at.Translations, func(t site.Translation) bool { return t.Language == l.Tag }); {
		case link.Current:
			link.URL, link.Translated = at.URL, true
		case i >= 0:
			link.URL, link.Translated = at.Translations[i].URL, true
		default:
			link.URL, link.Translated = l.Root.URL, at.URL == "" // no page: nothing to translate
		}
		if link.Translated && len(at.Translations) > 0 {
			link.Alternate = cmp.Or(r.absolute(link.URL), link.URL)
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
	return r.whole(u)
}

// EscapeURL percent-encodes an address of the site, as an HTTP interface must.
func EscapeURL(u string) string { return (&url.URL{Path: u}).EscapedPath() }

func (r *languageRenderer) date(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	return Date{ISO: iso(t), Text: t.Format(r.theme.words["date"])}
}

func (r *languageRenderer) family(k site.FamilyKind) Link {
	return Link{Title: r.theme.words["family_"+k.String()], URL: r.in.Families[k].URL, Kind: k.String()}
}

// trusted is a text whose holes are filled. The Markdown renderer escapes
// whatever the writer did not mean as HTML.
func (r *languageRenderer) trusted(f markdown.Fragment, targets []markdown.Target) template.HTML {
	return template.HTML(f.HTML(targets, r.theme.words))
}

func (r *languageRenderer) intro(index *content.Article, targets []markdown.Target) template.HTML {
	if index == nil {
		return ""
	}
	heading := func(level int, id string, title, text markdown.Fragment) template.HTML {
		return template.HTML(fmt.Sprintf("<h%d id=\"%s\">%s</h%[1]d>\n%[4]s", level, template.HTMLEscapeString(id), r.trusted(title, targets), r.trusted(text, targets)))
	}
	html := r.trusted(index.Doc.Intro.HTML, targets)
	for _, s := range index.Doc.Sections {
		if s.Anchor != "" { // links name it, as on an article's page
			html += template.HTML(fmt.Sprintf("<section id=\"%s\">\n", template.HTMLEscapeString(s.Anchor)))
		}
		html += heading(2, s.ID, s.Heading, s.Body.HTML)
		for _, it := range s.Items {
			html += heading(3, it.ID, it.Heading, it.Body.HTML)
		}
		if s.Anchor != "" {
			html += "</section>\n"
		}
	}
	return html + r.trusted(index.Doc.Notes.HTML, targets)
}
