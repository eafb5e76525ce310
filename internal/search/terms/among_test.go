package terms_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
)

// pieces of random texts: everything that is cut in a way of its own.
var pieces = []string{
	"打", "不", "开", "卡", "儲值", "印表機", "軟體", "乙太網路", "一", "七", "五万", "第三", "二零二六年", "百分之五", "天", "元", "月",
	"a", "log", "in", "login", "refunded", "Runs", "getUserById", "HTTPServer", "iphone15", "x", "é", "ß", "ﬁ", "１",
	"7", "15", "400", "1042", "2026", "1,000", "1.2.10", strings.Repeat("q", 70),
	" ", " ", " ", "  ", "-", "_", ".", "/", "'", "·", "，", "。", "！", "(", ")", "\n", "#", "%", "+", "😀",
}

// random is a text of such pieces.
func random(r *rand.Rand, most int) string {
	var b strings.Builder
	for range r.IntN(most + 1) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// place is a term with the text that it is of.
type place struct {
	Key        terms.Key
	Start, End int
	Form       terms.Form
	Text       string
}

// all are the terms that a text is found by, with how they may start.
func all(c *terms.Cutter, a han.Analyzer, runes []rune, starts *terms.Starts, rewritten bool) []place {
	var out []place
	c.Among(a, runes, starts, rewritten, func(of []rune, t terms.Term) {
		out = append(out, place{t.Key, t.Start, t.End, t.Form, string(of)})
	})
	return out
}

// Who looks only for terms that start in some ways misses none of them, and
// gets none that the text has not.
func TestAmongIsAllThatStartsSo(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	c := terms.NewCutter()
	for range 1500 {
		text := random(r, 14)
		runes := han.AppendMarked(nil, text)
		analyzer := han.Analyzer(r.IntN(int(han.Analyzers)))
		var starts terms.Starts
		for _, x := range han.AppendMarked(nil, random(r, 2)) {
			starts.Add(x)
		}
		startsSo := func(p place) bool { return starts.Has([]rune(p.Text)[p.Start]) }
		whole := all(c, analyzer, runes, nil, true)
		want := slices.DeleteFunc(slices.Clone(whole), func(p place) bool { return !startsSo(p) })
		found := all(c, analyzer, runes, &starts, true)
		got := slices.DeleteFunc(slices.Clone(found), func(p place) bool { return !startsSo(p) })
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("terms of %q that start so (-want +got):\n%s", text, diff)
		}
		for _, p := range found {
			if !slices.Contains(whole, p) {
				t.Fatalf("%q: %+v is no term of it", text, p)
			}
		}
	}
}

// Without what questions would make of it, Among is Each.
func TestAmongAsWritten(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	c := terms.NewCutter()
	for range 300 {
		runes := han.AppendMarked(nil, random(r, 14))
		var want []place
		c.Each(han.Stemming, runes, func(t terms.Term) { want = append(want, place{t.Key, t.Start, t.End, t.Form, string(runes)}) })
		if diff := cmp.Diff(want, all(c, han.Stemming, runes, nil, false)); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", string(runes), diff)
		}
	}
}

// asAsked checks that All gives the terms of a text and then, of the text as it
// is asked, those that a change is part of.
func asAsked(t *testing.T, text string) {
	t.Helper()
	c := terms.NewCutter()
	runes := han.AppendMarked(nil, text)
	canon, changes := c.Canon(nil, runes)
	changes = slices.Clone(changes)
	var want []place
	c.Each(han.Stemming, runes, func(t terms.Term) { want = append(want, place{t.Key, t.Start, t.End, t.Form, string(runes)}) })
	c.Each(han.Stemming, canon, func(t terms.Term) {
		if slices.ContainsFunc(changes, func(x terms.Change) bool { return x.Start < t.End && x.End > t.Start }) {
			want = append(want, place{t.Key, t.Start, t.End, t.Form, string(canon)})
		}
	})
	var got []place
	c.All(han.Stemming, runes, func(of []rune, t terms.Term) {
		got = append(got, place{t.Key, t.Start, t.End, t.Form, string(of)})
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%q as %q (-want +got):\n%s", text, string(canon), diff)
	}
	if diff := cmp.Diff(changes, slices.Clone(c.Changes())); diff != "" {
		t.Fatalf("changes of %q (-want +got):\n%s", text, diff)
	}
}

func TestAllHasTheTextAsItIsAsked(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"七天和印表机", "軟體", "第一步, 二零二六年 iphone15", "log in 五万元 400-810-1234", "没有"} {
		asAsked(t, text)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 1500 {
		asAsked(t, random(r, 14))
	}
}

// Characters are neighbours whatever punctuation is between them, also where it
// is much, as the dots of a list of prices.
func TestAllAcrossMuchPunctuation(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, 39, 41, 80} {
		t.Run(fmt.Sprintf("%d dots", n), func(t *testing.T) {
			t.Parallel()
			asAsked(t, "三万"+strings.Repeat(".", n)+"元")
			asAsked(t, "印表机"+strings.Repeat(".", n)+"坏")
		})
	}
}

// Terms lie in the text, start and end with something of their own, and are the
// same exactly where their texts are.
func TestTextAndKey(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	c := terms.NewCutter()
	keys, texts := map[string]terms.Key{}, map[terms.Key]string{}
	for range 1500 {
		text := random(r, 14)
		c.All(han.Stemming, han.AppendMarked(nil, text), func(runes []rune, x terms.Term) {
			if x.Start < 0 || x.Start >= x.End || x.End > len(runes) {
				t.Fatalf("%q: term from %d to %d", text, x.Start, x.End)
			}
			own := x.Text(runes)
			if own == "" || strings.ContainsAny(own, " \n\x1F") {
				t.Fatalf("%q: a term is %q", text, own)
			}
			if k, known := keys[own]; known && k != x.Key {
				t.Fatalf("%q: %s has another key than elsewhere", text, written(runes, x))
			}
			if s, known := texts[x.Key]; known && s != own {
				t.Fatalf("%q: %s has the key of %q", text, written(runes, x), s)
			}
			keys[own], texts[x.Key] = x.Key, own
			for _, end := range []rune{runes[x.Start], runes[x.End-1]} {
				if han.ClassOf(end) == han.Other && x.End-x.Start > 1 && x.End-x.Start < 64 { // longer words are cut anywhere
					t.Fatalf("%q: %s starts or ends with %q", text, written(runes, x), end)
				}
			}
		})
	}
}

// A cutter remembers stems, and gives the same whatever it has cut before.
func TestCutterForgetsTexts(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	used := terms.NewCutter()
	for range 300 {
		runes := han.AppendMarked(nil, random(r, 14))
		want, got := all(terms.NewCutter(), han.Stemming, runes, nil, true), all(used, han.Stemming, runes, nil, true)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-new +used):\n%s", string(runes), diff)
		}
	}
}
