package local

import (
	"cmp"
	"slices"
	"strings"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
)

// filter is an engine.Filter for an index.
type filter struct {
	all      bool   // it keeps every article
	language string // empty: any
	kind     uint8
	source   string
	now      int64                                // 0: nothing has expired
	none     bool                                 // it asks for what no article has
	tags     [article.Families][]*article.SiteTag // of one name, in each language; nil: any
}

func (x *Index) filter(q *engine.Question) filter {
	f, out := q.Filter, filter{source: q.Filter.Source}
	if x.expiring != 0 && x.expiring <= q.Now {
		out.now = q.Now
	}
	for family, name := range [article.Families]string{article.Product: f.Product, article.Cause: f.Cause, article.Solution: f.Solution} {
		if name == "" {
			continue
		}
		for _, t := range x.tags {
			if t.Family == family && t.Name == name {
				out.tags[family] = append(out.tags[family], t)
			}
		}
		out.none = out.none || out.tags[family] == nil
	}
	if len(x.site.Languages) > 1 && slices.Contains(x.site.Languages, q.Language) {
		out.language = q.Language
	}
	if f.Kind != "" {
		k := slices.Index(article.Kinds[:], f.Kind)
		out.none = out.none || k < 0
		out.kind = 1 << max(k, 0)
	}
	out.all = f == engine.Filter{} && out.language == "" && out.now == 0
	return out
}

func (f *filter) accepts(a *article.Facts) bool {
	switch {
	case f.all:
		return true
	case f.source != "" && a.Origin.Of() != f.source, f.now != 0 && a.Origin.Expired(f.now):
		return false
	case f.none || f.language != "" && a.Language != f.language || f.kind != 0 && a.Kinds&f.kind == 0:
		return false
	}
	for _, wanted := range f.tags {
		if wanted != nil && !slices.ContainsFunc(a.Tags, func(t *article.SiteTag) bool { return slices.Contains(wanted, t) }) {
			return false
		}
	}
	return true
}

// facetCounts count kinds and tags over hits.
type facetCounts struct {
	x        *Index
	articles int
	kinds    [len(article.Kinds)]int
	tags     []int
	sources  []int
}

func newFacetCounts(x *Index) *facetCounts {
	return &facetCounts{x: x, tags: make([]int, len(x.tags)), sources: make([]int, len(x.sources))}
}

func (c *facetCounts) add(n uint32) {
	c.articles++
	for k := range c.kinds {
		c.kinds[k] += int(c.x.kinds[n] >> k & 1)
	}
	if c.x.sourceOf != nil {
		c.sources[c.x.sourceOf[n]]++
	}
	for _, t := range c.x.tagged[c.x.starts[n]:c.x.starts[n+1]] {
		c.tags[t]++
	}
}

// facets are the counts, most frequent first.
func (c *facetCounts) facets() engine.Facets {
	f := engine.Facets{Kind: []engine.Count{}, Product: c.family(article.Product), Cause: c.family(article.Cause), Solution: c.family(article.Solution), Source: []engine.Count{}}
	if c.x.sourceOf == nil && c.articles > 0 {
		f.Source = append(f.Source, engine.Count{Value: article.Page, Count: c.articles})
	}
	for s, n := range c.sources {
		if n > 0 {
			f.Source = append(f.Source, engine.Count{Value: c.x.sources[s], Count: n})
		}
	}
	f.Source = mostFrequent(f.Source)
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
	return mostFrequent(out)
}

func mostFrequent(list []engine.Count) []engine.Count {
	slices.SortFunc(list, func(a, b engine.Count) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Value, b.Value)) })
	return list[:min(len(list), engine.MostValues)]
}
