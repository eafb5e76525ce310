package search

import (
	"math"
	"math/bits"
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// matcher compares texts with one question.
type matcher struct {
	x *Index
	q *asked
	// Tags and headings stand in many articles; each is read once.
	desk  *desk
	words int // of a termSet that are in use
}

// match is what a passage has of the question.
type match struct {
	has   float32
	terms termSet
}

// termSet is a set of a question's terms. Terms beyond its size, in questions
// of the greatest length, are not counted twice because they are not counted.
type termSet [8]uint64

// add reports whether a term is new in the set.
func (s *termSet) add(n int) bool {
	if n >= 64*len(s) || s[n/64]&(1<<(n%64)) != 0 {
		return false
	}
	s[n/64] |= 1 << (n % 64)
	return true
}

func newMatcher(x *Index, q *asked, d *desk) *matcher {
	return &matcher{x: x, q: q, desk: d, words: min((len(q.terms)+63)/64, len(termSet{}))}
}

// behind is how far a passage of each source stands behind one that says for
// whom the article is.
var behind = [...]float32{ofTitle: 0, ofSymptom: 0, ofTag: 0.25, ofHeading: 0.2}

// How much the parts of a score count beside the best passage.
const (
	shortShare = 0.1
	wholeShare = 0.15
	runShare   = 1.5  // a short text has the question as typed
	bodyRun    = 1.0  // the article has it somewhere
	leastBest  = -0.5 // a passage about something else says no more than this
	floor      = 1    // so that a score is never negative
)

// score is the second pass for one article.
func (m *matcher) score(a *article, c *candidate) {
	var all termSet
	best := float32(math.Inf(-1))
	inBody := c.parts.run > 0
	for i, text := range a.texts {
		found := m.match(text)
		for w := range m.words {
			all[w] |= found.terms[w]
		}
		of := a.source(i)
		named := max((found.has-m.x.lost(text))/m.q.self, leastBest)
		s := named - behind[of]
		run := inBody && contains(m.x.passages[text].folded, m.q.runes)
		if run {
			s += runShare - bodyRun
		}
		if s > best {
			best = s
			c.parts.best, c.parts.named, c.parts.source, c.parts.passage = share(found.has, m.q.total), named, of, text
			if run {
				c.parts.run = 1
			} else if inBody {
				c.parts.run = bodyRun
			}
		}
	}
	c.parts.short = share(m.weight(all), m.q.total)
	c.score = floor + best + shortShare*c.parts.short + wholeShare*c.parts.whole
	if inBody {
		c.score += bodyRun
	}
	// Sums of the same terms in another order are the same score.
	c.score = float32(math.Round(float64(c.score)*scoreSteps) / scoreSteps)
}

// scoreSteps are how many scores there are between two whole numbers: what is
// nearer together is equal, and the order of URLs decides.
const scoreSteps = 1 << 20

// weight is what the terms of a set gain together.
func (m *matcher) weight(set termSet) float32 {
	var sum float32
	for w, word := range set {
		for ; word != 0; word &= word - 1 {
			sum += m.q.terms[64*w+bits.TrailingZeros64(word)].matched
		}
	}
	return sum
}

// match is what a passage has of the question, valid until the next.
func (m *matcher) match(text uint32) *match {
	d := m.desk
	if n := d.memo[text]; n > 0 {
		return &d.matches[n-1]
	}
	d.matches = append(d.matches, match{})
	d.memo[text] = int32(len(d.matches))
	d.seen = append(d.seen, text)
	found := &d.matches[len(d.matches)-1]
	m.fill(found, &m.x.passages[text])
	return found
}

func (m *matcher) fill(found *match, p *passage) {
	add := func(n int) {
		if found.terms.add(n) {
			found.has += m.q.terms[n].matched
		}
	}
	last := false // whether the character before was in the question
	word := false
	for j, r := range p.folded {
		if !m.q.seen[r&1023] {
			last = false
			continue
		}
		n, ok := m.q.byKey.find(weigh.SingleKey(r))
		if ok {
			add(n)
			if last {
				if n, ok := m.q.byKey.find(weigh.PairKey(p.folded[j-1], r)); ok {
					add(n)
				}
			}
		} else {
			word = word || r < 0x250 || han.ClassOf(r) == han.Word
		}
		last = ok
	}
	for _, k := range p.words {
		if word || k.Class() == weigh.Meaning {
			if n, ok := m.q.byKey.find(k); ok {
				add(n)
			}
		}
	}
}

// contains reports whether one text stands in another.
func contains(text, run []rune) bool { return len(run) > 0 && find(text, run) >= 0 }

// find is where a text first has a run; -1 when it does not.
func find(text, run []rune) int {
	for i := 0; i+len(run) <= len(text); i++ {
		if text[i] == run[0] && slices.Equal(text[i:i+len(run)], run) {
			return i
		}
	}
	return -1
}
