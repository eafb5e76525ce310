package search

import (
	"context"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"whyfix/internal/search/article"
	"whyfix/internal/search/local"
	"whyfix/internal/search/question"
	"whyfix/internal/search/rank"
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

// Broken is a promise that does not hold, and why.
type Broken struct {
	Promise
	Instead []Hit // what the first hits are
	Place   int   // where the article stands, from 1; 0: it is not among the hits
	// Ahead is the part of the score by which the last of the first hits is ahead
	// most; the zero Part where nothing tells them apart but their addresses.
	Ahead Part
}

// Crowd is a phrase that more articles promise than can be first: some of these
// promises are broken, whatever the others are worth.
type Crowd struct {
	First []Promise // the first Promised+1 of them, in the order of the articles
	All   int       // articles that promise it
}

// allPromises is the number of articles up to which every promise is tried: it
// costs a search each.
const allPromises = 300

// Doubtful lists the promises that have to be tried. On a large site most need no
// search: an article whose title or symptom is the whole question stands before
// all whose are not (rank.Is). As long as there are no more than are promised,
// each of them is among the first. A phrase that more promise, letter by letter,
// cannot lead to all; as it is the phrase that is wrong, it is told once. What
// else more articles have is compared among these.
func Doubtful(docs []*Document) ([]Promise, []Crowd) {
	large := len(docs) > allPromises
	same := map[string][]string{} // articles that have the wording
	crowds := map[string]*Crowd{} // by the phrase
	var order []*Crowd
	for _, d := range docs {
		if !large {
			break
		}
		for i, text := range append([]string{d.Title}, d.Symptoms...) {
			run := wording(text)
			if had := same[run]; len(had) == 0 || had[len(had)-1] != d.URL {
				same[run] = append(had, d.URL)
			}
			if i == 0 || slices.Contains(d.Symptoms[:i-1], text) || !plain(text) {
				continue
			}
			c := crowds[text]
			if c == nil {
				c = &Crowd{}
				crowds[text], order = c, append(order, c)
			}
			if c.All++; c.All <= Promised+1 {
				c.First = append(c.First, Promise{URL: d.URL, Symptom: i - 1, Text: text})
			}
		}
	}
	var out []Promise
	for _, d := range docs {
		for i, text := range d.Symptoms {
			p := Promise{URL: d.URL, Symptom: i, Text: text}
			if large && plain(text) {
				rivals := same[wording(text)]
				if len(rivals) <= Promised || crowds[text].All > Promised {
					continue
				}
				p.Among = rivals
			}
			out = append(out, p)
		}
	}
	var many []Crowd
	for _, c := range order {
		if c.All > Promised {
			many = append(many, *c)
		}
	}
	return out, many
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
	var phrases [][]int // promises with the same text
	at := map[string]int{}
	for i, p := range promises {
		n, known := at[p.Text]
		if !known {
			n = len(phrases)
			at[p.Text], phrases = n, append(phrases, nil)
		}
		phrases[n] = append(phrases[n], i)
	}
	broken := make([]*Broken, len(promises))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for _, same := range phrases {
		work.Go(func() error { return s.try(ctx, promises, same, broken) })
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	var out []Broken
	for _, b := range broken {
		if b != nil {
			out = append(out, *b)
		}
	}
	return out, nil
}

// try tries promises that have one text, and puts those that do not hold in
// their places.
func (s *Searcher) try(ctx context.Context, promises []Promise, same []int, broken []*Broken) error {
	q, ranked, err := s.promised(ctx, promises[same[0]])
	if err != nil {
		return err
	}
	var first []Hit
	for _, c := range ranked[:min(len(ranked), Promised)] {
		first = append(first, Hit{URL: c.Facts.URL, Title: c.Facts.Title(), Score: c.Score})
	}
	for _, i := range same {
		p := promises[i]
		place := slices.IndexFunc(ranked, func(c rank.Scored) bool { return c.Facts.URL == p.URL })
		if place >= 0 && place < Promised {
			continue
		}
		b := &Broken{Promise: p, Instead: first, Place: place + 1}
		broken[i] = b
		if len(first) == 0 {
			continue
		}
		var own *rank.Scored
		if place >= 0 {
			own = &ranked[place]
		} else if own, err = s.alone(ctx, q, Filter{}, p.URL); err != nil {
			return err
		}
		b.Ahead = s.ahead(q, &ranked[len(first)-1], own)
	}
	return nil
}

// promised are the articles that a promise's phrase finds, in order.
func (s *Searcher) promised(ctx context.Context, p Promise) (*question.Question, []rank.Scored, error) {
	if len(p.Among) == 0 {
		a, err := s.meant(ctx, Query{Text: p.Text}, candidates)
		if err != nil || a == nil {
			return nil, nil, err
		}
		return a.q, a.ranked, nil
	}
	q, err := s.asker.Ask(ctx, p.Text)
	if err != nil {
		return nil, nil, err
	}
	ask := q.Ask(Filter{}, "", len(p.Among))
	ask.Only = p.Among
	found, err := s.engine.Find(ctx, ask)
	if err != nil {
		return nil, nil, err
	}
	ranked, err := s.ranker.Rank(ctx, q, found.Candidates)
	return q, ranked, err
}
