package store

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	segment "github.com/blevesearch/scorch_segment_api/v2"
	zap "github.com/blevesearch/zapx/v17"
)

// corpus is made of 10,000 documents with some 600 terms each, of which the
// frequent ones are in most and most are in few.
type corpus struct {
	texts    []string
	postings [][]Posting
	lengths  []uint32
	total    int
}

const corpusDocs = 10_000

func newCorpus() *corpus {
	const terms = 200_000
	r := rand.New(rand.NewPCG(1, 2))
	c := &corpus{}
	for i := range terms {
		c.texts = append(c.texts, fmt.Sprintf("%x", i*2654435761%(1<<32)))
	}
	last := make([]int, terms)
	for doc := range corpusDocs {
		var postings []Posting
		length := uint32(0)
		for range 600 {
			term := int(math.Pow(terms, math.Sqrt(r.Float64()))) - 1
			if last[term] == doc+1 {
				continue
			}
			last[term] = doc + 1
			count := uint32(1)
			for r.IntN(3) == 0 {
				count++
			}
			length += count
			postings = append(postings, Posting{uint32(term), count})
		}
		c.postings = append(c.postings, postings)
		c.lengths = append(c.lengths, length)
		c.total += len(postings)
	}
	return c
}

func (c *corpus) runs(field Field) []Run {
	var runs []Run
	batch := NewBatch([]Field{field})
	for doc, postings := range c.postings {
		batch.Add([][]Posting{postings}, c.lengths[doc:])
		if doc%500 == 499 {
			runs = append(runs, batch.Run(doc-499, c.texts))
		}
	}
	return runs
}

func documents() []Document {
	docs := make([]Document, corpusDocs)
	for i := range docs {
		docs[i].ID = fmt.Sprintf("/help/%d/", i)
	}
	return docs
}

var benchFields = []Field{{Name: "text", Indexed: true}, {Name: "text", Indexed: true, Counted: true}}

func kind(f Field) string {
	if f.Counted {
		return "counted"
	}
	return "uncounted"
}

func BenchmarkRuns(b *testing.B) {
	c := newCorpus()
	for _, f := range benchFields {
		b.Run(kind(f), func(b *testing.B) {
			size := 0
			start := processor()
			for b.Loop() {
				size = 0
				for _, r := range c.runs(f) {
					size += len(r.fields[0].postings)
				}
			}
			b.ReportMetric(float64(size)/float64(c.total), "bytes/posting")
			b.ReportMetric((processor()-start)/float64(b.N)/float64(c.total), "cpu-ns/posting")
		})
	}
}

func BenchmarkWriteSegment(b *testing.B) {
	c, docs := newCorpus(), documents()
	for _, f := range benchFields {
		b.Run(kind(f), func(b *testing.B) {
			runs, dir := c.runs(f), b.TempDir()
			name := filepath.Join(dir, SegmentFile(2))
			size := int64(0)
			start := processor()
			for b.Loop() {
				if err := WriteSegment(dir, 2, docs, []Field{f}, runs); err != nil {
					b.Fatal(err)
				}
				info, err := os.Stat(name)
				if err != nil {
					b.Fatal(err)
				}
				size = info.Size()
				os.Remove(name)
			}
			b.ReportMetric(float64(size)/1e6, "MB")
			b.ReportMetric((processor()-start)/float64(b.N)/float64(c.total), "cpu-ns/posting")
		})
	}
}

func BenchmarkStored(b *testing.B) {
	docs, dir := documents(), b.TempDir()
	text := make([]byte, 400)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range docs {
		for j := range text {
			text[j] = "abcdefghijklmnopqrstuvwxyz       "[r.IntN(33)]
		}
		docs[i].Stored = []Value{{"title", string(text[:60])}, {"summary", string(text[60:])}}
	}
	fields := []Field{{Name: "title", Stored: true}, {Name: "summary", Stored: true}}
	for b.Loop() {
		if err := WriteSegment(dir, 2, docs, fields, nil); err != nil {
			b.Fatal(err)
		}
		os.Remove(filepath.Join(dir, SegmentFile(2)))
	}
}

// What reading a posting costs by bleve's own readers.
func BenchmarkRead(b *testing.B) {
	c, dir := newCorpus(), b.TempDir()
	f := benchFields[1]
	if err := WriteSegment(dir, 2, documents(), []Field{f}, c.runs(f)); err != nil {
		b.Fatal(err)
	}
	s, err := new(zap.ZapPlugin).Open(filepath.Join(dir, SegmentFile(2)))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	dict, err := s.Dictionary("text")
	if err != nil {
		b.Fatal(err)
	}
	var list segment.PostingsList
	var it segment.PostingsIterator
	for _, term := range []int{0, 100, 2000} {
		text := []byte(c.texts[term])
		read := func(frequencies bool) uint64 {
			if list, err = dict.PostingsList(text, nil, list); err != nil {
				b.Fatal(err)
			}
			it = list.Iterator(frequencies, frequencies, false, it)
			return list.Count()
		}
		n := read(false)
		name := fmt.Sprintf("of %d", n)
		per := func(b *testing.B, n uint64) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/posting")
		}
		sum := uint64(0)
		b.Run("open "+name, func(b *testing.B) {
			for b.Loop() {
				read(true)
			}
		})
		b.Run("bitmap "+name, func(b *testing.B) {
			var buffer [256]uint32
			for b.Loop() {
				read(false)
				many := it.(segment.OptimizablePostingsIterator).ActualBitmap().ManyIterator()
				for k := many.NextMany(buffer[:]); k > 0; k = many.NextMany(buffer[:]) {
					for _, doc := range buffer[:k] {
						sum += uint64(doc)
					}
				}
			}
			per(b, n)
		})
		next := func(frequencies bool, length func(p segment.Posting) uint64) func(b *testing.B) {
			return func(b *testing.B) {
				for b.Loop() {
					read(frequencies)
					for {
						p, err := it.Next()
						if err != nil {
							b.Fatal(err)
						}
						if p == nil {
							break
						}
						sum += p.Number() + p.Frequency() + length(p)
					}
				}
				per(b, n)
			}
		}
		b.Run("next "+name, next(false, func(segment.Posting) uint64 { return 0 }))
		b.Run("next, frequency, norm "+name, next(true, func(p segment.Posting) uint64 { return math.Float64bits(p.Norm()) }))
		b.Run("next, frequency, length "+name, next(true, func(p segment.Posting) uint64 { return p.(*zap.Posting).NormUint64() }))
		var wanted []uint64
		for doc := uint64(25); doc < corpusDocs; doc += 50 {
			wanted = append(wanted, doc)
		}
		b.Run("advance to 200 "+name, func(b *testing.B) {
			for b.Loop() {
				read(true)
				p, err := it.Advance(wanted[0])
				for _, doc := range wanted[1:] {
					if err != nil {
						b.Fatal(err)
					}
					if p == nil {
						break
					}
					if p.Number() < doc {
						sum += p.Frequency() + p.(*zap.Posting).NormUint64()
						p, err = it.Advance(doc)
					}
				}
			}
			per(b, uint64(len(wanted)))
		})
	}
}

// processor is the time that all threads have had.
func processor() float64 {
	var u syscall.Rusage
	syscall.Getrusage(0, &u)
	return float64(u.Utime.Nano() + u.Stime.Nano())
}
