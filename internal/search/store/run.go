package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// Run is the postings of some documents that follow each other, with terms and
// documents in order. It is small: a posting takes little more than a byte.
type Run struct {
	first  uint32   // the number of its first document
	docs   uint32   // how many there are
	texts  []string // of the terms
	fields []runField
}

// runField is a field of a run: its terms, and for each of them how many
// documents have it, and their numbers as steps from the one before. In a
// counted field a step is doubled, and one more where a count follows, because
// it is not 1.
type runField struct {
	terms    []keyed
	postings []byte
	lengths  []uint32 // by document; nil of a field that is not counted
	aside    *aside   // has terms and postings; nil: they are here
}

// Posting is a term of a document, and how often it stands there: at least once
// in a counted field. Elsewhere Count means nothing.
type Posting struct{ Term, Count uint32 }

// Batch gathers documents for a run. Terms are numbers that the caller gives
// out. It is used again for the next run.
type Batch struct {
	fields []gathered
	docs   uint32
	keys   []sortKey // of the terms
	sorter sorter
}

// gathered are the terms of the documents, one document after the other.
type gathered struct {
	counted  bool
	postings []Posting
	ends     []uint32 // by document
	lengths  []uint32 // by document
}

// sorter is the memory in which one field after the other is sorted. It grows
// with the terms of a site.
type sorter struct {
	places []uint32 // by term; 0 between fields
	used   []keyed  // the terms of the field
	slots  []slot   // documents by term
}

// slot is a document that has a term, and how often.
type slot struct{ doc, count uint32 }

// keyed is a term with its key.
type keyed struct {
	key  sortKey
	term uint32
}

// NewBatch makes a batch for documents with these fields.
func NewBatch(fields []Field) *Batch {
	b := &Batch{fields: make([]gathered, len(fields))}
	for i, f := range fields {
		b.fields[i].counted = f.Counted
	}
	return b
}

// Add gathers a document: the terms of each field, each once, and of each
// field how many tokens it has there, which says nothing of those that are not
// counted. Terms of a field that is not indexed are none.
func (b *Batch) Add(fields [][]Posting, lengths []uint32) {
	b.docs++
	for i := range b.fields {
		f := &b.fields[i]
		f.postings = append(f.postings, fields[i]...)
		f.ends = append(f.ends, uint32(len(f.postings)))
		if f.counted {
			f.lengths = append(f.lengths, lengths[i])
		}
	}
}

// Run is what was gathered since the last one, as documents from a number on.
// Texts are those of the terms, by their numbers; there may be more of them
// for the next run, but what is there stays. Where two numbers have one text,
// counts add up.
func (b *Batch) Run(first int, texts []string) Run {
	for _, text := range texts[len(b.keys):] {
		b.keys = append(b.keys, keyOf(text))
	}
	r := Run{first: uint32(first), docs: b.docs, texts: texts, fields: make([]runField, len(b.fields))}
	for i := range b.fields {
		r.fields[i] = b.fields[i].run(texts, b.keys, &b.sorter)
	}
	b.docs = 0
	return r
}

// run sorts by terms what came by documents: count, then place.
func (f *gathered) run(texts []string, keys []sortKey, s *sorter) runField {
	if missing := len(texts) - len(s.places); missing > 0 {
		s.places = append(s.places, make([]uint32, missing)...)
	}
	s.used = s.used[:0]
	for _, p := range f.postings {
		if s.places[p.Term] == 0 {
			s.used = append(s.used, keyed{keys[p.Term], p.Term})
		}
		s.places[p.Term]++
	}
	slices.SortFunc(s.used, func(a, b keyed) int { return compare(a.key, b.key, texts, a.term, texts, b.term) })
	at := uint32(0)
	for _, u := range s.used {
		n := s.places[u.term]
		s.places[u.term] = at
		at += n
	}
	s.slots = slices.Grow(s.slots[:0], int(at))[:at]
	start := uint32(0)
	for doc, end := range f.ends {
		for _, p := range f.postings[start:end] {
			s.slots[s.places[p.Term]] = slot{uint32(doc), p.Count}
			s.places[p.Term]++
		}
		start = end
	}
	out := runField{terms: make([]keyed, 0, len(s.used)), postings: make([]byte, 0, len(f.postings)+len(f.postings)/4+len(s.used))}
	at = 0
	for i := 0; i < len(s.used); {
		u, begin, numbers := s.used[i], at, 0
		// Two numbers may stand for one text: words that have a stem in common.
		for ; i < len(s.used) && compare(u.key, s.used[i].key, texts, u.term, texts, s.used[i].term) == 0; i++ {
			at = s.places[s.used[i].term]
			s.places[s.used[i].term] = 0
			numbers++
		}
		slots := s.slots[begin:at]
		if numbers > 1 {
			slots = together(slots)
		}
		out.terms = append(out.terms, u)
		out.postings = appendSlots(out.postings, slots, f.counted)
	}
	if f.counted {
		out.lengths = slices.Clone(f.lengths)
	}
	f.postings, f.ends, f.lengths = f.postings[:0], f.ends[:0], f.lengths[:0]
	out.postings = bytes.Clone(out.postings) // at its length
	return out
}

// together sorts the documents of one text, which came under several numbers,
// and makes one of those that are the same.
func together(slots []slot) []slot {
	slices.SortFunc(slots, func(a, b slot) int { return int(a.doc) - int(b.doc) })
	n := 0
	for _, s := range slots[1:] {
		if s.doc == slots[n].doc {
			slots[n].count += s.count
			continue
		}
		n++
		slots[n] = s
	}
	return slots[:n+1]
}

func appendSlots(out []byte, slots []slot, counted bool) []byte {
	out = binary.AppendUvarint(out, uint64(len(slots)))
	last := uint32(0)
	if !counted {
		for _, s := range slots {
			out = binary.AppendUvarint(out, uint64(s.doc-last))
			last = s.doc
		}
		return out
	}
	for _, s := range slots {
		step := uint64(s.doc-last) << 1
		last = s.doc
		if s.count == 1 {
			out = binary.AppendUvarint(out, step)
			continue
		}
		out = binary.AppendUvarint(out, step|1)
		out = binary.AppendUvarint(out, uint64(s.count))
	}
	return out
}

// sortKey is a number that sorts like the start of a text: its first bytes,
// then its length, as far as that goes. Texts are spread over memory; of two
// that are compared, the keys mostly tell.
type sortKey = uint64

// inKey is how long a text may be that is all in its key.
const inKey = 7

func keyOf(text string) sortKey {
	key := sortKey(min(len(text), inKey+1))
	for i := range min(len(text), inKey) {
		key |= sortKey(text[i]) << (56 - 8*i)
	}
	return key
}

// compare orders two terms by their keys and, where those leave it open, texts.
func compare(a, b sortKey, aTexts []string, aTerm uint32, bTexts []string, bTerm uint32) int {
	if a != b || a&0xFF <= inKey {
		return cmp.Compare(a, b)
	}
	return strings.Compare(aTexts[aTerm], bTexts[bTerm])
}
