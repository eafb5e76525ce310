package enginetest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/han"
	"whyfix/internal/search/engine"
)

// Words, sounds and wordings.

func (s *suite) words(t *testing.T) {
	for _, like := range []engine.Like{
		{Near: "refnud", Mistakes: 1, Limit: 10},
		{Near: "erfund", Mistakes: 1, Limit: 10},
		{Near: "kettel", Mistakes: 1, Limit: 10},
		{Near: "kettl", Mistakes: 2, Limit: 10},
		{Near: "xkettle", Mistakes: 2, Limit: 10},
		{Near: "pages", Mistakes: 1, Limit: 2},
		{Near: "ca", Mistakes: 2, Limit: 50},
		{Near: "c", Mistakes: 2, Limit: 50},
		{Near: "cartridge", Mistakes: 0, Limit: 50},
		{Holding: "log", Limit: 50},
		{Holding: "log", Starting: true, Limit: 50},
		{Holding: "re", Starting: true, Limit: 3},
		{Holding: "re", Limit: 200},
		{Holding: "logi", Starting: true, Limit: 50},
		{Holding: "log", Starting: true, Limit: 1},
		{Holding: "ettl", Limit: 50},
		{Holding: "19", Starting: true, Limit: 50},
		{Holding: "e204", Limit: 50},
		{Holding: "xyzzy", Limit: 50},
		{Holding: "re", Limit: 0},
	} {
		want, err := s.oracle.Words(t.Context(), like)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.engine.Words(t.Context(), like)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("words like %+v (-want +got):\n%s", like, diff)
		}
	}
	got, err := s.engine.Words(t.Context(), engine.Like{Near: "refnud", Mistakes: 1, Limit: 1})
	if err != nil || len(got) != 1 || got[0].Text != "refund" {
		t.Errorf("near refnud: %v, %v, want refund", got, err)
	}
}

func (s *suite) sounding(t *testing.T) {
	known := slices.Sorted(maps.Keys(wordsOf(s.docs, Synonyms())[slices.Index(engine.Fields[:], engine.InSounds)]))
	var asked [][][]string
	for i := 0; i < len(known); i += 31 {
		asked = append(asked, [][]string{{known[i]}}, [][]string{{known[i], known[(i+3)%len(known)]}, {known[(i+11)%len(known)], known[i]}})
		if first, _, pair := strings.Cut(known[i], " "); pair {
			asked = append(asked, [][]string{{first}})
		}
	}
	asked = append(asked,
		[][]string{{"da yin"}, {"yin ji"}}, [][]string{{"da yin", "dai yin"}, {"yin qi", "yin ji"}, {"ji tuo"}}, [][]string{{"shui hu"}, {"hu cha"}},
		[][]string{{"xyz"}}, [][]string{{}}, [][]string{{"da yin"}, {}}, nil)
	for _, places := range asked {
		var want, got []string
		list, err := s.oracle.Sounding(t.Context(), places, everything)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			want = append(want, f.URL)
		}
		if list, err = s.engine.Sounding(t.Context(), places, everything); err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			got = append(got, f.URL)
		}
		slices.Sort(got)
		if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("sounding like %v (-want +got):\n%s", places, diff)
		}
		if some, err := s.engine.Sounding(t.Context(), places, 1); err != nil || len(some) != min(len(want), 1) {
			t.Errorf("sounding like %v, at most 1: %d, %v", places, len(some), err)
		}
	}
}

func (s *suite) characters(t *testing.T) {
	some := 0
	for _, r := range "打印机水壶冰箱密码卡行的重长乐麼" {
		for _, sound := range han.Sounds(r) {
			want, err := s.oracle.Characters(t.Context(), sound)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.engine.Characters(t.Context(), sound)
			if err != nil {
				t.Fatal(err)
			}
			some += len(want)
			if diff := gocmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("characters that sound %s (-want +got):\n%s", sound, diff)
			}
		}
	}
	if some < 20 {
		t.Errorf("the documents have %d of the characters", some)
	}
}

func suggested(t *testing.T, e engine.Engine, typed engine.Typed) []engine.Wording {
	t.Helper()
	list, err := e.Suggest(t.Context(), typed)
	if err != nil {
		t.Fatalf("Suggest(%+v): %v", typed, err)
	}
	return list
}

func sampled(t *testing.T, e engine.Engine, n int) []engine.Wording {
	t.Helper()
	list, err := e.Sample(t.Context(), n)
	if err != nil {
		t.Fatalf("Sample(%d): %v", n, err)
	}
	return list
}

func (s *suite) suggest(t *testing.T) {
	for _, text := range []string{
		"打", "打印机", "打印机的", "dyj", "dayin", "shui", "水", "冰箱 ", "Wi", "wi-fi", "WIFI", "ref", "why is", "加湿器", "悠遊", "没有的", "", " ", "。", "p", "打印机连不上电脑怎么办",
	} {
		for _, language := range []string{"", "zh-CN", "en", "fr"} {
			for _, size := range []int{8, 1, 0, -1} {
				typed := engine.Typed{Text: text, Language: language, Size: size}
				got := suggested(t, s.engine, typed)
				if diff := gocmp.Diff(suggested(t, s.oracle, typed), got, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("suggestions for %+v (-want +got):\n%s", typed, diff)
				}
				seen := map[string]bool{}
				for _, w := range got {
					if seen[w.Text] || w.URL == "" {
						t.Errorf("%+v suggests %+v", typed, w)
					}
					seen[w.Text] = true
				}
			}
		}
	}
	for _, tt := range []struct {
		typed engine.Typed
		want  engine.Wording
	}{
		{engine.Typed{Text: "打印机显示", Size: 1}, engine.Wording{Text: "打印机显示脱机", URL: "/print/offline/", Kind: "title"}},
		{engine.Typed{Text: "refund n", Size: 1}, engine.Wording{Text: "refund not received", URL: "/en/refund/", Kind: "symptom"}},
		{engine.Typed{Text: "Wi-Fi", Language: "zh-CN", Size: 1}, engine.Wording{Text: "Wi-Fi", URL: "/zh-CN/products/Wi-Fi/", Kind: "tag"}},
		{engine.Typed{Text: "Wi-Fi", Language: "en", Size: 1}, engine.Wording{Text: "Wi-Fi", URL: "/en/products/Wi-Fi/", Kind: "tag"}},
	} {
		if diff := gocmp.Diff([]engine.Wording{tt.want}, suggested(t, s.engine, tt.typed)); diff != "" {
			t.Errorf("suggestions for %+v (-want +got):\n%s", tt.typed, diff)
		}
	}
}

// sample is always the same, and what the articles say.
func (s *suite) sample(t *testing.T) {
	said := map[engine.Wording]bool{}
	for _, d := range s.docs {
		said[engine.Wording{Text: d.Title, URL: d.URL, Kind: "title"}] = true
		for _, symptom := range d.Symptoms {
			said[engine.Wording{Text: symptom, URL: d.URL, Kind: "symptom"}] = true
		}
	}
	for _, n := range []int{-1, 0, 1, 5, 20, everything} {
		first := sampled(t, s.engine, n)
		if len(first) > max(n, 0) || n > 0 && len(first) == 0 {
			t.Errorf("a sample of %d has %d wordings", n, len(first))
		}
		for _, w := range first {
			if !said[w] {
				t.Errorf("no article says %+v", w)
			}
		}
		if diff := gocmp.Diff(first, sampled(t, s.engine, n)); diff != "" {
			t.Errorf("a sample of %d, taken again (-first +second):\n%s", n, diff)
		}
	}
	// Spread over all articles: not those of the first pages alone.
	sites := map[string]bool{}
	for _, w := range sampled(t, s.engine, 20) {
		sites[strings.Split(w.URL, "/")[1]] = true
	}
	if len(sites) < 5 {
		t.Errorf("a sample of 20 is from %v alone", slices.Sorted(maps.Keys(sites)))
	}
}
