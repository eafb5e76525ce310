package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// Run is the postings of some documents that follow each other, with terms and
// documents in order. It is small: a posting takes little more than a byte.
type Run struct {
	first  uint32 // the number of its first document
	fields []runField
}

// runField is a field of a run: its terms, and for each of them how many
// documents have it, and their numbers as steps from the one before.
type runField struct {
	terms []string
	docs  []byte
}

// Batch gathers documents for a run. Terms are numbers that the caller gives
// out. It is used again for the next run.
type Batch struct {
	fields []gathered
}

// gathered are the terms of the documents, one document after the other.
type gathered struct {
	terms  []uint32
	ends   []uint32 // by document
	counts []uint32 // by term; 0 between runs
	used   []keyed  // the terms of this run
	slots  []uint32 // documents by term
}

// keyed is a term with the start of its text as a number: most comparisons
// need no more.
type keyed struct {
	key  uint64
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
// Texts are those of the terms, by their numbers.
func (b *Batch) Run(first int, texts []string) Run {
	r := Run{first: uint32(first), fields: make([]runField, len(b.fields))}
	for i := range b.fields {
		r.fields[i] = b.fields[i].run(texts)
	}
	return r
}

// run sorts by terms what came by documents: count, then place.
func (f *gathered) run(texts []string) runField {
	f.counts = append(f.counts, make([]uint32, len(texts)-len(f.counts))...)
	f.used = f.used[:0]
	for _, t := range f.terms {
		if f.counts[t] == 0 {
			f.used = append(f.used, keyed{prefixKey(texts[t]), t})
		}
		f.counts[t]++
	}
	slices.SortFunc(f.used, func(a, b keyed) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return cmp.Compare(texts[a.term], texts[b.term])
	})
	// Two numbers may stand for one text: words of two languages.
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
	out := runField{terms: make([]string, 0, len(f.used)), docs: make([]byte, 0, len(f.terms)+len(f.used))}
	at = 0
	for i := 0; i < len(f.used); {
		text := texts[f.used[i].term]
		begin := at
		several := false
		for ; i < len(f.used) && texts[f.used[i].term] == text; i++ {
			several = several || at > begin
			at = f.counts[f.used[i].term]
			f.counts[f.used[i].term] = 0
		}
		docs := f.slots[begin:at]
		if several {
			slices.Sort(docs)
			docs = slices.Compact(docs)
		}
		out.terms = append(out.terms, text)
		out.docs = appendDocs(out.docs, docs)
	}
	f.terms, f.ends = f.terms[:0], f.ends[:0]
	out.docs = bytes.Clone(out.docs) // at its length
	return out
}

// prefixKey is the start of a text as a number that sorts like it.
func prefixKey(text string) uint64 {
	if len(text) >= 8 {
		return uint64(text[0])<<56 | uint64(text[1])<<48 | uint64(text[2])<<40 | uint64(text[3])<<32 |
			uint64(text[4])<<24 | uint64(text[5])<<16 | uint64(text[6])<<8 | uint64(text[7])
	}
	var key uint64
	for i := range len(text) {
		key |= uint64(text[i]) << (56 - 8*i)
	}
	return key
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
