package local

import (
	"fmt"
	"math/rand/v2"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
)

func TestSuggest(t *testing.T) {
	t.Parallel()
	docs := append(corpus(),
		&article.Document{
			URL: "/s/1/", Title: "热水器不热", Symptoms: []string{"热水器打不着火", "洗澡时热水器忽冷忽热", "热水器响"},
			Products: tagged("products", "热水器"),
		},
		&article.Document{URL: "/s/2/", Title: "怎么给热水器除垢", Symptoms: []string{"热水器响"}},
	)
	x := remembered(t, docs, nil)
	for _, tt := range []struct {
		name, text string
		size       int
		want       []string
	}{
		{
			"what it is first; starts before contains, symptoms before titles, short first", "热水器", 10,
			[]string{"tag 热水器", "symptom 热水器响", "symptom 热水器打不着火", "title 热水器不热", "symptom 洗澡时热水器忽冷忽热", "title 怎么给热水器除垢"},
		},
		{"no more than asked for", "热水器", 2, []string{"tag 热水器", "symptom 热水器响"}},
		{"one character", "泵", 5, nil},
		{"one character at the start", "垢", 5, []string{"title 怎么给热水器除垢"}},
		{"traditional", "熱水器響", 5, []string{"symptom 热水器响"}},
		{"full width and case", "ＢＬＵＥＴＯＯＴＨ", 5, []string{"symptom Bluetooth 耳机断断续续"}},
		{"spaces around", "  热水器响 ", 5, []string{"symptom 热水器响"}},
		{"nothing", "", 5, nil},
		{"only spaces", " 　", 5, nil},
		{"unknown", "潜水艇", 5, nil},
		{"size 0", "热水器", 0, nil},
		{"size below 0", "热水器", -3, nil},
		{"in the middle", "忽冷", 5, []string{"symptom 洗澡时热水器忽冷忽热"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found, err := x.Suggest(t.Context(), engine.Typed{Text: tt.text, Size: tt.size})
			if err != nil {
				t.Fatal(err)
			}
			if found == nil {
				t.Error("suggestions are nil, want an empty list")
			}
			var got []string
			for _, s := range found {
				got = append(got, s.Kind+" "+s.Text)
			}
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("suggestions (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSuggestionLeadsSomewhere(t *testing.T) {
	t.Parallel()
	docs := corpus()
	x := remembered(t, docs, nil)
	pages := map[string]bool{}
	for _, d := range docs {
		pages[d.URL] = true
		for _, tags := range [][]article.Tag{d.Products, d.Causes, d.Solutions, d.Cases} {
			for _, tag := range tags {
				pages[tag.URL] = true
			}
		}
	}
	for _, text := range []string{"打", "一", "不", "e", "设备", "网"} {
		found, err := x.Suggest(t.Context(), engine.Typed{Text: text, Size: 20})
		if err != nil || len(found) == 0 {
			t.Errorf("Suggest(%q) = %v, %v", text, found, err)
		}
		seen := map[string]bool{}
		for _, s := range found {
			if !pages[s.URL] {
				t.Errorf("%q suggests %+v, whose page does not exist", text, s)
			}
			if seen[s.Text] {
				t.Errorf("%q suggests %q twice", text, s.Text)
			}
			seen[s.Text] = true
		}
	}
}

func BenchmarkSuggest(b *testing.B) {
	r := rand.New(rand.NewPCG(13, 14))
	var docs []*article.Document
	for i := range 2000 {
		docs = append(docs, generated(r, fmt.Sprintf("/b/%d/", i)))
	}
	x := remembered(b, docs, nil)
	for b.Loop() {
		if _, err := x.Suggest(b.Context(), engine.Typed{Text: "打印", Size: 8}); err != nil {
			b.Fatal(err)
		}
	}
}
