package render

import (
	"cmp"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/han"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// How much of a list a page shows.
const (
	homeSymptoms = 12
	homeNewest   = 8
	cardSymptoms = 2
	cardArticles = 4
)

// each is what becomes of each in a list.
func each[T, U any](list []T, becomes func(T) U) []U {
	var out []U
	for _, v := range list {
		out = append(out, becomes(v))
	}
	return out
}

func text(t content.Text) string { return t.Value }

func articleLink(a *site.Article) Link { return Link{Title: a.Title.Value, URL: a.URL} }

func categoryLink(c *site.Category) Link { return Link{Title: c.Title, URL: c.URL} }

func tagLink(t *site.Tag) Link {
	return Link{Title: t.Name, URL: t.URL, Kind: t.Family.String(), Count: len(t.Articles)}
}

// here is a link to a step from its own page.
func here(s *site.Step) Link { return Link{Title: s.Title, URL: onPage(s.ID), Kind: s.Kind.String()} }

// there is a link to a step from another page.
func there(s *site.Step) Link { return Link{Title: s.Title, URL: s.URL(), Kind: s.Kind.String()} }

// onPage is the address of an anchor on the same page. What stands before a
// colon could be a scheme, and would be taken for a dangerous one.
func onPage(id string) string { return "#" + strings.ReplaceAll(id, ":", "%3A") }

// home is the home page. Further pages of the articles that are in no category
// are those of a category.
func (r *languageRenderer) home() *HomeView {
	root := r.in.Root
	v := HomeView{Intro: r.intro(root.Index, root.Targets), Symptoms: r.asked, Popular: len(r.in.Popular) > 0, Categories: each(root.Children, r.categoryCard)}
	v.Page, v.Pager = r.listed("home", articlesOf(root), 1, root.Title, cmp.Or(root.Summary, r.in.Description))
	listed := map[*site.Article]bool{}
	for _, a := range r.in.Newest[:min(len(r.in.Newest), homeNewest)] {
		if !a.Shown().IsZero() {
			v.Newest = append(v.Newest, r.card(a))
			listed[a] = len(root.Children) > 0
		}
	}
	for _, a := range site.OnPage(root.Articles, root.More, 1) {
		if !listed[a] {
			v.Articles = append(v.Articles, r.card(a))
		}
	}
	v.Source = SourceURL(root.URL)
	v.Data = r.jsonLD(v.Page, r.siteData(v.Page))
	return &v
}

// frequent are symptoms that readers have, each with the article that answers:
// those that the writer says are asked most, else the first of each category in
// turn, so that none crowds out the others.
func (r *languageRenderer) frequent() []Link {
	if popular := r.in.Popular; len(popular) > 0 {
		return each(popular[:min(len(popular), homeSymptoms)], func(a site.Asked) Link { return Link{Title: a.Words, URL: a.Article.URL} })
	}
	groups := [][]*site.Article{r.in.Root.Articles}
	for _, c := range r.in.Root.Children {
		groups = append(groups, c.Articles)
	}
	var out []Link
	for turn, left := 0, true; left && len(out) < homeSymptoms; turn++ {
		left = false
		for _, articles := range groups {
			if turn >= len(articles) {
				continue
			}
			left = true
			if a := articles[turn]; len(a.Symptoms) > 0 && len(out) < homeSymptoms {
				out = append(out, Link{Title: a.Symptoms[0].Value, URL: a.URL})
			}
		}
	}
	return out
}

// How wide an example in a search box may be, in ems: what fits beside the words
// around it on a phone, and what is still worth showing cut off.
const (
	exampleFits = 6.5
	exampleMost = 14
)

// example is the first of what readers ask that fits into a search box, else the
// shortest.
func example(asked []Link) string {
	shortest, least := "", float64(exampleMost)
	for _, l := range asked {
		switch width := measure(l.Title); {
		case width <= exampleFits:
			return l.Title
		case width <= least && (shortest == "" || width < least):
			shortest, least = l.Title, width
		}
	}
	return shortest
}

// category is a page of a category, from 1.
func (r *languageRenderer) category(c *site.Category, number int) *CategoryView {
	title := c.Title
	if c == r.in.Root {
		title = r.theme.words[otherArticles(c)]
	}
	var v CategoryView
	v.Page, v.Pager = r.listed("category", articlesOf(c), number, title, c.Summary)
	v.Icon, v.Articles = r.image(c.Icon), each(site.OnPage(c.Articles, c.More, number), r.card)
	if v.First {
		v.Summary, v.Intro, v.Children = c.Summary, r.intro(c.Index, c.Targets), each(c.Children, r.categoryCard)
		v.Breadcrumbs, v.Source = r.breadcrumbs(c.Parent), SourceURL(c.URL)
	} else {
		v.Breadcrumbs = r.breadcrumbs(c)
	}
	v.Data = r.jsonLD(v.Page)
	return &v
}

// otherArticles is the word for the articles of a home page that are in no
// category.
func otherArticles(root *site.Category) string {
	if len(root.Children) == 0 {
		return "all_articles"
	}
	return "other_articles"
}

func (r *languageRenderer) card(a *site.Article) Card {
	c := Card{
		Title: a.Title.Value, URL: a.URL, Summary: a.Summary, Updated: r.date(a.Shown()),
		Symptoms: each(a.Symptoms[:min(len(a.Symptoms), cardSymptoms)], text),
	}
	if a.Category != r.in.Root {
		c.Category = categoryLink(a.Category)
	}
	return c
}

func (r *languageRenderer) categoryCard(c *site.Category) CategoryCard {
	return CategoryCard{
		Title: c.Title, URL: c.URL, Summary: c.Summary, Icon: r.image(c.Icon), Count: c.Count(),
		Articles: each(c.Articles[:min(len(c.Articles), cardArticles)], articleLink),
	}
}

// breadcrumbs lead from the home page to a category.
func (r *languageRenderer) breadcrumbs(c *site.Category) []Link {
	var out []Link
	for ; c != nil; c = c.Parent {
		title := c.Title
		if c == r.in.Root {
			title = r.in.Title
		}
		out = append(out, Link{Title: title, URL: c.URL})
	}
	slices.Reverse(out)
	return out
}

// article is the view of an article without its text.
func (r *languageRenderer) article(a *site.Article, c *site.Category, index int) *ArticleView {
	doc, chain := a.Doc, a.Chain()
	v := ArticleView{
		Page: r.titled("article", a.Page, a.Title.Value, a.Summary), Summary: a.Summary, Author: a.Author,
		Published: r.date(a.Date), Updated: r.date(a.Updated), ReviewBy: r.date(a.ReviewBy), Stale: a.Stale,
		Symptoms: each(a.Symptoms, text), Map: r.chainMap(a), Guide: guide(chain), Related: each(a.Related(), r.card),
		Sections: make([]Section, 0, len(doc.Sections)), Contents: make([]ContentsEntry, 0, len(doc.Sections)),
	}
	v.Breadcrumbs = r.breadcrumbs(c)
	if c != r.in.Root {
		v.Category = categoryLink(c)
	}
	for i := range doc.Sections {
		s := &doc.Sections[i]
		v.Sections = append(v.Sections, section(s))
		entry := ContentsEntry{Link: Link{Title: s.Title, URL: onPage(s.ID), Kind: s.Kind.String()}}
		for _, it := range s.Items {
			if s.Kind == markdown.Solution || !v.Guide.tells(it.ID) { // what the question asks for stands there
				entry.Items = append(entry.Items, Link{Title: it.Title, URL: onPage(it.ID), Kind: s.Kind.String()})
			}
		}
		v.Contents = append(v.Contents, entry)
	}
	for k, tags := range a.Tags {
		if len(tags) > 0 {
			v.Tags = append(v.Tags, TagGroup{Family: r.family(site.FamilyKind(k)), Tags: each(tags, tagLink)})
		}
	}
	if index > 0 {
		l := articleLink(c.Articles[index-1])
		v.Previous = &l
	}
	if index+1 < len(c.Articles) {
		l := articleLink(c.Articles[index+1])
		v.Next = &l
	}
	v.Source, v.Image = SourceURL(a.URL), r.picture(a)
	v.Data = r.jsonLD(v.Page, r.articleData(v.Page, a))
	return &v
}

// putText puts the text of an article into its view.
func (r *languageRenderer) putText(v *ArticleView, doc *markdown.Document, a *site.Article) {
	v.Intro, v.Notes = r.trusted(doc.Intro.HTML, a.Targets), r.trusted(doc.Notes.HTML, a.Targets)
	for i := range doc.Sections {
		s, shown := &doc.Sections[i], &v.Sections[i]
		shown.Heading, shown.Body = r.trusted(s.Heading, a.Targets), r.trusted(s.Body.HTML, a.Targets)
		for j := range s.Items {
			it, shown := &s.Items[j], &shown.Items[j]
			shown.Heading, shown.Body = r.trusted(it.Heading, a.Targets), r.trusted(it.Body.HTML, a.Targets)
		}
	}
	if v.Guide != nil {
		v.tell(doc)
	}
}

func section(s *markdown.Section) Section {
	out := Section{Kind: s.Kind.String(), Level: max(int(s.Level), 2), ID: s.ID, Anchor: s.Anchor, Title: s.Title}
	for i := range s.Items {
		out.Items = append(out.Items, Item{ID: s.Items[i].ID, Title: s.Items[i].Title})
	}
	return out
}

// familyPage is a page of the list of a family's tags, from 1.
func (r *languageRenderer) familyPage(f *site.Family, number int) *FamilyView {
	var v FamilyView
	own := r.family(f.Kind)
	v.Page, v.Pager = r.listed("family", tagsOf(f), number, own.Title, "")
	v.Breadcrumbs = r.breadcrumbs(r.in.Root)
	if !v.First {
		v.Breadcrumbs = append(v.Breadcrumbs, own)
	}
	v.Data = r.jsonLD(v.Page)
	for _, t := range site.OnPage(f.Tags, f.More, number) {
		v.Tags = append(v.Tags, TagCard{Link: tagLink(t), Summary: t.Description})
	}
	return &v
}

// symptoms is a page of the index of what readers say.
func (r *languageRenderer) symptoms(p *site.SymptomPage) *SymptomsView {
	v := SymptomsView{Page: r.page("symptoms", p.Page, "title_symptoms")}
	if p.Previous != nil {
		v.Previous = &Link{URL: p.Previous.URL}
	}
	if p.Next != nil {
		v.Next = &Link{URL: p.Next.URL}
	}
	if p.Above != nil {
		v.Breadcrumbs = append(v.Breadcrumbs, Link{Title: v.Title, URL: p.Above.URL})
		v.Title = p.Groups[0].Category.Title + " – " + v.Title
	}
	for _, g := range p.Groups {
		group := SymptomGroup{Category: Link{Title: g.Category.Title, URL: g.Category.URL, Count: g.Count}}
		if g.Category == r.in.Root {
			group.Category.Title = r.theme.words["other_articles"]
		}
		if g.Own != nil {
			group.All = g.Own.URL
		}
		for _, a := range g.Articles {
			for _, s := range a.Symptoms {
				group.Symptoms = append(group.Symptoms, SymptomLink{s.Value, a.URL, han.Pinyin(s.Value)})
			}
		}
		v.Groups = append(v.Groups, group)
	}
	return &v
}
