package server

import (
	"cmp"
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
	away bool // it was said, and not yet that it is back
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
	a.away = true
	a.mu.Unlock()
	if !quiet {
		log.Error("no search is answered; pages are served", "error", err)
	}
}

// back says that searches are answered again, if it was said that they are not.
func (a *awayLog) back(log *slog.Logger) {
	a.mu.Lock()
	was := a.away
	a.away, a.last = false, time.Time{}
	a.mu.Unlock()
	if was {
		log.Info("searches are answered again")
	}
}

// stillAway tells why the cluster of a release cannot be asked; "": it can. Who
// wants to know may be the only one who asks, so it is looked whether it is back,
// as often as health is.
func (s *Server) stillAway(release *Release) string {
	if release.Search == nil || release.Search.Away() == nil {
		return ""
	}
	_ = s.health.check(release) // of which Away knows
	away := release.Search.Away()
	if away == nil {
		s.away.back(s.log)
		return ""
	}
	return cmp.Or(away.Lasting, "its cluster does not answer")
}
