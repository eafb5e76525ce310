package local

import (
	"cmp"
	"slices"
	"sync"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// shelf is a segment with what is known of its articles alone: what a preview
// does not work out anew when another part of its index changes. It never
// changes itself.
type shelf struct {
	segment
	facts []*article.Facts // by number; nil of one that no index has any more
	order []uint32         // the numbers, by URL
	// What facets count, as in an Index.
	kinds  []uint8
	tagged []uint32
	starts []uint32
}

// tagNumbers numbers a site's tags.
type tagNumbers struct {
	list   []*article.SiteTag
	number map[*article.SiteTag]uint32
}

func newTagNumbers() *tagNumbers { return &tagNumbers{number: map[*article.SiteTag]uint32{}} }

func newShelf(s segment, facts []*article.Facts, tags *tagNumbers) *shelf {
	out := &shelf{segment: s, facts: facts, kinds: make([]uint8, len(facts)), starts: make([]uint32, len(facts))}
	for n, f := range facts {
		out.starts[n] = uint32(len(out.tagged))
		if f == nil {
			continue
		}
		out.order = append(out.order, uint32(n))
		out.kinds[n] = f.Kinds
		for i, t := range f.Tags {
			// An article counts once, whatever pages its tag has.
			if slices.ContainsFunc(f.Tags[:i], func(other *article.SiteTag) bool { return other.Family == t.Family && other.Name == t.Name }) {
				continue
			}
			number, known := tags.number[t]
			if !known {
				number = uint32(len(tags.list))
				tags.number[t] = number
				tags.list = append(tags.list, t)
			}
			out.tagged = append(out.tagged, number)
		}
	}
	slices.SortFunc(out.order, func(a, b uint32) int { return cmp.Compare(facts[a].URL, facts[b].URL) })
	return out
}

// placed is a shelf as a part of an index, with the articles that are gone, in
// order.
type placed struct {
	*shelf
	gone []uint32
}

// left is how many articles count.
func (p *placed) left() int { return len(p.facts) - len(p.gone) }

// newIndex makes an index of shelves, whose segments have deleted what is gone.
// Counts and tags are of the articles that are left, and do not change.
func newIndex(shelves []placed, counts *article.Counts, tags []*article.SiteTag, synonyms []terms.Synonyms) *Index {
	x := &Index{tags: tags, close: func() error { return nil }}
	x.site.Synonyms, x.site.Counts = synonyms, counts
	size, tagged := 0, 0
	for _, s := range shelves {
		size, tagged = size+len(s.facts), tagged+len(s.tagged)
	}
	x.facts, x.kinds = make([]*article.Facts, 0, size), make([]uint8, 0, size)
	x.tagged, x.starts = make([]uint32, 0, tagged), make([]uint32, 0, size+1)
	for _, s := range shelves {
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
	x.order(shelves)
	x.describe()
	x.measure()
	x.bySound = sync.OnceValue(x.listSounds)
	x.entries = sync.OnceValue(x.listEntries)
	x.desks.New = func() any { return newDesk(x) }
	return x
}

// order numbers the articles by their URLs.
func (x *Index) order(shelves []placed) {
	for i, s := range shelves {
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

// listSounds lists the characters of short texts that sound alike.
func (x *Index) listSounds() map[han.Syllable][]rune {
	counts := x.site.Counts
	out := map[han.Syllable][]rune{}
	counts.Each(func(k terms.Key, _ int) {
		if k.Class() == terms.Single {
			for _, s := range han.Sounds(k.Rune()) {
				out[s] = append(out[s], k.Rune())
			}
		}
	})
	for _, list := range out {
		slices.SortFunc(list, func(a, b rune) int {
			return cmp.Or(cmp.Compare(counts.Of(terms.SingleKey(b)), counts.Of(terms.SingleKey(a))), cmp.Compare(a, b))
		})
	}
	return out
}
