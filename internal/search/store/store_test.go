package store

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	zap "github.com/blevesearch/zapx/v17"
	gocmp "github.com/google/go-cmp/cmp"
)

// doc is a document of the tests: an id, how often each term stands in each
// field, and what is stored.
type doc struct {
	id     string
	counts [4]map[string]int
	stored []Value
}

// length is how many tokens a field has: bleve leaves some of them out.
func (d doc) length(field int) int {
	n := len(d.id) % 3
	for _, count := range d.counts[field] {
		n += count
	}
	return n
}

var fields = []Field{
	{Name: "text", Indexed: true, Counted: true},
	{Name: "all", Indexed: true},
	{Name: "url", Stored: true},
	{Name: "head", Indexed: true, Counted: true, Stored: true},
}

// random documents: some terms are everywhere, most are rare.
func random(r *rand.Rand, n int) []doc {
	docs := make([]doc, n)
	for i := range docs {
		docs[i].id = fmt.Sprintf("/%x/%d/", r.IntN(1000), i)
		for f, field := range fields {
			docs[i].counts[f] = map[string]int{}
			if field.Indexed && r.IntN(9) > 0 {
				for k := range 7 {
					term := fmt.Sprintf("%d", r.IntN(1+k*k*k*k))
					if k%3 == 0 {
						term = "很长的词 " + term + " 很长的词"
					}
					docs[i].counts[f][term] = 1 + r.IntN(4)*r.IntN(50)
				}
			}
			if field.Stored {
				for range r.IntN(4) {
					docs[i].stored = append(docs[i].stored, Value{field.Name, strings.Repeat(docs[i].id, r.IntN(20))})
				}
			}
		}
		r.Shuffle(len(docs[i].stored), func(a, b int) {
			s := docs[i].stored
			if s[a].Field != s[b].Field {
				s[a], s[b] = s[b], s[a]
			}
		})
	}
	return docs
}

// written is the segment of documents, gathered in runs of that many. Every
// term has two numbers, as two words with one stem have. Where there are several
// runs, all but the first are put aside.
func written(t testing.TB, dir string, number int, docs []doc, size int) string {
	t.Helper()
	var texts []string
	known := map[string]uint32{}
	numbered := func(i int, term string) uint32 {
		key := fmt.Sprint(i%2, term)
		n, is := known[key]
		if !is {
			n = uint32(len(texts))
			texts, known[key] = append(texts, term), n
		}
		return n
	}
	var list []Document
	var runs []Run
	batch := NewBatch(fields)
	var aside *Aside
	for first := 0; first < len(docs); first += size {
		for i, d := range docs[first:min(first+size, len(docs))] {
			list = append(list, Document{d.id, d.stored})
			postings, lengths := make([][]Posting, len(fields)), make([]uint32, len(fields))
			for f := range fields {
				lengths[f] = uint32(d.length(f))
				for term, count := range d.counts[f] {
					if count > 1 { // under both numbers
						postings[f] = append(postings[f], Posting{numbered(i+1, term), uint32(count - 1)})
						count = 1
					}
					postings[f] = append(postings[f], Posting{numbered(i, term), uint32(count)})
				}
			}
			batch.Add(postings, lengths)
		}
		runs = append(runs, batch.Run(first, texts))
		if r := &runs[len(runs)-1]; aside == nil {
			aside = NewAside(dir, bytesOf(r))
		}
		if err := aside.Put(&runs[len(runs)-1]); err != nil {
			t.Fatal(err)
		}
	}
	if len(runs) > 2 && runs[2].fields[0].aside == nil {
		t.Error("all runs are in memory")
	}
	if err := WriteSegment(dir, number, list, fields, runs); err != nil {
		t.Fatal(err)
	}
	if err := aside.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "runs-*")); len(left) > 0 {
		t.Error("what was put aside is still there")
	}
	return filepath.Join(dir, SegmentFile(number))
}

// A run that cannot be read again is an error, not a segment without it.
func TestAsideDamaged(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var texts []string
	batch, dir := NewBatch(fields), t.TempDir()
	var list []Document
	for i, d := range random(r, 500) {
		postings := make([][]Posting, len(fields))
		for f := range fields {
			for term := range d.counts[f] {
				texts = append(texts, term)
				postings[f] = append(postings[f], Posting{uint32(len(texts) - 1), 1})
			}
		}
		batch.Add(postings, slices.Repeat([]uint32{1000}, len(fields)))
		list = append(list, Document{ID: fmt.Sprint(i)})
	}
	run := batch.Run(0, texts)
	aside := NewAside(dir, 0)
	if err := aside.Put(&run); err != nil {
		t.Fatal(err)
	}
	if err := aside.file.Truncate(aside.size / 2); err != nil {
		t.Fatal(err)
	}
	if err := WriteSegment(dir, 2, list, fields, []Run{run}); !errors.Is(err, io.EOF) {
		t.Errorf("the error is %v", err)
	}
	if err := aside.Close(); err != nil {
		t.Error(err)
	}
}

// theirs is the segment of the same documents as bleve writes it.
func theirs(t *testing.T, name string, docs []doc) string {
	t.Helper()
	var list []index.Document
	for _, d := range docs {
		out := document.NewDocument(d.id)
		for i, f := range fields {
			terms := index.TokenFrequencies{}
			for term, count := range d.counts[i] {
				terms[term] = &index.TokenFreq{}
				if f.Counted {
					terms[term].SetFrequency(count)
				}
			}
			// The terms, then the values: all may be in several parts.
			indexed := f
			indexed.Stored = false
			out.AddField(&field{Field: indexed, terms: terms, length: d.length(i)})
			for _, v := range d.stored {
				if v.Field == f.Name {
					out.AddField(&field{Field: f, value: v.Text})
				}
			}
		}
		out.AddIDField()
		out.VisitFields(func(f index.Field) { f.Analyze() })
		list = append(list, out)
	}
	made, _, err := new(zap.ZapPlugin).New(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := made.(segment.UnpersistedSegment).Persist(name); err != nil {
		t.Fatal(err)
	}
	return name
}

// field is a field whose terms are known.
type field struct {
	Field
	terms  index.TokenFrequencies
	length int
	value  string
}

func (f *field) Name() string                                     { return f.Field.Name }
func (f *field) Value() []byte                                    { return []byte(f.value) }
func (f *field) ArrayPositions() []uint64                         { return nil }
func (f *field) EncodedFieldType() byte                           { return 't' }
func (f *field) Options() index.FieldIndexingOptions              { return f.options() }
func (f *field) Analyze()                                         {}
func (f *field) AnalyzedLength() int                              { return f.length }
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
// documents that do not count. How many documents have a term is asked of its
// postings: a dictionary that is listed tells one for all terms after the first
// that stands once in one document alone (zapx does not forget that it did).
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
		err = s.VisitStoredFields(n, func(field string, kind byte, value []byte, places []uint64) bool {
			out = append(out, fmt.Sprint(field, string(kind), string(value), places))
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range append([]Field{{Name: "_id"}}, fields...) {
		name := f.Name
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
			line := fmt.Sprint(name, " ", e.Term, " ", list.Count())
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

// withoutDetector skips a test under the race detector, which would make it ten
// times as long: one in which one reader or writer comes after the other. make
// test runs all tests of this package without it, too.
func withoutDetector(t *testing.T) {
	t.Helper()
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("not under the race detector: it runs without, in make test too")
	}
}

// A segment says what bleve's own of the same documents says, in runs of any
// size, and also after bleve has merged it.
func TestSegmentIsBleves(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	for _, n := range []int{1, 2, 7, 100, 1024, 2500} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(n)))
			docs, dir := random(r, n), t.TempDir()
			others := random(r, 1+n/2)
			for i := range others {
				others[i].id += "other"
			}
			want := []segment.Segment{
				open(t, theirs(t, filepath.Join(dir, "theirs"), docs)),
				open(t, theirs(t, filepath.Join(dir, "others"), others)),
			}
			gone := roaring.New()
			for range n / 5 {
				gone.Add(uint32(r.IntN(n)))
			}
			var first []byte
			for _, size := range []int{1 + n/3, n} {
				at := t.TempDir()
				name := written(t, at, 2, docs, size)
				got := []segment.Segment{open(t, name), open(t, written(t, at, 3, others, size))}
				for _, except := range []*roaring.Bitmap{nil, gone} {
					same(t, fmt.Sprintf("runs of %d", size), listing(t, want[0], except), listing(t, got[0], except))
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
				for _, drops := range [][]*roaring.Bitmap{{nil, nil}, {gone, nil}, {gone, fill(len(others))}} {
					same(t, "merged", listing(t, merged(t, want, drops), nil), listing(t, merged(t, got, drops), nil))
				}
			}
		})
	}
}

func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	if !slices.Equal(want, got) { // a difference takes long to find where there is none
		t.Fatalf("%s (-bleve's +ours):\n%s", what, gocmp.Diff(want, got))
	}
}

// merged is what bleve makes of segments, less some documents.
func merged(t *testing.T, parts []segment.Segment, drops []*roaring.Bitmap) segment.Segment {
	t.Helper()
	name := filepath.Join(t.TempDir(), "merged")
	if _, _, err := new(zap.ZapPlugin).Merge(parts, drops, name, nil, nil); err != nil {
		t.Fatal(err)
	}
	return open(t, name)
}

// fill is every document.
func fill(n int) *roaring.Bitmap {
	b := roaring.New()
	b.AddRange(0, uint64(n))
	return b
}

func TestWriteSegmentRefuses(t *testing.T) {
	t.Parallel()
	counted := Field{Name: "text", Indexed: true, Counted: true}
	for name, test := range map[string]struct {
		docs   []Document
		fields []Field
		count  uint32
		length uint32
		want   string
	}{
		"the same id twice":    {[]Document{{ID: "/a/"}, {ID: "/a/"}}, []Field{counted}, 1, 1, "/a/"},
		"the same field twice": {[]Document{{ID: "/a/"}}, []Field{counted, counted}, 1, 1, "text"},
		"bleve's field":        {[]Document{{ID: "/a/"}}, []Field{{Name: "_id", Stored: true}}, 1, 1, "_id"},
		"a value of no field":  {[]Document{{"/a/", []Value{{"text", "x"}}}}, []Field{counted}, 1, 1, "/a/"},
		"a term that is not":   {[]Document{{ID: "/a/"}}, []Field{counted}, 0, 1, "text"},
		"a field of no length": {[]Document{{ID: "/a/"}}, []Field{counted}, 1, 0, "text"},
		"of the second, too":   {[]Document{{ID: "/a/"}, {ID: "/b/"}}, []Field{counted}, 1, 0, "text"},
	} {
		batch := NewBatch(test.fields)
		for range test.docs {
			var postings [][]Posting
			var lengths []uint32
			for range test.fields {
				postings, lengths = append(postings, []Posting{{0, test.count}}), append(lengths, test.length)
			}
			batch.Add(postings, lengths)
		}
		err := WriteSegment(t.TempDir(), 2, test.docs, test.fields, []Run{batch.Run(0, []string{"x"})})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: WriteSegment gives %v, want %s", name, err, test.want)
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
