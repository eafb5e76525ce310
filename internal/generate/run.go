// Package generate runs the phases that turn a content folder into a site: list
// the files, read each, resolve the whole, apply the rules, render, index, and
// publish a release.
//
// In: a content folder and a theme. Out: a release folder (Run), or a Loaded
// site in memory (Loader), for whoever shows it in another way. What was read
// from a file is kept as long as the file is the same; everything after that is
// made from the whole each time, so nothing can go stale.
//
// What flows from one phase to the next: a listing, a Folder of sources, a
// Loaded site, a release in the making, a Result.
package generate

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/search"
	"whyfix/internal/site"
)

// Options say what to make a site of, and what to make of it.
type Options struct {
	Content string           // the content folder, as the person named it
	Theme   string           // name or folder; empty: what site.yaml says, else the built-in one
	Base    string           // instead of what site.yaml says; empty: that
	Drafts  bool             // drafts and articles of the future, too
	Now     func() time.Time // nil: the clock
	// Uncoloured articles have no colours in their code: for somebody who shows no page.
	Uncoloured bool
	Progress   *Progress      // is told how far a build is; it may be nil
	Release    ReleaseOptions // for Run
}

// ReleaseOptions say how to publish.
type ReleaseOptions struct {
	Public    string // the folder of the releases
	Keep      int    // how many releases stay
	Index     bool   // make the search index
	Compress  bool   // write compressed copies beside text files
	Full      bool   // make a release even if nothing changed
	Strict    bool   // a symptom that does not find its article is an error
	Generator string // the program and its version
	// What holds the index, where site.yaml is not to say it: see EngineSettings of
	// package content. Zero values leave it to site.yaml.
	Engine  string
	Cluster search.Cluster
}

// Result says what a build did.
type Result struct {
	publish.Result
	Loaded          *Loaded // what it is made of, with what is wrong with it; nil if a look told that nothing has changed
	Articles, Pages int
	Made            int       // pages that were made, not taken over from the last release
	Why             diag.Text // they were; empty when all had to be made
	Indexed         bool      // the search index was made anew
	Warnings        int
	LeftOut         site.LeftOut         // files that are not built
	Sources         []publish.FeedSource // what else is found beside the articles
	NotKept         error                // why the next build will know nothing of this one
	NotTidied       error                // why indexes that nobody needs are still in the cluster
	LeftInCluster   []string             // their addresses, where no later build will remove them

	left publish.Left // how the release was left
}

var (
	// ErrContent is returned when the content, or the theme, has mistakes; they are
	// in Loaded.Diags.
	ErrContent = errors.New("the content has errors")
	// ErrPromise is returned by a strict build when a symptom does not find its
	// article; Loaded.Diags says which.
	ErrPromise = errors.New("a promise is broken")
)

// Run makes a release of a content folder. Until it returns nil the live release
// is the one from before. Of what was read and made it leaves a Store beside the
// releases, so that the next time only what changed is.
func Run(ctx context.Context, o Options) (Result, error) {
	loader, err := NewLoader(o)
	if err != nil {
		return Result{}, err
	}
	defer loader.Close()

	// List the files: a look at each may show that there is nothing to do.
	seen, listed, err := look(ctx, loader)
	if err != nil {
		return Result{}, err
	}
	if last, same := seen.unchanged(o.Release.Public); same && !o.Release.Full {
		held, err := search.Holds(ctx, o.Release.Cluster, filepath.Join(o.Release.Public, last.Left.Release, "search"))
		if held || err != nil {
			return last.result(), err
		}
	}
	store, closeStore, err := beside(o.Release.Public, o.Release.Full)
	if err != nil {
		return Result{}, err
	}
	defer closeStore()
	if store != nil {
		loader.keepIn(store)
	}
	collector := steer(len(listed.files), o.Release.Index, len(loader.sources) > 0)
	defer collector.back()

	// Read each that has changed, and resolve the whole.
	folder, err := loader.read(ctx, listed)
	if err != nil {
		return Result{}, err
	}
	loaded, err := loader.resolve(folder)
	if err != nil {
		return Result{}, err
	}

	r := &release{Loaded: loaded, options: o.Release, progress: o.Progress, making: collector.making}
	err = r.run(ctx, loader.options.Now())
	if err == nil && store != nil && r.result.NotKept == nil {
		_ = seen.remember(o.Release.Public, r.result) // else the next build looks closer
	}
	return r.result, err
}

// beside opens what the last build kept beside its releases. It is nil while
// another build is at work; that one will be refused soon enough.
func beside(public string, empty bool) (*Store, func(), error) {
	_, err := os.Stat(public)
	first := errors.Is(err, fs.ErrNotExist)
	dir, unlock, err := publish.Scratch(public)
	if errors.Is(err, publish.ErrBusy) {
		return nil, func() {}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	store, err := openStore(dir, empty)
	if err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	return store, func() {
		_ = store.texts.close()
		_ = unlock()
		if _, err := publish.Current(public); first && err != nil { // nothing was built: as it was
			_ = os.RemoveAll(dir)
			_ = os.Remove(public)
		}
	}, nil
}

// buffers are used again for what is made of one file or page.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// parallel calls work for 0…n-1 on all processors and returns the first error.
func parallel(ctx context.Context, n int, work func(i int) error) error {
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), n) {
		group.Go(func() error {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := work(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// How much the heap may grow, in percent, between two collections, and how much
// memory a build takes. While files are read nearly all that is made stays, and
// after a small change there is little else to make; but pages are thrown away
// as soon as they are written. Without an index there is room, unless the site
// is large.
const (
	readingGC      = 150
	fewGC          = 400
	makingGC       = 60
	readingAloneGC = 600
	makingAloneGC  = 400
	largeSite      = 30_000 // files
	// The heap of a large site's build would grow beyond it only to be collected
	// less often. What must stay in memory of an article is some 5 kB, and less room
	// than half as much again would be collecting all the time.
	mostMemory  = 2_600 << 20 // bytes
	someMemory  = 1_000 << 20
	memoryAFile = 8 << 10
)

// collector is the collector of garbage as a build steers it.
type collector struct {
	percent int // while pages are made
	was     int
	wasMost int64
}

// steer sets the collector for reading a folder of some files. Known tells that
// there is something from the last build.
func steer(files int, index, known bool) collector {
	reading, making := readingGC, makingGC
	if !index && files < largeSite {
		reading, making = readingAloneGC, makingAloneGC
	}
	if known {
		reading = fewGC
	}
	most := max(mostMemory, someMemory+memoryAFile*int64(files))
	return collector{making, debug.SetGCPercent(reading), debug.SetMemoryLimit(most)}
}

// making is called when all pages are to be made.
func (c collector) making() { debug.SetGCPercent(c.percent) }

// back sets the collector as it was.
func (c collector) back() {
	debug.SetGCPercent(c.was)
	debug.SetMemoryLimit(c.wasMost)
}

// Progress tells how far a build is, to whoever looks. Its zero value is ready,
// and so is nil.
type Progress struct{ phase atomic.Pointer[phase] }

// phase is one phase of a build.
type phase struct {
	name    string
	total   int
	done    atomic.Int64
	started time.Time
}

// Phases of a build.
const (
	PhaseReading = "reading"
	PhasePages   = "pages"
	PhaseIndex   = "index"
	PhaseRelease = "release"
)

// Begin starts a phase; done counts a part of it.
func (p *Progress) Begin(name string, total int) (done func()) {
	if p == nil {
		return func() {}
	}
	now := &phase{name: name, total: total, started: time.Now()}
	p.phase.Store(now)
	return func() { now.done.Add(1) }
}

// Now is the phase, how much of it is done and of how much, and since when. The
// name is empty before the first.
func (p *Progress) Now() (name string, done, total int, since time.Time) {
	now := p.phase.Load()
	if now == nil {
		return "", 0, 0, time.Time{}
	}
	return now.name, int(now.done.Load()), now.total, now.started
}
