package render

import (
	"strings"
	"testing"
)

// TestRelink: it does what strings.Replacer does.
func TestRelink(t *testing.T) {
	t.Parallel()
	pairs := []string{"](a.md)", "](/a/index.md)", "](a.md ", "](/a/index.md ", "]: a.md\n", "]: /a/index.md\n", "](/a/index.md)", "](never twice)", "](a.md)", "](never this)"}
	for _, text := range []string{
		"", "no link", "[x](a.md)", "[x](a.md \"t\") and [y](b.md)", "[r]: a.md\n", "]](a.md)]", "](a.md", "[x](/a/index.md)", "[x](a.md)[x](a.md)]: a.md\n",
	} {
		if got, want := relink(text, pairs), strings.NewReplacer(pairs...).Replace(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
