package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"whyfix/internal/han"
)

// Listening: which texts sound like what was typed.

// item is one place of a question as a sound: a character with its readings,
// or a syllable that was typed.
type item struct {
	char      rune // 0 when letters were typed
	syllables []han.Syllable
}

// hearings are the ways to read a question aloud; none when it has parts that
// have no sound.
func hearings(runes []rune) [][]item {
	ways := [][]item{nil}
	for i := 0; i < len(runes); {
		r := runes[i]
		switch han.ClassOf(r) {
		case han.Other:
			i++
		case han.CJK:
			sounds := han.Sounds(r)
			if sounds == nil {
				return nil
			}
			for w := range ways {
				ways[w] = append(ways[w], item{r, sounds})
			}
			i++
		default:
			start := i
			for i < len(runes) && runes[i] >= 'a' && runes[i] <= 'z' {
				i++
			}
			if i == start {
				return nil
			}
			splits := han.SplitPinyin(string(runes[start:i]))
			if len(splits) == 0 {
				return nil
			}
			var next [][]item
			for _, way := range ways {
				for _, split := range splits {
					longer := slices.Clone(way)
					for _, s := range split {
						longer = append(longer, item{0, []han.Syllable{s}})
					}
					next = append(next, longer)
				}
			}
			ways = next[:min(len(next), mostWays)]
		}
	}
	return ways
}

// soundTerm is the term of one or two syllables.
func soundTerm(syllables ...han.Syllable) string {
	if len(syllables) == 1 {
		return syllables[0].String()
	}
	return syllables[0].String() + " " + syllables[1].String()
}

// heard finds the texts that sound like the whole question.
func (x *Index) heard(ctx context.Context, q *asked, _ []segment.TermDictionary) (*correction, error) {
	dicts, err := x.dictionaries(fieldSound)
	if err != nil {
		return nil, err
	}
	type place struct {
		text  string
		same  int
		count int
	}
	docs := map[uint32]level{}
	texts := map[string]*place{}
	for _, way := range hearings(q.runes) {
		if len(way) == 0 || len(way) > longestHeard || len(way) == 1 && way[0].char != 0 {
			continue
		}
		found, err := x.sounding(way, dicts)
		if err != nil {
			return nil, err
		}
		for i, n := range found {
			if i&63 == 0 && ctx.Err() != nil {
				break
			}
			a := x.articles[n]
			if a == nil {
				continue
			}
			for _, p := range a.texts {
				start, same := soundsLike(p.folded, way)
				if start < 0 {
					continue
				}
				docs[n] = inBody
				text := string(p.folded[start : start+len(way)])
				if t := texts[text]; t != nil {
					t.count++
				} else {
					texts[text] = &place{text, same, 1}
				}
			}
		}
	}
	var best *place
	for _, t := range texts {
		if best == nil || t.same > best.same || t.same == best.same && (t.count > best.count || t.count == best.count && t.text < best.text) {
			best = t
		}
	}
	if best == nil || best.text == string(q.runes) {
		return nil, nil
	}
	return &correction{best.text, docs}, nil
}

// sounding are the articles that have every two neighbouring syllables.
func (x *Index) sounding(way []item, dicts []segment.TermDictionary) ([]uint32, error) {
	var places [][]string
	if len(way) == 1 {
		places = append(places, []string{soundTerm(way[0].syllables[0])})
	}
	for i := range len(way) - 1 {
		var terms []string
		for _, a := range way[i].syllables {
			for _, b := range way[i+1].syllables {
				terms = append(terms, soundTerm(a, b))
			}
		}
		places = append(places, terms)
	}
	var out []uint32
	for i, p := range x.segments {
		// The rarest place first; one that no article has ends it.
		lists := make([][]segment.PostingsList, len(places))
		counts := make([]uint64, len(places))
		order := make([]int, len(places))
		empty := false
		for n, terms := range places {
			order[n] = n
			for _, t := range terms {
				l, err := dicts[i].PostingsList([]byte(t), p.segment.Deleted(), nil)
				if err != nil {
					return nil, fmt.Errorf("search: %w", err)
				}
				if c := l.Count(); c > 0 {
					lists[n] = append(lists[n], l)
					counts[n] += c
				}
			}
			if counts[n] == 0 {
				empty = true
				break
			}
		}
		if empty {
			continue
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(counts[a], counts[b]) })
		var docs []uint32
		for _, l := range lists[order[0]] {
			list, err := numbers(l)
			if err != nil {
				return nil, err
			}
			docs = append(docs, list...)
		}
		slices.Sort(docs)
		docs = slices.Compact(docs)
		for _, n := range order[1:] {
			if len(docs) == 0 {
				break
			}
			var err error
			if docs, err = inAny(docs, lists[n]); err != nil {
				return nil, err
			}
		}
		for _, d := range docs {
			out = append(out, uint32(p.first)+d)
		}
	}
	slices.Sort(out)
	return out, nil
}

// inAny keeps those numbers that one of the postings lists has.
func inAny(docs []uint32, lists []segment.PostingsList) ([]uint32, error) {
	var bitmaps []interface{ Contains(uint32) bool }
	var rest []uint32
	for _, l := range lists {
		it := l.Iterator(false, false, false, nil)
		if fast, ok := it.(segment.OptimizablePostingsIterator); ok {
			if b := fast.ActualBitmap(); b != nil {
				bitmaps = append(bitmaps, b)
				continue
			}
		}
		list, err := numbers(l)
		if err != nil {
			return nil, err
		}
		rest = append(rest, list...)
	}
	return slices.DeleteFunc(docs, func(d uint32) bool {
		for _, b := range bitmaps {
			if b.Contains(d) {
				return false
			}
		}
		return !slices.Contains(rest, d)
	}), nil
}

// soundsLike finds where a text sounds like a question, and how many of its
// characters are the very ones that were typed; -1 when it does not.
func soundsLike(text []rune, way []item) (start, same int) {
	start, same = -1, -1
	for i := 0; i+len(way) <= len(text); i++ {
		equal := 0
		fits := true
		for j, it := range way {
			r := text[i+j]
			if r == it.char {
				equal++
				continue
			}
			if !slices.ContainsFunc(han.Sounds(r), func(s han.Syllable) bool { return slices.Contains(it.syllables, s) }) {
				fits = false
				break
			}
		}
		if fits && equal > same {
			start, same = i, equal
		}
	}
	return start, same
}
