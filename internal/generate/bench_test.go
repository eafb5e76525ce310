package generate

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"whyfix/internal/bench"
)

// The phases of a build, each alone, on a thousand articles. To compare two
// versions:
//
//	go test ./internal/generate -run '^$' -bench . -count 10 > old.txt
//	go run golang.org/x/perf/cmd/benchstat@latest old.txt new.txt
const benchArticles = 1000

func benchContent(b *testing.B) string {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "content")
	if err := bench.Write(dir, benchArticles); err != nil {
		b.Fatal(err)
	}
	return dir
}

func benchLoad(b *testing.B, o Options) (*Loader, *Loaded) {
	b.Helper()
	o.Now = clock
	l, err := NewLoader(o)
	if err != nil {
		b.Fatal(err)
	}
	loaded, err := l.Follow(context.Background(), nil)
	if err != nil {
		b.Fatal(err)
	}
	return l, loaded
}

// BenchmarkLoad reads and resolves all articles.
func BenchmarkLoad(b *testing.B) {
	dir := benchContent(b)
	b.ReportAllocs()
	for b.Loop() {
		l, _ := benchLoad(b, Options{Content: dir})
		l.Close()
	}
}

// BenchmarkCheck looks for what is wrong with a site that was loaded.
func BenchmarkCheck(b *testing.B) {
	dir := benchContent(b)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		l, loaded := benchLoad(b, Options{Content: dir})
		b.StartTimer()
		loaded.Check(b.Context())
		b.StopTimer()
		l.Close()
		b.StartTimer()
	}
}

// BenchmarkPages makes all pages, and throws them away.
func BenchmarkPages(b *testing.B) {
	l, loaded := benchLoad(b, Options{Content: benchContent(b)})
	defer l.Close()
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		var buffer []byte
		size = 0
		for _, p := range Pages(loaded) {
			var err error
			if buffer, err = p.Make(buffer[:0], loaded); err != nil {
				b.Fatal(err)
			}
			size += len(buffer)
		}
	}
	b.ReportMetric(float64(size)/(1<<20), "MB/site")
}

// BenchmarkRelease builds from nothing: the site alone, and with its index.
func BenchmarkRelease(b *testing.B) {
	for _, index := range []bool{false, true} {
		name := "site"
		if index {
			name = "site and index"
		}
		b.Run(name, func(b *testing.B) {
			dir := benchContent(b)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				l, loaded := benchLoad(b, Options{Content: dir})
				o := ReleaseOptions{Public: filepath.Join(b.TempDir(), "public"), Keep: 2, Index: index, Generator: "bench"}
				if _, err := releaseLoaded(b.Context(), loaded, o); err != nil {
					b.Fatal(err)
				}
				l.Close()
			}
		})
	}
}

// BenchmarkEdit builds after an edit of one article, with all that the last
// build kept.
func BenchmarkEdit(b *testing.B) {
	dir := benchContent(b)
	o := ReleaseOptions{Public: filepath.Join(b.TempDir(), "public"), Keep: 2, Index: true, Generator: "bench"}
	if err := buildKept(b.Context(), dir, o); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for n := 1; b.Loop(); n++ {
		b.StopTimer()
		at := n * 197 % benchArticles
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(bench.Path(at))), []byte(bench.Article(at, benchArticles, n)), 0o644); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := buildKept(b.Context(), dir, o); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUnchanged looks, and finds that there is nothing to do.
func BenchmarkUnchanged(b *testing.B) {
	dir := benchContent(b)
	o := ReleaseOptions{Public: filepath.Join(b.TempDir(), "public"), Keep: 2, Index: true, Generator: "bench"}
	for range 2 { // what was written a moment ago is looked at once more
		if err := buildKept(b.Context(), dir, o); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if err := buildKept(b.Context(), dir, o); err != nil {
			b.Fatal(err)
		}
	}
}
