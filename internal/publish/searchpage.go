package publish

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

// SearchView is what a release's search.html is filled with, for one search.
// It is part of the release's format: the theme is written against it when the
// site is built, the server fills it when a reader searches.
type SearchView struct {
	// Page is which search page it is, by its address below the site's root:
	// "en/search/". Empty: that of the default language.
	Page      string
	Release   string // that answers
	Query     string
	Asked     bool   // whether there was a question at all
	Problem   string // "query_too_long", "unavailable" …, or empty
	Mode      string // "exact", "relaxed", "corrected"
	Corrected string // what was searched instead
	Pinyin    bool   // what was typed are the sounds of that
	Answered  bool   // whether the first hit is likely to answer; if not, the hits are the nearest
	Total     int
	Hits      []SearchHit
	Facets    []SearchFacet // those that have a value which changes something
	Filters   int           // how many values of them are active
	Previous  string        // address of the page before, or empty
	Next      string

	Unfiltered string      // with filters: the address of the same search without them
	Nearest    []SearchHit // where filters left nothing: the first hits without them

	First     string       // where there are hits, but not so many pages: the address of the first
	Suggested []SearchLink // where nothing was found: wordings that come near the question
}

// SearchLink is a wording, and the article that answers it.
type SearchLink struct {
	Title, URL string
}

// HTML is text that is already escaped.
type HTML = template.HTML

// SearchHit is an article that answers.
type SearchHit struct {
	URL      string
	Title    string
	Summary  string
	Snippet  HTML // escaped, but for <mark>
	Section  SearchSection
	Products []string
	Causes   []string
	// Of what is no page of the site: what it is, how that is called, the day when
	// it was written, if that is known, and the host that it is at, if that is
	// another site.
	Source, Label, Date, Host string
}

// SearchSection is the part of an article that answers best.
type SearchSection struct {
	URL, Title string
	Kind       string // "cause", "check", "solution", "case" or ""
}

// SearchFacet counts the hits by one property.
type SearchFacet struct {
	Name   string // "kind", "product", "cause", "solution" or "source"
	Values []SearchFacetValue
}

// SearchFacetValue is one value of a facet, and the search that it leads to.
type SearchFacetValue struct {
	Value  string
	Label  string // how a source is called; empty of all others
	Count  int
	URL    string // the same search with this value, or without it when it is active
	Active bool
}

// SearchTemplate is a parsed search.html.
type SearchTemplate struct {
	t *template.Template
}

// ParseSearchTemplate reads a search.html. Its actions stand between [[ and
// ]], because the file went through the theme's own templates before.
func ParseSearchTemplate(data []byte) (*SearchTemplate, error) {
	t, err := template.New("search.html").Delims("[[", "]]").Option("missingkey=error").Parse(string(data))
	if err != nil {
		return nil, fmt.Errorf("publish: search.html: %w", err)
	}
	return &SearchTemplate{t}, nil
}

// Has reports whether there is a search page at an address below the site's
// root, beside that of the default language.
func (t *SearchTemplate) Has(page string) bool {
	return strings.HasSuffix(page, "/") && t.t.Lookup(page) != nil
}

// Language is the language of a search page; empty on a site that has only
// one.
func (t *SearchTemplate) Language(page string) string {
	var b strings.Builder
	if l := t.t.Lookup("language of " + page); l == nil || l.Execute(&b, nil) != nil {
		return ""
	}
	return b.String()
}

// Execute writes the page of one search.
func (t *SearchTemplate) Execute(w io.Writer, v SearchView) error {
	page := t.t
	if t.Has(v.Page) {
		page = t.t.Lookup(v.Page)
	}
	if err := page.Execute(w, v); err != nil {
		return fmt.Errorf("publish: search.html: %w", err)
	}
	return nil
}

// Try fills every search page with whatever a search can give: a mistake in a
// theme must not wait for the reader whose search comes by it.
func (t *SearchTemplate) Try() error {
	pages := []string{""}
	for _, page := range t.t.Templates() {
		if t.Has(page.Name()) {
			pages = append(pages, page.Name())
		}
	}
	slices.Sort(pages)
	for _, page := range pages {
		for _, view := range trials() {
			view.Page = page
			if err := t.Execute(io.Discard, view); err != nil {
				return err
			}
		}
	}
	return nil
}

// trials are searches that have between them every shape of answer.
func trials() []SearchView {
	var hits []SearchHit
	for _, kind := range []string{"cause", "check", "solution", "case", ""} {
		hits = append(hits, SearchHit{
			URL: "/a/", Title: "A", Summary: "B", Snippet: "<mark>C</mark>",
			Section: SearchSection{URL: "/a/#b", Title: "D", Kind: kind}, Products: []string{"E", "F"}, Causes: []string{"G", "H"},
		})
	}
	hits = append(hits, SearchHit{URL: "/a/", Title: "A", Summary: "B"},
		SearchHit{URL: "https://forum.example.org/1", Title: "A", Source: "post", Label: "I", Date: "2026-01-02", Host: "forum.example.org"},
		SearchHit{URL: "/a/", Title: "A", Snippet: "<mark>C</mark>", Source: "note", Label: "J"})
	var facets []SearchFacet
	for _, name := range []string{"kind", "product", "cause", "solution", "source"} {
		f := SearchFacet{Name: name}
		label := ""
		if name == "source" {
			label = "K"
		}
		for i, value := range []string{"cause", "check", "solution", "case", "", "a", "b", "c", "d", "e", "f", "g"} {
			f.Values = append(f.Values, SearchFacetValue{Value: value, Label: label, Count: i, URL: "?q=a", Active: i == 0})
		}
		facets = append(facets, f)
		f.Values = f.Values[1:2]
		facets = append(facets, f)
	}
	full := SearchView{Query: "q", Asked: true, Mode: "exact", Answered: true, Total: 60, Hits: hits, Facets: facets, Previous: "?q=a&page=1", Next: "?q=a&page=3"}
	one, relaxed, corrected, beyond := full, full, full, full
	one.Total, one.Hits, one.Facets, one.Previous, one.Next = 1, hits[:1], nil, "", ""
	relaxed.Mode, relaxed.Previous = "relaxed", ""
	corrected.Mode, corrected.Corrected, corrected.Next = "corrected", "r", ""
	heard := corrected
	heard.Pinyin = true
	beyond.Hits, beyond.First = nil, "?q=a"
	out := []SearchView{
		{},
		full, one, relaxed, corrected, heard, beyond,
	}
	for _, v := range out[1:] { // and each of them as one that does not answer
		v.Answered = false
		out = append(out, v)
	}
	out = append(out, []SearchView{
		{Query: "q", Asked: true, Mode: "exact"},
		{Query: "q", Asked: true, Mode: "exact", Suggested: []SearchLink{{"A", "/a/"}}},
		{Query: "q", Asked: true, Mode: "exact", Facets: facets, Unfiltered: "?q=a"},
		{Query: "q", Asked: true, Mode: "exact", Facets: facets, Unfiltered: "?q=a", Nearest: hits},
	}...)
	for _, problem := range []string{"query_too_long", "unavailable", "bad_size", "too_far"} {
		out = append(out, SearchView{Problem: problem}, SearchView{Problem: problem, Query: "q"})
	}
	return out
}
