package search

import (
	"cmp"
	"context"
	"slices"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"whyfix/internal/han"
)

// Ranking has two passes. The first adds up, rare terms first, how much of the
// question's weight each article has, from the index's postings. The second
// reads the short texts of the best few hundred closely: how much of the
// question does one of them answer, and how much of it does the question name?

const (
	// closely is how many candidates get the second pass.
	closely = 256
	// most postings that the first pass reads. Terms are read rare first, so
	// what is left out is what nearly every article has.
	mostPostings = 60_000
	// tail is the share of the best first score below which an article is no
	// longer an answer.
	tail = 0.4

	pairWeight   = 1.0
	singleWeight = 0.45
	headShare    = 0.7 // of the first score: the short texts
)

// asked is a question on its way through a search.
type asked struct {
	runes []rune
	terms []term
	total float32 // weight of all terms
	// Which term stands for a character, for two neighbours, for a word.
	singles map[rune]int
	pairs   map[[2]rune]int
	words   map[string]int
	seen    [1024]bool // by the low bits of characters in the question: most others are not
}

// term is one term of a question.
type term struct {
	han.Term
	weak   bool
	weight float32
	inHead int // articles that have it in a short text
	inAll  int // articles that have it at all
}

// tally is the memory of a first pass, used again by the next.
type tally struct {
	head, all []float32
	touched   []uint32
}

func (t *tally) reset() {
	for _, n := range t.touched {
		t.head[n], t.all[n] = 0, 0
	}
	t.touched = t.touched[:0]
}

// ask cuts a question into terms and weighs them.
func (x *Index) ask(text string, head, all []segment.TermDictionary) (*asked, error) {
	q := &asked{runes: []rune(han.Fold(text)), singles: map[rune]int{}, pairs: map[[2]rune]int{}, words: map[string]int{}}
	weak := han.Weak(q.runes)
	for _, t := range han.Terms(q.runes) {
		if q.find(t, q.runes[t.Start:t.End]) >= 0 {
			continue
		}
		n := len(q.terms)
		w := float32(1)
		switch {
		case t.Single:
			q.singles[q.runes[t.Start]] = n
			w = singleWeight
		case t.Pair:
			q.pairs[[2]rune(q.runes[t.Start:t.End])] = n
			w = pairWeight
		default:
			q.words[t.Text] = n
			w = pairWeight + singleWeight
		}
		for _, r := range q.runes[t.Start:t.End] {
			q.seen[r&1023] = true
		}
		qt := term{Term: t, weak: !slices.Contains(weak[t.Start:t.End], false)}
		var err error
		if qt.inHead, err = x.postings(head, []byte(t.Text), nil); err != nil {
			return nil, err
		}
		if qt.inAll, err = x.postings(all, []byte(t.Text), nil); err != nil {
			return nil, err
		}
		df := qt.inHead
		if df == 0 {
			df = qt.inAll
		}
		qt.weight = w * rarity(x.count, df) * strength(qt.weak)
		q.total += qt.weight
		q.terms = append(q.terms, qt)
	}
	return q, nil
}

// find is the number of the question's term that a piece of text is, or -1.
func (q *asked) find(t han.Term, runes []rune) int {
	var n int
	var ok bool
	switch {
	case t.Single:
		n, ok = q.singles[runes[0]]
	case t.Pair:
		n, ok = q.pairs[[2]rune(runes)]
	default:
		n, ok = q.words[t.Text]
	}
	if !ok {
		return -1
	}
	return n
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
	run     float32 // 1 when the passage has the question as typed
}

// gather is the first pass: every article that has a term of the question,
// with its score. The caller gives the tally back.
func (x *Index) gather(ctx context.Context, q *asked, head, all []segment.TermDictionary) (*tally, error) {
	t := x.scratch.Get().(*tally)
	order := make([]int, len(q.terms))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(q.terms[a].inAll, q.terms[b].inAll) })
	hasPair := len(q.pairs)+len(q.words) > 0
	left := mostPostings
	for _, i := range order {
		if err := ctx.Err(); err != nil {
			t.reset()
			x.scratch.Put(t)
			return nil, err
		}
		term := &q.terms[i]
		if n := term.inHead; n > 0 && (n <= left || len(t.touched) == 0) {
			left -= n
			if err := x.add(head, term, t.head, t); err != nil {
				return nil, err
			}
		}
		if n := term.inAll; n > 0 && !(hasPair && term.Single) && (n <= left || len(t.touched) == 0) {
			left -= n
			if err := x.add(all, term, t.all, t); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// add gives every article that has a term the term's weight.
func (x *Index) add(dicts []segment.TermDictionary, term *term, scores []float32, t *tally) error {
	weight := max(term.weight, 1e-6) // a term that every article has still finds them
	_, err := x.postings(dicts, []byte(term.Text), func(first uint64, it segment.PostingsIterator) error {
		visit := func(n uint64) {
			if t.head[n] == 0 && t.all[n] == 0 {
				t.touched = append(t.touched, uint32(n))
			}
			scores[n] += weight
		}
		if fast, ok := it.(segment.OptimizablePostingsIterator); ok {
			if bitmap := fast.ActualBitmap(); bitmap != nil {
				for many, buf := bitmap.ManyIterator(), make([]uint32, 256); ; {
					n := many.NextMany(buf)
					if n == 0 {
						return nil
					}
					for _, doc := range buf[:n] {
						visit(first + uint64(doc))
					}
				}
			}
		}
		for {
			p, err := it.Next()
			if err != nil || p == nil {
				return err
			}
			visit(first + p.Number())
		}
	})
	return err
}

// rank returns the articles that answer, best first. The order is the same
// for the same index and question, so that pages do not overlap.
func (x *Index) rank(ctx context.Context, q *asked, head, all []segment.TermDictionary, f Filter) ([]candidate, error) {
	t, err := x.gather(ctx, q, head, all)
	if err != nil {
		return nil, err
	}
	defer func() {
		t.reset()
		x.scratch.Put(t)
	}()
	var best float32
	found := make([]candidate, 0, len(t.touched))
	for _, n := range t.touched {
		if a := x.articles[n]; a == nil || !f.accepts(a) {
			continue
		}
		first := headShare*t.head[n] + (1-headShare)*t.all[n]
		best = max(best, first)
		found = append(found, candidate{doc: n, first: first, parts: parts{whole: t.all[n]}})
	}
	found = slices.DeleteFunc(found, func(c candidate) bool { return c.first < tail*best })
	byFirst := func(a, b candidate) int { return cmp.Or(cmp.Compare(b.first, a.first), x.order(a, b)) }
	top := found
	if len(found) > closely {
		slices.SortFunc(found, byFirst)
		top = found[:closely]
	}
	m := newMatcher(q)
	for i := range top {
		m.score(x.articles[top[i].doc], &top[i])
	}
	slices.SortFunc(top, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.score, a.score), x.order(a, b)) })
	return found, nil
}

// order is the last word where scores are equal.
func (x *Index) order(a, b candidate) int {
	return cmp.Compare(x.articles[a.doc].url, x.articles[b.doc].url)
}

// matcher compares texts with one question.
type matcher struct {
	q     *asked
	stamp []int // by term: the passage that had it last
	short []int // by term: the article that had it last
	tick  int
}

func newMatcher(q *asked) *matcher {
	return &matcher{q: q, stamp: make([]int, len(q.terms)), short: make([]int, len(q.terms))}
}

// sourceWeight is how much a passage says about what its article is for.
var sourceWeight = [...]float32{ofTitle: 1, ofSymptom: 1.05, ofTag: 0.6, ofHeading: 0.75}

// score is the second pass for one article.
func (m *matcher) score(a *article, c *candidate) {
	if m.q.total == 0 {
		return
	}
	m.tick++
	article := m.tick
	var short float32
	best := float32(-1)
	for i := range a.texts {
		p := &a.texts[i]
		m.tick++
		var has, named float32
		last := false // whether the character before was in the question
		for j, r := range p.folded {
			if !m.q.seen[r&1023] {
				last = false
				continue
			}
			n, ok := m.q.singles[r]
			if ok {
				has += m.mark(n, article, &short)
				named += m.q.terms[n].weight / singleWeight
			}
			if last && ok {
				if n, ok := m.q.pairs[[2]rune{p.folded[j-1], r}]; ok {
					has += m.mark(n, article, &short)
				}
			}
			last = ok
		}
		if len(m.q.words) > 0 {
			h, n := m.words(p.folded, article, &short)
			has, named = has+h, named+n
		}
		share := has / m.q.total
		names := min(named/max(p.weight, 0.01), 1)
		if s := sourceWeight[p.of] * share * (0.6 + 0.4*names); s > best {
			best = s
			c.parts.best, c.parts.named, c.parts.source, c.parts.passage = share, names, p.of, i
		}
	}
	c.parts.short = short / m.q.total
	c.parts.whole = max(min(c.parts.whole/m.q.total, 1), c.parts.short)
	if contains(a.texts[c.parts.passage].folded, m.q.runes) {
		c.parts.run = 1
	}
	c.score = 0.7*max(best, 0) + 0.2*c.parts.short + 0.1*c.parts.whole + 0.15*c.parts.run
}

// mark counts a term once in each passage, and once in each article.
func (m *matcher) mark(n, article int, short *float32) float32 {
	if m.short[n] != article {
		m.short[n] = article
		*short += m.q.terms[n].weight
	}
	if m.stamp[n] == m.tick {
		return 0
	}
	m.stamp[n] = m.tick
	return m.q.terms[n].weight
}

// words does the same for scripts with words.
func (m *matcher) words(runes []rune, article int, short *float32) (has, named float32) {
	han.EachTerm(runes, func(start, end int) {
		if han.ClassOf(runes[start]) != han.Word {
			return
		}
		if n, ok := m.q.words[han.Stem(string(runes[start:end]))]; ok {
			w := m.q.terms[n].weight
			has += m.mark(n, article, short)
			named += w / (pairWeight + singleWeight) * float32(end-start)
		}
	})
	return has, named
}

// contains reports whether one text stands in another.
func contains(text, run []rune) bool {
	if len(run) == 0 {
		return false
	}
	for i := 0; i+len(run) <= len(text); i++ {
		if text[i] == run[0] && slices.Equal(text[i:i+len(run)], run) {
			return true
		}
	}
	return false
}
