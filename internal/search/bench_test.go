package search

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// madeDocuments are whole articles, about 3 kB each, whose words are as
// unequally frequent as those of a language.
func madeDocuments(n int) []*Document {
	r := rand.New(rand.NewPCG(31, 32))
	characters := rand.NewZipf(r, 1.1, 20, 2999)
	words := slices.Clone(vocabulary)
	for range 8000 {
		var word strings.Builder
		for range 2 + r.IntN(2) {
			word.WriteRune(rune(commonFirst + 6*characters.Uint64())) // of all over the table
		}
		words = append(words, word.String())
	}
	rank := rand.NewZipf(r, 1.05, 50, uint64(len(words)-1))
	sentence := func(most int) string {
		var b strings.Builder
		for range 2 + r.IntN(most) {
			b.WriteString(words[rank.Uint64()])
		}
		return b.String()
	}
	paragraph := func() string {
		return sentence(6) + "，" + sentence(8) + "，" + sentence(6) + "，" + sentence(8) + "。\n" + sentence(8)
	}
	docs := make([]*Document, n)
	for i := range docs {
		causes, solutions := []string{words[r.IntN(20)], words[20+r.IntN(20)]}, []string{words[40+r.IntN(15)]}
		d := &Document{
			URL: fmt.Sprintf("/p%03d/a%06d/", i/1000, i), Language: "zh-CN", Title: sentence(4), Symptoms: []string{sentence(4), sentence(3)}, Summary: sentence(10),
			Products: tagged("products", words[r.IntN(10)]), Causes: tagged("causes", causes...), Solutions: tagged("solutions", solutions...),
			Sections: []Section{{Text: paragraph()}},
		}
		for k, kind := range []string{"cause", "cause", "cause", "check", "solution", "solution", "solution", "case"} {
			d.Sections = append(d.Sections, Section{Anchor: "s" + strconv.Itoa(k), Title: causes[k%2], Kind: kind, Text: paragraph()})
		}
		docs[i] = d
	}
	return docs
}

// benchDocuments is how many articles the budgets of the design speak of.
const benchDocuments = 10_000

// BenchmarkWrite makes an index from nothing, digests included.
func BenchmarkWrite(b *testing.B) {
	docs := madeDocuments(benchDocuments)
	dir := b.TempDir()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		write(b, filepath.Join(dir, strconv.Itoa(n)), docs)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*benchDocuments)*1000, "µs/article")
}

// BenchmarkPatch makes an index from one of other content, digests included:
// of each size of the patch, the same articles are edited again and again.
func BenchmarkPatch(b *testing.B) {
	docs := madeDocuments(benchDocuments)
	first := filepath.Join(b.TempDir(), "first")
	write(b, first, docs)
	for _, edited := range []int{0, 1, 100, benchDocuments / mostPatched} {
		b.Run(strconv.Itoa(edited), func(b *testing.B) {
			docs := slices.Clone(docs)
			dir := b.TempDir()
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				for i := range edited {
					d := *docs[i*mostPatched]
					d.Title = "第" + strconv.Itoa(n) + "次" + d.Title
					docs[i*mostPatched] = &d
				}
				made, err := NewContent(Sources(docs), nil).Write(b.Context(), filepath.Join(dir, strconv.Itoa(n)), first)
				if err != nil || !made.Patched || made.Documents != edited {
					b.Fatalf("%+v, %v", made, err)
				}
			}
		})
	}
}

// BenchmarkOpen opens an index for reading, from nothing and patched.
func BenchmarkOpen(b *testing.B) {
	docs := madeDocuments(benchDocuments)
	first, second := filepath.Join(b.TempDir(), "1"), filepath.Join(b.TempDir(), "2")
	write(b, first, docs)
	docs[17] = &Document{URL: docs[17].URL, Title: "新的标题"}
	if _, err := NewContent(Sources(docs), nil).Write(b.Context(), second, first); err != nil {
		b.Fatal(err)
	}
	for name, dir := range map[string]string{"whole": first, "patched": second} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x, err := Open(dir)
				if err != nil {
					b.Fatal(err)
				}
				x.Close()
			}
		})
	}
}
