package question_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/engine/enginetest"
	"whyfix/internal/search/local"
	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

// shelf are a few articles: 打印机 is in three of them, 卡纸 in one.
func shelf() []*article.Document {
	return []*article.Document{
		{URL: "/a/", Title: "打印机卡纸", Symptoms: []string{"打印机响"}, Sections: []article.Section{{Text: "打开后盖，取出纸。等 7 天再看。"}}},
		{URL: "/b/", Title: "打印机脱机", Sections: []article.Section{{Text: "看看 Wi-Fi 和 login。"}}},
		{URL: "/c/", Title: "打印机换墨", Sections: []article.Section{{Text: "打印 calibration page，打印 calibrate。"}}},
		{URL: "/d/", Title: "电视没有声音", Sections: []article.Section{{Text: "拨 95188 转 1。#12"}}},
		{URL: "/e/", Language: "en", Title: "Refund not received", Sections: []article.Section{{Text: "Log in and wait."}}},
	}
}

func asker(tb testing.TB, docs []*article.Document, synonyms ...terms.Synonyms) *question.Asker {
	tb.Helper()
	x, err := local.New(tb.Context(), docs, synonyms)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := x.Close(); err != nil {
			tb.Error(err)
		}
	})
	return question.NewAsker(x, weigh.Default())
}

func ask(tb testing.TB, a *question.Asker, text string) *question.Question {
	tb.Helper()
	q, err := a.Ask(tb.Context(), text)
	if err != nil {
		tb.Fatalf("%q: %v", text, err)
	}
	return q
}

// counts are the texts of a question's terms, and how many articles have them.
func counts(q *question.Question) map[string]int {
	out := map[string]int{}
	for _, t := range q.Terms {
		out[t.Text] = t.Count
	}
	return out
}

func texts(runs []engine.Run) []string {
	var out []string
	for _, r := range runs {
		out = append(out, r.Text.String())
	}
	return out
}

func TestAskCountsTerms(t *testing.T) {
	t.Parallel()
	a := asker(t, shelf(), terms.Synonyms{Asked: []string{"列表机"}, Found: []string{"打印机"}})
	for _, tt := range []struct {
		name, text string
		want       map[string]int // some of the terms
	}{
		{"characters", "打印机卡纸", map[string]int{"打": 3, "打印": 3, "纸": 1, "卡纸": 1, "机卡": 1}},
		{"what no article has", "潜水艇", map[string]int{"潜": 0, "水": 0, "艇": 0, "潜水": 0, "水艇": 0}},
		{"words", "login Refunded", map[string]int{"login": 2, "refunded": 0, "refund": 1, "loginrefunded": 0}},
		{"two words written as one", "log in", map[string]int{"log": 1, "in": 1, "login": 2}},
		{"a unit as it is asked", "七天", map[string]int{"7": 1, "天": 1, "7天": 1}},
		{"signs", "#", map[string]int{"#": 1}},
		{"synonyms of the site", "列表机", map[string]int{"#0": 3}},
		{"in traditional characters", "打印機", map[string]int{"打印": 3, "印机": 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := counts(ask(t, a, tt.text))
			for text, n := range tt.want {
				if has, known := got[text]; !known || has != n {
					t.Errorf("%q: %q is in %d articles (a term: %v), want %d", tt.text, text, has, known, n)
				}
			}
		})
	}
}

// Whatever is asked: terms are there once, numbered, can be found by their
// keys, and nothing weighs less than nothing.
func TestAskInAnyCase(t *testing.T) {
	t.Parallel()
	a := asker(t, shelf())
	r := rand.New(rand.NewPCG(1, 2))
	words := append(slices.Clone(enginetest.Vocabulary), "怎么办", "为什么", "login", "Refunds", "7天", "#", "1.2.1", "，", " ", "\n", "「", "」", "\"", "calib", strings.Repeat("长", 90))
	for range 400 {
		var b strings.Builder
		for range r.IntN(9) {
			b.WriteString(words[r.IntN(len(words))])
		}
		q := ask(t, a, b.String())
		var sum, body float32
		for i, x := range q.Terms {
			if n, known := q.Table.Find(x.Key); !known || n != i || x.Number != i {
				t.Fatalf("%q: term %d, %q, has number %d and is found as %d, %v", b.String(), i, x.Text, x.Number, n, known)
			}
			if !(x.Short >= 0 && x.Body >= 0 && x.Rarity >= 0) || x.Text == "" || x.Start < 0 || x.End > len(q.Runes) || x.Start >= x.End {
				t.Fatalf("%q: %+v", b.String(), x)
			}
			if x.Weak && !x.Partly && x.Form != terms.Mean && x.Key.Class() != terms.Single {
				t.Fatalf("%q: all of %q is question words, but not a part", b.String(), x.Text)
			}
			sum, body = sum+x.Short, body+x.Body
		}
		if q.Total != sum || q.Body != body || q.Self <= 0 || q.Neighbours > q.Body {
			t.Fatalf("%q: total %f of %f, body %f of %f, self %f, neighbours %f", b.String(), q.Total, sum, q.Body, body, q.Self, q.Neighbours)
		}
		if q.Empty() && len(q.Terms) > 0 {
			t.Fatalf("%q is empty with %d terms", b.String(), len(q.Terms))
		}
	}
}

func TestAskOfNothing(t *testing.T) {
	t.Parallel()
	a := asker(t, shelf())
	for _, tt := range []struct{ name, text string }{
		{"nothing", ""},
		{"spaces", " \n\t　"},
		{"punctuation", "，。？！()"},
		{"empty quotation marks", "「」“ ”"},
		{"much punctuation", strings.Repeat("。，", 400)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := ask(t, a, tt.text)
			if !q.Empty() || len(q.Parts) > 0 || len(q.Quoted) > 0 || len(q.Heaviest(9)) > 0 {
				t.Errorf("%q has %d terms, whole %v, parts %v, quoted %v", tt.text, len(q.Terms), q.Whole, texts(q.Parts), texts(q.Quoted))
			}
			if asked := q.Ask(engine.Filter{}, "", 10); len(asked.Terms) > 0 {
				t.Errorf("an engine is asked for %v", asked.Terms)
			}
		})
	}
	// An index may have no articles.
	if q := ask(t, asker(t, nil), "打印机 login"); q.Empty() || q.Self <= 0 {
		t.Errorf("without articles: empty %v, self %f", q.Empty(), q.Self)
	}
}

func TestAskRuns(t *testing.T) {
	t.Parallel()
	a := asker(t, shelf())
	for _, tt := range []struct {
		name, ask, text, whole string
		parts, quoted          []string
	}{
		{"one part", " 打印机，卡纸 ", "打印机，卡纸", "打印机卡纸", nil, nil},
		{"parts", "打印机 卡纸", "打印机 卡纸", "打印机卡纸", []string{"打印机", "卡纸"}, nil},
		{"parts that say nothing", "打印机 怎么办 卡纸 ，", "打印机 怎么办 卡纸 ，", "打印机怎么办卡纸", []string{"打印机", "卡纸"}, nil},
		{"one part that says something", "打印机 怎么办", "打印机 怎么办", "打印机怎么办", nil, nil},
		{"more parts than an engine takes", "a1 b2 c3 d4 e5 f6 g7 h8 i9", "a1 b2 c3 d4 e5 f6 g7 h8 i9", "a1 b2 c3 d4 e5 f6 g7 h8 i9", nil, nil},
		{"straight marks", `"卡纸"`, "卡纸", "卡纸", nil, []string{"卡纸"}},
		{"curly marks", "打印机“卡纸”", "打印机 卡纸", "打印机卡纸", []string{"打印机", "卡纸"}, []string{"卡纸"}},
		{"curly and straight", "“卡纸\"", "卡纸", "卡纸", nil, []string{"卡纸"}},
		{"low marks", "„卡纸“", "卡纸", "卡纸", nil, []string{"卡纸"}},
		{"corners", "「卡纸」", "卡纸", "卡纸", nil, []string{"卡纸"}},
		{"double corners", "『卡纸』", "卡纸", "卡纸", nil, []string{"卡纸"}},
		{"two quoted", `"打印机" "卡纸"`, "打印机   卡纸", "打印机卡纸", []string{"打印机", "卡纸"}, []string{"打印机", "卡纸"}},
		{"one mark means nothing", `打印机"卡纸`, `打印机"卡纸`, "打印机卡纸", nil, nil},
		{"marks that do not belong together", "「卡纸』", "「卡纸』", "卡纸", nil, nil},
		{"nothing quoted", `打印机""`, `打印机""`, "打印机", nil, nil},
		{"punctuation quoted", `打印机"。"`, "打印机 。", "打印机", nil, nil},
		{"words quoted", `"Not Received"`, "Not Received", "not received", []string{"not", "received"}, []string{"not received"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := ask(t, a, tt.ask)
			got := []any{q.Text, q.Whole.Text.String(), texts(q.Parts), texts(q.Quoted)}
			want := []any{tt.text, tt.whole, tt.parts, tt.quoted}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%q: text, whole, parts, quoted (-want +got):\n%s", tt.ask, diff)
			}
		})
	}
	if q := ask(t, a, `"一" "二" "三" "四" "五" "六" "七" "八" "九" "十"`); len(q.Quoted) != engine.MostRuns {
		t.Errorf("%d quoted runs, want %d", len(q.Quoted), engine.MostRuns)
	}
	if q := ask(t, a, strings.Repeat(`"卡纸"`, 9)); len(q.Quoted) != 1 {
		t.Errorf("%d quoted runs of one that is said nine times", len(q.Quoted))
	}
	if q := ask(t, a, strings.Repeat("卡纸", 99)); len(q.Whole.Pieces) != 2 {
		t.Errorf("a text that says one thing 99 times has the pieces %q", q.Whole.Pieces)
	}
}

func TestAskElsewise(t *testing.T) {
	t.Parallel()
	a := asker(t, shelf())
	for _, tt := range []struct {
		name, text, rewritten string
		elsewise              bool
	}{
		{"nothing", "卡纸", "", false},
		{"numerals", "等七天", "等7天", true},
		{"a word of Taiwan", "印表機卡紙", "打印机卡纸", true},
		{"digits, which articles may put as numerals", "等7天", "", true},
		{"a word that Taiwan puts in another way", "打印机", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := ask(t, a, tt.text)
			if got := q.Rewritten.Text.String(); got != tt.rewritten || q.Elsewise != tt.elsewise {
				t.Errorf("%q: rewritten %q, elsewise %v; want %q, %v", tt.text, got, q.Elsewise, tt.rewritten, tt.elsewise)
			}
		})
	}
}

// A last word that no article has may be the start of one.
func TestAskFinishesTheLastWord(t *testing.T) {
	t.Parallel()
	a := asker(t, shelf())
	for _, tt := range []struct {
		name, text string
		want, not  string // terms
	}{
		{"a start", "打印 calib", "calibration", "login"},
		{"all that start so", "calib", "calibrate", ""},
		{"a part where nothing starts so", "ibratio", "calibration", "calibrate"},
		{"a word that an article has", "page", "page", "calibration"},
		{"not the last", "calib 打印", "calib", "calibration"},
		{"one letter", "打印 q", "q", "received"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := counts(ask(t, a, tt.text))
			_, has := got[tt.want]
			if _, other := got[tt.not]; !has || other {
				t.Errorf("%q has terms %v; want %q among them, not %q", tt.text, got, tt.want, tt.not)
			}
		})
	}
}

// Of a long text the sentences that say most are weighed.
func TestAskLongTexts(t *testing.T) {
	t.Parallel()
	a := asker(t, shelf())
	filler := strings.Repeat("今天早上我和家里人一起去了一趟外面。", 200)
	words := strings.Repeat("lorem ipsum dolor sit amet ", 100)
	for _, tt := range []struct {
		name, text string
		keeps      string
	}{
		{"in the middle", filler[:18*3*40] + "我的打印机卡纸了！" + filler, "打印机卡纸"},
		{"at the start", "打印机卡纸。" + filler, "打印机卡纸"},
		{"in one line of words", words[:27*20] + "refund received " + words, "refund received"},
		{"a sentence that is too long itself", strings.Repeat("哈", 900) + "打印机卡纸" + strings.Repeat("哈", 900), "卡纸"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := ask(t, a, tt.text)
			if !strings.Contains(string(q.Runes), tt.keeps) || len(q.Runes) > 200 {
				t.Errorf("%d characters are weighed, %q; want at most 200 with %q", len(q.Runes), string(q.Runes), tt.keeps)
			}
			if n := utf8.RuneCountInString(q.Text); n > question.Longest {
				t.Errorf("%d characters are read, want at most %d", n, question.Longest)
			}
		})
	}
	short := strings.Repeat("打印机卡纸。", 33) // 198 characters
	if q := ask(t, a, short); string(q.Runes) != short {
		t.Errorf("of a text of 198 characters, %d are weighed", len(q.Runes))
	}
	behind := ask(t, a, strings.Repeat("哈", question.Longest)+"卡纸")
	if strings.Contains(string(behind.Runes), "卡") {
		t.Error("what stands behind the longest text is read")
	}
}
