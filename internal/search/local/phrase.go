package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// Containment: which articles have a run of characters as it was typed. The
// index says which have all pieces of it; what a piece does not prove is read.

// How many articles are read to prove runs, the best first. What is not read is
// not proved.
const (
	mostProofs  = 128
	quoteProofs = 1_000
)

// held are the runs that an article has.
type held struct {
	whole         terms.Fit
	parts, quotes uint8
}

// all reports whether these are all parts of the question.
func (h held) all(parts int) bool { return parts > 0 && bits.OnesCount8(h.parts) == parts }

// provedQuotes are the quoted runs that need no reading.
func (f *finding) provedQuotes() (out uint8) {
	for i := range f.q.Quoted {
		if f.q.Quoted[i].Proof > terms.Nowhere {
			out |= 1 << i
		}
	}
	return out
}

// holding finds the articles that have the pieces of runs. It returns those
// whose text must be read.
func (f *finding) holding() ([]uint32, error) {
	q := f.q
	holders := f.scratch.holders
	var doubtful []uint32
	if len(q.Only) > 0 { // few articles are read sooner than found
		return f.only(), nil
	}
	add := func(r *engine.Run, mark func(h *held, fit terms.Fit)) error {
		docs, err := f.having(r.Pieces)
		if err != nil {
			return err
		}
		for _, n := range docs {
			if r.Proof > terms.Nowhere {
				if holders[n] == (held{}) {
					f.scratch.holding = append(f.scratch.holding, n)
				}
				mark(&holders[n], r.Proof)
			} else {
				doubtful = append(doubtful, n)
			}
		}
		return nil
	}
	if len(q.Whole.Pieces) > 0 {
		if err := add(&q.Whole, func(h *held, fit terms.Fit) { h.whole = max(h.whole, fit) }); err != nil {
			return nil, err
		}
	}
	for i := range q.Parts {
		if err := add(&q.Parts[i], func(h *held, fit terms.Fit) { h.parts |= 1 << i }); err != nil {
			return nil, err
		}
	}
	quoting, err := f.quoting()
	if err != nil {
		return nil, err
	}
	doubtful = append(doubtful, quoting...)
	slices.Sort(doubtful)
	doubtful = slices.Compact(doubtful)
	doubtful = slices.DeleteFunc(doubtful, func(n uint32) bool {
		return !f.filter.accepts(f.x.facts[n])
	})
	most := mostProofs
	if len(q.Quoted) > 0 {
		most = quoteProofs
	}
	if len(doubtful) > most {
		f.bestFirst(doubtful, most)
		doubtful = doubtful[:most]
		slices.Sort(doubtful)
	}
	return doubtful, nil
}

// quoting finds the articles that have the pieces of all quoted runs: one that
// lacks some is no answer. It marks the runs that need no reading, and returns
// the articles where others do.
func (f *finding) quoting() (doubtful []uint32, err error) {
	var pieces [][]string
	for i := range f.q.Quoted {
		pieces = append(pieces, f.q.Quoted[i].Pieces...)
	}
	docs, err := f.having(pieces)
	if err != nil {
		return nil, err
	}
	proved := f.provedQuotes()
	for _, n := range docs {
		h := &f.scratch.holders[n]
		if proved != 0 && *h == (held{}) {
			f.scratch.holding = append(f.scratch.holding, n)
		}
		h.quotes |= proved
	}
	if bits.OnesCount8(proved) < len(f.q.Quoted) {
		return docs, nil
	}
	return nil, nil
}

// having are the articles that have, of each of the pieces, one of its terms.
func (f *finding) having(pieces [][]string) ([]uint32, error) {
	x := f.x
	var out []uint32
	if len(pieces) == 0 {
		return nil, nil
	}
	for i := range x.parts {
		p := &x.parts[i]
		docs, err := p.having(pieces)
		if err != nil {
			return nil, err
		}
		for _, n := range docs {
			if x.facts[p.first+n] != nil {
				out = append(out, p.first+n)
			}
		}
	}
	return out, nil
}

// having are those of a part. Most long texts have a piece that no article has:
// what comes behind it is not looked up.
func (p *part) having(pieces [][]string) ([]uint32, error) {
	places := make([][]postings, len(pieces))
	for k, alternatives := range pieces {
		any := false
		for _, term := range alternatives {
			list, err := p.postings(engine.InBody, term)
			if err != nil {
				return nil, fmt.Errorf("search: %w", err)
			}
			any = any || list.count() > 0
			places[k] = append(places[k], list)
		}
		if !any {
			return nil, nil
		}
	}
	return inAll(places)
}

// prove reads articles, the best first, and tells which runs they have.
func (f *finding) prove(ctx context.Context, doubtful []uint32) error {
	q := f.q
	order := slices.Clone(doubtful)
	slices.SortFunc(order, f.better)
	for i, n := range order {
		if i&15 == 15 {
			if err := ctx.Err(); errors.Is(err, context.Canceled) {
				return err
			} else if err != nil {
				f.partial = true
				break
			}
		}
		h := f.scratch.holders[n]
		texts := texts{f: f, n: n}
		prove := func(r *engine.Run, mark func(fit terms.Fit)) error {
			known := r.Proof > terms.Nowhere
			if known && len(q.Only) == 0 || len(r.Pieces) == 0 {
				return nil
			}
			fit, err := texts.fit(r.Text)
			if known {
				fit = min(fit, r.Proof)
			}
			if err == nil && fit > terms.Nowhere {
				mark(fit)
			}
			return err
		}
		err := prove(&q.Whole, func(fit terms.Fit) { h.whole = max(h.whole, fit) })
		for k := range q.Parts {
			err = errors.Join(err, prove(&q.Parts[k], func(terms.Fit) { h.parts |= 1 << k }))
		}
		for k := range q.Quoted {
			err = errors.Join(err, prove(&q.Quoted[k], func(terms.Fit) { h.quotes |= 1 << k }))
		}
		if err != nil {
			return err
		}
		if h != (held{}) && f.scratch.holders[n] == (held{}) {
			f.scratch.holding = append(f.scratch.holding, n)
		}
		f.scratch.holders[n] = h
	}
	return nil
}

// texts are all texts of an article as runs. The long ones are read when the
// short ones do not tell.
type texts struct {
	f     *finding
	n     uint32
	long  terms.Run
	found bool // long is there
}

// fit tells how well a run stands in the texts. All is said of short texts
// alone.
func (t *texts) fit(run terms.Run) (terms.Fit, error) {
	best := terms.Nowhere
	for _, p := range t.f.x.facts[t.n].Passages {
		if best = max(best, run.In(p.Run)); best == terms.All {
			return best, nil
		}
	}
	if best >= terms.Clean {
		return best, nil
	}
	if err := t.read(); err != nil {
		return best, err
	}
	return max(best, min(run.In(t.long), terms.Clean)), nil
}

func (t *texts) read() error {
	if t.found {
		return nil
	}
	b, err := t.f.x.body(t.n)
	if err != nil {
		return err
	}
	d := t.f.scratch
	t.long = d.run[:0]
	add := func(text string) {
		d.buffer = han.AppendMarked(d.buffer[:0], text)
		t.long = terms.AppendRun(t.long, d.buffer)
		t.long = append(t.long, '\n')
	}
	add(b.Summary)
	for _, s := range b.Sections {
		add(s.Text)
	}
	d.run, t.found = t.long, true
	return nil
}

// inAll are the articles that, for each of the places, one of the lists has, in
// order.
func inAll(places [][]postings) ([]uint32, error) {
	count := func(lists []postings) (n int) {
		for _, list := range lists {
			n += list.count()
		}
		return n
	}
	slices.SortStableFunc(places, func(a, b []postings) int { return cmp.Compare(count(a), count(b)) }) // the rarest first
	var docs []uint32
	for _, list := range places[0] {
		if err := list.each(func(d, _ []uint32) { docs = append(docs, d...) }); err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
	}
	if len(places[0]) > 1 {
		slices.Sort(docs)
		docs = slices.Compact(docs)
	}
	for _, lists := range places[1:] {
		if len(docs) == 0 {
			break
		}
		var err error
		if docs, err = inAny(docs, lists); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// inAny keeps those articles, in order, that one of the lists has.
func inAny(docs []uint32, lists []postings) ([]uint32, error) {
	has := make([]bool, len(docs))
	counts := make([]uint32, len(docs))
	for _, list := range lists {
		if err := list.find(docs, counts); err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		for i, n := range counts {
			has[i] = has[i] || n > 0
		}
	}
	kept := docs[:0]
	for i, n := range docs {
		if has[i] {
			kept = append(kept, n)
		}
	}
	return kept, nil
}
