package server

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"sync"
	"time"

	"whyfix/internal/limit"
	"whyfix/internal/search"
)

// health is what the index said when it was last asked.
type health struct {
	mu      sync.Mutex
	release *Release
	asked   time.Time
	answer  func() error // waits for the one search that was begun then
}

// healthFor is how long an answer stands: whoever asks more often costs nothing.
const healthFor = time.Second

// check asks the index a real question. It does not wait behind readers' ones:
// a busy server is well.
func (h *health) check(release *Release) error {
	h.mu.Lock()
	if h.release != release || time.Since(h.asked) >= healthFor {
		h.release, h.asked = release, time.Now()
		h.answer = sync.OnceValue(func() error {
			ctx, cancel := context.WithTimeout(context.Background(), limit.SearchTime)
			defer cancel()
			return guarded(func() error {
				_, err := release.Search.Search(ctx, search.Query{Text: "为什么 why", Size: 1, Page: 1})
				if isAway(err) { // this process is well, and another would do no better
					err = nil
				}
				return err
			})
		})
	}
	answer := h.answer
	h.mu.Unlock()
	return answer()
}

// askedForHealth answers /healthz, is this process well, and /readyz, may
// readers be sent to it.
func (s *Server) askedForHealth(w *exchange, r *http.Request, release *Release) {
	if f := readOnly(w, r); f != nil {
		s.refuse(w, f)
		return
	}
	switch {
	case r.URL.Path == "/healthz":
		if release != nil && release.Search != nil {
			if err := s.health.check(release); err != nil {
				s.log.Error("health", "error", err)
				s.fail(w, http.StatusServiceUnavailable, "unhealthy", "the search does not answer")
				return
			}
		}
		plain(w, "ok\n")
	case s.ending.Load():
		s.fail(w, http.StatusServiceUnavailable, "ending", "this process is about to end")
	case release == nil:
		s.fail(w, http.StatusServiceUnavailable, "not_ready", "no release is loaded yet")
	case s.stillAway(release):
		// All processes have the same cluster: to send readers to none of them would
		// take the pages away, too. Who sends searches alone asks for it.
		if r.URL.Query().Has("search") {
			s.fail(w, http.StatusServiceUnavailable, "search_unavailable", "the cluster of the search does not answer")
			return
		}
		plain(w, "ready, but for the search: its cluster does not answer\n")
	default:
		plain(w, "ready\n"+w.posts.tells())
	}
}

// An index may be in a cluster, which may be away: then pages are served, and
// searches are told when to come again.

// awayFor tells whether an error says that the cluster is away, and after how
// many seconds it is worth another try.
func awayFor(err error) (seconds int, away bool) {
	var u *search.Unavailable
	if !errors.As(err, &u) {
		return 0, false
	}
	return max(int(math.Ceil(u.After.Seconds())), 1), true
}

func isAway(err error) bool {
	_, away := awayFor(err)
	return away
}

// seldom says what is wrong, but not at each search that it costs.
type seldom struct {
	mu   sync.Mutex
	last time.Time
}

const seldomEvery = 10 * time.Second

func (a *seldom) log(log *slog.Logger, message string, err error) {
	a.mu.Lock()
	now := time.Now()
	quiet := now.Sub(a.last) < seldomEvery
	if !quiet {
		a.last = now
	}
	a.mu.Unlock()
	if !quiet {
		log.Error(message, "error", err)
	}
}

// stillAway reports whether the cluster of a release is away. Who asks may be the
// only one, so it is looked whether it is back, as often as health is.
func (s *Server) stillAway(release *Release) bool {
	if release.Search == nil || release.Search.Away() == nil {
		return false
	}
	_ = s.health.check(release) // of which Away knows
	return release.Search.Away() != nil
}
