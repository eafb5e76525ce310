package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
	"whyfix/internal/publish"
	"whyfix/internal/render"
	"whyfix/internal/search"
)

// ReleaseOptions say how to publish.
type ReleaseOptions struct {
	Public    string // the folder of the releases
	Keep      int    // how many releases stay
	Index     bool   // make the search index
	Compress  bool   // write compressed copies beside text files
	Full      bool   // make a release even if nothing changed
	Strict    bool   // a symptom that does not find its article is an error
	Generator string // the program and its version
}

// Report says what a build did.
type Report struct {
	publish.Result
	Articles, Pages int
	Made            int    // pages that were made, not taken over from the last release
	Why             string // they were; empty when all had to be made
	Indexed         bool   // the search index was made anew
	NotKept         error  // why the next build will know nothing of this one
	Left            publish.Left
	Took            time.Duration
}

// ErrContent is returned when the content has mistakes; they are in
// Loaded.Diags.
var ErrContent = errors.New("the content has errors")

// ErrPromise is returned by a strict build when a symptom does not find its
// article; Loaded.Diags says which.
var ErrPromise = errors.New("a promise is broken")

// Release makes a release of what was loaded. Until it returns nil the live
// release is the one from before.
func Release(ctx context.Context, l *Loaded, o ReleaseOptions, now time.Time) (Report, error) {
	start := time.Now()
	report := Report{Articles: len(l.Site.Articles)}
	if l.Diags.Errors() > 0 || l.Renderer == nil {
		l.Check(ctx) // all mistakes at once
		return report, ErrContent
	}
	w, err := publish.Create(o.Public, now, search.Root{})
	if err != nil {
		return report, err
	}
	defer w.Abort()
	if o.Full {
		w.Fresh()
	} else if last, ok := readLast(o.Public); ok {
		w.Trust(last.Left)
	}
	manifest := publish.Manifest{
		NextChange: l.Site.NextChange.At, Generator: o.Generator, Base: l.Site.Prefix, Origins: l.Site.Settings.Origins, Endpoint: l.Site.Settings.Endpoint,
		Counts: publish.Counts{Articles: len(l.Site.Articles)},
	}
	manifest.Redirects, manifest.Gone = render.OldAddresses(l.Site)

	// The index is made while the pages are: both wait for the disk at times.
	var (
		wg       sync.WaitGroup
		indexErr error
		promises diag.List
	)
	if o.Index {
		wg.Go(func() { manifest.Search, report.Indexed, promises, indexErr = index(ctx, w, l) })
	}
	checked := make(chan struct{})
	go func() {
		defer close(checked)
		l.Check(ctx)
	}()
	pages := l.Renderer.Pages()
	report.Pages = len(pages)
	pages = append(pages, l.Renderer.Sources()...)
	site := newSiteWriter(w, l, o.Compress)
	err = site.write(ctx, pages)
	report.Made, report.Why = int(site.made.Load()), site.why
	l.progress.Begin(PhaseIndex, 0)
	wg.Wait()
	<-checked
	if err := errors.Join(err, indexErr); err != nil {
		return report, err
	}
	// What is kept is right whatever becomes of the release: it is compared with
	// the live one.
	if l.store != nil {
		wg.Go(func() { report.NotKept = l.store.Save() })
		defer wg.Wait()
	}
	broken := len(promises)
	if before := w.Previous(); before != nil {
		manifest.Vanished = l.vanished(Before{before, os.DirFS(filepath.Join(o.Public, before.ID, "www"))}, func(file string) bool {
			sum, size := w.Holds(file)
			return sum != "" || size > 0
		})
		vanished := l.tellVanished(manifest.Vanished, func(file string) string {
			sum, _ := w.Holds(file)
			return sum
		})
		for i := range vanished { // the release is right without them; check -against is strict
			vanished[i].Severity = diag.Warning
		}
		promises = append(promises, vanished...)
	}
	l.Diags = append(l.Diags, promises...).Sort()
	switch {
	case l.Diags.Errors() > 0: // the site takes one of the rules, or a promise, for an error
		return report, ErrContent
	case o.Strict && broken > 0:
		return report, ErrPromise
	}
	l.progress.Begin(PhaseRelease, 0)
	report.Result, err = w.Commit(manifest, o.Keep)
	report.Left = w.Left()
	wg.Wait()
	report.Took = time.Since(start)
	return report, err
}

// write writes everything below www/, and search.html.
func (s *siteWriter) write(ctx context.Context, pages []render.Output) error {
	if err := s.pages(ctx, pages); err != nil {
		return err
	}
	l := s.loaded
	assets := l.Site.Assets
	err := parallel(ctx, len(assets), func(i int) error {
		p := assets[i].Path
		open := func() (io.ReadCloser, error) { return l.Files.Open(p) }
		if err := s.PutFrom(p, open); err != nil {
			return err
		}
		_, size := s.Holds(p)
		return s.variants(p, size, open)
	})
	if err != nil {
		return err
	}
	extra, template, err := Extras(l)
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
	return s.PutSearchTemplate(template)
}

// Pages are all pages of the model, and the same as Markdown.
func Pages(l *Loaded) []render.Output { return append(l.Renderer.Pages(), l.Renderer.Sources()...) }

// Whole is an article's document with its content. A text that was kept and is
// damaged is read from the article again.
func (l *Loaded) Whole(a *content.Article) (*markdown.Document, error) {
	if !a.Doc.Bare {
		return a.Doc, nil
	}
	doc, err := l.store.whole(a.Doc, l.kept[a.Path].at)
	if err == nil {
		return doc, nil
	}
	data, err := l.File(a)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); [16]byte(sum[:16]) != l.kept[a.Path].sum {
		return nil, fmt.Errorf("build: %s has just changed", a.Path)
	}
	again, _ := content.ParseArticle(a.Path, data, l.Site.Settings.Parser())
	if again == nil {
		return nil, fmt.Errorf("build: %s has just changed", a.Path)
	}
	return again.Doc, nil
}

// File is an article's file, which is read once more: to keep the text of every
// file would cost more memory than it saves time.
func (l *Loaded) File(a *content.Article) ([]byte, error) {
	data, err := fs.ReadFile(l.Files, a.Path)
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	return data, nil
}

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

// index makes the search index, or takes over the last one when it would
// answer the same, and tries the promises of the articles against it.
func index(ctx context.Context, w *publish.Writer, l *Loaded) (*publish.SearchInfo, bool, diag.List, error) {
	docs, err := sources(ctx, l)
	if err != nil {
		return nil, false, nil, err
	}
	content := search.NewContent(docs, l.Synonyms)
	info := &publish.SearchInfo{Schema: search.Schema, Documents: len(docs), Digest: content.Digest()}
	dir, last, made := "", w.LastSearch(), true
	if last != "" && *w.Previous().Search == *info {
		if err := w.LinkSearch(); err != nil {
			return nil, false, nil, err
		}
		dir, made = last, false
	}
	if made {
		if dir, err = makeIndex(ctx, w, l, content, last); err != nil {
			return nil, false, nil, err
		}
	}
	var doubtful []search.Promise
	if l.Site.Settings.Checks.On("promise") {
		v, err := l.judge(ctx)
		if err != nil {
			return nil, false, nil, err
		}
		doubtful = v.Doubtful
	}
	if !made && len(doubtful) == 0 {
		return info, made, nil, nil
	}
	x, err := search.Open(dir)
	if err != nil {
		return nil, false, nil, err
	}
	defer x.Close()
	if made {
		// What is an answer on this site is measured on the index as it is.
		if err := x.Measure(ctx, dir); err != nil {
			return nil, false, nil, err
		}
	}
	broken, err := x.Try(ctx, doubtful)
	return info, made, told(l, broken), err
}

// makeIndex makes an index, from the last one if that can be.
func makeIndex(ctx context.Context, w *publish.Writer, l *Loaded, content *search.Content, last string) (dir string, err error) {
	if dir, err = w.SearchDir(); err != nil {
		return "", err
	}
	var base *search.Base
	if l.store != nil {
		base = l.store.base
	}
	made, err := content.Write(ctx, dir, last, base)
	if err == nil && l.store != nil {
		l.store.base = made.Base
	}
	return dir, err
}
