package watch

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPendingDue(t *testing.T) {
	const quiet = 10 * time.Millisecond
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	for _, tt := range []struct {
		name string
		adds []int // ms
		due  int
	}{
		{"one change", []int{0}, 10},
		{"a change while it is quiet", []int{0, 9}, 19},
		{"changes that do not end", []int{0, 50, 100, 150, 199}, 200},
		{"later than the limit", []int{0, 199, 205}, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := pending{quiet: quiet}
			for _, ms := range tt.adds {
				p.add("a", at(ms))
			}
			if got, want := p.due(), at(tt.due); !got.Equal(want) {
				t.Errorf("due: got %v, want %v", got.Sub(start), want.Sub(start))
			}
		})
	}
}

func TestPendingMerges(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	p := pending{quiet: time.Millisecond}
	check := func(name string, want Batch) {
		t.Helper()
		if diff := cmp.Diff(want, p.batch()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if !p.empty() || p.waiting() {
		t.Error("not empty at first")
	}
	p.add("b", now)
	p.add("a", now)
	check("two", Batch{Paths: []string{"a", "b"}})
	if p.waiting() || p.empty() {
		t.Error("a batch that was not taken is still there, and does not wait")
	}
	p.add("c", now.Add(time.Hour))
	p.add("a", now.Add(time.Hour))
	p.rescan = true
	if got, want := p.due(), now.Add(time.Hour+time.Millisecond); !got.Equal(want) {
		t.Errorf("due: got %v, want %v", got, want)
	}
	check("merged", Batch{Paths: []string{"a", "b", "c"}, Rescan: true})
	p.taken()
	if !p.empty() {
		t.Error("not empty after it was taken")
	}
	p.add("d", now)
	check("after", Batch{Paths: []string{"d"}})
}

func TestIgnored(t *testing.T) {
	for name, want := range map[string]bool{
		".#a.md": true, "a.md~": true, ".a.md.swp": true, ".a.swx": true, ".a.md.swo": true, "#a.md#": true,
		"4913": true, ".DS_Store": true, ".git": true,
		"a.md": false, ".gitignore": false, "a.swp": false, ".swp": false, "#a.md": false, "49131": false,
		"_draft.md": false, ".hidden": false, "~a": false,
	} {
		if got := ignored(name); got != want {
			t.Errorf("ignored(%q): got %v, want %v", name, got, want)
		}
	}
}
