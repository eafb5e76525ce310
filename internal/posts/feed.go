// Package posts keeps the documents that are found beside the articles of a site
// and are no pages: what people wrote in a forum, tickets, notes.
//
// In: JSON lines, one document on each, and what is known of those that are
// there. Out: a new generation of posts beside the releases, which a server takes
// without a restart, and what is wrong with the lines, by file and line.
//
// The index is the store: documents that stay are read from the last one. One
// that changes costs a patch of those that changed since the index was last made
// from nothing, not the whole. In a cluster, what is known of each document is in
// the index, too, and only asked for where it is needed: a change there costs what
// it changes, however many there are.
package posts

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/record"
	"whyfix/internal/search"
)

// ErrNoIndex says that the live release has no index, so nothing is found.
var ErrNoIndex error = diag.Say("the live release was made without a search index")

// ErrMoved says that the articles have gone into a cluster, or out of it, and the
// posts have not.
var ErrMoved error = diag.Say("the articles are in another engine than the documents beside them")

// ErrThere says that the index in the cluster has posts that were fed from
// elsewhere.
var ErrThere error = diag.Say("the index of the documents beside the articles, in the cluster, has some that are not known here")

// Of posts in a cluster: by another version of the program, not there any more,
// closed, not what this folder knows.
var (
	ErrOlder   error = diag.Say("the documents beside the articles were put into the cluster by another version of whyfix")
	ErrLost    error = diag.Say("the index of the documents beside the articles is not in the cluster any more")
	ErrClosed  error = diag.Say("the index of the documents beside the articles is closed in the cluster")
	ErrChanged error = diag.Say("somebody else has changed the documents beside the articles in the cluster")
)

// Why shards cannot be chosen: the index is there, or it will be in the folder.
var (
	ErrShards    error = diag.Say("-shards is for an index that is made in a cluster")
	ErrNoCluster error = diag.Say("-shards is for a cluster, and the articles are in none")
)

// Options say where posts are kept, and who keeps them.
type Options struct {
	Public    string // the folder of releases
	Generator string // the program and its version
	Now       time.Time
	Cluster   search.Cluster // where the articles are in one; without addresses that of the release
	Anew      bool           // begin with nothing, whatever is there
	Shards    int            // of an index that is made in a cluster; 0: that is not said
}

// Feed changes the posts of a site. It holds their lock until Close. It is not
// safe for concurrent use.
type Feed struct {
	options  Options
	writer   *publish.PostsWriter
	settings Settings
	synonyms []search.Synonyms
	articles string             // the index of the articles, if it is in a cluster: so are the posts
	cluster  *search.PostsIndex // where the posts are in one and were asked for
	died     *journal           // of the feed before, if it did
	base     *search.Base
	files    []File
	all      int                         // documents, expired ones too
	entries  map[string]entry            // of those; of posts in a cluster, of those that were asked for
	asked    map[string]bool             // … by their ids
	put      map[string]*search.Document // those of the entries that are new
	gone     map[string]bool
	counted  map[string]bool // of those that are gone or new, which were there before
	changes  Changes
	touched  bool // what is known has changed, if no document
}

// Settings are what the live release says of posts.
type Settings struct {
	Language  string
	Languages []string // all that the site has
	Zone      *time.Location
	Sources   []publish.FeedSource
}

// Defaults are what documents have that do not say it themselves, where a file
// says nothing else (empty) either.
func (s *Settings) Defaults(kind, language string) Defaults {
	return Defaults{Kind: kind, Language: cmp.Or(language, s.Language), Languages: s.Languages, Zone: s.Zone}
}

// Changes count what was done.
type Changes struct {
	Added, Replaced, Same, Deleted int
}

// Any reports whether anything is not as it was.
func (c Changes) Any() bool { return c.Added+c.Replaced+c.Deleted > 0 }

// entry is what is known of a document without reading it.
type entry struct {
	ID      string
	Stamp   search.Stamp
	Source  string
	Expires int64
	From    string // the file of sources: that it is from; "": it was fed
}

// File is a file of sources: as it was read.
type File struct {
	Path    string // from the content folder, with slashes
	Pattern string
	Stamp   string // of what the file is, and how it was read; empty: it may have changed since
}

// known is what lies beside the index, for whoever makes the next one.
type known struct {
	Base    *search.Base
	Files   []File
	Entries []entry // in the order of their ids; none of posts in a cluster
}

const (
	knownFile  = "known"
	knownMagic = "whyfix posts 1\n"
)

// Open begins to change the posts of a folder of releases. The error is
// publish.ErrBusy while somebody else does, publish.ErrNoRelease where there is
// no site yet, ErrNoIndex, or publish.ErrDamaged.
func Open(ctx context.Context, o Options) (_ *Feed, err error) {
	f := newFeed(o)
	if err := f.read(); err != nil {
		return nil, err
	}
	if f.writer, err = publish.EditPosts(o.Public, o.Now, search.Root{}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	last := f.writer.Last()
	if last == nil || o.Anew {
		f.touched = o.Anew
	} else {
		k, err := readKnown(last.Folder())
		if err != nil {
			return nil, err
		}
		f.base, f.files, f.all = k.Base, k.Files, last.Manifest().Documents
		for _, e := range k.Entries {
			f.entries[e.ID] = e
		}
	}
	return f, f.goOn(ctx)
}

func newFeed(o Options) *Feed {
	return &Feed{
		options: o, entries: map[string]entry{}, asked: map[string]bool{},
		put: map[string]*search.Document{}, gone: map[string]bool{}, counted: map[string]bool{},
	}
}

// read reads what the live release says.
func (f *Feed) read() error {
	r, err := publish.Open(f.options.Public)
	if err != nil {
		return err
	}
	defer r.Close()
	m := r.Manifest()
	if m.Search == nil {
		return ErrNoIndex
	}
	f.settings = Settings{Language: m.Feed.Language, Languages: m.Feed.Languages(), Zone: m.Feed.Zone(), Sources: m.Feed.Sources}
	if m.Search.Engine == search.OpenSearch {
		f.articles = m.Search.Index
		if len(f.options.Cluster.Addresses) == 0 {
			if f.options.Cluster.Addresses, err = search.ClusterAddresses(r.SearchDir()); err != nil {
				return err
			}
		}
	}
	f.synonyms, err = search.SynonymsOf(r.SearchDir())
	return err
}

// Settings are what the live release says of posts.
func (f *Feed) Settings() *Settings { return &f.settings }

// Close lets go of the posts. What was not committed is given up.
func (f *Feed) Close() error {
	var err error
	if f.cluster != nil {
		err = f.cluster.Close()
	}
	return errors.Join(err, f.writer.Abort())
}

// place adds a document, or puts it in the place of the one with its id, which is
// known if there is one.
func (f *Feed) place(d *search.Document, from string) {
	e := entry{ID: d.URL, Stamp: stampOf(d), Source: d.Origin.Source, Expires: d.Origin.Expires, From: from}
	was, is := f.entries[e.ID]
	switch {
	case is && was == e:
		f.changes.Same++
		return
	case is && was.Stamp == e.Stamp:
		f.changes.Same++
		f.touched = true
	case is:
		f.changes.Replaced++
	default:
		f.changes.Added++
		f.all++
	}
	if is {
		f.leave(e.ID)
	}
	f.entries[e.ID], f.put[e.ID] = e, d
	delete(f.gone, e.ID)
}

// stampOf tells documents apart.
func stampOf(d *search.Document) search.Stamp {
	sum := sha256.Sum256(record.Append(nil, d))
	return search.Stamp(sum[:16])
}

// Deleted is what became of an id whose document was to go.
type Deleted struct {
	ID  string
	Was bool // there was one
	// From is the file of sources: that it is from, if it is from one: that file is
	// read again the next time, and brings it back if it still has it.
	From string
}

// Delete takes documents away.
func (f *Feed) Delete(ctx context.Context, ids []string) ([]Deleted, error) {
	if err := f.know(ctx, slices.Values(ids)); err != nil {
		return nil, err
	}
	out := make([]Deleted, len(ids))
	for i, id := range ids {
		e, is := f.entries[id]
		if out[i] = (Deleted{id, is, e.From}); !is {
			continue
		}
		f.remove(id)
		for j := range f.files {
			if f.files[j].Path == e.From {
				f.files[j].Stamp = ""
			}
		}
	}
	return out, nil
}

// leave notes that a document will not be what it was before this feed.
func (f *Feed) leave(id string) {
	if f.put[id] == nil && !f.gone[id] {
		f.counted[id] = true
	}
}

func (f *Feed) remove(id string) {
	f.leave(id)
	delete(f.entries, id)
	delete(f.put, id)
	f.gone[id] = true
	f.changes.Deleted++
	f.all--
}

// Prune takes away what has expired, which nobody finds any more.
func (f *Feed) Prune(ctx context.Context) error {
	if err := f.knowExpired(ctx); err != nil {
		return err
	}
	for id, e := range f.entries {
		if e.expired(f.options.Now) {
			f.remove(id)
		}
	}
	return nil
}

func (e *entry) expired(now time.Time) bool { return e.Expires != 0 && e.Expires <= now.Unix() }

// Changes are those so far.
func (f *Feed) Changes() Changes { return f.changes }

// Count is how many documents there are, expired ones too.
func (f *Feed) Count() int { return f.all }

// Commit makes a generation of what the posts are now, and makes it live. If
// nothing changed, none is made.
func (f *Feed) Commit(ctx context.Context) error {
	last, dir := f.writer.Last(), ""
	if last != nil && !f.options.Anew {
		dir = last.SearchDir()
	}
	switch {
	case f.options.Shards > 0 && f.articles == "":
		return ErrNoCluster
	case f.options.Shards > 0 && last != nil && !f.options.Anew:
		return ErrShards
	}
	if last == nil && f.all == 0 && !f.options.Anew {
		return nil
	}
	if f.articles != "" {
		return f.commitToCluster(ctx)
	}
	list := slices.SortedFunc(maps.Values(f.entries), func(a, b entry) int { return strings.Compare(a.ID, b.ID) })
	content := search.NewContent(nil, f.synonyms)
	if !f.changes.Any() && !f.touched && (f.moved() || f.base != nil && f.base.Common == content.Common()) {
		return nil
	}
	if f.moved() {
		return ErrMoved
	}
	stored, err := f.stored(dir)
	if err != nil {
		return err
	}
	defer stored.Close()
	sources := make([]search.Source, len(list))
	for i, e := range list {
		sources[i] = search.Source{URL: e.ID, Stamp: e.Stamp, Make: func() (*search.Document, error) {
			if d := f.put[e.ID]; d != nil {
				return d, nil
			}
			return stored.Document(e.ID)
		}}
	}
	folder, err := f.writer.Folder()
	if err != nil {
		return err
	}
	if err := f.index(ctx, search.NewContent(sources, f.synonyms), filepath.Join(folder, "search"), dir); err != nil {
		return err
	}
	k := known{Base: f.base, Files: f.files, Entries: list}
	if err := k.write(folder); err != nil {
		return err
	}
	m := publish.PostsManifest{Generator: f.options.Generator, Documents: len(list), Sources: map[string]int{}}
	for _, e := range list {
		m.Sources[e.Source]++
		if e.Expires != 0 {
			m.Expiring++
		}
	}
	if err := f.writer.Commit(m); err != nil {
		return err
	}
	return f.done() // of posts that were in a cluster
}

// stored are the documents of the last index, if there is one.
func (f *Feed) stored(dir string) (*search.Stored, error) {
	if dir == "" {
		return &search.Stored{}, nil
	}
	s, err := search.OpenStored(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", publish.ErrDamaged, err)
	}
	return s, nil
}

// index makes the index from the last one, if that can be.
func (f *Feed) index(ctx context.Context, content *search.Content, dir, last string) error {
	made, err := content.Write(ctx, dir, last, f.base)
	if err != nil {
		return err
	}
	f.base = made.Base
	if made.Patched {
		return search.TakeScale(last, dir)
	}
	return measure(ctx, dir, search.Cluster{})
}

// measure finds out what counts as an answer, and writes it beside the index.
func measure(ctx context.Context, dir string, at search.Cluster) error {
	x, err := search.Open(dir, at)
	if err != nil {
		return err
	}
	return errors.Join(x.Measure(ctx, dir), x.Close())
}

func (k *known) write(folder string) error {
	if err := os.WriteFile(filepath.Join(folder, knownFile), record.Append([]byte(knownMagic), k), 0o644); err != nil {
		return fmt.Errorf("posts: %w", err)
	}
	return nil
}

// readKnown reads what is known of a generation. The error is
// publish.ErrDamaged, wrapped, for what cannot be read.
func readKnown(folder string) (k known, err error) {
	name := filepath.Join(folder, knownFile)
	data, err := os.ReadFile(name)
	if err != nil {
		return k, fmt.Errorf("posts: %w: %w", publish.ErrDamaged, err)
	}
	text, ok := strings.CutPrefix(string(data), knownMagic)
	rest, err := record.Read(text, &k)
	if !ok || err != nil || rest != "" {
		return k, fmt.Errorf("posts: %w: %s cannot be read", publish.ErrDamaged, name)
	}
	return k, nil
}
