package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// Finding adds up, rare terms first, what each article gains by the question's
// terms. Terms that nearly every article has are read only for the articles
// that are among the best without them.

const (
	// most postings that are read whole.
	mostPostings = 30_000
	// fewPostings are read in any case: to ask whether they are worth it costs
	// more.
	fewPostings = 1_000
	// completed is how many articles get what was not read whole.
	completed = 48
)

// desk is the memory in which one question is worked on. It grows with the
// articles, so it is used again by the next question.
type desk struct {
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

func newDesk(x *Index) *desk {
	return &desk{scores: make([]float32, len(x.facts)), frequencies: make([]float32, len(x.facts)), holders: make([]held, len(x.facts))}
}

// giveBack clears a desk for the next question.
func (x *Index) giveBack(d *desk) {
	for _, n := range d.touched {
		d.scores[n] = 0
	}
	for _, n := range d.holding {
		d.holders[n] = held{}
	}
	d.touched, d.holding = d.touched[:0], d.holding[:0]
	x.desks.Put(d)
}

// termPostings are the postings of a question's term, by part of the index and
// counting field, or in the field of meanings alone.
type termPostings struct {
	engine.Term
	lists [][]postings // by part, then field; nil where nothing has it
	count int
}

func (x *Index) lookUp(t engine.Term) (termPostings, error) {
	out := termPostings{Term: t, lists: make([][]postings, len(x.parts))}
	within := engine.Counting[:]
	if t.Field != engine.InBody {
		within = []engine.Field{t.Field}
	}
	for i, p := range x.parts {
		for f, field := range within {
			list, err := p.postings(field, t.Text)
			if err != nil {
				return out, fmt.Errorf("search: %w", err)
			}
			if f == 0 {
				if list.count() == 0 {
					break // the body has everything
				}
				out.count += list.count()
			}
			out.lists[i] = append(out.lists[i], list)
		}
	}
	return out, nil
}

// Find finds the articles that may answer a question.
func (x *Index) Find(ctx context.Context, q *engine.Question) (*engine.Found, error) {
	d := x.desks.Get().(*desk)
	defer x.giveBack(d)
	f := &finding{x: x, q: q, desk: d, filter: x.filter(q.Filter, q.Language)}
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
	desk    *desk
	filter  filter
	terms   []termPostings
	unread  []termPostings // read only for the best
	total   float32        // the weight of all terms
	most    float32        // the highest score, whatever a filter leaves
	partial bool
	chosen  []engine.Candidate
}

// accumulate adds up scores.
func (f *finding) accumulate(ctx context.Context) error {
	var left float32
	for _, t := range f.q.Terms {
		p, err := f.x.lookUp(t)
		if err != nil {
			return err
		}
		f.total += t.Weight
		if p.count > 0 {
			left += t.Weight
			f.terms = append(f.terms, p)
		}
	}
	slices.SortStableFunc(f.terms, func(a, b termPostings) int { return cmp.Or(cmp.Compare(a.count, b.count), cmp.Compare(a.Text, b.Text)) })
	if len(f.q.Only) > 0 { // few articles need no list as a whole
		f.unread = f.terms
		return nil
	}
	read := 0
	for i, t := range f.terms {
		if err := ctx.Err(); err != nil {
			if errors.Is(err, context.Canceled) {
				return err
			}
			f.partial = true
			break
		}
		if i > 0 && t.count > fewPostings && (read+t.count > mostPostings || f.settled(left)) {
			f.unread = f.terms[i:]
			break
		}
		if err := f.add(&t); err != nil {
			return err
		}
		read += t.count
		left -= t.Weight
	}
	return nil
}

// settled reports whether articles that have no score yet can still come among
// those that are chosen, by terms of this weight.
func (f *finding) settled(left float32) bool {
	if len(f.desk.touched) < completed {
		return false
	}
	return f.threshold(completed) > left
}

// add adds a term to the scores of all articles that have it.
func (f *finding) add(t *termPostings) error {
	d, x := f.desk, f.x
	for i, lists := range t.lists {
		if len(lists) == 0 {
			continue
		}
		first := x.parts[i].first
		facts := x.facts[first:]
		scores := d.scores[first:]
		if t.Field != engine.InBody {
			share := t.Weight * engine.Saturate(1)
			err := lists[0].each(func(docs, _ []uint32) {
				for _, n := range docs {
					if facts[n] != nil {
						if scores[n] == 0 {
							d.touched = append(d.touched, first+n)
						}
						scores[n] += share
					}
				}
			})
			if err != nil {
				return fmt.Errorf("search: %w", err)
			}
			continue
		}
		frequencies := d.frequencies[first:]
		d.docs = d.docs[:0]
		for field, list := range lists {
			norms := x.norms[field][first:]
			err := list.each(func(docs, counts []uint32) {
				if field == body {
					d.docs = append(d.docs, docs...)
				}
				for k, n := range docs {
					frequencies[n] += float32(counts[k]) * norms[n]
				}
			})
			if err != nil {
				return fmt.Errorf("search: %w", err)
			}
		}
		for _, n := range d.docs {
			gain := t.Weight * engine.Saturate(frequencies[n])
			frequencies[n] = 0
			if facts[n] == nil {
				continue
			}
			if scores[n] == 0 {
				d.touched = append(d.touched, first+n)
			}
			scores[n] += gain
		}
	}
	return nil
}

// complete adds the terms that were not read whole to the scores of some
// articles, in the order of their numbers.
func (f *finding) complete(docs []uint32) error {
	if len(f.unread) == 0 || len(docs) == 0 {
		return nil
	}
	d, x := f.desk, f.x
	for i := range x.parts {
		p := &x.parts[i]
		d.docs = d.docs[:0]
		for _, n := range docs {
			if n >= p.first && n < p.first+uint32(p.articles()) {
				d.docs = append(d.docs, n-p.first)
			}
		}
		if len(d.docs) == 0 {
			continue
		}
		d.counts = slices.Grow(d.counts[:0], len(d.docs))[:len(d.docs)]
		gained := make([]float32, len(d.docs))
		for _, t := range f.unread {
			clear(gained)
			for field, list := range t.lists[i] {
				if list.count() == 0 {
					continue
				}
				if err := list.find(d.docs, d.counts); err != nil {
					return fmt.Errorf("search: %w", err)
				}
				for k, count := range d.counts {
					switch {
					case count == 0:
					case t.Field != engine.InBody:
						gained[k] = 1
					default:
						gained[k] += float32(count) * x.norms[field][p.first+d.docs[k]]
					}
				}
			}
			for k, frequency := range gained {
				if frequency == 0 {
					continue
				}
				n := p.first + d.docs[k]
				if d.scores[n] == 0 {
					d.touched = append(d.touched, n)
				}
				d.scores[n] += t.Weight * engine.Saturate(frequency)
			}
		}
	}
	return nil
}

// most best articles, whatever a filter leaves, say what a hit is: a filter
// must not change it.
const mostBest = 32

// choose picks the candidates and proves what they have.
func (f *finding) choose(ctx context.Context) error {
	x, d := f.x, f.desk
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
	x, d := f.x, f.desk
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
	for _, n := range f.desk.holding {
		if f.desk.holders[n].all(len(f.q.Parts)) && f.filter.accepts(f.x.facts[n]) {
			out = append(out, n)
		}
	}
	f.bestFirst(out, mostProofs)
	return out[:min(len(out), mostProofs)]
}

// isHit reports whether an article counts as a hit.
func (f *finding) isHit(n uint32) bool {
	h := f.desk.holders[n]
	score := f.desk.scores[n]
	return score > 0 && score >= f.most*engine.Tail || h.whole > 0 || h.all(len(f.q.Parts)) ||
		len(f.q.Quoted) > 0 && bits.OnesCount8(h.quotes) == len(f.q.Quoted)
}

// share is an article's score as a share of what it could be.
func (f *finding) share(n uint32) float32 {
	if f.total <= 0 {
		return 0
	}
	return f.desk.scores[n] / f.total
}

// better orders articles by their scores, those that have all of the question
// before all others.
func (f *finding) better(a, b uint32) int {
	return cmp.Or(cmp.Compare(f.key(b), f.key(a)), cmp.Compare(f.x.places[a], f.x.places[b]))
}

func (f *finding) key(n uint32) float32 {
	if f.holds(n) {
		return f.desk.scores[n] + f.total
	}
	return f.desk.scores[n]
}

// holds reports whether an article has the whole question, or all its parts.
func (f *finding) holds(n uint32) bool {
	h := f.desk.holders[n]
	return h.whole > 0 || h.all(len(f.q.Parts))
}

// found counts what was found.
func (f *finding) found() *engine.Found {
	x, d := f.x, f.desk
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
