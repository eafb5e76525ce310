package question_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	gocmp "github.com/google/go-cmp/cmp"

	"whyfix/internal/han"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/local"
	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
)

func TestRun(t *testing.T) {
	t.Parallel()
	a := asker(t, shelf())
	for _, tt := range []struct {
		name, text string
		pieces     string // their terms with | between, the pieces with spaces
		proof      terms.Fit
	}{
		{"nothing", " ，", "", terms.Nowhere},
		{"a character", "卡", "卡", terms.Clean},
		{"two characters", "卡，纸", "卡纸", terms.Clean},
		{"three characters", "打印机", "打印 印机", terms.Nowhere},
		{"characters in two lines", "打\n印", "打 印", terms.Nowhere},
		{"a word", "login", "login", terms.Clean},
		{"a word that stands inside others", "ogi", "ogi|login", terms.Inside},
		{"a word that no other has", "潜qx", "潜 qx", terms.Nowhere},
		{"a sign", "#", "#", terms.Nowhere},
		{"a sign and a word", "#12", "# 12", terms.Nowhere},
		{"a word and characters", "看page", "看 page", terms.Nowhere},
		{"a start behind characters", "印calib", "印 calib|calibr|calibrate|calibration|calibrationpage", terms.Nowhere},
		{"a start too short behind a word", "login ca", "login|loginca", terms.Nowhere},
		{"two words", "log in", "log|login", terms.Nowhere},
		{"three words", "and wait now", "andwait now|waitnow", terms.Nowhere},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := a.Run(t.Context(), tt.text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range r.Pieces {
				list := slices.Clone(p)
				slices.Sort(list[1:])
				got = append(got, strings.Join(list, "|"))
			}
			if diff := gocmp.Diff(tt.pieces, strings.Join(got, " ")); diff != "" {
				t.Errorf("pieces of %q (-want +got):\n%s", tt.text, diff)
			}
			if r.Proof != tt.proof {
				t.Errorf("proof of %q is %d, want %d", tt.text, r.Proof, tt.proof)
			}
			if diff := gocmp.Diff(terms.RunOf(tt.text), r.Text); diff != "" {
				t.Errorf("text of %q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func isLetter(r rune) bool { return han.ClassOf(unicode.ToLower(r)) == han.Word }

// inside reports whether a place of a text is inside a word of letters.
func inside(runes []rune, at int) bool {
	return at > 0 && at < len(runes) && isLetter(runes[at-1]) && isLetter(runes[at])
}

// An article that has a run has, of each of its pieces, one: else no engine
// would look at its text. Every run of the articles' own lines is tried that
// starts with a word; the last may be the start of one, as it is being typed.
// (A start of a word alone, which is a word elsewhere, is taken for that.)
func TestPiecesOfWhatIsThere(t *testing.T) {
	t.Parallel()
	docs := shelf()
	a := asker(t, docs)
	for i, d := range docs {
		one, err := local.New(t.Context(), docs[i:i+1], nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{d.Title, d.Sections[0].Text} {
			runes := []rune(line)
			for from := range runes {
				for to := from + 1; to <= min(len(runes), from+14); to++ {
					text := string(runes[from:to])
					alone := !strings.ContainsFunc(strings.Trim(text, " .。"), func(r rune) bool { return !isLetter(r) })
					if inside(runes, from) || inside(runes, to) && alone {
						continue
					}
					r, err := a.Run(t.Context(), text)
					if err != nil {
						t.Fatal(err)
					}
					for _, p := range r.Pieces {
						counts, err := one.Counts(t.Context(), engine.InBody, p)
						if err != nil {
							t.Fatal(err)
						}
						if slices.Max(counts) == 0 {
							t.Errorf("%s has %q, but none of %q", d.URL, text, p)
						}
					}
				}
			}
		}
	}
}

func TestAskIsCancelled(t *testing.T) {
	t.Parallel()
	a := asker(t, shelf())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	// Either is right: what is given is true whenever it is given.
	if q, err := a.Ask(ctx, "打印机卡纸 log"); err == nil && q.Empty() || err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", q, err)
	}
}

// What an engine is asked is what the question has, less what weighs nothing.
func TestAskAnEngine(t *testing.T) {
	t.Parallel()
	q := ask(t, asker(t, shelf()), `打印机怎么 "卡纸"`)
	filter := engine.Filter{Kind: "cause"}
	asked := q.Ask(filter, "zh", 7)
	if asked.Filter != filter || asked.Language != "zh" || asked.Limit != 7 || len(asked.Only) > 0 {
		t.Errorf("%+v", asked)
	}
	if diff := gocmp.Diff([][]engine.Run{{q.Whole}, q.Parts, q.Quoted}, [][]engine.Run{{asked.Whole}, asked.Parts, asked.Quoted}); diff != "" {
		t.Errorf("runs (-question +asked):\n%s", diff)
	}
	weights := map[string]float32{}
	for _, x := range asked.Terms {
		if x.Weight <= 0 {
			t.Errorf("%q weighs %f", x.Text, x.Weight)
		}
		weights[string(x.Field)+" "+x.Text] = x.Weight
	}
	for _, x := range q.Terms {
		field := engine.InBody
		if x.Form == terms.Mean {
			field = engine.InMeanings
		}
		if got := weights[string(field)+" "+x.Text]; got != x.Body {
			t.Errorf("%s %q weighs %f, want %f", field, x.Text, got, x.Body)
		}
	}
	heavy := q.Heaviest(100)
	if !slices.IsSortedFunc(heavy, func(a, b question.Term) int { return cmp.Compare(b.Body, a.Body) }) {
		t.Error("the heaviest terms are not in order")
	}
	for _, x := range heavy {
		if x.Weak || x.Form == terms.Mean || x.Form == terms.Join || x.Form == terms.Stem {
			t.Errorf("%q is among the heaviest", x.Text)
		}
	}
	if n := len(q.Heaviest(2)); n != 2 {
		t.Errorf("%d of the 2 heaviest", n)
	}
}
