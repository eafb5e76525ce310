package terms

import (
	"strings"
	"unicode"

	"whyfix/internal/han"
)

// A run is text without what people leave out or type as it comes: spaces and
// punctuation. Signs that people look for (C#, 5%, 😀) stay. Where something
// stood between two words of letters, the second word's first character says
// so; lines end with a line end, across which no run goes.
type Run []rune

// apart marks a character before which something stood that was left out.
const apart = 1 << 30

// AppendRun appends folded text, which may have Joints, as a run.
func AppendRun(dst Run, runes []rune) Run {
	gap := false
	last := han.Other // of the character before, when it is in the run
	for _, r := range runes {
		switch class := han.ClassOf(r); {
		case class == han.CJK:
			dst, gap, last = append(dst, r), false, class
		case class == han.Word:
			if gap && last == han.Word {
				dst = append(dst, r|apart)
			} else {
				dst = append(dst, r)
			}
			gap, last = false, class
		case r == '\n':
			if len(dst) > 0 && dst[len(dst)-1] != '\n' {
				dst = append(dst, '\n')
			}
			gap, last = false, han.Other
		case r == han.Joint:
		case isSign(r):
			dst, gap, last = append(dst, r), false, han.Other
		default:
			gap = true
		}
	}
	return dst
}

// RunOf is a text as a run.
func RunOf(text string) Run {
	run := AppendRun(nil, han.AppendMarked(nil, text))
	for len(run) > 0 && run[len(run)-1] == '\n' {
		run = run[:len(run)-1]
	}
	return run
}

// isSign tells the signs that people look for from punctuation.
func isSign(r rune) bool {
	if r < 0x80 {
		return strings.IndexByte("#%&*@\\+<>=$", byte(r)) >= 0
	}
	return unicode.IsSymbol(r)
}

// Fit says how well a run stands in a text.
type Fit uint8

// The fits.
const (
	Nowhere Fit = iota
	Inside      // it starts or ends inside a word of letters or a number
	Clean       // it stands there in whole words
	All         // it is all of the text
)

// In tells how well a run stands in a text: the best of all places.
func (run Run) In(text Run) Fit {
	_, fit := run.Find(text)
	return fit
}

// Find tells where a run stands best in a text, the first such place, and how
// well.
func (run Run) Find(text Run) (at int, best Fit) {
	if len(run) == 0 || len(text) < len(run) {
		return 0, Nowhere
	}
	first := run[0] &^ apart
	for i := 0; i+len(run) <= len(text); i++ {
		if text[i]&^apart != first {
			continue
		}
		if fit := run.at(text, i); fit > best {
			if fit >= Clean && len(run) == len(text) {
				return 0, All
			}
			if at, best = i, fit; best == Clean {
				break
			}
		}
	}
	return at, best
}

// at tells how well the run stands at a place of a text.
func (run Run) at(text Run, i int) Fit {
	same := true // words are apart in the same places
	for j := 1; j < len(run); j++ {
		a, b := text[i+j], run[j]
		if a == b {
			continue
		}
		if a&^apart != b&^apart {
			return Nowhere
		}
		same = false
	}
	end := i + len(run)
	starts := i == 0 || text[i]&apart != 0 || !joined(text[i-1], text[i])
	ends := end == len(text) || text[end]&apart != 0 || !joined(text[end-1], text[end])
	switch {
	case starts && ends:
		return Clean
	case !same: // other words that happen to have these letters
		return Nowhere
	}
	return Inside
}

// joined reports whether two characters are of one word.
func joined(a, b rune) bool {
	return han.ClassOf(a&^apart) == han.Word && han.ClassOf(b&^apart) == han.Word
}

// String is the run as people may read it.
func (run Run) String() string {
	var b strings.Builder
	for _, r := range run {
		if r&apart != 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r &^ apart)
	}
	return b.String()
}

// Letters are the characters of a run alone.
func Letters(run Run) []rune { return AppendLetters(nil, run) }

// AppendLetters appends them.
func AppendLetters(dst []rune, run Run) []rune {
	for _, r := range run {
		dst = append(dst, r&^apart)
	}
	return dst
}

// Each calls visit for the characters of a run, until it returns false.
func (run Run) Each(visit func(r rune) bool) {
	for _, r := range run {
		if !visit(r &^ apart) {
			return
		}
	}
}
