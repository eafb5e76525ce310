package han

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestFold(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"simplified stays", "花呗用不了", "花呗用不了"},
		{"traditional", "還款失敗，為什麼", "还款失败,为什么"},
		{"variants of one word", "裏 裡 里", "里 里 里"},
		{"full width", "ＥＲＲ＿１０４２　ｏｋ", "err_1042 ok"},
		{"case", "iPhone ÄÖ", "iphone ao"},
		{"accents", "Café naïve", "cafe naive"},
		{"accents as marks", "Cafe\u0301", "cafe"},
		{"half width katakana", "ｶﾞ", "ガ"},
		{"zero width", "花\u200b呗\ufeff", "花呗"},
		{"compatibility ideograph", "\uf9d1", "六"},
		{"circled digit", "①", "1"},
		{"emoji with selector", "❤\ufe0f", "❤"},
		{"Turkish dotted I", "İ", "i"},
		{"invalid bytes", "a\xffb", "ab"},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Fold(tt.in); got != tt.want {
				t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestFoldMapKeepsPlaces(t *testing.T) {
	in := "借唄①é ok"
	f := FoldMap(in)
	if got, want := string(f.Runes), "借呗1e ok"; got != want {
		t.Fatalf("runes = %q, want %q", got, want)
	}
	if diff := cmp.Diff([]int{0, 3, 6, 9, 11, 12, 13, 14}, f.Starts); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}
}

func TestWord(t *testing.T) {
	for in, want := range map[string]string{
		"refunds": "refund", "refunded": "refund", "boxes": "box", "cities": "citi", "payments": "payment", "verification": "verif",
		"ios": "io", "5s": "5s", "err": "err", "ab": "ab", "größe": "größe",
	} {
		if got := Stemming.Word(in); got != want {
			t.Errorf("Stemming.Word(%q) = %q, want %q", in, got, want)
		}
		if got := Whole.Word(in); got != in {
			t.Errorf("Whole.Word(%q) = %q", in, got)
		}
	}
	for language, want := range map[string]Analyzer{"": Stemming, "zh-Hant": Stemming, "en-GB": Stemming, "EN": Stemming, "de": Whole, "pt-BR": Whole, "ja": Whole} {
		if got := AnalyzerOf(language); got != want {
			t.Errorf("AnalyzerOf(%q) = %v, want %v", language, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"花唄", "İstanbul", "e\u0301\u0301", "\xff\xfe", "ﬃ", "가각", "\u202eabc", "👩‍👩‍👧", "a\u0300\u0300\u0300花", "ſ", "ΐ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Errorf("Fold(%q) = %q, folded again %q", s, once, twice)
		}
		if !utf8.ValidString(once) {
			t.Errorf("Fold(%q) = %q is not UTF-8", s, once)
		}
		if got := string(AppendFolded(nil, s)); got != once {
			t.Errorf("AppendFolded(%q) = %q, Fold %q", s, got, once)
		}
		m := FoldMap(s)
		if string(m.Runes) != once || len(m.Starts) != len(m.Runes)+1 {
			t.Fatalf("FoldMap(%q) disagrees with Fold", s)
		}
		last := 0
		for _, at := range m.Starts {
			if at < last || at > len(s) {
				t.Fatalf("FoldMap(%q): place %d after %d", s, at, last)
			}
			last = at
		}
	})
}
