package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// Slips: neighbours swapped, letters mistyped, a wrong character.

// slipped swaps neighbours until an article has the result.
func (x *Index) slipped(ctx context.Context, q *asked, all []segment.TermDictionary) (*correction, error) {
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
		docs, err := x.run(ctx, swapped, all, someProofs)
		if err != nil {
			return nil, err
		}
		if len(docs) > 0 && (best == nil || len(docs) > len(best.docs)) {
			best = &correction{string(swapped), docs}
		}
	}
	return best, nil
}

// mistyped replaces words of letters that no article has by the nearest that
// one has.
func (x *Index) mistyped(_ context.Context, q *asked, _ []segment.TermDictionary) (*correction, error) {
	text := string(q.runes)
	changed := false
	for _, t := range q.terms {
		if t.Class() != weigh.Word || len(t.text) < shortestTypo || t.inAll+t.inHead > 0 || strings.ContainsAny(t.text, "0123456789") {
			continue
		}
		near, err := x.nearest(t.text)
		if err != nil {
			return nil, err
		}
		if near != "" {
			text = strings.ReplaceAll(text, t.text, near)
			changed = true
		}
	}
	if !changed {
		return nil, nil
	}
	return &correction{text: text}, nil
}

// nearest is the most frequent word of the index within the fewest mistakes.
func (x *Index) nearest(word string) (string, error) {
	most := 1
	if len(word) >= longTypo {
		most = 2
	}
	for distance := 1; distance <= most; distance++ {
		dict, err := x.snapshot.FieldDictFuzzy(fieldAll, word, distance, word[:1])
		if err != nil {
			return "", fmt.Errorf("search: %w", err)
		}
		best, count := "", uint64(0)
		for {
			e, err := dict.Next()
			if err != nil {
				dict.Close()
				return "", fmt.Errorf("search: %w", err)
			}
			if e == nil {
				break
			}
			if e.Count > count && e.Term[0] >= 'a' && e.Term[0] <= 'z' {
				best, count = e.Term, e.Count
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
func (x *Index) repaired(_ context.Context, q *asked, all []segment.TermDictionary) (*correction, error) {
	known := func(a, b rune) (int, error) {
		if han.ClassOf(a) != han.CJK || han.ClassOf(b) != han.CJK {
			return -1, nil // nothing to know
		}
		return x.postings(all, []byte(string([]rune{a, b})), nil)
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
