package han

import (
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// Class says how a character takes part in terms.
type Class uint8

// The classes of characters.
const (
	Other Class = iota // separates terms: spaces, punctuation, symbols
	CJK                // written without spaces between words: each one, and each two neighbours, are terms
	Word               // letters and digits of other scripts: a run of them is a term
)

// ClassOf tells a folded character's class.
func ClassOf(r rune) Class {
	switch {
	case r < utf8.RuneSelf:
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return Word
		}
		return Other
	case r >= hanFirst && r <= hanLast, unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		return CJK
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		return Word
	}
	return Other
}

// Term is a piece of folded text that the index knows.
type Term struct {
	Text       string
	Start, End int  // in folded characters
	Single     bool // one CJK character
	Pair       bool // two neighbouring CJK characters
}

// Terms cuts folded text: for CJK every character and every two neighbours,
// for other scripts the words, stemmed.
func Terms(runes []rune) []Term {
	out := make([]Term, 0, 2*len(runes))
	EachTerm(runes, func(start, end int) {
		t := Term{Start: start, End: end}
		if ClassOf(runes[start]) == CJK {
			t.Text, t.Single, t.Pair = string(runes[start:end]), end-start == 1, end-start == 2
		} else {
			t.Text = Stem(string(runes[start:end]))
		}
		out = append(out, t)
	})
	return out
}

// EachTerm calls emit with the bounds of each term, without allocating: for
// CJK every character, and every two neighbours; for other scripts the words,
// not stemmed.
func EachTerm(runes []rune, emit func(start, end int)) {
	for i := 0; i < len(runes); {
		switch ClassOf(runes[i]) {
		case CJK:
			emit(i, i+1)
			if i+1 < len(runes) && ClassOf(runes[i+1]) == CJK {
				emit(i, i+2)
			}
			i++
		case Word:
			start := i
			for i < len(runes) && ClassOf(runes[i]) == Word {
				i++
			}
			emit(start, i)
		default:
			i++
		}
	}
}

// maxWord is the longest word that is a term of its own, in characters: longer
// ones are found by their beginning.
const maxWord = 64

// Stem takes the endings off an English word, so that “refunded” finds
// “refund”. Words of other languages lose endings too, but the same ones in
// index and query.
func Stem(w string) string {
	if utf8.RuneCountInString(w) > maxWord {
		return string([]rune(w)[:maxWord])
	}
	if len(w) < 3 {
		return w
	}
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return w // digits, or letters that are not English
		}
	}
	env := snowballstem.NewEnv(w)
	english.Stem(env)
	return env.Current()
}
