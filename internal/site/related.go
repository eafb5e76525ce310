package site

import (
	"cmp"
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
	position := make(map[*Tag]map[*Article]int, len(r.tags))
	for _, t := range r.tags {
		m := make(map[*Article]int, len(t.Articles))
		for i, a := range t.Articles {
			m[a] = i
		}
		position[t] = m
	}
	for _, a := range r.site.Articles {
		for _, text := range a.Article.Related {
			if b := r.relatedTo(a, text); b != nil && b != a && !slices.Contains(a.Related, b) {
				a.Related = append(a.Related, b)
			}
		}
		if len(a.Related) >= maxRelated {
			continue
		}
		type scored struct {
			article *Article
			score   float64
		}
		scores := map[*Article]float64{}
		for k, tags := range a.Tags {
			for _, t := range tags {
				weight := familyWeight[k] / float64(1+len(t.Articles))
				at := position[t][a]
				for i := max(at-neighbours, 0); i < min(at+neighbours+1, len(t.Articles)); i++ {
					if b := t.Articles[i]; b != a {
						scores[b] += weight
					}
				}
			}
		}
		ranked := make([]scored, 0, len(scores))
		for b, s := range scores {
			if !slices.Contains(a.Related, b) {
				ranked = append(ranked, scored{b, s})
			}
		}
		slices.SortFunc(ranked, func(x, y scored) int {
			return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.article.Path, y.article.Path))
		})
		for _, s := range ranked[:min(len(ranked), maxRelated-len(a.Related))] {
			a.Related = append(a.Related, s.article)
		}
	}
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
			r.problem(t.Pos, diag.Warning, "related", quote(t.Value)+" is "+why+" and is left out", "")
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
