package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	zap "github.com/blevesearch/zapx/v17"
	gocmp "github.com/google/go-cmp/cmp"
)

// doc is a document of the tests: an id and the terms of each field.
type doc struct {
	id    string
	terms [2][]string
}

var names = []string{"all", "head"}

// random documents: some terms are everywhere, most are rare.
func random(r *rand.Rand, n int) []doc {
	docs := make([]doc, n)
	for i := range docs {
		docs[i].id = fmt.Sprintf("/%x/%d/", r.IntN(1000), i)
		for f := range names {
			for k := range 7 {
				term := fmt.Sprintf("%d", r.IntN(1+k*k*k*k))
				if k%3 == 0 {
					term = "很长的词 " + term + " 很长的词"
				}
				docs[i].terms[f] = append(docs[i].terms[f], term)
			}
			if r.IntN(9) == 0 {
				docs[i].terms[f] = nil
			}
			slices.Sort(docs[i].terms[f])
			docs[i].terms[f] = slices.Compact(docs[i].terms[f])
		}
	}
	return docs
}

// written is the segment of documents, gathered in runs of that many. Every
// term has two numbers, as two words with one stem have.
func written(t *testing.T, dir string, docs []doc, size int) string {
	t.Helper()
	var texts []string
	known := map[string]uint32{}
	number := func(i int, term string) uint32 {
		key := fmt.Sprint(i%2, term)
		n, is := known[key]
		if !is {
			n = uint32(len(texts))
			texts, known[key] = append(texts, term), n
		}
		return n
	}
	var ids []string
	var runs []Run
	batch := NewBatch(len(names))
	for first := 0; first < len(docs); first += size {
		for i, d := range docs[first:min(first+size, len(docs))] {
			ids = append(ids, d.id)
			terms := make([][]uint32, len(names))
			for f := range names {
				for _, term := range d.terms[f] {
					terms[f] = append(terms[f], number(i, term))
				}
				if len(terms[f]) > 0 { // under both numbers
					terms[f] = append(terms[f], number(i+1, d.terms[f][0]))
				}
			}
			batch.Add(terms)
		}
		runs = append(runs, batch.Run(first, texts))
	}
	if err := WriteSegment(dir, 2, ids, names, runs); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, SegmentFile(2))
}

// theirs is the segment of the same documents as bleve writes it.
func theirs(t *testing.T, dir string, docs []doc) string {
	t.Helper()
	var list []index.Document
	for _, d := range docs {
		out := document.NewDocument(d.id)
		for f, name := range names {
			terms := index.TokenFrequencies{}
			for _, term := range d.terms[f] {
				terms[term] = &index.TokenFreq{}
			}
			out.AddField(&field{name, terms})
		}
		out.AddIDField()
		out.VisitFields(func(f index.Field) { f.Analyze() })
		list = append(list, out)
	}
	made, _, err := new(zap.ZapPlugin).New(list)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "theirs.zap")
	if err := made.(segment.UnpersistedSegment).Persist(name); err != nil {
		t.Fatal(err)
	}
	return name
}

// field is a field whose terms are known.
type field struct {
	name  string
	terms index.TokenFrequencies
}

func (f *field) Name() string                                     { return f.name }
func (f *field) Value() []byte                                    { return nil }
func (f *field) ArrayPositions() []uint64                         { return nil }
func (f *field) EncodedFieldType() byte                           { return 't' }
func (f *field) Options() index.FieldIndexingOptions              { return index.IndexField | index.SkipFreqNorm }
func (f *field) Analyze()                                         {}
func (f *field) AnalyzedLength() int                              { return len(f.terms) }
func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
func (f *field) NumPlainTextBytes() uint64                        { return 0 }
func (f *field) Size() int                                        { return 0 }

func open(t *testing.T, name string) segment.Segment {
	t.Helper()
	s, err := new(zap.ZapPlugin).Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// listing is all that a segment says, read with frequencies and all, less the
// documents that do not count.
func listing(t *testing.T, s segment.Segment, except *roaring.Bitmap) []string {
	t.Helper()
	out := []string{fmt.Sprint(s.Fields(), s.Count())}
	for n := range s.Count() {
		id, err := s.DocID(n)
		if err != nil {
			t.Fatal(err)
		}
		found, err := s.DocNumbers([]string{string(id)})
		if err != nil || found.GetCardinality() != 1 || !found.Contains(uint32(n)) {
			t.Fatalf("document %d has the id %s, which is %v, %v", n, id, found, err)
		}
		out = append(out, string(id))
		err = s.VisitStoredFields(n, func(field string, _ byte, value []byte, _ []uint64) bool {
			out = append(out, field+"="+string(value))
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		dict, err := s.Dictionary(name)
		if err != nil {
			t.Fatal(err)
		}
		for terms := dict.AutomatonIterator(nil, nil, nil); ; {
			e, err := terms.Next()
			if err != nil {
				t.Fatal(err)
			}
			if e == nil {
				break
			}
			list, err := dict.PostingsList([]byte(e.Term), except, nil)
			if err != nil {
				t.Fatal(err)
			}
			line := fmt.Sprint(name, " ", e.Term, " ", e.Count, list.Count())
			for it := list.Iterator(true, true, true, nil); ; {
				p, err := it.Next()
				if err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				if p == nil {
					break
				}
				line += fmt.Sprint(" ", p.Number(), ":", p.Frequency(), p.Norm(), p.Locations())
			}
			out = append(out, line)
		}
	}
	return out
}

// A segment says what bleve's own of the same documents says, in runs of any
// size, and also after bleve has merged it.
func TestSegmentIsBleves(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 7, 100, 1024, 1300} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(n)))
			docs, dir := random(r, n), t.TempDir()
			want := open(t, theirs(t, dir, docs))
			var first []byte
			for _, size := range []int{1 + n/3, n} {
				at := t.TempDir()
				name := written(t, at, docs, size)
				got := open(t, name)
				gone := roaring.New()
				for range n / 5 {
					gone.Add(uint32(r.IntN(n)))
				}
				for _, except := range []*roaring.Bitmap{nil, gone} {
					if diff := gocmp.Diff(listing(t, want, except), listing(t, got, except)); diff != "" {
						t.Fatalf("runs of %d (-bleve's +ours):\n%s", size, diff)
					}
				}
				data, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if first == nil {
					first = data
				} else if !slices.Equal(first, data) {
					t.Error("other runs give another file")
				}
				merged := []string{filepath.Join(at, "a.zap"), filepath.Join(at, "b.zap")}
				for i, s := range []segment.Segment{want, got} {
					if _, _, err := new(zap.ZapPlugin).Merge([]segment.Segment{s, s}, []*roaring.Bitmap{gone, fill(n)}, merged[i], nil, nil); err != nil {
						t.Fatal(err)
					}
				}
				if diff := gocmp.Diff(listing(t, open(t, merged[0]), nil), listing(t, open(t, merged[1]), nil)); diff != "" {
					t.Fatalf("merged (-bleve's +ours):\n%s", diff)
				}
			}
		})
	}
}

// fill is every document.
func fill(n int) *roaring.Bitmap {
	b := roaring.New()
	b.AddRange(0, uint64(n))
	return b
}

func TestTwiceTheSameID(t *testing.T) {
	t.Parallel()
	batch := NewBatch(1)
	batch.Add([][]uint32{{0}})
	batch.Add([][]uint32{{0}})
	err := WriteSegment(t.TempDir(), 2, []string{"/a/", "/a/"}, names[:1], []Run{batch.Run(0, []string{"x"})})
	if err == nil || !strings.Contains(err.Error(), "/a/") {
		t.Errorf("WriteSegment gives %v, want the id", err)
	}
}

// bleve opens the folder, and leaves out what is deleted.
func TestRootIsBleves(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	docs := []doc{{"/a/", [2][]string{{"x"}, nil}}, {"/b/", [2][]string{{"x", "y"}, {"z"}}}, {"/c/", [2][]string{{"x"}, nil}}}
	at := filepath.Join(dir, "store")
	if err := os.Mkdir(at, 0o700); err != nil {
		t.Fatal(err)
	}
	written(t, at, docs, 2)
	if err := WriteRoot(at, []Part{{Number: 2, Deleted: []uint32{2}}}, map[string][]byte{"own": []byte("mine")}); err != nil {
		t.Fatal(err)
	}
	queue := index.NewAnalysisQueue(1)
	defer queue.Close()
	x, err := scorch.NewScorch(scorch.Name, map[string]any{"path": at, "read_only": true}, queue)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Open(); err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	reader, err := x.Reader()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if got, err := reader.GetInternal([]byte("own")); err != nil || string(got) != "mine" {
		t.Errorf("own value is %q, %v", got, err)
	}
	if n, err := reader.DocCount(); err != nil || n != 2 {
		t.Errorf("%d documents, %v, want 2", n, err)
	}
	for term, want := range map[string][]string{"x": {"/a/", "/b/"}, "y": {"/b/"}, "none": nil} {
		terms, err := reader.TermFieldReader(t.Context(), []byte(term), "all", true, true, false)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for {
			d, err := terms.Next(nil)
			if err != nil {
				t.Fatal(err)
			}
			if d == nil {
				break
			}
			id, err := reader.ExternalID(d.ID)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, id)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is in %v, want %v", term, got, want)
		}
	}
}

func TestBitmap(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for _, spread := range []int{1, 2, 20, 5000} {
		for _, n := range []int{0, 1, 2, 4096, 4097, 70000, 200000} {
			numbers := make([]uint32, 0, n)
			at := uint32(r.IntN(spread))
			for range n {
				numbers = append(numbers, at)
				at += 1 + uint32(r.IntN(spread))
			}
			var got roaring.Bitmap
			if _, err := got.FromBuffer(appendBitmap(nil, numbers)); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.ToArray(), numbers) {
				t.Errorf("%d numbers, %d apart: the library reads others", n, spread)
			}
		}
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	texts := []string{"", "\x00", "\x01", "\x01#1", "a", "a\x00", "a\x00\x00", "ab", "abcdefg", "abcdefg\x00", "abcdefgh", "abcdefghi", "花", "花呗", "花呗用", "花呗用不了", "\xff"}
	for i, a := range texts {
		for j, b := range texts {
			got := compare(keyOf(a), keyOf(b), texts, uint32(i), texts, uint32(j))
			if want := strings.Compare(a, b); got != want {
				t.Errorf("%q and %q compare as %d, want %d", a, b, got, want)
			}
		}
	}
}
