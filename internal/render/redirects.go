package render

import (
	"net/url"
	"slices"
	"strings"

	"whyfix/internal/site"
)

// redirect is the view of the page at an old address, for web servers that know
// nothing of redirects.
func (r *Renderer) redirect(d site.Redirect) *RedirectView {
	v := RedirectView{Language: d.Language, Direction: direction(d.Language), Title: r.site.Title, To: d.To, Canonical: r.site.Origin + location(d)}
	if d.External {
		v.Canonical = d.To
	} else if r.site.Origin == "" {
		v.Canonical = ""
	}
	for _, l := range r.site.Languages {
		if l.Tag == d.Language {
			v.Title = l.Title
		}
	}
	return &v
}

// gone is the view of the page at an address whose page was withdrawn: it does
// not tell what that page was about.
func (r *languageRenderer) gone(c *site.Category) *GoneView {
	v := GoneView{Page: r.page("gone", site.Page{}, "title_gone")}
	if c != nil && c != r.in.Root {
		l := categoryLink(c)
		v.Category, v.Breadcrumbs = &l, r.breadcrumbs(c)
	}
	return &v
}

// OldAddresses are those of the site, as the release wants them: without
// the prefix and not escaped, each with the address that it leads to as HTTP
// writes it; and those whose page was withdrawn, sorted.
func OldAddresses(s *site.Site) (redirects map[string]string, gone []string) {
	old := func(p site.Page) string { return "/" + strings.TrimPrefix(p.URL, s.Prefix) }
	if len(s.Redirects) > 0 {
		redirects = make(map[string]string, len(s.Redirects))
	}
	for _, d := range s.Redirects {
		redirects[old(d.Page)] = location(d)
	}
	for _, g := range s.Gone {
		gone = append(gone, old(g.Page))
	}
	slices.Sort(gone)
	return redirects, gone
}

// location is where a redirect leads, as HTTP writes it.
func location(d site.Redirect) string {
	if d.External {
		if u, err := url.Parse(d.To); err == nil {
			return u.String()
		}
		return d.To
	}
	end := len(d.To)
	if i := strings.IndexAny(d.To, "?#"); i >= 0 {
		end = i
	}
	to := EscapeURL(d.To[:end])
	if u, err := url.Parse(d.To[end:]); err == nil {
		to += u.String()
	}
	return to
}

// hosts is the file that static hosts read: a line for each old address. What
// would stand for more than itself there is escaped.
func (r *Renderer) hosts() []byte {
	var lines []string
	plain := strings.NewReplacer("*", "%2A", ":", "%3A")
	add := func(p site.Page, to, status string) {
		lines = append(lines, plain.Replace(EscapeURL(p.URL))+" "+to+" "+status+"\n")
	}
	for _, d := range r.site.Redirects {
		add(d.Page, location(d), "301")
	}
	for _, g := range r.site.Gone {
		add(g.Page, EscapeURL(r.ownPage(g.Category.In, goneFile).URL), "410")
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, ""))
}
