package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// Aside puts runs aside into a file until a segment is written of them: those of
// a large site are as large as its index. Runs are read from the start to the end,
// all side by side, so that a small part of each is in memory.
type Aside struct {
	dir  string
	most int64 // bytes of runs that stay in memory

	mu     sync.Mutex // guards what follows
	memory int64
	file   *os.File
	size   int64
}

// NewAside makes an Aside that has its file in a folder, and makes none as long
// as the runs have no more than so many bytes.
func NewAside(dir string, most int64) *Aside { return &Aside{dir: dir, most: most} }

// aside is where the terms of a field of a run are in the file, where its postings
// are, and where these end.
type aside struct {
	file                 io.ReaderAt
	terms, postings, end int64
}

// Put puts a run aside, if there is more than may stay in memory.
func (a *Aside) Put(r *Run) error {
	size := bytesOf(r)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.memory+size <= a.most {
		a.memory += size
		return nil
	}
	if a.file == nil {
		file, err := os.CreateTemp(a.dir, "runs-*")
		if err != nil {
			return fmt.Errorf("store: %w", err)
		}
		a.file = file
	}
	out := make([]byte, 0, size)
	for i := range r.fields {
		f := &r.fields[i]
		to := &aside{file: a.file, terms: a.size + int64(len(out))}
		for _, t := range f.terms {
			out = binary.LittleEndian.AppendUint64(out, t.key)
			out = binary.LittleEndian.AppendUint32(out, t.term)
		}
		to.postings = a.size + int64(len(out))
		out = append(out, f.postings...)
		to.end = a.size + int64(len(out))
		f.aside, f.terms, f.postings = to, nil, nil
	}
	if _, err := a.file.Write(out); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	a.size += int64(len(out))
	return nil
}

// bytesOf is how many bytes a run has in the file.
func bytesOf(r *Run) int64 {
	size := 0
	for i := range r.fields {
		size += len(r.fields[i].terms)*keyedSize + len(r.fields[i].postings)
	}
	return int64(size)
}

// Close removes the file, after which no run that is in it can be read.
func (a *Aside) Close() error {
	if a.file == nil {
		return nil
	}
	err := errors.Join(a.file.Close(), os.Remove(a.file.Name()))
	a.file = nil
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// keyedSize is how many bytes a term has in the file.
const keyedSize = 12

// How much of a field of a run is read at a time.
const (
	termsRead    = 512 * keyedSize
	postingsRead = 8 << 10
)

// rest is what is still to be read of a field of a run that was put aside.
type rest struct {
	aside
	at     int64 // of the next postings
	room   []byte
	before []byte // postings that were read, up to the end of a part
	terms  []keyed
	err    error // the first
}

func (a *aside) rest() *rest {
	if a == nil {
		return nil
	}
	return &rest{aside: *a, at: a.postings, room: make([]byte, termsRead)}
}

// nextTerms are the next of the terms; none at the end.
func (r *rest) nextTerms() []keyed {
	n := min(termsRead, r.postings-r.aside.terms)
	if n == 0 || r.err != nil {
		return nil
	}
	data := r.room[:n]
	if _, r.err = r.file.ReadAt(data, r.aside.terms); r.err != nil {
		return nil
	}
	r.aside.terms += n
	r.terms = r.terms[:0]
	for ; len(data) > 0; data = data[keyedSize:] {
		r.terms = append(r.terms, keyed{binary.LittleEndian.Uint64(data), binary.LittleEndian.Uint32(data[8:])})
	}
	return r.terms
}

// nextPostings are what is left of the last part of the postings, and the next.
// Where they cannot be read, there are nothing but zeros, and the error is kept.
func (r *rest) nextPostings(left []byte) []byte {
	n := min(postingsRead, r.end-r.at)
	if n == 0 && r.err == nil {
		return left
	}
	if r.before == nil {
		r.before = make([]byte, binary.MaxVarintLen32+postingsRead)
	}
	kept := copy(r.before, left)
	data := r.before[:kept+int(n)]
	if r.err == nil {
		_, r.err = r.file.ReadAt(data[kept:], r.at)
	}
	if r.err != nil {
		clear(r.before)
		return r.before
	}
	r.at += n
	return data
}
