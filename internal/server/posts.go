package server

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"

	"whyfix/internal/limit"
	"whyfix/internal/publish"
	"whyfix/internal/search"
)

// Posts are documents that are no pages, and are found beside the articles. They
// change without a release. Whatever is wrong with them, articles are found: they
// are left out, and the log and the metrics say why.

// livePosts are a generation of them as it is asked.
type livePosts struct {
	source *publish.Posts
	search *search.Searcher
}

// version tells apart what is found beside the articles, for who holds an answer.
// With posts that expire it is another each minute.
func (p *livePosts) version(now time.Time) string {
	if p == nil {
		return ""
	}
	m := p.source.Manifest()
	out := "." + m.ID
	if m.Expiring > 0 {
		out += "." + strconv.FormatInt(now.Unix()/60, 36)
	}
	return out
}

// tells how many posts there are, and of when.
func (p *livePosts) tells() string {
	if p == nil {
		return ""
	}
	m := p.source.Manifest()
	return fmt.Sprintf("posts: %d, changed %s\n", m.Documents, m.Time.Format(time.RFC3339))
}

// federated asks articles and posts for a request.
func (s *Server) federated(x *exchange, release *Release) search.Federated {
	f := search.Federated{Articles: release.Search, Base: release.Base, Now: time.Now(), Beside: func(do func() error) error {
		var err error
		took, _ := limit.ProcessorTime(func() error { err = guarded(do); return nil })
		x.aside.Add(int64(took))
		return err
	}}
	if x.posts != nil {
		f.Posts = x.posts.search
	}
	return f
}

// withoutPosts notes that a search was answered without posts that are there.
func (s *Server) withoutPosts(err error) {
	s.metrics.postsFailed.Inc()
	s.beside.log(s.log, "posts are left out of answers, articles are found", err)
}

// postsHolder hands out the live posts and keeps each generation open until its
// last request is done.
type postsHolder struct {
	mu   sync.Mutex
	live *held[livePosts]
}

// Swap makes another generation live; nil: none is.
func (h *postsHolder) Swap(p *livePosts) {
	h.mu.Lock()
	old := h.live
	h.live = hold(p, func() { p.search.Close() })
	h.mu.Unlock()
	old.leave()
}

// Acquire returns the live posts, or nil, and a function to call when done with
// them.
func (h *postsHolder) Acquire() (*livePosts, func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.live.use()
}

// Label says what sources are called in a language.
func (r *Release) Label(result *search.Result, language string) {
	labels := r.Feed.Labels[language]
	if labels == nil {
		labels = r.Feed.Labels[r.Feed.Language]
	}
	for i := range result.Hits {
		if h := &result.Hits[i]; h.Source != "" {
			h.Label = cmp.Or(labels[h.Source], h.Source)
		}
	}
	for i := range result.Facets.Source {
		c := &result.Facets.Source[i]
		c.Label = cmp.Or(labels[c.Value], c.Value)
	}
}

// day is a date as a page shows it; empty if it is not known.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// hostOf is the host of an address of another site; empty of this one's.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// OpenPosts opens the posts of a folder for a few questions. Without posts it is
// publish.ErrNoRelease, wrapped.
func OpenPosts(dir string, at search.Cluster) (*search.Searcher, error) {
	p, err := publish.OpenPosts(dir)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	return openPosts(p, at)
}

func openPosts(p *publish.Posts, at search.Cluster) (x *search.Searcher, err error) {
	err = guarded(func() (err error) {
		x, err = search.Open(p.SearchDir(), at)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("server: posts: %w", err)
	}
	return x, nil
}

// postsFollower is what is remembered between two looks at the posts.
type postsFollower struct {
	server  *Server
	live    publish.Place
	refused refusal
}

// LoadPosts takes the posts that there are, before the first reader comes. What is
// wrong with them is logged. Follow takes those that come after.
func (s *Server) LoadPosts(ctx context.Context) {
	if s.options.Posts != "" {
		s.follows.look(ctx)
	}
}

// followPosts takes each new generation of posts until the context ends. What it
// returns waits for the end.
func (s *Server) followPosts(ctx context.Context) (wait func()) {
	if s.options.Posts == "" {
		return func() {}
	}
	f := &s.follows
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(pollEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				f.look(ctx)
			}
		}
	}()
	return func() {
		<-ended
		s.posts.Swap(nil)
	}
}

// look loads the posts when there are others.
func (f *postsFollower) look(ctx context.Context) {
	s := f.server
	place, err := publish.Find(s.options.Posts)
	if err != nil {
		// Most sites have none. Where there were some, they stay until others come.
		if _, errCurrent := publish.Current(s.options.Posts); errCurrent == nil {
			f.refuse(place, err)
		}
		return
	}
	if place.Is(f.live) || f.refused.rests(place) {
		return
	}
	next, err := f.load(ctx)
	switch {
	case ctx.Err() != nil:
		if err == nil {
			next.search.Close()
		}
	case err != nil:
		f.refuse(place, err)
	default:
		f.live, f.refused = place, refusal{}
		s.posts.Swap(next)
		s.metrics.showPosts(next.source.Manifest())
		s.log.Info("new posts", "posts", next.source.Manifest().Documents, "changed", next.source.Manifest().Time.Format(time.RFC3339))
	}
}

// load opens the live generation, if it is whole.
func (f *postsFollower) load(ctx context.Context) (*livePosts, error) {
	s := f.server
	p, err := publish.OpenPosts(s.options.Posts)
	if err != nil {
		return nil, err
	}
	var known *publish.Posts
	if live, done := s.posts.Acquire(); live != nil {
		known = live.source
		done()
	}
	if err := p.Verify(ctx, search.Root{}, known); err != nil {
		return nil, err
	}
	x, err := openPosts(p, s.options.Cluster)
	if err != nil {
		return nil, err
	}
	return &livePosts{source: p, search: x}, nil
}

// refuse says once for each reason why posts are not served.
func (f *postsFollower) refuse(place publish.Place, err error) {
	if !f.refused.note(place, err) {
		return
	}
	serving := "none"
	if live, done := f.server.posts.Acquire(); live != nil {
		serving = live.source.Manifest().ID
		done()
	}
	f.server.metrics.postsRefused.Inc()
	f.server.log.Error("new posts refused, articles are found all the same", "serving", serving, "error", err)
}
