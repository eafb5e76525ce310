package build

import (
	"whyfix/internal/render"
	"whyfix/internal/search"
	"whyfix/internal/site"
)

// Document is an article as the search knows it.
func Document(a *site.Article) *search.Document {
	d := &search.Document{
		URL: render.EscapeURL(a.URL), Title: a.Title.Value, Summary: a.Summary,
		Products: tags(a, site.Product), Causes: tags(a, site.Cause), Solutions: tags(a, site.Solution), Cases: tags(a, site.Case),
	}
	for _, s := range a.Symptoms {
		d.Symptoms = append(d.Symptoms, s.Value)
	}
	if a.Doc.Intro.Text != "" {
		d.Sections = append(d.Sections, search.Section{Text: a.Doc.Intro.Text})
	}
	for _, s := range a.Doc.Sections {
		anchor := s.ID
		if s.Anchor != "" {
			anchor = s.Anchor
		}
		d.Sections = append(d.Sections, search.Section{Anchor: anchor, Title: s.Title, Kind: s.Kind.String(), Text: s.Body.Text})
		for _, it := range s.Items {
			d.Sections = append(d.Sections, search.Section{Anchor: it.ID, Title: it.Title, Kind: s.Kind.String(), Text: it.Body.Text})
		}
	}
	return d
}

func tags(a *site.Article, k site.FamilyKind) []search.Tag {
	var out []search.Tag
	for _, t := range a.Tags[k] {
		out = append(out, search.Tag{Name: t.Name, URL: render.EscapeURL(t.URL), Names: t.Names})
	}
	return out
}
