package server

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"

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
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	err := d.Decode(&in)
	if _, end := d.Token(); err == nil && end != io.EOF {
		err = errors.New("something follows the object")
	}
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

// keep keeps an event, if the operator wants any.
func (s *Server) keep(e events.Event) {
	if s.options.Events != nil {
		s.options.Events.Add(e)
	}
}

// asked keeps a search, once: not again for its further pages and its filters.
func (s *Server) asked(release *Release, q search.Query, result *search.Result) {
	if s.options.Events == nil || q.Page > 1 || q.Filter != (search.Filter{}) {
		return
	}
	s.keep(events.Event{Kind: events.Search, Release: release.ID, Query: private(q.Text), Mode: string(result.Mode), Hits: &result.Total})
}

var (
	longNumber = regexp.MustCompile(`\p{Nd}(?:[^\p{L}\p{Nd}]{0,3}\p{Nd}){4,}`)
	mailbox    = regexp.MustCompile(`\p{Han}{0,4}[\w.+%'-]*@[\w.-]+`)
)

// private is a question as it is kept: in the one form that all ways to type it
// have, without what may name a person, such as a number of a telephone, an
// identity card or an order.
func private(text string) string {
	text = search.Normal(text)
	return longNumber.ReplaceAllString(mailbox.ReplaceAllString(text, "@"), "#")
}
