package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

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

// mistyped replaces words of letters that no article has by the nearest that
// one has.
func (x *Index) mistyped(_ context.Context, q *asked, in *fields) (*correction, error) {
	if !slices.ContainsFunc(q.terms, func(t term) bool { return t.Class() == weigh.Word && t.articles() == 0 }) {
		return nil, nil
	}
	// A word has a form for each analyzer; the article's own is enough.
	known := map[int]bool{} // by where the word starts
	for _, t := range q.terms {
		known[t.start] = known[t.start] || t.Class() == weigh.Word && t.articles() > 0
	}
	runes := slices.Clone(q.runes)
	last := len(runes) // where the word after starts
	words := slices.SortedStableFunc(slices.Values(q.terms), func(a, b term) int { return b.start - a.start })
	for _, t := range words {
		if t.Class() != weigh.Word || len(t.text) < shortestTypo || known[t.start] || t.end > last || strings.ContainsAny(t.text, "0123456789") {
			continue
		}
		near, err := x.nearest(t.text, in.all)
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

// nearest is the most frequent word of the index within the fewest mistakes.
func (x *Index) nearest(word string, in *field) (string, error) {
	mistakes := 1
	if len(word) >= longTypo {
		mistakes = 2
	}
	for distance := 1; distance <= mistakes; distance++ {
		dict, err := x.snapshot.FieldDictFuzzy(fieldAll, word, distance, word[:1])
		if err != nil {
			return "", fmt.Errorf("search: %w", err)
		}
		best, most := "", 0
		for {
			e, err := dict.Next()
			if err != nil {
				dict.Close()
				return "", fmt.Errorf("search: %w", err)
			}
			if e == nil {
				break
			}
			count, err := in.count(e.Term) // which this list of terms leaves out
			if err != nil {
				dict.Close()
				return "", err
			}
			if count > most && e.Term[0] >= 'a' && e.Term[0] <= 'z' {
				best, most = e.Term, count
			}
		}
		if err := dict.Close(); err != nil {
			return "", fmt.Errorf("search: %w", err)
		}
		if best != "" {
			return best, nil
		}
	}
	return "", nil
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
