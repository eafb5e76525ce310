package rank_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/engine/enginetest"
	"whyfix/internal/search/local"
	"whyfix/internal/search/question"
	"whyfix/internal/search/rank"
	"whyfix/internal/search/weigh"
)

var sorted = cmpopts.SortSlices(strings.Compare)

func read(tb testing.TB, name string) string {
	tb.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// site is an engine with what asks and ranks.
type site struct {
	engine engine.Engine
	asker  *question.Asker
	ranker *rank.Ranker
}

func open(tb testing.TB, docs []*article.Document) *site {
	tb.Helper()
	x, err := local.New(tb.Context(), docs, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := x.Close(); err != nil {
			tb.Error(err)
		}
	})
	asker := question.NewAsker(x, weigh.Default())
	return &site{x, asker, rank.NewRanker(x, asker, weigh.Default(), rank.Default())}
}

// candidates are what the engine finds for a question.
func (s *site) candidates(tb testing.TB, text string) (*question.Question, []engine.Candidate) {
	tb.Helper()
	q, err := s.asker.Ask(tb.Context(), text)
	if err != nil {
		tb.Fatal(err)
	}
	found, err := s.engine.Find(tb.Context(), q.Ask(engine.Filter{}, "", 100))
	if err != nil {
		tb.Fatal(err)
	}
	return q, found.Candidates
}

func (s *site) rank(tb testing.TB, text string) (*question.Question, []rank.Scored) {
	tb.Helper()
	q, candidates := s.candidates(tb, text)
	out, err := s.ranker.Rank(tb.Context(), q, candidates)
	if err != nil {
		tb.Fatal(err)
	}
	return q, out
}

func urls(list []rank.Scored) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.Facts.URL)
	}
	return out
}

func of(tb testing.TB, list []rank.Scored, url string) *rank.Scored {
	tb.Helper()
	i := slices.IndexFunc(list, func(s rank.Scored) bool { return s.Facts.URL == url })
	if i < 0 {
		tb.Fatalf("%s is not among %v", url, urls(list))
	}
	return &list[i]
}

// short is an article that is its title; long has a text too.
func short(url, title string) *article.Document { return &article.Document{URL: url, Title: title} }

func long(url, title, text string) *article.Document {
	return &article.Document{URL: url, Title: title, Sections: []article.Section{{Text: text + "。另外的话在这里说，先看清楚再往下读，一步一步来。"}}}
}

func TestRank(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, ask string
		first     *article.Document
		others    []*article.Document
	}{
		{"the title that is the question", "打印机卡纸", short("/z/", "打印机卡纸"), []*article.Document{
			short("/a/", "打印机卡纸怎么办"), short("/b/", "打印机卡纸卡纸"), long("/c/", "卡纸", "打印机卡纸打印机卡纸打印机卡纸"),
		}},
		{"a symptom that is the question", "打印机卡纸", &article.Document{URL: "/z/", Title: "取出纸张", Symptoms: []string{"打印机卡纸"}}, []*article.Document{
			short("/a/", "打印机卡纸响"), long("/c/", "打印机", "打印机卡纸"),
		}},
		{"a heading that is the question", "打印机卡纸", &article.Document{URL: "/z/", Title: "取出纸张", Sections: []article.Section{{Title: "打印机卡纸", Text: "打开。"}}}, []*article.Document{
			long("/a/", "打印机换墨", "打印机要是卡纸"),
		}},
		{"what a text has as typed", "后盖弹开", long("/z/", "换墨", "如果后盖弹开"), []*article.Document{
			long("/a/", "后盖换新", "按一下，弹出，打开"), short("/b/", "盖后开弹"),
		}},
		{"all parts before some", "打印机 冒烟", long("/z/", "设备", "打印机里面也许会冒烟"), []*article.Document{
			short("/a/", "打印机"), long("/b/", "冒火", "打印机打印机打印机"),
		}},
		{"the same number", "7天退款", short("/z/", "退款要等7天的规定"), []*article.Document{short("/a/", "退款要等3天的规定")}},
		{"the same number as a numeral", "7天退款", short("/z/", "退款要等七天的规定"), []*article.Document{short("/a/", "退款要等三天的规定")}},
		{"the same side", "怎么开通花呗", short("/z/", "开通花呗的方法"), []*article.Document{short("/a/", "关闭花呗的方法")}},
		{"denied", "花呗不能用", short("/z/", "花呗不能使用"), []*article.Document{short("/a/", "花呗能使用")}},
		{"whole words before parts of words", "log", short("/z/", "zebra log file"), []*article.Document{short("/a/", "login zebra file")}},
		{"words written as one", "login", short("/z/", "log in"), []*article.Document{short("/a/", "log out of it")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			docs := append([]*article.Document{tt.first}, tt.others...)
			_, got := open(t, docs).rank(t, tt.ask)
			if len(got) == 0 || got[0].Facts.URL != tt.first.URL {
				t.Errorf("%q: %v, want %s first", tt.ask, urls(got), tt.first.URL)
			}
		})
	}
}

func TestFeatures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, ask, title, text string
		want, not              []rank.Feature
	}{
		{"the question", "打印机卡纸", "打印机，卡纸！", "", []rank.Feature{rank.Is, rank.InShort, rank.InText}, []rank.Feature{rank.IsHeading, rank.InWord, rank.Opposite}},
		{"in a title", "卡纸", "打印机卡纸", "", []rank.Feature{rank.InShort, rank.InText}, []rank.Feature{rank.Is}},
		{"in a text", "卡纸", "打印机", "卡纸了", []rank.Feature{rank.InText}, []rank.Feature{rank.InShort, rank.Is}},
		{"in a word", "ogi", "login", "", []rank.Feature{rank.InWord}, []rank.Feature{rank.InText, rank.InShort}},
		{"all parts", "卡纸 打印机", "打印机", "卡纸了", []rank.Feature{rank.Parts}, []rank.Feature{rank.InText}},
		{"not all parts", "卡纸 打印机", "打印机", "卡了纸", nil, []rank.Feature{rank.Parts}},
		{"for something else", "为什么退款", "哪里退款", "", []rank.Feature{rank.OtherKind}, nil},
		{"for the same", "为什么退款", "退款的原因", "", nil, []rank.Feature{rank.OtherKind}},
		{"the opposite", "开通花呗", "关闭花呗", "", []rank.Feature{rank.Opposite}, nil},
		{"both sides", "开通花呗", "开通和关闭花呗", "", nil, []rank.Feature{rank.Opposite}},
		{"only one denies", "花呗没有额度", "花呗额度", "", []rank.Feature{rank.Negation}, nil},
		{"both deny", "花呗没有额度", "花呗额度没有", "", nil, []rank.Feature{rank.Negation}},
		{"another number", "7天退款", "3天退款", "", []rank.Feature{rank.OtherNumber}, nil},
		{"another number, and the question's in the text", "7天退款", "3天退款", "或者7天", nil, []rank.Feature{rank.OtherNumber}},
		{"… as a numeral", "7天退款", "3天退款", "或者七天", nil, []rank.Feature{rank.OtherNumber}},
		{"a number of something else", "7天退款", "3元退款", "", nil, []rank.Feature{rank.OtherNumber}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := &article.Document{URL: "/a/", Title: tt.title, Summary: tt.text}
			_, list := open(t, []*article.Document{d, short("/b/", "别的事情")}).rank(t, tt.ask)
			v := of(t, list, "/a/").Vector
			for _, f := range tt.want {
				if v[f] != 1 {
					t.Errorf("%q in %q: %s is %f, want 1", tt.ask, tt.title, f, v[f])
				}
			}
			for _, f := range tt.not {
				if v[f] != 0 {
					t.Errorf("%q in %q: %s is %f, want 0", tt.ask, tt.title, f, v[f])
				}
			}
		})
	}
}

// What is equal stands in the order of addresses, whatever order the engine
// gave it in, and whether or not all of it was read.
func TestTiesAreInOrder(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 40, 41} {
		t.Run(fmt.Sprintf("%d articles", n), func(t *testing.T) {
			t.Parallel()
			var docs []*article.Document
			var want []string
			for i := range n {
				want = append(want, fmt.Sprintf("/%02d/", i))
				docs = append(docs, short(fmt.Sprintf("/%02d/", (i*37+1)%n), "打印机卡纸"))
			}
			s := open(t, docs)
			q, candidates := s.candidates(t, "卡纸")
			for range 2 {
				got, err := s.ranker.Rank(t.Context(), q, candidates)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, urls(got)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				slices.Reverse(candidates)
			}
		})
	}
}

func TestRankNothing(t *testing.T) {
	t.Parallel()
	s := open(t, enginetest.Corpus())
	q, _ := s.candidates(t, "打印机")
	if got, err := s.ranker.Rank(t.Context(), q, nil); err != nil || len(got) > 0 {
		t.Errorf("%v, %v", urls(got), err)
	}
}

// The shares that are told are all that a score is made of.
func TestSharesAddUp(t *testing.T) {
	t.Parallel()
	s := open(t, enginetest.Corpus())
	for _, text := range []string{"打印机连不上电脑", "蓝牙 耳机 怎么办", "快递7天没有更新", "iPhone", "refund", "不能打开的门锁"} {
		_, list := s.rank(t, text)
		if len(list) == 0 {
			t.Errorf("%q finds nothing", text)
		}
		for _, x := range list {
			var sum float64
			for _, share := range s.ranker.Shares(&x) {
				if share.Score == 0 || share.Value != x.Vector[share.Feature] {
					t.Errorf("%q, %s: %+v, but its value is %f", text, x.Facts.URL, share, x.Vector[share.Feature])
				}
				sum += float64(share.Score)
			}
			if math.Abs(sum-float64(x.Score)) > 1e-4 {
				t.Errorf("%q, %s: shares add up to %f, the score is %f", text, x.Facts.URL, sum, x.Score)
			}
		}
	}
}

func TestHasAll(t *testing.T) {
	t.Parallel()
	d := &article.Document{URL: "/a/", Title: "打印机卡纸", Summary: "先看后盖。", Sections: []article.Section{{Text: "打开\n盖子，login。"}}}
	_, list := open(t, []*article.Document{d}).rank(t, "打印机")
	for _, tt := range []struct {
		name  string
		parts []string
		want  bool
	}{
		{"no parts", nil, false},
		{"title and text", []string{"卡纸", "盖子 login"}, true},
		{"summary", []string{"后盖"}, true},
		{"punctuation", []string{"卡纸", "，"}, true},
		{"across lines", []string{"打开盖子"}, false},
		{"one is not there", []string{"卡纸", "冒烟"}, false},
		{"across texts", []string{"后盖打开"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := of(t, list, "/a/").HasAll(tt.parts); got != tt.want {
				t.Errorf("it has all of %q: %v, want %v", tt.parts, got, tt.want)
			}
		})
	}
}

// A site's own questions have more evidence than what only shares words.
func TestEvidence(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	s := open(t, docs)
	weigh := func(text string) float32 {
		q, list := s.rank(t, text)
		if len(list) == 0 {
			return float32(math.Inf(-1))
		}
		e := list[0].Evidence(q)
		for c, x := range e {
			if x < -0.5 || x > 1.5 || math.IsNaN(float64(x)) {
				t.Errorf("%q: %s is %f", text, rank.Clue(c), x)
			}
		}
		return rank.DefaultJudge().Weigh(e)
	}
	for _, d := range docs {
		for _, text := range append([]string{d.Title}, d.Symptoms...) {
			if got := weigh(text); got <= 0 {
				t.Errorf("the site's own %q: %f, want more than 0", text, got)
			}
		}
	}
	for _, text := range []string{"红烧肉怎么做", "世界杯哪一年举办", "周杰伦的歌曲有哪些", "how to grow tomatoes", "潜水艇"} {
		if got := weigh(text); got >= 0 {
			t.Errorf("the foreign %q: %f, want less than 0", text, got)
		}
	}
}
