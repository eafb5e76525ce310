package mend_test

import (
	"bytes"
	"testing"

	"whyfix/internal/mend"
)

// FuzzMend puts words into places of any text: either nothing is changed, or
// the new one is there and the rest is as it was.
func FuzzMend(f *testing.F) {
	f.Add("[a](b.md)", 0, "b.md", "c.md")
	f.Add("---\ntitle: x\nrelated: ['b.md']\n---\n", 24, "b.md", "c d.md")
	f.Add("### x {tag=\"a\" for=\"a, b\"}", 0, "a", "c")
	f.Add("\ufeff---\r\naliases: [/a/]\r\n---\r\n", 3, "/a/", "/b: c/")
	f.Fuzz(func(t *testing.T, text string, offset int, old, word string) {
		for name, do := range map[string]func([]byte, int, string, string) ([]byte, bool){"Link": mend.Link, "Value": mend.Value, "Attribute": mend.Attribute} {
			was := []byte(text)
			got, ok := do(was, offset, old, word)
			switch {
			case string(was) != text:
				t.Errorf("%s changes the text that it was given", name)
			case !ok && string(got) != text:
				t.Errorf("%s says that it did nothing, and did: %q became %q", name, text, got)
			case ok && name == "Link" && !bytes.Contains(got, []byte(word)):
				t.Errorf("%s says that it put %q into %q: %q", name, word, text, got)
			}
		}
		if got, ok := mend.Alias([]byte(text), offset, word); !ok && string(got) != text {
			t.Errorf("Alias says that it did nothing, and did: %q became %q", text, got)
		}
	})
}
