package fix_test

import (
	"bytes"
	"testing"

	"whyfix/internal/fix"
)

// FuzzFix puts words into places of any text: either nothing is changed, or
// the new one is there and the rest is as it was.
func FuzzFix(f *testing.F) {
	f.Add("[a](b.md)", 0, "b.md", "c.md")
	f.Add("---\ntitle: x\nrelated: ['b.md']\n---\n", 24, "b.md", "c d.md")
	f.Add("### x {tag=\"a\" for=\"a, b\"}", 0, "a", "c")
	f.Add("\ufeff---\r\naliases: [/a/]\r\n---\r\n", 3, "/a/", "/b: c/")
	f.Fuzz(func(t *testing.T, text string, offset int, old, word string) {
		for name, do := range map[string]func([]byte, int, string, string) ([]byte, bool){"Link": fix.Link, "Value": fix.Value, "Attribute": fix.Attribute, "Alias": fix.Alias} {
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
	})
}
