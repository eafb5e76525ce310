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

// relate finds the articles that writers chose as worth reading next.
func (r *resolver) relate() {
	for _, a := range r.site.Articles {
		for _, text := range a.Article.Related {
			if b := r.relatedTo(a, text); b != nil && b != a && !slices.Contains(a.chosen, b) {
				a.chosen = append(a.chosen, b)
			}
		}
	}
}

// Related are the articles worth reading next: the writer's own choice first,
// then those that share tags, rare tags counting most. They are found when a
// page asks for them, because most of a preview's pages are never looked at.
func (a *Article) Related() []*Article {
	out := slices.Clone(a.chosen)
	wanted := maxRelated - len(out)
	if wanted <= 0 {
		return out
	}
	type scored struct {
		article *Article
		score   float64
	}
	scores := map[*Article]float64{}
	for _, tags := range a.Tags {
		for _, t := range tags {
			at, _ := slices.BinarySearchFunc(t.Articles, a, newest)
			weight := familyWeight[t.Family] / float64(1+len(t.Articles))
			for _, b := range t.Articles[max(at-neighbours, 0):min(at+neighbours+1, len(t.Articles))] {
				scores[b] += weight
			}
		}
	}
	delete(scores, a)
	for _, b := range out {
		delete(scores, b)
	}
	best := make([]scored, 0, len(scores))
	for b, score := range scores {
		best = append(best, scored{b, score})
	}
	slices.SortFunc(best, func(x, y scored) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.article.Path, y.article.Path))
	})
	for _, b := range best[:min(len(best), wanted)] {
		out = append(out, b.article)
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
		if why, hidden := r.hidden[p]; hidden {
			r.problem(t.Pos, diag.Warning, "related-hidden", quote(t.Value)+" "+why.what+" and is left out", "")
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
