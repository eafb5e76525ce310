package correct

import (
	"context"
	"math"
	"slices"
	"strings"

	"whyfix/internal/han"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
)

// Spelling: what pinyin may stand for.

// spelled writes a question in pinyin with characters, as an input method
// would that knows nothing but the site's own texts: the characters whose
// neighbours stand together most often.
func (c *Corrector) spelled(ctx context.Context, t *typed) (*Correction, error) {
	if !slices.ContainsFunc(t.Terms, func(t question.Term) bool { return t.Form.IsWord() && t.Count == 0 }) {
		return nil, nil
	}
	for _, way := range hearings(t.runes) {
		if len(way) < 2 || len(way) > longestHeard {
			continue
		}
		// The way with the fewest syllables: others are for what is found whole.
		text, err := c.write(ctx, way, &t.pairs)
		if err != nil || text == "" {
			return nil, err
		}
		return &Correction{Text: text}, nil
	}
	return c.amongWords(ctx, t)
}

// amongWords writes those words of a question with characters that no article
// has and that may be pinyin, where the others are words: cannot use huabei.
func (c *Corrector) amongWords(ctx context.Context, t *typed) (*Correction, error) {
	runes := slices.Clone(t.runes)
	last := len(runes)
	changed := false
	for i := len(runes); i > 0; i-- {
		end := i
		for i > 0 && runes[i-1] >= 'a' && runes[i-1] <= 'z' {
			i--
		}
		if end-i < shortestPinyin || end > last {
			continue
		}
		word := string(runes[i:end])
		known := slices.ContainsFunc(t.Terms, func(q question.Term) bool { return q.Text == word && q.Count > 0 })
		ways := hearings(runes[i:end])
		if known || len(ways) == 0 || len(ways[0]) < 2 {
			continue
		}
		text, err := c.write(ctx, ways[0], &t.pairs)
		if err != nil {
			return nil, err
		}
		if text != "" {
			runes, last, changed = slices.Replace(runes, i, end, []rune(text)...), i, true
		}
	}
	if !changed {
		return nil, nil
	}
	return &Correction{Text: string(runes)}, nil
}

// write chooses the characters of a reading; none when no two neighbours are
// known.
func (c *Corrector) write(ctx context.Context, way []item, known *pairs) (string, error) {
	columns, err := c.columns(ctx, way)
	if err != nil {
		return "", err
	}
	var all [][2]rune
	for i, column := range columns {
		if len(column) == 0 {
			return "", nil
		}
		if i > 0 {
			for _, a := range columns[i-1] {
				for _, b := range column {
					all = append(all, [2]rune{a, b})
				}
			}
		}
	}
	if err := known.count(ctx, all); err != nil {
		return "", err
	}
	// The best way to each character of a column, and where it comes from.
	scores := make([]float64, len(columns[0]))
	from := make([][]int, len(columns))
	for i := 1; i < len(columns); i++ {
		next := make([]float64, len(columns[i]))
		from[i] = make([]int, len(columns[i]))
		for n, b := range columns[i] {
			for k, a := range columns[i-1] {
				score := scores[k] + math.Log1p(float64(max(known.of(a, b), 0)))
				if k == 0 || score > next[n] {
					next[n], from[i][n] = score, k
				}
			}
		}
		scores = next
	}
	at := 0
	for n, score := range scores {
		if score > scores[at] {
			at = n
		}
	}
	if scores[at] == 0 {
		return "", nil
	}
	out := make([]rune, len(columns))
	for i := len(columns) - 1; i >= 0; i-- {
		out[i] = columns[i][at]
		if i > 0 {
			at = from[i][at]
		}
	}
	return string(out), nil
}

// columns are the characters that each place of a reading may be.
func (c *Corrector) columns(ctx context.Context, way []item) ([][]rune, error) {
	bySound := map[han.Syllable][]rune{}
	out := make([][]rune, len(way))
	for i, it := range way {
		if it.char != 0 {
			out[i] = []rune{it.char}
			continue
		}
		sound := it.syllables[0]
		if _, known := bySound[sound]; !known {
			list, err := c.engine.Characters(ctx, sound)
			if err != nil {
				return nil, err
			}
			bySound[sound] = list[:min(len(list), mostAlike)]
		}
		out[i] = bySound[sound]
	}
	return out, nil
}

// How a wording has initials, best first.
const (
	asWhole = iota // they are all of it
	atStart
	within
	nowhere
)

// suggested is how many wordings are asked for: those that are spelled in
// another mix of syllables and initials are among them.
const suggested = 20

// abbreviated finds the wording whose characters' sounds start with the letters
// of the question: hbybl is 花呗用不了.
func (c *Corrector) abbreviated(ctx context.Context, t *typed) (*Correction, error) {
	letters := string(t.runes)
	if len(letters) < fewInitials || len(letters) > mostInitials || strings.ContainsFunc(letters, func(r rune) bool { return r < 'a' || r > 'z' }) ||
		len(han.SplitPinyin(letters)) > 0 || slices.ContainsFunc(t.Terms, func(t question.Term) bool { return t.Count > 0 }) {
		return nil, nil
	}
	list, err := c.engine.Suggest(ctx, engine.Typed{Text: letters, Size: suggested})
	if err != nil {
		return nil, err
	}
	best, how := "", nowhere
	for _, w := range list {
		if h := initials(t.runes, terms.Letters(terms.RunOf(w.Text))); h < how {
			best, how = w.Text, h
		}
	}
	// Some three letters are in the middle of nearly anything.
	if how == nowhere || how == within && len(letters) <= fewInitials {
		return nil, nil
	}
	return &Correction{Text: strings.TrimSpace(han.Fold(best))}, nil
}

// initials tells how a wording has letters as the first ones of its characters'
// sounds.
func initials(letters, wording []rune) int {
	for i := 0; i+len(letters) <= len(wording); i++ {
		sounds := 0
		fits := true
		for j, l := range letters {
			r := wording[i+j]
			if r == l {
				continue
			}
			if !slices.ContainsFunc(han.Sounds(r), func(s han.Syllable) bool { return rune(s.String()[0]) == l }) {
				fits = false
				break
			}
			sounds++
		}
		switch {
		case !fits || sounds < 2: // letters as they stand are no sounds
		case len(wording) == len(letters):
			return asWhole
		case i == 0:
			return atStart
		default:
			return within
		}
	}
	return nowhere
}
