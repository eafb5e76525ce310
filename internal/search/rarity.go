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
	rest   map[weigh.Key]float32
	most   float32 // of a term that no article has
}

// The characters in use have a table: nearly all that is asked of rarities is
// about them.
const commonFirst, commonLast = 0x4E00, 0x9FFF

func isCommon(k weigh.Key) bool { return k >= commonFirst && k <= commonLast }

// frequencies count the articles that have a term in a short text.
type frequencies struct {
	common [commonLast - commonFirst + 1]seen
	rest   map[weigh.Key]seen
}

// seen is how many articles had a term, and which was the last.
type seen struct{ articles, last int32 }

func (s *seen) by(article int32) {
	if s.last != article {
		s.articles, s.last = s.articles+1, article
	}
}

func learnRarities(articles []*article, passages []passage, count int) *rarities {
	f := &frequencies{rest: map[weigh.Key]seen{}}
	rest := func(k weigh.Key, article int32) {
		s := f.rest[k]
		s.by(article)
		f.rest[k] = s
	}
	for i, a := range articles {
		if a == nil {
			continue
		}
		n := int32(i + 1)
		for _, text := range a.texts {
			p := &passages[text]
			for _, r := range p.folded {
				switch {
				case r >= commonFirst && r <= commonLast:
					f.common[r-commonFirst].by(n)
				case r >= 0x80 && han.ClassOf(r) == han.CJK:
					rest(weigh.SingleKey(r), n)
				}
			}
			for _, k := range p.words {
				rest(k, n)
			}
		}
	}
	r := &rarities{rest: make(map[weigh.Key]float32, len(f.rest)), most: weigh.Rarity(count, 0)}
	for i, s := range f.common {
		if s.articles > 0 {
			r.common[i] = weigh.Rarity(count, int(s.articles))
		}
	}
	for k, s := range f.rest {
		r.rest[k] = weigh.Rarity(count, int(s.articles))
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

// missed is what each passage loses when nothing of it is in the question.
func (r *rarities) missed(passages []passage) []float32 {
	table := weigh.Default()
	var common [commonLast - commonFirst + 1]float32
	for i, w := range r.common {
		if w > 0 {
			common[i] = table.Missed(weigh.Key(commonFirst+i), w)
		}
	}
	out := make([]float32, len(passages))
	for i := range passages {
		p := &passages[i]
		var sum float32
		for j, c := range p.folded {
			switch {
			case slices.Contains(p.folded[:j], c): // each counts once
			case c >= commonFirst && c <= commonLast:
				sum += common[c-commonFirst]
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
		out[i] = sum
	}
	return out
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
