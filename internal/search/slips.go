package search

import (
	"context"
	"fmt"
	"slices"
	"unicode"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// Slips: neighbours swapped, letters mistyped, a wrong character.

// slipped swaps neighbours until an article has the result.
func (x *Index) slipped(ctx context.Context, q *asked, in *fields) (*correction, error) {
	if len(q.runes) < 3 || len(q.runes) > longestSlip {
		return nil, nil
	}
	var best *correction
	for i := range len(q.runes) - 1 {
		if q.runes[i] == q.runes[i+1] || han.ClassOf(q.runes[i]) != han.CJK || han.ClassOf(q.runes[i+1]) != han.CJK {
			continue
		}
		swapped := slices.Clone(q.runes)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		proofs, err := x.run(ctx, swapped, in, someProofs)
		if err != nil {
			return nil, err
		}
		if len(proofs) > 0 && (best == nil || len(proofs) > len(best.proved)) {
			best = &correction{string(swapped), proofs}
		}
	}
	return best, nil
}

// mayBeMistyped tells words of letters from numbers, names of errors and text
// without words.
func mayBeMistyped(word []rune) bool {
	return !slices.ContainsFunc(word, func(r rune) bool { return han.ClassOf(r) != han.Word || unicode.IsDigit(r) })
}

// mistyped replaces words of letters that no article has by the nearest that
// one has.
func (x *Index) mistyped(_ context.Context, q *asked, in *fields) (*correction, error) {
	// A word has a form for each analyzer; the article's own is enough.
	known := map[int]bool{} // by where the word starts
	var words []term
	for _, t := range q.terms {
		if t.Class() == weigh.Word {
			words = append(words, t)
			known[t.start] = known[t.start] || t.articles() > 0
		}
	}
	slices.SortStableFunc(words, func(a, b term) int { return b.start - a.start })
	runes := slices.Clone(q.runes)
	last := len(runes) // where the word after starts
	for _, t := range words {
		word := q.runes[t.start:t.end]
		if known[t.start] || len(word) < shortestTypo || len(word) > longestTypo || t.end > last || !mayBeMistyped(word) {
			continue
		}
		near, err := x.nearest(word, in.word)
		if err != nil {
			return nil, err
		}
		if near != "" {
			runes = slices.Replace(runes, t.start, t.end, []rune(near)...)
			last = t.start
		}
	}
	if last == len(q.runes) {
		return nil, nil
	}
	return &correction{text: string(runes)}, nil
}

// nearest is the most frequent word of the site within the fewest mistakes: a
// letter too many, too few or wrong, or two that changed places.
func (x *Index) nearest(word []rune, in *field) (string, error) {
	best, most := "", 0
	consider := func(other string) error {
		n, err := in.count(other) // which the index's list of near words leaves out
		if n > most || n == most && n > 0 && other < best {
			best, most = other, n
		}
		return err
	}
	for i := range len(word) - 1 {
		swapped := slices.Clone(word)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		if err := consider(string(swapped)); err != nil {
			return "", err
		}
	}
	mistakes := 1
	if len(word) >= longTypo {
		mistakes = 2
	}
	for distance := 1; distance <= mistakes && (distance == 1 || best == ""); distance++ {
		dict, err := x.snapshot.FieldDictFuzzy(fieldWord, string(word), distance, string(word[:1]))
		if err != nil {
			return "", fmt.Errorf("search: %w", err)
		}
		for {
			e, err := dict.Next()
			if err == nil && e != nil {
				err = consider(e.Term)
			}
			if err != nil {
				dict.Close()
				return "", fmt.Errorf("search: %w", err)
			}
			if e == nil {
				break
			}
		}
		if err := dict.Close(); err != nil {
			return "", fmt.Errorf("search: %w", err)
		}
	}
	return best, nil
}

// repaired replaces characters that fit neither neighbour in any article by
// ones that sound the same and fit both.
func (x *Index) repaired(_ context.Context, q *asked, in *fields) (*correction, error) {
	known := func(a, b rune) (int, error) {
		if han.ClassOf(a) != han.CJK || han.ClassOf(b) != han.CJK {
			return -1, nil // nothing to know
		}
		return in.all.count(string([]rune{a, b}))
	}
	at := func(runes []rune, i int) rune {
		if i < 0 || i >= len(runes) {
			return ' '
		}
		return runes[i]
	}
	runes := slices.Clone(q.runes)
	changed := false
	for i, r := range runes {
		if han.ClassOf(r) != han.CJK {
			continue
		}
		before, err := known(at(runes, i-1), r)
		if err != nil {
			return nil, err
		}
		after, err := known(r, at(runes, i+1))
		if err != nil {
			return nil, err
		}
		if before > 0 || after > 0 || before < 0 && after < 0 {
			continue
		}
		best, most := r, 0
		for _, other := range x.alike(r) {
			b, err := known(at(runes, i-1), other)
			if err != nil {
				return nil, err
			}
			a, err := known(other, at(runes, i+1))
			if err != nil {
				return nil, err
			}
			if b != 0 && a != 0 && max(a, b) > most {
				best, most = other, max(a, b)
			}
		}
		if best != r {
			runes[i], changed = best, true
		}
	}
	if !changed {
		return nil, nil
	}
	return &correction{text: string(runes)}, nil
}

// alike are the characters of the site's short texts that sound like one.
func (x *Index) alike(r rune) []rune {
	var out []rune
	for _, s := range han.Sounds(r) {
		for _, other := range x.bySound[s] {
			if other != r && !slices.Contains(out, other) {
				out = append(out, other)
			}
		}
	}
	return out
}
