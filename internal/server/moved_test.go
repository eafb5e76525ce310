package server

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

func TestMoved(t *testing.T) {
	t.Parallel()
	page := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	files := fstest.MapFS{
		"old/index.html": page("a page that leads on"), "x/index.html": page("withdrawn here"), "x/more/index.html": page("more"),
		"410.html": page("withdrawn"), "en/410.html": page("withdrawn in English"), "404.html": page("nothing"),
	}
	var h Holder
	h.Swap(&Release{
		ID: "x", Base: "/help/", WWW: files,
		Moved: map[string]string{
			"/old/": "/help/new/", "/旧/": "/help/%E6%96%B0/?a=1#check", "/old.pdf": "https://example.org/f.pdf",
		},
		Gone: []string{"/en/y.pdf", "/x/", "/z/"},
	}, nil)
	s := New(&h, slog.New(slog.DiscardHandler), Options{})
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, tt := range []struct {
			target   string
			status   int
			location string
			body     string
		}{
			{"/help/old/", 301, "/help/new/", ""},
			{"/help/old", 301, "/help/new/", ""},
			{"/help/old/index.html", 301, "/help/new/", ""},
			{"/help/old/?b=%E9%92%B1&c", 301, "/help/new/?b=%E9%92%B1&c", ""},
			{"/help/%E6%97%A7/?b=2", 301, "/help/%E6%96%B0/?a=1&b=2#check", ""},
			{"/help/old.pdf", 301, "https://example.org/f.pdf", ""},
			{"/help/x/", 410, "", "withdrawn here"},
			{"/help/x", 410, "", "withdrawn here"},
			{"/help/x/?a=1", 410, "", "withdrawn here"},
			{"/help/x/more/", 200, "", "more"},
			{"/help/z/", 410, "", "withdrawn"},
			{"/help/en/y.pdf", 410, "", "withdrawn in English"},
			{"/help/older/", 404, "", "nothing"},
		} {
			a := request(t, s, method, tt.target)
			if a.status != tt.status || a.header.Get("Location") != tt.location {
				t.Errorf("%s %s: status %d to %q, want %d to %q", method, tt.target, a.status, a.header.Get("Location"), tt.status, tt.location)
			}
			if method == http.MethodHead && a.body != "" || method == http.MethodGet && tt.body != "" && a.body != tt.body {
				t.Errorf("%s %s: got %q, want %q", method, tt.target, a.body, tt.body)
			}
			if tt.status == 410 && a.header.Get("ETag") != "" {
				t.Errorf("%s: a withdrawn page has an ETag", tt.target)
			}
			if got := a.header.Get("Cache-Control"); got != "no-cache" {
				t.Errorf("%s: Cache-Control is %q", tt.target, got)
			}
		}
	}
	if a := request(t, s, http.MethodPost, "/help/old/"); a.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", a.status)
	}
	// Without a page that says so, the status does.
	h.Swap(&Release{ID: "y", Base: "/", WWW: fstest.MapFS{}, Gone: []string{"/x/"}}, nil)
	if a := get(t, s, "/x/"); a.status != http.StatusGone || !strings.Contains(a.body, `"code":"gone"`) {
		t.Errorf("without a page: status %d, %s", a.status, a.body)
	}
}
