package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"whyfix/internal/search/rank"
	"whyfix/internal/search/weigh"
)

// The weights of clues: of each site, its own questions whose article is among
// the first ten, against questions of the sites of other fields in the same
// language. Both sides count the same, and so does every site.

// asked is the evidence of one question.
type asked struct {
	evidence rank.Evidence
	own      bool
	weight   float64
}

// shown is how many hits a reader sees.
const shown = 10

// evidenceOf asks questions of a site: its own, and those of other fields.
func evidenceOf(ctx context.Context, site *set, all []*set, most int) (own, foreign []rank.Evidence, err error) {
	if err := site.open(ctx, weigh.Default(), rank.Default()); err != nil {
		return nil, nil, err
	}
	for _, other := range all {
		if other != site && (other.field == site.field || other.language != site.language) {
			continue
		}
		step := max(len(other.queries)/most, 1)
		for i := 0; i < len(other.queries); i += step {
			q := other.queries[i]
			asked, ranked := site.answer(ctx, q.text)
			if len(ranked) == 0 {
				continue
			}
			switch {
			case other != site:
				foreign = append(foreign, ranked[0].Evidence(asked))
			case slices.ContainsFunc(ranked[:min(len(ranked), shown)], func(c rank.Scored) bool { return q.wanted[c.Facts.URL] }):
				own = append(own, ranked[0].Evidence(asked))
			}
		}
	}
	return own, foreign, nil
}

func learnEvidence(ctx context.Context, out io.Writer, sets []*set, most int) error {
	var all []asked
	for _, s := range sets {
		own, foreign, err := evidenceOf(ctx, s, sets, most)
		if err != nil {
			return err
		}
		if len(own) == 0 || len(foreign) == 0 {
			continue
		}
		for _, e := range own {
			all = append(all, asked{e, true, 1 / float64(len(own))})
		}
		for _, e := range foreign {
			all = append(all, asked{e, false, 1 / float64(len(foreign))})
		}
	}
	var w [rank.Clues]parameter
	const steps, rate, pull = 3000, 0.1, 1e-4
	var total float64
	for _, a := range all {
		total += a.weight
	}
	for step := 1; step <= steps; step++ {
		for _, a := range all {
			var sum float64
			for c, x := range a.evidence {
				sum += w[c].value * float64(x)
			}
			g := 1 / (1 + math.Exp(-sum))
			if a.own {
				g--
			}
			for c, x := range a.evidence {
				w[c].grad += a.weight / total * g * float64(x)
			}
		}
		for c := range w {
			w[c].grad += pull * w[c].value
			w[c].step(step, rate/(1+float64(step)/500))
		}
	}
	fmt.Fprintln(out, "# What speaks for and against that the best article answers, learnt by the command learn.")
	for c := range rank.Clues {
		fmt.Fprintf(out, "%s %.3f\n", c, w[c].value)
	}
	return nil
}
