package site

import (
	"path"
	"strconv"

	"whyfix/internal/diag"
)

// How much of a list is on one page. A few more do not make another one.
const (
	listSize  = 50
	listExtra = 10
)

// pageFolder is the folder of the further pages of a list, beside its first
// page: "pay/page/2/".
const pageFolder = "page"

// lists gives long lists their further pages: of the articles of a folder or of
// a tag, and of the tags of a family.
func (r *resolver) lists() {
	articles, tags := diag.Say("the list of articles"), diag.Say("the list of tags")
	for _, l := range r.site.Languages {
		for _, c := range l.HomeAndCategories() {
			c.More = r.more(c.Page, len(c.Articles), articles)
		}
		for _, f := range l.Families {
			f.More = r.more(f.Page, len(f.Tags), tags)
			for _, t := range f.Tags {
				t.More = r.more(t.Page, len(t.Articles), articles)
			}
		}
	}
}

// more are the pages after the first that a list needs.
func (r *resolver) more(first Page, entries int, owner diag.Text) []Page {
	var out []Page
	for number := 2; (number-1)*listSize+listExtra < entries; number++ {
		folder := path.Dir(first.File)
		p := r.page(path.Join(folder, pageFolder, strconv.Itoa(number))+"/", first.Language)
		r.claimList(p, owner)
		out = append(out, p)
	}
	return out
}

// OnPage are the entries of a list that stand on one of its pages, from 1; more
// are the pages after the first.
func OnPage[T any](list []T, more []Page, number int) []T {
	from, to := (number-1)*listSize, number*listSize
	if number == len(more)+1 {
		to = len(list)
	}
	return list[min(from, len(list)):to]
}
