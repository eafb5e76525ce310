package search

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// Ranking has two passes. The first adds up, rare terms first, how much of the
// question's weight each article has, from the index's postings. The second
// reads the short texts of the best hundred closely: how much of the
// question does one of them answer, and how much of it does the question name?

const (
	// closely is how many candidates get the second pass.
	closely = 96
	// completed is how many get what the first pass did not read.
	completed = 256
	// most postings that the first pass reads. Terms are read rare first, so
	// what is left out is what nearly every article has.
	mostPostings = 20_000
	// tail is the share of the best first score below which an article is no
	// longer an answer.
	tail = 0.35
	// besideRuns is the same where some articles have the question as typed:
	// others need this share of it.
	besideRuns = 0.5

	headShare = 0.7 // of the first score: the short texts
)

// asked is a question on its way through a search.
type asked struct {
	runes    []rune
	terms    []term
	byKey    termTable
	total    float32    // what a text that has all of it gains
	self     float32    // what the question gains from itself: a total less what it misses
	body     float32    // weight of all terms in a body
	seen     [1024]bool // by the low bits of characters in the question: most others are not
	pairs    bool       // it has terms longer than a character
	synonyms synonyms
}

// term is one term of a question.
type term struct {
	weigh.Key
	text    string
	start   int // where it first stands in the question
	end     int
	weak    bool     // all of it is question words or particles
	partly  bool     // some of it is
	matched float32  // what a short text gains by it
	body    float32  // what a body gains by it
	head    postings // the articles that have it in a short text
	all     postings // … that have it at all
}

// name is the term as people may read it.
func (t *term) name() string {
	if t.meaning() {
		return "(" + t.text[1:] + ")"
	}
	return t.text
}

// articles is how many articles have the term.
func (t *term) articles() int { return max(t.head.count, t.all.count) }

func (t *term) single() bool  { return t.Class() == weigh.Single }
func (t *term) meaning() bool { return t.Class() == weigh.Meaning }

const (
	// weakShare is how much a question word counts in a body beside a word of
	// the matter.
	weakShare   = 0.15
	wordInBody  = 1.5 // a word beside a pair of characters
	synonymGain = 2   // a synonym of the site beside a meaning of the general lexicon
)

// ask cuts a question into terms and weighs them.
func (x *Index) ask(text string, in *fields) (*asked, error) {
	q := &asked{runes: []rune(han.Fold(text)), synonyms: x.synonyms}
	q.byKey = newTermTable(3 * len(q.runes))
	q.terms = make([]term, 0, 2*len(q.runes)+4)
	weak := han.Weak(q.runes)
	var err error
	table := weigh.Default()
	add := func(k weigh.Key, text string, start, end int, another bool) {
		if _, twice := q.byKey.find(k); twice || err != nil {
			return
		}
		t := term{Key: k, text: text, start: start, end: end, weak: !slices.Contains(weak[start:end], false), partly: slices.Contains(weak[start:end], true)}
		if t.head, err = in.head.postings(t.text); err != nil {
			return
		}
		if k.Class() != weigh.Single { // which only a question of single characters looks for
			if t.all, err = in.all.postings(t.text); err != nil {
				return
			}
		}
		rarity := x.rarity.of(k)
		missed := table.Missed(k, rarity)
		t.matched = table.Matched(k, rarity)
		switch {
		case isSynonym(k):
			// The site's own word for it: as good as a word that was typed.
			t.matched, missed = synonymGain*t.matched, 0
			t.body = wordInBody * weigh.Rarity(x.count, t.articles())
		case k.Class() == weigh.Pair:
			t.matched = table.Matched(k, weigh.Rarity(x.count, t.head.count))
			t.body = weigh.Rarity(x.count, t.articles())
			q.pairs = true
		case k.Class() == weigh.Word:
			t.body = wordInBody * weigh.Rarity(x.count, t.articles())
			q.pairs = true
		}
		if t.partly { // a pair that is half a question word belongs to the wording, too
			t.body *= weakShare
		}
		if !another && !isSynonym(k) { // a synonym is not asked for: it may stand for what is
			q.total += t.matched
			q.self += t.matched - missed
			q.body += t.body
		}
		for _, r := range q.runes[start:end] {
			q.seen[r&1023] = true
		}
		q.byKey.add(k, len(q.terms))
		q.terms = append(q.terms, t)
	}
	// Articles in languages that are cut differently have their own form of a
	// word: it may stand for the first.
	for i, analyzer := range x.analyzers {
		weigh.Features(analyzer, q.runes, func(k weigh.Key, start, end int) {
			add(k, weigh.Text(analyzer, k, q.runes, start, end), start, end, i > 0)
		})
	}
	x.synonyms.asked.Find(q.runes, func(n, start, end int) { add(synonymKey(n), synonymTerm(n), start, end, false) })
	if err != nil {
		return nil, err
	}
	if !q.pairs { // a question of single characters
		for i := range q.terms {
			if t := &q.terms[i]; t.single() {
				if t.all, err = in.all.postings(t.text); err != nil {
					return nil, err
				}
				t.body = weigh.Rarity(x.count, t.articles())
				q.body += t.body
			}
		}
	}
	q.self = max(q.self, 0.3*q.total, 1e-6)
	return q, nil
}

// candidate is an article that may answer.
type candidate struct {
	doc   uint32
	score float32 // of the second pass; 0 without one
	parts parts
}

// parts are what the second pass found, as shares of the question's weight.
type parts struct {
	best    float32 // the passage that answers most
	named   float32 // share of that passage that the question names
	source  source
	passage uint32
	short   float32 // all short texts together
	whole   float32 // the whole article
	run     float32 // 1 when the passage has the question as typed, bodyRun when the article has
}

// gather is the first pass: every article that has a term of the question,
// with its score, on the desk.
func (x *Index) gather(ctx context.Context, q *asked, d *desk) error {
	order := make([]*term, len(q.terms))
	for i := range order {
		order[i] = &q.terms[i]
	}
	slices.SortStableFunc(order, func(a, b *term) int {
		return cmp.Compare(a.articles(), b.articles())
	})
	left := mostPostings
	for _, t := range order {
		if err := ctx.Err(); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				return nil // the best so far
			}
			return err
		}
		reads := [...]read{{t.head, gained{head: max(t.matched, least)}}, {t.all, gained{all: t.body}}}
		for _, p := range reads {
			switch {
			case p.count == 0 || p.gain == gained{}:
			case p.count > left && len(d.touched) > 0:
				d.unread = append(d.unread, p)
			default:
				left -= p.count
				x.add(p, d)
			}
		}
	}
	return nil
}

// complete gives the articles what they gain by the terms that the first pass
// did not read.
func (x *Index) complete(q *asked, found []reached, d *desk) {
	for _, p := range d.unread {
		head, all := headShare*share(p.gain.head, q.total), share(p.gain.all, q.body)
		for i, docs := range p.docs {
			first := uint32(x.segments[i].first)
			for j := range found {
				c := &found[j]
				if c.doc >= first && docs.contains(c.doc-first) {
					g := &d.scores[c.doc]
					g.all = min(g.all+all, 1)
					c.first += head + (1-headShare)*all
				}
			}
		}
	}
}

// least is what a term gains that every article has: it still finds them.
const least = 1e-6

// add gives every article of a term's postings what it gains by the term.
func (x *Index) add(p read, d *desk) {
	for i, docs := range p.docs {
		first := uint32(x.segments[i].first)
		docs.each(d.numbers[:], func(numbers []uint32) { d.add(first, numbers, p.gain) })
	}
}

// ranking is the articles that answer a question: the best in order, and the
// rest in none. It lies on a desk, which is to be given back.
type ranking struct {
	q    *asked
	runs []proof // the articles that have the question as typed
	top  []candidate
	rest []reached
	*desk
}

func (r *ranking) count() int { return len(r.top) + len(r.rest) }

// rank ranks the articles that answer; runs are those that have the question
// as typed. The order is the same for the same index and question, so that
// pages do not overlap.
func (x *Index) rank(ctx context.Context, q *asked, f filter, runs ...proof) (*ranking, error) {
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	d := x.desks.Get().(*desk)
	if err := x.gather(ctx, q, d); err != nil {
		x.giveBack(d)
		return nil, err
	}
	for _, run := range runs {
		// It may have the run in the middle of words alone.
		d.add(run.doc, []uint32{0}, gained{head: least})
		d.scores[run.doc].run = max(d.scores[run.doc].run, run.at)
	}
	var best float32
	for _, n := range d.touched {
		g := &d.scores[n]
		g.all = share(g.all, q.body)
		g.head = headShare*share(g.head, q.total) + (1-headShare)*g.all
		if g.run > nowhere {
			// Those that have it as it stands go first into the second pass.
			g.head, g.all = g.head+float32(g.run), 1
		}
		best = max(best, g.head)
	}
	enough := tail * min(best, 1)
	if len(runs) > 0 {
		enough = besideRuns // the rung above is not poor
	}
	d.found = d.found[:0]
	for _, n := range d.touched {
		// The filter comes last: a facet counts what its value would leave.
		if first := d.scores[n].head; first >= enough && (f.all || f.accepts(x.articles[n])) {
			d.found = append(d.found, reached{n, first})
		}
	}
	if len(d.unread) > 0 {
		x.bestFirst(d.found, completed)
		x.complete(q, d.found[:min(len(d.found), completed)], d)
		x.bestFirst(d.found[:min(len(d.found), completed)], closely)
	} else {
		x.bestFirst(d.found, closely)
	}
	k := min(len(d.found), closely)
	r := &ranking{q: q, runs: runs, top: make([]candidate, k), rest: d.found[k:], desk: d}
	slices.SortFunc(d.found[:k], x.compareReached) // where time runs out, the best were read
	m := newMatcher(x, q, d)
	for i, c := range d.found[:k] {
		r.top[i] = candidate{doc: c.doc, parts: parts{whole: d.scores[c.doc].all}}
		if d.scores[c.doc].run > nowhere {
			r.top[i].parts.run = bodyRun
		}
		if i&31 == 31 && ctx.Err() != nil {
			continue
		}
		m.score(x.articles[c.doc], &r.top[i])
	}
	slices.SortStableFunc(r.top, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(x.places[a.doc], x.places[b.doc]))
	})
	return r, nil
}

// compareReached orders by the first pass.
func (x *Index) compareReached(a, b reached) int {
	return cmp.Or(cmp.Compare(b.first, a.first), cmp.Compare(x.places[a.doc], x.places[b.doc]))
}

// bestFirst moves the n with the highest first scores to the front, in no
// order: sorting thousands to read hundreds would cost more than the rest of a
// search.
func (x *Index) bestFirst(found []reached, n int) {
	less := func(a, b reached) bool { // a is worse than b
		return a.first < b.first || a.first == b.first && x.places[a.doc] > x.places[b.doc]
	}
	if len(found) <= n {
		return
	}
	// found[:n] is a heap with the worst on top.
	down := func(i int) {
		for {
			child := 2*i + 1
			if child >= n {
				return
			}
			if child+1 < n && less(found[child+1], found[child]) {
				child++
			}
			if !less(found[child], found[i]) {
				return
			}
			found[i], found[child] = found[child], found[i]
			i = child
		}
	}
	for i := n/2 - 1; i >= 0; i-- {
		down(i)
	}
	for i := n; i < len(found); i++ {
		if less(found[0], found[i]) {
			found[0], found[i] = found[i], found[0]
			down(0)
		}
	}
}

// share is a part of a whole that may be nothing.
func share(part, whole float32) float32 {
	if whole <= 0 {
		return 0
	}
	return min(part/whole, 1)
}
