package search

import (
	"cmp"
	"fmt"
	"slices"

	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// fields are the index's fields as one question reads them. They are not
// shared by questions: bleve's dictionaries may not be.
type fields struct {
	head  *field // title, symptoms, tags, headings
	all   *field // everything
	sound *field // how the short texts sound
}

// field looks terms up in one field, each once.
type field struct {
	x     *Index
	name  string
	dicts []segment.TermDictionary // by segment; nil before the first look
	known map[string]postings
}

// postings are the articles that have a term.
type postings struct {
	lists []segment.PostingsList // by segment; nil where it has none
	count int
}

func (x *Index) fields() *fields {
	of := func(name string) *field { return &field{x: x, name: name, known: map[string]postings{}} }
	return &fields{of(fieldHead), of(fieldAll), of(fieldSound)}
}

// postings are the articles that have a term in the field.
func (f *field) postings(term string) (postings, error) {
	if p, known := f.known[term]; known {
		return p, nil
	}
	if f.dicts == nil {
		f.dicts = make([]segment.TermDictionary, len(f.x.segments))
		for i, s := range f.x.segments {
			d, err := s.segment.Segment().Dictionary(f.name)
			if err != nil {
				return postings{}, fmt.Errorf("search: %w", err)
			}
			f.dicts[i] = d
		}
	}
	var p postings
	for i, s := range f.x.segments {
		list, err := f.dicts[i].PostingsList([]byte(term), s.segment.Deleted(), nil)
		if err != nil {
			return postings{}, fmt.Errorf("search: %w", err)
		}
		if n := int(list.Count()); n > 0 {
			if p.lists == nil {
				p.lists = make([]segment.PostingsList, len(f.x.segments))
			}
			p.lists[i] = list
			p.count += n
		}
	}
	f.known[term] = p
	return p, nil
}

// count is how many articles have a term in the field.
func (f *field) count(term string) (int, error) {
	p, err := f.postings(term)
	return p.count, err
}

// having are the articles that have all terms, in the order of their numbers.
func (f *field) having(terms []string) ([]uint32, error) {
	all := make([]postings, len(terms))
	for i, t := range terms {
		var err error
		if all[i], err = f.postings(t); err != nil || all[i].count == 0 {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b postings) int { return cmp.Compare(a.count, b.count) }) // the rarest first
	var out []uint32
segments:
	for i, s := range f.x.segments {
		var docs []uint32
		for n, p := range all {
			if p.lists[i] == nil {
				continue segments
			}
			var err error
			if n == 0 {
				docs, err = numbers(p.lists[i])
			} else {
				docs, err = inAny(docs, p.lists[i])
			}
			if err != nil {
				return nil, err
			}
		}
		for _, n := range docs {
			out = append(out, uint32(s.first)+n)
		}
	}
	return out, nil
}

// numbers reads a postings list.
func numbers(l segment.PostingsList) ([]uint32, error) {
	it := l.Iterator(false, false, false, nil)
	if fast, ok := it.(segment.OptimizablePostingsIterator); ok {
		if bitmap := fast.ActualBitmap(); bitmap != nil {
			return bitmap.ToArray(), nil
		}
	}
	var out []uint32
	for {
		p, err := it.Next()
		if err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		if p == nil {
			return out, nil
		}
		out = append(out, uint32(p.Number()))
	}
}

// inAny keeps those numbers that one of the postings lists has.
func inAny(docs []uint32, lists ...segment.PostingsList) ([]uint32, error) {
	var bitmaps []interface{ Contains(uint32) bool }
	var rest []uint32
	for _, l := range lists {
		it := l.Iterator(false, false, false, nil)
		if fast, ok := it.(segment.OptimizablePostingsIterator); ok {
			if b := fast.ActualBitmap(); b != nil {
				bitmaps = append(bitmaps, b)
				continue
			}
		}
		list, err := numbers(l)
		if err != nil {
			return nil, err
		}
		rest = append(rest, list...)
	}
	return slices.DeleteFunc(docs, func(d uint32) bool {
		for _, b := range bitmaps {
			if b.Contains(d) {
				return false
			}
		}
		return !slices.Contains(rest, d)
	}), nil
}
