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
	q *asked
	// Tags and headings stand in many articles; each is read once.
	shared map[int32]match
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

func newMatcher(q *asked) *matcher { return &matcher{q: q, shared: map[int32]match{}} }

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
	for i := range a.texts {
		p := &a.texts[i]
		found := m.match(p)
		for w := range all {
			all[w] |= found.terms[w]
		}
		s := max((found.has-p.missed)/m.q.self, leastBest) - behind[p.of]
		run := inBody && contains(p.folded, m.q.runes)
		if run {
			s += runShare - bodyRun
		}
		if s > best {
			best = s
			c.parts.best, c.parts.named, c.parts.source, c.parts.passage = share(found.has, m.q.total), max((found.has-p.missed)/m.q.self, leastBest), p.of, i
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
}

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

// match is what a passage has of the question.
func (m *matcher) match(p *passage) match {
	if p.shared == 0 {
		return m.read(p)
	}
	found, known := m.shared[p.shared]
	if !known {
		found = m.read(p)
		m.shared[p.shared] = found
	}
	return found
}

func (m *matcher) read(p *passage) match {
	var found match
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
		n, ok := m.q.byKey[weigh.SingleKey(r)]
		if ok {
			add(n)
			if last {
				if n, ok := m.q.byKey[weigh.PairKey(p.folded[j-1], r)]; ok {
					add(n)
				}
			}
		} else {
			word = word || r < 0x250 || han.ClassOf(r) == han.Word
		}
		last = ok
	}
	for _, k := range p.terms[p.singles:] {
		if word || k.Class() == weigh.Meaning {
			if n, ok := m.q.byKey[k]; ok {
				add(n)
			}
		}
	}
	return found
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
