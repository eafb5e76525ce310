package search

import (
	"cmp"
	"context"
	"errors"
	"slices"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// Ranking has two passes. The first adds up, rare terms first, how much of the
// question's weight each article has, from the index's postings. The second
// reads the short texts of the best hundred closely: how much of the
// question does one of them answer, and how much of it does the question name?

const (
	// closely is how many candidates get the second pass.
	closely = 128
	// most postings that the first pass reads. Terms are read rare first, so
	// what is left out is what nearly every article has.
	mostPostings = 40_000
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
	byKey    map[weigh.Key]int
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
	weak    bool    // all of it is question words or particles
	partly  bool    // some of it is
	matched float32 // what a short text gains by it
	body    float32 // what a body gains by it
	inHead  int     // articles that have it in a short text
	inAll   int     // articles that have it at all
}

// name is the term as people may read it.
func (t *term) name() string {
	if t.meaning() {
		return "(" + t.text[1:] + ")"
	}
	return t.text
}

func (t *term) single() bool  { return t.Class() == weigh.Single }
func (t *term) meaning() bool { return t.Class() == weigh.Meaning }

// tally is the memory of a first pass, used again by the next.
type tally struct {
	scores  []gained // by document number
	touched []uint32
}

// gained is what one article has of the question so far.
type gained struct{ head, all float32 }

func (t *tally) reset() {
	for _, n := range t.touched {
		t.scores[n] = gained{}
	}
	t.touched = t.touched[:0]
}

const (
	// weakShare is how much a question word counts in a body beside a word of
	// the matter.
	weakShare   = 0.15
	wordInBody  = 1.5 // a word beside a pair of characters
	synonymGain = 2   // a synonym of the site beside a meaning of the general lexicon
)

// ask cuts a question into terms and weighs them.
func (x *Index) ask(text string, head, all []segment.TermDictionary) (*asked, error) {
	q := &asked{runes: []rune(han.Fold(text)), byKey: map[weigh.Key]int{}, synonyms: x.synonyms}
	weak := han.Weak(q.runes)
	var err error
	table := weigh.Default()
	add := func(k weigh.Key, text string, start, end int) {
		if _, twice := q.byKey[k]; twice || err != nil {
			return
		}
		t := term{Key: k, text: text, weak: !slices.Contains(weak[start:end], false), partly: slices.Contains(weak[start:end], true)}
		if t.inHead, err = x.postings(head, []byte(t.text), nil); err != nil {
			return
		}
		if t.inAll, err = x.postings(all, []byte(t.text), nil); err != nil {
			return
		}
		rarity := x.rarity.of(k)
		missed := table.Missed(k, rarity)
		t.matched = table.Matched(k, rarity)
		switch {
		case isSynonym(k):
			// The site's own word for it: as good as a word that was typed.
			t.matched, missed = synonymGain*t.matched, 0
			t.body = wordInBody * weigh.Rarity(x.count, max(t.inHead, t.inAll))
		case k.Class() == weigh.Pair:
			t.matched = table.Matched(k, weigh.Rarity(x.count, t.inHead))
			t.body = weigh.Rarity(x.count, max(t.inHead, t.inAll))
			q.pairs = true
		case k.Class() == weigh.Word:
			t.body = wordInBody * weigh.Rarity(x.count, max(t.inHead, t.inAll))
			q.pairs = true
		}
		if t.partly { // a pair that is half a question word belongs to the wording, too
			t.body *= weakShare
		}
		if !isSynonym(k) { // a synonym is not asked for: it may stand for what is
			q.total += t.matched
			q.self += t.matched - missed
			q.body += t.body
		}
		for _, r := range q.runes[start:end] {
			q.seen[r&1023] = true
		}
		q.byKey[k] = len(q.terms)
		q.terms = append(q.terms, t)
	}
	weigh.Features(q.runes, func(k weigh.Key, start, end int) { add(k, weigh.Text(k, q.runes, start, end), start, end) })
	x.synonyms.asked.Find(q.runes, func(n, start, end int) { add(synonymKey(n), synonymTerm(n), start, end) })
	if err != nil {
		return nil, err
	}
	if !q.pairs { // a question of single characters
		for i := range q.terms {
			if t := &q.terms[i]; t.single() {
				t.body = weigh.Rarity(x.count, max(t.inHead, t.inAll))
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
	first float32 // score of the first pass, share of the question's weight
	score float32 // of the second pass; 0 without one
	parts parts
}

// parts are what the second pass found, as shares of the question's weight.
type parts struct {
	best    float32 // the passage that answers most
	named   float32 // share of that passage that the question names
	source  source
	passage int
	short   float32 // all short texts together
	whole   float32 // the whole article
	run     float32 // 1 when the passage has the question as typed, bodyRun when the article has
}

// gather is the first pass: every article that has a term of the question,
// with its score. The caller gives the tally back.
func (x *Index) gather(ctx context.Context, q *asked, head, all []segment.TermDictionary) (*tally, error) {
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	t := x.scratch.Get().(*tally)
	order := make([]int, len(q.terms))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(max(q.terms[a].inAll, q.terms[a].inHead), max(q.terms[b].inAll, q.terms[b].inHead))
	})
	left := mostPostings
	for _, i := range order {
		if err := ctx.Err(); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				return t, nil // the best so far
			}
			t.reset()
			x.scratch.Put(t)
			return nil, err
		}
		term := &q.terms[i]
		if n := term.inHead; n > 0 && (n <= left || len(t.touched) == 0) {
			left -= n
			if err := x.add(head, term.text, gained{head: max(term.matched, least)}, t); err != nil {
				return nil, err
			}
		}
		if n := term.inAll; n > 0 && term.body > 0 && (n <= left || len(t.touched) == 0) {
			left -= n
			if err := x.add(all, term.text, gained{all: max(term.body, least)}, t); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// least is what a term gains that every article has: it still finds them.
const least = 1e-6

// add gives every article that has a term what it gains by it.
func (x *Index) add(dicts []segment.TermDictionary, text string, gain gained, t *tally) error {
	var buf [512]uint32
	_, err := x.postings(dicts, []byte(text), func(first uint64, it segment.PostingsIterator) error {
		if fast, ok := it.(segment.OptimizablePostingsIterator); ok {
			if bitmap := fast.ActualBitmap(); bitmap != nil {
				for many := bitmap.ManyIterator(); ; {
					n := many.NextMany(buf[:])
					if n == 0 {
						return nil
					}
					for _, doc := range buf[:n] {
						t.add(uint32(first)+doc, gain)
					}
				}
			}
		}
		for {
			p, err := it.Next()
			if err != nil || p == nil {
				return err
			}
			t.add(uint32(first+p.Number()), gain)
		}
	})
	return err
}

func (t *tally) add(n uint32, gain gained) {
	s := &t.scores[n]
	if s.head == 0 && s.all == 0 {
		t.touched = append(t.touched, n)
	}
	s.head += gain.head
	s.all += gain.all
}

// rank returns the articles that answer, best first; runs are those that have
// the question as typed. The order is the same
// for the same index and question, so that pages do not overlap.
func (x *Index) rank(ctx context.Context, q *asked, head, all []segment.TermDictionary, f Filter, runs map[uint32]level) ([]candidate, int, error) {
	t, err := x.gather(ctx, q, head, all)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		t.reset()
		x.scratch.Put(t)
	}()
	for n := range runs {
		t.add(n, gained{head: least}) // it may have the run in the middle of words alone
	}
	var best float32
	found := make([]candidate, 0, len(t.touched))
	for _, n := range t.touched {
		if x.articles[n] == nil {
			continue
		}
		whole := share(t.scores[n].all, q.body)
		first := headShare*share(t.scores[n].head, q.total) + (1-headShare)*whole
		c := candidate{doc: n, first: first, parts: parts{whole: whole}}
		if l := runs[n]; l > nowhere {
			// Those that have it as it stands go first into the second pass.
			c.first, c.parts.run, c.parts.whole = c.first+float32(l), bodyRun, 1
		}
		best = max(best, c.first)
		found = append(found, c)
	}
	enough := tail * min(best, 1)
	if len(runs) > 0 {
		enough = besideRuns // the rung above is not poor
	}
	// The filter comes last: a facet counts what its value would leave.
	found = slices.DeleteFunc(found, func(c candidate) bool { return c.first < enough || !f.accepts(x.articles[c.doc]) })
	x.bestFirst(found, closely)
	top := found[:min(len(found), closely)]
	m := newMatcher(q)
	for i := range top {
		if i&31 == 31 && ctx.Err() != nil {
			break
		}
		m.score(x.articles[top[i].doc], &top[i])
	}
	slices.SortFunc(top, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.score, a.score), x.order(a, b)) })
	return found, len(t.touched), nil
}

// bestFirst moves the n candidates with the highest first scores to the front,
// in no order: sorting thousands to read hundreds would cost more than the
// rest of a search.
func (x *Index) bestFirst(found []candidate, n int) {
	less := func(a, b candidate) bool { // a is worse than b
		return a.first < b.first || a.first == b.first && x.order(a, b) > 0
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

// order is the last word where scores are equal.
func (x *Index) order(a, b candidate) int {
	return cmp.Compare(x.articles[a.doc].place, x.articles[b.doc].place)
}

// share is a part of a whole that may be nothing.
func share(part, whole float32) float32 {
	if whole <= 0 {
		return 0
	}
	return min(part/whole, 1)
}
