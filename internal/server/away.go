package server

import (
	"errors"
	"log/slog"
	"math"
	"sync"
	"time"

	"whyfix/internal/search"
)

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

// awayLog says that the cluster is away, but not at each search that it costs.
type awayLog struct {
	mu   sync.Mutex
	last time.Time
}

const awayEvery = 10 * time.Second

func (a *awayLog) log(log *slog.Logger, err error) {
	a.mu.Lock()
	now := time.Now()
	quiet := now.Sub(a.last) < awayEvery
	if !quiet {
		a.last = now
	}
	a.mu.Unlock()
	if !quiet {
		log.Error("the cluster of the search is away; pages are served", "error", err)
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
