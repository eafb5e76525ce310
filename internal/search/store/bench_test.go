//go:build unix

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

// readSegment is the segment that is read.
func readSegment(b *testing.B, c *corpus) *zap.Segment {
	dir, f := b.TempDir(), benchFields[1]
	if err := WriteSegment(dir, 2, documents(), []Field{f}, c.runs(f)); err != nil {
		b.Fatal(err)
	}
	s, err := new(zap.ZapPlugin).Open(filepath.Join(dir, SegmentFile(2)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s.(*zap.Segment)
}

// readTerms are terms that nearly all documents have, a third, and few.
var readTerms = []int{0, 100, 2000}

// few are 200 documents of all.
func few() (out []uint32) {
	for doc := uint32(25); doc < corpusDocs; doc += corpusDocs / 200 {
		out = append(out, doc)
	}
	return out
}

// BenchmarkRead reads postings with bleve's iterators.
func BenchmarkRead(b *testing.B) {
	c := newCorpus()
	dict, err := readSegment(b, c).Dictionary("text")
	if err != nil {
		b.Fatal(err)
	}
	var list segment.PostingsList
	var it segment.PostingsIterator
	for _, term := range readTerms {
		text := []byte(c.texts[term])
		open := func(frequencies bool) int {
			if list, err = dict.PostingsList(text, nil, list); err != nil {
				b.Fatal(err)
			}
			it = list.Iterator(frequencies, frequencies, false, it)
			return int(list.Count())
		}
		n := open(false)
		of := fmt.Sprintf(" of %d", n)
		sum := uint64(0)
		timed(b, "open"+of, 1, func(*testing.B) { open(true) })
		var buffer [256]uint32
		timed(b, "bitmap"+of, n, func(*testing.B) {
			open(false)
			many := it.(segment.OptimizablePostingsIterator).ActualBitmap().ManyIterator()
			for k := many.NextMany(buffer[:]); k > 0; k = many.NextMany(buffer[:]) {
				for _, doc := range buffer[:k] {
					sum += uint64(doc)
				}
			}
		})
		next := func(frequencies bool, length func(p segment.Posting) uint64) func(b *testing.B) {
			return func(b *testing.B) {
				open(frequencies)
				p, err := it.Next()
				for ; p != nil; p, err = it.Next() {
					sum += p.Number() + p.Frequency() + length(p)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		timed(b, "next"+of, n, next(false, func(segment.Posting) uint64 { return 0 }))
		timed(b, "next with norm"+of, n, next(true, func(p segment.Posting) uint64 { return math.Float64bits(p.Norm()) }))
		timed(b, "next with length"+of, n, next(true, func(p segment.Posting) uint64 { return p.(*zap.Posting).NormUint64() }))
		wanted := few()
		timed(b, "advance to 200"+of, len(wanted), func(b *testing.B) {
			open(true)
			p, err := it.Advance(uint64(wanted[0]))
			for _, doc := range wanted[1:] {
				if err != nil {
					b.Fatal(err)
				}
				if p == nil {
					break
				}
				if p.Number() < uint64(doc) {
					sum += p.Frequency() + p.(*zap.Posting).NormUint64()
					p, err = it.Advance(uint64(doc))
				}
			}
		})
	}
}

// BenchmarkDirect reads the same with a Segment.
func BenchmarkDirect(b *testing.B) {
	c, dir, f := newCorpus(), b.TempDir(), benchFields[1]
	if err := WriteSegment(dir, 2, documents(), []Field{f}, c.runs(f)); err != nil {
		b.Fatal(err)
	}
	s, err := OpenSegment(dir, 2)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	sum := uint64(0)
	for _, term := range readTerms {
		open := func() *Postings {
			p, err := s.Postings("text", c.texts[term])
			if err != nil || p == nil {
				b.Fatal(p, err)
			}
			return p
		}
		n := open().Count()
		timed(b, fmt.Sprintf("open of %d", n), 1, func(*testing.B) { open() })
		timed(b, fmt.Sprintf("all of %d", n), n, func(b *testing.B) {
			err := open().Each(func(docs, counts []uint32) {
				for i, doc := range docs {
					sum += uint64(doc) + uint64(counts[i])
				}
			})
			if err != nil {
				b.Fatal(err)
			}
		})
		wanted := few()
		counts := make([]uint32, len(wanted))
		timed(b, fmt.Sprintf("200 of %d", n), len(wanted), func(b *testing.B) {
			if err := open().Find(wanted, counts); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// timed runs a benchmark of reading so many postings each time.
func timed(b *testing.B, name string, postings int, read func(b *testing.B)) {
	b.Run(name, func(b *testing.B) {
		start := processor()
		for b.Loop() {
			read(b)
		}
		b.ReportMetric((processor()-start)/float64(b.N)/float64(postings), "cpu-ns/posting")
	})
}

// processor is the time that all threads have had: other programs on a machine
// say nothing about ours.
func processor() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}
