package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"whyfix/internal/search/engine"
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
	if len(f.scratch.touched) < completed {
		return false
	}
	return f.threshold(completed) > left
}

// add adds a term to the scores of all articles that have it.
func (f *finding) add(t *termPostings) error {
	d, x := f.scratch, f.x
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
	d, x := f.scratch, f.x
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

// threshold is the score of the n-th best article, of at least n.
func (f *finding) threshold(n int) float32 {
	d := f.scratch
	d.heap = d.heap[:0]
	for _, doc := range d.touched {
		d.heap = append(d.heap, d.scores[doc])
	}
	best(d.heap, n, func(a, b float32) bool { return a < b })
	return d.heap[0]
}

// bestFirst moves the n articles with the highest scores to the front, in no
// order.
func (f *finding) bestFirst(found []uint32, n int) {
	best(found, n, func(a, b uint32) bool { return f.better(a, b) > 0 })
}

// best moves the n best of a list to the front, the worst of them first: to
// sort thousands and read hundreds would cost more than the rest of a question.
func best[T any](list []T, n int, worse func(a, b T) bool) {
	if len(list) < n {
		return
	}
	down := func(i int) { // list[:n] is a heap with the worst on top
		for {
			child := 2*i + 1
			if child >= n {
				return
			}
			if child+1 < n && worse(list[child+1], list[child]) {
				child++
			}
			if !worse(list[child], list[i]) {
				return
			}
			list[i], list[child] = list[child], list[i]
			i = child
		}
	}
	for i := n/2 - 1; i >= 0; i-- {
		down(i)
	}
	for i := n; i < len(list); i++ {
		if worse(list[0], list[i]) {
			list[0], list[i] = list[i], list[0]
			down(0)
		}
	}
}
