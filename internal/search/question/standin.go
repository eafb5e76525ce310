package question

import (
	"slices"

	"whyfix/internal/search/standin"
	"whyfix/internal/search/terms"
)

// mostStandins is how many stand-ins of a question are known.
const mostStandins = 64

// Standin is a term that the question has not, but that may stand for some
// that it has.
type Standin struct {
	Key  terms.Key
	Text string
	For  []Stood // each term once
}

// Stood is a term that a stand-in may stand for.
type Stood struct {
	Term   int     // its number
	Word   int     // the number of the word that it is part of, which the stand-in is for
	Weight float32 // how far, less than 1
}

// Has reports whether the question has a term.
func (q *Question) Has(k terms.Key) bool {
	_, has := q.Table.Find(k)
	return has
}

// standFor finds the stand-ins of the question's terms.
func (q *Question) standFor(table *standin.Table) {
	for word := range q.Terms {
		for _, s := range table.Of(q.Terms[word].Key) {
			if q.Has(s.Key) {
				continue
			}
			n, known := q.StandinTable.Find(s.Key)
			if !known {
				if n = len(q.Standins); n == mostStandins {
					return
				}
				q.Standins = append(q.Standins, Standin{Key: s.Key, Text: s.Text})
				q.StandinTable.add(s.Key, []rune(s.Text)[0], n)
			}
			q.Standins[n].stand(q.Terms, word, s.Weight)
		}
	}
}

// stand makes a stand-in one for a word. What stands for a word stands for its
// characters.
func (s *Standin) stand(list []Term, word int, weight float32) {
	w := &list[word]
	for i := range list {
		t := &list[i]
		if t.Start < w.Start || t.End > w.End || t.Form == terms.Mean {
			continue
		}
		at := slices.IndexFunc(s.For, func(f Stood) bool { return f.Term == i })
		switch {
		case at < 0:
			s.For = append(s.For, Stood{i, word, weight})
		case s.For[at].Weight < weight:
			s.For[at] = Stood{i, word, weight}
		}
	}
}
