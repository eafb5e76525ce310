package server

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// Load opens a release for serving: a folder of releases, or one of them.
func Load(path string) (*Release, func(), error) {
	r, err := publish.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("server: %w", err)
	}
	m := r.Manifest()
	out := &Release{ID: r.ID(), Base: m.Base, Origins: m.Origins, WWW: r.WWW(), Hashes: m.URLs, Moved: m.Redirects, Gone: m.Gone, Variants: m.Variants}
	closeAll := func() { r.Close() }
	data, err := r.SearchTemplate()
	if err == nil {
		out.Template, err = publish.ParseSearchTemplate(data)
	}
	if err != nil {
		closeAll()
		return nil, nil, fmt.Errorf("server: %w", err)
	}
	if m.Search != nil {
		x, err := search.Open(r.SearchDir())
		if err != nil {
			closeAll()
			return nil, nil, fmt.Errorf("server: %w", err)
		}
		out.Search = x
		closeAll = func() { x.Close(); r.Close() }
		// Opening an index leaves as much behind as it keeps.
		debug.FreeOSMemory()
	}
	return out, closeAll, nil
}

// pollEvery is how often the link to the live release is read: one system
// call, so that a new release is live well within a second.
const pollEvery = 250 * time.Millisecond

// Follow makes each new release of a folder live until the context ends. One
// that does not open is logged once and the one before serves on.
func (s *Server) Follow(ctx context.Context, dir string) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	refused := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		id, err := publish.Current(dir)
		if err != nil {
			continue // one release folder alone, or a moment in which the link is away
		}
		live, done := s.holder.Acquire()
		same := live != nil && live.ID == id
		done()
		if same || id == refused {
			continue
		}
		next, closeNext, err := Load(dir)
		if err != nil {
			refused = id
			s.log.Error("new release refused, the old one serves on", "release", id, "error", err)
			continue
		}
		refused = ""
		s.holder.Swap(next, closeNext)
		s.log.Info("new release", "release", next.ID)
	}
}
