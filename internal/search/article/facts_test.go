package article_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine/enginetest"
	"whyfix/internal/search/terms"
)

func wordings() *article.Wordings { return article.NewWordings(terms.NewLexicon(nil)) }

// passages are the short texts of an article with their sources.
func passages(f *article.Facts) []string {
	var out []string
	for i, p := range f.Passages {
		out = append(out, f.Source(i).String()+" "+p.Text)
	}
	return out
}

func TestFacts(t *testing.T) {
	t.Parallel()
	f := wordings().Facts(printer())
	want := []string{
		"title 打印机脱机", "symptom 打印没有反应", "symptom printer offline",
		"tag 打印机", "tag 列表机", "tag printer", "tag 网络断开", "tag 没电", "tag 重启", "tag 一家公司", "heading 原因", "heading 处理",
	}
	if diff := cmp.Diff(want, passages(f)); diff != "" {
		t.Errorf("passages (-want +got):\n%s", diff)
	}
	wantTags := []*article.SiteTag{
		{Family: article.Product, Name: "打印机", URL: "/products/a/", Language: "zh-Hant"},
		{Family: article.Cause, Name: "网络断开", URL: "/causes/b/", Language: "zh-Hant"},
		{Family: article.Cause, Name: "没电", Language: "zh-Hant"},
		{Family: article.Solution, Name: "重启", URL: "/solutions/c/", Language: "zh-Hant"},
		{Family: article.Case, Name: "一家公司", URL: "/cases/d/", Language: "zh-Hant"},
	}
	if diff := cmp.Diff(wantTags, f.Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	if f.URL != "/printer/%E8%84%B1/" || f.Title() != "打印机脱机" || f.Language != "zh-Hant" || f.Analyzer != han.Stemming {
		t.Errorf("%s %q in %s, analyzer %d", f.URL, f.Title(), f.Language, f.Analyzer)
	}
	if want := uint8(1<<slices.Index(article.Kinds[:], "cause") | 1<<slices.Index(article.Kinds[:], "solution")); f.Kinds != want {
		t.Errorf("kinds are %04b, want %04b", f.Kinds, want)
	}
}

// What is empty is no passage and no tag, but for the title, of which there is
// always one.
func TestFactsWithoutTexts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		d    *article.Document
		want []string
	}{
		{"nothing", &article.Document{}, []string{"title "}},
		{"empty texts", &article.Document{
			Symptoms: []string{"", "甲"}, Products: []article.Tag{{Names: []string{"乙"}}, {Name: "丙", Names: []string{""}}}, Sections: []article.Section{{Text: "丁"}},
		}, []string{"title ", "symptom 甲", "tag 丙"}},
		{"a heading alone", &article.Document{Sections: []article.Section{{Title: "甲"}}}, []string{"title ", "heading 甲"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, passages(wordings().Facts(tt.d))); diff != "" {
				t.Errorf("passages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAlone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		d    *article.Document
		want float32
	}{
		{"nothing else", &article.Document{Title: "abcd"}, 1},
		{"less than its title", &article.Document{Title: "abcd", Summary: "ab"}, 1},
		{"as much", &article.Document{Title: "abcd", Sections: []article.Section{{Text: "abcd"}}}, 1},
		{"twice as much", &article.Document{Title: "ab", Symptoms: []string{"cd"}, Summary: "abcd", Sections: []article.Section{{Text: "abcd"}}}, 0.5},
		{"no title", &article.Document{Summary: "abcd"}, 0},
		{"tags and headings are no text", &article.Document{Title: "abcd", Products: []article.Tag{{Name: "abcdef"}}, Sections: []article.Section{{Title: "abcdef"}}}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := wordings().Facts(tt.d).Alone; got != tt.want {
				t.Errorf("alone is %f, want %f", got, tt.want)
			}
			read, _, err := article.ReadHead(string(tt.d.AppendHead(nil)))
			if err != nil {
				t.Fatal(err)
			}
			if got := wordings().Facts(read).Alone; got != tt.want {
				t.Errorf("alone of its record is %f, want %f", got, tt.want)
			}
		})
	}
}

// Of a passage's words those that stand there come first, each once; characters
// are in the run.
func TestPassage(t *testing.T) {
	t.Parallel()
	p := wordings().Facts(&article.Document{Title: "重启 iPhone15，七天 refunded refunded"}).Passages[0]
	if got, want := p.Run.String(), "重启iphone15七天refunded refunded"; got != want {
		t.Errorf("run is %q, want %q", got, want)
	}
	own := func(k terms.Key) bool { return slices.Contains(p.Words[:p.Own], k) }
	other := func(k terms.Key) bool { return slices.Contains(p.Words[p.Own:], k) }
	for _, tt := range []struct {
		text       string
		key        terms.Key
		own, other bool
	}{
		{"iphone15", terms.WordKey("iphone15"), true, false},
		{"iphone", terms.WordKey("iphone"), false, true},
		{"refunded", terms.WordKey("refunded"), true, false},
		{"refund", terms.WordKey("refund"), false, true},
		{"7天, as it is asked", terms.WordKey("7天"), false, true},
		{"重", terms.SingleKey('重'), false, false},
		{"重启", terms.PairKey('重', '启'), false, false},
	} {
		if own(tt.key) != tt.own || other(tt.key) != tt.other {
			t.Errorf("%s: own %v, another form %v; want %v, %v", tt.text, own(tt.key), other(tt.key), tt.own, tt.other)
		}
	}
	sorted := slices.Clone(p.Words)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) != len(p.Words) {
		t.Errorf("a word is there twice: %v", p.Words)
	}
}

// Tags and headings that articles share are kept once, in each way that words
// are cut.
func TestSharedPassages(t *testing.T) {
	t.Parallel()
	w := wordings()
	d := article.Document{Title: "refunded", Products: []article.Tag{{Name: "refunded"}}, Sections: []article.Section{{Title: "refunded"}}}
	other := d
	other.Language = "fr"
	a, b, c := w.Facts(&d), w.Facts(&d), w.Facts(&other)
	if a.Passages[1] != b.Passages[1] || a.Passages[1] != a.Passages[2] || a.Tags[0] != b.Tags[0] {
		t.Error("the same tag or heading is kept twice")
	}
	if a.Passages[0] == b.Passages[0] {
		t.Error("two articles have one title")
	}
	if a.Passages[1] == c.Passages[1] || len(a.Passages[1].Words) <= len(c.Passages[1].Words) {
		t.Error("a language without endings has words without them")
	}
}

// counted are the counts of articles.
func counted(c *article.Counts) map[terms.Key]int {
	out := map[terms.Key]int{}
	c.Each(func(k terms.Key, n int) { out[k] = n })
	return out
}

func TestCounts(t *testing.T) {
	t.Parallel()
	w := wordings()
	c := article.NewCounts()
	if c.Articles() != 0 || len(counted(c)) != 0 {
		t.Error("no article has terms")
	}
	c.Add(w.Facts(&article.Document{Title: "卡卡 login", Symptoms: []string{"卡 login"}, Summary: "机", Sections: []article.Section{{Text: "机"}}}))
	c.Add(w.Facts(&article.Document{Title: "卡 〇鿿㐀", Sections: []article.Section{{Title: "logins"}}}))
	for _, tt := range []struct {
		name string
		key  terms.Key
		want int
	}{
		{"an article counts once", terms.SingleKey('卡'), 2},
		{"a stem", terms.WordKey("login"), 2},
		{"a word", terms.WordKey("logins"), 1},
		{"a character at the end of the table", terms.SingleKey('鿿'), 1},
		{"a rare character", terms.SingleKey('㐀'), 1},
		{"what only the text has", terms.SingleKey('机'), 0},
		{"two characters are not counted", terms.PairKey('卡', '卡'), 0},
		{"what nothing has", terms.WordKey("nothing"), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Of(tt.key); got != tt.want {
				t.Errorf("%d articles, want %d", got, tt.want)
			}
			if got := counted(c)[tt.key]; got != tt.want {
				t.Errorf("%d articles by Each, want %d", got, tt.want)
			}
		})
	}
}

// Counts that articles were added to and taken from are those of the articles
// that are left, and a clone goes its own way.
func TestCountsChange(t *testing.T) {
	t.Parallel()
	w := wordings()
	r := rand.New(rand.NewPCG(1, 2))
	var facts []*article.Facts
	for _, d := range append(enginetest.Documents(), printer(), &article.Document{Title: "㐀 % 二零二六年 印表機"}, &article.Document{}) {
		facts = append(facts, w.Facts(d))
	}
	fresh := func(in map[int]bool) *article.Counts {
		c := article.NewCounts()
		for i := range in {
			c.Add(facts[i])
		}
		return c
	}
	in := map[int]bool{}
	c := article.NewCounts()
	var clone *article.Counts
	var cloned map[terms.Key]int
	for step := range 200 {
		i := r.IntN(len(facts))
		if in[i] {
			c.Remove(facts[i])
			delete(in, i)
		} else {
			c.Add(facts[i])
			in[i] = true
		}
		if step%20 == 0 {
			want := fresh(in)
			if c.Articles() != want.Articles() || c.Articles() != len(in) {
				t.Fatalf("step %d: %d articles, want %d", step, c.Articles(), want.Articles())
			}
			if diff := cmp.Diff(counted(want), counted(c)); diff != "" {
				t.Fatalf("step %d (-want +got):\n%s", step, diff)
			}
			if clone != nil {
				if diff := cmp.Diff(cloned, counted(clone)); diff != "" {
					t.Fatalf("step %d: a clone changed (-before +now):\n%s", step, diff)
				}
				clone.Remove(facts[i]) // wherever it goes, this one does not
				if diff := cmp.Diff(counted(want), counted(c)); diff != "" {
					t.Fatalf("step %d: what a clone is of changed (-want +got):\n%s", step, diff)
				}
			}
			clone = c.Clone()
			cloned = counted(clone)
		}
	}
}
