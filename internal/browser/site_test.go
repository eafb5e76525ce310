package browser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"whyfix/internal/generate"
	"whyfix/internal/search"
	"whyfix/internal/server"
)

// now is the clock of the site: after the dates of its articles, and after
// what one of them says about its review.
func now() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC) }

// lamps is how many articles say nearly the same, so that results have more
// than one page.
const lamps = 12

// release builds the site of testdata/site once.
var release = sync.OnceValues(func() (string, error) {
	content, public := filepath.Join(scratch, "content"), filepath.Join(scratch, "public")
	if err := os.CopyFS(content, os.DirFS(filepath.Join("testdata", "site"))); err != nil {
		return "", err
	}
	for i := range lamps {
		text := fmt.Sprintf("---\ntitle: 台灯第 %d 种毛病\nsymptoms: [台灯第%d种不亮]\nproducts: [台灯]\ncauses: [灯泡松动]\nupdated: 2026-01-02\n---\n\n## 原因\n\n台灯不亮，多半是灯泡松了，这是第 %d 种。\n", i+1, i+1, i+1)
		name := filepath.Join(content, "lamp", fmt.Sprintf("lamp-%02d.md", i+1))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	return public, built(content, public)
})

// site is the site of the tests, served for one of them.
type site struct {
	*httptest.Server
	log *logBook
}

// built builds a content folder into another one.
func built(content, public string) error {
	made, err := generate.Run(context.Background(), generate.Options{Content: content, Now: now, Release: generate.ReleaseOptions{Public: public, Keep: 1, Index: true, Compress: true, Generator: "test"}})
	if errors.Is(err, generate.ErrContent) {
		return fmt.Errorf("the site of the tests has mistakes: %+v", made.Loaded.Diags)
	}
	return err
}

// served serves the site; between, when not nil, stands before the server.
func served(t *testing.T, between func(next http.Handler) http.Handler) *site {
	t.Helper()
	public, err := release()
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, public, between)
}

// serve serves what was built for one test; between as of served.
func serve(t *testing.T, public string, between func(next http.Handler) http.Handler) *site {
	t.Helper()
	r, closeRelease, err := server.Load(t.Context(), public, search.Cluster{})
	if err != nil {
		t.Fatal(err)
	}
	holder := &server.Holder{}
	holder.Swap(r, closeRelease)
	t.Cleanup(func() { holder.Swap(nil, nil) })
	book := &logBook{}
	var handler http.Handler = server.New(holder, slog.New(slog.NewTextHandler(book, nil)), server.Options{})
	if between != nil {
		handler = between(handler)
	}
	s := &site{httptest.NewServer(handler), book}
	t.Cleanup(s.Close)
	return s
}

// unreachable stands in for an endpoint that is not there: below /api/ no
// request is answered.
func unreachable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
}

// plainFiles stands in for a web server that has the files alone.
func plainFiles(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			http.Error(w, "<h1>Not Found</h1>", http.StatusNotFound)
			return
		}
		if r.URL.Path == "/search/" { // the file, whatever is asked
			r = r.Clone(r.Context())
			r.URL.RawQuery = ""
		}
		next.ServeHTTP(w, r)
	})
}

// logBook keeps what the server logs.
type logBook struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var pageKind = regexp.MustCompile(`data-kind="([^"]+)"`)

// kinds is one address for every kind of page of the site, by its name; of a
// tag's page one for each family. A new kind is here as soon as a page has it.
func kinds(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{
		"search, before a question": "/search/",
		"search, with results":      "/search/?q=%E8%8A%B1%E5%91%97%E7%94%A8%E4%B8%8D%E4%BA%86",
		"search, with a filter":     "/search/?q=%E5%8F%B0%E7%81%AF%E4%B8%8D%E4%BA%AE&product=%E5%8F%B0%E7%81%AF",
		"search, nothing":           "/search/?q=qwertyuiop",
		"search, nothing left":      "/search/?q=%E5%8F%B0%E7%81%AF%E4%B8%8D%E4%BA%AE&product=%E8%8A%B1%E5%91%97",
		"404":                       "/no/such/page/",
		"a long title":              "/network/long/",
		"the whole chain":           "/pay/huabei/",
	}
	for address, html := range pages(t) {
		m := pageKind.FindStringSubmatch(html)
		if m == nil {
			continue // a redirect
		}
		name := m[1]
		if name == "search" || name == "404" {
			continue
		}
		if name == "tag" || name == "family" {
			name += " in " + strings.Split(address, "/")[1]
		}
		if strings.HasPrefix(address, "/en/") {
			name += " in English"
		}
		// The shortest address stands for its kind: the same on each run.
		if old := out[name]; old == "" || len(address) < len(old) || len(address) == len(old) && address < old {
			out[name] = address
		}
	}
	for _, want := range []string{"home", "category", "article", "tag in products", "tag in causes", "tag in solutions", "tag in cases", "family in products"} {
		if out[want] == "" {
			t.Errorf("the site has no page of the kind %q", want)
		}
	}
	return out
}

// pages are all pages of the site, by address.
func pages(t *testing.T) map[string]string {
	t.Helper()
	public, err := release()
	if err != nil {
		t.Fatal(err)
	}
	www := os.DirFS(filepath.Join(public, "current", "www"))
	names, err := findPages(www)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name, data := range names {
		out["/"+strings.TrimSuffix(name, "index.html")] = data
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
