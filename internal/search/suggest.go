package search

import (
	"cmp"
	"context"
	"errors"
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

// entry is a wording as it is looked up.
type entry struct {
	Suggestion
	folded []rune
	order  int // symptoms before titles before tags
	uses   int // articles that have the wording
}

// entries lists every wording once. The order of the articles decides which of
// several a wording leads to.
func entries(articles []*article) []entry {
	var out []entry
	at := map[string]int{}
	add := func(kind, text, url string, order int, folded []rune) {
		key := string(folded)
		if key == "" {
			return
		}
		if i, known := at[key]; known {
			out[i].uses++
			if order < out[i].order {
				out[i].Suggestion, out[i].order = Suggestion{text, url, kind}, order
			}
			return
		}
		at[key] = len(out)
		out = append(out, entry{Suggestion{text, url, kind}, folded, order, 1})
	}
	for _, a := range articles {
		for _, p := range a.texts {
			switch p.of {
			case ofSymptom:
				add("symptom", p.text, a.url, 0, p.folded)
			case ofTitle:
				add("title", p.text, a.url, 1, p.folded)
			}
		}
		for _, t := range a.links {
			if t.URL != "" {
				add("tag", t.Name, t.URL, 2, []rune(han.Fold(t.Name)))
			}
		}
	}
	return out
}

// How a wording answers what was typed, best first.
const (
	byPrefix = iota
	byContaining
	bySoundPrefix
	bySoundInside
	notAtAll
)

// Suggest completes what a reader has typed so far: wordings that start with
// it, then those that contain it, then those that are spelled so in pinyin, in
// whole syllables, their first letters, or an unfinished one. Symptoms come
// before titles before tags, what several articles have and what is short
// first. No wording comes twice.
func (x *Index) Suggest(ctx context.Context, text string, size int) ([]Suggestion, error) {
	run := []rune(strings.TrimSpace(han.Fold(text)))
	if len(run) == 0 || size <= 0 {
		return []Suggestion{}, nil
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	letters := slices.ContainsFunc(run, func(r rune) bool { return r >= 'a' && r <= 'z' })
	spelled := slices.DeleteFunc(slices.Clone(run), func(r rune) bool { return r == ' ' || r == '\'' })
	type scored struct {
		*entry
		how int
	}
	var found []scored
	for i := range x.entries {
		if i&4095 == 4095 && ctx.Err() != nil {
			break // what was found so far
		}
		e := &x.entries[i]
		how := notAtAll
		switch {
		case len(e.folded) >= len(run) && slices.Equal(e.folded[:len(run)], run):
			how = byPrefix
		case contains(e.folded, run):
			how = byContaining
		case !letters:
		case han.TypedAs(spelled, e.folded):
			how = bySoundPrefix
		case len(spelled) > 1:
			for j := 1; j < len(e.folded); j++ {
				if han.TypedAs(spelled, e.folded[j:]) {
					how = bySoundInside
					break
				}
			}
		}
		if how != notAtAll {
			found = append(found, scored{e, how})
		}
	}
	slices.SortFunc(found, func(a, b scored) int {
		return cmp.Or(a.how-b.how, a.order-b.order, b.uses-a.uses, len(a.folded)-len(b.folded), cmp.Compare(a.Text, b.Text), cmp.Compare(a.URL, b.URL))
	})
	out := make([]Suggestion, 0, size)
	for _, s := range found[:min(len(found), size)] {
		out = append(out, s.Suggestion)
	}
	return out, nil
}
