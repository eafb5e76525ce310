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
	Synonyms = terms.Synonyms
	Filter   = engine.Filter
)

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
	r, err := s.search(ctx, query)
	if err == nil && r.Total == 0 && query.Language != "" && len(s.engine.Site().Languages) > 1 {
		query.Language = ""
		return s.search(ctx, query)
	}
	return r, err
}

// attempt is a question and the articles that were found for it, in order.
type attempt struct {
	q         *question.Question
	found     *engine.Found
	ranked    []rank.Scored
	corrected string // what was searched instead; empty: what was typed
	explain   bool   // what made it is to be told
}

func (s *Searcher) search(ctx context.Context, query Query) (*Result, error) {
	result := &Result{Query: query.Text, Mode: Exact, Hits: []Hit{}}
	// What was meant is decided on all articles of the language: a filter must
	// not change the question.
	size := min(max(query.Size, 0), MaxSize)
	page := max(query.Page, 1)
	limit := candidates * max(1, (min(size*page, MaxReach)+candidates-1)/candidates)
	a, err := s.meant(ctx, query, limit)
	if err != nil || a == nil {
		return result, err
	}
	result.Mode = s.mode(a)
	if a.corrected != "" {
		result.Mode, result.Corrected = Corrected, a.corrected
	}
	if result.Answered, err = s.answered(ctx, a, result.Mode); err != nil {
		return nil, err
	}
	if query.Filter != (Filter{}) {
		if err := s.ask(ctx, a, query.Filter, query.Language, limit); err != nil {
			return nil, err
		}
	}
	if err := a.settle(); err != nil {
		return nil, err
	}
	result.Terms = termsOf(a.q)
	result.Partial = ctx.Err() != nil || a.found.Partial
	result.Total, result.Facets = a.found.Hits, facetsOf(a.found.Facets)
	if query.Explain {
		result.Candidates = a.found.Total
	}
	from := min((page-1)*size, len(a.ranked))
	result.Hits, err = s.hits(ctx, a.q, a.ranked[from:min(from+size, len(a.ranked))], query)
	return result, err
}

// meant finds what was typed or, if that is not there, what may have been
// meant. It is nil when there is nothing to look for.
func (s *Searcher) meant(ctx context.Context, query Query, limit int) (*attempt, error) {
	q, err := s.asker.Ask(ctx, query.Text)
	if err != nil || q.Empty() {
		return nil, err
	}
	typed := &attempt{q: q, explain: query.Explain}
	if err := s.ask(ctx, typed, Filter{}, query.Language, limit); err != nil {
		return nil, err
	}
	if len(q.Quoted) > 0 {
		if len(typed.ranked) > 0 {
			return typed, nil
		}
		// Marks that quote nothing on the site are as good as none.
		q.Quoted = nil
		if err := s.ask(ctx, typed, Filter{}, query.Language, limit); err != nil {
			return nil, err
		}
	}
	if len(q.Rewritten.Pieces) > 0 && !has(typed) {
		q.Whole = q.Rewritten
		if err := s.ask(ctx, typed, Filter{}, query.Language, limit); err != nil {
			return nil, err
		}
	}
	// What stands somewhere exactly as typed was no slip.
	if s.stands(typed) {
		return typed, nil
	}
	c, err := s.corrector.Correct(ctx, q)
	if err != nil || c == nil {
		return typed, err
	}
	other := &attempt{corrected: c.Text, explain: query.Explain}
	if other.q, err = s.asker.Ask(ctx, c.Text); err != nil || other.q.Empty() {
		return typed, err
	}
	if err := s.ask(ctx, other, Filter{}, query.Language, limit); err != nil {
		return nil, err
	}
	if clearer(other, typed, len(c.Proved) > 0) {
		return other, nil
	}
	return typed, nil
}

// ask finds and ranks articles. Who turns pages must meet each of them once: so
// what is ranked together does not depend on how many pages there are.
func (s *Searcher) ask(ctx context.Context, a *attempt, filter Filter, language string, limit int) error {
	asked := a.q.Ask(filter, language, min(limit, candidates))
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

// settle waits for what was counted beside.
func (a *attempt) settle() error {
	if a.found.Settle == nil {
		return nil
	}
	return a.found.Settle()
}

// has reports whether an article has the question as it was typed.
func has(a *attempt) bool {
	return slices.ContainsFunc(a.ranked, func(c rank.Scored) bool { return c.Whole > terms.Nowhere })
}

func hitsOf(found *engine.Found) []engine.Candidate {
	return slices.DeleteFunc(found.Candidates, func(c engine.Candidate) bool { return !c.Hit })
}

// enough is the share of a question's weight that an article has which has
// nearly all of it.
const enough = 0.999

// stands reports whether an article has a question as it was typed, or all of
// its words.
func (s *Searcher) stands(a *attempt) bool {
	return slices.ContainsFunc(a.ranked[:min(len(a.ranked), MaxSize)], func(c rank.Scored) bool {
		return c.Whole > terms.Nowhere || c.Vector[rank.Parts] > 0 || c.Vector[rank.Whole] >= enough
	})
}

// clearly is how much more of the question an article must have after a
// correction that no article proves.
const clearly = 0.15

// clearlyBetter is how much higher its score must be.
const clearlyBetter = 0.2

// clearer reports whether a correction answers better than what was typed.
func clearer(corrected, typed *attempt, proved bool) bool {
	switch {
	case len(corrected.ranked) == 0:
		return false
	case len(typed.ranked) == 0 || proved:
		return true
	}
	return most(corrected) > most(typed)+clearly || corrected.ranked[0].Score > typed.ranked[0].Score+clearlyBetter
}

// most is the largest share of a question that one of the first hits has.
func most(a *attempt) float32 {
	var share float32
	for _, c := range a.ranked[:min(len(a.ranked), 3)] {
		share = max(share, c.Vector[rank.Whole])
	}
	return share
}

// mode is Exact when the first article has what was typed: as it stands, or
// each part that spaces divide.
func (s *Searcher) mode(a *attempt) Mode {
	if len(a.ranked) == 0 {
		return Exact
	}
	first := &a.ranked[0]
	if first.Whole > terms.Nowhere || first.HasAll(strings.Fields(a.q.Text)) {
		return Exact
	}
	return Relaxed
}

// Close gives back what the engine holds. No method may run then or later.
func (s *Searcher) Close() error { return s.engine.Close() }
