package local

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
)

// Words are words of letters that the articles have.
func (x *Index) Words(ctx context.Context, like engine.Like) ([]engine.Counted, error) {
	counts := map[string]int{}
	field, starts := engine.InWords, []string{""}
	var accepts func(term string) bool
	switch {
	case like.Holding == "":
		accepts = newFuzzyWord(like.Near, like.Mistakes).accepts
		// Who mistypes a word gets its first letter right, or its first two the
		// wrong way round.
		starts = starts[:0]
		for i, r := range []rune(like.Near) {
			if start := string(r); i < 2 && !slices.Contains(starts, start) {
				starts = append(starts, start)
			}
		}
	case like.Starting:
		starts[0] = like.Holding
		accepts = func(string) bool { return true }
		if utf8.RuneCountInString(like.Holding) >= engine.LongStart {
			field = engine.InBody
		}
	default:
		accepts = func(term string) bool { return strings.Contains(term, like.Holding) }
	}
	for _, p := range x.parts {
		for _, start := range starts {
			before := ""
			if start != "" {
				before = start + "\xff"
			}
			n := 0
			err := p.vocabulary(field, start, before, func(term string, count int) bool {
				if n++; n&1023 == 0 && ctx.Err() != nil {
					return false
				}
				if accepts(term) {
					counts[term] += count
				}
				return true
			})
			if err != nil {
				return nil, fmt.Errorf("search: %w", err)
			}
		}
	}
	out := make([]engine.Counted, 0, len(counts))
	for text, n := range counts {
		out = append(out, engine.Counted{Text: text, Count: n})
	}
	slices.SortFunc(out, func(a, b engine.Counted) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Text, b.Text)) })
	return out[:min(len(out), like.Limit)], nil
}

// fuzzyWord tells the words that are at most so many mistakes from one: a
// letter too many, too few or wrong, or two neighbours swapped.
type fuzzyWord struct {
	word     []rune
	mistakes int
	rows     [3][]int
	other    []rune
}

func newFuzzyWord(word string, mistakes int) *fuzzyWord {
	n := &fuzzyWord{word: []rune(word), mistakes: mistakes}
	for i := range n.rows {
		n.rows[i] = make([]int, len(n.word)+1)
	}
	return n
}

// accepts reports whether a word is near enough. The first letter is right, or
// swapped with the second.
func (n *fuzzyWord) accepts(text string) bool {
	n.other = append(n.other[:0], []rune(text)...)
	a, b := n.word, n.other
	if len(a)-len(b) > n.mistakes || len(b)-len(a) > n.mistakes || len(a) < 2 || len(b) < 2 ||
		a[0] != b[0] && (a[0] != b[1] || a[1] != b[0]) {
		return false
	}
	for i := range n.rows[1] {
		n.rows[1][i] = i
	}
	for j := 1; j <= len(b); j++ {
		before, last, row := n.rows[(j+2)%3], n.rows[j%3], n.rows[(j+1)%3]
		row[0] = j
		for i := 1; i <= len(a); i++ {
			change := last[i-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[i] = min(change, last[i]+1, row[i-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[i] = min(row[i], before[i-2]+1)
			}
		}
		if slices.Min(row) > n.mistakes {
			return false
		}
	}
	return n.rows[(len(b)+1)%3][len(a)] <= n.mistakes
}

// Sounding are articles that have, for each place, one of its pairs of
// syllables.
func (x *Index) Sounding(ctx context.Context, places [][]string, limit int) ([]*article.Facts, error) {
	var out []*article.Facts
	if len(places) == 0 {
		return nil, nil
	}
	for i := range x.parts {
		p := &x.parts[i]
		if err := ctx.Err(); err != nil {
			return nil, err // what was found so far is no answer
		}
		ways := make([][]postings, len(places))
		for k, alternatives := range places {
			for _, term := range alternatives {
				lists, err := x.sound(p, term)
				if err != nil {
					return nil, err
				}
				ways[k] = append(ways[k], lists...)
			}
		}
		docs, err := inAll(ways)
		if err != nil {
			return nil, err
		}
		for _, n := range docs {
			if f := x.facts[p.first+n]; f != nil && len(out) < limit {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// sound are the postings of one or two syllables. One is a term of its own only
// where no other follows it: the rest are pairs that start so.
func (x *Index) sound(p *part, term string) ([]postings, error) {
	list := []string{term}
	if !strings.Contains(term, " ") {
		err := p.vocabulary(engine.InSounds, term+" ", term+"!", func(t string, _ int) bool {
			list = append(list, t)
			return true
		})
		if err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
	}
	var out []postings
	for _, t := range list {
		found, err := p.postings(engine.InSounds, t)
		if err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		if found.count() > 0 {
			out = append(out, found)
		}
	}
	return out, nil
}

// Characters are those of short texts that sound so.
func (x *Index) Characters(_ context.Context, sound han.Syllable) ([]rune, error) {
	return x.bySound()[sound], nil
}
