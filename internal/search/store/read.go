package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"

	index "github.com/blevesearch/bleve_index_api"
	"github.com/blevesearch/mmap-go"
	"github.com/blevesearch/vellum"
)

// ErrSegment says that a segment is damaged, or none that WriteSegment made.
var ErrSegment = errors.New("store: a segment is damaged or of another index")

// Segment reads what WriteSegment wrote, from its bytes: bleve's own iterators
// take five times as long. The file is mapped into memory. It is safe for
// concurrent use.
type Segment struct {
	data   mmap.MMap
	docs   uint32
	fields map[string]readField
	blocks sync.Pool    // of *block
	read   atomic.Int64 // bytes of postings since pages were given back
}

type readField struct {
	counted bool
	terms   *vellum.FST
}

// Places of the numbers at the end of the file, from there.
const (
	footerSize    = 40
	fromSum       = 4
	fromVersion   = 8
	fromChunks    = 12
	fromFields    = 20
	fromDocuments = 36
)

// OpenSegment opens a segment of a folder. The error may be ErrSegment.
func OpenSegment(dir string, number int) (*Segment, error) {
	file, err := os.Open(filepath.Join(dir, SegmentFile(number)))
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() < footerSize {
		return nil, fmt.Errorf("%w: it has %d bytes", ErrSegment, info.Size())
	}
	data, err := mmap.Map(file, mmap.RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s := &Segment{data: data, fields: map[string]readField{}}
	s.blocks.New = func() any { return new(block) }
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// SegmentSum is the sum of a segment that was just written.
func SegmentSum(dir string, number int) (uint32, error) {
	s, err := OpenSegment(dir, number)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	return s.Sum(), nil
}

// Close gives the file back. No method may run then or later.
func (s *Segment) Close() error {
	if err := s.data.Unmap(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// Documents is how many there are.
func (s *Segment) Documents() int { return int(s.docs) }

// Sum is the sum of all bytes as it was when they were written.
func (s *Segment) Sum() uint32 { return binary.BigEndian.Uint32(s.data[len(s.data)-fromSum:]) }

// guard makes an error of what damaged bytes do to the libraries, and of a file
// that is no longer as long as it was.
func guard(err *error) func() {
	faults := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(faults)
		if p := recover(); p != nil {
			*err = fmt.Errorf("%w: %v", ErrSegment, p)
		}
	}
}

func (s *Segment) open() (err error) {
	defer guard(&err)()
	end := s.data[len(s.data)-footerSize:]
	last := func(from int) []byte { return end[footerSize-from:] }
	docs := binary.BigEndian.Uint64(last(fromDocuments))
	version, chunks := binary.BigEndian.Uint32(last(fromVersion)), binary.BigEndian.Uint32(last(fromChunks))
	if version != segmentVersion || chunks != chunkMode || docs > math.MaxInt32 || binary.BigEndian.Uint32(end) != 0 {
		return fmt.Errorf("%w: it is of another format", ErrSegment)
	}
	s.docs = uint32(docs)
	in := s.reader(binary.BigEndian.Uint64(last(fromFields)))
	for range in.count() {
		if err := s.openField(in.place()); err != nil {
			return err
		}
	}
	return in.err()
}

// openField reads what is said of a field.
func (s *Segment) openField(at uint64) error {
	in := s.reader(at)
	name := string(in.bytes(in.number()))
	options := index.FieldIndexingOptions(in.number())
	for range in.count() {
		if section, at := in.short(), in.place(); section == textSection {
			terms := s.reader(at)
			terms.number()
			terms.number()
			data := s.reader(terms.number())
			dictionary := data.bytes(data.number())
			if terms.bad || data.bad {
				break
			}
			fst, err := vellum.Load(dictionary)
			if err != nil {
				return fmt.Errorf("%w: field %s: %w", ErrSegment, name, err)
			}
			s.fields[name] = readField{!options.SkipFreqNorm(), fst}
			return in.err()
		}
	}
	return fmt.Errorf("%w: field %s has no terms", ErrSegment, name)
}

// Postings are those of a term in a field; nil if nothing has it, or there is
// no such field. The error may be ErrSegment.
func (s *Segment) Postings(field, term string) (p *Postings, err error) {
	f, known := s.fields[field]
	if !known {
		return nil, nil
	}
	defer guard(&err)()
	value, found, err := f.terms.Get([]byte(term))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSegment, err)
	}
	if !found {
		return nil, nil
	}
	p = &Postings{segment: s}
	return p, p.read(f, value)
}

// Vocabulary calls visit for the terms of a field in order, from one on and
// before another, if that is not empty, until it returns false. The postings
// are valid until it returns. The error may be ErrSegment.
func (s *Segment) Vocabulary(field, from, before string, visit func(term string, p *Postings) bool) error {
	f, known := s.fields[field]
	if !known || before != "" && from >= before {
		return nil
	}
	v := vocabulary{field: f, from: []byte(from)}
	if before != "" {
		v.before = []byte(before)
	}
	v.postings.segment = s
	for {
		more, err := v.next()
		if err != nil || !more || !visit(string(v.term), &v.postings) {
			return err
		}
	}
}

// vocabulary is a place in the terms of a field.
type vocabulary struct {
	field        readField
	from, before []byte
	terms        *vellum.FSTIterator
	term         []byte
	postings     Postings
}

// next goes to the next term.
func (v *vocabulary) next() (more bool, err error) {
	defer guard(&err)()
	if v.terms == nil {
		v.terms, err = v.field.terms.Iterator(v.from, v.before)
	} else {
		err = v.terms.Next()
	}
	if errors.Is(err, vellum.ErrIteratorDone) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrSegment, err)
	}
	var value uint64
	v.term, value = v.terms.Current()
	return true, v.postings.read(v.field, value)
}

// reader reads numbers of a segment from a place on. What is not there is 0.
type reader struct {
	rest []byte
	bad  bool
}

func (s *Segment) reader(at uint64) reader {
	if at > uint64(len(s.data)) {
		return reader{bad: true}
	}
	return reader{rest: s.data[at:]}
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return nil
	}
	out := r.rest[:n:n]
	r.rest = r.rest[n:]
	return out
}

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// count is a number of things that follow, of a byte or more each.
func (r *reader) count() uint64 {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return 0
	}
	return n
}

func (r *reader) place() uint64 {
	if b := r.bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (r *reader) short() uint16 {
	if b := r.bytes(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *reader) err() error {
	if r.bad {
		return fmt.Errorf("%w: it is cut short", ErrSegment)
	}
	return nil
}
