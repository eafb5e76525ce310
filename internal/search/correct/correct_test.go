package correct_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/correct"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/local"
	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

// counting is an engine that counts how often it is asked.
type counting struct {
	engine.Engine
	counts, finds, words, characters int
	biggest                          int // terms of one question for counts
}

func (c *counting) Counts(ctx context.Context, field engine.Field, list []string) ([]int, error) {
	c.counts++
	c.biggest = max(c.biggest, len(list))
	return c.Engine.Counts(ctx, field, list)
}

func (c *counting) Find(ctx context.Context, q *engine.Question) (*engine.Found, error) {
	c.finds++
	return c.Engine.Find(ctx, q)
}

func (c *counting) Words(ctx context.Context, like engine.Like) ([]engine.Counted, error) {
	c.words++
	return c.Engine.Words(ctx, like)
}

func (c *counting) Characters(ctx context.Context, sound han.Syllable) ([]rune, error) {
	c.characters++
	return c.Engine.Characters(ctx, sound)
}

// site is an engine with what asks it.
type site struct {
	engine    *counting
	asker     *question.Asker
	corrector *correct.Corrector
}

func open(tb testing.TB, docs []*article.Document) *site {
	tb.Helper()
	x, err := local.New(tb.Context(), docs, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { x.Close() })
	e := &counting{Engine: x}
	asker := question.NewAsker(e, weigh.Default())
	return &site{e, asker, correct.New(e, asker)}
}

func (s *site) correct(tb testing.TB, text string) *correct.Correction {
	tb.Helper()
	q, err := s.asker.Ask(tb.Context(), text)
	if err != nil {
		tb.Fatalf("Ask(%q): %v", text, err)
	}
	s.engine.counts, s.engine.finds, s.engine.words, s.engine.characters, s.engine.biggest = 0, 0, 0, 0, 0
	c, err := s.corrector.Correct(tb.Context(), q)
	if err != nil {
		tb.Fatalf("Correct(%q): %v", text, err)
	}
	return c
}

func urls(list []*article.Facts) []string {
	var out []string
	for _, f := range list {
		out = append(out, f.URL)
	}
	slices.Sort(out)
	return out
}

func tagged(names ...string) []article.Tag {
	var out []article.Tag
	for _, n := range names {
		out = append(out, article.Tag{Name: n, URL: "/tags/" + n + "/"})
	}
	return out
}

func corpus() []*article.Document {
	return []*article.Document{
		{
			URL: "/huabei/", Title: "花呗用不了", Symptoms: []string{"花呗还款失败", "花呗额度突然降低"}, Products: tagged("花呗"),
			Sections: []article.Section{{Text: "账户有风险的时候，花呗会暂停使用。"}},
		},
		{
			URL: "/yuebao/", Title: "余额宝转不出", Symptoms: []string{"余额宝提现失败"}, Products: tagged("余额宝"),
			Sections: []article.Section{{Title: "为什么", Text: "每天转出的次数有限。银行正在维护。"}},
		},
		{URL: "/humidifier/", Title: "加湿器漏水", Symptoms: []string{"加湿器不出雾"}, Sections: []article.Section{{Text: "检查水箱的密封圈。"}}},
		{URL: "/printer/", Title: "打印机显示脱机怎么办", Symptoms: []string{"打印机连不上电脑"}, Sections: []article.Section{{Text: "看电源和网线。"}}},
		{URL: "/card/", Title: "交通卡刷不了闸机", Symptoms: []string{"地铁刷卡没反应"}},
		{URL: "/refund/", Language: "en", Title: "Refund not received", Symptoms: []string{"no verification code"}},
		{URL: "/battery/", Language: "en", Title: "The battery drains", Symptoms: []string{"account closed", "transaction asked twice"}},
		{URL: "/login/", Language: "en", Title: "I cannot login to my account"},
		{URL: "/kinder/", Language: "de", Title: "Ausweise der Kinder verlängern", Symptoms: []string{"Kinderausweis abgelaufen", "Steuernummer fehlt"}},
	}
}

func TestCorrect(t *testing.T) {
	t.Parallel()
	s := open(t, corpus())
	for _, tt := range []struct {
		name, typed, want string
		proved            []string
	}{
		{"same sounds", "花贝用不了", "花呗用不了", []string{"/huabei/"}},
		{"same sounds, one that is not in use", "交通卡刷不了扎机", "交通卡刷不了闸机", []string{"/card/"}},
		{"pinyin", "huabei", "花呗", []string{"/huabei/"}},
		{"pinyin with spaces", "hua bei yong bu liao", "花呗用不了", []string{"/huabei/"}},
		{"pinyin of full width", "ｈｕａｂｅｉ", "花呗", []string{"/huabei/"}},
		{"pinyin and characters", "jiashi器漏水", "加湿器漏水", []string{"/humidifier/"}},
		{"sounds of a traditional question", "花貝用不了", "花呗用不了", []string{"/huabei/"}},
		{"swapped", "花呗不用了", "花呗用不了", []string{"/huabei/"}},
		{"swapped in a text", "密圈封", "密封圈", []string{"/humidifier/"}},
		{"pinyin that no text has whole", "huabei loushui", "花呗漏水", nil},
		{"a letter too few", "verfication", "verification", nil},
		{"two words", "refnd not recieved", "refund not received", nil},
		{"a letter too few, double", "batery", "battery", nil},
		{"letters swapped", "cloesd", "closed", nil},
		{"letters swapped at the start", "aksed", "asked", nil},
		{"a vowel left out", "trnsaction", "transaction", nil},
		{"a letter too many", "reffund", "refund", nil},
		{"two mistakes in a long word", "Stuernumer", "steuernummer", nil},
		{"another language", "Kindrausweis", "kinderausweis", nil},
		{"beside characters", "打印机 batery", "打印机 battery", nil},
		{"initials of a title", "hbybl", "花呗用不了", nil},
		{"initials at the start of a symptom", "hbhk", "花呗还款失败", nil},
		{"initials in a wording", "ybcx", "", nil},
		{"initials inside a wording", "txsb", "余额宝提现失败", nil},
		{"wrong character beside others", "我的余额包转不出去", "我的余额宝转不出去", nil},
		{"nothing near", "xyzzyqwk", "", nil},
		{"no more than the site has", "花呗用不了", "", nil},
		{"punctuation alone is no other text", "花呗，用不了？", "", nil},
		{"written as two", "log in", "", nil},
		{"short words stay", "teh", "", nil},
		{"numbers stay", "1042x", "", nil},
		{"two letters are no initials", "hb", "", nil},
		{"nothing", "", "", nil},
		{"signs", "？！#", "", nil},
		{"one character", "呗", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := s.correct(t, tt.typed)
			switch {
			case got == nil && tt.want == "":
			case got == nil:
				t.Fatalf("%q is not corrected, want %q", tt.typed, tt.want)
			case got.Text != tt.want:
				t.Errorf("%q is corrected to %q, want %q", tt.typed, got.Text, tt.want)
			default:
				if diff := cmp.Diff(tt.proved, urls(got.Proved)); diff != "" {
					t.Errorf("proved (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// What sounds the same is what most articles have; all of them are known.
func TestHeardTakesTheMostFrequent(t *testing.T) {
	t.Parallel()
	s := open(t, []*article.Document{
		{URL: "/a/", Title: "使用说明"}, {URL: "/b/", Title: "怎么使用"}, {URL: "/c/", Title: "试用到期"},
	})
	got := s.correct(t, "shiyong")
	if got == nil || got.Text != "使用" || !slices.Equal(urls(got.Proved), []string{"/a/", "/b/"}) {
		t.Errorf("shiyong is corrected to %+v", got)
	}
	// As few characters as may be are changed.
	if got := s.correct(t, "试永"); got == nil || got.Text != "试用" {
		t.Errorf("试永 is corrected to %+v", got)
	}
}

// The swap that most articles have is meant.
func TestSlippedTakesTheMostFrequent(t *testing.T) {
	t.Parallel()
	s := open(t, []*article.Document{{URL: "/a/", Title: "丙甲乙"}, {URL: "/b/", Title: "甲乙丙"}, {URL: "/c/", Symptoms: []string{"看甲乙丙"}}})
	if got := s.correct(t, "甲丙乙"); got == nil || got.Text != "甲乙丙" || !slices.Equal(urls(got.Proved), []string{"/b/", "/c/"}) {
		t.Errorf("got %+v", got)
	}
}

// Two wrong characters beside each other are both repaired.
func TestRepairedNeighbours(t *testing.T) {
	t.Parallel()
	s := open(t, []*article.Document{{URL: "/a/", Title: "先看验证码来了没有"}, {URL: "/b/", Title: "请问验证码"}})
	if got := s.correct(t, "请问验整码没有来"); got == nil || got.Text != "请问验证码没有来" {
		t.Errorf("got %+v", got)
	}
}

// Engines may be far away: what can be asked at once is.
func TestFewQuestionsToTheEngine(t *testing.T) {
	t.Parallel()
	s := open(t, corpus())
	for _, tt := range []struct {
		name, typed           string
		counts, finds, others int
	}{
		{"pinyin that no text has whole", "huabei loushui", 1, 0, 4},
		{"a wrong character", "我的余额包转不出去", 2, 0, 8},
		{"nothing to do", "没有这样的东西", 2, 0, 20},
		{"mistyped", "refnd not recieved", 0, 0, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.correct(t, tt.typed)
			e := s.engine
			if e.counts > tt.counts || e.finds > tt.finds || e.words+e.characters > tt.others {
				t.Errorf("%d calls for counts, %d to find, %d for words and %d for characters; want at most %d, %d, %d", e.counts, e.finds, e.words, e.characters, tt.counts, tt.finds, tt.others)
			}
		})
	}
}

// Numbers and words of other regions are not rewritten in what the reader is
// told.
func TestCorrectionKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := open(t, append(corpus(), &article.Document{URL: "/en/", Title: "battery"}))
	for typed, want := range map[string]string{"三天 batery": "三天 battery", "軟體 batery": "软体 battery", "getUser batery": "getuser battery"} {
		if got := s.correct(t, typed); got == nil || got.Text != want {
			t.Errorf("%q is corrected to %+v, want %q", typed, got, want)
		}
	}
}

func TestLongQuestions(t *testing.T) {
	t.Parallel()
	s := open(t, corpus())
	for _, text := range []string{strings.Repeat("花贝", 1000), strings.Repeat("batery ", 300), strings.Repeat("huabei", 40), strings.Repeat("a", 199)} {
		s.correct(t, text) // ends
	}
	if got := s.correct(t, strings.Repeat("batery ", 25)); got == nil || s.engine.words > 8 {
		t.Errorf("got %+v after %d questions", got, s.engine.words)
	}
}

func TestNoTime(t *testing.T) {
	t.Parallel()
	s := open(t, corpus())
	q, err := s.asker.Ask(t.Context(), "花贝用不了")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if got, err := s.corrector.Correct(ctx, q); got != nil || err != nil {
		t.Errorf("got %+v, %v after time ran out, want nothing", got, err)
	}
}

// failing is an engine that cannot be reached.
type failing struct {
	engine.Engine
	err error
}

func (f *failing) Sounding(context.Context, [][]string, int) ([]*article.Facts, error) {
	return nil, f.err
}

func TestEngineFails(t *testing.T) {
	t.Parallel()
	s := open(t, corpus())
	q, err := s.asker.Ask(t.Context(), "花贝用不了")
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	for _, tt := range []struct {
		name      string
		err, want error
	}{
		{"it is broken", broken, broken},
		{"it had no time", context.DeadlineExceeded, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := correct.New(&failing{s.engine, tt.err}, s.asker).Correct(t.Context(), q)
			if got != nil || !errors.Is(err, tt.want) {
				t.Errorf("got %+v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestEmptySite(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for _, text := range []string{"花贝", "huabei", "batery", "hbybl", "甲乙丙"} {
		if got := s.correct(t, text); got != nil {
			t.Errorf("%q is corrected to %+v", text, got)
		}
	}
}

func FuzzCorrect(f *testing.F) {
	for _, text := range []string{"", " ", "花贝用不了", "花呗不用了", "hua bei", "huabei loushui", "batery", "hbybl", "refnd not recieved", "\xff花贝", "e\u0301", "xian", "花 贝\n用", "1/2½", "😀花贝", "我的余额包转不出去", "三天batery"} {
		f.Add(text)
	}
	docs := corpus()
	s := open(f, docs)
	has := map[string]string{}
	for _, d := range docs {
		text := []string{d.Title, d.Summary}
		text = append(text, d.Symptoms...)
		for _, list := range d.Tags() {
			for _, tag := range list {
				text = append(text, tag.Name)
			}
		}
		for _, section := range d.Sections {
			text = append(text, section.Title, section.Text)
		}
		has[d.URL] = string(terms.Letters(terms.RunOf(strings.Join(text, "\n"))))
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := s.correct(t, text)
		if got == nil {
			return
		}
		if got.Text == "" || !utf8.ValidString(got.Text) || got.Text != strings.TrimSpace(han.Fold(got.Text)) {
			t.Errorf("%q is corrected to %q", text, got.Text)
		}
		if got.Text == strings.TrimSpace(han.Fold(text)) {
			t.Errorf("%q is corrected to itself", text)
		}
		for _, a := range got.Proved {
			if !strings.Contains(has[a.URL], string(terms.Letters(terms.RunOf(got.Text)))) {
				t.Errorf("%q is corrected to %q, which %s has not", text, got.Text, a.URL)
			}
		}
	})
}
