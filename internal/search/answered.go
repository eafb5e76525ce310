package search

import (
	"context"
	_ "embed"
	"slices"
	"strings"
	"sync"

	"whyfix/internal/search/cluster"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/local"
	"whyfix/internal/search/rank"
)

// An honest “not here”: whether the best hit answers, or only happens to share
// words. The evidence for it (rank.Evidence) is measured against a scale of the
// site's own: what questions about anything else reach there by chance, and
// what its own wordings, each of which is a promise, reach.

//go:embed elsewhere.txt
var elsewhereText string

// elsewhere are questions about anything, by language: "zh" and "en".
var elsewhere = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(elsewhereText) {
		if language, text, ok := strings.Cut(strings.TrimSpace(line), " "); ok && language != "#" {
			out[language] = append(out[language], text)
		}
	}
	return out
})

// The scale.
const (
	toldApart  = 0.93 // the share of questions about anything that is to be told apart
	ownWording = 64   // wordings of the site that are asked
	keptShare  = 0.03 // … of which no more may be called unanswered
	leastLeast = -3   // what is wanted at least, whatever is reached by chance
	mostLeast  = -0.5 // … and at most
)

// Scale is the site's own: as it was measured when the index was made, else it
// is measured now.
func (s *Searcher) Scale(ctx context.Context) (engine.Scale, error) {
	if known := s.engine.Site().Scale; known.Measured {
		return known, nil
	}
	s.scale.Do(func() { s.measured, s.scaleErr = s.measure(context.WithoutCancel(ctx)) })
	return s.measured, s.scaleErr
}

func (s *Searcher) measure(ctx context.Context) (engine.Scale, error) {
	var chance []float32
	asked := map[string]bool{}
	for _, tag := range s.engine.Site().Languages {
		language := "en"
		if strings.HasPrefix(strings.ToLower(tag), "zh") || tag == "" {
			language = "zh"
		}
		if asked[language] {
			continue
		}
		asked[language] = true
		for _, text := range elsewhere()[language] {
			e, err := s.evidence(ctx, text)
			if err != nil {
				return engine.Scale{}, err
			}
			chance = append(chance, e)
		}
	}
	own, err := s.engine.Sample(ctx, ownWording)
	if err != nil {
		return engine.Scale{}, err
	}
	var promised []float32
	for _, w := range own {
		e, err := s.evidence(ctx, w.Text)
		if err != nil {
			return engine.Scale{}, err
		}
		promised = append(promised, e)
	}
	least := min(max(quantile(chance, toldApart), leastLeast), mostLeast)
	if len(promised) > 0 {
		least = min(least, quantile(promised, keptShare))
	}
	return engine.Scale{Measured: true, Least: least}, nil
}

// quantile is the value that a share of a list is below.
func quantile(list []float32, share float64) float32 {
	if len(list) == 0 {
		return mostLeast
	}
	slices.Sort(list)
	return list[min(int(share*float64(len(list))), len(list)-1)]
}

// nothing is the evidence where nothing is found.
const nothing = -100

// evidence is that of the best article for a question as it is typed.
func (s *Searcher) evidence(ctx context.Context, text string) (float32, error) {
	q, err := s.asker.Ask(ctx, text)
	if err != nil || q.Empty() {
		return nothing, err
	}
	a := &attempt{q: q}
	if err := s.ask(ctx, a, Filter{}, "", candidates); err != nil || len(a.ranked) == 0 {
		return nothing, err
	}
	return rank.DefaultJudge().Weigh(a.ranked[0].Evidence(q)), nil
}

// Measure finds the site's scale and writes it beside the index in a folder.
func (s *Searcher) Measure(ctx context.Context, dir string) error {
	scale, err := s.measure(ctx)
	if err != nil {
		return err
	}
	if cluster.Found(dir) {
		return cluster.WriteScale(dir, scale)
	}
	return local.WriteScale(dir, scale)
}
