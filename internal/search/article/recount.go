package article

import (
	"maps"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
)

// Clone is a copy that goes on by itself.
func (c *Counts) Clone() *Counts {
	out := *c
	out.rest = maps.Clone(c.rest)
	return &out
}

// Remove takes an article out that was counted.
func (c *Counts) Remove(f *Facts) {
	c.turn++
	c.articles--
	for _, p := range f.Passages {
		for _, r := range p.Run {
			if r >= 0x80 && han.ClassOf(r) == han.CJK {
				c.remove(terms.SingleKey(r))
			}
		}
		for _, k := range p.Words {
			if k.Class() == terms.Pair {
				continue // an engine knows
			}
			c.remove(k)
		}
	}
	// What no article has any more is not known: Each must not visit it.
	for _, p := range f.Passages {
		for _, r := range p.Run {
			if r >= 0x80 {
				c.forget(terms.SingleKey(r))
			}
		}
		for _, k := range p.Words {
			if k.Class() == terms.Pair {
				continue // an engine knows
			}
			c.forget(k)
		}
	}
}

func (c *Counts) remove(k terms.Key) {
	if k >= commonFirst && k <= commonLast {
		if s := &c.common[k-commonFirst]; s.turn != c.turn {
			s.articles, s.turn = s.articles-1, c.turn
		}
		return
	}
	if s := c.rest[k]; s.turn != c.turn {
		c.rest[k] = seen{s.articles - 1, c.turn}
	}
}

func (c *Counts) forget(k terms.Key) {
	if s, known := c.rest[k]; known && s.articles <= 0 {
		delete(c.rest, k)
	}
}
