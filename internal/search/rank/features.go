// Package rank decides which articles answer a question best.
//
// In: a question and the candidates that an engine found. Out: the candidates
// with scores, each made of parts that can be told.
//
// The engine's own score is one part of it: BM25F over all that an article
// says. What it lacks is added here: how much of the question one title or
// symptom is, and what else that says; how much stands together in one
// passage; what the article has as it was typed. How much each part counts is
// learnt (model.txt, by the command learn).
package rank

import (
	"math"
	"math/bits"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
)

// Feature is a part of a score.
type Feature int

// The features.
const (
	Frequency   Feature = iota // the engine's score: BM25F over all fields
	Named                      // the best short text: what it shares with the question, less what else it says
	Short                      // … what it shares with the question
	Whole                      // what the article shares with it
	Window                     // what one passage of its text shares with it
	Is                         // a title or symptom is the question
	IsHeading                  // a heading or tag is the question
	InShort                    // a title, symptom, tag or heading has it as it was typed
	InText                     // the text has it as it was typed
	InWord                     // … but starts or ends inside a word
	Parts                      // it has all parts of the question that spaces divide
	OtherKind                  // … or for something else
	Negation                   // only one of both denies
	Opposite                   // one says what is the opposite of the other: open, close
	Order                      // how much of both is the same, in the same order
	OtherNumber                // a short text has another number of what the question counts, and the article not that
	Features                   // how many there are
)

func (f Feature) String() string {
	return [...]string{
		"frequency", "named", "short", "whole", "window",
		"is", "is-heading", "in-short", "in-text", "in-word", "parts", "other-kind", "negation", "opposite", "order", "other-number",
	}[f]
}

// Tells is the feature in words, for people who ask why.
func (f Feature) Tells() string {
	return [...]string{
		Frequency: "how often it says the question's words, for its length", Named: "a short text is the question, less what else it says",
		Short: "the question in one short text",
		Whole: "the question in the article", Window: "the question in one passage",
		Is: "a title or symptom is the question", IsHeading: "a heading or tag is the question", InShort: "a short text has the question as typed",
		InText: "the article has the question as typed", InWord: "the article has it inside other words",
		Parts: "it has every part of the question", OtherKind: "it asks for something else",
		Negation: "only one of both denies", Opposite: "it is about the opposite", Order: "the question's characters in order",
		OtherNumber: "another number than the question's",
	}[f]
}

// Vector has a value for each feature.
type Vector [Features]float32

// matcher compares texts with one question.
type matcher struct {
	q        *question.Question
	losses   *losses
	senses   *senses
	cutter   *terms.Cutter
	seen     map[*article.Passage]int // tags and headings stand in many articles
	matches  []match
	standing standing
	order    order
	counted  []rune // what the question's numbers count: 天 of 7天
	canon    []rune
	words    int // of a termSet that are in use
	buffer   []rune
	hits     []hit
	counts   []int32 // by term: how often it is in the window
}

// start makes the matcher ready for a question.
func (m *matcher) start(r *Ranker, q *question.Question, cutter *terms.Cutter) {
	m.q, m.losses, m.senses, m.cutter = q, r.losses, r.senses, cutter
	m.words = min((len(q.Terms)+63)/64, len(termSet{}))
	clear(m.seen)
	m.standing.start(q)
	m.order.start(q.Whole.Text)
	m.counted = m.counted[:0]
	for _, t := range q.Terms {
		if t.Form == terms.Unit {
			m.counted = append(m.counted, q.Runes[t.End-1])
		}
	}
	m.matches = m.matches[:0]
}

// match is what a passage has of the question.
type match struct {
	has, lost float32
	terms     termSet
	standins  uint64 // those of the question that it has, a bit for each
	other     bool   // another number of what the question counts
}

// hit is a term of the question in a text.
type hit struct {
	at   int32 // where it ends
	term int32
}

// termSet is a set of a question's terms.
type termSet [8]uint64

func (s *termSet) add(n int) bool {
	if s[n/64]&(1<<(n%64)) != 0 {
		return false
	}
	s[n/64] |= 1 << (n % 64)
	return true
}

func (s *termSet) has(n int) bool { return s[n/64]&(1<<(n%64)) != 0 }

// behind is how far a passage of each source stands behind one that says for
// whom the article is.
var behind = [article.Sources]float32{article.TagName: 0.25, article.Heading: 0.2}

// unread is how much more of a question a text has than its frequencies make
// of it, by and large.
const unread = 1.7

// leastNamed: a passage about something else says no more than this.
const leastNamed = -0.5

// short compares the short texts of an article, and returns which says most.
func (m *matcher) short(c *engine.Candidate, v *Vector) (best int, all termSet) {
	v[Named] = float32(math.Inf(-1))
	whole := m.q.Whole.Text
	for i, p := range c.Facts.Passages {
		found := m.match(p)
		for w := range m.words {
			all[w] |= found.terms[w]
		}
		named := max((found.has-found.lost)/m.q.Self, leastNamed) - behind[c.Facts.Source(i)]
		if named > v[Named] {
			best, v[Named] = i, named
		}
		if found.other {
			v[OtherNumber] = 1
		}
		v[Short] = max(v[Short], share(found.has, m.q.Total))
		if c.Facts.Source(i) <= article.Symptom {
			v[Order] = max(v[Order], m.order.with(p.Run))
		}
		if c.Whole > terms.Nowhere {
			fit := whole.In(p.Run)
			if fit >= terms.Clean {
				v[InShort] = 1
			}
			switch {
			case fit < terms.All:
			case c.Facts.Source(i) <= article.Symptom:
				v[Is] = 1
			default:
				v[IsHeading] = 1
			}
		}
	}
	switch {
	case c.Whole >= terms.Clean:
		v[InText] = 1
	case c.Whole == terms.Inside:
		v[InWord] = 1
	}
	if n := len(m.q.Parts); n > 0 && bits.OnesCount8(c.Parts) == n {
		v[Parts] = 1
	}
	m.senses.sense(m.q, c.Facts.Passages[best], v)
	v[Frequency] = c.Score
	// Until the text is read: what has half of what it could be said often
	// mostly has all of it.
	v[Whole] = min(unread*c.Score, 1)
	v[Window] = v[Whole]
	return best, all
}

// weight is what the terms of a set gain together in a body.
func (m *matcher) weight(set *termSet) float32 {
	var sum float32
	for w, word := range set {
		for ; word != 0; word &= word - 1 {
			sum += m.q.Terms[64*w+bits.TrailingZeros64(word)].Body
		}
	}
	return sum
}

// match is what a passage has of the question, valid until the next.
func (m *matcher) match(p *article.Passage) *match {
	if i, known := m.seen[p]; known {
		return &m.matches[i]
	}
	m.seen[p] = len(m.matches)
	m.matches = append(m.matches, match{})
	found := &m.matches[len(m.matches)-1]
	m.fill(found, p)
	return found
}

func (m *matcher) fill(found *match, p *article.Passage) {
	q := m.q
	if len(m.counted) > 0 {
		found.other = m.countsOther(p)
	}
	add := func(n int) {
		if found.terms.add(n) {
			found.has += q.Terms[n].Short
		}
	}
	stand := func(k terms.Key) {
		if n, ok := q.StandinTable.Find(k); ok {
			found.standins |= 1 << n
		}
	}
	standins := &q.StandinTable.Starts
	last := rune(0) // the character before
	for j, r := range p.Run {
		if class := han.ClassOf(r); class != han.CJK {
			if class == han.Other && q.Table.Starts.Has(r) { // a sign
				if n, ok := q.Table.Find(terms.SingleKey(r)); ok {
					add(n)
				}
			}
			last = 0
			continue
		}
		if q.Table.Starts.Has(r) {
			if n, ok := q.Table.Find(terms.SingleKey(r)); ok {
				add(n)
				if last != 0 {
					if n, ok := q.Table.Find(terms.PairKey(last, r)); ok {
						add(n)
					}
				}
			}
		}
		if standins.Has(r) {
			stand(terms.SingleKey(r))
		}
		if last != 0 && standins.Has(last) {
			stand(terms.PairKey(last, r))
		}
		last = r
		if !before(p.Run[:j], r) { // each counts once
			found.lost += m.losses.of(terms.SingleKey(r))
		}
	}
	for i, k := range p.Words {
		if n, ok := q.Table.Find(k); ok {
			add(n)
		} else {
			stand(k)
		}
		if i < p.Own && !k.IsSynonym() {
			found.lost += m.losses.of(k)
		}
	}
	if found.standins != 0 {
		gain, spare := m.standing.worth(q, found, m.losses)
		found.has += gain
		found.lost = max(found.lost-spare, 0)
	}
}

func before(run terms.Run, r rune) bool {
	for _, c := range run {
		if c == r {
			return true
		}
	}
	return false
}

func share(part, whole float32) float32 {
	if whole <= 0 {
		return 0
	}
	return min(part/whole, 1)
}
