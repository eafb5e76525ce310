package generate

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/render"
	"whyfix/internal/search"
	"whyfix/internal/site"
)

// release is a release of a site in the making.
type release struct {
	*Loaded
	options  ReleaseOptions
	progress *Progress
	making   func() // is called before most pages are made; it may be nil

	kept      *Store // what is known of the last one
	model     model  // of the site
	sameModel bool   // the last one was made of the same
	writer    *publish.Writer
	manifest  publish.Manifest
	promises  diag.List // broken ones
	place     *placing  // of an index that is in a cluster
	left      *leaving  // the cluster that releases of before had theirs in
	indexing  indexing
	result    Result
}

// run makes it: it opens a release, then the rules are applied to the site, pages
// rendered and the index made, side by side; addresses are compared with the
// last release's, and it is published.
func (r *release) run(ctx context.Context, now time.Time) (err error) {
	r.result = Result{Loaded: r.Loaded, Articles: len(r.Site.Articles)}
	defer func() {
		if d, bad := ThemeProblem(r.Loaded, err); bad {
			r.Diags, err = append(r.Diags, d), ErrContent
		}
		r.result.Warnings = len(r.Diags) - r.Diags.Errors()
		r.result.LeftOut = r.Site.LeftOut()
	}()
	if r.Diags.Errors() > 0 || r.Renderer == nil {
		r.Check(ctx) // all mistakes at once
		return ErrContent
	}
	if err := r.open(now); err != nil {
		return err
	}
	defer r.writer.Abort()
	// What waits for the disk at times lets the others go on.
	group, making := errgroup.WithContext(ctx)
	group.Go(func() error { r.Check(ctx); return nil })
	group.Go(func() error { return r.render(making) })
	group.Go(func() error { return r.index(making) })
	if err := group.Wait(); err != nil {
		return err
	}
	// What is kept is right whatever becomes of the release: it is compared with
	// the live one.
	var saving sync.WaitGroup
	defer saving.Wait()
	if r.store != nil {
		saving.Go(func() { r.result.NotKept = r.store.save() })
	}
	r.compare()
	if err = r.publish(); errors.Is(err, ErrContent) || errors.Is(err, ErrPromise) {
		r.tidy(nil) // of what nobody will see
	}
	return err
}

// open begins a release, and finds out what of the last one still holds.
func (r *release) open(now time.Time) (err error) {
	if r.kept = r.store; r.kept == nil {
		r.kept = &Store{}
	}
	if r.model, err = modelOf(r.Loaded); err != nil {
		return err
	}
	r.sameModel = r.model == r.kept.Model
	if r.making != nil && !r.sameModel {
		r.making()
	}
	if r.writer, err = publish.Create(r.options.Public, now, search.Root{}); err != nil {
		return err
	}
	if r.options.Full {
		r.writer.Fresh()
	} else if last, ok := readLast(r.options.Public); ok {
		r.writer.Trust(last.Left)
	}
	return nil
}

// render writes everything below www/, and search.html.
func (r *release) render(ctx context.Context) error {
	s := newSiteWriter(r)
	if err := s.pages(ctx, r.Renderer.Outputs()); err != nil {
		return err
	}
	r.result.Pages = s.count
	r.result.Made = int(s.made.Load())
	if err := s.assets(ctx); err != nil {
		return err
	}
	extra, template, err := Extras(r.Loaded)
	if err != nil {
		return err
	}
	err = parallel(ctx, len(extra), func(i int) error { return s.put(extra[i].Path, extra[i].Data) })
	if err != nil {
		return err
	}
	if err := s.lists(ctx); err != nil {
		return err
	}
	r.indexing.show(r.progress) // which may take longer
	return s.PutSearchTemplate(template)
}

// index makes the search index, or takes over the last one when it would
// answer the same, and tries the promises of the articles against it.
func (r *release) index(ctx context.Context) error {
	if !r.options.Index {
		return nil
	}
	last := &r.kept.Indexed
	if last.Model != r.model {
		*last = indexed{Model: r.model}
		last.Doubtful, last.Crowds = r.doubtful()
	}
	docs, err := r.documents(ctx, last)
	if err != nil {
		return err
	}
	content := search.NewContent(docs, r.Synonyms)
	info := &publish.SearchInfo{Schema: search.Schema, Documents: len(docs), Digest: content.Digest()}
	place, err := r.placing(info)
	if err != nil {
		return err
	}
	dir := r.writer.LastSearch()
	same := false
	if dir != "" {
		before := *r.writer.Previous().Search
		name := before.Index
		before.Index = info.Index
		if same = before == *info; same && place != nil {
			same, err = search.Holds(ctx, place.at, dir)
		}
		if same {
			info.Index = name
		}
	}
	switch {
	case err != nil:
	case same:
		err = r.writer.LinkSearch()
	case place != nil:
		r.result.Indexed = true
		dir, err = r.sendIndex(ctx, content, place)
	default:
		r.result.Indexed = true
		dir, err = r.makeIndex(ctx, content, dir)
	}
	if err != nil {
		return err
	}
	r.manifest.Search = info
	if !r.result.Indexed && len(last.Doubtful) == 0 {
		r.promises = told(r.Loaded, nil, last.Crowds)
		return nil
	}
	at := search.Cluster{}
	if place != nil {
		at = place.at
	}
	x, err := search.Open(dir, at)
	if err != nil {
		return err
	}
	defer x.Close()
	if r.result.Indexed {
		// What is an answer on this site is measured on the index as it is.
		if err := x.Measure(ctx, dir); err != nil {
			return err
		}
	}
	broken, err := x.Try(ctx, last.Doubtful)
	r.promises = told(r.Loaded, broken, last.Crowds)
	return err
}

// makeIndex makes an index, from the last one if that can be.
func (r *release) makeIndex(ctx context.Context, content *search.Content, last string) (dir string, err error) {
	if dir, err = r.writer.SearchDir(); err != nil {
		return "", err
	}
	made, err := content.Write(ctx, dir, last, r.kept.Base)
	if err == nil {
		r.kept.Base = made.Base
	}
	return dir, err
}

// compare tells which addresses of the last release lead nowhere in this one.
func (r *release) compare() {
	before := r.writer.Previous()
	if before == nil {
		return
	}
	holds := func(file string) bool {
		sum, size := r.writer.Holds(file)
		return sum != "" || size > 0
	}
	www := os.DirFS(filepath.Join(r.options.Public, before.ID, "www"))
	r.manifest.Vanished = r.vanished(Before{before, www}, holds)
	lost := r.tellVanished(r.manifest.Vanished, func(file string) string {
		sum, _ := r.writer.Holds(file)
		return sum
	})
	for i := range lost { // the release is right without them; check -against is strict
		lost[i].Severity = diag.Warning
	}
	r.Diags = append(r.Diags, lost...)
}

// publish makes the release the live one, if nothing is wrong with it.
func (r *release) publish() (err error) {
	r.Diags = append(r.Diags, r.promises...).Sort()
	switch {
	case r.Diags.Errors() > 0: // the site takes one of the rules, or a promise, for an error
		return ErrContent
	case r.options.Strict && len(r.promises) > 0:
		return ErrPromise
	}
	r.progress.Begin(PhaseRelease, 0)
	settings := r.Site.Settings
	r.manifest.NextChange, r.manifest.Generator, r.manifest.Base = r.Site.NextChange.At, r.options.Generator, r.Site.Prefix
	r.manifest.Origins, r.manifest.Endpoint = settings.Origins, settings.Endpoint
	r.manifest.Private = settings.Private()
	r.manifest.Frames, r.manifest.Allow = settings.Frames(), Allowed(settings.Allow)
	r.manifest.Feed = feedOf(r.Site)
	r.result.Sources = r.manifest.Feed.Sources
	r.manifest.Counts.Articles = len(r.Site.Articles)
	r.manifest.Redirects, r.manifest.Gone = render.OldAddresses(r.Site)
	r.left = r.leave()
	r.result.Result, err = r.writer.Commit(r.manifest, r.options.Keep)
	r.tidy(err)
	r.result.left = r.writer.Left()
	return err
}

// Allowed is what pages may use beside their own host, as a release says it.
func Allowed(a content.Allow) publish.Allow {
	return publish.Allow{Scripts: a.Scripts, Connections: a.Connections, Images: a.Images, Media: a.Media}
}

// Pages are all pages of the model, and the same as Markdown.
func Pages(l *Loaded) []render.Output { return slices.Collect(l.Renderer.Outputs()) }

// Extras are the files that belong to no page of the model and are needed for
// every answer: the theme's assets and the empty search pages; and the
// release's search template.
func Extras(l *Loaded) (files []render.File, template []byte, err error) {
	template, err = l.Renderer.SearchTemplate()
	if err != nil {
		return nil, nil, err
	}
	parsed, err := trySearch(template)
	if err != nil {
		return nil, nil, err
	}
	files = l.Renderer.Files()
	for _, language := range l.Site.Languages {
		var empty bytes.Buffer
		page := render.SearchPage(language)
		if err := parsed.Execute(&empty, publish.SearchView{Page: page}); err != nil {
			return nil, nil, err
		}
		files = append(files, render.File{Path: page + "index.html", Data: empty.Bytes()})
	}
	return files, template, nil
}

// Lists are the files that grow with the site and are not made for people: the
// lists for searching without the endpoint, and what is for programs alone.
func Lists(l *Loaded) ([]render.File, error) {
	lists, err := l.Renderer.SearchLists()
	if err != nil {
		return nil, err
	}
	wellKnown, err := l.Renderer.WellKnownFiles()
	if err != nil {
		return nil, err
	}
	return append(lists, wellKnown...), nil
}

// feedOf is what a site says of documents beside it that are no pages.
func feedOf(s *site.Site) publish.Feed {
	out := publish.Feed{Language: s.Settings.Language, Timezone: s.Settings.Timezone.Value}
	var tags []string
	for _, l := range s.Languages {
		tags = append(tags, l.Tag)
	}
	out.Labels = s.Settings.Labels(tags)
	for _, source := range s.Settings.Sources {
		for _, pattern := range source.Files {
			out.Sources = append(out.Sources, publish.FeedSource{Pattern: pattern.Value, Kind: source.Kind, Language: source.Language})
		}
	}
	return out
}
