package server

import (
	"net/http"

	"whyfix/internal/events"
	"whyfix/internal/search"
)

// apiClick is told which hit a reader opened. It is for the operator's events
// alone.
func (s *Server) apiClick(w *exchange, r *http.Request, release *Release) {
	body, form, ok := s.posted(w, r, release)
	if !ok {
		return
	}
	if form {
		s.fail(w, http.StatusUnsupportedMediaType, "bad_content_type", "send application/json")
		return
	}
	var in struct {
		Query    string `json:"query"`
		URL      string `json:"url"`
		Position int    `json:"position"`
	}
	err := object(body, &in)
	query, bad := limited(in.Query)
	switch {
	case err != nil:
		bad = &badRequest{"bad_body", `the body must be {"query": "…", "url": "…", "position": 1} and nothing else`}
	case bad != nil:
	case query == "":
		bad = &badRequest{"bad_query", "query is what was asked"}
	case in.Position < 1 || in.Position > search.MaxReach:
		bad = &badRequest{"bad_position", "position is the place of the hit, from 1"}
	}
	if bad != nil {
		s.fail(w, http.StatusBadRequest, bad.code, bad.message)
		return
	}
	page, ok := pageOf(release, in.URL)
	if !ok {
		s.fail(w, http.StatusBadRequest, "unknown_page", "url is not the address of a page of this site")
		return
	}
	s.keep(events.Event{Kind: events.Click, Release: release.ID, Query: private(query), Page: page, Position: in.Position})
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}
