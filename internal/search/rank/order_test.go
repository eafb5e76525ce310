package rank

import (
	"math/rand/v2"
	"strings"
	"testing"

	"whyfix/internal/search/terms"
)

// same is how many characters two texts have in the same order at most.
func same(a, b []rune) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		before := 0 // of the row above, one to the left
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = before + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			before = above
		}
	}
	return row[len(b)]
}

// plainOrder is order.with as it is said in words.
func plainOrder(question, text terms.Run) float32 {
	a, b := terms.Letters(question), terms.Letters(text)
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	a, b = a[:min(len(a), longestOrder)], b[:min(len(b), longestOrder)]
	return 2 * float32(same(a, b)) / float32(len(a)+len(b))
}

func TestOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, question, text string
		want                 float32
	}{
		{"no question", "", "打不开", 0},
		{"no text", "打不开", "", 0},
		{"the same", "打不开", "打，不开！", 1},
		{"nothing", "打不开", "卡纸", 0},
		{"the other way round", "开关", "关开", 0.5},
		{"with more between", "打开", "打不开了", 2.0 / 3},
		{"words as they are joined", "log in", "login", 1},
		{"longer than is compared", strings.Repeat("长", 64) + "甲", strings.Repeat("长", 64) + "乙", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var o order
			o.start(terms.RunOf(tt.question))
			if got := o.with(terms.RunOf(tt.text)); got != tt.want {
				t.Errorf("%q in %q: %f, want %f", tt.question, tt.text, got, tt.want)
			}
		})
	}
}

func TestOrderIsTheLongestCommonSubsequence(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	letters := []rune("打不开卡纸ab1 ，#\n\u5401") // the last has the low bits of another
	random := func() string {
		n := r.IntN(12)
		if r.IntN(3) == 0 {
			n = 55 + r.IntN(25) // about as long as is compared
		}
		var b strings.Builder
		for range n {
			b.WriteRune(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	var o order
	for range 400 {
		question := random()
		o.start(terms.RunOf(question)) // the same one, as a matcher uses it
		for range 5 {
			text := random()
			if got, want := o.with(terms.RunOf(text)), plainOrder(terms.RunOf(question), terms.RunOf(text)); got != want {
				t.Fatalf("%q in %q: %f, want %f", question, text, got, want)
			}
		}
	}
}
