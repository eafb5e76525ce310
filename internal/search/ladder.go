package search

import (
	"context"
)

// The lower rungs of the ladder: what the reader may have meant when nothing
// has what was typed. Sounds first (an input method offers the wrong word, or
// was not switched on), then slips of the finger.

// Limits of what is tried.
const (
	longestHeard = 20               // syllables of a question that is looked up by sound as a whole
	longestTyped = 6 * longestHeard // letters that may be pinyin: a syllable has six at most
	mostWays     = 12               // ways to cut its letters into syllables
	mostAlike    = 12               // characters for one syllable, the common ones of the site
	longestSlip  = 12               // characters of a question in which neighbours are swapped
	shortestTypo = 4                // letters of a word that may be mistyped
	longTypo     = 8                // letters of a word that may have two mistakes
	longestTypo  = 40               // letters of the longest word that may be mistyped
)

// correction is what to search instead, and the articles that are known to
// have it.
type correction struct {
	text   string
	proved []proof
}

// correct finds what the reader may have meant, or nil.
func (x *Index) correct(ctx context.Context, q *asked, in *fields) (*correction, error) {
	for _, try := range []func(context.Context, *asked, *fields) (*correction, error){x.heard, x.slipped, x.spelled, x.mistyped, x.repaired} {
		if ctx.Err() != nil {
			return nil, nil
		}
		if c, err := try(ctx, q, in); c != nil || err != nil {
			return c, err
		}
	}
	return nil, nil
}
