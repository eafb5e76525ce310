package search

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// What is judged without a search is what a search gives.
func TestJudgeIsASearch(t *testing.T) {
	t.Parallel()
	phrases := []string{
		"花呗用不了", "我花呗怎么用不了", "我就我花呗怎么用不了了", "花呗最低还款", "花呗最低还款是什么", "退款没到账", "退款怎么没到账呀",
		"app打不开", "app 一直打不开", "apple id 登录不了", "id 登录不了", "余额宝转不出", "请问余额宝转不出怎么办", "“余额宝”转不出", "转账慢", "验证码收不到",
	}
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 7))
		docs := make([]*Document, allPromises+100)
		for i := range docs {
			d := &Document{URL: fmt.Sprintf("/%03d/", (i*277)%1000), Language: "zh", Title: fmt.Sprintf("第%d号问题", i), Sections: []Section{{Title: "怎么解决", Text: phrases[r.IntN(len(phrases))]}}}
			for range r.IntN(3) {
				// Some phrases stand in many articles, most in one.
				s := fmt.Sprintf("%s之%c%c", phrases[r.IntN(len(phrases))], '一'+rune(i), '三'+rune(r.IntN(2000)))
				if r.IntN(4) == 0 {
					s = phrases[r.IntN(len(phrases))]
				}
				d.Symptoms = append(d.Symptoms, s)
			}
			if r.IntN(50) == 0 {
				d.Title = phrases[r.IntN(len(phrases))]
			}
			docs[i] = d
		}
		var list []Synonyms
		if seed%2 == 1 {
			list = []Synonyms{{Asked: []string{"转账", "汇款"}, Found: []string{"转账", "汇款"}}}
		}
		broken, doubtful := Judge(docs, list)
		more, err := TryDocuments(t.Context(), docs, list, doubtful)
		if err != nil {
			t.Fatal(err)
		}
		var all []Promise
		for _, d := range docs {
			for i, s := range d.Symptoms {
				all = append(all, Promise{URL: d.URL, Symptom: i, Text: s})
			}
		}
		tried, err := TryDocuments(t.Context(), docs, list, all)
		if err != nil {
			t.Fatal(err)
		}
		told := func(list []Broken) []string {
			slices.SortFunc(list, func(a, b Broken) int { return cmp.Or(cmp.Compare(a.URL, b.URL), cmp.Compare(a.Symptom, b.Symptom)) })
			out := make([]string, len(list))
			for i, b := range list {
				out[i] = fmt.Sprint(b.URL, b.Symptom, b.Text, urls(b.Instead))
			}
			return out
		}
		got, want := told(append(broken, more...)), told(tried)
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: %d are judged, %d searched", seed, len(got), len(want))
			for _, g := range got {
				if !slices.Contains(want, g) {
					t.Errorf("judged:   %s", g)
				}
			}
			for _, w := range want {
				if !slices.Contains(got, w) {
					t.Errorf("searched: %s", w)
				}
			}
		}
		if len(broken) == 0 || len(all)/2 < len(doubtful) {
			t.Errorf("seed %d: %d of %d promises are broken, %d doubtful: nothing is tested", seed, len(broken), len(all), len(doubtful))
		}
	}
}
