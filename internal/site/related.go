package site

import (
	"slices"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

const (
	maxRelated = 6
	// neighbours is how many articles of each tag are looked at on either
	// side. It keeps the cost per article constant: a tag that a third of the
	// site has says little about who is related.
	neighbours = 24
)

// familyWeight is how much a shared tag of a family says.
var familyWeight = [4]float64{Product: 2, Cause: 3, Solution: 2, Case: 1}

// relate finds for each article those worth reading next: the writer's own
// choice first, then those that share tags, rare tags counting most.
func (r *resolver) relate() {
	neighbourhood := r.neighbourhood()
	scores := make([]float64, len(r.site.Articles)) // by the article's number
	var met []int32
	for n, a := range r.site.Articles {
		for _, text := range a.Article.Related {
			if b := r.relatedTo(a, text); b != nil && b != a && !slices.Contains(a.Related, b) {
				a.Related = append(a.Related, b)
			}
		}
		if len(a.Related) >= maxRelated {
			continue
		}
		for _, p := range neighbourhood[n] {
			from, to := max(p.at-neighbours, 0), min(p.at+neighbours+1, len(p.articles))
			for _, b := range p.articles[from:to] {
				if scores[b] == 0 {
					met = append(met, b)
				}
				scores[b] += p.weight
			}
		}
		scores[n] = 0 // itself
		best := make([]int32, 0, maxRelated)
		wanted := maxRelated - len(a.Related)
		before := func(b, c int32) bool {
			if scores[b] != scores[c] {
				return scores[b] > scores[c]
			}
			return r.site.Articles[b].Path < r.site.Articles[c].Path
		}
		for _, b := range met {
			if scores[b] == 0 || len(best) == wanted && !before(b, best[wanted-1]) || slices.Contains(a.Related, r.site.Articles[b]) {
				continue
			}
			if len(best) == wanted {
				best = best[:wanted-1]
			}
			at := len(best)
			for at > 0 && before(b, best[at-1]) {
				at--
			}
			best = slices.Insert(best, at, b)
		}
		for _, b := range best {
			a.Related = append(a.Related, r.site.Articles[b])
		}
		for _, b := range met {
			scores[b] = 0
		}
		met = met[:0]
	}
}

// taggedPlace is where an article stands among those of one of its tags.
type taggedPlace struct {
	articles []int32 // of the tag, by their numbers
	at       int
	weight   float64 // of sharing the tag
}

// neighbourhood lists for each article, by its number in the site, its places.
func (r *resolver) neighbourhood() [][]taggedPlace {
	number := make(map[*Article]int32, len(r.site.Articles))
	for i, a := range r.site.Articles {
		number[a] = int32(i)
	}
	out := make([][]taggedPlace, len(r.site.Articles))
	done := make(map[*Tag]bool, len(r.tags))
	// The order of the tags decides how weights are added up, so it must be
	// the same each time.
	for _, a := range r.site.Articles {
		for _, tags := range a.Tags {
			for _, t := range tags {
				if done[t] {
					continue
				}
				done[t] = true
				articles := make([]int32, len(t.Articles))
				for i, b := range t.Articles {
					articles[i] = number[b]
				}
				weight := familyWeight[t.Family] / float64(1+len(articles))
				for i, n := range articles {
					out[n] = append(out[n], taggedPlace{articles, i, weight})
				}
			}
		}
	}
	return out
}

// relatedTo finds the article that front matter names: a path from the content
// folder, or from the article's own folder.
func (r *resolver) relatedTo(a *Article, t content.Text) *Article {
	for _, p := range []string{resolvePath("/"+t.Value, ""), resolvePath(t.Value, a.Path)} {
		if b := r.byPath[p]; b != nil {
			return b
		}
		if r.lost[p] {
			return nil
		}
		if why := r.hidden[p]; why != "" {
			r.problem(t.Pos, diag.Warning, "related-hidden", quote(t.Value)+" is "+why+" and is left out", "")
			return nil
		}
	}
	paths := make([]string, 0, len(r.site.Articles))
	for _, b := range r.site.Articles {
		if b != a {
			paths = append(paths, b.Path)
		}
	}
	r.problem(t.Pos, diag.Error, "related", "there is no article "+quote(t.Value), didYouMean(t.Value, paths, "write its path from the content folder, such as pay/refund-late.md"))
	return nil
}
