package rank_test

import (
	"strings"
	"testing"

	"whyfix/internal/search/article"
	"whyfix/internal/search/local"
	"whyfix/internal/search/question"
	"whyfix/internal/search/rank"
	"whyfix/internal/search/standin"
	"whyfix/internal/search/weigh"
)

// openWith is open with stand-ins of the test's own.
func openWith(tb testing.TB, table string, docs []*article.Document) *site {
	tb.Helper()
	standins, err := standin.Parse(table)
	if err != nil {
		tb.Fatal(err)
	}
	x, err := local.New(tb.Context(), docs, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := x.Close(); err != nil {
			tb.Error(err)
		}
	})
	weights := *weigh.Default()
	weights.Standins = standins
	asker := question.NewAsker(x, &weights)
	return &site{x, asker, rank.NewRanker(x, asker, &weights, rank.Default())}
}

func TestStandins(t *testing.T) {
	t.Parallel()
	const table = "雨伞 阳篷 0.8\n修 补 0.5\nbrolly umbrella 0.9\n"
	for _, tt := range []struct {
		name, ask, first, second string
		word, stands             string // of the first title
	}{
		{"a word of two characters", "雨伞坏了", "阳篷坏了", "茶壶坏了", "阳篷", "雨伞"},
		{"the other way", "阳篷坏了", "雨伞坏了", "茶壶坏了", "雨伞", "阳篷"},
		{"one character", "修车", "补车", "洗车", "补", "修"},
		{"a word of letters", "wet brolly", "wet umbrella", "wet elephant", "umbrella", "brolly"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			docs := []*article.Document{short("/z/", tt.first), short("/a/", tt.second), short("/other/", "别的事情")}
			q, got := openWith(t, table, docs).rank(t, tt.ask)
			if len(got) < 2 || got[0].Facts.URL != "/z/" {
				t.Fatalf("%q: %v, want /z/ first", tt.ask, urls(got))
			}
			if list := got[0].Standins(q); len(list) != 1 || list[0] != (rank.Standin{Word: tt.word, For: tt.stands}) {
				t.Errorf("%q: %v, want %s for %s", tt.ask, list, tt.word, tt.stands)
			}
			if list := got[1].Standins(q); len(list) > 0 {
				t.Errorf("%q: %s has %v", tt.ask, tt.second, list)
			}
		})
	}
}

// Whatever stands for a word, the word itself stands before it.
func TestTypedBeforeStandins(t *testing.T) {
	t.Parallel()
	asked := 0
	check := func(typed, other string) {
		t.Helper()
		asked++
		docs := []*article.Document{short("/a/", other+" 灯塔旁边"), short("/z/", typed+" 灯塔旁边"), short("/o/", "别的事情")}
		_, got := open(t, docs).rank(t, "灯塔，"+typed)
		if len(got) == 0 || got[0].Facts.URL != "/z/" {
			t.Errorf("%s: %v, but /a/ has only %s", typed, urls(got), other)
		}
	}
	for line := range strings.Lines(read(t, "../standin/standins.txt")) {
		if f := strings.Fields(line); f[0] != "#" {
			check(f[0], f[1])
			check(f[1], f[0])
		}
	}
	if asked == 0 {
		t.Error("there are no stand-ins")
	}
}
