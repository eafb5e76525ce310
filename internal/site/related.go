package site

import (
	"cmp"
	"math"
	"slices"
	"sync"

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
	if known := a.related.Load(); known != nil {
		return *known
	}
	found := a.findRelated()
	a.related.Store(&found)
	return found
}

func (a *Article) findRelated() []*Article {
	out := slices.Clone(a.chosen)
	wanted := maxRelated - len(out)
	if wanted <= 0 {
		return out
	}
	own := boards.Get().(*board)
	defer boards.Put(own)
	for _, tags := range a.Tags {
		for _, t := range tags {
			at, _ := slices.BinarySearchFunc(t.Articles, a, newest)
			weight := familyWeight[t.Family] / float64(1+len(t.Articles))
			for _, b := range t.Articles[max(at-neighbours, 0):min(at+neighbours+1, len(t.Articles))] {
				own.add(b, weight)
			}
		}
	}
	for _, b := range append(out, a) {
		own.add(b, math.Inf(-1))
	}
	return append(out, own.best(wanted)...)
}

// board counts for one article at a time how near others are. A map would be
// most of the work: hundreds of neighbours are counted for every page.
type board struct {
	scores []float64 // by age; 0 for those that are not among the articles
	found  []*Article
}

// boards are used again: one has a place for every article of the site.
var boards = sync.Pool{New: func() any { return new(board) }}

func (b *board) add(a *Article, score float64) {
	if n := int(a.age) + 1; n > len(b.scores) {
		b.scores = append(b.scores, make([]float64, max(n, 2*len(b.scores))-len(b.scores))...)
	}
	if b.scores[a.age] == 0 {
		b.found = append(b.found, a)
	}
	b.scores[a.age] += score
}

// best are the n articles with the highest scores, and wipes the board.
func (b *board) best(n int) []*Article {
	var top []*Article
	least := 0.0 // what it takes to be among them
	for _, a := range b.found {
		if b.scores[a.age] < least {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, a, func(x, y *Article) int {
			return cmp.Or(cmp.Compare(b.scores[y.age], b.scores[x.age]), cmp.Compare(x.Path, y.Path))
		})
		if at < n {
			top = slices.Insert(top[:min(len(top), n-1)], at, a)
		}
		if len(top) == n {
			least = b.scores[top[n-1].age]
		}
	}
	for _, a := range b.found {
		b.scores[a.age] = 0
	}
	b.found = b.found[:0]
	return top
}

// relatedTo finds the article that front matter names: a path from the content
// folder, or from the article's own folder.
func (r *resolver) relatedTo(a *Article, t content.Text) *Article {
	for _, p := range namedPaths(t.Value, a.Path) {
		if b := r.byPath[p]; b != nil {
			return b
		}
		if r.lost[p] {
			return nil
		}
		if why, hidden := r.hidden[p]; hidden {
			r.problem(t.Pos, diag.Warning, "related-hidden", diag.Say("%q %s and is left out", t.Value, why.what), diag.Text{})
			return nil
		}
	}
	paths := make([]string, 0, len(r.site.Articles))
	for _, b := range r.site.Articles {
		if b != a {
			paths = append(paths, b.Path)
		}
	}
	r.problem(t.Pos, diag.Error, "related", diag.Say("there is no article %q", t.Value), didYouMean(t.Value, paths, diag.Say("write its path from the content folder, such as pay/refund-late.md")))
	return nil
}
