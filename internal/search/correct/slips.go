package correct

import (
	"context"
	"slices"
	"unicode"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// Slips: neighbours swapped, letters mistyped, a wrong character.

// slipped swaps neighbours until an article has the result.
func (c *Corrector) slipped(ctx context.Context, t *typed) (*Correction, error) {
	if len(terms.RunOf(string(t.runes))) < shortestSlip || len(t.runes) > longestSlip {
		return nil, nil
	}
	var tries [][]rune
	all := neighbours(t.runes) // what is repaired needs these
	for i := range len(t.runes) - 1 {
		if t.runes[i] != t.runes[i+1] && areNeighbours(t.runes[i], t.runes[i+1]) {
			try := swapped(t.runes, i)
			tries = append(tries, try)
			all = append(all, neighbours(try)...)
		}
	}
	// Articles are looked at only for what they may have: all its neighbours
	// stand together somewhere.
	known := &t.pairs
	if err := known.count(ctx, all); err != nil {
		return nil, err
	}
	var best *Correction
	for _, try := range tries {
		if slices.ContainsFunc(neighbours(try), func(p [2]rune) bool { return known.of(p[0], p[1]) == 0 }) {
			continue
		}
		having, err := c.having(ctx, string(try))
		if err != nil {
			return nil, err
		}
		if len(having) > 0 && (best == nil || len(having) > len(best.Proved)) {
			best = &Correction{string(try), having}
		}
	}
	return best, nil
}

// having are articles that have a text as a run.
func (c *Corrector) having(ctx context.Context, text string) ([]*article.Facts, error) {
	run, err := c.asker.Run(ctx, text)
	if err != nil || len(run.Pieces) == 0 {
		return nil, err
	}
	found, err := c.engine.Find(ctx, &engine.Question{Whole: run, Limit: mostProved})
	if err != nil {
		return nil, err
	}
	var out []*article.Facts
	for _, candidate := range found.Candidates {
		if candidate.Whole > terms.Nowhere {
			out = append(out, candidate.Facts)
		}
	}
	return out, nil
}

// mayBeMistyped tells words of letters from numbers, names of errors and text
// without words.
func mayBeMistyped(word []rune) bool {
	return len(word) >= shortestTypo && len(word) <= longestTypo &&
		!slices.ContainsFunc(word, func(r rune) bool { return han.ClassOf(r) != han.Word || unicode.IsDigit(r) })
}

// mistyped replaces words of letters that no article has by the nearest that
// one has.
func (c *Corrector) mistyped(ctx context.Context, t *typed) (*Correction, error) {
	words := c.unknown(t)
	runes := slices.Clone(t.runes)
	for _, w := range slices.Backward(words[:min(len(words), mostTypos)]) {
		near, err := c.nearest(ctx, string(t.runes[w.Start:w.End]), w.End-w.Start)
		if err != nil {
			return nil, err
		}
		if near != "" {
			runes = slices.Replace(runes, w.Start, w.End, []rune(near)...)
		}
	}
	if slices.Equal(runes, t.runes) {
		return nil, nil
	}
	return &Correction{Text: string(runes)}, nil
}

// unknown are the words of a question that no article has in any form, nor
// written as one with a neighbour, in their order.
func (c *Corrector) unknown(t *typed) []terms.Term {
	cutter, back := c.asker.Cutter()
	defer back()
	known := make([]bool, len(t.runes))
	var words []terms.Term
	for n, analyzer := range c.engine.Site().Analyzers {
		cutter.Each(analyzer, t.runes, func(term terms.Term) {
			isWord := term.Form.IsWord()
			if isWord && n == 0 && mayBeMistyped(t.runes[term.Start:term.End]) {
				words = append(words, term)
			}
			if term.Key.Class() != terms.Word {
				return
			}
			// What the question left out nobody counted.
			if i, counted := t.Table.Find(term.Key); counted && t.Terms[i].Count > 0 || !counted && isWord {
				for k := term.Start; k < term.End; k++ {
					known[k] = true
				}
			}
		})
	}
	return slices.DeleteFunc(words, func(w terms.Term) bool { return known[w.Start] })
}

// nearest is the most frequent word of the site within the fewest mistakes.
func (c *Corrector) nearest(ctx context.Context, word string, letters int) (string, error) {
	mistakes := 1
	if letters >= longTypo {
		mistakes = 2
	}
	for n := 1; n <= mistakes; n++ {
		list, err := c.engine.Words(ctx, engine.Like{Near: word, Mistakes: n, Limit: 1})
		if err != nil {
			return "", err
		}
		if len(list) > 0 {
			return list[0].Text, nil
		}
	}
	return "", nil
}

// repaired replaces characters that fit neither neighbour in any article by
// ones that sound the same and fit both.
func (c *Corrector) repaired(ctx context.Context, t *typed) (*Correction, error) {
	runes := slices.Clone(t.runes)
	known := &t.pairs
	if err := known.count(ctx, neighbours(runes)); err != nil {
		return nil, err
	}
	at := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return ' '
		}
		return runes[i]
	}
	fits := func(i int, r rune) (before, after int) { return known.of(at(i-1), r), known.of(r, at(i+1)) }
	misfit := func(i int) bool {
		before, after := fits(i, runes[i])
		return before <= 0 && after <= 0 && (before == 0 || after == 0)
	}
	var places []int
	for i := range runes {
		if misfit(i) && len(places) < mostRepairs {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return nil, nil
	}
	others, err := c.alike(ctx, runes, places)
	if err != nil {
		return nil, err
	}
	around := func(i int) [][2]rune {
		list := [][2]rune{{at(i - 1), runes[i]}}
		for _, r := range others[runes[i]] {
			list = append(list, [2]rune{at(i - 1), r}, [2]rune{r, at(i + 1)})
		}
		return list
	}
	var all [][2]rune
	for _, i := range places {
		all = append(all, around(i)...)
	}
	if err := known.count(ctx, all); err != nil {
		return nil, err
	}
	for _, i := range places {
		// The character before may be another by now.
		if err := known.count(ctx, around(i)); err != nil {
			return nil, err
		}
		if !misfit(i) {
			continue
		}
		best, most := runes[i], 0
		for _, r := range others[runes[i]] {
			if before, after := fits(i, r); before != 0 && after != 0 && max(before, after) > most {
				best, most = r, max(before, after)
			}
		}
		runes[i] = best
	}
	if slices.Equal(runes, t.runes) {
		return nil, nil
	}
	return &Correction{Text: string(runes)}, nil
}

// alike are, for the characters at some places, those of the site's short texts
// that sound like them.
func (c *Corrector) alike(ctx context.Context, runes []rune, places []int) (map[rune][]rune, error) {
	bySound := map[han.Syllable][]rune{}
	out := map[rune][]rune{}
	for _, i := range places {
		r := runes[i]
		if _, known := out[r]; known {
			continue
		}
		out[r] = nil
		for _, sound := range han.Sounds(r) {
			if _, known := bySound[sound]; !known {
				list, err := c.engine.Characters(ctx, sound)
				if err != nil {
					return nil, err
				}
				bySound[sound] = list
			}
			for _, other := range bySound[sound] {
				if other != r && !slices.Contains(out[r], other) {
					out[r] = append(out[r], other)
				}
			}
		}
	}
	return out, nil
}
