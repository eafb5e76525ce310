package importer

import (
	"html"
	"regexp"
	"testing"

	"whyfix/internal/content"
)

var markdownEscape = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")

func TestFindSpots(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want []string // each address and the whole link, from the end
	}{
		{"[a](b.md)", []string{"b.md", "[a](b.md)"}},
		{"[a]( <b c.md> 'd)' ) e", []string{"b c.md", "[a]( <b c.md> 'd)' )"}},
		{"[a](b\\(c\\).md (t)) ![d](e.png \"f\")", []string{"e.png", "![d](e.png \"f\")", "b\\(c\\).md", "[a](b\\(c\\).md (t))"}},
		{"[![a](b)](c)", []string{"c", "[![a](b)](c)", "b", "![a](b)"}},
		{"`[a](b)` [c](d)", []string{"d", "[c](d)"}},
		{"> - [a](b)\n>   [c](d)", []string{"d", "[c](d)", "b", "[a](b)"}},
		{"[a][r] [r]\n\n[r]: x.md 'y'", []string{"x.md", "", "x.md", ""}},
		{"| [a](b) |\n|---|\n| [c](d) |", []string{"d", "[c](d)", "b", "[a](b)"}},
	} {
		p := &page{target: "a.md", text: "---\ntitle: t\n---\n\n" + tt.text + "\n"}
		p.parsed, _ = content.ParseArticle(p.target, []byte(p.text), plainParser)
		var got []string
		for _, s := range findSpots(p) {
			whole := ""
			if s.close > 0 {
				whole = p.text[s.open:s.close]
			}
			got = append(got, p.text[s.start:s.end], whole)
		}
		if len(got) != len(tt.want) {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
				break
			}
		}
	}
}

// Where a spot is, there is the address.
func FuzzSpots(f *testing.F) {
	for _, seed := range []string{"[a](b.md)", "[![a](b)](c 'd')", "[r]\n\n[r]: <x y>", "![a](b\\)c)", "- [a](b\n  \"c\")", "[^1]\n\n[^1]: [a](b)", "# [a](b) {#c}", "\t- [a](&amp;b)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := &page{target: "a.md", text: "---\ntitle: t\n---\n\n" + text}
		p.parsed, _ = content.ParseArticle(p.target, []byte(p.text), plainParser)
		if p.parsed == nil {
			return
		}
		for _, s := range findSpots(p) {
			if s.Refused {
				continue
			}
			if got := html.UnescapeString(markdownEscape.ReplaceAllString(p.text[s.start:s.end], "$1")); len(got) == 0 {
				t.Errorf("%q: there is no address at the spot of %q", text, s.Dest)
			}
			if s.close != 0 && (s.close <= s.end || p.text[s.close-1] != ')') {
				t.Errorf("%q: the link to %q does not end at %q", text, s.Dest, p.text[s.end:])
			}
		}
	})
}
