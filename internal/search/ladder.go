package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// The lower rungs of the ladder: what the reader may have meant when nothing
// has what was typed. Sounds first (an input method offers the wrong word, or
// was not switched on), then slips of the finger.

// Limits of what is tried.
const (
	longestHeard = 20 // syllables of a question that is looked up by sound as a whole
	mostWays     = 12 // ways to cut its letters into syllables
	mostAlike    = 12 // characters for one syllable, the common ones of the site
	longestSlip  = 12 // characters of a question in which neighbours are swapped
	shortestTypo = 4  // letters of a word that may be mistyped
	longTypo     = 8  // letters of a word that may have two mistakes
)

// correction is what to search instead, and the articles that are known to
// have it.
type correction struct {
	text string
	docs map[uint32]level
}

// correct finds what the reader may have meant, or nil.
func (x *Index) correct(ctx context.Context, q *asked, all []segment.TermDictionary) (*correction, error) {
	for _, try := range []func(context.Context, *asked, []segment.TermDictionary) (*correction, error){x.heard, x.slipped, x.spelled, x.mistyped, x.repaired} {
		if ctx.Err() != nil {
			return nil, nil
		}
		if c, err := try(ctx, q, all); c != nil || err != nil {
			return c, err
		}
	}
	return nil, nil
}

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

// slipped swaps neighbours until an article has the result.
func (x *Index) slipped(ctx context.Context, q *asked, all []segment.TermDictionary) (*correction, error) {
	if len(q.runes) < 3 || len(q.runes) > longestSlip {
		return nil, nil
	}
	var best *correction
	for i := range len(q.runes) - 1 {
		if q.runes[i] == q.runes[i+1] || han.ClassOf(q.runes[i]) != han.CJK || han.ClassOf(q.runes[i+1]) != han.CJK {
			continue
		}
		swapped := slices.Clone(q.runes)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		docs, err := x.run(ctx, swapped, all, someProofs)
		if err != nil {
			return nil, err
		}
		if len(docs) > 0 && (best == nil || len(docs) > len(best.docs)) {
			best = &correction{string(swapped), docs}
		}
	}
	return best, nil
}

// spelled writes a question in pinyin with characters, as an input method
// would that knows nothing but the site's own texts: the characters whose
// neighbours stand together most often.
func (x *Index) spelled(ctx context.Context, q *asked, _ []segment.TermDictionary) (*correction, error) {
	if !slices.ContainsFunc(q.terms, func(t term) bool { return t.Class() == weigh.Word && t.inAll+t.inHead == 0 }) {
		return nil, nil
	}
	head, err := x.dictionaries(fieldHead)
	if err != nil {
		return nil, err
	}
	best, bestScore := "", 0.0
	for _, way := range hearings(q.runes) {
		if len(way) < 2 || len(way) > longestHeard || ctx.Err() != nil {
			continue
		}
		text, score, err := x.write(way, head)
		if err != nil {
			return nil, err
		}
		if score > bestScore {
			best, bestScore = text, score
		}
		break // the way with the fewest syllables: others are for what is found whole
	}
	if best == "" {
		return nil, nil
	}
	return &correction{text: best}, nil
}

// write chooses the characters of a reading; the score is 0 when no two
// neighbours are known.
func (x *Index) write(way []item, head []segment.TermDictionary) (string, float64, error) {
	type state struct {
		char  rune
		score float64
		from  int
	}
	columns := make([][]state, len(way))
	known := map[[2]rune]float64{}
	for i, it := range way {
		chars := []rune{it.char}
		if it.char == 0 {
			chars = x.common(it.syllables[0])
		}
		for _, c := range chars {
			s := state{char: c, from: -1}
			if i > 0 {
				for n, before := range columns[i-1] {
					pair := [2]rune{before.char, c}
					gain, ok := known[pair]
					if !ok {
						df, err := x.postings(head, []byte(string(pair[:])), nil)
						if err != nil {
							return "", 0, err
						}
						gain = math.Log1p(float64(df))
						known[pair] = gain
					}
					if total := before.score + gain; s.from < 0 || total > s.score {
						s.score, s.from = total, n
					}
				}
			}
			columns[i] = append(columns[i], s)
		}
		if len(columns[i]) == 0 {
			return "", 0, nil
		}
	}
	last := len(columns) - 1
	at := 0
	for n, s := range columns[last] {
		if s.score > columns[last][at].score {
			at = n
		}
	}
	score := columns[last][at].score
	out := make([]rune, len(way))
	for i := last; i >= 0; i-- {
		out[i] = columns[i][at].char
		at = columns[i][at].from
	}
	return string(out), score, nil
}

// common are the most frequent characters of a syllable in the short texts.
func (x *Index) common(s han.Syllable) []rune {
	list := slices.Clone(x.bySound[s])
	slices.SortStableFunc(list, func(a, b rune) int {
		return cmp.Compare(x.rarity.of(weigh.SingleKey(a)), x.rarity.of(weigh.SingleKey(b)))
	})
	return list[:min(len(list), mostAlike)]
}

// mistyped replaces words of letters that no article has by the nearest that
// one has.
func (x *Index) mistyped(_ context.Context, q *asked, _ []segment.TermDictionary) (*correction, error) {
	text := string(q.runes)
	changed := false
	for _, t := range q.terms {
		if t.Class() != weigh.Word || len(t.text) < shortestTypo || t.inAll+t.inHead > 0 || strings.ContainsAny(t.text, "0123456789") {
			continue
		}
		near, err := x.nearest(t.text)
		if err != nil {
			return nil, err
		}
		if near != "" {
			text = strings.ReplaceAll(text, t.text, near)
			changed = true
		}
	}
	if !changed {
		return nil, nil
	}
	return &correction{text: text}, nil
}

// nearest is the most frequent word of the index within the fewest mistakes.
func (x *Index) nearest(word string) (string, error) {
	most := 1
	if len(word) >= longTypo {
		most = 2
	}
	for distance := 1; distance <= most; distance++ {
		dict, err := x.snapshot.FieldDictFuzzy(fieldAll, word, distance, word[:1])
		if err != nil {
			return "", fmt.Errorf("search: %w", err)
		}
		best, count := "", uint64(0)
		for {
			e, err := dict.Next()
			if err != nil {
				dict.Close()
				return "", fmt.Errorf("search: %w", err)
			}
			if e == nil {
				break
			}
			if e.Count > count && e.Term[0] >= 'a' && e.Term[0] <= 'z' {
				best, count = e.Term, e.Count
			}
		}
		if err := dict.Close(); err != nil {
			return "", fmt.Errorf("search: %w", err)
		}
		if best != "" {
			return best, nil
		}
	}
	return "", nil
}

// repaired replaces characters that fit neither neighbour in any article by
// ones that sound the same and fit both.
func (x *Index) repaired(_ context.Context, q *asked, all []segment.TermDictionary) (*correction, error) {
	known := func(a, b rune) (int, error) {
		if han.ClassOf(a) != han.CJK || han.ClassOf(b) != han.CJK {
			return -1, nil // nothing to know
		}
		return x.postings(all, []byte(string([]rune{a, b})), nil)
	}
	at := func(runes []rune, i int) rune {
		if i < 0 || i >= len(runes) {
			return ' '
		}
		return runes[i]
	}
	runes := slices.Clone(q.runes)
	changed := false
	for i, r := range runes {
		if han.ClassOf(r) != han.CJK {
			continue
		}
		before, err := known(at(runes, i-1), r)
		if err != nil {
			return nil, err
		}
		after, err := known(r, at(runes, i+1))
		if err != nil {
			return nil, err
		}
		if before > 0 || after > 0 || before < 0 && after < 0 {
			continue
		}
		best, most := r, 0
		for _, other := range x.alike(r) {
			b, err := known(at(runes, i-1), other)
			if err != nil {
				return nil, err
			}
			a, err := known(other, at(runes, i+1))
			if err != nil {
				return nil, err
			}
			if b != 0 && a != 0 && max(a, b) > most {
				best, most = other, max(a, b)
			}
		}
		if best != r {
			runes[i], changed = best, true
		}
	}
	if !changed {
		return nil, nil
	}
	return &correction{text: string(runes)}, nil
}

// alike are the characters of the site's short texts that sound like one.
func (x *Index) alike(r rune) []rune {
	var out []rune
	for _, s := range han.Sounds(r) {
		for _, other := range x.bySound[s] {
			if other != r && !slices.Contains(out, other) {
				out = append(out, other)
			}
		}
	}
	return out
}
