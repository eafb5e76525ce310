package search

import (
	"cmp"
	"context"
	"math"
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// Spelling: what pinyin may stand for.

// spelled writes a question in pinyin with characters, as an input method
// would that knows nothing but the site's own texts: the characters whose
// neighbours stand together most often.
func (x *Index) spelled(ctx context.Context, q *asked, in *fields) (*correction, error) {
	if !slices.ContainsFunc(q.terms, func(t term) bool { return t.Class() == weigh.Word && t.articles() == 0 }) {
		return nil, nil
	}
	best, bestScore := "", 0.0
	for _, way := range hearings(q.runes) {
		if len(way) < 2 || len(way) > longestHeard || ctx.Err() != nil {
			continue
		}
		text, score, err := x.write(way, in.head)
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
func (x *Index) write(way []item, head *field) (string, float64, error) {
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
						df, err := head.count(string(pair[:]))
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
