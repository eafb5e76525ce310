package store

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// openSegment opens a segment for the test.
func openSegment(t *testing.T, dir string, number int) *Segment {
	t.Helper()
	s, err := OpenSegment(dir, number)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// indexedFields are those of the tests' documents that have terms.
func indexedFields() (out []int) {
	for i, f := range fields {
		if f.Indexed {
			out = append(out, i)
		}
	}
	return out
}

// A segment reads as bleve reads it, term by term, and each term's documents
// are found as they are listed.
func TestSegmentReadsAsBleves(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	for _, n := range []int{1, 2, 7, 100, 1024, 2500, 70_000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(n)))
			docs, dir := random(r, n), t.TempDir()
			name := written(t, dir, 2, docs, 1+n/3)
			theirs, ours := open(t, name), openSegment(t, dir, 2)
			if ours.Documents() != n {
				t.Errorf("%d documents, want %d", ours.Documents(), n)
			}
			for _, f := range indexedFields() {
				dict, err := theirs.Dictionary(fields[f].Name)
				if err != nil {
					t.Fatal(err)
				}
				known := 0
				err = ours.Vocabulary(fields[f].Name, "", "", func(term string, p *Postings) bool {
					known++
					var want, wantCounts []uint32
					list, err := dict.PostingsList([]byte(term), nil, nil)
					if err != nil {
						t.Fatal(err)
					}
					for it := list.Iterator(true, true, false, nil); ; {
						hit, err := it.Next()
						if err != nil {
							t.Fatal(err)
						}
						if hit == nil {
							break
						}
						count := uint32(1)
						if fields[f].Counted {
							count = uint32(hit.Frequency())
						}
						want, wantCounts = append(want, uint32(hit.Number())), append(wantCounts, count)
					}
					checkPostings(t, r, fields[f].Name+" "+term, p, n, want, wantCounts)
					got, err := ours.Postings(fields[f].Name, term)
					if err != nil {
						t.Fatal(err)
					}
					checkPostings(t, r, fields[f].Name+" "+term, got, n, want, wantCounts)
					return !t.Failed()
				})
				if err != nil {
					t.Fatal(err)
				}
				all := 0
				for terms := dict.AutomatonIterator(nil, nil, nil); ; all++ {
					if e, err := terms.Next(); err != nil || e == nil {
						break
					}
				}
				if all != known {
					t.Errorf("%s has %d terms, want %d", fields[f].Name, known, all)
				}
				if p, err := ours.Postings(fields[f].Name, "of nobody"); p != nil || err != nil {
					t.Errorf("%v, %v", p, err)
				}
			}
			if p, err := ours.Postings("no field", "1"); p != nil || err != nil {
				t.Errorf("%v, %v", p, err)
			}
		})
	}
}

func checkPostings(t *testing.T, r *rand.Rand, what string, p *Postings, docs int, want, wantCounts []uint32) {
	t.Helper()
	if p.Count() != len(want) {
		t.Errorf("%s: %d documents, want %d", what, p.Count(), len(want))
	}
	var got, counts []uint32
	if err := p.Each(func(d, c []uint32) { got, counts = append(got, d...), append(counts, c...) }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) || !slices.Equal(counts, wantCounts) {
		t.Fatalf("%s: Each (-bleve's +ours):\n%s%s", what, gocmp.Diff(want, got), gocmp.Diff(wantCounts, counts))
	}
	// Some of them, and some that have it not.
	var some, found []uint32
	among := 0
	for doc := uint32(r.IntN(3)); int(doc) < docs; doc += 1 + uint32(r.IntN(1+docs/30)) {
		some, found = append(some, doc), append(found, 0)
		if i, is := slices.BinarySearch(want, doc); is {
			found[len(found)-1] = wantCounts[i]
			among++
		}
	}
	got = make([]uint32, len(some))
	if err := p.Find(some, got); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(found, got) {
		t.Fatalf("%s: Find of %v (-want +got):\n%s", what, some, gocmp.Diff(found, got))
	}
	if n, err := p.Among(some); n != among || err != nil {
		t.Errorf("%s: %d among %v, %v, want %d", what, n, some, err, among)
	}
}

func TestVocabulary(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	written(t, dir, 2, random(rand.New(rand.NewPCG(1, 2)), 100), 50)
	s := openSegment(t, dir, 2)
	list := func(from, before string, most int) (out []string) {
		err := s.Vocabulary("text", from, before, func(term string, _ *Postings) bool {
			out = append(out, term)
			return len(out) < most
		})
		if err != nil {
			t.Error(err)
		}
		return out
	}
	all := list("", "", math.MaxInt)
	if len(all) < 100 || !slices.IsSorted(all) {
		t.Fatalf("the terms are %q", all)
	}
	for _, test := range [][2]string{{"", "2"}, {"1", "2"}, {"1", ""}, {"15", "150"}, {"很", ""}, {"3", "1"}, {"\xff", ""}} {
		var want []string
		for _, term := range all {
			if term >= test[0] && (test[1] == "" || term < test[1]) {
				want = append(want, term)
			}
		}
		if diff := gocmp.Diff(want, list(test[0], test[1], math.MaxInt)); diff != "" {
			t.Errorf("from %q, before %q (-want +got):\n%s", test[0], test[1], diff)
		}
	}
	if diff := gocmp.Diff(all[:3], list("", "", 3)); diff != "" {
		t.Errorf("three (-want +got):\n%s", diff)
	}
}

// A segment that is damaged is an error, or says something else; it is never
// the end of the program.
func TestSegmentDamaged(t *testing.T) {
	t.Parallel()
	withoutDetector(t)
	dir := t.TempDir()
	name := written(t, dir, 2, random(rand.New(rand.NewPCG(1, 2)), 300), 100)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	number := 2
	check := func(what string, data []byte) {
		t.Helper()
		number++
		at := filepath.Join(dir, SegmentFile(number%50))
		os.Remove(at)
		if err := os.WriteFile(at, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := OpenSegment(dir, number%50)
		if err != nil {
			if !errors.Is(err, ErrSegment) {
				t.Errorf("%s: %v, want %v", what, err, ErrSegment)
			}
			return
		}
		defer s.Close()
		counts := make([]uint32, 3)
		for _, f := range indexedFields() {
			err := s.Vocabulary(fields[f].Name, "", "", func(term string, p *Postings) bool {
				err := p.Each(func(docs, _ []uint32) {
					if last := docs[len(docs)-1]; int(last) >= s.Documents() {
						t.Errorf("%s: there is no document %d", what, last)
					}
				})
				_, amongErr := p.Among([]uint32{1, 50, 299})
				for _, err := range []error{err, amongErr, p.Find([]uint32{1, 50, 299}, counts)} {
					if err != nil && !errors.Is(err, ErrSegment) {
						t.Errorf("%s: %v", what, err)
					}
				}
				return true
			})
			for n := range 200 {
				_, e := s.Postings(fields[f].Name, fmt.Sprint(n))
				err = errors.Join(err, e)
			}
			if err != nil && !errors.Is(err, ErrSegment) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	for _, size := range []int{0, 1, 39, 40, 41, len(whole) / 2, len(whole) - 1} {
		check(fmt.Sprintf("%d bytes", size), whole[:size])
		check(fmt.Sprintf("last %d bytes", size), whole[len(whole)-size:])
	}
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 1000 {
		data := slices.Clone(whole)
		for range 1 + n/30 {
			data[r.IntN(len(data))] = byte(r.Uint32())
		}
		if n%3 == 0 { // where it says what is where
			for range 3 {
				data[len(data)-1-r.IntN(400)] = byte(r.Uint32())
			}
		}
		check(fmt.Sprintf("change %d", n), data)
	}
	if _, err := OpenSegment(dir, 99); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without one: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, SegmentFile(98)), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSegment(dir, 98); err == nil || !strings.Contains(err.Error(), "store: ") {
		t.Errorf("of a folder: %v", err)
	}
}
