package store

import "cmp"

// cursor is a place in one field of a run.
type cursor struct {
	keyed // the term
	texts []string
	terms []keyed // those after it
	docs  []byte
	first uint32
}

// next goes to the next term, if there is one.
func (c *cursor) next() bool {
	if len(c.terms) == 0 {
		return false
	}
	c.keyed, c.terms = c.terms[0], c.terms[1:]
	return true
}

func (c *cursor) compare(d *cursor) int {
	return compare(c.key, d.key, c.texts, c.term, d.texts, d.term)
}

// merge calls visit for every term of a field of all runs, in order, with the
// documents that have it, which are valid until the next.
func merge(runs []Run, field int, visit func(term string, docs []uint32) error) error {
	var heap []*cursor
	for _, r := range runs {
		if c := (&cursor{texts: r.texts, terms: r.fields[field].terms, docs: r.fields[field].docs, first: r.first}); c.next() {
			heap = append(heap, c)
		}
	}
	for i := len(heap)/2 - 1; i >= 0; i-- {
		down(heap, i)
	}
	var docs []uint32
	for len(heap) > 0 {
		now := *heap[0]
		docs = docs[:0]
		// Cursors with the same term come in the order of their documents.
		for len(heap) > 0 && heap[0].compare(&now) == 0 {
			docs = heap[0].take(docs)
			if !heap[0].next() {
				heap[0] = heap[len(heap)-1]
				heap = heap[:len(heap)-1]
			}
			down(heap, 0)
		}
		if err := visit(now.texts[now.term], docs); err != nil {
			return err
		}
	}
	return nil
}

// take appends the documents of the cursor's term.
func (c *cursor) take(out []uint32) []uint32 {
	in := c.docs
	number := func() uint32 {
		n, shift := uint32(0), 0
		for i, b := range in {
			n |= uint32(b&0x7F) << shift
			if b < 0x80 {
				in = in[i+1:]
				break
			}
			shift += 7
		}
		return n
	}
	doc := c.first
	for range number() {
		doc += number()
		out = append(out, doc)
	}
	c.docs = in
	return out
}

// down puts a cursor that has moved on into its place in a heap, which is
// ordered by terms, then by documents.
func down(heap []*cursor, i int) {
	before := func(c, d *cursor) bool { return cmp.Or(c.compare(d), cmp.Compare(c.first, d.first)) < 0 }
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && before(heap[child+1], heap[child]) {
			child++
		}
		if !before(heap[child], heap[i]) {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}
