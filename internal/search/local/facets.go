package local

import (
	"cmp"
	"slices"
	"strings"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
)

// facetCounts count kinds and tags over hits.
type facetCounts struct {
	x        *Index
	articles int
	kinds    [len(article.Kinds)]int
	tags     []int
}

func newFacetCounts(x *Index) *facetCounts { return &facetCounts{x: x, tags: make([]int, len(x.tags))} }

func (c *facetCounts) add(n uint32) {
	c.articles++
	for k := range c.kinds {
		c.kinds[k] += int(c.x.kinds[n] >> k & 1)
	}
	for _, t := range c.x.tagged[c.x.starts[n]:c.x.starts[n+1]] {
		c.tags[t]++
	}
}

// facets are the counts, most frequent first.
func (c *facetCounts) facets() engine.Facets {
	f := engine.Facets{Kind: []engine.Count{}, Product: c.family(article.Product), Cause: c.family(article.Cause), Solution: c.family(article.Solution)}
	for k, n := range c.kinds {
		if n > 0 {
			f.Kind = append(f.Kind, engine.Count{Value: article.Kinds[k], Count: n})
		}
	}
	return f
}

func (c *facetCounts) family(family int) []engine.Count {
	out := []engine.Count{}
	at := map[string]int{}
	for t, n := range c.tags {
		tag := c.x.tags[t]
		if n == 0 || tag.Family != family {
			continue
		}
		// A word may be a tag in several languages.
		if i, twice := at[tag.Name]; twice {
			out[i].Count += n
			continue
		}
		at[tag.Name] = len(out)
		out = append(out, engine.Count{Value: tag.Name, Count: n})
	}
	slices.SortFunc(out, func(a, b engine.Count) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Value, b.Value)) })
	return out[:min(len(out), engine.MostValues)]
}
