package render

import (
	"encoding/json"
	"html/template"
	"path"
	"strings"
	"time"

	"whyfix/internal/site"
)

// The words of schema.org that a page uses.
type (
	graph struct {
		Context string `json:"@context"`
		Graph   []any  `json:"@graph"`
	}
	crumbList struct {
		Type  string  `json:"@type"`
		Items []crumb `json:"itemListElement"`
	}
	crumb struct {
		Type     string `json:"@type"`
		Position int    `json:"position"`
		Name     string `json:"name"`
		Item     string `json:"item,omitempty"`
	}
	articleData struct {
		Type        string   `json:"@type"`
		ID          string   `json:"@id"`
		Headline    string   `json:"headline"`
		Description string   `json:"description,omitempty"`
		Language    string   `json:"inLanguage"`
		Published   string   `json:"datePublished,omitempty"`
		Modified    string   `json:"dateModified,omitempty"`
		Keywords    []string `json:"keywords,omitempty"`
		Author      *named   `json:"author,omitempty"`
		Publisher   named    `json:"publisher"`
		About       []named  `json:"about,omitempty"`
		Page        string   `json:"mainEntityOfPage"`
	}
	named struct {
		Type string `json:"@type"`
		Name string `json:"name"`
	}
	siteData struct {
		Type     string `json:"@type"`
		ID       string `json:"@id"`
		Name     string `json:"name"`
		About    string `json:"description,omitempty"`
		Language string `json:"inLanguage"`
	}
)

// jsonLD is what a page tells search engines of itself; empty where the site's
// own address is not known. Whatever could end the script element is escaped.
func (r *languageRenderer) jsonLD(p Page, more ...any) template.JS {
	if p.Canonical == "" {
		return ""
	}
	g := graph{Context: "https://schema.org"}
	if len(p.Breadcrumbs) > 0 {
		list := crumbList{Type: "BreadcrumbList"}
		for i, l := range p.Breadcrumbs {
			list.Items = append(list.Items, crumb{"ListItem", i + 1, l.Title, r.absolute(l.URL)})
		}
		list.Items = append(list.Items, crumb{"ListItem", len(list.Items) + 1, p.Title, p.Canonical})
		g.Graph = append(g.Graph, list)
	}
	if g.Graph = append(g.Graph, more...); len(g.Graph) == 0 {
		return ""
	}
	text, _ := json.Marshal(g) // texts and numbers never fail; <, > and & become escapes
	return template.JS(text)
}

func (r *languageRenderer) articleData(p Page, a *site.Article) articleData {
	d := articleData{
		Type: "TechArticle", ID: p.Canonical + "#article", Headline: a.Title.Value, Description: a.Summary, Language: a.Language,
		Published: iso(a.Date), Modified: iso(a.Updated), Publisher: named{"Organization", r.in.Title}, Page: p.Canonical,
	}
	if a.Author != "" {
		d.Author = &named{"Person", a.Author}
		if a.Author == r.in.Title {
			d.Author.Type = "Organization"
		}
	}
	d.Keywords = each(a.Symptoms, text)
	d.About = each(a.Tags[site.Product], func(t *site.Tag) named { return named{"Thing", t.Name} })
	return d
}

func (r *languageRenderer) siteData(p Page) siteData {
	return siteData{"WebSite", p.Canonical + "#website", r.in.Title, p.Description, r.in.Tag}
}

func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// picture is the first image of an article that those who show a shared link
// can show: no drawing, they read none.
func (r *languageRenderer) picture(a *site.Article) string {
	for i, ref := range a.Doc.Refs {
		if u := a.Targets[i].URL; ref.Image && strings.HasPrefix(u, "/") {
			switch strings.ToLower(path.Ext(u)) {
			case ".png", ".jpg", ".jpeg", ".webp", ".gif":
				return r.absolute(u)
			}
		}
	}
	return ""
}
