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
	passage uint32
	target  uint32 // a document's number, or a tag's
	uses    uint32 // articles that have the wording
	kind    entryKind
}

// entryKind is what a suggestion is, in the order in which they come.
type entryKind uint8

const (
	aSymptom entryKind = iota
	aTitle
	aTag
)

func (k entryKind) String() string { return [...]string{"symptom", "title", "tag"}[k] }

// listEntries lists every wording once. The order of the articles decides
// which of several a wording leads to.
func (x *Index) listEntries(docs []uint32) []entry {
	var out []entry
	at := make(map[uint64]uint32, len(docs)) // by hash of the folded wording
	add := func(kind entryKind, passage, target uint32) {
		folded := x.passages[passage].folded
		if len(folded) == 0 {
			return
		}
		h := hash(folded)
		for ; ; h++ {
			i, taken := at[h]
			if !taken {
				break
			}
			e := &out[i]
			if !slices.Equal(x.passages[e.passage].folded, folded) {
				continue
			}
			e.uses++
			if kind < e.kind {
				e.passage, e.target, e.kind = passage, target, kind
			}
			return
		}
		at[h] = uint32(len(out))
		out = append(out, entry{passage, target, 1, kind})
	}
	for _, n := range docs {
		a := x.articles[n]
		for i, text := range a.texts[:1+a.symptoms] {
			kind := aSymptom
			if i == 0 {
				kind = aTitle
			}
			add(kind, text, n)
		}
		for _, id := range a.tags {
			if t := &x.tags[id]; t.url != "" {
				add(aTag, t.text, id)
			}
		}
	}
	return slices.Clip(out)
}

func hash(runes []rune) uint64 {
	h := uint64(14695981039346656037) // FNV-1a, a character at a time
	for _, r := range runes {
		h = (h ^ uint64(r)) * 1099511628211
	}
	return h
}

// suggestion is an entry for a reader.
func (x *Index) suggestion(e *entry) Suggestion {
	s := Suggestion{Text: x.passages[e.passage].text, Kind: e.kind.String()}
	if e.kind == aTag {
		s.URL = x.tags[e.target].url
	} else {
		s.URL = x.articles[e.target].url
	}
	return s
}

func (x *Index) entryLanguage(e *entry) int {
	if e.kind == aTag {
		return int(x.tags[e.target].language)
	}
	return int(x.articles[e.target].language)
}

// How a wording answers what was typed, best first.
const (
	byAll = iota // it is the wording
	byPrefix
	byContaining
	bySoundPrefix
	bySoundInside
	byBeginning // the other way round: what was typed starts with the wording
	notAtAll
)

// partsOf are the runs of characters between spaces and punctuation.
func partsOf(run []rune) [][]rune {
	var parts [][]rune
	for i := 0; i < len(run); {
		start := i
		for i < len(run) && han.ClassOf(run[i]) != han.Other {
			i++
		}
		if i > start {
			parts = append(parts, run[start:i])
		} else {
			i++
		}
	}
	return parts
}

// inOrder reports whether a text has all parts, one after the other.
func inOrder(text []rune, parts [][]rune) bool {
	for _, p := range parts {
		at := find(text, p)
		if at < 0 {
			return false
		}
		text = text[at+len(p):]
	}
	return true
}

// Suggest completes what a reader has typed so far: the wording that it is,
// those that start with it, those that contain it (between its spaces, in
// order), then those that are spelled so in pinyin, in whole syllables, their
// first letters, or an unfinished one. When there is none, wordings that it
// starts with. Symptoms come before titles before tags, what several articles have and what is short
// first. No wording comes twice. A language that the site has keeps its
// wordings alone.
func (x *Index) Suggest(ctx context.Context, text, language string, size int) ([]Suggestion, error) {
	run := []rune(strings.TrimSpace(han.Fold(text)))
	parts := partsOf(run)
	if len(parts) == 0 || size <= 0 {
		return []Suggestion{}, nil
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	letters := slices.ContainsFunc(run, func(r rune) bool { return r >= 'a' && r <= 'z' })
	spelled := slices.DeleteFunc(slices.Clone(run), func(r rune) bool { return r == ' ' || r == '\'' })
	letters = letters && len(spelled) <= longestTyped
	type scored struct {
		*entry
		how int
	}
	only := -1 // the language
	if len(x.languages) > 1 {
		only = slices.Index(x.languages, language)
	}
	var found []scored
	entries := x.entries()
	for i := range entries {
		if i&4095 == 4095 && ctx.Err() != nil {
			break // what was found so far
		}
		e := &entries[i]
		folded := x.passages[e.passage].folded
		how := notAtAll
		switch {
		case only >= 0 && x.entryLanguage(e) != only:
		case slices.Equal(folded, run):
			how = byAll
		case len(folded) >= len(parts[0]) && slices.Equal(folded[:len(parts[0])], parts[0]) && inOrder(folded, parts):
			how = byPrefix
		case inOrder(folded, parts):
			how = byContaining
		case len(folded) > 1 && len(folded) < len(run) && slices.Equal(run[:len(folded)], folded):
			how = byBeginning
		case !letters:
		case han.TypedAs(spelled, folded):
			how = bySoundPrefix
		case len(spelled) > 1:
			for j := 1; j < len(folded); j++ {
				if han.TypedAs(spelled, folded[j:]) {
					how = bySoundInside
					break
				}
			}
		}
		if how != notAtAll {
			found = append(found, scored{e, how})
		}
	}
	// What was typed may go on where the wording ends; that is a suggestion only
	// when nothing else is.
	if slices.ContainsFunc(found, func(s scored) bool { return s.how < byBeginning }) {
		found = slices.DeleteFunc(found, func(s scored) bool { return s.how == byBeginning })
	}
	length := func(s scored) int { return len(x.passages[s.passage].folded) }
	slices.SortFunc(found, func(a, b scored) int {
		if c := cmp.Or(a.how-b.how, int(a.kind)-int(b.kind), int(b.uses)-int(a.uses), length(a)-length(b)); c != 0 {
			return c
		}
		s, t := x.suggestion(a.entry), x.suggestion(b.entry)
		return cmp.Or(cmp.Compare(s.Text, t.Text), cmp.Compare(s.URL, t.URL))
	})
	out := make([]Suggestion, 0, size)
	for _, s := range found[:min(len(found), size)] {
		out = append(out, x.suggestion(s.entry))
	}
	return out, nil
}
