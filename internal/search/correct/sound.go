package correct

import (
	"context"
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
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

// places are the terms that an article with the sounds must have, one of each.
func places(way []item) [][]string {
	if len(way) == 1 {
		return [][]string{{engine.SoundTerm(way[0].syllables[0], 0)}}
	}
	var out [][]string
	for i := range len(way) - 1 {
		var alternatives []string
		for _, a := range way[i].syllables {
			for _, b := range way[i+1].syllables {
				alternatives = append(alternatives, engine.SoundTerm(a, b))
			}
		}
		out = append(out, alternatives)
	}
	return out
}

// wording is a text that sounds like a question.
type wording struct {
	text string
	same int // characters that are the very ones that were typed
	by   []*article.Facts
}

// better orders wordings: as few other characters as may be, then as many
// articles.
func (w *wording) better(other *wording) bool {
	switch {
	case w.same != other.same:
		return w.same > other.same
	case len(w.by) != len(other.by):
		return len(w.by) > len(other.by)
	}
	return w.text < other.text
}

// heard finds the texts that sound like the whole question.
func (c *Corrector) heard(ctx context.Context, t *typed) (*Correction, error) {
	wordings := map[string]*wording{}
	var letters []rune
	for _, way := range hearings(t.runes) {
		if len(way) == 0 || len(way) > longestHeard || len(way) == 1 && way[0].char != 0 {
			continue
		}
		found, err := c.engine.Sounding(ctx, places(way), mostHeard)
		if err != nil {
			return nil, err
		}
		for i, f := range found {
			if i&63 == 63 && ctx.Err() != nil {
				break
			}
			for _, p := range f.Passages {
				letters = terms.AppendLetters(letters[:0], p.Run)
				start, same := soundsLike(letters, way)
				if start < 0 {
					continue
				}
				text := string(letters[start : start+len(way)])
				w := wordings[text]
				if w == nil {
					w = &wording{text: text, same: same}
					wordings[text] = w
				}
				if len(w.by) == 0 || w.by[len(w.by)-1] != f {
					w.by = append(w.by, f)
				}
			}
		}
	}
	var best *wording
	for _, w := range wordings {
		if best == nil || w.better(best) {
			best = w
		}
	}
	if best == nil || best.text == string(terms.Letters(terms.RunOf(string(t.runes)))) {
		return nil, nil
	}
	return &Correction{best.text, best.by}, nil
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
