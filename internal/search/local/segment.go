// Package local is the engine in the process: articles in segments, of bleve's
// on a disk or in memory for a preview.
//
// In: Documents, to be written into a folder or kept. Out: an Index, which is
// an engine.Engine.
package local

import (
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
