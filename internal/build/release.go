package build

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/render"
	"whyfix/internal/search"
)

// ReleaseOptions say how to publish.
type ReleaseOptions struct {
	Public    string // the folder of the releases
	Keep      int    // how many releases stay
	Index     bool   // make the search index
	Compress  bool   // write .gz beside text files
	Full      bool   // make a release even if nothing changed
	Strict    bool   // a symptom that does not find its article is an error
	Generator string // the program and its version
}

// Report says what a build did.
type Report struct {
	publish.Result
	Articles, Pages int
	Indexed         bool // the search index was made anew
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
		return report, ErrContent
	}
	w, err := publish.Create(o.Public, now)
	if err != nil {
		return report, err
	}
	defer w.Abort()
	if o.Full {
		w.Fresh()
	}
	manifest := publish.Manifest{
		Generator: o.Generator, Base: l.Site.Prefix, Origins: l.Site.Settings.Origins,
		Counts: publish.Counts{Articles: len(l.Site.Articles)},
	}
	manifest.Redirects, manifest.Gone = render.Moved(l.Site)

	// The index is made while the pages are: both wait for the disk at times.
	var (
		wg       sync.WaitGroup
		indexErr error
		promises diag.List
	)
	if o.Index {
		wg.Go(func() { manifest.Search, report.Indexed, promises, indexErr = index(ctx, w, l, o.Public) })
	}
	pages := Pages(l)
	report.Pages = len(l.Renderer.Pages())
	err = writeSite(ctx, w, l, pages, o.Compress)
	wg.Wait()
	if err := errors.Join(err, indexErr); err != nil {
		return report, err
	}
	l.Diags = append(l.Diags, promises...).Sort()
	switch {
	case promises.Errors() > 0: // the site takes a broken promise for an error
		return report, ErrContent
	case o.Strict && len(promises) > 0:
		return report, ErrPromise
	}
	report.Result, err = w.Commit(manifest, o.Keep)
	report.Took = time.Since(start)
	return report, err
}

// writeSite writes everything below www/, and search.html.
func writeSite(ctx context.Context, w *publish.Writer, l *Loaded, pages []render.Output, compressed bool) error {
	// A compressed copy that the writer made stays the writer's.
	own := make(map[string]bool, len(l.Site.Assets))
	for _, a := range l.Site.Assets {
		own[a.Path] = true
	}
	put := func(f render.File) error {
		if err := w.Put(f.Path, f.Data); err != nil || !compressed || own[f.Path+".gz"] {
			return err
		}
		return variant(w, f.Path, int64(len(f.Data)), func() ([]byte, error) { return f.Data, nil })
	}
	err := parallel(ctx, len(pages), func(i int) error {
		data, err := pages[i].Make()
		if err != nil {
			return err
		}
		return put(render.File{Path: pages[i].File, Data: data})
	})
	if err != nil {
		return err
	}
	assets := l.Site.Assets
	err = parallel(ctx, len(assets), func(i int) error {
		p := assets[i].Path
		if err := w.PutFrom(p, func() (io.ReadCloser, error) { return l.Files.Open(p) }); err != nil || !compressed || own[p+".gz"] {
			return err
		}
		info, err := fs.Stat(l.Files, p)
		if err != nil {
			return fmt.Errorf("build: %w", err)
		}
		return variant(w, p, info.Size(), func() ([]byte, error) { return fs.ReadFile(l.Files, p) })
	})
	if err != nil {
		return err
	}
	extra, template, err := Extras(l)
	if err != nil {
		return err
	}
	lists, err := Lists(l)
	if err != nil {
		return err
	}
	for _, f := range append(extra, lists...) {
		if err := put(f); err != nil {
			return err
		}
	}
	return w.PutSearchTemplate(template)
}

// Pages are all pages of the model, and the same as Markdown, which is read
// from the content folder once more: to keep the text of every file would cost
// more memory than it saves time.
func Pages(l *Loaded) []render.Output {
	out := l.Renderer.Pages()
	for _, s := range l.Renderer.Sources() {
		out = append(out, render.Output{URL: l.Site.Prefix + s.File, File: s.File, Make: func() ([]byte, error) {
			if s.From == "" {
				return s.Make(nil), nil
			}
			data, err := fs.ReadFile(l.Files, s.From)
			if err != nil {
				return nil, fmt.Errorf("build: %w", err)
			}
			return s.Make(data), nil
		}})
	}
	return out
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
	machines, err := l.Renderer.Machines()
	if err != nil {
		return nil, err
	}
	return append(lists, machines...), nil
}

// index makes the search index, or takes over the last one when it would
// answer the same, and tries the promises of the articles against it.
func index(ctx context.Context, w *publish.Writer, l *Loaded, public string) (*publish.SearchInfo, bool, diag.List, error) {
	docs := Documents(l)
	info := &publish.SearchInfo{Schema: search.Schema, Documents: len(docs), Digest: search.Digest(docs, l.Synonyms)}
	dir, made := "", true
	if last := w.Previous(); last != nil && last.Search != nil && *last.Search == *info {
		switch err := w.LinkSearch(); {
		case err == nil:
			dir, made = filepath.Join(public, last.ID, "search"), false
		case !errors.Is(err, fs.ErrNotExist):
			return nil, false, nil, err
		}
		// Otherwise somebody deleted the live release's index: make it again.
	}
	if made {
		var err error
		if dir, err = makeIndex(ctx, w, docs, l.Synonyms); err != nil {
			return nil, false, nil, err
		}
	}
	if !l.Site.Settings.Checks.On("promise") {
		return info, made, nil, nil
	}
	broken, doubtful := search.Judge(docs, l.Synonyms)
	if len(doubtful) == 0 {
		return info, made, told(l, broken), nil
	}
	x, err := search.Open(dir)
	if err != nil {
		return nil, false, nil, err
	}
	defer x.Close()
	more, err := x.Try(ctx, doubtful)
	return info, made, told(l, append(broken, more...)), err
}

func makeIndex(ctx context.Context, w *publish.Writer, docs []*search.Document, synonyms []search.Synonyms) (dir string, err error) {
	if dir, err = w.SearchDir(); err != nil {
		return "", err
	}
	b, err := search.NewBuilder(dir, synonyms)
	if err != nil {
		return "", err
	}
	for _, d := range docs {
		err := ctx.Err()
		if err == nil {
			err = b.Add(d)
		}
		if err != nil {
			b.Abandon()
			return "", err
		}
	}
	return dir, b.Close()
}

// worthCompressing is the size in bytes below which a packet is not saved.
const worthCompressing = 1024

// variant writes a .gz beside a text file that is worth it.
func variant(w *publish.Writer, p string, size int64, read func() ([]byte, error)) error {
	if size < worthCompressing || !compressible(p) {
		return nil
	}
	return w.Variant(p+".gz", func() ([]byte, error) {
		data, err := read()
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		z := zippers.Get().(*gzip.Writer)
		defer zippers.Put(z)
		z.Reset(&b)
		if _, err := z.Write(data); err != nil {
			return nil, fmt.Errorf("build: %w", err)
		}
		if err := z.Close(); err != nil {
			return nil, fmt.Errorf("build: %w", err)
		}
		return b.Bytes(), nil
	})
}

// zippers are used again: each has 800 kB of tables.
var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func compressible(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".webmanifest":
		return true
	}
	return false
}
