package check_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/diag"
	"whyfix/internal/generate"
)

// found builds a content folder and returns what the rules say of it, as
// "file:line:col severity code: message".
func found(t *testing.T, files map[string]string) []string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	now := func() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.Local) }
	l, err := generate.NewLoader(generate.Options{Content: dir, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	loaded, err := l.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rules := []string{"review-overdue", "expires-soon", "duplicate-title", "duplicate-symptom"}
	var out []string
	for _, d := range loaded.WithLines(loaded.Diags) {
		if !slices.Contains(rules, d.Code) {
			t.Errorf("unexpected: %v: %s", d.Pos, d.Message.En)
			continue
		}
		if d.Severity != diag.Warning || d.Hint.En == "" || d.Source == "" {
			t.Errorf("%v: want a warning with a hint and the line: %+v", d.Pos, d)
		}
		out = append(out, d.Pos.String()+" "+d.Code+": "+d.Message.En)
	}
	return out
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"nothing wrong", map[string]string{
			"a.md": "---\ntitle: 一\nsymptoms: [甲]\nreview_by: 2026-11-02\n---\n",
			"b.md": "---\ntitle: 二\nsymptoms: [乙]\n---\n",
		}, nil},
		{"review passed", map[string]string{
			"a.md": "---\ntitle: 一\nreview_by: 2026-10-01\n---\n",
		}, []string{"a.md:2:8 review-overdue: this article was to be reviewed by 2026-10-01, and its page says so"}},
		{"review today", map[string]string{"a.md": "---\ntitle: 一\nreview_by: 2026-11-01\n---\n"}, nil},
		{"expires soon", map[string]string{
			"site.yaml": "checks: {expires-soon: warning}\n",
			"a.md":      "---\ntitle: 一\nexpires: 2026-11-14\n---\n",
			"b.md":      "---\ntitle: 二\nexpires: 2026-11-16\n---\n",
		}, []string{"a.md:3:10 expires-soon: this article expires on 2026-11-14"}},
		{"expires soon, and nobody asks", map[string]string{"a.md": "---\ntitle: 一\nexpires: 2026-11-14\n---\n"}, nil},
		{"a draft is not looked at", map[string]string{"a.md": "---\ntitle: 一\ndraft: true\nreview_by: 2026-10-01\n---\n"}, nil},
		{"same title", map[string]string{
			"a.md":   "---\ntitle: 一\n---\n",
			"b/c.md": "---\nsummary: s\ntitle: 一\n---\n",
			"b/d.md": "---\ntitle: 一样\n---\n",
		}, []string{"b/c.md:3:8 duplicate-title: a.md has the same title"}},
		{"same symptom", map[string]string{
			"a.md": "---\ntitle: 一\nsymptoms:\n  - 甲\n  - 乙\n  - 甲\n---\n",
			"b.md": "---\ntitle: 二\nsymptoms: [丙, 乙]\n---\n",
		}, []string{
			"a.md:6:5 duplicate-symptom: the same symptom already stands in this article",
			"b.md:3:15 duplicate-symptom: the same symptom already stands in a.md",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, found(t, tt.files)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}
