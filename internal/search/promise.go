package search

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// Promised is among how many hits a symptom must find its article.
const Promised = 3

// Promise is one symptom of one article.
type Promise struct {
	URL     string
	Symptom int // its number in Document.Symptoms
	Text    string
}

// Broken is a promise that does not hold.
type Broken struct {
	Promise
	Instead []Hit // what the first hits are
}

// allPromises is the number of articles up to which every promise is tried:
// it costs a search each.
const allPromises = 300

// Doubtful lists the promises that have to be tried. A phrase that no three
// other articles have in a title, symptom, tag or heading finds its own, which
// says exactly that.
func Doubtful(docs []*Document) []Promise {
	type text struct {
		doc    int
		folded []rune
	}
	var texts []text
	byTerm := map[weigh.Key][]int{} // the texts that have a term
	c := newWordings(newSynonyms(nil))
	for n, d := range docs {
		for _, passage := range c.article(d).texts {
			p := c.passages[passage]
			i := len(texts)
			texts = append(texts, text{n, p.folded})
			weigh.Features(han.AnalyzerOf(d.Language), p.folded, func(k weigh.Key, _, _ int) {
				if list := byTerm[k]; k.Class() != weigh.Meaning && (len(list) == 0 || list[len(list)-1] != i) {
					byTerm[k] = append(list, i)
				}
			})
		}
	}
	var out []Promise
	for n, d := range docs {
		for i, s := range d.Symptoms {
			p := Promise{URL: d.URL, Symptom: i, Text: s}
			runes := []rune(han.Fold(s))
			var rarest []int
			known := false
			latin := false
			weigh.Features(han.AnalyzerOf(d.Language), runes, func(k weigh.Key, _, _ int) {
				latin = latin || k.Class() == weigh.Word
				if list := byTerm[k]; k.Class() != weigh.Meaning && (!known || len(list) < len(rarest)) {
					rarest, known = list, true
				}
			})
			if len(docs) <= allPromises || !known || latin || slices.Contains(runes, '"') || len(runes) > MaxQuery {
				out = append(out, p)
				continue
			}
			others := map[int]bool{}
			for _, t := range rarest {
				if texts[t].doc != n && len(others) < Promised && contains(texts[t].folded, runes) {
					others[texts[t].doc] = true
				}
			}
			if len(others) >= Promised {
				out = append(out, p)
			}
		}
	}
	return out
}

// Try searches for promises and returns those that do not hold, in their
// order. A phrase of several articles is searched once.
func (x *Index) Try(ctx context.Context, promises []Promise) ([]Broken, error) {
	var phrases []string
	at := map[string]int{}
	for _, p := range promises {
		if _, known := at[p.Text]; !known {
			at[p.Text] = len(phrases)
			phrases = append(phrases, p.Text)
		}
	}
	hits := make([][]Hit, len(phrases))
	errs := make([]error, runtime.GOMAXPROCS(0))
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(phrases) {
					return
				}
				r, err := x.Search(ctx, Query{Text: phrases[i], Size: Promised, Page: 1})
				if err != nil {
					errs[w] = err
					return
				}
				hits[i] = r.Hits
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var out []Broken
	for _, p := range promises {
		found := hits[at[p.Text]]
		if !slices.ContainsFunc(found, func(h Hit) bool { return h.URL == p.URL }) {
			out = append(out, Broken{p, found})
		}
	}
	return out, nil
}
