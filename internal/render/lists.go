package render

import (
	"fmt"

	"whyfix/internal/site"
)

// list is a list that may have several pages.
type list struct {
	first site.Page
	more  []site.Page // after the first
	total int         // entries
}

func articlesOf(c *site.Category) list { return list{c.Page, c.More, len(c.Articles)} }

func tagsOf(f *site.Family) list { return list{f.Page, f.More, len(f.Tags)} }

func taggedWith(t *site.Tag) list { return list{t.Page, t.More, len(t.Articles)} }

// at is the place of a page of the list, from 1. Pages after the first are
// nobody's translation: they lead to the first page in the other languages.
func (l list) at(number int) site.Page {
	if number == 1 {
		return l.first
	}
	p := l.more[number-2]
	p.Translations = l.first.Translations
	return p
}

// listed starts the view of a page of a list.
func (r *languageRenderer) listed(kind string, l list, number int, title, summary string) (Page, Pager) {
	if number > 1 {
		title, summary = fmt.Sprintf(r.theme.words["title_page"], title, number), ""
	}
	p := r.titled(kind, l.at(number), title, summary)
	for i := range p.Languages {
		if number > 1 {
			p.Languages[i].Alternate = ""
		}
	}
	return p, l.pager(number)
}

// pager leads from a page to the others.
func (l list) pager(number int) Pager {
	p := Pager{First: number == 1, Total: l.total}
	last := len(l.more) + 1
	if last == 1 {
		return p
	}
	p.Number, p.Of = number, last
	link := func(n int) *Link { return &Link{URL: l.at(n).URL} }
	if number > 1 {
		p.Previous = link(number - 1)
	}
	if number < last {
		p.Next = link(number + 1)
	}
	before := 0
	for _, n := range []int{1, number - 1, number, number + 1, last} {
		if n > before && n <= last {
			p.Pages = append(p.Pages, PagerLink{Number: n, URL: l.at(n).URL, Current: n == number, After: n > before+1})
			before = n
		}
	}
	return p
}

// pages are the numbers and places of all pages of the list.
func (l list) pages(yield func(number int, at site.Page) bool) {
	for number := 1; number <= len(l.more)+1 && yield(number, l.at(number)); number++ {
	}
}
