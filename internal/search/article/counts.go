package article

import (
	"cmp"
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
)

// Counts are how many articles have a term in a short text: a title, symptom,
// tag or heading. Pairs of characters are left out: there are too many to keep,
// and an engine knows.
type Counts struct {
	articles int
	common   [commonLast - commonFirst + 1]seen // of characters in use
	rest     map[terms.Key]seen
	turn     int32 // of the article that is counted: its terms count once each
}

// seen is how many articles had a term, and when it was last counted.
type seen struct{ articles, turn int32 }

// The characters in use have a table: nearly all that is asked is about them.
const commonFirst, commonLast = 0x4E00, 0x9FFF

// NewCounts makes Counts of no article.
func NewCounts() *Counts { return &Counts{rest: map[terms.Key]seen{}} }

// Add counts an article.
func (c *Counts) Add(f *Facts) {
	c.turn++
	c.articles++
	for _, p := range f.Passages {
		for _, r := range p.Run {
			if r >= 0x80 && han.ClassOf(r) == han.CJK {
				c.add(terms.SingleKey(r))
			}
		}
		for _, k := range p.Words {
			if k.Class() == terms.Pair {
				continue // an engine knows
			}
			c.add(k)
		}
	}
}

func (c *Counts) add(k terms.Key) {
	if k >= commonFirst && k <= commonLast {
		if s := &c.common[k-commonFirst]; s.turn != c.turn {
			s.articles, s.turn = s.articles+1, c.turn
		}
		return
	}
	if s := c.rest[k]; s.turn != c.turn {
		c.rest[k] = seen{s.articles + 1, c.turn}
	}
}

// Articles is how many were counted.
func (c *Counts) Articles() int { return c.articles }

// Of is how many articles have a term.
func (c *Counts) Of(k terms.Key) int {
	if k >= commonFirst && k <= commonLast {
		return int(c.common[k-commonFirst].articles)
	}
	return int(c.rest[k].articles)
}

// Each calls visit for the terms that articles have, in no order.
func (c *Counts) Each(visit func(k terms.Key, articles int)) {
	for i, s := range c.common {
		if s.articles > 0 {
			visit(terms.SingleKey(commonFirst+rune(i)), int(s.articles))
		}
	}
	for k, s := range c.rest {
		visit(k, int(s.articles))
	}
}

// BySound are the characters that sound alike, those that most articles have
// first.
func (c *Counts) BySound() map[han.Syllable][]rune {
	out := map[han.Syllable][]rune{}
	c.Each(func(k terms.Key, _ int) {
		if k.Class() == terms.Single {
			for _, s := range han.Sounds(k.Rune()) {
				out[s] = append(out[s], k.Rune())
			}
		}
	})
	for _, list := range out {
		slices.SortFunc(list, func(a, b rune) int {
			return cmp.Or(cmp.Compare(c.Of(terms.SingleKey(b)), c.Of(terms.SingleKey(a))), cmp.Compare(a, b))
		})
	}
	return out
}
