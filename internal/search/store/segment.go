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
)

// idField is what bleve finds documents by. It is the first field of a segment.
const idField = "_id"

// Numbers of the format.
const (
	chunkMode      = 1026 // how many postings share a chunk of frequencies
	chunkPostings  = 1024
	textSection    = 0              // the number of the section of terms
	noValues       = math.MaxUint64 // where values by document would be
	oneHit         = 1 << 63        // marks the postings of one document that need no place of their own
	oneHitNorm     = 1 << 31        // its length, in such postings
	nothingPressed = 0              // what snappy makes of nothing
)

// segmentWriter writes the file of a segment.
type segmentWriter struct {
	file  *os.File
	out   *bufio.Writer
	at    uint64
	sum   uint32
	buf   []byte
	docs  int
	zeros map[uint64]uint64 // where the frequencies for so many chunks are
}

// WriteSegment writes the segment of the documents with the ids, whose terms
// are in runs: names are those of the runs' fields, sorted.
func WriteSegment(dir string, number int, ids []string, names []string, runs []Run) (err error) {
	file, err := create(filepath.Join(dir, SegmentFile(number)))
	if err != nil {
		return err
	}
	defer func() {
		if e := file.Close(); err == nil && e != nil {
			err = fmt.Errorf("store: %w", e)
		}
	}()
	w := &segmentWriter{file: file, out: bufio.NewWriterSize(file, 1<<18), docs: len(ids), zeros: map[uint64]uint64{}}
	if err := w.segment(ids, names, runs); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

func (w *segmentWriter) segment(ids []string, names []string, runs []Run) error {
	stored, err := w.stored(ids)
	if err != nil {
		return err
	}
	fields := []fieldInfo{{name: idField, options: index.IndexField | index.StoreField}}
	if fields[0].terms, err = w.idTerms(ids); err != nil {
		return err
	}
	for i, name := range names {
		f := fieldInfo{name: name, options: index.IndexField | index.SkipFreqNorm}
		if f.terms, err = w.terms(runs, i); err != nil {
			return err
		}
		fields = append(fields, f)
	}
	sections, err := w.fields(fields)
	if err != nil {
		return err
	}
	return errors.Join(w.footer(stored, sections), w.out.Flush(), w.file.Sync())
}

func (w *segmentWriter) write(data []byte) error {
	w.sum = crc32.Update(w.sum, crc32.IEEETable, data)
	w.at += uint64(len(data))
	_, err := w.out.Write(data)
	return err
}

// stored writes what bleve stores of documents, their ids alone, and returns
// where the list of places is.
func (w *segmentWriter) stored(ids []string) (uint64, error) {
	places := make([]byte, 0, 8*len(ids))
	for _, id := range ids {
		places = binary.BigEndian.AppendUint64(places, w.at)
		b := binary.AppendUvarint(w.buf[:0], uint64(len(id))) // the description: how long the id is
		size := len(b)
		b = binary.AppendUvarint(b, uint64(size))
		b = binary.AppendUvarint(b, uint64(len(id)+1))
		b = append(b, b[:size]...)
		b = append(append(b, id...), nothingPressed)
		w.buf = b
		if err := w.write(b[size:]); err != nil {
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
func (w *segmentWriter) idTerms(ids []string) (uint64, error) {
	order := make([]int, len(ids))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(ids[a], ids[b]) })
	return w.dictionary(func(insert func(string, uint64) error) error {
		for i, n := range order {
			if i > 0 && ids[n] == ids[order[i-1]] {
				return fmt.Errorf("two documents have the id %s", ids[n])
			}
			if err := insert(ids[n], oneHit|oneHitNorm|uint64(n)); err != nil {
				return err
			}
		}
		return nil
	})
}

// terms writes a field: the postings of each term, then the dictionary that
// finds them.
func (w *segmentWriter) terms(runs []Run, field int) (uint64, error) {
	return w.dictionary(func(insert func(string, uint64) error) error {
		var bitmap []byte
		return merge(runs, field, func(term string, docs []uint32) error {
			frequencies, err := w.frequencies(len(docs))
			if err != nil {
				return err
			}
			at := w.at
			bitmap = appendBitmap(bitmap[:0], docs)
			b := binary.AppendUvarint(w.buf[:0], frequencies)
			b = append(b, 0) // no places in the text
			b = binary.AppendUvarint(b, uint64(len(bitmap)))
			w.buf = append(b, bitmap...)
			if err := w.write(w.buf); err != nil {
				return err
			}
			return insert(term, at)
		})
	})
}

// frequencies is the place of the frequencies of a term that so many documents
// have, in chunks as the format wants. All are 0, which means that nothing was
// counted; so terms that need as many chunks share them. bleve would write
// them for each term, a third of the file.
func (w *segmentWriter) frequencies(docs int) (uint64, error) {
	chunks := uint64(docs)/chunkPostings + 1
	if at, written := w.zeros[chunks]; written {
		return at, nil
	}
	at := w.at
	w.zeros[chunks] = at
	size := uint64(w.docs) / chunks // documents of a chunk
	if size == 0 {
		return 0, fmt.Errorf("a term in %d of %d documents", docs, w.docs)
	}
	all := (uint64(w.docs)-1)/size + 1
	b := binary.AppendUvarint(nil, all)
	each := min(size, uint64(w.docs))
	for i := range all {
		b = binary.AppendUvarint(b, (i+1)*each)
	}
	return at, w.write(append(b, make([]byte, all*each)...))
}

// dictionary writes the dictionary of a field that fill inserts terms into, in
// order, and returns the place of the field.
func (w *segmentWriter) dictionary(fill func(insert func(string, uint64) error) error) (uint64, error) {
	var data bytes.Buffer
	builder, err := vellum.New(&data, nil)
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
