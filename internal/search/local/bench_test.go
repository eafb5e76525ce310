package local

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"whyfix/internal/search/article"
)

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
	b.ReportMetric(float64(Size(filepath.Join(dir, "1")))/benchDocuments, "bytes/article")
}

// BenchmarkPatch makes an index from one of other content, digests included:
// of each size of the patch, the same articles are edited again and again.
func BenchmarkPatch(b *testing.B) {
	docs := madeDocuments(benchDocuments)
	first := filepath.Join(b.TempDir(), "first")
	base := write(b, first, docs)
	for _, edited := range []int{0, 1, 100, benchDocuments / mostPatched} {
		b.Run(strconv.Itoa(edited), func(b *testing.B) {
			docs := slices.Clone(docs)
			dir := b.TempDir()
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				for i := range edited {
					docs[i*mostPatched] = titled(docs[i*mostPatched], n)
				}
				made, err := NewContent(sources(docs), nil).Write(b.Context(), filepath.Join(dir, strconv.Itoa(n)), first, base)
				if err != nil || !made.Patched || made.Documents != edited {
					b.Fatalf("%+v, %v", made, err)
				}
			}
		})
	}
}

// titled is a document with another title.
func titled(d *article.Document, n int) *article.Document {
	out := *d
	out.Title = "第" + strconv.Itoa(n) + "次" + d.Title
	return &out
}

// BenchmarkOpen opens an index for reading, from nothing and patched.
func BenchmarkOpen(b *testing.B) {
	docs := madeDocuments(benchDocuments)
	first, second := filepath.Join(b.TempDir(), "1"), filepath.Join(b.TempDir(), "2")
	base := write(b, first, docs)
	docs[17] = &article.Document{URL: docs[17].URL, Title: "新的标题"}
	if _, err := NewContent(sources(docs), nil).Write(b.Context(), second, first, base); err != nil {
		b.Fatal(err)
	}
	docs = nil
	for name, dir := range map[string]string{"whole": first, "patched": second} {
		b.Run(name, func(b *testing.B) {
			before := heap()
			var x *Index
			b.ReportAllocs()
			for b.Loop() {
				if x != nil {
					x.Close()
				}
				var err error
				if x, err = Open(dir); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(heap()-before)/benchDocuments, "bytes/article")
			runtime.KeepAlive(x)
			x.Close()
		})
	}
}

// heap is what is in use.
func heap() int64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

// BenchmarkNew makes an index in memory.
func BenchmarkNew(b *testing.B) {
	docs := madeDocuments(benchDocuments)
	before := heap()
	var x *Index
	for b.Loop() {
		x = remembered(b, docs, nil)
	}
	b.ReportMetric(float64(heap()-before)/benchDocuments, "bytes/article")
	runtime.KeepAlive(x)
}

// BenchmarkLiveEdit edits a preview's articles: one again and again, one after
// the other, and one after many.
func BenchmarkLiveEdit(b *testing.B) {
	docs := madeDocuments(benchDocuments)
	for _, at := range []struct {
		name         string
		first, among int
	}{{"one", 0, 1}, {"all", 0, benchDocuments}, {"after 900", 900, 1}} {
		b.Run(at.name, func(b *testing.B) {
			live, err := NewLive(nil)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := live.Apply(docs, nil); err != nil {
				b.Fatal(err)
			}
			if _, err := live.Apply(docs[:at.first], nil); err != nil {
				b.Fatal(err)
			}
			n := 0
			for b.Loop() {
				n++
				if _, err := live.Apply([]*article.Document{titled(docs[at.first+n%at.among], n)}, nil); err != nil {
					b.Fatal(err)
				}
			}
			if b.N > 1 {
				b.ReportMetric(float64(len(live.segments)), "segments")
			}
		})
	}
}

// BenchmarkFind asks an index on a disk and one in memory.
func BenchmarkFind(b *testing.B) {
	docs := madeDocuments(benchDocuments)
	dir := b.TempDir()
	write(b, dir, docs)
	for name, x := range map[string]*Index{"disk": opened(b, dir), "memory": remembered(b, docs, nil)} {
		ask := finder(b, x)
		for i, text := range []string{docs[7].Title, docs[70].Title + docs[700].Summary, "打印机连不上", "“" + docs[9].Symptoms[0] + "”"} {
			b.Run(fmt.Sprint(name, i), func(b *testing.B) {
				for b.Loop() {
					ask(asked{text: text, limit: 100})
				}
			})
		}
	}
}
