package search

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"whyfix/internal/search/article"
	"whyfix/internal/search/correct"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/rank"
	"whyfix/internal/search/terms"
)

// Federated asks the articles of a site and the posts beside it, documents that
// are no pages and have an index of their own, and gives one answer. Each is
// asked with the weights of its own words; what was meant, and whether there is
// an answer, is decided by both.
type Federated struct {
	Articles *Searcher
	Posts    *Searcher // nil: there are none
	Base     string    // what stands before each path of the site, such as "/help/"; empty: "/"
	Now      time.Time // by which posts expire; zero: none does
	// Beside runs what is asked of the posts, in a goroutine of its own: it may
	// recover, and count the time. Nil: it is only run.
	Beside func(do func() error) error
}

// Search answers a query. An empty one has no hits and no error. Posts that
// cannot be asked are left out, and the answer says why.
func (f Federated) Search(ctx context.Context, query Query) (*Result, error) {
	r, err := f.search(ctx, query)
	if err == nil && r.Total == 0 && query.Language != "" && len(f.languages()) > 1 {
		query.Language = ""
		return f.search(ctx, query)
	}
	return r, err
}

// languages are those of all documents.
func (f Federated) languages() []string {
	list := slices.Clone(f.Articles.engine.Site().Languages)
	if f.Posts != nil {
		list = append(list, f.Posts.engine.Site().Languages...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// side is one of both as it answers a question.
type side struct {
	*Searcher
	*attempt // nil: there is nothing to look for in it
	posts    bool
	// Before a correction.
	typed *attempt
	// What is shown of it.
	shown []rank.Scored
	hits  []Hit
}

// asking is a question on its way.
type asking struct {
	Federated
	query  Query
	limit  int
	sides  []*side // the articles, then the posts, if they are asked
	shown  []int   // which side each document is of that is shown
	failed error   // why posts are left out
}

// sidesOf are those that a query is for. A language that the posts have not got
// leaves them out where the site has it.
func (f Federated) sidesOf(query Query) []*side {
	out := []*side{{Searcher: f.Articles}}
	if f.Posts == nil || f.Posts.Count() == 0 {
		return out
	}
	has := func(s *Searcher) bool { return slices.Contains(s.engine.Site().Languages, query.Language) }
	if query.Language != "" && has(f.Articles) && !has(f.Posts) {
		return out
	}
	return append(out, &side{Searcher: f.Posts, posts: true})
}

// each does something with both sides at once.
func (a *asking) each(do func(s *side) error) error {
	if len(a.sides) == 1 {
		return do(a.sides[0])
	}
	wait := a.beside(func() error { return do(a.sides[1]) })
	err := do(a.sides[0])
	return cmp.Or(err, a.leftOut(wait()))
}

// beside starts something with the posts.
func (a *asking) beside(do func() error) (wait func() error) {
	var group errgroup.Group
	group.Go(func() error {
		if a.Beside != nil {
			return a.Beside(do)
		}
		return do()
	})
	return group.Wait
}

// leftOut leaves the posts out if something is wrong with them, unless nobody
// waits for the answer any more.
func (a *asking) leftOut(failed error) error {
	if failed == nil || errors.Is(failed, context.Canceled) {
		return failed
	}
	a.failed, a.sides = failed, a.sides[:1]
	return nil
}

// looking are the sides in which there is something to look for.
func (a *asking) looking() (out []*side) {
	for _, s := range a.sides {
		if s.attempt != nil {
			out = append(out, s)
		}
	}
	return out
}

// any reports whether one of them is so.
func (a *asking) any(is func(s *side) bool) bool { return slices.ContainsFunc(a.looking(), is) }

func (f Federated) search(ctx context.Context, query Query) (*Result, error) {
	result := &Result{Query: query.Text, Mode: Exact, Hits: []Hit{}}
	// What was meant is decided on all documents of the language: a filter must
	// not change the question.
	size := min(max(query.Size, 0), MaxSize)
	page := max(query.Page, 1)
	limit := candidates * max(1, (min(size*page, MaxReach)+candidates-1)/candidates)
	a := &asking{Federated: f, query: query, limit: limit, sides: f.sidesOf(query)}
	corrected, err := a.meant(ctx)
	if err != nil || len(a.looking()) == 0 {
		return result, err
	}
	result.Mode = a.mode()
	if corrected != "" {
		result.Mode, result.Corrected = Corrected, corrected
		result.Pinyin = sounds(query.Text, corrected)
	}
	if result.Answered, err = a.answered(ctx, result.Mode); err != nil {
		return nil, err
	}
	if query.Filter != (Filter{}) {
		if err := a.ask(ctx, query.Filter); err != nil {
			return nil, err
		}
	}
	if err := a.each(func(s *side) error { return s.settle() }); err != nil {
		return nil, err
	}
	if err := a.show(ctx, size*min(page-1, MaxReach), size); err != nil {
		return nil, err
	}
	result.Posts, result.Partial = a.failed, ctx.Err() != nil || a.failed != nil
	for i, s := range a.looking() {
		if i == 0 {
			result.Terms = termsOf(s.q)
		}
		result.Partial = result.Partial || s.found.Partial
		result.Total += s.found.Hits
		if query.Explain {
			result.Candidates += s.found.Total
		}
		if facets := facetsOf(s.found.Facets); i == 0 {
			result.Facets = facets
		} else {
			result.Facets = result.Facets.and(facets)
		}
	}
	if len(a.sides) == 1 {
		result.Facets.Source = nil
	}
	result.Hits = a.merged()
	return result, nil
}

// ask asks each side with a filter.
func (a *asking) ask(ctx context.Context, filter Filter) error {
	return a.each(func(s *side) error {
		if s.attempt == nil {
			return nil
		}
		return s.ask(ctx, s.attempt, filter, a.query.Language, a.limit)
	})
}

// pose takes a text apart for each side, and asks.
func (a *asking) pose(ctx context.Context, text string) error {
	return a.each(func(s *side) error {
		q, err := s.asker.Ask(ctx, text)
		if err != nil || q.Empty() {
			s.attempt = nil
			return err
		}
		s.attempt = &attempt{q: q, explain: a.query.Explain}
		if s.posts && !a.Now.IsZero() {
			s.now = a.Now.Unix()
		}
		return s.ask(ctx, s.attempt, Filter{}, a.query.Language, a.limit)
	})
}

// meant finds what was typed or, if that is not there, what may have been
// meant, which it then tells.
func (a *asking) meant(ctx context.Context) (corrected string, err error) {
	if err := a.pose(ctx, a.query.Text); err != nil {
		return "", err
	}
	found := func(s *side) bool { return len(s.ranked) > 0 }
	if a.any(func(s *side) bool { return len(s.q.Quoted) > 0 }) {
		if a.any(found) {
			return "", nil
		}
		// Marks that quote nothing are as good as none.
		for _, s := range a.looking() {
			s.q.Quoted = nil
		}
		if err := a.ask(ctx, Filter{}); err != nil {
			return "", err
		}
	}
	if !a.any(func(s *side) bool { return s.has() }) && a.any(func(s *side) bool { return len(s.q.Rewritten.Pieces) > 0 }) {
		for _, s := range a.looking() {
			s.q.Whole = s.q.Rewritten
		}
		if err := a.ask(ctx, Filter{}); err != nil {
			return "", err
		}
	}
	// What stands somewhere exactly as typed was no slip.
	if a.any(func(s *side) bool { return s.stands() }) {
		return "", nil
	}
	c, err := a.correct(ctx)
	if err != nil || c == nil {
		return "", err
	}
	for _, s := range a.sides {
		s.typed = s.attempt
	}
	if err := a.pose(ctx, c.Text); err != nil {
		return "", err
	}
	if a.clearer(len(c.Proved) > 0) {
		return c.Text, nil
	}
	for _, s := range a.sides {
		s.attempt = s.typed
	}
	return "", nil
}

// correct is what may have been meant: by the words of the articles, else by
// those of the posts.
func (a *asking) correct(ctx context.Context) (c *correct.Correction, err error) {
	for _, s := range a.sides {
		if s.attempt == nil {
			continue
		}
		ask := func() (err error) {
			c, err = s.corrector.Correct(ctx, s.q)
			return err
		}
		if s.posts {
			err = a.leftOut(a.beside(ask)())
		} else {
			err = ask()
		}
		if err != nil || c != nil {
			return c, err
		}
	}
	return nil, nil
}

// clearly is how much more of the question a document must have after a
// correction that none proves.
const clearly = 0.15

// clearlyBetter is how much higher its score must be.
const clearlyBetter = 0.2

// clearer reports whether a correction answers better than what was typed.
func (a *asking) clearer(proved bool) bool {
	var now, before best
	for _, s := range a.sides {
		now.take(s.attempt)
		before.take(s.typed)
	}
	switch {
	case !now.found:
		return false
	case !before.found || proved:
		return true
	}
	return now.share > before.share+clearly || now.score > before.score+clearlyBetter
}

// best is what the first hits have.
type best struct {
	found        bool
	share, score float32 // the largest of a question, of the first few; the highest
}

func (b *best) take(a *attempt) {
	if a == nil || len(a.ranked) == 0 {
		return
	}
	if !b.found {
		b.score = a.ranked[0].Score
	}
	b.found, b.score = true, max(b.score, a.ranked[0].Score)
	for _, c := range a.ranked[:min(len(a.ranked), 3)] {
		b.share = max(b.share, c.Vector[rank.Whole])
	}
}

// mode is Exact when the first document has what was typed: as it stands, or
// each part that spaces divide.
func (a *asking) mode() Mode {
	order := a.order(1)
	if len(order) == 0 {
		return Exact
	}
	s := a.sides[order[0]]
	first := &s.ranked[0]
	if first.Whole > terms.Nowhere || first.HasAll(strings.Fields(s.q.Text)) {
		return Exact
	}
	return Relaxed
}

// answered tells whether the best document of a side is likely to answer at all.
// What was found as it was typed does.
func (a *asking) answered(ctx context.Context, mode Mode) (bool, error) {
	if !a.any(func(s *side) bool { return len(s.ranked) > 0 }) {
		return false, nil
	}
	if mode == Exact {
		return true, nil
	}
	for i, s := range a.sides {
		if s.attempt == nil || len(s.ranked) == 0 {
			continue
		}
		scale, err := s.Scale(ctx)
		if err != nil && i == 0 {
			return false, err
		}
		if err == nil && rank.DefaultJudge().Weigh(s.ranked[0].Evidence(s.q)) >= scale.Least {
			return true, nil
		}
	}
	return false, nil
}

// order is which side each of the first documents is of, the best first. Posts
// and articles stand in their own order.
func (a *asking) order(most int) []int {
	var next [2]int
	all := 0
	for _, s := range a.looking() {
		all += len(s.ranked)
	}
	out, margin := make([]int, 0, min(most, all)), a.margin()
	left := func(i int) []rank.Scored {
		if i >= len(a.sides) || a.sides[i].attempt == nil {
			return nil
		}
		return a.sides[i].ranked[next[i]:]
	}
	for len(out) < most {
		articles, posts := left(0), left(1)
		first := 0
		switch {
		case len(articles) == 0 && len(posts) == 0:
			return out
		case len(articles) == 0, len(posts) > 0 && leads(&posts[0], &articles[0], margin):
			first = 1
		}
		next[first]++
		out = append(out, first)
	}
	return out
}

// A post stands behind an article that answers as well. It may only lead if its
// score is higher by some margin, and by more where there are many posts for each
// article: the more there are, the higher is the best score that one of them has
// by chance.
const (
	behind     = 0.05
	behindMany = 0.3 // for each time that there are twice as many documents as articles
)

// margin is how much higher the score of a post must be than that of an article
// behind it.
func (a *asking) margin() float32 {
	articles, posts := a.sides[0].Count(), a.sides[len(a.sides)-1].Count()
	return float32(behind + behindMany*math.Log2(1+float64(posts)/float64(max(articles, 1))))
}

// leads reports whether a post stands before an article. What an article has as
// it was typed, no post has better that has it no more.
func leads(post, article *rank.Scored, margin float32) bool {
	if has := asTyped(article); has > 0 && has >= asTyped(post) {
		return false
	}
	return post.Score > article.Score+margin
}

// asTyped is how far a document has the question as it was typed: 2 as a title
// or symptom, 1 anywhere, or all of its parts, 0 not.
func asTyped(s *rank.Scored) int {
	switch {
	case s.Vector[rank.Is] > 0:
		return 2
	case s.Whole > terms.Nowhere || s.Vector[rank.Parts] > 0:
		return 1
	}
	return 0
}

// show makes what is shown of the documents from one on, so many.
func (a *asking) show(ctx context.Context, from, size int) error {
	order := a.order(from + size)
	var skipped [2]int
	for _, i := range order[:min(from, len(order))] {
		skipped[i]++
	}
	for i, s := range a.sides {
		if s.attempt != nil {
			n := 0
			for _, of := range order[min(from, len(order)):] {
				if of == i {
					n++
				}
			}
			s.shown = s.ranked[skipped[i] : skipped[i]+n]
		}
	}
	err := a.each(func(s *side) (err error) {
		if s.attempt != nil {
			s.hits, err = s.Searcher.hits(ctx, s.q, s.shown, a.query)
		}
		return err
	})
	a.shown = order[min(from, len(order)):]
	return err
}

// merged are the hits of both sides.
func (a *asking) merged() []Hit {
	out := make([]Hit, 0, len(a.shown))
	var next [2]int
	for _, i := range a.shown {
		if i < len(a.sides) {
			h := a.sides[i].hits[next[i]]
			if a.sides[i].posts {
				h.URL, h.Section.URL = a.below(h.URL), a.below(h.Section.URL)
			}
			out = append(out, h)
			next[i]++
		}
	}
	return out
}

// below is an address that a post leads to as readers have it: a path of the site
// may be written with what stands before all of them, or without.
func (a *asking) below(address string) string {
	base := strings.TrimSuffix(a.Base, "/")
	if !strings.HasPrefix(address, "/") || address == base || strings.HasPrefix(address, base+"/") {
		return address
	}
	return base + address
}

// and adds counts up.
func (f Facets) and(g Facets) Facets {
	return Facets{
		Kind: sum(f.Kind, g.Kind, func(a, b Count) int {
			return slices.Index(article.Kinds[:], a.Value) - slices.Index(article.Kinds[:], b.Value)
		}),
		Product: sum(f.Product, g.Product, mostFirst), Cause: sum(f.Cause, g.Cause, mostFirst),
		Solution: sum(f.Solution, g.Solution, mostFirst), Source: sum(f.Source, g.Source, mostFirst),
	}
}

func mostFirst(a, b Count) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Value, b.Value)) }

func sum(a, b []Count, order func(a, b Count) int) []Count {
	out := slices.Concat(a, b)
	slices.SortFunc(out, func(a, b Count) int { return strings.Compare(a.Value, b.Value) })
	n := 0
	for _, c := range out {
		if n > 0 && out[n-1].Value == c.Value {
			out[n-1].Count += c.Count
			continue
		}
		out[n] = c
		n++
	}
	out = out[:n]
	slices.SortFunc(out, order)
	return out[:min(n, engine.MostValues)]
}
