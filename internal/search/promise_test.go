package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/search"
)

// crowded is a site on which readers' wordings are part of each other, stand in
// texts and titles of others, and stand in several articles, too many of some.
func crowded(seed uint64, n int) []*search.Document {
	phrases := []string{
		"点餐机没反应", "为什么点餐机没反应", "我的我的点餐机没反应", "点餐机最多几份", "点餐机最多几份是什么", "单子没打出来", "单子怎么还没打出来呀",
		"pos 打不开", "pos 一直打不开", "order id 不对", "id 不对", "小票补不出", "请问小票补不出怎么办", "“小票”补不出", "结账慢", "会员码扫不到",
		"等 7 天", "等七天", "wi-fi 断了", "wifi断了", "印表機沒反應", "打印机没反应", "a", "慢",
	}
	r := rand.New(rand.NewPCG(seed, 7))
	docs := make([]*search.Document, n)
	for i := range docs {
		d := with(document(fmt.Sprintf("/%04d/", (i*277)%n), fmt.Sprintf("第%d号问题", i)), phrases[r.IntN(len(phrases))])
		for range r.IntN(3) {
			// Some phrases stand in many articles, most in one.
			s := fmt.Sprintf("%s之%c%c", phrases[r.IntN(len(phrases))], '一'+rune(i), '三'+rune(r.IntN(2000)))
			if r.IntN(8) == 0 {
				s = phrases[r.IntN(len(phrases))]
			}
			d.Symptoms = append(d.Symptoms, s)
		}
		if r.IntN(50) == 0 {
			d.Title = phrases[r.IntN(len(phrases))]
		}
		docs[i] = d
	}
	return docs
}

// What Doubtful leaves out holds, or is a phrase that more articles promise
// than can be first: to try what it lists, and to count these, is to try all.
func TestDoubtfulLeavesOutWhatHolds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		docs := crowded(seed, 450)
		var list []search.Synonyms
		if seed%2 == 1 {
			list = []search.Synonyms{{Asked: []string{"结账", "买单"}, Found: []string{"结账", "买单"}}}
		}
		var every []search.Promise
		for _, d := range docs {
			for i, s := range d.Symptoms {
				every = append(every, search.Promise{URL: d.URL, Symptom: i, Text: s})
			}
		}
		broken, err := search.TryDocuments(t.Context(), docs, list, every)
		if err != nil {
			t.Fatal(err)
		}
		doubtful, crowds := search.Doubtful(docs)
		tried, err := search.TryDocuments(t.Context(), docs, list, doubtful)
		if err != nil {
			t.Fatal(err)
		}
		told := func(list []search.Broken, crowd func(p search.Promise) bool) (out []string) {
			for _, b := range list {
				if !crowd(b.Promise) {
					out = append(out, fmt.Sprint(b.URL, b.Symptom, b.Text, urls(b.Instead)))
				}
			}
			return out
		}
		// Of what a crowd promises, as many are broken as it has too many.
		ofCrowd := func(p search.Promise) bool {
			return slices.ContainsFunc(crowds, func(c search.Crowd) bool { return c.First[0].Text == p.Text })
		}
		if diff := cmp.Diff(told(broken, ofCrowd), told(tried, func(search.Promise) bool { return false })); diff != "" {
			t.Errorf("seed %d: broken promises (-of all +of those that are doubtful):\n%s", seed, diff)
		}
		for _, c := range crowds {
			among := map[string]bool{}
			for _, b := range broken {
				if b.Text == c.First[0].Text {
					among[b.URL] = true
				}
			}
			if len(among) < c.All-search.Promised || len(c.First) != search.Promised+1 {
				t.Errorf("seed %d: %q: %d of %d that promise it are broken: %+v", seed, c.First[0].Text, len(among), c.All, c.First)
			}
		}
		if len(broken) == 0 || len(crowds) == 0 || len(doubtful) == 0 || 2*len(doubtful) > len(every) {
			t.Errorf("seed %d: %d of %d promises are broken, %d doubtful, %d crowds: nothing is tested", seed, len(broken), len(every), len(doubtful), len(crowds))
		}
	}
}

// On a small site every promise is tried.
func TestDoubtfulOnASmallSite(t *testing.T) {
	t.Parallel()
	docs := []*search.Document{document("/a/", "门铃不响", "按门铃没声音", "门铃坏了"), document("/b/", "电灯不亮", "灯闪")}
	want := []search.Promise{{URL: "/a/", Symptom: 0, Text: "按门铃没声音"}, {URL: "/a/", Symptom: 1, Text: "门铃坏了"}, {URL: "/b/", Symptom: 0, Text: "灯闪"}}
	got, crowds := search.Doubtful(docs)
	if diff := cmp.Diff(want, got); diff != "" || crowds != nil {
		t.Errorf("doubtful (-want +got):\n%s\ncrowds: %v", diff, crowds)
	}
}

// More articles than are promised a place have the same symptom: some promises
// do not hold, and it is told what stands there instead.
func TestTryTellsWhatIsBroken(t *testing.T) {
	t.Parallel()
	var docs []*search.Document
	var promises []search.Promise
	for i := range search.Promised + 2 {
		d := document(fmt.Sprintf("/%d/", i), fmt.Sprintf("第%d扇窗", i), "窗户关不严")
		docs = append(docs, d)
		promises = append(promises, search.Promise{URL: d.URL, Text: "窗户关不严"})
	}
	broken, err := search.TryDocuments(t.Context(), docs, nil, promises)
	if err != nil {
		t.Fatal(err)
	}
	if len(broken) != 2 {
		t.Fatalf("%d promises are broken, want 2: %+v", len(broken), broken)
	}
	for _, b := range broken {
		if len(b.Instead) != search.Promised || slices.Contains(urls(b.Instead), b.URL) {
			t.Errorf("%s: instead there are %v", b.URL, urls(b.Instead))
		}
	}
	if none, err := search.TryDocuments(t.Context(), docs, nil, nil); err != nil || none != nil {
		t.Errorf("nothing to try: %v, %v", none, err)
	}
}

// A broken promise says where its article stands and what the others have more
// of; one that is not among the hits is compared, too.
func TestBrokenSaysWhy(t *testing.T) {
	t.Parallel()
	var docs []*search.Document
	for i := range 4 {
		d := with(document(fmt.Sprintf("/%d/", i), fmt.Sprintf("第%d种灯", i)), "台灯一闪一闪")
		d.Sections = append(d.Sections, search.Section{Text: "台灯一闪一闪的，先换灯泡。"})
		docs = append(docs, d)
	}
	last := with(document("/last/", "门铃"), "台灯一闪一闪")
	docs = append(docs, last, document("/far/", "水管漏水"))
	broken, err := search.TryDocuments(t.Context(), docs, nil, []search.Promise{
		{URL: "/last/", Text: "台灯一闪一闪"}, {URL: "/far/", Text: "台灯一闪一闪"}, {URL: "/far/", Symptom: 1, Text: "窗帘"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(broken) != 3 {
		t.Fatalf("%d are broken, want 3: %+v", len(broken), broken)
	}
	for i, want := range []struct {
		place, instead int
		ahead          bool
	}{{5, 3, true}, {0, 3, true}, {0, 0, false}} {
		b := broken[i]
		if b.Place != want.place || len(b.Instead) != want.instead || (b.Ahead.Name != "") != want.ahead {
			t.Errorf("%s for %q: %+v, want place %d, %d others, ahead %v", b.URL, b.Text, b, want.place, want.instead, want.ahead)
		}
	}
}
