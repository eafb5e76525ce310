package snippet

import (
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
)

// Runs of the question find what is no term: signs (C#, 5%), and words that
// were typed in part.

// runHit is the term of a hit that is a run of the question.
const runHit = -1

// run is one of them.
type run struct {
	text  terms.Run
	share float32 // of the question
	// inside: it is shown inside a word, too. What is a word itself is not: not
	// is no part of another.
	inside bool
}

// shortestInside is how many characters of a word must have been typed to show
// them inside it.
const shortestInside = 3

// listRuns lists the question's runs, the whole one first.
func (m *Maker) listRuns() {
	add := func(text terms.Run, share float32) {
		single := len(text) == 1 && m.pairs && han.ClassOf(text[0]) == han.CJK
		if len(text) == 0 || single || slices.ContainsFunc(m.texts, func(r run) bool { return slices.Equal(r.text, text) }) {
			return
		}
		n, word := m.q.Table.Find(terms.WordKey(string(terms.Letters(text))))
		m.texts = append(m.texts, run{text, share, len(text) >= shortestInside && !(word && m.q.Terms[n].Count > 0)})
	}
	add(m.q.Whole.Text, 1)
	for _, r := range m.q.Quoted {
		add(r.Text, 1)
	}
	for _, r := range m.q.Parts {
		add(r.Text, 1/float32(len(m.q.Parts)))
	}
}

// findRuns adds the places of the question's runs in folded text to the hits.
func (m *Maker) findRuns(runes []rune) {
	if m.none || len(m.texts) == 0 {
		return
	}
	m.run = terms.AppendRun(m.run[:0], runes)
	var places []int // in the text, of the characters of the run; listed when first wanted
	for _, r := range m.texts {
		for from := 0; from < len(m.run); {
			at, fit := next(r.text, m.run, from)
			if fit == terms.Nowhere {
				break
			}
			if from = at + len(r.text); fit == terms.Inside && !r.inside {
				continue
			}
			if places == nil {
				places = placesOf(m.run, runes)
			}
			start, end := places[at], places[from-1]+1
			m.hits = append(m.hits, hit{start: start, end: end, term: runHit, chain: r.share, first: start})
		}
	}
}

// reach is how much of a text is looked at for the best place of a run. To look
// at all of it for each place would take far too long where there are many.
const reach = 256

// next is a place of a run in a text, from one place on, and how well it stands
// there.
func next(run, text terms.Run, from int) (at int, fit terms.Fit) {
	for ; from+len(run) <= len(text); from += reach {
		at, fit := run.Find(text[from:min(from+reach+len(run)-1, len(text))])
		if fit == terms.Nowhere {
			continue
		}
		// What was cut off may be of the same word.
		at += from
		before, after := max(at-1, 0), min(at+len(run)+1, len(text))
		_, fit = run.Find(text[before:after])
		return at, max(fit, terms.Inside)
	}
	return len(text), terms.Nowhere
}

// placesOf tells where the characters of a run stand in the text that it was
// made of. Nothing that a run leaves out can be mistaken for a part of it.
func placesOf(run terms.Run, runes []rune) []int {
	out := make([]int, 0, len(run))
	i := 0
	for _, r := range terms.Letters(run) {
		for runes[i] != r {
			i++
		}
		out = append(out, i)
		i++
	}
	return out
}
