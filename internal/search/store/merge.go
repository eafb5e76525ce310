package store

import "cmp"

// cursor is a place in one field of a run.
type cursor struct {
	key   uint64 // of the term
	terms []string
	docs  []byte
	first uint32
}

func (c *cursor) load() {
	if len(c.terms) > 0 {
		c.key = prefixKey(c.terms[0])
	}
}

// merge calls visit for every term of a field of all runs, in order, with the
// documents that have it, which are valid until the next.
func merge(runs []Run, field int, visit func(term string, docs []uint32) error) error {
	var heap []*cursor
	for _, r := range runs {
		f := r.fields[field]
		if c := (&cursor{terms: f.terms, docs: f.docs, first: r.first}); len(c.terms) > 0 {
			c.load()
			heap = append(heap, c)
		}
	}
	for i := len(heap)/2 - 1; i >= 0; i-- {
		down(heap, i)
	}
	var docs []uint32
	for len(heap) > 0 {
		term := heap[0].terms[0]
		docs = docs[:0]
		// Cursors with the same term come in the order of their documents.
		for len(heap) > 0 && heap[0].terms[0] == term {
			c := heap[0]
			docs = c.take(docs)
			c.terms = c.terms[1:]
			c.load()
			if len(c.terms) == 0 {
				heap[0] = heap[len(heap)-1]
				heap = heap[:len(heap)-1]
			}
			down(heap, 0)
		}
		if err := visit(term, docs); err != nil {
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

// before orders cursors by terms, then by documents.
func (c *cursor) before(d *cursor) bool {
	if c.key != d.key {
		return c.key < d.key
	}
	return cmp.Or(cmp.Compare(c.terms[0], d.terms[0]), cmp.Compare(c.first, d.first)) < 0
}

// down puts a cursor that has moved on into its place in a heap.
func down(heap []*cursor, i int) {
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && heap[child+1].before(heap[child]) {
			child++
		}
		if !heap[child].before(heap[i]) {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}
