package render

import (
	"cmp"
	"slices"
	"strings"

	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// How much of a list a page shows.
const (
	homeSymptoms  = 12
	homeNewest    = 8
	cardSymptoms  = 2
	cardArticles  = 4
	productCauses = 12
)

func (r *languageRenderer) home() (*HomeView, error) {
	root := r.in.Root
	v := HomeView{Page: r.titled("home", root.Page, root.Title, cmp.Or(root.Summary, r.in.Description)), Intro: r.intro(root.Index, root.Targets)}
	v.Symptoms = r.frequent()
	listed := map[*site.Article]bool{}
	for _, a := range r.in.Newest[:min(len(r.in.Newest), homeNewest)] {
		if !a.Shown().IsZero() {
			v.Newest = append(v.Newest, r.card(a))
			listed[a] = len(root.Children) > 0
		}
	}
	for _, c := range root.Children {
		v.Categories = append(v.Categories, categoryCard(c))
	}
	for _, a := range root.Articles {
		if !listed[a] {
			v.Articles = append(v.Articles, r.card(a))
		}
	}
	v.Source = SourceURL(root.URL)
	var err error
	if v.Data, err = r.jsonLD(v.Page, r.siteData(v.Page)); err != nil {
		return nil, err
	}
	return &v, nil
}

// frequent are symptoms that readers have, each with the article that answers:
// the newest of each category in turn, so that none crowds out the others.
func (r *languageRenderer) frequent() []Link {
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

func (r *languageRenderer) category(c *site.Category) (*CategoryView, error) {
	v := CategoryView{Page: r.titled("category", c.Page, c.Title, c.Summary), Summary: c.Summary, Intro: r.intro(c.Index, c.Targets)}
	v.Breadcrumbs = r.breadcrumbs(c.Parent)
	for _, child := range c.Children {
		v.Children = append(v.Children, categoryCard(child))
	}
	for _, a := range c.Articles {
		v.Articles = append(v.Articles, r.card(a))
	}
	v.Source = SourceURL(c.URL)
	var err error
	if v.Data, err = r.jsonLD(v.Page); err != nil {
		return nil, err
	}
	return &v, nil
}

func (r *languageRenderer) card(a *site.Article) Card {
	c := Card{Title: a.Title.Value, URL: a.URL, Summary: a.Summary, Updated: r.date(a.Shown())}
	for _, s := range a.Symptoms[:min(len(a.Symptoms), cardSymptoms)] {
		c.Symptoms = append(c.Symptoms, s.Value)
	}
	if a.Category != r.in.Root {
		c.Category = Link{Title: a.Category.Title, URL: a.Category.URL}
	}
	return c
}

func categoryCard(c *site.Category) CategoryCard {
	card := CategoryCard{Title: c.Title, URL: c.URL, Summary: c.Summary, Count: c.Count()}
	for _, a := range c.Articles[:min(len(c.Articles), cardArticles)] {
		card.Articles = append(card.Articles, Link{Title: a.Title.Value, URL: a.URL})
	}
	return card
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
func (r *languageRenderer) article(a *site.Article, c *site.Category, index int) (*ArticleView, error) {
	doc := a.Doc
	v := ArticleView{
		Page: r.titled("article", a.Page, a.Title.Value, a.Summary), Summary: a.Summary, Author: a.Author,
		Published: r.date(a.Date), Updated: r.date(a.Updated), ReviewBy: r.date(a.ReviewBy), Stale: a.Stale,
	}
	v.Breadcrumbs = r.breadcrumbs(c)
	if c != r.in.Root {
		v.Category = Link{Title: c.Title, URL: c.URL}
	}
	for _, s := range a.Symptoms {
		v.Symptoms = append(v.Symptoms, s.Value)
	}
	chain := a.Chain()
	steps := make(map[string]*site.Step, len(chain.Causes)+len(chain.Checks)+len(chain.Solutions)+len(chain.Cases))
	for _, list := range [][]*site.Step{chain.Causes, chain.Checks, chain.Solutions, chain.Cases} {
		for _, s := range list {
			steps[s.ID] = s
		}
	}
	v.Sections, v.Contents = make([]Section, 0, len(doc.Sections)), make([]ContentsEntry, 0, len(doc.Sections))
	for i := range doc.Sections {
		s := &doc.Sections[i]
		v.Sections = append(v.Sections, section(s, steps))
		entry := ContentsEntry{Link: Link{Title: s.Title, URL: onPage(s.ID), Kind: s.Kind.String()}}
		for _, it := range s.Items {
			entry.Items = append(entry.Items, Link{Title: it.Title, URL: onPage(it.ID), Kind: s.Kind.String()})
		}
		v.Contents = append(v.Contents, entry)
	}
	if slices.ContainsFunc(chain.Causes, func(c *site.Step) bool { return len(c.Checks)+len(c.Solutions) > 0 }) {
		for _, cause := range chain.Causes {
			v.Chain = append(v.Chain, chainCause(cause, here))
		}
	}
	v.Maps, v.Guide = r.chainMaps(a), guide(a)
	for k, tags := range a.Tags {
		if len(tags) == 0 {
			continue
		}
		family, err := r.family(site.FamilyKind(k))
		if err != nil {
			return nil, err
		}
		g := TagGroup{Family: family}
		for _, t := range tags {
			g.Tags = append(g.Tags, tagLink(t))
		}
		v.Tags = append(v.Tags, g)
	}
	for _, b := range a.Related() {
		v.Related = append(v.Related, r.card(b))
	}
	if index > 0 {
		v.Previous = &Link{Title: c.Articles[index-1].Title.Value, URL: c.Articles[index-1].URL}
	}
	if index+1 < len(c.Articles) {
		v.Next = &Link{Title: c.Articles[index+1].Title.Value, URL: c.Articles[index+1].URL}
	}
	v.Source, v.Image = SourceURL(a.URL), r.picture(a)
	var err error
	if v.Data, err = r.jsonLD(v.Page, r.articleData(v.Page, a)); err != nil {
		return nil, err
	}
	return &v, nil
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
		for i, check := range a.Chain().Checks {
			v.Guide.Choices[i].Hint = hint(doc, check)
		}
	}
}

func section(s *markdown.Section, steps map[string]*site.Step) Section {
	out := Section{Kind: s.Kind.String(), Level: max(s.Level, 2), ID: s.ID, Anchor: s.Anchor, Title: s.Title}
	for i := range s.Items {
		it := &s.Items[i]
		item := Item{ID: it.ID, Title: it.Title}
		if step := steps[it.ID]; step != nil {
			if step.Tag != nil {
				l := tagLink(step.Tag)
				item.Tag = &l
			}
			item.For, item.Checks, item.Solutions = heres(step.For), heres(step.Checks), heres(step.Solutions)
		}
		out.Items = append(out.Items, item)
	}
	return out
}

// here is a link to a step from its own page.
func here(s *site.Step) Link {
	return Link{Title: s.Title, URL: onPage(s.ID), Kind: s.Kind.String()}
}

// onPage is the address of an anchor on the same page. What stands before a
// colon could be a scheme, and would be taken for a dangerous one.
func onPage(id string) string { return "#" + strings.ReplaceAll(id, ":", "%3A") }

func heres(steps []*site.Step) []Link {
	var out []Link
	for _, s := range steps {
		out = append(out, here(s))
	}
	return out
}

// there is a link to a step from another page.
func there(s *site.Step) Link { return Link{Title: s.Title, URL: s.URL(), Kind: s.Kind.String()} }

func theres(steps []*site.Step) []Link {
	var out []Link
	for _, s := range steps {
		out = append(out, there(s))
	}
	return out
}

func tagLink(t *site.Tag) Link {
	return Link{Title: t.Name, URL: t.URL, Kind: t.Family.String(), Count: len(t.Articles)}
}

func (r *languageRenderer) familyPage(f *site.Family) (*FamilyView, error) {
	link, err := r.family(f.Kind)
	if err != nil {
		return nil, err
	}
	v := FamilyView{Page: r.titled("family", f.Page, link.Title, "")}
	v.Breadcrumbs = r.breadcrumbs(r.in.Root)
	if v.Data, err = r.jsonLD(v.Page); err != nil {
		return nil, err
	}
	for _, t := range f.Tags {
		v.Tags = append(v.Tags, TagCard{Link: tagLink(t), Summary: t.Description})
	}
	return &v, nil
}

func (r *languageRenderer) tag(t *site.Tag) (*TagView, error) {
	family, err := r.family(t.Family)
	if err != nil {
		return nil, err
	}
	v := TagView{Page: r.titled("tag", t.Page, t.Name, t.Description), Family: family, Names: t.Names, Summary: t.Description}
	v.Breadcrumbs = append(r.breadcrumbs(r.in.Root), family)
	var checks, fixes []*site.Step
	for _, s := range t.Steps() {
		switch {
		case t.Family != site.Cause:
			v.Steps = append(v.Steps, tagStep(s))
		case s.Kind == markdown.Check:
			checks = append(checks, s)
		case s.Kind == markdown.Solution:
			fixes = append(fixes, s)
		default:
			v.Steps = append(v.Steps, tagStep(s))
			checks, fixes = append(checks, s.Checks...), append(fixes, s.Solutions...)
		}
	}
	// A check that tells two causes apart belongs to both, and stands here once.
	v.Checks, v.Fixes = tagSteps(checks), tagSteps(fixes)
	if t.Family == site.Product {
		v.Causes = together(t, site.Cause)
		v.Solutions = together(t, site.Solution)
		v.Situations = r.situations(t)
	}
	if v.Data, err = r.jsonLD(v.Page); err != nil {
		return nil, err
	}
	for _, a := range t.Articles {
		v.Articles = append(v.Articles, r.card(a))
	}
	return &v, nil
}

func tagStep(s *site.Step) TagStep {
	return TagStep{
		Step: there(s), Article: Link{Title: s.Article.Title.Value, URL: s.Article.URL},
		For: theres(s.For), Checks: theres(s.Checks), Solutions: theres(s.Solutions),
	}
}

// tagSteps are different steps, in the order of their first time.
func tagSteps(steps []*site.Step) []TagStep {
	var out []TagStep
	seen := map[*site.Step]bool{}
	for _, s := range steps {
		if !seen[s] {
			seen[s] = true
			out = append(out, tagStep(s))
		}
	}
	return out
}

// together are the tags of another family that stand with a tag, most frequent
// first; the count is of the articles that have both.
func together(t *site.Tag, family site.FamilyKind) []Link {
	counts := map[*site.Tag]int{}
	for _, a := range t.Articles {
		for _, other := range a.Tags[family] {
			counts[other]++
		}
	}
	out := make([]Link, 0, len(counts))
	for other, n := range counts {
		l := tagLink(other)
		l.Count = n
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Link) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.URL, b.URL)) })
	return out[:min(len(out), productCauses)]
}

// symptoms is a page of the index of what readers say.
func (r *languageRenderer) symptoms(p *site.SymptomPage) (*SymptomsView, error) {
	page, err := r.page("symptoms", p.Page, "title_symptoms")
	if err != nil {
		return nil, err
	}
	v := SymptomsView{Page: page}
	link := func(p *site.SymptomPage) *Link {
		if p == nil {
			return nil
		}
		return &Link{URL: p.URL}
	}
	v.Previous, v.Next = link(p.Previous), link(p.Next)
	if p.Above != nil {
		v.Breadcrumbs = append(v.Breadcrumbs, Link{Title: page.Title, URL: p.Above.URL})
		v.Title = p.Groups[0].Category.Title + " – " + page.Title
	}
	for _, g := range p.Groups {
		group := SymptomGroup{Category: Link{Title: g.Category.Title, URL: g.Category.URL, Count: g.Count}}
		if g.Category == r.in.Root {
			if group.Category.Title, err = r.theme.Word("other_articles"); err != nil {
				return nil, err
			}
		}
		if g.Own != nil {
			group.All = g.Own.URL
		}
		for _, a := range g.Articles {
			for _, s := range a.Symptoms {
				group.Symptoms = append(group.Symptoms, Link{Title: s.Value, URL: a.URL})
			}
		}
		v.Groups = append(v.Groups, group)
	}
	return &v, nil
}
