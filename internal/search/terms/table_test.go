package terms_test

import (
	"testing"

	"whyfix/internal/han"
	"whyfix/internal/search/engine/enginetest"
	"whyfix/internal/search/terms"
)

// keysOf are the keys of all terms of made articles, as they come.
func keysOf(articles int) []terms.Key {
	var out []terms.Key
	cutter := terms.NewCutter()
	for _, d := range enginetest.Made(articles) {
		for _, s := range d.Sections {
			cutter.Each(han.Stemming, han.AppendMarked(nil, s.Text), func(t terms.Term) { out = append(out, t.Key) })
		}
	}
	return out
}

func TestTable(t *testing.T) {
	t.Parallel()
	var table terms.Table
	known := map[terms.Key]int{}
	for _, k := range append(keysOf(50), 0, 1, terms.MeaningKey(0)) {
		n, is := table.Find(k)
		if want, wanted := known[k]; is != wanted || is && n != want {
			t.Fatalf("%x is %d, %v, want %d, %v", k, n, is, want, wanted)
		}
		if !is {
			table.Add(k, len(known))
			known[k] = len(known)
		}
	}
	for k, want := range known {
		if n, is := table.Find(k); !is || n != want {
			t.Errorf("%x is %d, %v, want %d", k, n, is, want)
		}
	}
}

// BenchmarkTable asks for the terms of articles: all of them, as an index does,
// and those of a question, which has few.
func BenchmarkTable(b *testing.B) {
	keys := keysOf(1_000)
	for _, size := range []struct {
		name string
		take int
	}{{"index", len(keys)}, {"question", 40}} {
		var table terms.Table
		known := map[terms.Key]int{}
		for _, k := range keys[:size.take] {
			if _, is := known[k]; !is {
				table.Add(k, len(known))
				known[k] = len(known)
			}
		}
		sum := 0
		b.Run(size.name+"/table", func(b *testing.B) {
			for b.Loop() {
				for _, k := range keys {
					n, _ := table.Find(k)
					sum += n
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(keys)), "ns/term")
		})
		b.Run(size.name+"/map", func(b *testing.B) {
			for b.Loop() {
				for _, k := range keys {
					sum += known[k]
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(keys)), "ns/term")
		})
	}
}
