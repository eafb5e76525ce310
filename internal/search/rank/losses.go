package rank

import (
	"whyfix/internal/search/article"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

// losses are what a short text loses by each of its terms, whether or not they
// are in the question: what is, gains more.
type losses struct {
	common [commonLast - commonFirst + 1]float32
	rest   map[terms.Key]float32
}

// The characters in use have a table: nearly all that is asked is about them.
const commonFirst, commonLast = 0x4E00, 0x9FFF

func newLosses(counts *article.Counts, weights *weigh.Table) *losses {
	l := &losses{rest: map[terms.Key]float32{}}
	counts.Each(func(k terms.Key, articles int) {
		form := terms.Char
		switch k.Class() {
		case terms.Word:
			form = terms.Whole
		case terms.Meaning:
			form = terms.Mean
		}
		loss := weights.Missed(k, form, weigh.Rarity(counts.Articles(), articles))
		if k >= commonFirst && k <= commonLast {
			l.common[k-commonFirst] = loss
		} else if loss > 0 {
			l.rest[k] = loss
		}
	})
	return l
}

func (l *losses) of(k terms.Key) float32 {
	if k >= commonFirst && k <= commonLast {
		return l.common[k-commonFirst]
	}
	return l.rest[k]
}
