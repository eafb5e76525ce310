package store

import (
	"cmp"
	"container/heap"
	"encoding/binary"
	"slices"
)

// cursor is a place in one field of a run.
type cursor struct {
	keyed    // the term
	texts    []string
	terms    []keyed // those after it
	postings []byte
	counted  bool
	first    uint32
	rest     *rest // nil: there are no others
}

// next goes to the next term, if there is one.
func (c *cursor) next() bool {
	if len(c.terms) == 0 && c.rest != nil {
		c.terms = c.rest.nextTerms()
	}
	if len(c.terms) == 0 {
		return false
	}
	c.keyed, c.terms = c.terms[0], c.terms[1:]
	return true
}

func (c *cursor) compare(d *cursor) int {
	return compare(c.key, d.key, c.texts, c.term, d.texts, d.term)
}

// list are the documents that have a term, in order, and in a counted field
// how often each has it.
type list struct{ docs, counts []uint32 }

// EachTerm calls visit for every term of a field of all runs, in order, with the
// documents that have it, which are valid until the next. Counts are those of a
// counted field.
func EachTerm(runs []Run, field int, visit func(term string, docs, counts []uint32) error) error {
	counted := slices.ContainsFunc(runs, func(r Run) bool { return r.fields[field].lengths != nil })
	return merge(runs, field, counted, func(term string, l list) error { return visit(term, l.docs, l.counts) })
}

// merge calls visit for every term of a field of all runs, in order, with the
// documents that have it, which are valid until the next.
func merge(runs []Run, field int, counted bool, visit func(term string, l list) error) error {
	var open cursors
	for _, r := range runs {
		f := &r.fields[field]
		c := &cursor{texts: r.texts, terms: f.terms, postings: f.postings, counted: counted, first: r.first, rest: f.aside.rest()}
		if c.next() {
			open = append(open, c)
		}
		if c.rest != nil && c.rest.err != nil {
			return c.rest.err
		}
	}
	heap.Init(&open)
	var l list
	for len(open) > 0 {
		now := *open[0]
		l.docs, l.counts = l.docs[:0], l.counts[:0]
		// Cursors with the same term come in the order of their documents.
		for len(open) > 0 && open[0].compare(&now) == 0 {
			c := open[0]
			c.take(&l)
			more := c.next()
			if c.rest != nil && c.rest.err != nil {
				return c.rest.err
			}
			if more {
				heap.Fix(&open, 0)
			} else {
				heap.Pop(&open)
			}
		}
		if err := visit(now.texts[now.term], l); err != nil {
			return err
		}
	}
	return nil
}

// take appends the documents of the cursor's term.
func (c *cursor) take(out *list) {
	n := c.number()
	doc := c.first
	if !c.counted {
		for range n {
			doc += c.number()
			out.docs = append(out.docs, doc)
		}
		return
	}
	for range n {
		step := c.number()
		doc += step >> 1
		count := uint32(1)
		if step&1 != 0 {
			count = c.number()
		}
		out.docs, out.counts = append(out.docs, doc), append(out.counts, count)
	}
}

// number reads the next of the postings' numbers. Most are of one byte.
func (c *cursor) number() uint32 {
	if c.rest != nil && len(c.postings) < binary.MaxVarintLen32 {
		c.postings = c.rest.nextPostings(c.postings)
	}
	if b := c.postings[0]; b < 0x80 {
		c.postings = c.postings[1:]
		return uint32(b)
	}
	return c.long()
}

func (c *cursor) long() uint32 {
	n, shift := uint32(0), 0
	for i, b := range c.postings {
		n |= uint32(b&0x7F) << shift
		if b < 0x80 {
			c.postings = c.postings[i+1:]
			break
		}
		shift += 7
	}
	return n
}

// cursors are a heap, by terms, then by documents.
type cursors []*cursor

func (h cursors) Len() int { return len(h) }

func (h cursors) Less(i, j int) bool {
	return cmp.Or(h[i].compare(h[j]), cmp.Compare(h[i].first, h[j].first)) < 0
}

func (h cursors) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *cursors) Push(c any) { *h = append(*h, c.(*cursor)) }

func (h *cursors) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
