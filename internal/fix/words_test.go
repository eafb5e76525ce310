package fix_test

import (
	"strings"
	"testing"

	"whyfix/internal/fix"
)

func TestLink(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text   string
		old, address string
		want         string // "": nothing is changed
	}{
		{"plain", "看[甲](old/b.md)。", "old/b.md", "x/b.md", "看[甲](x/b.md)。"},
		{"with a title", `[甲](b.md "乙")`, "b.md", "x/b.md", `[甲](x/b.md "乙")`},
		{"the longer is another", "[甲](b.md#a)[乙](b.md)", "b.md", "x/b.md", "[甲](b.md#a)[乙](x/b.md)"},
		{"in angles", "[甲](<my b.md>)", "my b.md", "x/my b.md", "[甲](<x/my b.md>)"},
		{"a blank needs angles", "[甲](b.md)", "b.md", "my x/b.md", "[甲](<my x/b.md>)"},
		{"a definition", "[甲][a]\n\n[a]: b.md\n", "b.md", "x/b.md", "[甲][a]\n\n[a]: x/b.md\n"},
		{"a definition that another link has, too", "[甲][a]\n\n[a]: x/b.md\n", "b.md", "x/b.md", "[甲][a]\n\n[a]: x/b.md\n"},
		{"at the end", "[a]: b.md", "b.md", "x/b.md", "[a]: x/b.md"},
		{"code is not a link", "`b.md`", "b.md", "x/b.md", ""},
		{"not there", "[甲](c.md)", "b.md", "x/b.md", ""},
		{"nothing", "[甲]()", "", "x/b.md", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := fix.Link([]byte(tt.text), 0, tt.old, tt.address)
			if tt.want == "" {
				tt.want = tt.text
			}
			if string(got) != tt.want || ok != strings.Contains(tt.want, tt.address) {
				t.Errorf("got %q, %v; want %q", got, ok, tt.want)
			}
		})
	}
	for _, offset := range []int{-1, 99} {
		if _, ok := fix.Link([]byte("[甲](b.md)"), offset, "b.md", "x.md"); ok {
			t.Errorf("offset %d changes the text", offset)
		}
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, at, old, word, want string }{
		{"in a flow list", "causes: [甲, 乙]", "乙", "乙", "丙", "causes: [甲, 丙]"},
		{"on a line", "- 甲\n- 乙\n", "甲", "甲", "丙", "- 丙\n- 乙\n"},
		{"in quotes", `a: "甲"`, `"`, "甲", "丙", `a: "丙"`},
		{"in single quotes", `a: '甲'`, `'`, "甲", "丙", `a: '丙'`},
		{"needs quotes", "a: 甲", "甲", "甲", "丙: 丁", `a: "丙: 丁"`},
		{"a part of a longer one", "a: 甲乙", "甲", "甲", "丙", "a: 甲乙"},
		{"another", "a: 乙", "乙", "甲", "丙", "a: 乙"},
		{"cannot be written", "a: 甲", "甲", "甲", `"`, "a: 甲"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := fix.Value([]byte(tt.text), strings.Index(tt.text, tt.at), tt.old, tt.word)
			if string(got) != tt.want || ok != (tt.want != tt.text) {
				t.Errorf("got %q, %v; want %q", got, ok, tt.want)
			}
		})
	}
}

func TestAttribute(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"tag", "### 甲 {tag=\"甲\" #a}\n甲\n", "### 甲 {tag=\"丙\" #a}\n甲\n"},
		{"for", `### 乙 {for="丁， 甲 ,戊"}`, `### 乙 {for="丁， 丙 ,戊"}`},
		{"both", `### 乙 {tag="甲" for="甲"}`, `### 乙 {tag="丙" for="丙"}`},
		{"a longer one", `### 乙 {for="甲乙"}`, `### 乙 {for="甲乙"}`},
		{"another attribute", `### 乙 {id="甲"}`, `### 乙 {id="甲"}`},
		{"none", "### 甲", "### 甲"},
		{"the next line", "### 乙\n### 甲 {tag=\"甲\"}", "### 乙\n### 甲 {tag=\"甲\"}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := fix.Attribute([]byte(tt.text), 0, "甲", "丙")
			if string(got) != tt.want || ok != (tt.want != tt.text) {
				t.Errorf("got %q, %v; want %q", got, ok, tt.want)
			}
		})
	}
}
