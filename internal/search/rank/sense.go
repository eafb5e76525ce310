package rank

import (
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
)

// senses are what meanings of the lexicon say of a question.
type senses struct {
	kinds     map[terms.Key]bool // what it asks for
	denials   map[terms.Key]bool
	opposites map[terms.Key]terms.Key
}

// The meanings that make senses, by their names in the lexicon.
var (
	kindNames     = []string{"why", "how", "when", "howmuch", "where", "what", "can", "who", "which"}
	denialNames   = []string{"not", "cannot", "gone", "fail"}
	oppositeNames = [][2]string{
		{"open", "close"},
		{"raise", "lower"},
		{"early", "delay"},
		{"most", "least"},
		{"receive", "pay"},
		{"before", "after"},
		{"bind", "unbind"},
		{"freeze", "again"},
		{"can", "cannot"},
	}
)

func newSenses() *senses {
	s := &senses{map[terms.Key]bool{}, map[terms.Key]bool{}, map[terms.Key]terms.Key{}}
	key := map[string]terms.Key{}
	for m := range han.General().Count() {
		key[han.General().Name(m)] = terms.MeaningKey(m)
	}
	for _, n := range kindNames {
		if k, known := key[n]; known {
			s.kinds[k] = true
		}
	}
	for _, n := range denialNames {
		if k, known := key[n]; known {
			s.denials[k] = true
		}
	}
	for _, pair := range oppositeNames {
		a, knownA := key[pair[0]]
		b, knownB := key[pair[1]]
		if knownA && knownB {
			s.opposites[a], s.opposites[b] = b, a
		}
	}
	return s
}

// sense compares what a question and a passage ask for.
func (s *senses) sense(q *question.Question, p *article.Passage, v *Vector) {
	has := func(k terms.Key) bool { return slices.Contains(p.Words[:p.Own], k) }
	asks, same, denies := false, false, false
	for _, t := range q.Terms {
		if t.Form != terms.Mean {
			continue
		}
		if s.kinds[t.Key] {
			asks = true
			same = same || has(t.Key)
		}
		denies = denies || s.denials[t.Key]
		if other, known := s.opposites[t.Key]; known && has(other) && !has(t.Key) {
			if _, both := q.Table.Find(other); !both {
				v[Opposite] = 1
			}
		}
	}
	other, denied := false, false
	for _, k := range p.Words[:p.Own] {
		other = other || s.kinds[k]
		denied = denied || s.denials[k]
	}
	if asks && other && !same {
		v[OtherKind] = 1
	}
	if denies != denied {
		v[Negation] = 1
	}
}

// countsOther reports whether a passage has a number of what the question
// counts, and not the question's.
func (m *matcher) countsOther(p *article.Passage) bool {
	m.buffer = han.AppendMarked(m.buffer[:0], p.Text)
	m.canon, _ = m.cutter.Canon(m.canon[:0], m.buffer)
	other := false
	m.cutter.Each(han.Whole, m.canon, func(t terms.Term) {
		if t.Form != terms.Unit || !slices.Contains(m.counted, m.canon[t.End-1]) {
			return
		}
		if _, asked := m.q.Table.Find(t.Key); !asked {
			other = true
		}
	})
	return other
}
