package store

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Run is the postings of some documents that follow each other, with terms and
// documents in order. It is small: a posting takes little more than a byte.
type Run struct {
	first  uint32   // the number of its first document
	texts  []string // of the terms
	fields []runField
}

// runField is a field of a run: its terms, and for each of them how many
// documents have it, and their numbers as steps from the one before.
type runField struct {
	terms []keyed
	docs  []byte
}

// Batch gathers documents for a run. Terms are numbers that the caller gives
// out. It is used again for the next run.
type Batch struct {
	fields []gathered
	keys   []sortKey // of the terms
}

// gathered are the terms of the documents, one document after the other.
type gathered struct {
	terms  []uint32
	ends   []uint32 // by document
	counts []uint32 // by term; 0 between runs
	used   []keyed  // the terms of this run
	slots  []uint32 // documents by term
}

// keyed is a term with its key.
type keyed struct {
	key  sortKey
	term uint32
}

// NewBatch makes a batch for documents with so many fields.
func NewBatch(fields int) *Batch { return &Batch{fields: make([]gathered, fields)} }

// Add gathers a document: the terms of each field, each once.
func (b *Batch) Add(terms [][]uint32) {
	for i := range b.fields {
		f := &b.fields[i]
		f.terms = append(f.terms, terms[i]...)
		f.ends = append(f.ends, uint32(len(f.terms)))
	}
}

// Run is what was gathered since the last one, as documents from a number on.
// Texts are those of the terms, by their numbers; there may be more of them
// for the next run, but what is there stays.
func (b *Batch) Run(first int, texts []string) Run {
	for _, text := range texts[len(b.keys):] {
		b.keys = append(b.keys, keyOf(text))
	}
	r := Run{first: uint32(first), texts: texts, fields: make([]runField, len(b.fields))}
	for i := range b.fields {
		r.fields[i] = b.fields[i].run(texts, b.keys)
	}
	return r
}

// run sorts by terms what came by documents: count, then place.
func (f *gathered) run(texts []string, keys []sortKey) runField {
	f.counts = append(f.counts, make([]uint32, len(texts)-len(f.counts))...)
	f.used = f.used[:0]
	for _, t := range f.terms {
		if f.counts[t] == 0 {
			f.used = append(f.used, keyed{keys[t], t})
		}
		f.counts[t]++
	}
	slices.SortFunc(f.used, func(a, b keyed) int { return compare(a.key, b.key, texts, a.term, texts, b.term) })
	at := uint32(0)
	for _, u := range f.used {
		n := f.counts[u.term]
		f.counts[u.term] = at
		at += n
	}
	f.slots = slices.Grow(f.slots[:0], int(at))[:at]
	start := uint32(0)
	for doc, end := range f.ends {
		for _, t := range f.terms[start:end] {
			f.slots[f.counts[t]] = uint32(doc)
			f.counts[t]++
		}
		start = end
	}
	out := runField{terms: make([]keyed, 0, len(f.used)), docs: make([]byte, 0, len(f.terms)+len(f.used))}
	at = 0
	for i := 0; i < len(f.used); {
		u, begin, numbers := f.used[i], at, 0
		// Two numbers may stand for one text: words that have a stem in common.
		for ; i < len(f.used) && compare(u.key, f.used[i].key, texts, u.term, texts, f.used[i].term) == 0; i++ {
			at = f.counts[f.used[i].term]
			f.counts[f.used[i].term] = 0
			numbers++
		}
		docs := f.slots[begin:at]
		if numbers > 1 {
			slices.Sort(docs)
			docs = slices.Compact(docs)
		}
		out.terms = append(out.terms, u)
		out.docs = appendDocs(out.docs, docs)
	}
	f.terms, f.ends = f.terms[:0], f.ends[:0]
	out.docs = bytes.Clone(out.docs) // at its length
	return out
}

func appendDocs(out []byte, docs []uint32) []byte {
	out = binary.AppendUvarint(out, uint64(len(docs)))
	last := uint32(0)
	for _, d := range docs {
		out = binary.AppendUvarint(out, uint64(d-last))
		last = d
	}
	return out
}
