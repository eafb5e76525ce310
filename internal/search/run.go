package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"whyfix/internal/han"
)

// Containment: which articles have a run of characters exactly as typed. The
// index holds no positions, so this too goes in two steps: the articles that
// have every piece of the run, then a look at the texts of the few that are
// not proved by it.

// piecePrefix marks the terms of one and two characters inside a word, which
// find the parts of words that a run may start or end with.
const piecePrefix = "\x02"

// How many articles' texts are read to prove containment; what is left has all
// the pieces and counts as proved. Quotes ask for proof.
const (
	someProofs  = 24
	quoteProofs = 400
)

// level says where an article has a run.
type level uint8

const (
	nowhere level = iota
	inBody        // somewhere
	inShort       // in a title, symptom, tag or heading
	isShort       // one of these is the run
)

// run finds the articles that have the run, reading at most so many texts.
func (x *Index) run(ctx context.Context, runes []rune, all []segment.TermDictionary, mostProofs int) (map[uint32]level, error) {
	pieces := pieces(runes)
	if len(pieces) == 0 {
		return nil, nil
	}
	docs, err := x.having(pieces, all)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	if len(pieces) > 1 && len(docs) > mostProofs {
		// Which texts are read must not depend on the order of the index.
		slices.SortFunc(docs, func(a, b uint32) int { return cmp.Compare(x.place(a), x.place(b)) })
	}
	found := make(map[uint32]level, len(docs))
	proofs := 0
	for i, n := range docs {
		if i&63 == 63 && ctx.Err() != nil {
			return found, nil
		}
		a := x.articles[n]
		if a == nil {
			continue
		}
		at := nowhere
		for _, p := range a.texts {
			if len(p.folded) >= len(runes) && at < isShort && contains(p.folded, runes) {
				at = inShort
				if len(p.folded) == len(runes) {
					at = isShort
				}
			}
		}
		if at == nowhere {
			at = inBody
			if len(pieces) > 1 && proofs < mostProofs {
				proofs++
				has, err := x.bodyHas(n, runes)
				if err != nil {
					return nil, err
				}
				if !has {
					continue
				}
			}
		}
		found[n] = at
	}
	return found, nil
}

// place is an article's place in the order of URLs.
func (x *Index) place(n uint32) int {
	if a := x.articles[n]; a != nil {
		return a.place
	}
	return -1
}

// pieces are the terms that an article with the run must have.
func pieces(runes []rune) []string {
	var out []string
	for i := 0; i < len(runes); {
		class := han.ClassOf(runes[i])
		if class == han.Other {
			i++
			continue
		}
		start := i
		for i < len(runes) && han.ClassOf(runes[i]) == class {
			i++
		}
		part := runes[start:i]
		switch {
		case class == han.CJK && len(part) == 1:
			out = append(out, string(part))
		case class == han.CJK:
			for j := range len(part) - 1 {
				out = append(out, string(part[j:j+2]))
			}
		case len(part) == 1:
			out = append(out, piecePrefix+string(part))
		default:
			for j := range len(part) - 1 {
				out = append(out, piecePrefix+string(part[j:j+2]))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// eachPiece calls emit with the bounds of every piece inside words.
func eachPiece(runes []rune, emit func(start, end int)) {
	for i, r := range runes {
		if han.ClassOf(r) != han.Word {
			continue
		}
		emit(i, i+1)
		if i+1 < len(runes) && han.ClassOf(runes[i+1]) == han.Word {
			emit(i, i+2)
		}
	}
}

// having are the articles that have all terms, in the order of their numbers.
func (x *Index) having(terms []string, dicts []segment.TermDictionary) ([]uint32, error) {
	type list struct {
		segment.PostingsList
		count uint64
	}
	var out []uint32
	for i, p := range x.segments {
		lists := make([]list, 0, len(terms))
		for _, t := range terms {
			l, err := dicts[i].PostingsList([]byte(t), p.segment.Deleted(), nil)
			if err != nil {
				return nil, fmt.Errorf("search: %w", err)
			}
			n := l.Count()
			lists = append(lists, list{l, n})
			if n == 0 {
				break
			}
		}
		slices.SortFunc(lists, func(a, b list) int { return cmp.Compare(a.count, b.count) })
		if lists[0].count == 0 {
			continue
		}
		docs, err := numbers(lists[0])
		if err != nil {
			return nil, err
		}
		for _, l := range lists[1:] {
			if len(docs) == 0 {
				break
			}
			if docs, err = both(docs, l); err != nil {
				return nil, err
			}
		}
		for _, n := range docs {
			out = append(out, uint32(p.first)+n)
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

// both keeps those numbers that a postings list has.
func both(docs []uint32, l segment.PostingsList) ([]uint32, error) {
	it := l.Iterator(false, false, false, nil)
	if fast, ok := it.(segment.OptimizablePostingsIterator); ok {
		if bitmap := fast.ActualBitmap(); bitmap != nil {
			return slices.DeleteFunc(docs, func(n uint32) bool { return !bitmap.Contains(n) }), nil
		}
	}
	others, err := numbers(l)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(docs, func(n uint32) bool { return !slices.Contains(others, n) }), nil
}

// bodyHas reads an article and looks for the run.
func (x *Index) bodyHas(n uint32, runes []rune) (bool, error) {
	s, number := x.document(n)
	data, err := stored(s, number, storeBody)
	if err != nil {
		return false, err
	}
	summary, sections, err := decodeBody(data)
	if err != nil {
		return false, err
	}
	buf := han.AppendFolded(make([]rune, 0, 512), summary)
	for _, s := range sections {
		if contains(buf, runes) {
			return true, nil
		}
		buf = han.AppendFolded(buf[:0], s.Text)
	}
	return contains(buf, runes), nil
}
