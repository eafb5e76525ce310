package server

import (
	"cmp"
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
	default:
		why := s.stillAway(release)
		switch {
		case why == "":
			plain(w, "ready\n"+w.posts.tells())
		// All processes have the same cluster: to send readers to none of them would
		// take the pages away, too. Who sends searches alone asks for it.
		case r.URL.Query().Has("search"):
			s.fail(w, http.StatusServiceUnavailable, "search_unavailable", "the search does not answer: "+why)
		default:
			plain(w, "ready, but for the search: "+why+"\n")
		}
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

// complaint says what is wrong, but not at each search that it costs, and when it
// is over.
type complaint struct {
	mu    sync.Mutex
	said  time.Time // last
	wrong time.Time // last
	open  bool      // it was said, and not yet that it is over
}

// complainEvery is how long it is quiet after a complaint, and how long nothing
// must have been wrong until it is over: a cluster may refuse some questions and
// answer others. So what goes wrong after the end is said at once.
const complainEvery = 10 * time.Second

func (c *complaint) log(log *slog.Logger, message string, err error) {
	c.mu.Lock()
	c.wrong = time.Now()
	quiet := c.wrong.Sub(c.said) < complainEvery
	if !quiet {
		c.said, c.open = c.wrong, true
	}
	c.mu.Unlock()
	if !quiet {
		log.Error(message, "error", err)
	}
}

// over is told when all is well.
func (c *complaint) over(log *slog.Logger, message string) {
	c.mu.Lock()
	over := c.open && time.Since(c.wrong) >= complainEvery
	if over {
		c.open = false
	}
	c.mu.Unlock()
	if over {
		log.Info(message)
	}
}

func (s *Server) searchesFail(err error) {
	s.away.log(s.log, "no search is answered; pages are served", err)
}

func (s *Server) searchesSucceed() { s.away.over(s.log, "searches are answered again") }

// stillAway tells why the cluster of a release cannot be asked; "": it can. Who
// wants to know may be the only one who asks, so it is looked whether it is back,
// as often as health is.
func (s *Server) stillAway(release *Release) string {
	if release.Search == nil {
		return ""
	}
	away := release.Search.Away()
	if away != nil {
		_ = s.health.check(release) // of which Away knows
		away = release.Search.Away()
	}
	if away == nil {
		s.searchesSucceed()
		return ""
	}
	return cmp.Or(away.Lasting, "its cluster does not answer")
}
