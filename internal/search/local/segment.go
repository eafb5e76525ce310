package local

import (
	"cmp"
	"slices"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
)

// segment holds the postings of some articles, which it numbers from 0. Some of
// them may be deleted. It never changes and is safe for concurrent use.
type segment interface {
	// articles is how many it has, deleted ones included.
	articles() int
	// postings are those of a term in a field.
	postings(field engine.Field, term string) (postings, error)
	// vocabulary calls visit for the terms of a field in order, from one on and
	// before another, until it returns false. Counts are less the deleted.
	vocabulary(field engine.Field, from, before string, visit func(term string, count int) bool) error
	// lengths are those of a counting field, by article.
	lengths(field engine.Field) []uint32
	// body reads the text of an article.
	body(n uint32) (engine.Body, error)
}

// postings are the articles that have a term in a field, in the order of their
// numbers, and how often.
type postings interface {
	// count is how many there are, less the deleted.
	count() int
	// each calls visit with them all, some at a time, deleted ones included.
	each(visit func(docs, counts []uint32)) error
	// find tells how often each of the articles, in order, has the term.
	find(docs []uint32, counts []uint32) error
}

// part is a segment of an index.
type part struct {
	segment
	first uint32 // its articles' numbers in the index start here
}

// noPostings are those of a term that nothing has.
type noPostings struct{}

func (noPostings) count() int                             { return 0 }
func (noPostings) each(func(docs, counts []uint32)) error { return nil }
func (noPostings) find(_ []uint32, counts []uint32) error { clear(counts); return nil }

// loadedSegment is a segment with what is known of its articles alone: what a
// preview does not work out anew when another part of its index changes. It
// never changes itself.
type loadedSegment struct {
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

func loadSegment(s segment, facts []*article.Facts, tags *tagNumbers) *loadedSegment {
	out := &loadedSegment{segment: s, facts: facts, kinds: make([]uint8, len(facts)), starts: make([]uint32, len(facts))}
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

// currentSegment is a loadedSegment as a part of an index, with the articles
// that are gone, in order.
type currentSegment struct {
	*loadedSegment
	gone []uint32
}

// left is how many articles count.
func (p *currentSegment) left() int { return len(p.facts) - len(p.gone) }
