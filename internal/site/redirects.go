package site

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

// leadElsewhere is the hint for a link to one.
var leadElsewhere = diag.Say("link to what takes its place, or take the link out")

// Hints that free an old address that somebody else has.
var (
	freeOld = diag.Say("take it out here, or give the other page another address")
	dropOld = diag.Say("take it out of redirects: or gone: in site.yaml")
)

// withdraw places the pages of articles that are gone, and those that
// site.yaml says are gone.
func (r *resolver) withdraw() {
	for i := range r.site.Withheld {
		a := &r.site.Withheld[i]
		p := r.page(r.address(a.Article), "")
		a.URL = p.URL
		if !a.Gone || a.Index {
			continue
		}
		own := claim{owner: diag.Say("%s, which is gone", a.Path), gone: true, at: diag.Pos{File: a.Path}, free: renameSlug}
		if a.Slug.Value != "" {
			own.at = a.Slug.Pos
		}
		r.placeGone(p, own, freeName, a.Path)
		for _, alias := range a.Aliases {
			r.placeGone(r.page(strings.TrimPrefix(alias.Value, "/"), ""), claim{owner: diag.Say("an alias in %s", a.Path), gone: true, at: alias.Pos, free: dropAlias}, freeAlias, "")
		}
	}
	for _, t := range r.in.Settings.Gone {
		r.placeGone(r.page(strings.TrimPrefix(t.Value, "/"), ""), claim{owner: diag.Say("gone: in site.yaml"), gone: true, at: t.Pos, free: dropOld}, freeOld, "")
	}
}

// placeGone places one page that is gone.
func (r *resolver) placeGone(p Page, own claim, hint diag.Text, file string) {
	if !r.take(p, own, hint) {
		return
	}
	c := r.nearest(p)
	p.Language = c.In.Tag
	r.site.Gone = append(r.site.Gone, Gone{Page: p, Category: c, Path: file})
}

// nearest is the category whose address is the longest that a page's starts
// with: the page would be found there.
func (r *resolver) nearest(p Page) *Category {
	if r.places == nil {
		r.places = map[string]*Category{}
		for _, c := range r.categories() {
			r.places[c.below()] = c
		}
	}
	for at := strings.TrimSuffix(strings.TrimSuffix(p.File, "index.html"), "/"); ; {
		i := strings.LastIndexByte(at, '/')
		if i < 0 {
			return r.site.Root
		}
		at = at[:i]
		if c := r.places[at+"/"]; c != nil {
			return c
		}
	}
}

// address is where an article that is not built would be, below the site's
// root. No folder becomes a category for its sake.
func (r *resolver) address(a *content.Article) string {
	folder := r.folderAddress(folderOf(a.Path))
	if a.Index {
		return folder
	}
	return folder + cmp.Or(a.Slug.Value, FileSlug(a.Path)) + "/"
}

func (r *resolver) folderAddress(dir string) string {
	if c := r.folders[dir]; c != nil {
		return c.below()
	}
	return r.folderAddress(folderOf(dir)) + cmp.Or(r.slugs[dir], FileSlug(path.Base(dir)+".md")) + "/"
}

// redirects places the old addresses.
func (r *resolver) redirects() {
	// What site.yaml names must be a page, not another old address: a reader is
	// sent on once. So all are looked up before any old address is placed.
	type pair struct {
		from content.Text
		to   Redirect
	}
	var pairs []pair
	for _, d := range r.in.Settings.Redirects {
		if l := r.settingsLink("", d.To); l.URL != "" {
			pairs = append(pairs, pair{d.From, Redirect{To: l.URL, External: l.External}})
		}
	}
	add := func(aliases []content.Text, to Page) {
		for _, alias := range aliases {
			p := r.page(strings.TrimPrefix(alias.Value, "/"), to.Language)
			if p.URL == to.URL {
				r.problem(alias.Pos, diag.Error, "alias", diag.Say("this alias is the page's own address"), diag.Say("delete it"))
				continue
			}
			if r.take(p, claim{owner: diag.Say("an alias in %s", alias.Pos.File), at: alias.Pos, free: dropAlias}, freeAlias) {
				r.site.Redirects = append(r.site.Redirects, Redirect{Page: p, To: to.URL})
			}
		}
	}
	for _, a := range r.site.Articles {
		add(a.Aliases, a.Page)
	}
	for _, c := range r.categories() {
		if c.Index != nil {
			add(c.Index.Aliases, c.Page)
		}
	}
	for _, d := range pairs {
		p := r.page(strings.TrimPrefix(d.from.Value, "/"), "")
		p.Language = r.nearest(p).In.Tag
		if r.take(p, claim{owner: diag.Say("redirects: in site.yaml"), at: d.from.Pos, free: dropOld}, freeOld) {
			d.to.Page = p
			r.site.Redirects = append(r.site.Redirects, d.to)
		}
	}
}

// IsPage reports whether web servers hand a page's file out as HTML: one for an
// address such as /old.pdf would only harm.
func (p Page) IsPage() bool {
	return slices.Contains([]string{".html", ".htm"}, strings.ToLower(path.Ext(p.File)))
}
