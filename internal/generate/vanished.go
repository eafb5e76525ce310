package generate

import (
	"bytes"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/site"
)

// An address that was published stays: readers have kept it and others link to
// it. So a site is compared with the release before it, and with what that
// remembers of the ones before.

// Before is a release that a site is compared with.
type Before struct {
	Manifest *publish.Manifest
	WWW      fs.FS
}

// themeFile is an address of a theme's file: the name has a fingerprint, so
// that it changes with the file and nobody keeps it.
var themeFile = regexp.MustCompile(`^/assets/.+\.[0-9a-f]{10}(\.[^./]*)?$`)

// listPage is an address that a further page of a list has, and what is the page
// of a folder where a writer's article has such an address.
var listPage = regexp.MustCompile(`^(.*/page/)[0-9]+/$`)

// vanished are the addresses that were published and lead nowhere now, with
// what was known of their pages. Has tells whether the site has a file.
func (l *Loaded) vanished(before Before, has func(file string) bool) map[string]publish.Lost {
	covered := map[string]bool{}
	old := func(p site.Page) string { return "/" + strings.TrimPrefix(p.URL, l.Site.Prefix) }
	for _, d := range l.Site.Redirects {
		covered[old(d.Page)] = true
	}
	for _, g := range l.Site.Gone {
		covered[old(g.Page)] = true
	}
	lost := map[string]publish.Lost{}
	for u, of := range before.Manifest.Vanished {
		lost[u] = of
	}
	for u := range before.Manifest.URLs {
		if l.mayBeKept(u, before) && !slices.Contains(before.Manifest.Gone, u) && !has(publish.FileOf(u)) {
			lost[u] = before.known(u)
		}
	}
	for u := range before.Manifest.Redirects {
		if _, page := before.Manifest.URLs[u]; !page {
			lost[u] = publish.Lost{}
		}
	}
	maps.DeleteFunc(lost, func(u string, _ publish.Lost) bool { return covered[u] || has(publish.FileOf(u)) })
	if len(lost) == 0 {
		return nil
	}
	return lost
}

// mayBeKept reports whether somebody may keep an address: not those of the theme's
// files and of those for programs, of pages as Markdown, which go where their
// page goes, and of pages that a list fills until it is shorter.
func (l *Loaded) mayBeKept(u string, before Before) bool {
	if themeFile.MatchString(u) {
		return false
	}
	switch path.Base(u) {
	case "index.md", "_redirects", "410.html", "404.html", site.SitemapFile, site.RobotsFile:
		return false
	}
	if at := listPage.FindStringSubmatch(u); at != nil {
		if _, folder := before.Manifest.URLs[at[1]]; !folder {
			return false
		}
	}
	for _, language := range l.Site.Languages {
		if rest, list := strings.CutPrefix(u, "/"+language.Home()+"symptoms/"); list && rest != "" {
			return false
		}
	}
	return true
}

// known is what a release knows of a page.
func (b Before) known(u string) publish.Lost {
	if !strings.HasSuffix(u, "/") {
		return publish.Lost{Hash: b.Manifest.URLs[u]}
	}
	source := u + "index.md"
	lost := publish.Lost{Hash: b.Manifest.URLs[source]}
	name := strings.TrimPrefix(source, "/")
	if info, err := fs.Stat(b.WWW, name); err != nil || !info.Mode().IsRegular() {
		return lost
	}
	if text, err := fs.ReadFile(b.WWW, name); err == nil {
		line, _, _ := bytes.Cut(text, []byte("\n"))
		lost.Title = strings.TrimPrefix(string(line), "# ")
	}
	return lost
}

// tellVanished says of each address what happened to it, and what to write so
// that it leads somewhere. Sum is the content hash of a file of the site.
func (l *Loaded) tellVanished(lost map[string]publish.Lost, sum func(file string) string) diag.List {
	if len(lost) == 0 {
		return nil
	}
	h := l.heirs(sum)
	withheld := map[string]site.Withheld{}
	for _, a := range l.Site.Withheld {
		withheld["/"+strings.TrimPrefix(a.URL, l.Site.Prefix)] = a
	}
	var out diag.List
	for _, u := range slices.Sorted(maps.Keys(lost)) {
		d := diag.Diagnostic{
			Pos: diag.Pos{File: "."}, Code: "vanished-url", Message: diag.Say("the address %s was published and leads nowhere now", u),
			Hint: diag.Say("add it to aliases of the article that takes its place, or write in site.yaml: gone: [%s]", u),
		}
		heir, why := h.find(u, lost[u])
		hidden, isHidden := withheld[u]
		switch {
		case heir != nil:
			d.File, d.Message = heir.Path, diag.Say("%s; this article seems to take its place: %s", d.Message, why)
			d.Hint = diag.Say("write in its front matter: aliases: [%s]", u)
		case isHidden:
			d.File, d.Message = hidden.Path, diag.Say("%s: this article %s", d.Message, hidden.Why)
			d.Hint = diag.Say("write gone: true in its front matter, or add the address to aliases of the article that takes its place")
		case !strings.HasSuffix(u, "/") && path.Ext(u) != ".html":
			d.Hint = diag.Say("put the file back, or write in site.yaml what takes its place: redirects: {%s: …}", u)
		case lost[u].Title != "":
			d.Message = diag.Say("%s (“%s”)", d.Message, lost[u].Title)
		}
		out = append(out, d)
	}
	return l.Site.Settings.Checks.Settle(out)
}

// heirs finds the article that a vanished page most likely became.
type heirs struct {
	articles []*site.Article
	byHash   map[string]*site.Article // of the page as Markdown
	byTitle  map[string]*site.Article
	byName   map[string]*site.Article // the last part of the address
}

func (l *Loaded) heirs(sum func(file string) string) *heirs {
	h := &heirs{articles: l.Site.Articles, byHash: map[string]*site.Article{}, byTitle: map[string]*site.Article{}, byName: map[string]*site.Article{}}
	for _, a := range slices.Backward(l.Site.Articles) { // the first of several wins
		if s := sum(path.Join(path.Dir(a.File), "index.md")); s != "" {
			h.byHash[s] = a
		}
		h.byTitle[a.Title.Value] = a
		h.byName[path.Base(a.URL)] = a
	}
	return h
}

// likeTitle is how much of two titles has to be the same: of the pairs of
// neighbouring characters.
const likeTitle = 0.6

func (h *heirs) find(u string, lost publish.Lost) (*site.Article, diag.Text) {
	if !strings.HasSuffix(u, "/") {
		return nil, diag.Text{}
	}
	if a := h.byHash[lost.Hash]; lost.Hash != "" && a != nil {
		return a, diag.Say("its text is the same")
	}
	if a := h.byTitle[lost.Title]; lost.Title != "" && a != nil {
		return a, diag.Say("its title is the same")
	}
	if a := h.byName[path.Base(u)]; lost.Title != "" && a != nil {
		return a, diag.Say("its name is the same")
	}
	var best *site.Article
	most := likeTitle
	for _, a := range h.articles {
		if like := alike(a.Title.Value, lost.Title); like > most {
			best, most = a, like
		}
	}
	return best, diag.Say("its title is nearly the same")
}

// alike is how much two texts have in common, from 0 to 1.
func alike(a, b string) float64 {
	pairs := func(s string) map[[2]rune]bool {
		out := map[[2]rune]bool{}
		runes := []rune(s)
		for i := 1; i < len(runes); i++ {
			out[[2]rune{runes[i-1], runes[i]}] = true
		}
		return out
	}
	of, with := pairs(a), pairs(b)
	both := 0
	for p := range of {
		if with[p] {
			both++
		}
	}
	return 2 * float64(both) / float64(max(len(of)+len(with), 1))
}

// Vanished reports the addresses of a release that would vanish if the site
// took its place. With a broken theme nobody knows the pages; its error comes
// first.
func Vanished(l *Loaded, before Before) (diag.List, error) {
	if l.Renderer == nil {
		return nil, nil
	}
	files := map[string]bool{}
	for _, p := range Pages(l) {
		files[p.File] = true
	}
	for _, a := range l.Site.Copied {
		files[a.Path] = true
	}
	extras, _, err := Extras(l)
	if err != nil {
		return nil, nil // of the theme's search page, which a build reports
	}
	lists, err := Lists(l)
	if err != nil {
		return nil, err
	}
	for _, f := range append(extras, lists...) {
		files[f.Path] = true
	}
	lost := l.vanished(before, func(file string) bool { return files[file] })
	if len(lost) == 0 {
		return nil, nil
	}
	sums := map[string]string{}
	for _, p := range l.Renderer.Sources() {
		data, err := p.Make(nil, l)
		if err != nil {
			return nil, err
		}
		sums[p.File] = publish.Sum(data)
	}
	return l.tellVanished(lost, func(file string) string { return sums[file] }), nil
}
