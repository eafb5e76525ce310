package search

import (
	"cmp"
	"context"
	"slices"

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
			if i == start || i-start > longestTyped {
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
func (x *Index) heard(ctx context.Context, q *asked, in *fields) (*correction, error) {
	type place struct {
		text  string
		same  int
		count int
	}
	var proofs []proof
	texts := map[string]*place{}
	for _, way := range hearings(q.runes) {
		if len(way) == 0 || len(way) > longestHeard || len(way) == 1 && way[0].char != 0 {
			continue
		}
		found, err := x.sounding(way, in.sound)
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
			sounds := false
			for _, passage := range a.texts {
				p := &x.passages[passage]
				start, same := soundsLike(p.folded, way)
				if start < 0 {
					continue
				}
				sounds = true
				text := string(p.folded[start : start+len(way)])
				if t := texts[text]; t != nil {
					t.count++
				} else {
					texts[text] = &place{text, same, 1}
				}
			}
			if sounds {
				proofs = append(proofs, proof{n, inBody})
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
	return &correction{best.text, proofs}, nil
}

// sound is one place of a question and the articles that sound so there.
type sound struct {
	ways  []postings
	count int
}

// sounding are the articles that have every two neighbouring syllables.
func (x *Index) sounding(way []item, f *field) ([]uint32, error) {
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
	sounds := make([]sound, len(places))
	for n, terms := range places {
		for _, t := range terms {
			p, err := f.postings(t)
			if err != nil {
				return nil, err
			}
			sounds[n].count += p.count
			if p.count > 0 {
				sounds[n].ways = append(sounds[n].ways, p)
			}
		}
		if sounds[n].count == 0 {
			return nil, nil // no article has it
		}
	}
	slices.SortFunc(sounds, func(a, b sound) int { return cmp.Compare(a.count, b.count) }) // the rarest first
	var out []uint32
	for i, s := range x.segments {
		var found []uint32
		for n, sound := range sounds {
			ways := make([]docs, len(sound.ways))
			for w, p := range sound.ways {
				ways[w] = p.docs[i]
			}
			if n > 0 {
				found = inAny(found, ways...)
				continue
			}
			for _, d := range ways {
				found = append(found, d.numbers()...)
			}
			slices.Sort(found)
			found = slices.Compact(found)
		}
		for _, d := range found {
			out = append(out, uint32(s.first)+d)
		}
	}
	slices.Sort(out)
	return out, nil
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
