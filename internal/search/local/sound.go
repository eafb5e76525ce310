package local

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
)

// Sounding are articles that have, for each place, one of its pairs of
// syllables.
func (x *Index) Sounding(ctx context.Context, places [][]string, limit int) ([]*article.Facts, error) {
	var out []*article.Facts
	if len(places) == 0 {
		return nil, nil
	}
	for i := range x.parts {
		p := &x.parts[i]
		ways, err := x.soundWays(p, places)
		if err != nil {
			return nil, err
		}
		var docs []uint32
		for k, lists := range ways { // the rarest place first
			if err := ctx.Err(); err != nil {
				return nil, err // the rest may not have the other places
			}
			if k == 0 {
				for _, list := range lists {
					if err := list.each(func(d, _ []uint32) { docs = append(docs, d...) }); err != nil {
						return nil, fmt.Errorf("search: %w", err)
					}
				}
				slices.Sort(docs)
				docs = slices.Compact(docs)
			} else if docs, err = inAny(docs, lists); err != nil {
				return nil, err
			}
			if len(docs) == 0 {
				break
			}
		}
		for _, n := range docs {
			if f := x.facts[p.first+n]; f != nil && len(out) < limit {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// soundWays are the postings of each place, the place that fewest articles have
// first; none where no article has one of the places.
func (x *Index) soundWays(p *part, places [][]string) ([][]postings, error) {
	ways := make([][]postings, len(places))
	counts := make([]int, len(places))
	order := make([]int, len(places))
	for k, alternatives := range places {
		order[k] = k
		for _, term := range alternatives {
			list, err := x.sound(p, term)
			if err != nil {
				return nil, err
			}
			for _, l := range list {
				counts[k] += l.count()
			}
			ways[k] = append(ways[k], list...)
		}
		if counts[k] == 0 {
			return nil, nil
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[a], counts[b]) })
	out := make([][]postings, len(places))
	for k, place := range order {
		out[k] = ways[place]
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

// inAny keeps those articles, in order, that one of the lists has.
func inAny(docs []uint32, lists []postings) ([]uint32, error) {
	has := make([]bool, len(docs))
	counts := make([]uint32, len(docs))
	for _, list := range lists {
		if err := list.find(docs, counts); err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		for i, n := range counts {
			has[i] = has[i] || n > 0
		}
	}
	kept := docs[:0]
	for i, n := range docs {
		if has[i] {
			kept = append(kept, n)
		}
	}
	return kept, nil
}
