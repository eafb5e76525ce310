package store

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Postings are the documents that have a term in a field, and how often.
type Postings struct {
	segment *Segment
	docs    bitmap
	one     bool // there is one document, which has it once
	doc     uint32
	size    int    // bytes of docs
	counted uint64 // where counts and lengths are told of; 0: nothing was counted
	counts  []byte // where they start; nil: they were not asked for
}

// read takes apart what a dictionary says of a term.
func (p *Postings) read(f readField, value uint64) error {
	if p.one = value&oneHit != 0; p.one {
		p.doc = uint32(value & (1<<oneHitBits - 1))
		if p.doc >= p.segment.docs {
			return fmt.Errorf("%w: it has no document %d", ErrSegment, p.doc)
		}
		return nil
	}
	in := p.segment.reader(value)
	frequencies := in.number()
	in.number() // places in the text
	data := in.bytes(in.number())
	if in.bad || !p.docs.read(data) {
		return fmt.Errorf("%w: its postings cannot be read", ErrSegment)
	}
	p.size, p.counted, p.counts = len(data), 0, nil
	if f.counted {
		p.counted = frequencies
	}
	return nil
}

// load finds the counts. Most terms of a long question are asked only how many
// documents have them: so nothing of the counts is touched before.
func (p *Postings) load() error {
	size := 0
	if p.counted > 0 && p.counts == nil {
		in := p.segment.reader(p.counted)
		n := uint64(0)
		for range in.count() {
			n = in.number() // chunks follow each other
		}
		if p.counts = in.bytes(n); in.bad {
			return fmt.Errorf("%w: its counts cannot be read", ErrSegment)
		}
		size = int(n)
	}
	p.segment.reads(p.size + size)
	return nil
}

// Count is how many documents have the term.
func (p *Postings) Count() int {
	if p.one {
		return 1
	}
	return p.docs.count
}

// blockSize is how many documents are read at a time.
const blockSize = 512

type block struct{ docs, counts [blockSize]uint32 }

// Each calls visit with all documents, in order, some at a time, and how often
// each has the term: once in a field that is not counted. The error may be
// ErrSegment.
func (p *Postings) Each(visit func(docs, counts []uint32)) error {
	if p.one {
		visit([]uint32{p.doc}, []uint32{1})
		return nil
	}
	if err := p.load(); err != nil {
		return err
	}
	b := p.segment.blocks.Get().(*block)
	defer p.segment.blocks.Put(b)
	if p.counts == nil {
		for i := range b.counts {
			b.counts[i] = 1
		}
	}
	w, in := p.docs.walk(), p.counts
	for w.passed < p.docs.count {
		n, err := p.next(&w, &in, b)
		if err != nil {
			return err
		}
		visit(b.docs[:n], b.counts[:n])
	}
	return nil
}

// next reads a block.
func (p *Postings) next(w *walk, in *[]byte, b *block) (n int, err error) {
	defer guard(&err)()
	docs := w.next(b.docs[:])
	if docs == 0 || w.passed > p.docs.count {
		return 0, fmt.Errorf("%w: its postings do not add up", ErrSegment)
	}
	last := uint32(0)
	for _, doc := range b.docs[:docs] {
		last = max(last, doc)
	}
	if last >= p.segment.docs {
		return 0, fmt.Errorf("%w: it has no document %d", ErrSegment, last)
	}
	if p.counts != nil {
		*in = readCounts(b.counts[:docs], *in)
	}
	return docs, nil
}

// readCounts reads how often documents that follow each other have a term. It
// panics where there are not that many.
func readCounts(out []uint32, in []byte) []byte {
	for i := range out {
		if len(in) > 2 && in[0]|in[1] < 0x80 { // a count and a length of one byte each
			out[i], in = uint32(in[0]>>1), in[2:]
			continue
		}
		if len(in) > 3 && in[0]|in[2] < 0x80 { // a length of two
			out[i], in = uint32(in[0]>>1), in[3:]
			continue
		}
		out[i], in = countAt(in)
	}
	return in
}

// Find tells how often each of some documents, in order, has the term. The
// error may be ErrSegment.
func (p *Postings) Find(docs, counts []uint32) (err error) {
	defer guard(&err)()
	clear(counts)
	if p.one {
		for i, doc := range docs {
			if doc == p.doc {
				counts[i] = 1
			}
		}
		return nil
	}
	if err := p.load(); err != nil {
		return err
	}
	r, in, passed := p.docs.ranks(), p.counts, 0
	for i, doc := range docs {
		before, is := r.of(doc)
		switch {
		case !is:
		case p.counts == nil:
			counts[i] = 1
		default:
			in = skip(in, 2*(before-passed))
			counts[i], in = countAt(in)
			passed = before + 1
		}
	}
	return nil
}

// Among is how many of some documents, in order, have the term. The error may
// be ErrSegment.
func (p *Postings) Among(docs []uint32) (n int, err error) {
	defer guard(&err)()
	r := p.docs.ranks()
	for _, doc := range docs {
		has := p.one && doc == p.doc
		if !p.one {
			_, has = r.of(doc)
		}
		if has {
			n++
		}
	}
	return n, nil
}

// countAt reads how often a document has a term, and passes the document's
// length. Both are mostly of one byte or two.
func countAt(in []byte) (count uint32, rest []byte) {
	n, in := uvarint(in)
	_, in = uvarint(in)
	return uint32(n >> 1), in // the lowest bit would say that places follow
}

// uvarint reads a number. It panics where there is none.
func uvarint(in []byte) (uint64, []byte) {
	if in[0] < 0x80 {
		return uint64(in[0]), in[1:]
	}
	if in[1] < 0x80 {
		return uint64(in[0]&0x7F) | uint64(in[1])<<7, in[2:]
	}
	n, size := binary.Uvarint(in)
	return n, in[size:]
}

// skip skips so many numbers: eight bytes at a time, in which as many numbers
// end as have no highest bit. It panics where there are not that many.
func skip(in []byte, n int) []byte {
	for n >= 8 && len(in) >= 8 {
		n -= bits.OnesCount64(^binary.LittleEndian.Uint64(in) & 0x8080808080808080)
		in = in[8:]
	}
	for n > 0 {
		if in[0] < 0x80 {
			n--
		}
		in = in[1:]
	}
	return in
}
