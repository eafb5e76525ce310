package move_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"whyfix/internal/move"
)

// Links that share a definition lead to the new place, all of them.
func TestSharedDefinition(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.md": "# 甲\n\n看[乙][r]，再看[乙][r]。\n\n[r]: b.md\n",
		"b.md": "# 乙\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	plan, diags, err := move.New(t.Context(), dir, "b.md", "new/c.md", move.Options{})
	if err != nil || len(diags) > 0 {
		t.Fatal(diags, err)
	}
	if err := plan.Do(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "a.md")); err != nil || !strings.HasSuffix(string(text), "\n\n[r]: new/c.md\n") {
		t.Errorf("got %q, %v", text, err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "new", "c.md")); err != nil || !strings.Contains(string(text), "/b/") {
		t.Errorf("got %q, %v", text, err)
	}
}
