package diag

import (
	"slices"
	"strings"
)

// mostAlike is how many diagnostics of one kind are printed for a person: who
// has seen ten knows what it is about, and thousands would bury all others.
const mostAlike = 10

// Folded are the diagnostics of one kind that are not printed.
type Folded struct {
	Code string
	N    int
}

// Fold keeps the first diagnostics of each kind and counts the others, by the
// number of which they are sorted.
func (l List) Fold() (shown List, rest []Folded) {
	seen := map[string]int{}
	for _, d := range l {
		if seen[d.Code]++; seen[d.Code] <= mostAlike {
			shown = append(shown, d)
		}
	}
	for code, n := range seen {
		if n > mostAlike {
			rest = append(rest, Folded{code, n - mostAlike})
		}
	}
	slices.SortFunc(rest, func(a, b Folded) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return strings.Compare(a.Code, b.Code)
	})
	return shown, rest
}

// Rest says in one line what Fold did not keep.
func Rest(rest []Folded) Text {
	var parts []Text
	for _, f := range rest {
		parts = append(parts, Say("%d more of %s", f.N, f.Code))
	}
	return Join(parts)
}
