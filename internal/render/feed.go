package render

import (
	"encoding/xml"
	"time"

	"whyfix/internal/site"
)

// feedEntries is how many articles a feed has.
const feedEntries = 30

type (
	atomLink struct {
		Rel  string `xml:"rel,attr,omitempty"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomEntry struct {
		Title     string     `xml:"title"`
		Link      atomLink   `xml:"link"`
		ID        string     `xml:"id"`
		Published string     `xml:"published,omitempty"`
		Updated   string     `xml:"updated"`
		Author    *atomName  `xml:"author"`
		Category  []atomTerm `xml:"category"`
		Summary   string     `xml:"summary,omitempty"`
	}
	atomName struct {
		Name string `xml:"name"`
	}
	atomTerm struct {
		Term string `xml:"term,attr"`
	}
	atomFeed struct {
		XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Language string      `xml:"xml:lang,attr"`
		Title    string      `xml:"title"`
		Subtitle string      `xml:"subtitle,omitempty"`
		Links    []atomLink  `xml:"link"`
		ID       string      `xml:"id"`
		Updated  string      `xml:"updated"`
		Author   atomName    `xml:"author"`
		Entries  []atomEntry `xml:"entry"`
	}
)

// feed is the Atom feed of new and updated articles of a language. An article
// without a day has no place in it; without any that has one there is no feed.
func (r *languageRenderer) feed() ([]byte, error) {
	home := r.absolute(r.in.Root.URL)
	f := atomFeed{
		Language: r.in.Tag, Title: r.in.Title, Subtitle: r.in.Description, ID: home, Author: atomName{r.in.Title},
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: r.absolute(r.view.Home + site.FeedFile)}, {Rel: "alternate", Type: "text/html", Href: home}},
	}
	for _, a := range r.in.Newest {
		if len(f.Entries) == feedEntries || a.Shown().IsZero() {
			break
		}
		u := r.absolute(a.URL)
		e := atomEntry{Title: a.Title.Value, Link: atomLink{Href: u}, ID: u, Updated: moment(a.Shown()), Summary: a.Summary}
		if !a.Date.IsZero() {
			e.Published = moment(a.Date)
		}
		if a.Author != "" {
			e.Author = &atomName{a.Author}
		}
		for _, t := range a.Tags[site.Product] {
			e.Category = append(e.Category, atomTerm{t.Name})
		}
		f.Entries = append(f.Entries, e)
	}
	if len(f.Entries) > 0 {
		f.Updated = f.Entries[0].Updated
	}
	return document(f)
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }
