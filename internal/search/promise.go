package search

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"whyfix/internal/search/article"
	"whyfix/internal/search/local"
	"whyfix/internal/search/terms"
)

// Promised is among how many hits a symptom must find its article.
const Promised = 3

// Promise is one symptom of one article.
type Promise struct {
	URL     string
	Symptom int // its number in Document.Symptoms
	Text    string
	// Among are the articles that decide whether it holds; none: all.
	Among []string
}

// Broken is a promise that does not hold.
type Broken struct {
	Promise
	Instead []Hit // what the first hits are
}

// allPromises is the number of articles up to which every promise is tried: it
// costs a search each.
const allPromises = 300

// Doubtful lists the promises that have to be tried. On a large site most hold
// without a search: an article whose title or symptom is the whole question
// stands before all whose are not (rank.Is). As long as there are no more than
// are promised, each of them is among the first; where there are more, only
// they have to be compared.
func Doubtful(docs []*Document) []Promise {
	same := map[string][]string{} // articles that have the wording
	var out []Promise
	for _, d := range docs {
		for _, text := range append([]string{d.Title}, d.Symptoms...) {
			run := wording(text)
			if had := same[run]; len(had) == 0 || had[len(had)-1] != d.URL {
				same[run] = append(had, d.URL)
			}
		}
	}
	for _, d := range docs {
		for i, text := range d.Symptoms {
			p := Promise{URL: d.URL, Symptom: i, Text: text}
			rivals := same[wording(text)]
			if len(docs) > allPromises && plain(text) {
				if len(rivals) <= Promised {
					continue
				}
				p.Among = rivals
			}
			out = append(out, p)
		}
	}
	return out
}

// wording is what is the same in all phrases that are all of each other.
func wording(text string) string { return string(terms.Letters(terms.RunOf(text))) }

// plain reports whether a phrase is asked as it stands, and is something that
// can be asked for.
func plain(text string) bool {
	letters := terms.Letters(terms.RunOf(text))
	return len(letters) > 1 && len(letters) <= mostPlain && !slices.ContainsFunc([]rune(text), func(r rune) bool {
		return slices.Contains([]rune("\"“”„「」『』"), r)
	})
}

// mostPlain is how long a phrase may be so that all of it is weighed.
const mostPlain = 100

// TryDocuments tries promises of documents that no index was made of yet.
func TryDocuments(ctx context.Context, docs []*article.Document, list []Synonyms, promises []Promise) ([]Broken, error) {
	if len(promises) == 0 {
		return nil, nil
	}
	x, err := local.New(ctx, docs, list)
	if err != nil {
		return nil, err
	}
	s := New(x)
	defer s.Close()
	return s.Try(ctx, promises)
}

// Try searches for promises and returns those that do not hold, in their
// order. A phrase of several articles is searched once.
func (s *Searcher) Try(ctx context.Context, promises []Promise) ([]Broken, error) {
	var phrases []Promise
	at := map[string]int{}
	for _, p := range promises {
		if _, known := at[p.Text]; !known {
			at[p.Text] = len(phrases)
			phrases = append(phrases, p)
		}
	}
	hits := make([][]Hit, len(phrases))
	errs := make([]error, runtime.GOMAXPROCS(0))
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(phrases) {
					return
				}
				var err error
				if hits[i], err = s.promised(ctx, phrases[i]); err != nil {
					errs[w] = err
					return
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var out []Broken
	for _, p := range promises {
		found := hits[at[p.Text]]
		if !slices.ContainsFunc(found, func(h Hit) bool { return h.URL == p.URL }) {
			out = append(out, Broken{p, found})
		}
	}
	return out, nil
}

// promised are the first hits for a promise's phrase.
func (s *Searcher) promised(ctx context.Context, p Promise) ([]Hit, error) {
	if len(p.Among) == 0 {
		r, err := s.Search(ctx, Query{Text: p.Text, Size: Promised, Page: 1})
		if err != nil {
			return nil, err
		}
		return r.Hits, nil
	}
	q, err := s.asker.Ask(ctx, p.Text)
	if err != nil {
		return nil, err
	}
	ask := q.Ask(Filter{}, "", len(p.Among))
	ask.Only = p.Among
	found, err := s.engine.Find(ctx, ask)
	if err != nil {
		return nil, err
	}
	ranked, err := s.ranker.Rank(ctx, q, found.Candidates)
	if err != nil {
		return nil, err
	}
	var out []Hit
	for _, c := range ranked[:min(len(ranked), Promised)] {
		out = append(out, Hit{URL: c.Facts.URL, Title: c.Facts.Title(), Score: c.Score})
	}
	return out, nil
}
