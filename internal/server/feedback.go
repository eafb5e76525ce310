package server

import (
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"whyfix/internal/events"
)

// thanks is where a page says thank you to a reader without JavaScript.
const thanks = "wf-thanks"

// feedback is a reader's word on an article, and all that is ever sent.
type feedback struct {
	URL    string
	Helped bool
	Reason string // of a no; may be empty
}

// reasons are why an article did not help.
var reasons = []string{"not_my_case", "unclear", "outdated", "did_not_work"}

// apiFeedback takes the answer to “did this help?”: as JSON from a script, or
// as a plain form, which leads back to the page. It logs one line, without
// anything about the reader.
func (s *Server) apiFeedback(w *exchange, r *http.Request, release *Release) {
	body, form, ok := s.posted(w, r, release)
	if !ok {
		return
	}
	parse := feedbackOfJSON
	if form {
		parse = feedbackOfForm
	}
	f, bad := parse(body)
	if bad == nil {
		bad = f.check()
	}
	if bad != nil {
		s.fail(w, http.StatusBadRequest, bad.code, bad.message)
		return
	}
	page, ok := pageOf(release, f.URL)
	switch {
	case !ok && form: // a page that is gone since it was opened: its reader sees so
		s.missing(w, r, release, strings.TrimPrefix(f.URL, strings.TrimSuffix(release.Base, "/")))
		return
	case !ok:
		s.fail(w, http.StatusBadRequest, "unknown_page", "url is not the address of a page of this site")
		return
	}
	s.log.Info("feedback", "url", page, "helped", f.Helped, "reason", f.Reason, "release", release.ID)
	s.keep(events.Event{Kind: events.Feedback, Release: release.ID, Page: page, Helped: &f.Helped, Reason: f.Reason})
	w.Header().Set("Cache-Control", "no-store")
	if !form {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	back := url.URL{Path: page, Fragment: thanks}
	to := back.String()
	if origin := r.Header.Get("Origin"); slices.Contains(release.Origins, origin) {
		to = origin + to // its page may be served from elsewhere
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// feedbackOfJSON reads {"url": "/…/", "helped": false, "reason": "outdated"}.
func feedbackOfJSON(body []byte) (feedback, *badRequest) {
	var in struct {
		URL    string  `json:"url"`
		Helped *bool   `json:"helped"`
		Reason *string `json:"reason"`
	}
	if err := object(body, &in); err != nil {
		return feedback{}, &badRequest{"bad_body", `the body must be {"url": "…", "helped": true or false, "reason": "…"} and nothing else`}
	}
	if in.Helped == nil {
		return feedback{}, &badRequest{"bad_helped", "helped must be true or false"}
	}
	f := feedback{URL: in.URL, Helped: *in.Helped}
	if in.Reason != nil {
		f.Reason = *in.Reason
	}
	return f, nil
}

// feedbackOfForm reads the same from the fields of a form.
func feedbackOfForm(body []byte) (feedback, *badRequest) {
	fields, err := url.ParseQuery(string(body))
	if err != nil {
		return feedback{}, &badRequest{"bad_encoding", "the form is not correctly percent-encoded"}
	}
	for name, values := range fields {
		if len(values) != 1 || name != "url" && name != "helped" && name != "reason" {
			return feedback{}, &badRequest{"bad_body", "the form must have url, helped and perhaps reason, each once, and nothing else"}
		}
	}
	helped := fields.Get("helped")
	if helped != "true" && helped != "false" {
		return feedback{}, &badRequest{"bad_helped", "helped must be true or false"}
	}
	return feedback{URL: fields.Get("url"), Helped: helped == "true", Reason: fields.Get("reason")}, nil
}

func (f feedback) check() *badRequest {
	switch {
	case f.Reason == "":
		return nil
	case f.Helped:
		return &badRequest{"bad_reason", "reason is for what did not help"}
	case !slices.Contains(reasons, f.Reason):
		return &badRequest{"bad_reason", "reason must be " + strings.Join(reasons[:len(reasons)-1], ", ") + " or " + reasons[len(reasons)-1]}
	}
	return nil
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
