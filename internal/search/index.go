package search

import (
	"context"
	"fmt"

	"whyfix/internal/search/cluster"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/local"
	"whyfix/internal/search/terms"
)

// The index on a disk and the preview's are those of package local; these are
// the names by which builder and endpoint know them.
type (
	Content = local.Content
	Source  = local.Source
	Stamp   = local.Stamp
	Made    = local.Made
	Base    = local.Base
	Stored  = local.Stored
)

// Schema is the version of what an index holds.
const Schema = local.Schema

// What is wrong with an index that does not open.
var (
	ErrSchema  = local.ErrSchema
	ErrDamaged = engine.ErrDamaged
	// ErrClusterSchema is ErrSchema of an index in a cluster.
	ErrClusterSchema = cluster.ErrSchema
)

// NewContent takes documents, no two with the same URL, and the site's
// synonyms.
func NewContent(docs []Source, list []Synonyms) *Content { return local.NewContent(docs, list) }

// OpenStored opens the documents of an index in a folder as they were put in.
func OpenStored(dir string) (*Stored, error) { return local.OpenStored(dir) }

// Size is how many bytes the files of an index have.
func Size(dir string) int64 { return local.Size(dir) }

// Open opens the index in a folder for reading. Several processes may. One that
// is in a cluster is asked where at says, or else where it was written; that it
// is there is not looked at.
func Open(dir string, at Cluster) (*Searcher, error) {
	if cluster.Found(dir) {
		x, err := cluster.Open(dir, at)
		if err != nil {
			return nil, err
		}
		return New(x), nil
	}
	x, err := local.Open(dir)
	if err != nil {
		return nil, err
	}
	return New(x), nil
}

// SynonymsOf are those that the index in a folder was made with.
func SynonymsOf(dir string) ([]Synonyms, error) {
	if cluster.Found(dir) {
		return cluster.SynonymsOf(dir)
	}
	return local.SynonymsOf(dir)
}

// TakeScale gives an index the scale of the last one, of which it has most.
func TakeScale(last, dir string) error { return local.TakeScale(last, dir) }

// Live is an index in memory that changes, for the writer's preview. Each
// change gives a new Searcher with the same answers as an index that is built
// from nothing. It is not safe for concurrent use; the Searchers are.
type Live struct{ live *local.Live }

// NewLive makes an empty one. Other synonyms need another Live.
func NewLive(list []Synonyms) (*Live, error) {
	live, err := local.NewLive(list)
	if err != nil {
		return nil, err
	}
	return &Live{live}, nil
}

// Apply adds or replaces documents and deletes those with the URLs gone. The
// caller closes the Searcher before the Live.
func (l *Live) Apply(changed []*Document, gone []string) (*Searcher, error) {
	x, err := l.live.Apply(changed, gone)
	if err != nil {
		return nil, err
	}
	return New(x), nil
}

// Close drops the index.
func (l *Live) Close() error { return l.live.Close() }

// warmings is how many wordings of readers a new index is asked before its
// first reader.
const warmings = 64

// Warm asks the index some of its own wordings, so that no reader is the first
// to come upon what is read or worked out once.
func (s *Searcher) Warm(ctx context.Context) error {
	list, err := s.engine.Sample(ctx, warmings)
	if err != nil {
		return err
	}
	for _, w := range list {
		if _, err := s.Search(ctx, Query{Text: w.Text, Size: 1, Page: 1}); err != nil {
			return err
		}
	}
	return nil
}

// Suggestion is a wording that the site knows, and where it leads.
type Suggestion struct {
	Text string `json:"text"`
	URL  string `json:"url"`
	Kind string `json:"kind"` // "symptom", "title" or "tag"
}

// Suggest completes what a reader has typed so far.
func (s *Searcher) Suggest(ctx context.Context, text, language string, size int) ([]Suggestion, error) {
	found, err := s.engine.Suggest(ctx, engine.Typed{Text: text, Language: language, Size: size})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	out := make([]Suggestion, len(found))
	for i, w := range found {
		out[i] = Suggestion(w)
	}
	return out, nil
}

// Root knows the file of an index that other programs may write again.
type Root = local.Root

// Normal is a question in the one form that its spellings have in common: one
// width, one case, simplified characters, single spaces.
func Normal(text string) string { return terms.Normal(text) }
