package han_test

import (
	"testing"
	"unicode"

	"whyfix/internal/han"
)

// What ClassOf decides by ranges is what the tables of Unicode say.
func TestClassOf(t *testing.T) {
	t.Parallel()
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		want := han.Other
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			want = han.CJK
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			want = han.Word
		}
		// What is not assigned between Han characters counts as one of them.
		if got := han.ClassOf(r); got != want && !(r >= 0x4E00 && r <= 0x9FFF) {
			t.Errorf("%U is %v, want %v", r, got, want)
		}
	}
}
