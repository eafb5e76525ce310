package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBeside(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                 string
		theirs, ours, budget float64
		want                 row
	}{
		{"it holds", 0.010, 0.002, 0.25, row{"search", "stock: 10.00 ms", "2.00 ms", "0.200 ×", "0.25 ×", "yes"}},
		{"it does not", 0.004, 0.002, 0.25, row{"search", "stock: 4.00 ms", "2.00 ms", "0.500 ×", "0.25 ×", "no"}},
		{"the peer was not run", 0, 0.002, 0.25, row{"search", "stock", "2.00 ms", "–", "0.25 ×", "not measured"}},
		{"no budget", 0.004, 0.002, 0, row{"search", "stock: 4.00 ms", "2.00 ms", "0.500 ×", "–", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := beside("search", "stock", tt.theirs, tt.ours, tt.budget, millis)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(row{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What nobody tells is not within a limit.
func TestLimit(t *testing.T) {
	t.Parallel()
	for measured, want := range map[float64]row{
		28_000: {"page", "–", "28.0 kB", "–", "30.0 kB", "yes"},
		31_000: {"page", "–", "31.0 kB", "–", "30.0 kB", "no"},
		0:      {"page", "–", "–", "–", "30.0 kB", "not measured"},
	} {
		if diff := cmp.Diff(want, limit("page", measured, 30_000, kilobytes), cmp.AllowUnexported(row{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// A page is its files as they are sent, and none of another host.
func TestPageSize(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	page := `<link rel="stylesheet" integrity="x" href="/s.css"><link rel="canonical" href="https://example.org/a/"><a href="https://example.org/">x</a><script defer src="/s.js"></script>`
	err := writeAll(dir, map[string]string{
		"a/index.html": page, "a/index.html.br": "123", "s.css": "1234567", "s.css.br": "12", "s.js": "12345",
		"b/index.html": page + `<img alt="" src="https://example.org/x.png">`,
	})
	if err != nil {
		t.Fatal(err)
	}
	if size, err := pageSize(dir, "a"); err != nil || size != 3+2+5 {
		t.Errorf("got %d, %v", size, err)
	}
	if _, err := pageSize(dir, "b"); err == nil {
		t.Error("an image of another host is not told")
	}
}

func TestInTurn(t *testing.T) {
	t.Parallel()
	var order []int
	thing := func(n int) func(int) (cost, error) {
		return func(int) (cost, error) { order = append(order, n); return cost{peak: int64(n)}, nil }
	}
	got, err := inTurn(3, thing(1), thing(2))
	if err != nil || got[0].peak != 1 || got[1].peak != 2 {
		t.Errorf("got %v, %v", got, err)
	}
	if diff := cmp.Diff([]int{1, 2, 2, 1, 1, 2}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}
