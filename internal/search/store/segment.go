package store

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	index "github.com/blevesearch/bleve_index_api"
	"github.com/blevesearch/vellum"
	"github.com/golang/snappy"
)

// idField is what bleve finds documents by. It is the first field of a segment.
const idField = "_id"

// Numbers of the format.
const (
	chunkMode     = 1026 // how many postings share a chunk of frequencies
	chunkPostings = 1024
	textSection   = 0              // the number of the section of terms
	noValues      = math.MaxUint64 // where values by document would be
	oneHit        = 1 << 63        // marks the postings of one document that need no place of their own
	oneHitBits    = 31             // of its number, and of its length above that
	textValue     = 't'            // the kind of a stored value
)

// Field is a field of documents.
type Field struct {
	Name    string
	Indexed bool // it has terms
	// Counted says that bleve can rank by the terms: how often they stand in a
	// document, and how long it is. Else it knows only where they are.
	Counted bool
	Stored  bool // documents have values in it
}

func (f Field) options() index.FieldIndexingOptions {
	var o index.FieldIndexingOptions
	if f.Indexed {
		o |= index.IndexField
		if !f.Counted {
			o |= index.SkipFreqNorm
		}
	}
	if f.Stored {
		o |= index.StoreField
	}
	return o
}

// Document is what bleve gives back of a document: its id, and its values in
// stored fields. A field may have several.
type Document struct {
	ID     string
	Stored []Value
}

// Value is a text in a stored field.
type Value struct{ Field, Text string }

// segmentWriter writes the file of a segment.
type segmentWriter struct {
	file *os.File
	out  *bufio.Writer
	at   uint64
	sum  uint32
	buf  []byte
	docs int

	zeros  map[uint64]uint64 // where the frequencies in chunks of so many documents are
	chunks []byte            // of the term that is written
	ends   []uint64          // of its chunks
}

// WriteSegment writes the segment of documents whose terms are in runs. The
// runs are of batches with the same fields. Segments of one index must have
// the same, too: what one of them does not know, bleve forgets when it merges
// them.
func WriteSegment(dir string, number int, docs []Document, fields []Field, runs []Run) (err error) {
	file, err := create(filepath.Join(dir, SegmentFile(number)))
	if err != nil {
		return err
	}
	defer func() {
		if e := file.Close(); err == nil && e != nil {
			err = fmt.Errorf("store: %w", e)
		}
	}()
	w := &segmentWriter{file: file, out: bufio.NewWriterSize(file, 1<<18), docs: len(docs), zeros: map[uint64]uint64{}}
	if err := w.segment(docs, fields, runs); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

func (w *segmentWriter) segment(docs []Document, fields []Field, runs []Run) error {
	order, err := inOrder(fields)
	if err != nil {
		return err
	}
	stored, err := w.stored(docs, fields, order)
	if err != nil {
		return err
	}
	infos := []fieldInfo{{name: idField, options: index.IndexField | index.StoreField}}
	if infos[0].terms, err = w.idTerms(docs); err != nil {
		return err
	}
	for _, i := range order {
		f := fieldInfo{name: fields[i].Name, options: fields[i].options()}
		switch {
		case fields[i].Counted && fields[i].Indexed:
			f.terms, err = w.countedTerms(runs, i)
		case fields[i].Indexed:
			f.terms, err = w.terms(runs, i)
		default:
			f.terms, err = w.dictionary(func(func(string, uint64) error) error { return nil })
		}
		if err != nil {
			return fmt.Errorf("field %s: %w", f.name, err)
		}
		infos = append(infos, f)
	}
	sections, err := w.fields(infos)
	if err != nil {
		return err
	}
	return errors.Join(w.footer(stored, sections), w.out.Flush(), w.file.Sync())
}

// inOrder are the places of the fields, sorted by their names: as bleve numbers
// them, from 1 on.
func inOrder(fields []Field) ([]int, error) {
	order := make([]int, len(fields))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(fields[a].Name, fields[b].Name) })
	for n, i := range order {
		if name := fields[i].Name; name == idField || n > 0 && name == fields[order[n-1]].Name {
			return nil, fmt.Errorf("there are two fields %s", name)
		}
	}
	return order, nil
}

func (w *segmentWriter) write(data []byte) error {
	w.sum = crc32.Update(w.sum, crc32.IEEETable, data)
	w.at += uint64(len(data))
	_, err := w.out.Write(data)
	return err
}

// stored writes what bleve stores of documents, and returns where the list of
// places is.
func (w *segmentWriter) stored(docs []Document, fields []Field, order []int) (uint64, error) {
	places := make([]byte, 0, 8*len(docs))
	var texts, pressed, meta []byte
	for _, d := range docs {
		// The description: how long the id is, then of each value the field,
		// its kind, where it is in the texts, and that it is in no list.
		meta, texts = binary.AppendUvarint(meta[:0], uint64(len(d.ID))), texts[:0]
		known := 0
		for n, i := range order {
			if !fields[i].Stored {
				continue
			}
			for _, v := range d.Stored {
				if v.Field != fields[i].Name {
					continue
				}
				known++
				meta = binary.AppendUvarint(meta, uint64(n+1))
				meta = binary.AppendUvarint(meta, textValue)
				meta = binary.AppendUvarint(meta, uint64(len(texts)))
				meta = binary.AppendUvarint(meta, uint64(len(v.Text)))
				meta = append(meta, 0)
				texts = append(texts, v.Text...)
			}
		}
		if known < len(d.Stored) {
			return 0, fmt.Errorf("document %s has a value in a field that is not stored", d.ID)
		}
		pressed = snappy.Encode(pressed[:cap(pressed)], texts)
		places = binary.BigEndian.AppendUint64(places, w.at)
		b := binary.AppendUvarint(w.buf[:0], uint64(len(meta)))
		b = binary.AppendUvarint(b, uint64(len(d.ID)+len(pressed)))
		b = append(b, meta...)
		b = append(append(b, d.ID...), pressed...)
		w.buf = b
		if err := w.write(b); err != nil {
			return 0, err
		}
	}
	at := w.at
	// A 0 after the list: no document is part of another.
	return at, w.write(append(places, 0))
}

// fieldInfo is what the end of the file says of a field.
type fieldInfo struct {
	name    string
	options index.FieldIndexingOptions
	terms   uint64 // where its terms are
}

// idTerms writes the field of ids. Postings of one document stand in the
// dictionary itself.
func (w *segmentWriter) idTerms(docs []Document) (uint64, error) {
	order := make([]int, len(docs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(docs[a].ID, docs[b].ID) })
	return w.dictionary(func(insert func(string, uint64) error) error {
		for i, n := range order {
			id := docs[n].ID
			if i > 0 && id == docs[order[i-1]].ID {
				return fmt.Errorf("two documents have the id %s", id)
			}
			if err := insert(id, onlyHit(uint32(n), 1)); err != nil {
				return err
			}
		}
		return nil
	})
}

// onlyHit is what a dictionary says of a term that is once in one document, and
// nowhere else.
func onlyHit(doc, length uint32) uint64 {
	return oneHit | uint64(length)<<oneHitBits | uint64(doc)
}

// terms writes a field that is not counted: the postings of each term, then
// the dictionary that finds them.
func (w *segmentWriter) terms(runs []Run, field int) (uint64, error) {
	return w.dictionary(func(insert func(string, uint64) error) error {
		var bitmap []byte
		return merge(runs, field, false, func(term string, l list) error {
			frequencies, err := w.zeroFrequencies(len(l.docs))
			if err != nil {
				return err
			}
			at := w.at
			w.buf, bitmap = appendPostings(w.buf[:0], frequencies, l.docs, bitmap)
			if err := w.write(w.buf); err != nil {
				return err
			}
			return insert(term, at)
		})
	})
}

// countedTerms writes a field with frequencies and lengths.
func (w *segmentWriter) countedTerms(runs []Run, field int) (uint64, error) {
	lengths := make([]uint32, w.docs)
	for _, r := range runs {
		copy(lengths[r.first:], r.fields[field].lengths)
	}
	return w.dictionary(func(insert func(string, uint64) error) error {
		var bitmap []byte
		return merge(runs, field, true, func(term string, l list) error {
			first := l.docs[0]
			if len(l.docs) == 1 && l.counts[0] == 1 && first|lengths[first] < 1<<oneHitBits && lengths[first] > 0 {
				return insert(term, onlyHit(first, lengths[first]))
			}
			at := w.at
			var err error
			if w.buf, err = w.appendFrequencies(w.buf[:0], l, lengths); err != nil {
				return fmt.Errorf("%q: %w", term, err)
			}
			postings := at + uint64(len(w.buf))
			w.buf, bitmap = appendPostings(w.buf, at, l.docs, bitmap)
			if err := w.write(w.buf); err != nil {
				return err
			}
			return insert(term, postings)
		})
	})
}

// appendPostings appends the postings of a term whose frequencies are at a
// place. The bitmap is room for one, which is returned to be used again.
func appendPostings(out []byte, frequencies uint64, docs []uint32, bitmap []byte) (with, room []byte) {
	bitmap = appendBitmap(bitmap[:0], docs)
	out = binary.AppendUvarint(out, frequencies)
	out = append(out, 0) // no places in the text
	out = binary.AppendUvarint(out, uint64(len(bitmap)))
	return append(out, bitmap...), bitmap
}

// chunk is of how many documents the frequencies of a term share a chunk, if
// so many have it.
func (w *segmentWriter) chunk(docs int) (uint64, error) {
	size := uint64(w.docs) / (uint64(docs)/chunkPostings + 1)
	if size == 0 {
		return 0, fmt.Errorf("a term in %d of %d documents", docs, w.docs)
	}
	return size, nil
}

// appendFrequencies appends how often a term stands in its documents, each time
// with the document's length, of which bleve makes the norm.
func (w *segmentWriter) appendFrequencies(out []byte, l list, lengths []uint32) ([]byte, error) {
	size, err := w.chunk(len(l.docs))
	if err != nil {
		return nil, err
	}
	data, ends := w.chunks[:0], w.ends[:0]
	after := size // the first document of the next chunk
	for i, doc := range l.docs {
		for uint64(doc) >= after {
			ends = append(ends, uint64(len(data)))
			after += size
		}
		count, length := uint64(l.counts[i]), uint64(lengths[doc])
		if count == 0 || length == 0 {
			return nil, fmt.Errorf("document %d has the term %d times in %d", doc, count, length)
		}
		if count < 1<<6 { // the lowest bit would say that places follow
			data = append(data, byte(count<<1))
		} else {
			data = binary.AppendUvarint(data, count<<1)
		}
		if length < 1<<7 {
			data = append(data, byte(length))
		} else {
			data = binary.AppendUvarint(data, length)
		}
	}
	all := (uint64(w.docs)-1)/size + 1
	out = binary.AppendUvarint(out, all)
	for _, end := range ends {
		out = binary.AppendUvarint(out, end)
	}
	for range all - uint64(len(ends)) {
		out = binary.AppendUvarint(out, uint64(len(data)))
	}
	w.chunks, w.ends = data, ends
	return append(out, data...), nil
}

// zeroFrequencies is the place of the frequencies of a term that so many
// documents have, in chunks as the format wants. All are 0, which means that
// nothing was counted; so terms with the same chunks share them. bleve
// would write them for each term, a third of the file.
func (w *segmentWriter) zeroFrequencies(docs int) (uint64, error) {
	size, err := w.chunk(docs)
	if err != nil {
		return 0, err
	}
	if at, written := w.zeros[size]; written {
		return at, nil
	}
	at := w.at
	w.zeros[size] = at
	all := (uint64(w.docs)-1)/size + 1
	b := binary.AppendUvarint(nil, all)
	for i := range all {
		b = binary.AppendUvarint(b, (i+1)*size)
	}
	return at, w.write(append(b, make([]byte, all*size)...))
}

// dictionaryOptions let terms that end alike share their ends, which bleve does
// not since zap 17.2.5: a dictionary then takes a sixth more time to write, and
// a fortieth of the file less.
var dictionaryOptions = vellum.BuilderOpts{Encoder: 1, RegistryTableSize: 10_000, RegistryMRUSize: 2}

// dictionary writes the dictionary of a field that fill inserts terms into, in
// order, and returns the place of the field.
func (w *segmentWriter) dictionary(fill func(insert func(string, uint64) error) error) (uint64, error) {
	var data bytes.Buffer
	builder, err := vellum.New(&data, &dictionaryOptions)
	if err != nil {
		return 0, err
	}
	var key []byte
	err = fill(func(term string, value uint64) error {
		key = append(key[:0], term...)
		return builder.Insert(key, value)
	})
	if err := errors.Join(err, builder.Close()); err != nil {
		return 0, err
	}
	dictionary := w.at
	err = errors.Join(w.write(binary.AppendUvarint(nil, uint64(data.Len()))), w.write(data.Bytes()))
	field := w.at
	b := binary.AppendUvarint(nil, noValues)
	b = binary.AppendUvarint(b, noValues)
	b = binary.AppendUvarint(b, dictionary)
	return field, errors.Join(err, w.write(b))
}

// fields writes what the fields are, and returns the place of their list.
func (w *segmentWriter) fields(list []fieldInfo) (uint64, error) {
	var places []byte
	for _, f := range list {
		places = binary.BigEndian.AppendUint64(places, w.at)
		b := binary.AppendUvarint(nil, uint64(len(f.name)))
		b = append(b, f.name...)
		b = binary.AppendUvarint(b, uint64(f.options))
		b = binary.AppendUvarint(b, 1) // section
		b = binary.BigEndian.AppendUint16(b, textSection)
		b = binary.BigEndian.AppendUint64(b, f.terms)
		if err := w.write(b); err != nil {
			return 0, err
		}
	}
	at := w.at
	return at, w.write(append(binary.AppendUvarint(nil, uint64(len(list))), places...))
}

func (w *segmentWriter) footer(stored, fields uint64) error {
	b := binary.BigEndian.AppendUint32(nil, 0) // nobody has encoded the file
	b = binary.BigEndian.AppendUint64(b, uint64(w.docs))
	b = binary.BigEndian.AppendUint64(b, stored)
	b = binary.BigEndian.AppendUint64(b, fields)
	b = binary.BigEndian.AppendUint32(b, chunkMode)
	b = binary.BigEndian.AppendUint32(b, segmentVersion)
	if err := w.write(b); err != nil {
		return err
	}
	_, err := w.out.Write(binary.BigEndian.AppendUint32(nil, w.sum))
	return err
}
