package preview

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A writer may try the question below an article, too.
func TestFeedbackIsTaken(t *testing.T) {
	t.Parallel()
	d := newDesk(t, small)
	d.made()
	for _, tt := range []struct {
		body string
		want int
	}{
		{`{"url":"/pay/late/","helped":false,"reason":"unclear"}`, http.StatusNoContent},
		{`{"url":"/draft/","helped":true}`, http.StatusBadRequest},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/feedback", strings.NewReader(tt.body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%s: status %d, want %d: %s", tt.body, w.Code, tt.want, w.Body)
		}
	}
}

// The preview answers its own pages, wherever the site's endpoint is.
func TestEndpointElsewhere(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for name, text := range small {
		files[name] = text
	}
	files["site.yaml"] += "endpoint: https://search.example.org\n"
	d := newDesk(t, files)
	d.made()
	for _, path := range []string{"/", "/pay/late/", "/search/", "/search?q=a", "/nothing/"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		page := w.Body.String()
		if strings.Contains(page, "search.example.org") || !strings.Contains(page, `data-api="/api/"`) {
			t.Errorf("%s asks elsewhere", path)
		}
	}
}
