package server

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"whyfix/internal/publish"
	"whyfix/internal/search"
)

const (
	// nearest is how many hits stand in for none.
	nearest = 5
	// longestFiltered is how many characters a question has that all filters are
	// offered for. Each of their links has all of it, so that a text which was
	// pasted whole would make a page of a megabyte.
	longestFiltered = 200
)

// searchPage answers a search as a page of the theme, for readers without
// JavaScript.
func (s *Server) searchPage(w *exchange, r *http.Request, release *Release) *failure {
	if release.Template == nil {
		s.file(w, r, release, "/search/")
		return nil
	}
	// Each language has its own page; that of the default is the one without a name.
	place := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, release.Base), "/") // a proxy may have taken the base away
	if !release.Template.Has(place) {
		place = "search/"
	}
	address := release.Base + place
	var view publish.SearchView
	status := http.StatusOK
	q, bad := parseSearch(r)
	own := q // as its address says it
	if q.Language == "" {
		q.Language = release.Template.Language(place)
	}
	// Also with 304, whose headers take the place of those that are held.
	w.Header().Set("Content-Security-Policy", release.pagePolicy())
	if bad == nil && s.shared(w, r, release) {
		return nil
	}
	switch {
	case bad != nil:
		status, view.Problem = bad.status, bad.code
		if bad.code == "too_far" && q.Text != "" {
			view.Query, view.First = q.Text, searchAddress(address, own, 1)
		}
	case q.Text == "":
	default:
		result, f := s.search(w, r, release, q)
		if f != nil {
			f.retry(w)
			status, view.Problem, view.Query = f.status, "unavailable", q.Text
			break
		}
		if result.Partial {
			unshared(w)
		}
		view = searchView(address, own, result)
		if q.Filter != (search.Filter{}) {
			view.Unfiltered = searchAddress(address, search.Query{Text: q.Text, Size: q.Size, Language: own.Language}, 1)
		}
		if result.Total == 0 && view.Unfiltered != "" {
			// The filters left nothing: show how close it was.
			_ = s.queryOn(w, r, func(ctx context.Context) error {
				all, err := s.federated(w, release).Search(ctx, search.Query{Text: q.Text, Size: nearest, Page: 1, Language: q.Language})
				if err == nil {
					release.Label(all, q.Language)
					view.Nearest = searchHits(all)
				}
				return err
			})
		}
		if len(result.Hits) == 0 && result.Total > 0 {
			view.First = searchAddress(address, own, 1)
		}
		if result.Total == 0 && len(view.Nearest) == 0 && begins(q.Text) {
			// Initials and the like find nothing, yet come near what others ask.
			_ = s.queryOn(w, r, func(ctx context.Context) error {
				found, err := release.Search.Suggest(ctx, q.Text, q.Language, nearest)
				for _, s := range found {
					view.Suggested = append(view.Suggested, publish.SearchLink{Title: s.Text, URL: s.URL})
				}
				return err
			})
		}
	}
	view.Page, view.Release = place, release.ID
	var page bytes.Buffer
	fill := func(context.Context) error { return release.Template.Execute(&page, view) }
	var err error
	if view.Asked { // a page with results takes as long as the search
		_, err = s.charged(r.Context(), w.client, fill)
	} else {
		err = fill(r.Context())
	}
	if err != nil {
		s.log.Error("search page", "id", w.id, "error", err)
		return wentWrong()
	}
	h := w.Header()
	if status != http.StatusOK {
		unshared(w)
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes())
	return nil
}

func searchHits(result *search.Result) []publish.SearchHit {
	var out []publish.SearchHit
	for _, h := range result.Hits {
		out = append(out, publish.SearchHit{
			URL: h.URL, Title: h.Title, Summary: h.Summary,
			Snippet: publish.HTML(h.Snippet), // escaped by the search, but for its marks
			Section: publish.SearchSection(h.Section), Products: h.Products, Causes: h.Causes,
			Source: h.Source, Label: h.Label, Date: day(h.Date), Host: hostOf(h.URL),
		})
	}
	return out
}

// searchAddress is a search on the search page at an address.
func searchAddress(at string, q search.Query, page int) string {
	v := url.Values{"q": {q.Text}}
	for name, value := range map[string]string{"kind": q.Filter.Kind, "product": q.Filter.Product, "cause": q.Filter.Cause, "solution": q.Filter.Solution, "source": q.Filter.Source, "language": q.Language} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Size != defaultSize {
		v.Set("size", strconv.Itoa(q.Size))
	}
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	return at + "?" + v.Encode()
}

func searchView(at string, q search.Query, result *search.Result) publish.SearchView {
	view := publish.SearchView{Query: q.Text, Asked: true, Mode: string(result.Mode), Corrected: result.Corrected, Pinyin: result.Pinyin, Answered: result.Answered, Total: result.Total}
	view.Hits = searchHits(result)
	address := func(f search.Filter, page int) string {
		return searchAddress(at, search.Query{Text: q.Text, Size: q.Size, Filter: f, Language: q.Language}, page)
	}
	facets, long := result.Facets, utf8.RuneCountInString(q.Text) > longestFiltered
	for _, facet := range []struct {
		name   string
		counts []search.Count
		set    func(*search.Filter) *string
	}{
		{"kind", facets.Kind, func(f *search.Filter) *string { return &f.Kind }},
		{"product", facets.Product, func(f *search.Filter) *string { return &f.Product }},
		{"cause", facets.Cause, func(f *search.Filter) *string { return &f.Cause }},
		{"solution", facets.Solution, func(f *search.Filter) *string { return &f.Solution }},
		{"source", facets.Source, func(f *search.Filter) *string { return &f.Source }},
	} {
		// A filter that all have is none. Beside a long question stand those alone that can be taken away.
		facet.counts = slices.DeleteFunc(slices.Clone(facet.counts), func(c search.Count) bool {
			return c.Value != *facet.set(&q.Filter) && (long || c.Count == result.Total)
		})
		// A filter that leaves nothing is still there to be taken away.
		if asked := *facet.set(&q.Filter); asked != "" && !slices.ContainsFunc(facet.counts, func(c search.Count) bool { return c.Value == asked }) {
			facet.counts = append(facet.counts, search.Count{Value: asked})
		}
		if len(facet.counts) == 0 {
			continue
		}
		out := publish.SearchFacet{Name: facet.name}
		for _, c := range facet.counts {
			f := q.Filter
			active := *facet.set(&f) == c.Value
			*facet.set(&f) = c.Value
			if active {
				*facet.set(&f) = ""
			}
			at := len(out.Values)
			if active { // what was chosen is seen first, that it can be taken away
				at = 0
				view.Filters++
			}
			out.Values = slices.Insert(out.Values, at, publish.SearchFacetValue{Value: c.Value, Label: c.Label, Count: c.Count, URL: address(f, 1), Active: active})
		}
		view.Facets = append(view.Facets, out)
	}
	if q.Page > 1 && len(result.Hits) > 0 {
		view.Previous = address(q.Filter, q.Page-1)
	}
	if q.Page*q.Size < result.Total && q.Size*(q.Page+1) <= search.MaxReach {
		view.Next = address(q.Filter, q.Page+1)
	}
	return view
}
