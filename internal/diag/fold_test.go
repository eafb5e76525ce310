package diag

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFold(t *testing.T) {
	t.Parallel()
	var l List
	for i := range 13 {
		l = append(l, Diagnostic{Pos: Pos{File: "a.md", Line: i + 1}, Code: "one"}, Diagnostic{Pos: Pos{File: "a.md", Line: i + 1}, Code: "two"})
	}
	l = append(l, Diagnostic{Code: "two"}, Diagnostic{Code: "three"})
	shown, rest := l.Fold()
	if len(shown) != 21 || shown[20].Code != "three" || shown[19].Line != 10 {
		t.Errorf("%d are shown: %v", len(shown), shown)
	}
	if diff := cmp.Diff([]Folded{{"two", 4}, {"one", 3}}, rest); diff != "" {
		t.Errorf("the rest (-want +got):\n%s", diff)
	}
	if got, want := Rest(rest).En, "4 more of two, 3 more of one"; got != want {
		t.Errorf("it is said as %q, want %q", got, want)
	}
}
