package search

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"whyfix/internal/han"
)

// fields are the index's fields as one question reads them. They are not
// shared by questions: bleve's dictionaries may not be.
type fields struct {
	head  *field // title, symptoms, tags, headings
	all   *field // everything
	sound *field // how the short texts sound
	word  *field // words of letters as they are written
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
	docs  []docs // by segment; nil when there are none
	count int
}

// docs are numbers of documents in a segment: a bitmap of the index, or a
// sorted list.
type docs struct {
	bitmap segment.OptimizablePostingsIterator
	list   []uint32
}

// each calls visit with the numbers in order, as many at a time as fit into the
// buffer.
func (d docs) each(buffer []uint32, visit func(numbers []uint32)) {
	if d.bitmap == nil {
		visit(d.list)
		return
	}
	for many := d.bitmap.ActualBitmap().ManyIterator(); ; {
		n := many.NextMany(buffer)
		if n == 0 {
			return
		}
		visit(buffer[:n])
	}
}

func (d docs) numbers() []uint32 {
	if d.bitmap == nil {
		return slices.Clone(d.list)
	}
	return d.bitmap.ActualBitmap().ToArray()
}

func (d docs) contains(n uint32) bool {
	if d.bitmap == nil {
		_, found := slices.BinarySearch(d.list, n)
		return found
	}
	return d.bitmap.ActualBitmap().Contains(n)
}

func (x *Index) fields() *fields {
	of := func(name string) *field { return &field{x: x, name: name, known: map[string]postings{}} }
	return &fields{of(fieldHead), of(fieldAll), of(fieldSound), of(fieldWord)}
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
	find := f.term
	switch {
	case f.name == fieldAll && isSingle(term):
		after := []byte(term)
		after[len(after)-1]++ // no character ends with 0xFF
		find = func(i int, term string) (docs, int, error) { return f.starting(i, term, after) }
	case f.name == fieldSound && !strings.Contains(term, " "):
		after := []byte(term + "!") // the character after a space
		find = func(i int, term string) (docs, int, error) { return f.starting(i, term, after) }
	}
	var p postings
	for i := range f.x.segments {
		d, n, err := find(i, term)
		if err != nil {
			return postings{}, fmt.Errorf("search: %w", err)
		}
		if n > 0 {
			if p.docs == nil {
				p.docs = make([]docs, len(f.x.segments))
			}
			p.docs[i] = d
			p.count += n
		}
	}
	f.known[term] = p
	return p, nil
}

// term are the documents of a segment that have a term, and how many.
func (f *field) term(i int, term string) (docs, int, error) {
	list, err := f.dicts[i].PostingsList([]byte(term), f.x.segments[i].segment.Deleted(), nil)
	if err != nil {
		return docs{}, 0, err
	}
	n := int(list.Count())
	if n == 0 {
		return docs{}, 0, nil
	}
	it := list.Iterator(false, false, false, nil)
	if fast, ok := it.(segment.OptimizablePostingsIterator); ok && fast.ActualBitmap() != nil {
		return docs{bitmap: fast}, n, nil
	}
	numbers := make([]uint32, 0, n)
	for {
		p, err := it.Next()
		if err != nil {
			return docs{}, 0, err
		}
		if p == nil {
			return docs{list: numbers}, len(numbers), nil
		}
		numbers = append(numbers, uint32(p.Number()))
	}
}

// isSingle reports whether a term is one CJK character.
func isSingle(term string) bool {
	r, size := utf8.DecodeRuneInString(term)
	return size == len(term) && han.ClassOf(r) == han.CJK
}

// starting are the documents of a segment that have a term from one on and
// before another. A character or syllable is a term of its own only where no
// other follows it (see termField): the rest are the pairs that start with it.
func (f *field) starting(i int, from string, before []byte) (docs, int, error) {
	set := make([]uint64, (f.x.segments[i].segment.FullSize()+63)/64)
	terms := f.dicts[i].AutomatonIterator(nil, []byte(from), before)
	for {
		entry, err := terms.Next()
		if err != nil {
			return docs{}, 0, err
		}
		if entry == nil {
			break
		}
		d, _, err := f.term(i, entry.Term)
		if err != nil {
			return docs{}, 0, err
		}
		var buffer [256]uint32
		d.each(buffer[:], func(numbers []uint32) {
			for _, n := range numbers {
				set[n/64] |= 1 << (n % 64)
			}
		})
	}
	var list []uint32
	for w, word := range set {
		for ; word != 0; word &= word - 1 {
			list = append(list, uint32(64*w+bits.TrailingZeros64(word)))
		}
	}
	return docs{list: list}, len(list), nil
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
	for i, s := range f.x.segments {
		found := all[0].docs[i].numbers()
		for _, p := range all[1:] {
			found = inAny(found, p.docs[i])
		}
		for _, n := range found {
			out = append(out, uint32(s.first)+n)
		}
	}
	return out, nil
}

// inAny keeps those numbers that one of the sets has.
func inAny(numbers []uint32, sets ...docs) []uint32 {
	return slices.DeleteFunc(numbers, func(n uint32) bool {
		return !slices.ContainsFunc(sets, func(d docs) bool { return d.contains(n) })
	})
}
