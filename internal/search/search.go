// Package search finds articles by what readers say.
//
// In: Documents, one for each article, when the site is built; a reader's
// words, when it is served. Out: an index in a folder; Hits with their best
// section, a snippet and facets.
//
// A question goes through rooms of their own: question takes it apart, an
// engine finds candidates, rank orders them, correct tells what else may have
// been meant, snippet says what of an article is shown. What they share is in
// terms (the one analysis of index and question), weigh and article.
//
// The package knows nothing of the builder: the endpoint imports it alone.
package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"unicode"

	"whyfix/internal/search/article"
	"whyfix/internal/search/correct"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/question"
	"whyfix/internal/search/rank"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

// What articles are to the search.
type (
	Document = article.Document
	Section  = article.Section
	Tag      = article.Tag
	Origin   = article.Origin
	Synonyms = terms.Synonyms
	Filter   = engine.Filter
)

// Page is the source of what is a page of the site.
const Page = article.Page

// Limits of a query.
const (
	MaxQuery = question.Longest // characters; what is weighed of longer ones is less
	MaxSize  = 50               // hits on a page
	MaxReach = 1_000            // size × page
)

// candidates is how many an engine is asked for, and how many are ranked
// together.
const candidates = 96

// Query is what a reader asks.
type Query struct {
	Text   string
	Size   int // hits on a page, from 0
	Page   int // from 1
	Filter Filter
	// Language keeps the articles in it, a BCP 47 tag, unless none of them
	// answers. Empty keeps all.
	Language string
	Explain  bool // tell of each hit what made its score
}

// Searcher answers questions from an engine. It is safe for concurrent use.
type Searcher struct {
	engine    engine.Engine
	lexicon   *terms.Lexicon
	asker     *question.Asker
	ranker    *rank.Ranker
	corrector *correct.Corrector
	// The scale, where the index has none: a preview's.
	scale    sync.Once
	measured engine.Scale
	scaleErr error
}

// New makes a Searcher that asks an engine.
func New(e engine.Engine) *Searcher {
	weights := weigh.Default()
	asker := question.NewAsker(e, weights)
	return &Searcher{
		engine: e, lexicon: terms.NewLexicon(e.Site().Synonyms), asker: asker,
		ranker: rank.NewRanker(e, asker, weights, rank.Default()), corrector: correct.New(e, asker),
	}
}

// Count is the number of articles.
func (s *Searcher) Count() int { return s.engine.Site().Articles }

// Search answers a query. An empty one has no hits and no error.
func (s *Searcher) Search(ctx context.Context, query Query) (*Result, error) {
	return Federated{Articles: s}.Search(ctx, query)
}

// attempt is a question and the articles that were found for it, in order.
type attempt struct {
	q       *question.Question
	now     int64 // see engine.Question
	explain bool  // what made it is to be told
	found   *engine.Found
	ranked  []rank.Scored
}

// meant finds what was typed or, if that is not there, what may have been
// meant. It is nil when there is nothing to look for.
func (s *Searcher) meant(ctx context.Context, query Query, limit int) (*attempt, error) {
	own := &side{Searcher: s}
	a := &asking{Federated: Federated{Articles: s}, query: query, limit: limit, sides: []*side{own}}
	_, err := a.meant(ctx)
	return own.attempt, err
}

// sounds reports whether a text without Chinese characters was corrected to one
// without Latin letters: no slip makes one of the other. Where a part alone was
// heard, who asked may have meant the words of another language.
func sounds(typed, corrected string) bool {
	in := func(s string, script *unicode.RangeTable) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(script, r) })
	}
	return !in(typed, unicode.Han) && in(corrected, unicode.Han) && !in(corrected, unicode.Latin)
}

// ask finds and ranks articles. Who turns pages must meet each of them once: so
// what is ranked together does not depend on how many pages there are.
func (s *Searcher) ask(ctx context.Context, a *attempt, filter Filter, language string, limit int) error {
	asked := a.q.Ask(filter, language, min(limit, candidates))
	asked.Now = a.now
	asked.NoTotal, asked.Later = !a.explain, true
	found, err := s.engine.Find(ctx, asked)
	if err != nil {
		return err
	}
	a.found = found
	hits := hitsOf(found)
	if a.ranked, err = s.ranker.Rank(ctx, a.q, hits); err != nil || limit <= candidates {
		return err
	}
	if err := a.settle(); err != nil || len(hits) == found.Hits {
		return err
	}
	near := make(map[string]bool, len(hits))
	for _, c := range hits {
		near[c.Facts.URL] = true
	}
	own := a.q.Ask(filter, language, limit)
	own.Now = a.now
	own.NoTotal = true
	more, err := s.engine.Find(ctx, own)
	if err != nil {
		return err
	}
	far := hitsOf(more)
	slices.SortFunc(far, func(a, b engine.Candidate) int {
		return cmp.Or(cmp.Compare(own.Holds(&b), own.Holds(&a)), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Facts.URL, b.Facts.URL))
	})
	for lot := range slices.Chunk(far, candidates) {
		if len(a.ranked) >= limit {
			break
		}
		lot = slices.DeleteFunc(lot, func(c engine.Candidate) bool { return near[c.Facts.URL] })
		ranked, err := s.ranker.Rank(ctx, a.q, lot)
		if err != nil {
			return err
		}
		a.ranked = append(a.ranked, ranked...)
	}
	rank.Falling(a.ranked)
	return nil
}

// settle waits for what was counted beside. Nothing was for no attempt.
func (a *attempt) settle() error {
	if a == nil || a.found.Settle == nil {
		return nil
	}
	return a.found.Settle()
}

func hitsOf(found *engine.Found) []engine.Candidate {
	return slices.DeleteFunc(found.Candidates, func(c engine.Candidate) bool { return !c.Hit })
}

// has reports whether an article has the question as it was typed.
func (a *attempt) has() bool {
	return slices.ContainsFunc(a.ranked, func(c rank.Scored) bool { return c.Whole > terms.Nowhere })
}

// enough is the share of a question's weight that an article has which has
// nearly all of it.
const enough = 0.999

// stands reports whether an article has a question as it was typed, or all of
// its words.
func (a *attempt) stands() bool {
	return slices.ContainsFunc(a.ranked[:min(len(a.ranked), MaxSize)], func(c rank.Scored) bool {
		return c.Whole > terms.Nowhere || c.Vector[rank.Parts] > 0 || c.Vector[rank.Whole] >= enough
	})
}

// Close gives back what the engine holds. No method may run then or later.
func (s *Searcher) Close() error { return s.engine.Close() }
