// Package server answers readers over HTTP: the files of a release, searches
// as JSON and as a page, and questions about its own health; and it takes
// their word on whether an article helped.
//
// In: a Holder with the live release, from a folder of releases or from the
// writer's preview; the server cannot tell which. Out: responses. What goes
// wrong inside is logged and never shown.
//
// It imports nothing of the builder.
package server

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// Release is what the server needs of a release.
type Release struct {
	ID       string
	Base     string // path prefix of every link: "/" or "/help/"
	Origins  []string
	WWW      fs.FS
	Hashes   map[string]string       // content hashes by URL below the base; may be nil
	Moved    map[string]string       // old addresses below the base, and where each leads; may be nil
	Gone     []string                // addresses below the base of withdrawn pages, sorted
	Variants map[string]string       // how compressed copies were made, by their extension; nil: there are none
	Search   *search.Index           // nil: made without an index
	Template *publish.SearchTemplate // nil: no search page
}

// Holder hands out the live release and keeps each open until its last
// request is done. Its zero value holds none.
type Holder struct {
	mu   sync.Mutex
	live *held
}

type held struct {
	*Release
	users int // under the Holder's lock; the Holder itself is one
	close func()
}

// Swap makes another release live. The one before is closed when its last
// request is done; close may be nil.
func (h *Holder) Swap(r *Release, close func()) {
	h.mu.Lock()
	old := h.live
	h.live = &held{Release: r, users: 1, close: close}
	if r == nil {
		h.live = nil
	}
	h.mu.Unlock()
	if old != nil {
		h.leave(old)
	}
}

func (h *Holder) leave(r *held) {
	h.mu.Lock()
	r.users--
	last := r.users == 0
	h.mu.Unlock()
	if last && r.close != nil {
		r.close()
	}
}

// Acquire returns the live release, or nil, and a function to call when done
// with it.
func (h *Holder) Acquire() (*Release, func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.live == nil {
		return nil, func() {}
	}
	r := h.live
	r.users++
	return r.Release, func() { h.leave(r) }
}

// Server is the HTTP interface.
type Server struct {
	holder  *Holder
	log     *slog.Logger
	explain bool
}

// New makes a Server that logs to log.
func New(h *Holder, log *slog.Logger) *Server { return &Server{holder: h, log: log} }

// Explain lets /api/search?explain=1 say why each hit is where it is. It must
// be called before the first request.
func (s *Server) Explain() { s.explain = true }

// ServeHTTP answers one request from one release.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			s.log.Error("panic", "path", r.URL.Path, "error", fmt.Sprint(p), "stack", string(debug.Stack()))
			s.fail(w, http.StatusInternalServerError, "internal", "something went wrong here")
		}
	}()
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")

	release, done := s.holder.Acquire()
	defer done()
	switch r.URL.Path {
	case "/healthz", "/readyz":
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			s.fail(w, http.StatusMethodNotAllowed, "method_not_allowed", "use GET")
			return
		}
	}
	switch r.URL.Path {
	case "/healthz":
		s.health(w, r, release)
		return
	case "/readyz":
		if release == nil {
			s.fail(w, http.StatusServiceUnavailable, "not_ready", "no release is loaded yet")
			return
		}
		plain(w, "ready\n")
		return
	}
	if release == nil {
		w.Header().Set("Retry-After", "2")
		s.fail(w, http.StatusServiceUnavailable, "not_ready", "no release is loaded yet")
		return
	}
	p := r.URL.Path
	if release.Base != "/" && release.Base != "" {
		if p == "/" {
			http.Redirect(w, r, release.Base, http.StatusFound)
			return
		}
		if p+"/" == release.Base {
			http.Redirect(w, r, release.Base, http.StatusMovedPermanently)
			return
		}
		if rest, ok := strings.CutPrefix(p, release.Base); ok {
			p = "/" + rest
		}
	}
	switch {
	case p == "/api/search":
		s.get(w, r, release, s.apiSearch)
	case p == "/api/suggest":
		s.get(w, r, release, s.apiSuggest)
	case p == "/api/feedback":
		s.apiFeedback(w, r, release)
	case strings.HasPrefix(p, "/api/"):
		s.fail(w, http.StatusNotFound, "not_found", "there is no such interface; see /api/search and /api/suggest")
	case p == "/search" || p == "/search/", release.Template != nil && release.Template.Has(strings.TrimPrefix(p, "/")):
		s.get(w, r, release, s.searchPage)
	default:
		s.file(w, r, release, p)
	}
}

// get lets only reading methods through, and the sites that may read from
// elsewhere.
func (s *Server) get(w http.ResponseWriter, r *http.Request, release *Release, next func(http.ResponseWriter, *http.Request, *Release)) {
	s.crossOrigin(w, r, release)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		s.fail(w, http.StatusMethodNotAllowed, "method_not_allowed", "use GET")
		return
	}
	next(w, r, release)
}

// crossOrigin lets the scripts of the sites in site.yaml read the answer. It
// reports whether the request comes from one of them.
func (s *Server) crossOrigin(w http.ResponseWriter, r *http.Request, release *Release) bool {
	if len(release.Origins) == 0 {
		return false
	}
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if !slices.Contains(release.Origins, origin) {
		return false
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	return true
}

// health asks the index a real question.
func (s *Server) health(w http.ResponseWriter, r *http.Request, release *Release) {
	if release != nil && release.Search != nil {
		if _, err := release.Search.Search(r.Context(), search.Query{Text: "为什么 why", Size: 1}); err != nil {
			s.log.Error("health", "error", err)
			s.fail(w, http.StatusServiceUnavailable, "unhealthy", "the search does not answer")
			return
		}
	}
	plain(w, "ok\n")
}

func plain(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(text))
}

type apiError struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// fail answers with an error in the one form that they have.
func (s *Server) fail(w http.ResponseWriter, status int, code, message string) {
	var e apiError
	e.Error.Code, e.Error.Message = code, message
	w.Header().Set("Cache-Control", "no-store")
	s.json(w, status, e)
}

func (s *Server) json(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		s.log.Debug("answer not sent", "error", err) // the reader went away
	}
}
