package server

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// Open opens a release for a few questions: a folder of releases, or one of
// them. It does not look whether all of it is there. An index in a cluster is
// asked where at says.
func Open(path string, at search.Cluster) (*Release, func(), error) {
	return openRelease(path, at, func(*publish.Release) error { return nil })
}

// Load opens a release for serving. It reads all of it first, and refuses one
// that is damaged or not all there. A cluster that does not answer, or has its
// index no more, is no reason to refuse it: there are the pages.
func Load(ctx context.Context, path string, at search.Cluster) (*Release, func(), error) {
	return load(ctx, path, at, nil, false)
}

// load does so when there may be another. What it shares with a release that is
// known to be whole, which may be nil, is not read again. If another serves, one
// whose index is gone is refused.
func load(ctx context.Context, path string, at search.Cluster, known *Release, another bool) (*Release, func(), error) {
	var whole *publish.Release
	if known != nil {
		whole = known.source
	}
	r, closeRelease, err := openRelease(path, at, func(r *publish.Release) error { return r.Verify(ctx, search.Root{}, whole) })
	if err == nil && r.Search != nil {
		err = guarded(func() error { return r.Search.Warm(ctx) })
		if isAway(err) && (!another || r.Search.Away() == nil || r.Search.Away().Lasting == "") {
			err = nil
		}
	}
	if err != nil {
		if closeRelease != nil {
			closeRelease()
		}
		return nil, nil, err
	}
	return r, closeRelease, nil
}

// openRelease opens a release and looks at it before it opens the index.
func openRelease(path string, at search.Cluster, verify func(*publish.Release) error) (*Release, func(), error) {
	r, err := publish.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("server: %w", err)
	}
	m := r.Manifest()
	out := &Release{
		ID: r.ID(), Time: m.Time, Articles: m.Counts.Articles, Base: m.Base, Origins: m.Origins, Private: m.Private, Policy: publish.PagePolicy(m.Endpoint, m.Frames, m.Allow), WWW: r.WWW(),
		Feed: m.Feed, Hashes: r.Addresses(), Redirects: m.Redirects, Gone: m.Gone, Variants: m.Variants, source: r,
	}
	var page []byte
	if err = verify(r); err == nil {
		page, err = r.SearchTemplate()
	}
	if err == nil {
		out.Template, err = publish.ParseSearchTemplate(page)
	}
	if err == nil && m.Search != nil {
		err = guarded(func() (err error) {
			out.Search, err = search.Open(r.SearchDir(), at)
			return err
		})
	}
	if err == nil && out.Search != nil && out.Search.Count() != m.Search.Documents {
		err = fmt.Errorf("%w: it has %d articles, and the manifest says %d", search.ErrDamaged, out.Search.Count(), m.Search.Documents)
	}
	if err != nil {
		if out.Search != nil {
			out.Search.Close()
		}
		r.Close()
		return nil, nil, fmt.Errorf("server: %w", err)
	}
	if out.Search == nil {
		return out, func() { r.Close() }, nil
	}
	if !out.Search.Clustered() {
		out.IndexBytes = search.Size(r.SearchDir())
	}
	// Opening an index leaves as much behind as it keeps.
	debug.FreeOSMemory()
	return out, func() { out.Search.Close(); r.Close() }, nil
}

// guarded does something with an index that may not be what it seems: what the
// libraries below it take for granted must not end the process.
func guarded(do func() error) (err error) {
	// A segment is mapped into memory; one that is cut short while it is open
	// faults.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", search.ErrDamaged, p)
		}
	}()
	return do()
}

const (
	// pollEvery is how often the way to the live release is looked at: a few
	// system calls, so that a new release is live well within a second.
	pollEvery = 250 * time.Millisecond
	// A release that was refused is tried again, since it may still be on its
	// way here: soon at first, then less and less often.
	retryFirst = 500 * time.Millisecond
	retryMost  = 15 * time.Second
	// lost is how many looks in a row may find no release before anybody is
	// told: a link that is not switched in one step is away for a moment.
	lost = 4
)

// Reload makes Follow load the release now, whether it looks new or not.
func (s *Server) Reload() {
	select {
	case s.reload <- struct{}{}:
	default: // it will
	}
}

// follower is what Follow remembers between two looks.
type follower struct {
	server  *Server
	path    string
	live    publish.Place // of the release that is served
	refused refusal
	missing int // looks in a row that found none
}

// refusal is what did not open last. The zero refusal is nothing.
type refusal struct {
	place  publish.Place
	reason string    // why, as it was logged
	next   time.Time // when it is tried again
	wait   time.Duration
}

// note takes what did not open, sets the time of the next try, and reports
// whether that is another reason than the last one.
func (r *refusal) note(place publish.Place, err error) bool {
	r.wait = min(max(2*r.wait, retryFirst), retryMost)
	if !place.Is(r.place) {
		r.wait = retryFirst
	}
	r.place, r.next = place, time.Now().Add(r.wait)
	reason := place.String() + kindOf(err)
	another := reason != r.reason
	r.reason = reason
	return another
}

// rests reports whether a place is not to be tried again yet.
func (r *refusal) rests(place publish.Place) bool {
	return place.Is(r.place) && time.Now().Before(r.next)
}

// Follow makes each new release at a path live until the context ends: a folder
// of releases, or a link that is switched from one to another. One that is
// broken, not all there yet or of another version is logged once, and the one
// before serves on. It is tried again, because it may be on its way.
func (s *Server) Follow(ctx context.Context, path string) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	defer s.followPosts(ctx)()
	f := follower{server: s, path: path}
	live, done := s.holder.Acquire()
	if place, err := publish.Find(path); err == nil && live != nil && live.source != nil && place.Holds(live.source) {
		f.live = place // else another became live since it was loaded
	}
	if live != nil {
		s.keepOthers(path, live)
	}
	done()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.reload:
			f.look(ctx, true)
		case <-tick.C:
			f.look(ctx, false)
		}
	}
}

// look loads the release when there is another, or when told to.
func (f *follower) look(ctx context.Context, told bool) {
	if told { // who asks is told again what is wrong
		f.refused = refusal{}
	}
	place, err := publish.Find(f.path)
	if err != nil {
		if f.missing++; told || f.missing == lost {
			f.refuse(place, err)
		}
		return
	}
	f.missing = 0
	switch {
	case told:
	case place.Is(f.live):
		f.refused = refusal{}
		return
	case f.refused.rests(place):
		return
	}
	live, done := f.server.holder.Acquire()
	defer done()
	known := live
	if told { // then nothing is taken for granted
		known = nil
	}
	next, closeNext, err := load(ctx, f.path, f.server.options.Cluster, known, live != nil)
	switch {
	case ctx.Err() != nil:
		if err == nil {
			closeNext()
		}
		return
	case err != nil:
		f.refuse(place, err)
		return
	}
	f.live, f.refused = place, refusal{}
	if was, done := f.server.holder.Acquire(); was != nil {
		f.server.before.keep(was, next, f.server.before.now().Add(keptFor))
		done()
	}
	f.server.holder.Swap(next, closeNext)
	f.server.metrics.show(next)
	f.server.log.Info("new release", "release", next.ID, "articles", next.Articles)
}

// refuse logs why a release is not served, once for each reason.
func (f *follower) refuse(place publish.Place, err error) {
	if !f.refused.note(place, err) {
		return
	}
	serving := "none"
	if live, done := f.server.holder.Acquire(); live != nil {
		serving = live.ID
		done()
	}
	f.server.metrics.refused.Inc()
	f.server.log.Error("new release refused, the old one serves on", "release", place.Name(), "serving", serving, "error", err)
}

// kindOf is what is wrong with a release, without the detail, which changes
// while a copy goes on.
func kindOf(err error) string {
	for _, kind := range []error{publish.ErrNoRelease, publish.ErrIncomplete, publish.ErrSchema, publish.ErrDamaged, search.ErrSchema, search.ErrClusterSchema, search.ErrDamaged} {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	return err.Error()
}
