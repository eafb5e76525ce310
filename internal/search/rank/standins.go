package rank

import (
	"math/bits"
	"slices"

	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
)

// standing tells what the stand-ins of a short text are worth: a term of the
// question that the text has not counts in part if what stands for it is there,
// and what stands for it is held against the text in part only. A part is less
// than 1 of what the term itself would add, less what it would be held against
// the text, so that what was typed stands before what stands for it.
type standing struct {
	part  []float32 // by term: how far it is stood for
	terms []int     // those that are
	spare []spared
}

// spared is a term of a text that is no loss, in part.
type spared struct {
	key    terms.Key
	weight float32
}

func (s *standing) start(q *question.Question) {
	if n := len(q.Terms); len(s.part) < n {
		s.part = make([]float32, n)
	}
}

// worth is what the stand-ins of a text add to what it has of the question, and
// what they take off its losses.
func (s *standing) worth(q *question.Question, found *match, losses *losses) (gain, spare float32) {
	for set := found.standins; set != 0; set &= set - 1 {
		in := &q.Standins[bits.TrailingZeros64(set)]
		var most float32
		for _, f := range in.For {
			if found.terms.has(f.Term) {
				continue // what was typed is there
			}
			if s.part[f.Term] == 0 {
				s.terms = append(s.terms, f.Term)
			}
			s.part[f.Term] = max(s.part[f.Term], f.Weight)
			most = max(most, f.Weight)
		}
		if most > 0 {
			s.excuse(q, in, most)
		}
	}
	for _, n := range s.terms {
		t := &q.Terms[n]
		gain += s.part[n] * max(t.Short-losses.of(t.Key), 0)
		s.part[n] = 0
	}
	for _, p := range s.spare {
		spare += p.weight * losses.of(p.key)
	}
	s.terms, s.spare = s.terms[:0], s.spare[:0]
	return gain, spare
}

// excuse notes that what a stand-in is made of is no loss.
func (s *standing) excuse(q *question.Question, in *question.Standin, weight float32) {
	if in.Key.Class() == terms.Word {
		s.excuseTerm(in.Key, weight)
		return
	}
	for _, r := range in.Text {
		if k := terms.SingleKey(r); !q.Has(k) { // what the question has is no loss to speak of
			s.excuseTerm(k, weight)
		}
	}
}

func (s *standing) excuseTerm(k terms.Key, weight float32) {
	i := slices.IndexFunc(s.spare, func(p spared) bool { return p.key == k })
	if i < 0 {
		s.spare = append(s.spare, spared{k, weight})
		return
	}
	s.spare[i].weight = max(s.spare[i].weight, weight)
}
