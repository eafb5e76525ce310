package local

import (
	"fmt"
	"os"
	"unsafe"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/store"
)

// zap is a segment on a disk, and the texts that lie beside it.
type zap struct {
	*store.Segment
	sizes  [headings + 1][]uint32
	gone   []uint32 // sorted
	texts  *os.File
	places []place // of texts
}

func (z *zap) articles() int { return z.Documents() }

func (z *zap) lengths(field engine.Field) []uint32 {
	for f, name := range fields[:len(z.sizes)] {
		if name == field {
			return z.sizes[f]
		}
	}
	return nil
}

func (z *zap) postings(field engine.Field, term string) (postings, error) {
	p, err := z.Postings(string(field), term)
	if err != nil {
		return nil, damaged(err)
	}
	if p == nil {
		return noPostings{}, nil
	}
	left, err := z.left(p)
	return &zapPostings{p, left}, err
}

// left is how many documents of postings are not gone.
func (z *zap) left(p *store.Postings) (int, error) {
	n, err := p.Among(z.gone)
	return p.Count() - n, damaged(err)
}

func (z *zap) vocabulary(field engine.Field, from, before string, visit func(term string, count int) bool) error {
	var failed error
	err := z.Vocabulary(string(field), from, before, func(term string, p *store.Postings) bool {
		left, err := z.left(p)
		if failed = err; err != nil {
			return false
		}
		return left == 0 || visit(term, left)
	})
	if failed != nil {
		return failed
	}
	return damaged(err)
}

func (z *zap) body(n uint32) (engine.Body, error) {
	data := make([]byte, z.places[n].size)
	if _, err := z.texts.ReadAt(data, int64(z.places[n].at)); err != nil {
		return engine.Body{}, fmt.Errorf("%w: %w", errArticles, err)
	}
	// Nobody else has the data, and its parts are what the body is made of: to
	// copy it would be a quarter of what a question allocates.
	summary, sections, err := article.ReadBody(unsafe.String(unsafe.SliceData(data), len(data)))
	if err != nil {
		return engine.Body{}, fmt.Errorf("%w: %w", errArticles, err)
	}
	return engine.Body{Summary: summary, Sections: sections}, nil
}

// zapPostings are postings on a disk.
type zapPostings struct {
	list *store.Postings
	left int
}

func (p *zapPostings) count() int { return p.left }
func (p *zapPostings) each(visit func(docs, counts []uint32)) error {
	return damaged(p.list.Each(visit))
}

func (p *zapPostings) find(docs, counts []uint32) error { return damaged(p.list.Find(docs, counts)) }

// damaged says of an error of the store that the index is damaged.
func damaged(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", engine.ErrDamaged, err)
}
