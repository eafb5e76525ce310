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
