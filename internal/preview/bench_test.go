package preview

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"whyfix/internal/bench"
	"whyfix/internal/generate"
)

// large is how many articles the benchmark's site has.
const large = 10_000

// BenchmarkEdit measures what a writer waits for on a site of 10,000 articles:
// from the save of a file until the open page, told to load again, has loaded.
// It and the search must have the edit.
//
//	go test ./internal/preview -run '^$' -bench Edit -benchtime 50x
func BenchmarkEdit(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "content")
	if err := bench.Write(dir, large); err != nil {
		b.Fatal(err)
	}
	p, err := New(Options{Build: generate.Options{Content: dir, Base: "/"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	if err := p.Start(ctx); err != nil {
		b.Fatal(err)
	}
	srv := httptest.NewServer(p)
	defer srv.Close()
	open := func(address string) *http.Response {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+address, nil)
		if err != nil {
			b.Fatal(err)
		}
		response, err := srv.Client().Do(r)
		if err != nil {
			b.Fatal(err)
		}
		return response
	}
	stream := open("/_whyfix/events")
	defer stream.Body.Close()
	told := bufio.NewScanner(stream.Body)
	told.Buffer(nil, 1<<20)
	next := func() {
		for told.Scan() {
			if strings.HasPrefix(told.Text(), "data: ") {
				return
			}
		}
		b.Fatal("the stream ended")
	}
	next() // what was built before

	waited := make([]time.Duration, 0, b.N)
	edit := 0
	for b.Loop() {
		edit++
		n := edit * 197 % large
		text, asked := bench.Article(n, large, edit), bench.Edition(edit)
		if edit%2 == 0 { // what other pages show, too
			text = strings.Replace(text, "symptoms: [", "symptoms: ["+asked+", ", 1)
			text = strings.Replace(text, "，怎么办", "，如何是好", 1)
		}
		start := time.Now()
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(bench.Path(n))), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
		next()
		page := "/" + strings.TrimSuffix(bench.Path(n), ".md") + "/"
		for _, address := range []string{page, "/api/search?size=50&q=" + url.QueryEscape(asked)} {
			response := open(address)
			body, err := io.ReadAll(response.Body)
			response.Body.Close()
			if address == page {
				waited = append(waited, time.Since(start))
			}
			if err != nil || !strings.Contains(string(body), page) || address == page && !strings.Contains(string(body), asked) {
				b.Fatalf("edit %d: %s does not show it: %.3000s", edit, address, body)
			}
		}
	}
	slices.Sort(waited)
	milliseconds := func(part float64) float64 {
		return float64(waited[min(int(part*float64(len(waited))), len(waited)-1)].Microseconds()) / 1000
	}
	b.ReportMetric(milliseconds(0.5), "p50-ms")
	b.ReportMetric(milliseconds(0.99), "p99-ms")
}
