package local

import (
	"context"
	"errors"
	"slices"

	"whyfix/internal/search/engine"
)

// listEntries lists every wording once for each language. The order of the
// articles decides which of several a wording leads to.
func (x *Index) listEntries() []engine.Entry {
	var out []engine.Entry
	type wording struct{ run, language string }
	at := make(map[wording]int, len(x.docs))
	add := func(e engine.Entry) {
		w := wording{string(e.Passage.Run), e.Language}
		if i, known := at[w]; known {
			out[i].Also(&e)
			return
		}
		at[w] = len(out)
		out = append(out, e)
	}
	for _, n := range x.docs {
		engine.EachEntry(x.facts[n], add)
	}
	return slices.Clip(out)
}

// Sample are some wordings of titles and symptoms, spread over all articles.
func (x *Index) Sample(_ context.Context, n int) ([]engine.Wording, error) {
	entries := x.entries()
	var out []engine.Wording
	step := max(len(entries)/max(n, 1), 1)
	for i := 0; i < len(entries) && len(out) < n; i += step {
		if entries[i].Kind != engine.ATag {
			out = append(out, entries[i].Wording())
		}
	}
	return out, nil
}

// Suggest completes what a reader has typed so far.
func (x *Index) Suggest(ctx context.Context, typed engine.Typed) ([]engine.Wording, error) {
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	return engine.Suggest(ctx, &x.site, x.entries(), typed), nil
}
