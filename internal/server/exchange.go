package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"whyfix/internal/limit"
	"whyfix/internal/search"
)

// exchange is one request and its answer, with what is noted of them: for the
// log, the metrics and the events, when the answer is sent. It is the
// ResponseWriter of every handler.
type exchange struct {
	http.ResponseWriter
	id       string
	started  time.Time
	route    route
	status   int   // 0 until the header is written
	bytes    int64 // of the body
	release  string
	rejected string // why it was turned away, "" if it was not
	query    string // what was asked, "" if nothing was
	result   *search.Result
	took     time.Duration // of the search alone
	client   limit.Client  // who asks; known when it was admitted
	// processor is the processor time of all that was done with the index.
	processor time.Duration
	posts     *livePosts   // that are found beside the articles; nil: none
	aside     atomic.Int64 // processor time that was spent on them, not yet charged
}

// route is what a request is for: a small set, for the metrics.
type route string

const (
	routeFile     route = "file"
	routeSearch   route = "search"
	routeSuggest  route = "suggest"
	routePage     route = "search_page"
	routeFeedback route = "feedback"
	routeClick    route = "click"
	routeHealth   route = "health"
	routeOther    route = "other"
)

// begin starts to take notes. The id is that of a proxy that is trusted, or a
// new one; it is told to the client, who can name it to the operator.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{ResponseWriter: w, started: time.Now(), route: routeOther}
	if id := r.Header.Get("X-Request-Id"); s.clients.Trusts(r) && plainID.MatchString(id) {
		x.id = id
	} else {
		var random [8]byte
		_, _ = rand.Read(random[:]) // never fails
		x.id = hex.EncodeToString(random[:])
	}
	w.Header().Set("X-Request-Id", x.id)
	return x
}

// plainID is an id of somebody else's that can stand in a log.
var plainID = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// end passes the notes on.
func (s *Server) end(x *exchange, r *http.Request) {
	x.status = cmp.Or(x.status, http.StatusOK)
	took := time.Since(x.started)
	s.metrics.count(x, took)
	if s.options.Requests == nil {
		return
	}
	attributes := []slog.Attr{
		slog.String("id", x.id), slog.String("method", method(r)), slog.String("path", beginning(r.URL.Path)), slog.Int("status", x.status),
		slog.Int64("bytes", x.bytes), slog.Float64("ms", float64(took.Microseconds())/1000), slog.String("release", x.release),
	}
	if x.rejected != "" {
		attributes = append(attributes, slog.String("rejected", x.rejected))
	}
	if x.result != nil {
		attributes = append(attributes, slog.String("mode", string(x.result.Mode)), slog.Int("hits", x.result.Total), slog.Bool("answered", x.result.Answered))
	}
	if s.options.LogQueries && x.query != "" {
		attributes = append(attributes, slog.String("query", x.query))
	}
	s.options.Requests.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelInfo, "request", attributes...)
}

// method is the method of a request, of which there are as many as a client
// cares to invent.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return r.Method
	}
	return "other"
}

func (x *exchange) WriteHeader(status int) {
	x.status = cmp.Or(x.status, status)
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) Write(data []byte) (int, error) {
	x.status = cmp.Or(x.status, http.StatusOK)
	n, err := x.ResponseWriter.Write(data)
	x.bytes += int64(n)
	return n, err
}

// ReadFrom lets the system send a file by itself, without a copy here.
func (x *exchange) ReadFrom(r io.Reader) (int64, error) {
	x.status = cmp.Or(x.status, http.StatusOK)
	n, err := io.Copy(x.ResponseWriter, r)
	x.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// longestLogged is how much of a path stands in the log, in bytes: those of pages
// are shorter, and others are what a client likes them to be.
const longestLogged = 300

func beginning(path string) string {
	if len(path) <= longestLogged {
		return path
	}
	return strings.ToValidUTF8(path[:longestLogged], "") + "…"
}
