package weigh_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

func TestRarity(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		n, rare, usual int // articles, and how many have a rare and a usual term
	}{
		{"none and one", 10, 0, 1},
		{"one and all", 10, 1, 10},
		{"of many", 100_000, 3, 50_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if rare, usual := weigh.Rarity(tt.n, tt.rare), weigh.Rarity(tt.n, tt.usual); rare <= usual || usual < 0 {
				t.Errorf("of %d articles, rarity of %d is %f and of %d %f", tt.n, tt.rare, rare, tt.usual, usual)
			}
		})
	}
	// Counts may be of more than the articles that are known, or of none.
	for _, got := range []float32{weigh.Rarity(0, 0), weigh.Rarity(3, 9)} {
		if got < 0 || math.IsNaN(float64(got)) || math.IsInf(float64(got), 0) {
			t.Errorf("rarity is %f", got)
		}
	}
}

func TestRowOf(t *testing.T) {
	t.Parallel()
	word := terms.WordKey("iphone15")
	for _, tt := range []struct {
		want string
		key  terms.Key
		form terms.Form
	}{
		{"single", terms.SingleKey('卡'), terms.Char},
		{"pair", terms.PairKey('打', '开'), terms.Char},
		{"word", word, terms.Whole},
		{"ended", word, terms.Ended},
		{"stem", word, terms.Stem},
		{"part", word, terms.Part},
		{"join", word, terms.Join},
		{"unit", word, terms.Unit},
		{"meaning", terms.MeaningKey(3), terms.Mean},
	} {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			if got := weigh.RowOf(tt.key, tt.form).String(); got != tt.want {
				t.Errorf("row is %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := weigh.Parse(strings.Join([]string{
		"# a remark", "", "row single 0.5 0.25 0.125 1", "row unit 2 -1 0 3", "weak 0.5", "frame 2", "卡 -0.5 0.25", "打开 1 0", "login 0.75 0",
		"% 0.5 0.5", "@why 0.25 0.125", "@lost-since 1 1",
	}, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	var why terms.Key
	for m := range han.General().Count() {
		if han.General().Name(m) == "why" {
			why = terms.MeaningKey(m)
		}
	}
	want := &weigh.Table{Weak: 0.5, Frame: 2, Terms: map[terms.Key]weigh.Offset{
		terms.SingleKey('卡'): {Match: -0.5, Penalty: 0.25}, terms.PairKey('打', '开'): {Match: 1}, terms.WordKey("login"): {Match: 0.75},
		terms.SingleKey('%'): {Match: 0.5, Penalty: 0.5}, why: {Match: 0.25, Penalty: 0.125},
	}}
	want.Lines[weigh.Single] = weigh.Line{Slope: 0.5, Start: 0.25, Penalty: 0.125, Body: 1}
	want.Lines[weigh.RowOf(0, terms.Unit)] = weigh.Line{Slope: 2, Start: -1, Body: 3}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseTellsTheLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, line string }{
		{"an unknown row", "# rows\nrow sing 1 1 1 1\n", "line 2"},
		{"the row of no form", "row char 1 1 1 1", "line 1"},
		{"too few numbers", "weak 0.5\n\nrow single 1 1\n", "line 3"},
		{"too many numbers", "卡 1 1\n打开 1 1 1\n", "line 2"},
		{"one word", "weak", "line 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := weigh.Parse(tt.text); err == nil || !strings.Contains(err.Error(), tt.line) {
				t.Errorf("error is %v, want one about %s", err, tt.line)
			}
		})
	}
}

// What is no number must not become a weight: every score would be none.
func TestParseTellsWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, line string }{
		{"in a row", "row single 1 x 1 1\n", "line 1"},
		{"of question words", "# shares\nweak half\n", "line 2"},
		{"of a frame", "frame ,5\n", "line 1"},
		{"of a term", "卡 1 1\n\n打开 1 l\n", "line 3"},
		{"a row without numbers", "row single 1\n", "line 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := weigh.Parse(tt.text); err == nil || !strings.Contains(err.Error(), tt.line) {
				t.Errorf("error is %v, want one about %s", err, tt.line)
			}
		})
	}
}

// formsOf are the forms that a key's term may have.
func formsOf(k terms.Key) []terms.Form {
	switch k.Class() {
	case terms.Word:
		return []terms.Form{terms.Whole, terms.Ended, terms.Stem, terms.Part, terms.Join, terms.Unit}
	case terms.Meaning:
		return []terms.Form{terms.Mean}
	}
	return []terms.Form{terms.Char}
}

// sampleKeys are the common terms and one of each class that is not common.
func sampleKeys(w *weigh.Table) []terms.Key {
	out := []terms.Key{terms.SingleKey('鬮'), terms.PairKey('鬮', '鬮'), terms.WordKey("zyzzyva"), terms.MeaningKey(1 << 20)}
	for k := range w.Terms {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func TestNeverNegative(t *testing.T) {
	t.Parallel()
	w := weigh.Default()
	for _, k := range sampleKeys(w) {
		for _, form := range formsOf(k) {
			for _, rarity := range []float32{0, 0.001, 0.5, 2, 8, 14} {
				all := []float32{
					w.Matched(k, form, rarity), w.Missed(k, form, rarity),
					w.Body(k, form, rarity, false, false), w.Body(k, form, rarity, true, true), w.Body(k, form, rarity, false, true),
				}
				// Of what is no number, neither is true.
				if slices.ContainsFunc(all, func(x float32) bool { return !(x >= 0 && x < 1000) }) {
					t.Fatalf("weights of %s %d, rarity %f: %v", form, k, rarity, all)
				}
			}
		}
	}
}

// In a body, what many articles have weighs less, and so do question words, but
// nothing that weighs something weighs nothing for being one.
func TestCommonWeighsLess(t *testing.T) {
	t.Parallel()
	w := weigh.Default()
	for _, k := range sampleKeys(w) {
		for _, form := range formsOf(k) {
			rare, usual := w.Body(k, form, weigh.Rarity(1000, 2), false, false), w.Body(k, form, weigh.Rarity(1000, 400), false, false)
			if rare <= usual {
				t.Errorf("%s %d weighs %f where it is rare and %f where it is not", form, k, rare, usual)
			}
			weak, partly := w.Body(k, form, 3, true, true), w.Body(k, form, 3, false, true)
			if plain := w.Body(k, form, 3, false, false); weak <= 0 || weak >= partly || partly >= plain {
				t.Errorf("%s %d weighs %f, partly of question words %f, all of it %f", form, k, plain, partly, weak)
			}
		}
	}
	for _, tt := range []struct {
		name             string
		about, questions terms.Key
		form             terms.Form
	}{
		{"characters", terms.SingleKey('鬮'), terms.SingleKey('的'), terms.Char},
		{"words", terms.WordKey("zyzzyva"), terms.WordKey("the"), terms.Whole},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if a, b := w.Matched(tt.about, tt.form, 4), w.Matched(tt.questions, tt.form, 4); a <= b {
				t.Errorf("as rare, it counts %f in a short text, and what questions are made of %f", a, b)
			}
			if a, b := w.Body(tt.about, tt.form, 4, false, false), w.Body(tt.questions, tt.form, 4, false, false); a <= b {
				t.Errorf("as rare, it counts %f in a body, and what questions are made of %f", a, b)
			}
		})
	}
}

// The shipped file has a line for each row; characters have those of one and of
// two, and none as a form.
func TestDefault(t *testing.T) {
	t.Parallel()
	w := weigh.Default()
	for r := range weigh.Rows {
		row := weigh.Row(r)
		if row.String() != "char" && w.Lines[row] == (weigh.Line{}) {
			t.Errorf("no line for row %s", row)
		}
	}
	if w.Weak <= 0 || w.Weak > 1 || w.Frame < 0 || len(w.Terms) < 1000 {
		t.Errorf("weak %f, frame %f, %d terms", w.Weak, w.Frame, len(w.Terms))
	}
}
