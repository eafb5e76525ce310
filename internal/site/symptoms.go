package site

import (
	"path"
	"slices"
	"strconv"

	"whyfix/internal/diag"
)

// How much of the index of symptoms one page holds.
const (
	symptomsTogether = 400 // symptoms of a whole language on one page
	symptomArticles  = 150 // articles on a page of one group
)

// symptoms makes the index of what readers say, by category. Thousands of
// lines would be no use on one page, so then each category has its own pages.
func (r *resolver) symptoms() {
	for _, l := range r.site.Languages {
		var groups []SymptomGroup
		total := 0
		for _, c := range append(slices.Clone(l.Root.Children), l.Root) {
			g := SymptomGroup{Category: c, Articles: withSymptoms(c, c != l.Root)}
			for _, a := range g.Articles {
				g.Count += len(a.Symptoms)
			}
			if g.Count > 0 {
				groups = append(groups, g)
				total += g.Count
			}
		}
		if total == 0 {
			continue
		}
		page := func(address string) *SymptomPage {
			p := &SymptomPage{Page: r.page(address, l.Tag)}
			r.claimList(p.Page, diag.Say("the index of symptoms"))
			l.Symptoms = append(l.Symptoms, p)
			return p
		}
		first := page(l.Home() + "symptoms/")
		if total > symptomsTogether {
			for i := range groups {
				groups[i].split(first, page)
			}
		}
		first.Groups = groups
	}
}

// withSymptoms are the articles of a category that name symptoms, and, where
// deep, those of the categories below it.
func withSymptoms(c *Category, deep bool) []*Article {
	var out []*Article
	for _, a := range c.Articles {
		if len(a.Symptoms) > 0 {
			out = append(out, a)
		}
	}
	if deep {
		for _, child := range c.Children {
			out = append(out, withSymptoms(child, true)...)
		}
	}
	return out
}

// split gives a group its own pages.
func (g *SymptomGroup) split(first *SymptomPage, page func(string) *SymptomPage) {
	name := "-" // no folder's name
	if g.Category.Parent != nil {
		name = path.Base(path.Dir(g.Category.File))
	}
	folder := path.Dir(first.File) + "/" + name + "/"
	var last *SymptomPage
	number := 0
	for chunk := range slices.Chunk(g.Articles, symptomArticles) {
		address := folder
		if number++; number > 1 {
			address += strconv.Itoa(number) + "/"
		}
		p := page(address)
		p.Above, p.Previous = first, last
		p.Groups = []SymptomGroup{{Category: g.Category, Count: g.Count, Articles: chunk}}
		if last == nil {
			g.Own = p
		} else {
			last.Next = p
		}
		last = p
	}
	g.Articles = nil
}
