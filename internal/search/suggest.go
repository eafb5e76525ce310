package search

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"whyfix/internal/han"
)

// Suggestion is a wording that the site knows, and where it leads.
type Suggestion struct {
	Text string
	URL  string
	Kind string // "symptom", "title" or "tag"
}

// Suggest completes what a reader has typed so far: wordings that start with
// it, then those that contain it, symptoms before titles before tags, short
// ones first. No wording comes twice.
func (x *Index) Suggest(ctx context.Context, text string, size int) ([]Suggestion, error) {
	run := []rune(strings.TrimSpace(han.Fold(text)))
	if len(run) == 0 || size <= 0 {
		return []Suggestion{}, nil
	}
	type scored struct {
		Suggestion
		rank, length int
	}
	var found []scored
	seen := map[string]bool{}
	consider := func(text, url, kind string, folded []rune, order int) {
		rank := order
		switch {
		case len(folded) >= len(run) && slices.Equal(folded[:len(run)], run):
		case contains(folded, run):
			rank += 10
		default:
			return
		}
		if key := string(folded); !seen[key] {
			seen[key] = true
			found = append(found, scored{Suggestion{text, url, kind}, rank, len(folded)})
		}
	}
	for i, a := range x.articles {
		if i&1023 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if a == nil {
			continue
		}
		for _, p := range a.texts {
			switch p.of {
			case ofSymptom:
				consider(p.text, a.url, "symptom", p.folded, 0)
			case ofTitle:
				consider(p.text, a.url, "title", p.folded, 1)
			}
		}
	}
	for _, t := range x.tags {
		consider(t.name, t.url, "tag", t.folded, 2)
	}
	slices.SortFunc(found, func(a, b scored) int {
		return cmp.Or(a.rank-b.rank, a.length-b.length, cmp.Compare(a.Text, b.Text), cmp.Compare(a.URL, b.URL))
	})
	out := make([]Suggestion, 0, size)
	for _, s := range found[:min(len(found), size)] {
		out = append(out, s.Suggestion)
	}
	return out, nil
}
