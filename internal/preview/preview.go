// Package preview is the writer's desk: one working site that changes with
// every edit, and a browser that shows it.
//
// In: a content folder. Out: an HTTP handler that serves the site through the
// same server as in production, and tells the open pages when to load again or
// which mistakes to show. Pages are made when they are asked for, so an edit
// costs what it touches, however large the site is.
package preview

import (
	"context"
	"crypto/rand"
	"errors"
	"hash/maphash"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"whyfix/internal/diag"
	"whyfix/internal/generate"
	"whyfix/internal/publish"
	"whyfix/internal/render"
	"whyfix/internal/search"
	"whyfix/internal/server"
	"whyfix/internal/watch"
)

// Options say what to preview.
type Options struct {
	Build    generate.Options
	Language diag.Language // of whoever writes
	Log      *slog.Logger
	Report   func(State)                          // called after each build, one at a time
	After    func(time.Duration) <-chan time.Time // waits for the next change that no edit makes; nil: time.After
}

// State is what one build gave.
type State struct {
	Number int  // of the build, from 1
	Good   bool // the pages show it; otherwise they show the last good one
	Loaded *generate.Loaded
	Took   time.Duration
}

// Preview is the working site. It is safe for concurrent requests.
type Preview struct {
	options  Options
	loader   *generate.Loader
	live     *search.Live
	synonyms []search.Synonyms         // of live
	indexed  map[string]generate.Stamp // of what is indexed, by URL
	holder   server.Holder
	server   *server.Server
	pages    *hub
	seed     maphash.Seed

	last    atomic.Pointer[told]
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	number  int
	looking func()    // ends the look at the last build
	run     string    // tells this preview from the one that was started before
	good    bool      // some build was good
	next    time.Time // when the clock alone changes the site; zero: never
}

// quiet is how long nothing may happen before an edit counts as finished:
// editors save in several steps.
const quiet = 10 * time.Millisecond

// New opens the content folder.
func New(o Options) (*Preview, error) {
	if o.Build.Now == nil {
		o.Build.Now = time.Now
	}
	loader, err := generate.NewLoader(o.Build)
	if err != nil {
		return nil, err
	}
	p := &Preview{looking: func() {}, options: o, loader: loader, pages: newHub(o.Language), seed: maphash.MakeSeed(), run: rand.Text()}
	p.server = server.New(&p.holder, o.Log, server.Options{})
	return p, nil
}

// Start makes the first build and follows the edits until the context ends or
// Close is called.
func (p *Preview) Start(ctx context.Context) error {
	// site.yaml may name another theme at any time, so all beside it are watched.
	themes := filepath.Join(p.options.Build.Content, "..", "themes")
	dirs := []string{p.options.Build.Content}
	if name := p.options.Build.Theme; name != "" {
		dir := generate.ThemeDir(name, p.options.Build.Content)
		if rel, err := filepath.Rel(themes, dir); dir != "" && (err != nil || !filepath.IsLocal(rel)) {
			dirs = append(dirs, dir)
		}
	}
	w, err := watch.New(dirs, []string{themes}, quiet, func(err error) {
		p.options.Log.Warn("watching for edits", "error", err)
	})
	if err != nil {
		return err
	}
	if err := p.build(ctx, nil); err != nil {
		w.Close()
		return err
	}
	<-p.last.Load().checked
	ctx, p.cancel = context.WithCancel(ctx)
	context.AfterFunc(ctx, p.pages.close) // open pages must not hold up the end
	p.wg.Go(func() {
		defer w.Close()
		p.follow(ctx, w)
	})
	return nil
}

func (p *Preview) follow(ctx context.Context, w *watch.Watcher) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.tick():
			if !p.due() {
				continue
			}
			if err := p.build(ctx, nil); err != nil && ctx.Err() == nil {
				p.options.Log.Warn("the content folder cannot be read; the last good pages stay", "error", err)
			}
		case batch := <-w.Changes():
			err := error(nil)
			if batch.Rescan {
				p.looking()
				err = p.loader.Reopen()
			}
			if err == nil {
				err = p.build(ctx, batch.Paths)
			}
			if err != nil && ctx.Err() == nil {
				p.options.Log.Warn("the content folder cannot be read; the last good pages stay", "error", err)
			}
		}
	}
}

// build loads what changed and shows it, or shows what is wrong with it.
func (p *Preview) build(ctx context.Context, changed []string) error {
	start := time.Now()
	p.looking()
	loaded, err := p.loader.Follow(ctx, changed)
	if err != nil {
		return err
	}
	p.number++
	p.next = loaded.Site.NextChange.At
	state := State{Number: p.number, Loaded: loaded}
	// While the rules look at the site, it is made ready: most edits are good.
	checked := make(chan struct{})
	early := loaded.Diags.Errors() == 0 && loaded.Renderer != nil
	go func() {
		loaded.CheckErrors()
		close(checked)
	}()
	var release *server.Release
	if early {
		release, err = p.prepare(loaded)
	}
	<-checked
	switch d, bad := generate.ThemeProblem(loaded, err); {
	case bad:
		loaded.Diags = append(loaded.Diags, d)
	case err != nil:
		return err
	case early && loaded.Diags.Errors() == 0:
		p.holder.Swap(release, func() { release.Search.Close() })
		state.Good, p.good = true, true
	case release != nil: // the rules found an error
		release.Search.Close()
	}
	if !state.Good && !p.good {
		p.holder.Swap(nothingYet(p.run), nil)
	}
	state.Took = time.Since(start)
	last := &told{Loaded: loaded, checked: make(chan struct{})}
	p.last.Store(last)
	p.pages.tell(message{Run: p.run, Build: p.number, Good: state.Good, Problems: p.problems(loaded)})
	p.look(ctx, last, state)
	return nil
}

// look looks for what stops nobody, while the pages are loading, and reports
// the build. The next build does not wait for it: it looks again.
func (p *Preview) look(ctx context.Context, last *told, state State) {
	ctx, cancel := context.WithCancel(ctx)
	p.looking = func() {
		cancel()
		<-last.checked
	}
	p.wg.Go(func() {
		defer cancel()
		last.Check(ctx)
		if p.options.Report != nil {
			p.options.Report(state)
		}
		close(last.checked)
	})
}

// told is what the open pages were told of last.
type told struct {
	*generate.Loaded
	checked chan struct{} // closed when its Diags are complete
}

// mark is how a page says which build it shows.
func (p *Preview) mark() string { return "run=" + p.run + "&build=" + strconv.Itoa(p.number) }

// prepare makes a release of what was loaded, to become the live one.
func (p *Preview) prepare(l *generate.Loaded) (*server.Release, error) {
	extra, templateSource, err := generate.Extras(l)
	if err != nil {
		return nil, err
	}
	template, err := publish.ParseSearchTemplate(inject(here(templateSource, l), p.mark()))
	if err != nil {
		return nil, err
	}
	index, err := p.index(l)
	if err != nil {
		return nil, err
	}
	redirects, gone := render.OldAddresses(l.Site)
	return &server.Release{
		Redirects: redirects, Gone: gone,
		ID: "preview-" + p.run + "-" + strconv.Itoa(p.number), Base: l.Site.Prefix, Origins: l.Site.Settings.Origins, Private: l.Site.Settings.Private(), Policy: publish.PagePolicy("", l.Site.Settings.Frames(), generate.Allowed(l.Site.Settings.Allow)),
		WWW: newFiles(l, extra, p.mark(), filepath.ToSlash(p.options.Build.Content), p.options.Language), Search: index, Template: template,
	}, nil
}

// index brings the search up to date with what changed.
func (p *Preview) index(l *generate.Loaded) (*search.Searcher, error) {
	if p.live == nil || !reflect.DeepEqual(p.synonyms, l.Synonyms) {
		live, err := search.NewLive(l.Synonyms)
		if err != nil {
			return nil, err
		}
		if old := p.live; old != nil { // its last index answers until its release is closed
			if err := old.Close(); err != nil {
				return nil, err
			}
		}
		p.live, p.synonyms, p.indexed = live, l.Synonyms, map[string]generate.Stamp{}
	}
	var changed []*search.Document
	pages := generate.Searched(l.Site)
	now := make(map[string]generate.Stamp, len(pages))
	for i, stamp := range generate.Stamps(pages, p.seed) {
		now[stamp.URL] = stamp
		if p.indexed[stamp.URL] != stamp {
			changed = append(changed, generate.Document(&pages[i], pages[i].Doc))
		}
	}
	var gone []string
	for url := range maps.Keys(p.indexed) {
		if _, there := now[url]; !there {
			gone = append(gone, url)
		}
	}
	index, err := p.live.Apply(changed, gone)
	if err == nil {
		p.indexed = now
	}
	return index, err
}

// ServeHTTP serves the site, and below /_whyfix/ what keeps pages up to date.
func (p *Preview) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case !strings.HasPrefix(r.URL.Path, "/_whyfix/"):
		p.server.ServeHTTP(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "use GET", http.StatusMethodNotAllowed)
	case !fromHere(r):
		http.Error(w, "this is for the pages of the preview only", http.StatusForbidden)
	case r.URL.Path == "/_whyfix/page":
		p.page(w, r)
	default:
		p.pages.ServeHTTP(w, r)
	}
}

// fromHere reports whether a request comes from a page of the preview, or from no
// page at all: what is below /_whyfix/ tells of drafts, and no other site has to
// ask for it or to hold its connections.
func fromHere(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// Close stops following edits and gives everything back.
func (p *Preview) Close() error {
	if p.cancel != nil {
		p.cancel()
	}
	p.wg.Wait()
	p.pages.close()
	p.holder.Swap(nil, nil)
	errs := []error{p.loader.Close()}
	if p.live != nil {
		errs = append(errs, p.live.Close())
	}
	return errors.Join(errs...)
}

// mostProblems is how many errors an open page is told: more than anybody
// reads on it, and the terminal has them all.
const mostProblems = 100

func (p *Preview) problems(l *generate.Loaded) []problem {
	var errors diag.List
	for _, d := range l.Diags {
		if d.Severity == diag.Error && len(errors) < mostProblems {
			errors = append(errors, d)
		}
	}
	out := []problem{}
	for _, d := range l.WithLines(errors) {
		out = append(out, p.forPage(d))
	}
	return out
}
