package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
)

// maxBody is how long what a page sends may be, in bytes: far above what any
// question with any address needs.
const maxBody = 4 << 10

// posted reads what a page of the site sent: JSON from a script, or a plain
// form. When it may not be read, it answers and returns false.
func (s *Server) posted(w *exchange, r *http.Request, release *Release) (body []byte, form, ok bool) {
	trusted := s.crossOrigin(w, r, release)
	switch {
	case r.Method == http.MethodOptions && trusted: // a browser asks before it sends JSON to another origin
		w.Header().Set("Access-Control-Allow-Methods", "POST")
		w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
		w.Header().Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
		return nil, false, false
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "POST")
		s.fail(w, http.StatusMethodNotAllowed, "method_not_allowed", "use POST")
		return nil, false, false
	}
	if !s.admit(w, r) {
		s.fail(w, http.StatusTooManyRequests, "too_many_requests", "too many requests; try again in a moment")
		return nil, false, false
	}
	// Another site must not answer in its readers' name.
	protection := http.NewCrossOriginProtection()
	for _, o := range release.Origins {
		if err := protection.AddTrustedOrigin(o); err != nil {
			s.log.Error("cross origin", "origin", o, "error", err)
		}
	}
	if protection.Check(r) != nil {
		s.fail(w, http.StatusForbidden, "cross_origin", "this is taken from the site's own pages only")
		return nil, false, false
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	form = kind == "application/x-www-form-urlencoded"
	if err != nil || !form && kind != "application/json" {
		s.fail(w, http.StatusUnsupportedMediaType, "bad_content_type", "send application/json or application/x-www-form-urlencoded")
		return nil, false, false
	}
	body, err = io.ReadAll(r.Body) // ServeHTTP has bounded it
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		w.rejected = rejectedLarge
		s.fail(w, http.StatusRequestEntityTooLarge, "too_large", "the body is too large")
		return nil, false, false
	}
	if err != nil {
		s.fail(w, http.StatusBadRequest, "bad_body", "the body could not be read")
		return nil, false, false
	}
	return body, form, true
}

// object reads one object of JSON with known keys, and nothing after it.
func object(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the object")
	}
	return nil
}
