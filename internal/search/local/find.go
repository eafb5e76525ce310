package local

import (
	"cmp"
	"context"
	"math/bits"
	"slices"

	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// scratch is the memory in which one question is worked on. It grows with the
// articles, so it is used again by the next question.
type scratch struct {
	scores      []float32 // by number
	frequencies []float32 // of one term, by number; 0 between terms
	touched     []uint32  // the articles that have a score
	holders     []held    // the runs that articles have, by number
	holding     []uint32  // the articles that have one
	docs        []uint32
	counts      []uint32
	heap        []float32
	buffer      []rune
	run         terms.Run
}

func newScratch(x *Index) *scratch {
	return &scratch{scores: make([]float32, len(x.facts)), frequencies: make([]float32, len(x.facts)), holders: make([]held, len(x.facts))}
}

// giveBack clears a scratch for the next question.
func (x *Index) giveBack(d *scratch) {
	for _, n := range d.touched {
		d.scores[n] = 0
	}
	for _, n := range d.holding {
		d.holders[n] = held{}
	}
	d.touched, d.holding = d.touched[:0], d.holding[:0]
	x.scratches.Put(d)
}

// Find finds the articles that may answer a question.
func (x *Index) Find(ctx context.Context, q *engine.Question) (*engine.Found, error) {
	d := x.scratches.Get().(*scratch)
	defer x.giveBack(d)
	f := &finding{x: x, q: q, scratch: d, filter: x.filter(q)}
	if err := f.accumulate(ctx); err != nil {
		return nil, err
	}
	if err := f.choose(ctx); err != nil {
		return nil, err
	}
	return f.found(), nil
}

// finding is a question on its way.
type finding struct {
	x       *Index
	q       *engine.Question
	scratch *scratch
	filter  filter
	terms   []termPostings
	unread  []termPostings // read only for the best
	total   float32        // the weight of all terms
	most    float32        // the highest score, whatever a filter leaves
	partial bool
	chosen  []engine.Candidate
}

// most best articles, whatever a filter leaves, say what a hit is: a filter
// must not change it.
const mostBest = 32

// choose picks the candidates and proves what they have.
func (f *finding) choose(ctx context.Context) error {
	x, d := f.x, f.scratch
	doubtful, err := f.holding()
	if err != nil {
		return err
	}
	limit := max(f.q.Limit, 1)
	docs, err := f.best(max(limit, completed), doubtful)
	if err != nil {
		return err
	}
	if err := f.prove(ctx, doubtful); err != nil {
		return err
	}
	if quotes := len(f.q.Quoted); quotes > 0 {
		docs = slices.DeleteFunc(docs, func(n uint32) bool { return bits.OnesCount8(d.holders[n].quotes) < quotes })
	}
	slices.SortFunc(docs, f.better)
	for i, n := range docs {
		h := d.holders[n]
		if i >= limit && !f.holds(n) {
			break
		}
		f.chosen = append(f.chosen, engine.Candidate{Facts: x.facts[n], Score: f.share(n), Whole: h.whole, Parts: h.parts, Hit: f.isHit(n)})
	}
	return nil
}

// best are the articles with the highest scores, and those that are asked
// about, with their scores completed.
func (f *finding) best(most int, doubtful []uint32) ([]uint32, error) {
	x, d := f.x, f.scratch
	all := slices.Clone(d.touched)
	for _, n := range d.holding {
		if d.scores[n] == 0 {
			all = append(all, n)
		}
	}
	var best []uint32 // whatever the filter
	if !f.filter.all && len(f.unread) > 0 {
		f.bestFirst(all, mostBest)
		best = slices.Clone(all[:min(len(all), mostBest)])
	}
	all = slices.DeleteFunc(all, func(n uint32) bool { return !f.filter.accepts(x.facts[n]) })
	// One that lacks a quoted run must not take the place of one that has it,
	// where the index alone tells.
	if proved := f.provedQuotes(); proved != 0 {
		all = slices.DeleteFunc(all, func(n uint32) bool { return d.holders[n].quotes&proved != proved })
	}
	// What was read so far tells the best but for a few.
	f.bestFirst(all, most)
	all = all[:min(len(all), most)]
	holding := append(f.havingAllParts(), doubtful...)
	docs := slices.Concat(all, holding)
	f.bestFirst(all, completed)
	best = slices.Concat(best, all[:min(len(all), completed)], holding)
	if len(f.q.Only) > 0 {
		docs = f.only()
		best = append(best, docs...)
	}
	slices.Sort(docs)
	docs = slices.Compact(docs)
	slices.Sort(best)
	if err := f.complete(slices.Compact(best)); err != nil {
		return nil, err
	}
	for _, n := range d.touched {
		f.most = max(f.most, d.scores[n])
	}
	return docs, nil
}

// only are the articles that alone are asked about, in order.
func (f *finding) only() []uint32 {
	var out []uint32
	for _, url := range f.q.Only {
		if n, known := f.x.number(url); known {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// havingAllParts are articles that have all parts of the question, where the
// index alone tells: what is proved by reading is doubtful before.
func (f *finding) havingAllParts() []uint32 {
	var out []uint32
	for _, n := range f.scratch.holding {
		if f.scratch.holders[n].all(len(f.q.Parts)) && f.filter.accepts(f.x.facts[n]) {
			out = append(out, n)
		}
	}
	f.bestFirst(out, mostProofs)
	return out[:min(len(out), mostProofs)]
}

// isHit reports whether an article counts as a hit.
func (f *finding) isHit(n uint32) bool {
	h := f.scratch.holders[n]
	score := f.scratch.scores[n]
	return score > 0 && score >= f.most*engine.Tail || h.whole > 0 || h.all(len(f.q.Parts)) ||
		len(f.q.Quoted) > 0 && bits.OnesCount8(h.quotes) == len(f.q.Quoted)
}

// share is an article's score as a share of what it could be.
func (f *finding) share(n uint32) float32 {
	if f.total <= 0 {
		return 0
	}
	return f.scratch.scores[n] / f.total
}

// better orders articles by their scores, those that have all of the question
// before all others.
func (f *finding) better(a, b uint32) int {
	return cmp.Or(cmp.Compare(f.key(b), f.key(a)), cmp.Compare(f.x.places[a], f.x.places[b]))
}

func (f *finding) key(n uint32) float32 {
	if f.holds(n) {
		return f.scratch.scores[n] + f.total
	}
	return f.scratch.scores[n]
}

// holds reports whether an article has the whole question, or all its parts.
func (f *finding) holds(n uint32) bool {
	h := f.scratch.holders[n]
	return h.whole > 0 || h.all(len(f.q.Parts))
}

// found counts what was found.
func (f *finding) found() *engine.Found {
	x, d := f.x, f.scratch
	counts := newFacetCounts(x)
	count := func(n uint32) {
		if f.isHit(n) && f.filter.accepts(x.facts[n]) && bits.OnesCount8(d.holders[n].quotes) == len(f.q.Quoted) {
			counts.add(n)
		}
	}
	for _, n := range d.touched {
		count(n)
	}
	for _, n := range d.holding {
		if d.scores[n] == 0 {
			count(n)
		}
	}
	return &engine.Found{Candidates: f.chosen, Total: len(d.touched), Partial: f.partial, Hits: counts.articles, Facets: counts.facets()}
}
