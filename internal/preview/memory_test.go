package preview

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"whyfix/internal/bench"
	"whyfix/internal/generate"
)

// heap is what is in use after everything that can go has gone.
func heap() uint64 {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// few is how many articles there are to edit.
const few = 17

// edit is the n-th of a day of edits of all kinds.
func (d *desk) edit(n int) {
	d.t.Helper()
	article := fmt.Sprintf("p000/a%06d.md", n%few)
	switch n % 10 {
	case 0, 1:
		d.write("synonyms.yaml", fmt.Sprintf("- [花呗%d, 借条]\n- [退款, 退钱%d]\n", n, n))
	case 2:
		d.write("tags.yaml", fmt.Sprintf("花呗: {description: \"第 %d 次\"}\n", n))
	case 3:
		d.write("site.yaml", fmt.Sprintf("title: 站 %d\n", n))
	case 4:
		d.write(fmt.Sprintf("new/n%d.md", n), fmt.Sprintf("---\ntitle: 新的问题 %d\nsymptoms: [新现象%d]\nupdated: 2026-01-02\n---\n正文 %d。\n", n, n, n))
	case 5:
		d.remove(fmt.Sprintf("new/n%d.md", n-1))
	case 6: // a mistake, which is mended by the next edit of this file
		d.write(article, "---\ntitle: [\n---\n")
	case 7:
		d.write(fmt.Sprintf("p000/a%06d.md", (n-1)%few), bench.Article((n-1)%few, few, n))
	case 8:
		d.write("picture.svg", fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d 10\"/>", n))
	default:
		d.write(article, bench.Article(n%few, few, n))
	}
}

// A day of edits of all kinds leaves nothing behind: indexes, pages and texts of
// before go when their last request is done.
func TestEditsLeaveNothing(t *testing.T) {
	const edits = 150 // 500 in BenchmarkEditsMemory
	d := newDesk(t, nil)
	if err := bench.Write(d.content, few); err != nil {
		t.Fatal(err)
	}
	d.write("picture.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
	ask := func(n int) {
		for _, target := range []string{"/", fmt.Sprintf("/p000/a%06d/", n%few), "/search-lite.json", "/api/search?q=%E8%8A%B1%E5%91%97", "/api/suggest?q=%E8%8A%B1"} {
			w := httptest.NewRecorder()
			d.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil))
			if w.Code != http.StatusOK {
				t.Fatalf("after edit %d: %s has status %d", n, target, w.Code)
			}
		}
	}
	d.made()
	ask(0)
	for n := range 10 { // one of each, so that all is there that stays
		d.edit(n)
		d.made()
	}
	ask(0)
	d.states = nil
	before := heap()
	for n := 10; n < edits; n++ {
		d.edit(n)
		if made := d.made(); made.Good == (n%10 == 6) {
			t.Fatalf("edit %d is good: %v; %+v", n, made.Good, made.Loaded.Diags)
		}
		if n%10 == 0 {
			ask(n)
		}
		d.states = nil // a test's own
	}
	ask(edits)
	after := heap()
	t.Logf("%d kB after ten edits, %d kB after %d", before>>10, after>>10, edits)
	if after > before*3/2 {
		t.Errorf("%d edits took the heap from %d kB to %d kB", edits, before>>10, after>>10)
	}
}

// BenchmarkEditsMemory tells the memory of 500 edits of all kinds on a site of
// 10,000 articles; most is what the process had at any time.
//
//	go test ./internal/preview -run '^$' -bench EditsMemory -benchtime 1x
func BenchmarkEditsMemory(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "content")
	if err := bench.Write(dir, large); err != nil {
		b.Fatal(err)
	}
	p, err := New(Options{Build: generate.Options{Content: dir, Base: "/"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	made := func(name, text string) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
		if err := p.build(b.Context(), []string{name}); err != nil {
			b.Fatal(err)
		}
		<-p.last.Load().checked
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/api/search?q=%E8%8A%B1%E5%91%97", nil))
		_, _ = io.Copy(io.Discard, w.Body)
	}
	for b.Loop() {
		made("site.yaml", "title: 站\n")
		before := heap()
		var most uint64
		for n := range 500 {
			switch n % 4 {
			case 0:
				made("synonyms.yaml", fmt.Sprintf("- [花呗%d, 借条]\n", n))
			case 1:
				made("tags.yaml", fmt.Sprintf("花呗: {description: \"第 %d 次\"}\n", n))
			case 2:
				made("site.yaml", fmt.Sprintf("title: 站 %d\n", n))
			default:
				made(bench.Path(n), bench.Article(n, large, n))
			}
			if n%50 == 49 {
				most = max(most, heap())
			}
		}
		b.ReportMetric(float64(before>>20), "MB-before")
		b.ReportMetric(float64(heap()>>20), "MB-after")
		b.ReportMetric(float64(most>>20), "MB-most")
	}
}

// Other sites neither hear what happens nor hold connections; the preview's own
// pages do.
func TestOnlyOwnPagesHear(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.made()
	for _, tt := range []struct {
		method string
		header string // "Name: value"
		want   int
	}{
		{http.MethodGet, "", 200},
		{http.MethodGet, "Sec-Fetch-Site: same-origin", 200},
		{http.MethodGet, "Sec-Fetch-Site: none", 200},
		{http.MethodGet, "Sec-Fetch-Site: cross-site", 403},
		{http.MethodGet, "Sec-Fetch-Site: same-site", 403}, // another port of this machine
		{http.MethodGet, "Origin: https://evil.example", 403},
		{http.MethodGet, "Origin: null", 403},
		{http.MethodGet, "Origin: http://example.com", 200}, // the host of these requests
		{http.MethodPost, "Sec-Fetch-Site: same-origin", 405},
		{http.MethodPost, "Origin: https://evil.example", 405},
	} {
		for _, path := range []string{"/_whyfix/page?url=/pay/late/", "/_whyfix/preview.js", "/_whyfix/preview.css"} {
			r := httptest.NewRequestWithContext(t.Context(), tt.method, path, nil)
			if name, value, ok := strings.Cut(tt.header, ": "); ok {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			d.ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("%s %s with %q: status %d, want %d", tt.method, path, tt.header, w.Code, tt.want)
			}
		}
	}
	// The stream of events ends at once for who may not hear it.
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_whyfix/events", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("another site hears the events: status %d", w.Code)
	}
	// What a page sends comes from the site's own pages, in the preview as well.
	for _, path := range []string{"/api/feedback", "/api/click"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(`{}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", "https://evil.example")
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("another site sends to %s: status %d", path, w.Code)
		}
	}
}
