// Package correct finds what a reader may have meant when no article has what
// was typed.
//
// In: a question, and an engine that counts and finds. Out: another text to
// search for, and the articles that are known to have it.
//
// Sounds come first, because an input method offers the wrong word or was not
// switched on, then slips of the finger. Engines may be far away, so each step
// asks for all counts at once.
package correct

import (
	"context"
	"errors"
	"slices"
	"strings"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/question"
)

// Limits of what is tried.
const (
	longest        = 200              // characters of a question that is looked at
	longestHeard   = 20               // syllables of a question that is looked up by sound as a whole
	longestTyped   = 6 * longestHeard // letters that may be pinyin: a syllable has six at most
	shortestPinyin = 4                // letters of a word among others that may be pinyin
	mostWays       = 12               // ways to cut its letters into syllables
	mostHeard      = 500              // articles whose short texts are listened to
	mostAlike      = 12               // characters for one syllable, the common ones of the site
	shortestSlip   = 3                // characters of a question in which neighbours are swapped
	longestSlip    = 12               // … at most
	mostProved     = 24               // articles that prove a swap, beside those that the engine adds
	shortestTypo   = 4                // letters of a word that may be mistyped
	longTypo       = 8                // letters of a word that may have two mistakes
	longestTypo    = 40               // letters of the longest word that may be mistyped
	mostTypos      = 8                // words of one question that are looked up
	mostRepairs    = 8                // characters of one question that are looked up
	fewInitials    = 3                // letters that may be the first ones of syllables
	mostInitials   = 12               // … at most
)

// Correction is what to search for instead.
type Correction struct {
	Text string // folded
	// Proved are articles known to have what Text says; none where nothing but
	// likelihood speaks for it.
	Proved []*article.Facts
}

// Corrector finds corrections for the questions of one site. It is safe for
// concurrent use.
type Corrector struct {
	engine engine.Engine
	asker  *question.Asker
}

// New makes a Corrector for an engine, whose questions the asker takes apart.
func New(e engine.Engine, asker *question.Asker) *Corrector { return &Corrector{e, asker} }

// typed is a question as it was typed: numbers and words of other regions are
// left as they are, because that is how articles sound.
type typed struct {
	*question.Question
	runes []rune // folded
	pairs pairs
}

// Correct finds what the reader may have meant; nil is nothing. When time runs
// out it is nothing, too: the answer to what was typed is there by then.
func (c *Corrector) Correct(ctx context.Context, q *question.Question) (*Correction, error) {
	t := &typed{q, []rune(strings.TrimSpace(han.Fold(q.Text))), pairs{c.engine, map[[2]rune]int{}}}
	if len(t.runes) > longest {
		return nil, nil
	}
	for _, try := range []func(context.Context, *typed) (*Correction, error){c.heard, c.slipped, c.spelled, c.mistyped, c.abbreviated, c.repaired} {
		if ctx.Err() != nil {
			return nil, nil
		}
		found, err := try(ctx, t)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return nil, nil
		case err != nil:
			return nil, err
		case found != nil && found.Text != string(t.runes):
			return found, nil
		}
	}
	return nil, nil
}

// pairs are how many articles have two characters as neighbours. What is known
// is not asked again.
type pairs struct {
	engine engine.Engine
	counts map[[2]rune]int
}

// areNeighbours reports whether two characters make a term together.
func areNeighbours(a, b rune) bool { return han.ClassOf(a) == han.CJK && han.ClassOf(b) == han.CJK }

// count asks for all pairs of a list at once.
func (p *pairs) count(ctx context.Context, list [][2]rune) error {
	var missing [][2]rune
	var texts []string
	for _, pair := range list {
		if _, known := p.counts[pair]; !known && areNeighbours(pair[0], pair[1]) {
			p.counts[pair] = 0
			missing = append(missing, pair)
			texts = append(texts, string(pair[:]))
		}
	}
	if len(texts) == 0 {
		return nil
	}
	counts, err := p.engine.Counts(ctx, engine.InBody, texts)
	if err != nil {
		return err
	}
	for i, pair := range missing {
		p.counts[pair] = counts[i]
	}
	return nil
}

// of is how many articles have a pair that was counted; -1 when there is
// nothing to know of it.
func (p *pairs) of(a, b rune) int {
	if !areNeighbours(a, b) {
		return -1
	}
	return p.counts[[2]rune{a, b}]
}

// neighbours are the pairs of a text.
func neighbours(runes []rune) [][2]rune {
	var out [][2]rune
	for i := range max(len(runes)-1, 0) {
		out = append(out, [2]rune{runes[i], runes[i+1]})
	}
	return out
}

// swapped is a text with two neighbours in the other order.
func swapped(runes []rune, i int) []rune {
	out := slices.Clone(runes)
	out[i], out[i+1] = out[i+1], out[i]
	return out
}
