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
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"whyfix/internal/events"
	"whyfix/internal/limit"
	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// Release is what the server needs of a release.
type Release struct {
	ID        string
	Time      time.Time // when it was built
	Articles  int
	Base      string // path prefix of every link: "/" or "/help/"
	Origins   []string
	Private   bool   // for those alone whom a proxy lets in
	Policy    string // the Content-Security-Policy of pages
	WWW       fs.FS
	Hashes    *publish.Addresses // content hashes by URL below the base; may be nil
	Redirects map[string]string  // where each old address below the base leads; may be nil
	Gone      []string           // addresses below the base of withdrawn pages, sorted
	Feed      publish.Feed       // what posts are called
	Variants  map[string]string  // how compressed copies were made, by their extension; nil: there are none
	Search    *search.Searcher   // nil: made without an index
	Unmade    bool               // there are no pages yet, because the site has errors
	// IndexBytes is the size of the index on the disk; 0 if it has none there.
	IndexBytes int64
	proven     proofs                  // of compressed copies that were looked into
	unsure     sync.Once               // for saying that the hashes cannot be relied on
	Template   *publish.SearchTemplate // nil: no search page
	source     *publish.Release        // nil: not from a folder
}

// Holder hands out the live release and keeps each open until its last
// request is done. Its zero value holds none.
type Holder struct {
	// Grace is how long the release before the live one stays open, for pages that
	// have answers of it and ask for more; 0: not at all.
	Grace time.Duration

	mu     sync.Mutex
	live   *held[Release]
	before *held[Release] // within Grace; nil: none
	timer  *time.Timer    // ends the grace of before
}

// Swap makes another release live. The one before is closed when its last
// request is done and its time of grace is over; close may be nil.
func (h *Holder) Swap(r *Release, close func()) {
	h.mu.Lock()
	old, older := h.live, h.before
	h.live, h.before = hold(r, close), nil
	if h.timer != nil { // which keeps the memory of its release
		h.timer.Stop()
		h.timer = nil
	}
	if h.Grace > 0 && r != nil && old != nil && old.it.ID != r.ID {
		before := old
		h.before, old = before, nil
		h.timer = time.AfterFunc(h.Grace, func() { h.forget(before) })
	}
	h.mu.Unlock()
	older.leave()
	old.leave()
}

// forget ends the time of grace of a release, unless others did.
func (h *Holder) forget(r *held[Release]) {
	h.mu.Lock()
	is := h.before == r
	if is {
		h.before, h.timer = nil, nil
	}
	h.mu.Unlock()
	if is {
		r.leave()
	}
}

// Acquire returns the live release, or nil, and a function to call when done
// with it.
func (h *Holder) Acquire() (*Release, func()) { return h.AcquireOr("") }

// AcquireOr returns the release with an id, if it is still open, or else the
// live one.
func (h *Holder) AcquireOr(id string) (*Release, func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.before != nil && h.before.it.ID == id {
		return h.before.use()
	}
	return h.live.use()
}

// held is something that requests use at once, and that is closed when the last
// is done with it. nil holds nothing.
type held[T any] struct {
	it    *T
	users atomic.Int64 // whoever hands it out is one
	close func()       // may be nil
}

func hold[T any](it *T, close func()) *held[T] {
	if it == nil {
		return nil
	}
	h := &held[T]{it: it, close: close}
	h.users.Store(1)
	return h
}

// use is for whoever hands it out, and has not left.
func (h *held[T]) use() (it *T, done func()) {
	if h == nil {
		return nil, func() {}
	}
	h.users.Add(1)
	return h.it, h.leave
}

func (h *held[T]) leave() {
	if h != nil && h.users.Add(-1) == 0 && h.close != nil {
		h.close()
	}
}

// Options are what an operator chooses. The zero value limits no client, logs
// no request and keeps no event.
type Options struct {
	Version  string // of the program: other programs may answer otherwise
	Explain  bool   // let /api/search?explain=1 say why each hit is where it is
	Limits   limit.Limits
	Trusted  []netip.Prefix // proxies that say who their client is
	Requests *slog.Logger   // gets one line for each request; nil: none
	// LogQueries adds to that line what was asked, as it was typed.
	LogQueries bool
	Events     *events.Log // nil: none are kept
	// Cluster is where an index is asked that is not in its release.
	Cluster search.Cluster
	// Posts is the folder of documents that are found beside the articles; empty:
	// there are none.
	Posts string
	// Unpack reads what is in a compressed copy, by what its name ends in. With
	// it a copy is sent only if the file is in it; nil: copies are trusted.
	Unpack func(ext string, r io.Reader) (io.Reader, error)
}

// Server is the HTTP interface.
type Server struct {
	holder  *Holder
	posts   postsHolder
	follows postsFollower
	log     *slog.Logger
	options Options
	clients *limit.Clients
	queue   *limit.Queue
	metrics *metrics
	health  health
	away    complaint // of the cluster
	beside  complaint // of the posts
	before  before
	reload  chan struct{}
	ending  atomic.Bool
}

// waitingEach is how many searches may wait for each processor. A search takes a
// millisecond or two, so that a full queue is a tenth of a second.
const waitingEach = 64

// waitingFor is how many searches may wait for a cluster, for each processor.
const waitingFor = 16

// New makes a Server that logs to log.
func New(h *Holder, log *slog.Logger, o Options) *Server {
	n := runtime.GOMAXPROCS(0)
	s := &Server{
		holder: h, log: log, options: o, reload: make(chan struct{}, 1),
		clients: limit.NewClients(o.Limits, o.Trusted, time.Now),
	}
	// One search for each processor, since more only keep each other from the
	// caches; but a slow one never stops all.
	running := max(n, 2)
	live, done := h.Acquire()
	if live != nil && live.Search != nil && live.Search.Clustered() {
		running = waitingFor * n // it works elsewhere
	}
	done()
	s.queue = limit.NewQueue(running, waitingEach*n, s.clients)
	s.before.now = time.Now
	s.follows.server = s
	s.metrics = newMetrics(s)
	if live, done := h.Acquire(); live != nil {
		s.metrics.show(live)
		if live.Search != nil && live.Search.Away() != nil {
			s.searchesFail(live.Search.Away())
		}
		done()
	}
	return s
}

// End makes /readyz say no, so that no new reader is sent here while the last
// ones are answered.
func (s *Server) End() { s.ending.Store(true) }

// maxAddress is how long an address may be, with its query, in bytes. A
// question of the longest allowed has 18 kB in Chinese when it is
// percent-encoded, and 24 kB in the rarest characters; filters come on top.
const maxAddress = 28 << 10

// ServeHTTP answers one request from one release.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := s.begin(w, r)
	defer s.end(x, r)
	defer s.recover(x, r)
	release, done := s.acquire(r)
	defer done()
	if release != nil {
		x.release = release.ID
		w.Header().Set("X-Whyfix-Release", release.ID)
	}
	beside, doneBeside := s.posts.Acquire()
	defer doneBeside()
	x.posts = beside
	protect(w.Header())
	if release != nil && release.Private {
		w.Header().Set("X-Robots-Tag", "noindex")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if len(r.RequestURI) > maxAddress {
		x.rejected = rejectedLong
		s.fail(x, http.StatusRequestURITooLong, "address_too_long", "the address is too long")
		return
	}
	s.dispatch(x, r, release)
}

// acquire returns the release that a request is answered from: the live one, or
// for a search that of which the page has answers already, whose list, filters
// and next page are to be of one.
func (s *Server) acquire(r *http.Request) (*Release, func()) {
	if strings.Contains(r.URL.RawQuery, "release=") {
		release, done := s.holder.AcquireOr(r.URL.Query().Get("release"))
		if release != nil && strings.HasPrefix(release.below(r.URL.Path), "/api/") {
			return release, done
		}
		done()
	}
	return s.holder.Acquire()
}

// below is a path below the base; one that is elsewhere stays as it is.
func (r *Release) below(path string) string {
	if rest, ok := strings.CutPrefix(path, r.Base); ok && r.Base != "" {
		return "/" + rest
	}
	return path
}

// recover ends a request that went wrong in a way that nobody foresaw, and
// keeps the process.
func (s *Server) recover(x *exchange, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p) // the connection is to be cut
	}
	s.metrics.panics.Inc()
	s.log.Error("panic", "id", x.id, "path", r.URL.Path, "error", fmt.Sprint(p), "stack", string(debug.Stack()))
	if x.status != 0 {
		x.rejected = ""
		panic(http.ErrAbortHandler) // half an answer was sent: its reader must not take it for a whole one
	}
	for _, name := range []string{"Content-Encoding", "Content-Length", "ETag", "Last-Modified", "Accept-Ranges"} {
		x.Header().Del(name)
	}
	s.refuse(x, wentWrong())
}

// dispatch leads a request to what answers it.
func (s *Server) dispatch(x *exchange, r *http.Request, release *Release) {
	switch r.URL.Path {
	case "/healthz", "/readyz":
		x.route = routeHealth
		s.askedForHealth(x, r, release)
		return
	}
	if release == nil {
		x.Header().Set("Retry-After", "2")
		s.fail(x, http.StatusServiceUnavailable, "not_ready", "no release is loaded yet")
		return
	}
	p := r.URL.Path
	if release.Base != "/" && release.Base != "" {
		if p == "/" {
			http.Redirect(x, r, release.Base, http.StatusFound)
			return
		}
		if p+"/" == release.Base {
			http.Redirect(x, r, release.Base, http.StatusMovedPermanently)
			return
		}
		p = release.below(p)
	}
	var f *failure
	switch {
	case p == "/api/search":
		x.route = routeSearch
		f = s.get(x, r, release, s.apiSearch)
	case p == "/api/suggest":
		x.route = routeSuggest
		f = s.get(x, r, release, s.apiSuggest)
	case p == "/api/feedback":
		x.route = routeFeedback
		f = s.post(x, r, release, s.feedback)
	case p == "/api/click":
		x.route = routeClick
		f = s.post(x, r, release, s.click)
	case strings.HasPrefix(p, "/api/"):
		s.fail(x, http.StatusNotFound, "not_found", "there is no such interface; see /api/search and /api/suggest")
	case p == "/search" || p == "/search/", release.Template != nil && release.Template.Has(strings.TrimPrefix(p, "/")):
		x.route = routePage
		f = s.get(x, r, release, s.searchPage)
	default:
		x.route = routeFile
		s.file(x, r, release, p)
	}
	if f != nil {
		s.refuse(x, f)
	}
}

// get lets only reading methods through, and the sites that may read from
// elsewhere.
func (s *Server) get(w *exchange, r *http.Request, release *Release, next func(*exchange, *http.Request, *Release) *failure) *failure {
	s.crossOrigin(w, r, release)
	if f := readOnly(w, r); f != nil {
		return f
	}
	return next(w, r, release)
}

// readOnly refuses a request that wants more than to read.
func readOnly(w *exchange, r *http.Request) *failure {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	return notAllowed(w, "GET, HEAD", "use GET")
}

func notAllowed(w *exchange, methods, message string) *failure {
	w.Header().Set("Allow", methods)
	return &failure{status: http.StatusMethodNotAllowed, code: "method_not_allowed", message: message}
}

func wentWrong() *failure {
	return &failure{status: http.StatusInternalServerError, code: "internal", message: "something went wrong here"}
}

// crossOrigin lets the scripts of the sites in site.yaml read the answer. It
// reports whether the request comes from one of them.
func (s *Server) crossOrigin(w *exchange, r *http.Request, release *Release) bool {
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

func plain(w *exchange, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(text))
}

// fail answers with an error in the one form that they have.
func (s *Server) fail(w *exchange, status int, code, message string) {
	type problem struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	w.Header().Set("Cache-Control", "no-store")
	s.json(w, status, map[string]problem{"error": {code, message}})
}

func (s *Server) json(w *exchange, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		s.log.Debug("answer not sent", "error", err) // the reader went away
	}
}
