package terms

import (
	"slices"

	"whyfix/internal/han"
)

// Change is a part of a text that questions put in another way: where it
// stands in the text as it was, and in the text as it is asked.
type Change struct {
	From, To   int
	Start, End int
}

// Canon appends folded text as questions are asked: numbers as their values,
// words of Taiwan and Hong Kong as those of the mainland.
func (c *Cutter) Canon(dst, runes []rune) (canon []rune, changes []Change) {
	c.changes, c.values = c.changes[:0], c.values[:0]
	note := func(start, end int, other []rune) {
		if slices.Equal(runes[start:end], other) {
			return
		}
		at := len(c.values)
		c.values = append(c.values, other...)
		c.changes = append(c.changes, Change{start, end, at, len(c.values)})
	}
	han.EachNumber(runes, func(start, end int, value []rune) {
		// One thing is hardly ever a number: 一个, 一下.
		if end-start > 1 || runes[start] != '一' || start > 0 && runes[start-1] == '第' {
			note(start, end, value)
		}
	})
	last := 0
	numbers := len(c.changes)
	han.EachRegional(runes, func(start, end int, mainland []rune) {
		if start < last { // another word for the same
			return
		}
		last = end
		if !slices.ContainsFunc(c.changes[:numbers], func(n Change) bool { return n.From < end && n.To > start }) {
			note(start, end, mainland)
		}
	})
	if len(c.changes) == 0 {
		return append(dst, runes...), nil
	}
	slices.SortFunc(c.changes, func(a, b Change) int { return a.From - b.From })
	from, first := 0, len(dst)
	for i := range c.changes {
		x := &c.changes[i]
		dst = append(dst, runes[from:x.From]...)
		start := len(dst) - first
		dst = append(dst, c.values[x.Start:x.End]...)
		x.Start, x.End = start, len(dst)-first
		from = x.To
	}
	return append(dst, runes[from:]...), c.changes
}

// longestGap is how far apart a term's parts may stand, with punctuation between
// them, so that it is still known to be of a change.
const longestGap = 1_000

// All calls emit for every term that finds the text: those that it has, and
// those that it would have if it were written as questions are asked. It gives
// the text that a term is of, and the changes that made it, none for the text
// itself; both are valid until the next call.
func (c *Cutter) All(a han.Analyzer, runes []rune, emit func(runes []rune, t Term)) {
	c.Among(a, runes, nil, true, emit)
}

// Among is All for terms that start in one of so many ways, nil being any. What
// a text would have if it were written as questions are asked is worth looking
// for only where the question could be written in other ways.
func (c *Cutter) Among(a han.Analyzer, runes []rune, starts *Starts, rewritten bool, emit func(runes []rune, t Term)) {
	c.each(a, runes, starts, func(t Term) { emit(runes, t) })
	if !rewritten {
		return
	}
	canon, changes := c.Canon(c.canon[:0], runes)
	c.canon = canon
	if len(changes) == 0 {
		return
	}
	next := 0 // the first change that does not end before the term
	c.each(a, canon, starts, func(t Term) {
		for next < len(changes) && changes[next].End+longestGap < t.Start {
			next++
		}
		for _, x := range changes[next:] {
			if x.Start >= t.End {
				break
			}
			if x.End > t.Start {
				emit(canon, t)
				break
			}
		}
	})
}

// Changes are those of the text that All gave last.
func (c *Cutter) Changes() []Change { return c.changes }
