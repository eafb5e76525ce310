package han

import (
	"strings"
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
	case r >= hanFirst && r <= hanLast: // most are these
		return CJK
	case r < utf8.RuneSelf:
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return Word
		}
		return Other
	case r >= 0x3000 && r <= 0x3004, r >= 0xFF01 && r <= 0xFF0F, r >= 0x2010 && r <= 0x2027: // punctuation, which the tables would take long for
		return Other
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		return CJK
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		return Word
	}
	return Other
}

// Analyzer says what becomes of a word of letters. Characters of Chinese are
// cut the same by all.
type Analyzer uint8

// The analyzers.
const (
	Stemming  Analyzer = iota // words lose their English endings, so that “refunded” finds “refund”
	Whole                     // words stay as they are
	Analyzers                 // how many there are
)

// AnalyzerOf is the analyzer for a language, a BCP 47 tag. Chinese text has
// English words in it; the endings of other languages are not known.
func AnalyzerOf(language string) Analyzer {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch primary {
	case "", "zh", "en", "yue", "wuu", "hak", "nan":
		return Stemming
	}
	return Whole
}

// maxWord is the longest word that is a term of its own, in characters: longer
// ones are found by their beginning.
const maxWord = 64

// Word is the term for a folded word.
func (a Analyzer) Word(w string) string {
	if utf8.RuneCountInString(w) > maxWord {
		return string([]rune(w)[:maxWord])
	}
	if a == Whole || len(w) < 3 {
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
