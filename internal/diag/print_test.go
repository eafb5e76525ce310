package diag

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func printed(t *testing.T, dir string, list ...Diagnostic) string {
	t.Helper()
	var b strings.Builder
	if err := (Printer{Dir: dir}).Print(&b, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPrint(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		dir  string
		d    Diagnostic
		want string
	}{
		{
			"all parts", "content",
			Diagnostic{Pos: Pos{"pay/a.md", 4, 1}, Message: Example(`unknown key "draf"`), Hint: Example(`did you mean "draft"?`), Source: "draf: true"},
			"content/pay/a.md:4:1: unknown key \"draf\"\n    4 | draf: true\n      | ^\n    hint: did you mean \"draft\"?\n",
		},
		{
			"warning", "content",
			Diagnostic{Pos: Pos{"a.md", 1, 2}, Severity: Warning, Message: Example("m"), Source: "ab"},
			"content/a.md:1:2: warning: m\n    1 | ab\n      |  ^\n",
		},
		{"no folder", "", Diagnostic{Pos: Pos{"a.md", 1, 1}, Message: Example("m"), Source: "x"}, "a.md:1:1: m\n    1 | x\n      | ^\n"},
		{"folder with a slash", "../my site/", Diagnostic{Pos: Pos{File: "a.md"}, Message: Example("m")}, "../my site/a.md: m\n"},
		{"theme beside the folder", "content", Diagnostic{Pos: Pos{"../themes/x/home.html", 3, 0}, Message: Example("m")}, "themes/x/home.html:3: m\n"},
		{"whole file", "c", Diagnostic{Pos: Pos{File: "a.md"}, Message: Example("m"), Hint: Example("h")}, "c/a.md: m\n    hint: h\n"},
		{"line without a column", "c", Diagnostic{Pos: Pos{"a.md", 7, 0}, Message: Example("m"), Source: "text"}, "c/a.md:7: m\n    7 | text\n"},
		{"line that is not known", "c", Diagnostic{Pos: Pos{"a.md", 7, 3}, Message: Example("m")}, "c/a.md:7:3: m\n"},
		{"large line number", "c", Diagnostic{Pos: Pos{"a.md", 12345, 2}, Message: Example("m"), Source: "abc"}, "c/a.md:12345:2: m\n12345 | abc\n      |  ^\n"},
		{"behind the end", "c", Diagnostic{Pos: Pos{"a.md", 1, 4}, Message: Example("m"), Source: "abc"}, "c/a.md:1:4: m\n    1 | abc\n      |    ^\n"},
		{"far behind the end", "c", Diagnostic{Pos: Pos{"a.md", 1, 99}, Message: Example("m"), Source: "abc"}, "c/a.md:1:99: m\n    1 | abc\n      |    ^\n"},
		{"tab", "c", Diagnostic{Pos: Pos{"a.md", 1, 3}, Message: Example("m"), Source: "\t\tabc"}, "c/a.md:1:3: m\n    1 | \t\tabc\n      | \t\t^\n"},
		{"tab behind text", "c", Diagnostic{Pos: Pos{"a.md", 1, 5}, Message: Example("m"), Source: "a花\tbc"}, "c/a.md:1:5: m\n    1 | a花\tbc\n      |    \t ^\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, printed(t, tt.dir, tt.d)); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
		})
	}
}

// The caret stands in the cell in which the character stands that the column
// names. The cells are those of Unicode's East Asian Width.
func TestCaretStandsUnderItsCell(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, before string // what stands before the character
		cells        int
	}{
		{"Latin", "abc", 3},
		{"Han", "花呗", 4},
		{"Han and Latin", "用a花b", 6},
		{"rare Han", "𠮷", 2},
		{"Chinese punctuation", "，。、：；？！（）《》「」", 26},
		{"full width Latin", "ＡＢ１２", 8},
		{"full width currency", "￥１００", 8},
		{"half width currency", "¥100", 4},
		{"Hangul", "한글", 4},
		{"kana", "かな", 4},
		{"long vowel mark", "カード", 6},
		{"half width katakana", "ｶｰﾄﾞ", 4},
		{"bopomofo", "ㄅㄆ", 4},
		{"squared and circled", "㈱㊗", 4},
		{"emoji", "😀🧾", 4},
		{"older emoji", "✅❌", 4},
		{"ideographic space", "　", 2},
		{"accents as marks", "e\u0301a\u0300", 2},
		{"accents", "éà", 2},
		{"Cyrillic and Greek", "жα", 2},
		{"zero width", "a\u200bb", 2},
		{"nothing", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := printed(t, "", Diagnostic{Pos: Pos{"a.md", 1, utf8.RuneCountInString(tt.before) + 1}, Message: Example("m"), Source: tt.before + "X"})
			lines := strings.Split(out, "\n")
			_, caret, _ := strings.Cut(lines[2], "| ")
			if got, want := caret, strings.Repeat(" ", tt.cells)+"^"; got != want {
				t.Errorf("under %q the caret is at cell %d, want %d", tt.before+"X", len(got)-1, tt.cells)
			}
		})
	}
}

func TestPrintLongLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, source string
		col          int
	}{
		{"at the start", strings.Repeat("a", 9) + "X" + strings.Repeat("b", 5000), 10},
		{"in the middle", strings.Repeat("a", 2499) + "X" + strings.Repeat("b", 2500), 2500},
		{"at the end", strings.Repeat("a", 4999) + "X", 5000},
		{"Han in the middle", strings.Repeat("花", 999) + "X" + strings.Repeat("呗", 1000), 1000},
		{"just long enough", strings.Repeat("a", 119) + "X" + strings.Repeat("b", 40), 120},
		{"just too long", strings.Repeat("a", 120) + "X" + strings.Repeat("b", 40), 121},
		{"a megabyte", strings.Repeat("a", 1<<19) + "X" + strings.Repeat("b", 1<<19), 1<<19 + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines := strings.Split(printed(t, "", Diagnostic{Pos: Pos{"a.md", 1, tt.col}, Message: Example("m"), Source: tt.source}), "\n")
			_, source, _ := strings.Cut(lines[1], "| ")
			_, caret, _ := strings.Cut(lines[2], "| ")
			if n := utf8.RuneCountInString(source); n > 170 {
				t.Errorf("%d characters of the line are shown", n)
			}
			cell := 0
			for _, r := range source {
				if r == 'X' {
					break
				}
				cell++
				if unicode.Is(unicode.Han, r) {
					cell++
				}
			}
			if len(caret)-1 != cell || !strings.Contains(source, "X") {
				t.Errorf("the caret is at cell %d of %q, the X at %d", len(caret)-1, source, cell)
			}
		})
	}
}

// Nothing that a file contains, or is called, controls the terminal.
func TestPrintHoldsBackControlCharacters(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{
		"escape": "\x1b[31m", "bell": "\a", "return": "\r", "backspace": "\b\b", "delete": "\x7f", "NUL": "\x00",
		"one-byte CSI": "\u009b31m", "next line": "\u0085", "reversal": "\u202e", "isolate": "\u2066",
	} {
		t.Run(name, func(t *testing.T) {
			for where, d := range map[string]Diagnostic{
				"the line":        {Pos: Pos{"a.md", 1, 3}, Message: Example("m"), Source: "a" + bad + "b"},
				"the file's name": {Pos: Pos{"a" + bad + ".md", 1, 1}, Message: Example("m"), Source: "x"},
				"the message":     {Pos: Pos{"a.md", 1, 1}, Message: Example("no " + bad + " here"), Source: "x"},
				"the hint":        {Pos: Pos{"a.md", 1, 1}, Message: Example("m"), Hint: Example("not " + bad), Source: "x"},
			} {
				for _, r := range printed(t, "", d) {
					if r != '\n' && (unicode.IsControl(r) || r == '\u202e' || r == '\u2066') {
						t.Errorf("%U in %s reaches the terminal", r, where)
					}
				}
			}
		})
	}
}

// One diagnostic is printed on as many lines as it has parts.
func TestPrintKeepsLinesTogether(t *testing.T) {
	t.Parallel()
	got := printed(t, "c",
		Diagnostic{Pos: Pos{"a.md", 1, 1}, Message: Example("one"), Source: "x"},
		Diagnostic{Pos: Pos{"b.md", 2, 1}, Message: Example("two"), Source: "y"},
	)
	if want := "c/a.md:1:1: one\n    1 | x\n      | ^\nc/b.md:2:1: two\n    2 | y\n      | ^\n"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := printed(t, "c"); got != "" {
		t.Errorf("an empty list prints %q", got)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestPrintGivesTheWritersError(t *testing.T) {
	t.Parallel()
	list := List{{Pos: Pos{"a.md", 1, 1}, Message: Example("m")}}
	if err := (Printer{}).Print(brokenWriter{}, list); !errors.Is(err, errBroken) {
		t.Errorf("Print gives %v", err)
	}
	if err := (Printer{}).PrintJSON(brokenWriter{}, list); !errors.Is(err, errBroken) {
		t.Errorf("PrintJSON gives %v", err)
	}
}

func TestPrintJSON(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	list := List{
		{Pos: Pos{"a.md", 4, 2}, Severity: Error, Code: "unknown-key", Message: Example(`unknown key "draf" <&>`), Hint: Example("h"), Source: "draf: \x1b"},
		{Pos: Pos{File: "b.md"}, Severity: Warning, Code: "c", Message: Example("m")},
	}
	if err := (Printer{Dir: "content"}).PrintJSON(&b, list); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{
		{
			"file": "content/a.md", "line": 4.0, "col": 2.0, "severity": "error", "code": "unknown-key",
			"message": `unknown key "draf" <&>`, "hint": "h", "source": "draf: \x1b",
		},
		{"file": "content/b.md", "severity": "warning", "code": "c", "message": "m"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	b.Reset()
	if err := (Printer{}).PrintJSON(&b, nil); err != nil || strings.TrimSpace(b.String()) != "[]" {
		t.Errorf("an empty list is %q, %v", b.String(), err)
	}
}
