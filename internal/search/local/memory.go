package local

import (
	"context"
	"slices"
	"sort"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/store"
	"whyfix/internal/search/terms"
)

// memorySegment is a segment in memory.
type memorySegment struct {
	docs   []*article.Document
	fields [fieldCount]memoryField
	sizes  [headings + 1][]uint32
	gone   []uint32 // sorted
}

// memoryField are the postings of a field, one term's after the other's.
type memoryField struct {
	terms  []string // sorted
	starts []uint32 // by term, and the end
	docs   []uint32
	counts []uint32 // nil: nothing is counted
}

// newMemorySegment makes a segment of documents.
func newMemorySegment(ctx context.Context, docs []*article.Document, lexicon *terms.Lexicon) (*memorySegment, error) {
	g, err := invert(ctx, unstamped(docs), lexicon, searchFields(), nil, nil)
	if err != nil {
		return nil, err
	}
	m := &memorySegment{docs: docs, sizes: g.lengths}
	for f := range m.fields {
		if err := m.fields[f].fill(g.runs, f); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (f *memoryField) fill(runs []store.Run, number int) error {
	err := store.EachTerm(runs, number, func(term string, docs, counts []uint32) error {
		f.terms, f.starts = append(f.terms, term), append(f.starts, uint32(len(f.docs)))
		f.docs, f.counts = append(f.docs, docs...), append(f.counts, counts...)
		return nil
	})
	f.starts = append(f.starts, uint32(len(f.docs)))
	f.terms, f.starts, f.docs, f.counts = slices.Clip(f.terms), slices.Clip(f.starts), slices.Clip(f.docs), slices.Clip(f.counts)
	return err
}

// without is the segment less some documents, in order.
func (m *memorySegment) without(gone []uint32) segment {
	out := *m
	out.gone = gone
	return &out
}

func (m *memorySegment) articles() int { return len(m.docs) }

func (m *memorySegment) field(name engine.Field) *memoryField {
	return &m.fields[slices.Index(fields[:], name)]
}

func (m *memorySegment) postings(field engine.Field, term string) (postings, error) {
	f := m.field(field)
	if i, found := slices.BinarySearch(f.terms, term); found {
		p := f.postings(i, m.gone)
		return &p, nil
	}
	return noPostings{}, nil
}

func (f *memoryField) postings(i int, gone []uint32) memoryPostings {
	from, to := f.starts[i], f.starts[i+1]
	p := memoryPostings{docs: f.docs[from:to]}
	if f.counts != nil {
		p.counts = f.counts[from:to]
	}
	p.left = len(p.docs) - p.among(gone)
	return p
}

func (m *memorySegment) vocabulary(field engine.Field, from, before string, visit func(term string, count int) bool) error {
	f := m.field(field)
	for i := sort.SearchStrings(f.terms, from); i < len(f.terms) && (before == "" || f.terms[i] < before); i++ {
		p := f.postings(i, m.gone)
		if p.left > 0 && !visit(f.terms[i], p.left) {
			break
		}
	}
	return nil
}

func (m *memorySegment) lengths(field engine.Field) []uint32 {
	return m.sizes[slices.Index(fields[:], field)]
}

func (m *memorySegment) body(n uint32) (engine.Body, error) {
	return engine.Body{Summary: m.docs[n].Summary, Sections: m.docs[n].Sections}, nil
}

type memoryPostings struct {
	docs, counts []uint32
	left         int // of the documents, less those that are gone
}

// among is how many of some documents, in order, have the term.
func (p *memoryPostings) among(docs []uint32) (n int) {
	at := 0
	for _, d := range docs {
		i, found := slices.BinarySearch(p.docs[at:], d)
		at += i
		if found {
			n++
		}
	}
	return n
}

func (p *memoryPostings) count() int { return p.left }

func (p *memoryPostings) each(visit func(docs, counts []uint32)) error {
	if p.counts != nil {
		visit(p.docs, p.counts)
		return nil
	}
	var ones [256]uint32
	for i := range ones {
		ones[i] = 1
	}
	for list := range slices.Chunk(p.docs, len(ones)) {
		visit(list, ones[:len(list)])
	}
	return nil
}

func (p *memoryPostings) find(docs, counts []uint32) error {
	at := 0
	for i, d := range docs {
		n, found := slices.BinarySearch(p.docs[at:], d)
		at += n
		counts[i] = 0
		switch {
		case !found:
		case p.counts == nil:
			counts[i] = 1
		default:
			counts[i] = p.counts[at]
		}
	}
	return nil
}
