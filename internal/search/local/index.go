package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
)

// Index is an engine over segments.
type Index struct {
	parts  []part
	facts  []*article.Facts // by number; nil where one was deleted
	places []int32          // by number: the place in the order of URLs
	docs   []uint32         // the numbers in that order
	site   engine.Site
	norms  [headings + 1][]float32 // by counting field and number: what a term counts there
	// The kinds and tags of all articles by number, one after the other: facets
	// count those of thousands.
	kinds  []uint8
	tags   []*article.SiteTag // the site's, by their numbers
	tagged []uint32
	starts []uint32
	// Listed when first wanted: the characters of short texts, and the wordings
	// that are suggested.
	bySound func() map[han.Syllable][]rune
	entries func() []engine.Entry
	desks   sync.Pool // of *desk
	close   func() error
}

var _ engine.Engine = (*Index)(nil)

// Site is what is known of all articles together.
func (x *Index) Site() *engine.Site { return &x.site }

// Close gives the index's files back. No method may run then or later.
func (x *Index) Close() error { return x.close() }

// number is the number of the article with a URL.
func (x *Index) number(url string) (uint32, bool) {
	i, found := slices.BinarySearchFunc(x.docs, url, func(n uint32, url string) int { return cmp.Compare(x.facts[n].URL, url) })
	if !found {
		return 0, false
	}
	return x.docs[i], true
}

// part is the segment that has an article, and its number there.
func (x *Index) part(n uint32) (*part, uint32) {
	i := len(x.parts) - 1
	for x.parts[i].first > n {
		i--
	}
	return &x.parts[i], n - x.parts[i].first
}

func (x *Index) body(n uint32) (engine.Body, error) {
	p, in := x.part(n)
	b, err := p.body(in)
	if err != nil {
		return engine.Body{}, fmt.Errorf("search: reading %s: %w", x.facts[n].URL, err)
	}
	return b, nil
}

// Bodies are the texts of articles.
func (x *Index) Bodies(ctx context.Context, urls []string) ([]engine.Body, error) {
	out := make([]engine.Body, len(urls))
	for i, url := range urls {
		n, known := x.number(url)
		if !known {
			return nil, fmt.Errorf("search: there is no article %s", url)
		}
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, ctx.Err()
		}
		var err error
		if out[i], err = x.body(n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Counts tells how many articles have each of the terms.
func (x *Index) Counts(_ context.Context, field engine.Field, list []string) ([]int, error) {
	out := make([]int, len(list))
	for i, term := range list {
		for _, p := range x.parts {
			found, err := p.postings(field, term)
			if err != nil {
				return nil, fmt.Errorf("search: %w", err)
			}
			out[i] += found.count()
		}
	}
	return out, nil
}

// Characters are those of short texts that sound so.
func (x *Index) Characters(_ context.Context, sound han.Syllable) ([]rune, error) {
	return x.bySound()[sound], nil
}

// Words are words of letters that the articles have.
func (x *Index) Words(ctx context.Context, like engine.Like) ([]engine.Counted, error) {
	counts := map[string]int{}
	field, starts := engine.InWords, []string{""}
	var accepts func(term string) bool
	switch {
	case like.Holding == "":
		accepts = newNearness(like.Near, like.Mistakes).accepts
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
