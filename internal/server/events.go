package server

import (
	"regexp"

	"whyfix/internal/events"
	"whyfix/internal/search"
)

// addEvent keeps an event, if the operator wants any.
func (s *Server) addEvent(e events.Event) {
	if s.options.Events != nil {
		s.options.Events.Add(e)
	}
}

// addSearch keeps a search, once: not again for its further pages and its filters.
func (s *Server) addSearch(release *Release, q search.Query, result *search.Result) {
	if s.options.Events == nil || q.Page > 1 || q.Filter != (search.Filter{}) {
		return
	}
	s.addEvent(events.Event{Kind: events.Search, Release: release.ID, Query: private(q.Text), Mode: string(result.Mode), Hits: &result.Total, Answered: &result.Answered})
}

var (
	longNumber = regexp.MustCompile(`\p{Nd}(?:[^\p{L}\p{Nd}]{0,3}\p{Nd}){4,}`)
	mailbox    = regexp.MustCompile(`\p{Han}{0,4}[\w.+%'-]*@[\w.-]+`)
)

// longestKept is how many characters of a question are kept: all of one that
// somebody asks, and of a text that was pasted whole, such as a mail, the
// beginning.
const longestKept = 200

// private is a question as it is kept: in the one form that all ways to type it
// have, without what may name a person, such as a number of a telephone, an
// identity card or an order.
func private(text string) string {
	text = search.Normal(text)
	text = longNumber.ReplaceAllString(mailbox.ReplaceAllString(text, "@"), "#")
	n := 0
	for at := range text {
		if n++; n > longestKept {
			return text[:at] + "…"
		}
	}
	return text
}
