package local

import (
	"context"
	"errors"
	"slices"

	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// listEntries lists every wording once for each language. The order of the
// articles decides which of several a wording leads to.
func (x *Index) listEntries() []engine.Entry {
	var out []engine.Entry
	at := make(map[uint64]uint32, len(x.docs)) // by hash of the run and language
	add := func(e engine.Entry) {
		for h := hash(e.Passage.Run, e.Language); ; h++ {
			i, taken := at[h]
			if !taken {
				at[h] = uint32(len(out))
				out = append(out, e)
				return
			}
			if known := &out[i]; known.Language == e.Language && slices.Equal(known.Passage.Run, e.Passage.Run) {
				known.Also(&e)
				return
			}
		}
	}
	for _, n := range x.docs {
		engine.EachEntry(x.facts[n], add)
	}
	return slices.Clip(out)
}

func hash(run terms.Run, language string) uint64 {
	h := uint64(14695981039346656037) // FNV-1a, a character at a time
	for _, r := range run {
		h = (h ^ uint64(r)) * 1099511628211
	}
	for _, r := range language {
		h = (h ^ uint64(r)) * 1099511628211
	}
	return h
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
