package generate

import (
	"context"
	"crypto/sha256"
	"hash/maphash"
	"strings"
	"sync"

	"whyfix/internal/content"
	"whyfix/internal/diag"
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
		URL: a.URL, Language: a.Language, Title: a.Title, Summary: a.Summary, Symptoms: symptoms(a),
		Products: tags(a, site.Product), Causes: tags(a, site.Cause), Solutions: tags(a, site.Solution), Cases: tags(a, site.Case),
	}
	if doc.Ends != nil && doc.Intro.Text != "" {
		d.Sections = append(d.Sections, search.Section{Text: doc.Intro.Text})
	}
	for _, s := range doc.Sections {
		anchor := s.ID
		if s.Anchor != "" {
			anchor = s.Anchor
		}
		d.Sections = append(d.Sections, search.Section{Anchor: anchor, Title: s.Title, Kind: s.Kind.String(), Text: s.Told.Text()})
		for _, it := range s.Items {
			d.Sections = append(d.Sections, search.Section{Anchor: it.ID, Title: it.Title, Kind: s.Kind.String(), Text: it.Told.Text()})
		}
	}
	if doc.Ends != nil && doc.Notes.Text != "" {
		d.Sections = append(d.Sections, search.Section{Text: doc.Notes.Text})
	}
	return d
}

// Documents are the pages as the search knows them.
func Documents(l *Loaded) ([]*search.Document, error) {
	pages := Searched(l.Site)
	docs := make([]*search.Document, len(pages))
	for i := range pages {
		doc, err := l.Whole(pages[i].Article)
		if err != nil {
			return nil, err
		}
		docs[i] = Document(&pages[i], doc)
	}
	return docs, nil
}

// indexed is what is known of the last index.
type indexed struct {
	Model     model // of which it was made
	Documents []indexedDocument
	Doubtful  []search.Promise // those that had to be tried
	Crowds    []search.Crowd   // those that no search is needed for
}

type indexedDocument struct {
	Path  string
	Sum   [16]byte // of the file
	Stamp search.Stamp
}

// documents are those of the site, made when they are needed. Their stamps are
// known from the last index of the same model where the file is as it was.
func (r *release) documents(ctx context.Context, last *indexed) ([]search.Source, error) {
	places := make(map[string]int, len(last.Documents))
	for i, d := range last.Documents {
		places[d.Path] = i
	}
	pages := Searched(r.Site)
	docs, now := make([]search.Source, len(pages)), make([]indexedDocument, len(pages))
	err := parallel(ctx, len(pages), func(i int) error {
		a := &pages[i]
		d := indexedDocument{Path: a.Path, Sum: r.sources[a.Path].Sum}
		if at, ok := places[a.Path]; ok && last.Documents[at].Sum == d.Sum {
			d.Stamp = last.Documents[at].Stamp
		} else {
			// The texts of sections are made of the file and of how it was read.
			sum := sha256.Sum256(record.Append(append([]byte(r.parsing), d.Sum[:]...), Document(a, a.Doc.Outline())))
			d.Stamp = search.Stamp(sum[:16])
		}
		now[i] = d
		docs[i] = search.Source{URL: a.URL, Stamp: d.Stamp, Make: func() (*search.Document, error) {
			doc, err := r.Whole(a.Article)
			if err != nil {
				return nil, err
			}
			return Document(a, doc), nil
		}}
		return nil
	})
	if err == nil {
		last.Documents = now
	}
	return docs, err
}

// doubtful finds the promises that have to be tried, and those that cannot hold.
// They depend on titles and symptoms alone.
func (r *release) doubtful() ([]search.Promise, []search.Crowd) {
	if !r.Site.Settings.Checks.On("promise") {
		return nil, nil
	}
	pages := Searched(r.Site)
	asked := make([]*search.Document, len(pages))
	for i := range pages {
		asked[i] = &search.Document{URL: pages[i].URL, Title: pages[i].Title, Symptoms: symptoms(&pages[i])}
	}
	return search.Doubtful(asked)
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

func symptoms(a *Page) []string {
	var out []string
	for _, s := range a.Symptoms {
		out = append(out, s.Value)
	}
	return out
}

// Promises reports the symptoms that do not find their article. It needs no
// release: where there is doubt, it asks an index in memory.
func Promises(ctx context.Context, l *Loaded) (diag.List, error) {
	if !l.Site.Settings.Checks.On("promise") {
		return nil, nil
	}
	docs, err := Documents(l)
	if err != nil {
		return nil, err
	}
	doubtful, crowds := search.Doubtful(docs)
	broken, err := search.TryDocuments(ctx, docs, l.Synonyms, doubtful)
	return told(l, broken, crowds), err
}

// aheadOf tells what stands between an article and the first, and what to do.
func aheadOf(b search.Broken) diag.Text {
	if len(b.Instead) == 0 {
		return diag.Say("say what is special about this problem, or take the phrase out here or there")
	}
	place := diag.Say("it is not found")
	if b.Place > 0 {
		place = diag.Say("it stands at place %d", b.Place)
	}
	if b.Ahead.Name == "" {
		return diag.Say("%s, and nothing but addresses tells it apart; say what is special about this problem, or take the phrase out here or there", place)
	}
	more := features()[b.Ahead.Name].Or(diag.Verbatim(b.Ahead.Name))
	if b.Ahead.Text != "" {
		more = diag.Say("%s (“%s”)", more, b.Ahead.Text)
	}
	return diag.Say("%s; what “%s” has more of: %s; say what is special about this problem, or take the phrase out here or there",
		place, b.Instead[len(b.Instead)-1].Title, more)
}

// features are what the search calls its features.
var features = sync.OnceValue(func() map[string]diag.Text {
	out := map[string]diag.Text{}
	for _, said := range []diag.Text{
		diag.Say("how often it says the question's words, for its length"), diag.Say("a short text is the question, less what else it says"),
		diag.Say("the question in one short text"), diag.Say("the question in the article"), diag.Say("the question in one passage"),
		diag.Say("a title or symptom is the question"), diag.Say("a heading or tag is the question"), diag.Say("a short text has the question as typed"),
		diag.Say("the article has the question as typed"), diag.Say("the article has it inside other words"), diag.Say("it has every part of the question"),
		diag.Say("it asks for something else"), diag.Say("only one of both denies"), diag.Say("it is about the opposite"),
		diag.Say("the question's characters in order"), diag.Say("another number than the question's"),
	} {
		out[said.En] = said
	}
	return out
})

// told are broken promises as diagnostics.
func told(l *Loaded, broken []search.Broken, crowds []search.Crowd) diag.List {
	if len(broken)+len(crowds) == 0 {
		return nil
	}
	promising := map[string]*content.Article{}
	for _, p := range Searched(l.Site) {
		promising[p.URL] = p.Article
	}
	out := make(diag.List, 0, len(broken)+len(crowds))
	say := func(p search.Promise, message, hint diag.Text) {
		out = append(out, diag.Diagnostic{Pos: promising[p.URL].Symptoms[p.Symptom].Pos, Severity: diag.Warning, Code: "promise", Message: message, Hint: hint})
	}
	messages := map[*search.Hit]diag.Text{} // what several articles promise is said of each in the same words
	for _, b := range broken {
		message := diag.Say("this symptom does not find its article among the first 3; %s", diag.Say("nothing is found"))
		if len(b.Instead) > 0 {
			var known bool
			if message, known = messages[&b.Instead[0]]; !known {
				var titles []diag.Text
				for _, h := range b.Instead {
					titles = append(titles, diag.Say("“%s” (%s)", h.Title, h.URL))
				}
				message = diag.Say("this symptom does not find its article among the first 3; %s", diag.Say("readers see first: %s", diag.Join(titles)))
				messages[&b.Instead[0]] = message
			}
		}
		say(b.Promise, message, aheadOf(b))
	}
	for _, c := range crowds {
		var others []diag.Text
		for _, p := range c.First[:search.Promised] {
			others = append(others, diag.Verbatim(promising[p.URL].Path))
		}
		if more := c.All - len(c.First); more > 0 {
			others = append(others, diag.Count(more, "%d other", "%d others"))
		}
		say(c.First[search.Promised], diag.Say("%d articles have this symptom, and only 3 can be the first that readers see: it stands in %s, too", c.All, diag.Join(others)),
			diag.Say("say what is special about each problem, or take the phrase out where it fits less"))
	}
	return l.Site.Settings.Checks.Settle(out)
}
