package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"whyfix/internal/search"
	"whyfix/internal/search/engine/enginetest"
)

// What the site has is answered, however it is asked; of what it does not have
// hardly anything is, though words of it stand somewhere.
func TestAnswered(t *testing.T) {
	t.Parallel()
	s := open(t, enginetest.Corpus())
	for _, text := range []string{
		"洗衣机不排水", "为什么洗衣机排不了水", "打印机突然脱机了怎么弄", "蓝牙耳机一边没声音", "我的快递三天没更新了", "门锁识别不了指纹",
		"开会有回声", "图书馆续借不了", "refund pending", "xiyiji bu paishui", "洗衣机不排氺",
	} {
		if r := ask(t, s, search.Query{Text: text, Size: 1, Page: 1}); !r.Answered {
			t.Errorf("%q is not answered (%s); the first hit is %v", text, r.Mode, urls(r.Hits))
		}
	}
	foreign, wrong := []string{
		"煎鱼怎么不粘锅", "高考志愿填几个", "猫为什么总打喷嚏", "去哪里办护照", "月球上有没有水", "how to bake sourdough bread", "best time to plant tomatoes",
		"孩子不爱写作业怎么办", "腰疼应该挂什么科", "xyzzyqwk",
	}, []string{}
	for _, text := range foreign {
		if r := ask(t, s, search.Query{Text: text, Size: 1, Page: 1}); r.Answered {
			wrong = append(wrong, fmt.Sprintf("%q (%s) by %v", text, r.Mode, urls(r.Hits)))
		}
	}
	if len(wrong) > len(foreign)/10 {
		t.Errorf("%d of %d questions about other things are answered: %s", len(wrong), len(foreign), strings.Join(wrong, ", "))
	}
}

// A filter that leaves nothing does not make a question one that has no answer.
func TestAnsweredIsOfTheQuestion(t *testing.T) {
	t.Parallel()
	s := open(t, enginetest.Corpus())
	r := ask(t, s, search.Query{Text: "洗衣机不排水", Size: 1, Page: 1, Filter: search.Filter{Product: "快递"}})
	if !r.Answered || r.Total != 0 {
		t.Errorf("answered %v, %d hits; want answered, 0", r.Answered, r.Total)
	}
	if r := ask(t, s, search.Query{Text: "", Size: 1, Page: 1}); r.Answered {
		t.Error("nothing is answered")
	}
}

// Explain tells why an article stands where it does: what it lacks, and what
// would lift it; what it says is true.
func TestExplain(t *testing.T) {
	t.Parallel()
	docs := enginetest.Corpus()
	s := open(t, docs)
	const text, url = "洗衣机停住不动还漏电", "/router/slow/"
	w, err := s.Explain(t.Context(), search.Query{Text: text}, url)
	if err != nil {
		t.Fatal(err)
	}
	if w.URL != url || w.First.URL != "/washer/drain/" {
		t.Errorf("why of %s, first %s", w.URL, w.First.URL)
	}
	own := fmt.Sprint(*docs[slices.IndexFunc(docs, func(d *search.Document) bool { return d.URL == url })])
	for _, word := range w.Missing {
		if !strings.Contains(text, word) || strings.Contains(own, word) {
			t.Errorf("%q is said to be missing", word)
		}
	}
	if !slices.Contains(w.Missing, "漏电") {
		t.Errorf("missing are %q, want 漏电 among them", w.Missing)
	}
	lift := strings.Join(w.Lift, "\n")
	if !strings.Contains(lift, text) || !strings.Contains(lift, w.Missing[0]) {
		t.Errorf("what would lift it does not say the question, or not what is missing: %s", lift)
	}

	// Doing what lifts it lifts it.
	for _, d := range docs {
		if d.URL == url {
			d.Symptoms = append(d.Symptoms, text)
		}
	}
	lifted, err := open(t, docs).Explain(t.Context(), search.Query{Text: text}, url)
	if err != nil || lifted.Place != 1 || len(lifted.Missing) > 0 || lifted.First.URL != url {
		t.Errorf("with the symptom: %+v, %v", lifted, err)
	}
	if len(lifted.Lift) > 0 {
		t.Errorf("an article whose symptom is the question is told %q", lifted.Lift)
	}
}

// What is missing is told, however much heavier what is there is.
func TestExplainTellsLightWordsToo(t *testing.T) {
	t.Parallel()
	docs := append(enginetest.Corpus(), document("/a/", "鹦鹉螺号潜望镜蒙雾"))
	w, err := open(t, docs).Explain(t.Context(), search.Query{Text: "鹦鹉螺号潜望镜蒙雾 手机"}, "/a/")
	if err != nil || !slices.Contains(w.Missing, "手机") || slices.Contains(w.Missing, "鹦") {
		t.Errorf("missing are %+v, %v; want 手机 among them", w.Missing, err)
	}
}

// The place is that among the hits, and the parts make the score.
func TestExplainIsTheSearch(t *testing.T) {
	t.Parallel()
	s := open(t, enginetest.Corpus())
	for _, text := range []string{"打印机没反应", "收不到验证码", "余额", "refund"} {
		hits := all(t, s, search.Query{Text: text})
		for i, h := range hits {
			w, err := s.Explain(t.Context(), search.Query{Text: text}, h.URL)
			if err != nil {
				t.Fatal(err)
			}
			if w.Place != i+1 || w.Score != h.Score || w.First.URL != hits[0].URL {
				t.Errorf("%q: %s is number %d with %v, first %s; the search has it at %d with %v, first %s", text, h.URL, w.Place, w.Score, w.First.URL, i+1, h.Score, hits[0].URL)
			}
			var sum float32
			for _, p := range w.Parts {
				sum += p.Share
			}
			if diff := sum - w.Score; diff > 1e-3 || diff < -1e-3 {
				t.Errorf("%q: the parts of %s make %v, its score is %v", text, h.URL, sum, w.Score)
			}
		}
	}
	w, err := s.Explain(t.Context(), search.Query{Text: "悠游卡"}, "/washer/drain/")
	if err != nil || w.Place != 0 || !slices.Contains(w.Missing, "悠") && !slices.Contains(w.Missing, "悠游") {
		t.Errorf("an article that is no hit: %+v, %v", w, err)
	}
	for _, tt := range []struct{ text, url string }{{"打印机", "/no/such/"}, {"", "/washer/drain/"}, {"？", "/washer/drain/"}} {
		if _, err := s.Explain(t.Context(), search.Query{Text: tt.text}, tt.url); err == nil {
			t.Errorf("%q, %s: no error", tt.text, tt.url)
		}
	}
}
