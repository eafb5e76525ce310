// Package local is the engine in the process: articles in segments, of bleve's
// on a disk or in memory for a preview.
//
// In: Documents, to be written into a folder or kept. Out: an Index, which is
// an engine.Engine.
package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// Index is an engine over segments.
type Index struct {
	parts  []part
	facts  []*article.Facts // by number; nil where one was deleted
	places []int32          // by number: the place in the order of URLs
	docs   []uint32         // the numbers in that order
	site   engine.Site
	norms  [headings + 1][]float32 // by counting field and number: what a term counts there
	// The kinds and tags of all articles by number, one after the other: facets
	// count those of thousands.
	kinds  []uint8
	tags   []*article.SiteTag // the site's, by their numbers
	tagged []uint32
	starts []uint32
	// Where they come from, and when the first of them expires, in seconds since
	// 1970; nil and 0 where all are pages of the site, for ever.
	sources  []string
	sourceOf []uint16
	expiring int64
	// Listed when first wanted: the characters of short texts, and the wordings
	// that are suggested.
	bySound   func() map[han.Syllable][]rune
	entries   func() []engine.Entry
	scratches sync.Pool // of *scratch
	close     func() error
}

var _ engine.Engine = (*Index)(nil)

// Site is what is known of all articles together.
func (x *Index) Site() *engine.Site { return &x.site }

// Close gives the index's files back. No method may run then or later.
func (x *Index) Close() error { return x.close() }

// number is the number of the article with a URL.
func (x *Index) number(url string) (uint32, bool) {
	i, found := slices.BinarySearchFunc(x.docs, url, func(n uint32, url string) int { return cmp.Compare(x.facts[n].URL, url) })
	if !found {
		return 0, false
	}
	return x.docs[i], true
}

// part is the segment that has an article, and its number there.
func (x *Index) part(n uint32) (*part, uint32) {
	i := len(x.parts) - 1
	for x.parts[i].first > n {
		i--
	}
	return &x.parts[i], n - x.parts[i].first
}

func (x *Index) body(n uint32) (engine.Body, error) {
	p, in := x.part(n)
	b, err := p.body(in)
	if err != nil {
		return engine.Body{}, fmt.Errorf("search: reading %s: %w", x.facts[n].URL, err)
	}
	return b, nil
}

// Bodies are the texts of articles.
func (x *Index) Bodies(ctx context.Context, urls []string) ([]engine.Body, error) {
	out := make([]engine.Body, len(urls))
	for i, url := range urls {
		n, known := x.number(url)
		if !known {
			return nil, fmt.Errorf("search: there is no article %s", url)
		}
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, ctx.Err()
		}
		var err error
		if out[i], err = x.body(n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Counts tells how many articles have each of the terms.
func (x *Index) Counts(_ context.Context, field engine.Field, list []string) ([]int, error) {
	out := make([]int, len(list))
	for i, term := range list {
		for _, p := range x.parts {
			found, err := p.postings(field, term)
			if err != nil {
				return nil, fmt.Errorf("search: %w", err)
			}
			out[i] += found.count()
		}
	}
	return out, nil
}

// newIndex makes an index of segments, which have deleted what is gone.
// Counts and tags are of the articles that are left, and do not change.
func newIndex(segments []currentSegment, counts *article.Counts, tags []*article.SiteTag, synonyms []terms.Synonyms) *Index {
	x := &Index{tags: tags, close: func() error { return nil }}
	x.site.Synonyms, x.site.Counts = synonyms, counts
	size, tagged := 0, 0
	for _, s := range segments {
		size, tagged = size+len(s.facts), tagged+len(s.tagged)
	}
	x.facts, x.kinds = make([]*article.Facts, 0, size), make([]uint8, 0, size)
	x.tagged, x.starts = make([]uint32, 0, tagged), make([]uint32, 0, size+1)
	for _, s := range segments {
		first := uint32(len(x.facts))
		x.parts = append(x.parts, part{segment: s.segment, first: first})
		x.facts = append(x.facts, s.facts...)
		for _, n := range s.gone {
			x.facts[first+n] = nil
		}
		x.kinds = append(x.kinds, s.kinds...)
		for _, start := range s.starts {
			x.starts = append(x.starts, uint32(len(x.tagged))+start)
		}
		x.tagged = append(x.tagged, s.tagged...)
	}
	x.starts = append(x.starts, uint32(len(x.tagged)))
	x.order(segments)
	x.origins()
	x.describe()
	x.measure()
	x.bySound = sync.OnceValue(func() map[han.Syllable][]rune { return x.site.Counts.BySound() })
	x.entries = sync.OnceValue(x.listEntries)
	x.scratches.New = func() any { return newScratch(x) }
	return x
}

// order numbers the articles by their URLs.
func (x *Index) order(segments []currentSegment) {
	for i, s := range segments {
		first := x.parts[i].first
		one := make([]uint32, 0, len(s.order))
		for _, n := range s.order {
			if x.facts[first+n] != nil {
				one = append(one, first+n)
			}
		}
		x.docs = x.merged(x.docs, one)
	}
	x.places = make([]int32, len(x.facts))
	for place, n := range x.docs {
		x.places[n] = int32(place)
	}
}

// merged are two lists of articles in the order of URLs as one.
func (x *Index) merged(a, b []uint32) []uint32 {
	if len(a) == 0 || len(b) == 0 {
		return append(a, b...)
	}
	out := make([]uint32, 0, len(a)+len(b))
	for _, n := range b { // the shorter: what is new
		url := x.facts[n].URL
		i, _ := slices.BinarySearchFunc(a, url, func(n uint32, url string) int { return cmp.Compare(x.facts[n].URL, url) })
		out = append(append(out, a[:i]...), n)
		a = a[i:]
	}
	return append(out, a...)
}

// origins say where the articles come from.
func (x *Index) origins() {
	number := map[string]uint16{}
	for n, f := range x.facts {
		if f == nil || f.Origin == nil && x.sourceOf == nil {
			continue
		}
		if x.sourceOf == nil {
			x.sources, number[article.Page] = []string{article.Page}, 0
			x.sourceOf = make([]uint16, len(x.facts))
		}
		source, known := number[f.Origin.Of()]
		if !known {
			source = uint16(len(x.sources))
			number[f.Origin.Of()] = source
			x.sources = append(x.sources, f.Origin.Of())
		}
		x.sourceOf[n] = source
		if o := f.Origin; o != nil && o.Expires != 0 && (x.expiring == 0 || o.Expires < x.expiring) {
			x.expiring = o.Expires
		}
	}
}

// describe says what is known of all articles.
func (x *Index) describe() {
	var analyzers [han.Analyzers]int
	for _, f := range x.facts {
		if f == nil {
			continue
		}
		analyzers[f.Analyzer]++
		if !slices.Contains(x.site.Languages, f.Language) {
			x.site.Languages = append(x.site.Languages, f.Language)
		}
	}
	slices.Sort(x.site.Languages)
	x.site.Articles = len(x.docs)
	for a, articles := range analyzers {
		if articles > 0 {
			x.site.Analyzers = append(x.site.Analyzers, han.Analyzer(a))
		}
	}
	slices.SortStableFunc(x.site.Analyzers, func(a, b han.Analyzer) int { return cmp.Compare(analyzers[b], analyzers[a]) })
}

// measure works out what a term counts in each field of each article. Sums are
// of whole numbers, so that they are the same in whatever order the articles
// come.
func (x *Index) measure() {
	for f := range x.norms {
		norms := make([]float32, len(x.facts))
		var sum, having uint64
		for _, p := range x.parts {
			facts := x.facts[p.first:]
			for n, length := range p.lengths(fields[f]) {
				if facts[n] != nil && length > 0 {
					sum += uint64(length)
					having++
				}
			}
		}
		weight, average := engine.Weights[f], float32(float64(sum)/float64(max(having, 1)))
		for _, p := range x.parts {
			for n, length := range p.lengths(fields[f]) {
				norms[p.first+uint32(n)] = weight.Norm(float32(length), average)
			}
		}
		x.norms[f] = norms
	}
}
