package rank

import (
	_ "embed"
	"sync"

	"whyfix/internal/search/learnt"
	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
)

// Clue is something that speaks for or against that the best article answers a
// question at all.
type Clue int

// The clues.
const (
	Always      Clue = iota // 1
	Unknown                 // how much of the question no article has
	Matter                  // how much of what it is about, its words and pairs, the best article has
	Covered                 // how much of all of it
	Frequent                // Frequency
	SaysIt                  // Named
	SaysItAlone             // … in an article that is its title
	IsAlone                 // it is such an article
	Length                  // terms of the question
	Letters                 // it is in letters
	LettersMatter
	LettersUnknown
	LettersAlone
	Rare  // how rare the rarest is that both have
	Clues // how many there are
)

func (c Clue) String() string {
	return [...]string{
		"always", "unknown", "matter", "covered", "frequent", "says-it", "says-it-alone", "is-alone", "length",
		"letters", "letters-matter", "letters-unknown", "letters-alone", "rare",
	}[c]
}

// Evidence has a value for each clue.
type Evidence [Clues]float32

const (
	longQuestion = 60 // terms
	veryRare     = 8
)

// Evidence that an article, which was read, answers a question.
func (s *Scored) Evidence(q *question.Question) Evidence {
	var e Evidence
	var all, unknown, matter, has, letters, rare float32
	for _, t := range q.Terms {
		all += t.Body
		if t.Count == 0 {
			unknown += t.Body
		}
		if t.Key.Class() == terms.Word {
			letters += t.Body
		}
		if t.Weak || t.Key.Class() == terms.Single {
			continue
		}
		matter += t.Body
		if s.Has(t) {
			has += t.Body
			rare = max(rare, t.Rarity)
		}
	}
	e[Always] = 1
	e[Unknown], e[Matter], e[Covered] = share(unknown, all), share(has, matter), s.Vector[Whole]
	e[Frequent], e[SaysIt] = s.Vector[Frequency], max(s.Vector[Named], leastNamed)
	e[IsAlone] = s.Facts.Alone
	e[SaysItAlone] = e[SaysIt] * e[IsAlone]
	e[Length] = min(float32(len(q.Terms)), longQuestion) / longQuestion
	if share(letters, all) > 0.5 {
		e[Letters], e[LettersMatter], e[LettersUnknown], e[LettersAlone] = 1, e[Matter], e[Unknown], e[IsAlone]
	}
	e[Rare] = min(rare/veryRare, 1)
	return e
}

// Judge says how much clues count.
type Judge struct{ Weights Evidence }

// Weigh adds up evidence: above 0 an article is more likely to answer than not,
// where as many questions can be answered as cannot.
func (j *Judge) Weigh(e Evidence) float32 {
	var sum float32
	for c, x := range e {
		sum += j.Weights[c] * x
	}
	return sum
}

//go:embed evidence.txt
var evidenceText string

// DefaultJudge is that of evidence.txt.
var DefaultJudge = sync.OnceValue(func() *Judge { return learnt.Must(ParseJudge(evidenceText)) })

// ParseJudge reads a Judge: a line for each clue, its name and its weight.
func ParseJudge(text string) (*Judge, error) {
	j := &Judge{}
	return j, learnt.Read("evidence.txt", text, func(l *learnt.Line) bool {
		for c := range Clues {
			if l.Is(c.String(), 2) {
				j.Weights[c] = l.Number(1)
				return true
			}
		}
		return false
	})
}
