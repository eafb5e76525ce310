package search

import (
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// rarities are the rarities of terms among the articles' short texts. Pairs of
// characters are left out: there are too many to keep, and the index knows.
type rarities struct {
	common [commonLast - commonFirst + 1]float32 // of characters in use, 0: not among the texts
	losses [commonLast - commonFirst + 1]float32 // what a passage with the character loses without it
	rest   map[weigh.Key]float32
	most   float32 // of a term that no article has
}

// The characters in use have a table: nearly all that is asked of rarities is
// about them.
const commonFirst, commonLast = 0x4E00, 0x9FFF

func isCommon(k weigh.Key) bool { return k >= commonFirst && k <= commonLast }

// frequencies count the articles that have a term in a short text. An article
// can be taken out again, so that an edit costs no more than what it touches.
type frequencies struct {
	common [commonLast - commonFirst + 1]seen
	rest   map[weigh.Key]seen
	turn   int32 // of the article that is counted: its terms count once each
}

// seen is how many articles had a term, and when it was last counted.
type seen struct{ articles, turn int32 }

func newFrequencies() *frequencies { return &frequencies{rest: map[weigh.Key]seen{}} }

// add counts an article by one, or takes it out by minus one.
func (f *frequencies) add(a *article, passages []passage, by int32) {
	f.turn++
	rest := func(k weigh.Key) {
		if s := f.rest[k]; s.turn != f.turn {
			f.rest[k] = seen{s.articles + by, f.turn}
		}
	}
	for _, text := range a.texts {
		p := &passages[text]
		for _, r := range p.folded {
			switch {
			case r >= commonFirst && r <= commonLast:
				if s := &f.common[r-commonFirst]; s.turn != f.turn {
					s.articles, s.turn = s.articles+by, f.turn
				}
			case r >= 0x80 && han.ClassOf(r) == han.CJK:
				rest(weigh.SingleKey(r))
			}
		}
		for _, k := range p.words {
			rest(k)
		}
	}
}

// rarities are what the counts say of that many articles.
func (f *frequencies) rarities(count int) *rarities {
	table := weigh.Default()
	r := &rarities{rest: make(map[weigh.Key]float32, len(f.rest)), most: weigh.Rarity(count, 0)}
	for i, s := range f.common {
		if s.articles > 0 {
			r.common[i] = weigh.Rarity(count, int(s.articles))
			r.losses[i] = table.Missed(weigh.Key(commonFirst+i), r.common[i])
		}
	}
	for k, s := range f.rest {
		if s.articles > 0 {
			r.rest[k] = weigh.Rarity(count, int(s.articles))
		}
	}
	return r
}

func (r *rarities) of(k weigh.Key) float32 {
	if isCommon(k) {
		if w := r.common[k-commonFirst]; w > 0 {
			return w
		}
		return r.most
	}
	if w, ok := r.rest[k]; ok {
		return w
	}
	return r.most
}

// missed is what a passage loses when nothing of it is in the question.
func (r *rarities) missed(p *passage) float32 {
	table := weigh.Default()
	var sum float32
	for j, c := range p.folded {
		switch {
		case slices.Contains(p.folded[:j], c): // each counts once
		case c >= commonFirst && c <= commonLast:
			sum += r.losses[c-commonFirst]
		case c >= 0x80 && han.ClassOf(c) == han.CJK:
			k := weigh.SingleKey(c)
			sum += table.Missed(k, r.of(k))
		}
	}
	for _, k := range p.words {
		if !isSynonym(k) {
			sum += table.Missed(k, r.of(k))
		}
	}
	return sum
}

// sounds groups the characters of the short texts by how they sound, in the
// order of their codes.
func (r *rarities) sounds() map[han.Syllable][]rune {
	out := map[han.Syllable][]rune{}
	add := func(c rune) {
		for _, s := range han.Sounds(c) {
			out[s] = append(out[s], c)
		}
	}
	for i, w := range r.common {
		if w > 0 {
			add(commonFirst + rune(i))
		}
	}
	for k := range r.rest {
		if k.Class() == weigh.Single {
			add(k.Rune())
		}
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out
}
