package terms_test

import (
	"math/rand/v2"
	"testing"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
)

func TestRunOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"punctuation alone", " ，。\n\n", ""},
		{"characters without what is between", "打，不 开！", "打不开"},
		{"words apart", "Log  in", "log in"},
		{"words apart by a mark", "Wi-Fi", "wi fi"},
		{"words and characters", "配对 iPhone 15 手机", "配对iphone 15手机"},
		{"a name in a name", "getUserById", "getuserbyid"},
		{"signs stay", "C# 5%，😀。", "c#5%😀"},
		{"lines", "\n一\n\n二\n", "一\n二"},
		{"no words apart across lines", "a.\n b", "a\nb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			run := terms.RunOf(tt.text)
			if got := run.String(); got != tt.want {
				t.Errorf("run of %q is %q, want %q", tt.text, got, tt.want)
			}
			letters := ""
			run.Each(func(r rune) bool { letters += string(r); return true })
			if got := string(terms.Letters(run)); got != letters {
				t.Errorf("letters of %q are %q and, one by one, %q", tt.text, got, letters)
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, run, text string
		fit             terms.Fit
		at              int
	}{
		{"nothing in a text", "", "打不开", terms.Nowhere, 0},
		{"in no text", "打不开", "", terms.Nowhere, 0},
		{"the text", "打不开", "打，不开。", terms.All, 0},
		{"characters", "不开", "打不开门", terms.Clean, 1},
		{"characters apart", "不开", "打不 开", terms.Clean, 1},
		{"other characters", "不来", "打不开", terms.Nowhere, 0},
		{"longer than the text", "打不开门", "打不开", terms.Nowhere, 0},
		{"not across lines", "不开", "打不\n开", terms.Nowhere, 0},
		{"a word", "app", "打开 App 就退", terms.Clean, 2},
		{"a word among words", "log in", "cannot log in now", terms.Clean, 6},
		{"a part of a word", "gin", "login", terms.Inside, 2},
		{"the start of a word", "log", "login", terms.Inside, 0},
		{"the start and a whole word", "log", "login and log", terms.Clean, 8},
		{"words written as one", "login", "log in", terms.All, 0},
		{"a word written as two", "log in", "login 失败", terms.Clean, 0},
		{"a mark or none", "wifi", "Wi-Fi 连不上", terms.Clean, 0},
		{"words as typed inside words", "can use", "scan used", terms.Inside, 1},
		{"letters of other words", "canuse", "scan used", terms.Nowhere, 0},
		{"a word that others hold", "to day", "stay today", terms.Clean, 4},
		{"digits and characters", "95188转1", "拨 95188 转 1", terms.Clean, 1},
		{"… as typed with spaces", "95188 转 1", "拨95188转1", terms.Clean, 1},
		{"digits of a longer number", "9518", "95188", terms.Inside, 0},
		{"digits of two numbers", "8818", "95188 18", terms.Nowhere, 0},
		{"digits with a character", "转1", "95188转12", terms.Inside, 5},
		{"a sign", "#", "C#", terms.Clean, 1},
		{"a word and a sign", "c#", "C# 项目", terms.Clean, 0},
		{"a sign that is not there", "c#", "c 项目", terms.Nowhere, 0},
		{"the first of two places", "卡", "卡片和卡", terms.Clean, 0},
		{"in full width and traditional", "ＡＰＰ打開", "app打开了", terms.Clean, 0},
		{"a line of a text", "打不开", "登录\n打不开", terms.Clean, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			run, text := terms.RunOf(tt.run), terms.RunOf(tt.text)
			at, fit := run.Find(text)
			if at != tt.at || fit != tt.fit {
				t.Errorf("%q in %q: at %d, fit %d; want at %d, fit %d", tt.run, tt.text, at, fit, tt.at, tt.fit)
			}
			if got := run.In(text); got != fit {
				t.Errorf("%q in %q: fit %d, but %d where it is found", tt.run, tt.text, got, fit)
			}
		})
	}
}

// inWord reports whether a place is inside a word of letters or a number.
func inWord(runes []rune, at int) bool {
	word := func(i int) bool {
		return i >= 0 && i < len(runes) && (han.ClassOf(runes[i]) == han.Word || runes[i] == han.Joint)
	}
	return word(at-1) && word(at)
}

// checkCut checks that what is cut out of a text at borders of words is found
// in it in whole words.
func checkCut(t *testing.T, text string, from, to int) {
	t.Helper()
	runes := han.AppendMarked(nil, text)
	if from < 0 || to < from || to > len(runes) || inWord(runes, from) || inWord(runes, to) {
		return
	}
	whole := terms.AppendRun(nil, runes)
	run := terms.AppendRun(nil, runes[from:to])
	for len(run) > 0 && run[len(run)-1] == '\n' {
		run = run[:len(run)-1]
	}
	if len(run) == 0 {
		return
	}
	at, fit := run.Find(whole)
	if fit < terms.Clean || at < 0 || at+len(run) > len(whole) {
		t.Fatalf("%q, cut out of %q, is found at %d with fit %d", string(runes[from:to]), text, at, fit)
	}
	if string(terms.Letters(whole[at:at+len(run)])) != string(terms.Letters(run)) {
		t.Fatalf("%q, cut out of %q, is found where something else stands, at %d", string(runes[from:to]), text, at)
	}
}

func TestCutIsFound(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 12))
	for range 3000 {
		text := random(r, 14)
		n := len(han.AppendMarked(nil, text))
		from := r.IntN(n + 1)
		checkCut(t, text, from, from+r.IntN(n-from+1))
	}
}

func FuzzRun(f *testing.F) {
	f.Add("打，不 开", 0, 4)
	f.Add("cannot log in.\nscan used, can use", 15, 24)
	f.Add("95188 转 1 或 12", 6, 9)
	f.Add("C# 5% 😀\n\n getUserById", 0, 7)
	f.Add("e\u0301a \u0301b ﬁx", 3, 7)
	f.Add("\xff卡", 0, 1)
	f.Fuzz(checkCut)
}
