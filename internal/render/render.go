package render

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// Renderer makes the pages of one site with one theme.
type Renderer struct {
	theme  *Theme
	site   *site.Site
	voices map[*site.Language]*voice
	brand  []File // the stylesheet of the site's colour, if it has one
}

// voice makes the pages of one language.
type voice struct {
	*Renderer
	in    *site.Language
	theme *Edition
	view  Site
}

// New makes a Renderer. Neither the site nor the theme may change afterwards.
func New(s *site.Site, t *Theme) (*Renderer, error) {
	r := &Renderer{theme: t, site: s, voices: map[*site.Language]*voice{}}
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
		v := &voice{Renderer: r, in: l, theme: t.In(l.Tag)}
		r.voices[l] = v
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

// listFile is the name of the list for searching without the endpoint.
const listFile = "search-lite.json"

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
func (v *voice) page(kind string, at site.Page, word string) (Page, error) {
	title, err := v.theme.Word(word)
	if err != nil {
		return Page{}, fmt.Errorf("render: %w", err)
	}
	p := v.titled(kind, at, title, "")
	p.Breadcrumbs = v.breadcrumbs(v.in.Root)
	return p, nil
}

func (v *voice) titled(kind string, at site.Page, title, description string) Page {
	p := Page{Site: v.view, Kind: kind, URL: at.URL, Title: title, Description: description}
	if at.URL != "" {
		p.Canonical = v.absolute(at.URL)
	}
	if len(v.site.Languages) < 2 {
		return p
	}
	for _, l := range v.site.Languages {
		link := LanguageLink{Language: l.Tag, Direction: direction(l.Tag), Name: v.voices[l].theme.name, Current: l == v.in}
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

// search are the places of the search pages, in the order of the languages.
func (r *Renderer) search() []site.Page {
	out := make([]site.Page, len(r.site.Languages))
	for i, l := range r.site.Languages {
		out[i] = site.Page{URL: r.site.Prefix + l.Home() + "search/", File: l.Home() + "search/index.html", Language: l.Tag}
		for _, other := range r.site.Languages {
			if other != l {
				out[i].Translations = append(out[i].Translations, site.Translation{Language: other.Tag, URL: r.site.Prefix + other.Home() + "search/"})
			}
		}
	}
	return out
}

// SearchTemplate makes search.html: the page of a search, with the actions
// that the server will fill. The search pages of other languages than the
// default stand before it, each under its name: see SearchPage.
func (r *Renderer) SearchTemplate() ([]byte, error) {
	var out bytes.Buffer
	places := r.search()
	for i := len(places) - 1; i >= 0; i-- {
		page, err := r.voices[r.site.Languages[i]].searchPage(places[i])
		if err != nil {
			return nil, err
		}
		if i > 0 {
			fmt.Fprintf(&out, "[[define %q]]%s[[end]]", SearchPage(r.site.Languages[i]), page)
		} else {
			out.Write(page)
		}
	}
	if len(places) > 1 {
		for i, l := range r.site.Languages {
			fmt.Fprintf(&out, "[[define %q]]%s[[end]]", "language of "+SearchPage(l), places[i].Language)
		}
	}
	return out.Bytes(), nil
}

// SearchPage is the name of a language's search page in the search template:
// its address below the site's root. That of the default language is "search/".
func SearchPage(l *site.Language) string { return l.Home() + "search/" }

func (v *voice) searchPage(at site.Page) ([]byte, error) {
	p, err := v.page("search", at, "title_search")
	if err != nil {
		return nil, err
	}
	var categories []Link
	for _, c := range v.in.Root.Children {
		categories = append(categories, Link{Title: c.Title, URL: c.URL, Count: c.Count()})
	}
	view := harmless(reflect.ValueOf(&SearchView{Page: p, Symptoms: v.frequent(), Categories: categories})).Interface()
	page, err := v.theme.page(nil, "search", view)
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

// harmless is a copy of a view in which no text has two opening brackets. It
// walks over all there is, so that no field can be forgotten.
func harmless(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		s := v.String()
		if strings.Contains(s, "[[") {
			s = strings.ReplaceAll(s, "[", bracket)
		}
		out.SetString(s)
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(harmless(v.Field(i)))
		}
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(harmless(v.Index(i)))
		}
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for _, k := range v.MapKeys() {
			out.SetMapIndex(k, harmless(v.MapIndex(k)))
		}
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(harmless(v.Elem()))
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		out.Set(harmless(v.Elem()))
	default:
		return v
	}
	return out
}

// SearchLists are the lists of titles and symptoms that a page's search falls
// back to when the endpoint cannot be reached: one for each language.
func (r *Renderer) SearchLists() ([]File, error) {
	out := make([]File, len(r.site.Languages))
	for i, l := range r.site.Languages {
		data, err := searchLite(l, r.site.Articles)
		if err != nil {
			return nil, err
		}
		out[i] = File{Path: l.Home() + listFile, Data: data}
	}
	return out, nil
}

func searchLite(l *site.Language, articles []*site.Article) ([]byte, error) {
	type entry struct {
		URL      string   `json:"url"`
		Title    string   `json:"title"`
		Symptoms []string `json:"symptoms,omitempty"`
	}
	list := []entry{}
	for _, a := range articles {
		if a.Category.In != l {
			continue
		}
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

func (v *voice) date(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	layout, err := v.theme.Word("date")
	if err != nil {
		layout = time.DateOnly
	}
	return Date{ISO: t.Format(time.DateOnly), Text: t.Format(layout)}
}

func (v *voice) family(k site.FamilyKind) (Link, error) {
	title, err := v.theme.Word("family_" + k.String())
	if err != nil {
		return Link{}, fmt.Errorf("render: %w", err)
	}
	return Link{Title: title, URL: v.in.Families[k].URL, Kind: k.String()}, nil
}

func (v *voice) trusted(f markdown.Fragment, targets []markdown.Target) template.HTML {
	figure, err := v.theme.Word("figure")
	if err != nil {
		figure = "Figure"
	}
	// The Markdown renderer escapes whatever the writer did not mean as HTML.
	return template.HTML(f.HTML(targets, figure))
}

func (v *voice) intro(index *content.Article, targets []markdown.Target) template.HTML {
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
