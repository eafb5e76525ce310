package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"whyfix/internal/events"
	"whyfix/internal/limit"
	"whyfix/internal/search"
)

// maxBody is how long what a page sends may be, in bytes: far above what any
// question with any address needs.
const maxBody = 4 << 10

// post reads what a page of the site sent, JSON from a script or a plain form,
// and hands it on.
func (s *Server) post(w *exchange, r *http.Request, release *Release, take func(w *exchange, r *http.Request, release *Release, body []byte, form bool) *failure) *failure {
	trusted := s.crossOrigin(w, r, release)
	switch {
	case r.Method == http.MethodOptions && trusted: // a browser asks before it sends JSON to another origin
		w.Header().Set("Access-Control-Allow-Methods", "POST")
		w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
		w.Header().Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
		return nil
	case r.Method != http.MethodPost:
		return notAllowed(w, "POST", "use POST")
	}
	if f := s.admit(w, r); f != nil {
		return f
	}
	s.clients.Charge(w.client, limit.Ordinary) // it takes less, but something is written each time
	// Another site must not answer in its readers' name.
	protection := http.NewCrossOriginProtection()
	for _, o := range release.Origins {
		if err := protection.AddTrustedOrigin(o); err != nil {
			s.log.Error("cross origin", "origin", o, "error", err)
		}
	}
	if protection.Check(r) != nil {
		return &failure{status: http.StatusForbidden, code: "cross_origin", message: "this is taken from the site's own pages only"}
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	form := kind == "application/x-www-form-urlencoded"
	if err != nil || !form && kind != "application/json" {
		return badType("send application/json or application/x-www-form-urlencoded")
	}
	body, err := io.ReadAll(r.Body) // ServeHTTP has bounded it
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		w.rejected = rejectedLarge
		return &failure{status: http.StatusRequestEntityTooLarge, code: "too_large", message: "the body is too large"}
	}
	if err != nil {
		return badRequest("bad_body", "the body could not be read")
	}
	return take(w, r, release, body, form)
}

func badType(message string) *failure {
	return &failure{status: http.StatusUnsupportedMediaType, code: "bad_content_type", message: message}
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

// click is told which hit a reader opened. It is for the operator's events
// alone.
func (s *Server) click(w *exchange, _ *http.Request, release *Release, body []byte, form bool) *failure {
	if form {
		return badType("send application/json")
	}
	var in struct {
		Query    string `json:"query"`
		URL      string `json:"url"`
		Position int    `json:"position"`
	}
	err := object(body, &in)
	query, f := limited(in.Query)
	switch {
	case err != nil:
		return badRequest("bad_body", `the body must be {"query": "…", "url": "…", "position": 1} and nothing else`)
	case f != nil:
		return f
	case query == "":
		return badRequest("bad_query", "query is what was asked")
	case in.Position < 1 || in.Position > search.MaxReach:
		return badRequest("bad_position", "position is the place of the hit, from 1")
	}
	page, ok := pageOf(release, in.URL)
	if !ok {
		return unknownPage()
	}
	s.addEvent(events.Event{Kind: events.Click, Release: release.ID, Query: private(query), Page: page, Position: in.Position})
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// thanks is where a page says thank you to a reader without JavaScript.
const thanks = "wf-thanks"

// opinion is a reader's word on an article, and all that is ever sent.
type opinion struct {
	URL     string `json:"url"`
	Helped  *bool  `json:"helped"`
	Reason  string `json:"reason"`  // of a no; may be empty
	Section string `json:"section"` // the id of the case on the page that it is about; may be empty
}

// sectionLength is the longest id that is taken, in bytes: more than a heading
// has that a reader chose by.
const sectionLength = 300

// reasons are why an article did not help.
var reasons = []string{"not_my_case", "unclear", "outdated", "did_not_work"}

// feedback takes the answer to “did this help?”: as JSON from a script, or as a
// plain form, which leads back to the page. It logs one line, without anything
// about the reader.
func (s *Server) feedback(w *exchange, r *http.Request, release *Release, body []byte, form bool) *failure {
	parse := opinionOfJSON
	if form {
		parse = opinionOfForm
	}
	o, f := parse(body)
	if f == nil {
		f = o.check()
	}
	if f != nil {
		return f
	}
	page, ok := pageOf(release, o.URL)
	switch {
	case !ok && form: // a page that is gone since it was opened: its reader sees so
		s.missing(w, r, release, strings.TrimPrefix(o.URL, strings.TrimSuffix(release.Base, "/")))
		return nil
	case !ok:
		return unknownPage()
	}
	s.log.Info("feedback", "url", page, "helped", *o.Helped, "reason", o.Reason, "section", o.Section, "release", release.ID)
	s.addEvent(events.Event{Kind: events.Feedback, Release: release.ID, Page: page, Helped: o.Helped, Reason: o.Reason, Section: o.Section})
	w.Header().Set("Cache-Control", "no-store")
	if !form {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	back := url.URL{Path: page, Fragment: thanks}
	to := back.String()
	if origin := r.Header.Get("Origin"); slices.Contains(release.Origins, origin) {
		to = origin + to // its page may be served from elsewhere
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// opinionOfJSON reads {"url": "/…/", "helped": false, "reason": "outdated"}.
func opinionOfJSON(body []byte) (o opinion, f *failure) {
	if err := object(body, &o); err != nil {
		return o, badRequest("bad_body", `the body must be {"url": "…", "helped": true or false, "reason": "…", "section": "…"} and nothing else`)
	}
	if o.Helped == nil {
		return o, badRequest("bad_helped", "helped must be true or false")
	}
	return o, nil
}

// opinionOfForm reads the same from the fields of a form.
func opinionOfForm(body []byte) (opinion, *failure) {
	fields, err := url.ParseQuery(string(body))
	if err != nil {
		return opinion{}, badRequest("bad_encoding", "the form is not correctly percent-encoded")
	}
	for name, values := range fields {
		if len(values) != 1 || name != "url" && name != "helped" && name != "reason" && name != "section" {
			return opinion{}, badRequest("bad_body", "the form must have url, helped and perhaps reason and section, each once, and nothing else")
		}
	}
	helped := fields.Get("helped")
	if helped != "true" && helped != "false" {
		return opinion{}, badRequest("bad_helped", "helped must be true or false")
	}
	return opinion{fields.Get("url"), new(helped == "true"), fields.Get("reason"), fields.Get("section")}, nil
}

func (o opinion) check() *failure {
	switch {
	case len(o.Section) > sectionLength || !utf8.ValidString(o.Section) || strings.ContainsFunc(o.Section, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }):
		return badRequest("bad_section", "section must be the id of a place on the page")
	case o.Reason == "":
		return nil
	case *o.Helped:
		return badRequest("bad_reason", "reason is for what did not help")
	case !slices.Contains(reasons, o.Reason):
		return badRequest("bad_reason", "reason must be "+strings.Join(reasons[:len(reasons)-1], ", ")+" or "+reasons[len(reasons)-1])
	}
	return nil
}

func unknownPage() *failure {
	return badRequest("unknown_page", "url is not the address of a page of this site")
}

// pageOf is the path of a page of the release, decoded, if there is one at
// this address.
func pageOf(release *Release, address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" {
		return "", false
	}
	rest, ok := strings.CutPrefix(u.Path, strings.TrimSuffix(release.Base, "/"))
	name, slash := strings.CutPrefix(rest, "/")
	if !ok || !slash || name != "" && !strings.HasSuffix(name, "/") {
		return "", false
	}
	name += "index.html"
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") || !isFile(release.WWW, name) {
		return "", false
	}
	return u.Path, true
}

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
