package generate

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash/maphash"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/markdown"
	"whyfix/internal/record"
	"whyfix/internal/render"
	"whyfix/internal/search"
	"whyfix/internal/site"
)

// Page is a page that readers find by searching: an article, or the page of a
// folder that a writer gave one.
type Page struct {
	*content.Article
	URL      string
	Language string
	Title    string
	Summary  string
	Tags     [4][]*site.Tag
}

// Searched are the pages of a site that searching finds: its articles in the model's order, then the
// folders'. Home pages are none: a reader is there already.
func Searched(s *site.Site) []Page {
	out := make([]Page, 0, len(s.Articles)+len(s.Categories))
	for _, a := range s.Articles {
		out = append(out, Page{a.Article, render.EscapeURL(a.URL), a.Language, a.Title.Value, a.Summary, a.Tags})
	}
	for _, c := range s.Categories {
		if c.Index != nil {
			out = append(out, Page{c.Index, render.EscapeURL(c.URL), c.Language, c.Title, c.Summary, [4][]*site.Tag{}})
		}
	}
	return out
}

// Document is a page as the search knows it; doc is its whole document, or an
// outline where the texts of its sections are not needed.
func Document(a *Page, doc *markdown.Document) *search.Document {
	d := &search.Document{
		URL: a.URL, Language: a.Language, Title: a.Title, Summary: a.Summary,
		Products: tags(a, site.Product), Causes: tags(a, site.Cause), Solutions: tags(a, site.Solution), Cases: tags(a, site.Case),
	}
	for _, s := range a.Symptoms {
		d.Symptoms = append(d.Symptoms, s.Value)
	}
	if doc.Intro.Text != "" {
		d.Sections = append(d.Sections, search.Section{Text: doc.Intro.Text})
	}
	for _, s := range doc.Sections {
		anchor := s.ID
		if s.Anchor != "" {
			anchor = s.Anchor
		}
		d.Sections = append(d.Sections, search.Section{Anchor: anchor, Title: s.Title, Kind: s.Kind.String(), Text: s.Body.Text})
		for _, it := range s.Items {
			d.Sections = append(d.Sections, search.Section{Anchor: it.ID, Title: it.Title, Kind: s.Kind.String(), Text: it.Body.Text})
		}
	}
	if doc.Notes.Text != "" {
		d.Sections = append(d.Sections, search.Section{Text: doc.Notes.Text})
	}
	return d
}

// sources are the documents of the site, made when they are needed. Their
// stamps are known from the last build where the model and the file are as they
// were.
func sources(ctx context.Context, l *Loaded) ([]search.Source, error) {
	pages := Searched(l.Site)
	docs := make([]search.Source, len(pages))
	was := l.indexed()
	now := indexed{Model: l.model, Documents: make([]indexedDocument, len(docs))}
	places := make(map[string]int, len(was.Documents))
	for i, d := range was.Documents {
		places[d.Path] = i
	}
	err := parallel(ctx, len(docs), func(i int) error {
		a := &pages[i]
		kept := l.kept[a.Path]
		d := &now.Documents[i]
		d.Path, d.Sum = a.Path, kept.sum
		if at, ok := places[a.Path]; ok && was.Documents[at].Sum == kept.sum {
			d.Stamp = was.Documents[at].Stamp
		} else {
			// The texts of sections are made of the file and of how it was read.
			sum := sha256.Sum256(record.Append(append([]byte(l.key), kept.sum[:]...), Document(a, a.Doc.Outline())))
			d.Stamp = search.Stamp(sum[:16])
		}
		docs[i] = search.Source{URL: a.URL, Stamp: d.Stamp, Make: func() (*search.Document, error) {
			doc, err := l.Whole(a.Article)
			if err != nil {
				return nil, err
			}
			return Document(a, doc), nil
		}}
		return nil
	})
	if err == nil && l.store != nil {
		now.Verdict = was.Verdict
		l.store.indexed = now
	}
	return docs, err
}

// indexed is what is known of the documents of the last index.
type indexed struct {
	Model     [32]byte // of which they were made
	Documents []indexedDocument
	Verdict   verdict
}

type indexedDocument struct {
	Path  string
	Sum   [16]byte // of the file
	Stamp search.Stamp
}

// verdict is which promises have to be tried.
type verdict struct {
	Synonyms [32]byte // they depend on
	Doubtful []search.Promise
}

// indexed is what is known of the last index, if that was of the same model.
func (l *Loaded) indexed() indexed {
	if !l.sameModel || l.store.indexed.Model != l.model {
		return indexed{}
	}
	return l.store.indexed
}

// judge finds the promises that have to be tried. As
// they depend on titles and symptoms alone, the model's are those of the last
// build with the same one.
func (l *Loaded) judge(ctx context.Context) (verdict, error) {
	synonyms := sha256.Sum256(fmt.Appendf(nil, "%q", l.Synonyms))
	if l.store != nil {
		if v := l.store.indexed.Verdict; l.store.indexed.Model == l.model && v.Synonyms == synonyms {
			return v, nil
		}
	}
	pages := Searched(l.Site)
	outlines := make([]*search.Document, len(pages))
	err := parallel(ctx, len(outlines), func(i int) error {
		a := &pages[i]
		outlines[i] = Document(a, a.Doc.Outline())
		return nil
	})
	if err != nil {
		return verdict{}, err
	}
	v := verdict{Synonyms: synonyms}
	v.Doubtful = search.Doubtful(outlines)
	if l.store != nil {
		l.store.indexed.Verdict = v
	}
	return v, nil
}

// Stamp is what a document is made of. As long as it is the same, within one
// Loader, so is the document; making a Stamp costs next to nothing.
type Stamp struct {
	URL      string           // the document's
	article  *content.Article // parsed once, until its file changes
	language string
	title    string
	tags     uint64
}

// Stamps are those of pages. Only stamps of one seed can be compared.
func Stamps(pages []Page, seed maphash.Seed) []Stamp {
	known := map[*site.Tag]uint64{}
	out := make([]Stamp, len(pages))
	for i, a := range pages {
		s := Stamp{URL: a.URL, title: a.Title, article: a.Article, language: a.Language}
		for _, family := range a.Tags {
			for _, t := range family {
				h, ok := known[t]
				if !ok {
					h = maphash.Comparable(seed, [3]string{t.Name, t.URL, strings.Join(t.Names, "\n")})
					known[t] = h
				}
				s.tags = s.tags*31 + h
			}
			s.tags = s.tags*31 + 1
		}
		out[i] = s
	}
	return out
}

func tags(a *Page, k site.FamilyKind) []search.Tag {
	var out []search.Tag
	for _, t := range a.Tags[k] {
		out = append(out, search.Tag{Name: t.Name, URL: render.EscapeURL(t.URL), Names: t.Names})
	}
	return out
}

// synonymsOf are the writers' groups of words, and every tag with its other
// names.
func synonymsOf(groups []content.Synonyms, tags []content.TagInfo) []search.Synonyms {
	var out []search.Synonyms
	for _, g := range groups {
		out = append(out, search.Synonyms{Asked: values(g.Asked), Found: values(g.Found)})
	}
	for _, t := range tags {
		if len(t.Names) > 0 {
			names := append([]string{t.Name.Value}, values(t.Names)...)
			out = append(out, search.Synonyms{Asked: names, Found: names})
		}
	}
	return out
}

func values(texts []content.Text) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = t.Value
	}
	return out
}
