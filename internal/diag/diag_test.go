package diag

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestPosString(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pos  Pos
		want string
	}{
		{Pos{"a.md", 3, 4}, "a.md:3:4"},
		{Pos{"a.md", 3, 0}, "a.md:3"},
		{Pos{"a.md", 0, 4}, "a.md"},
		{Pos{}, ""},
	} {
		if got := tt.pos.String(); got != tt.want {
			t.Errorf("%+v is %q, want %q", tt.pos, got, tt.want)
		}
	}
}

func TestSort(t *testing.T) {
	t.Parallel()
	d := func(file string, line, col int, s Severity, message string) Diagnostic {
		return Diagnostic{Pos: Pos{file, line, col}, Severity: s, Message: Example(message)}
	}
	in := List{
		d("b.md", 1, 1, Error, "x"), d("a.md", 10, 1, Error, "x"), d("a.md", 9, 2, Warning, "x"), d("a.md", 9, 2, Error, "y"),
		d("a.md", 9, 1, Error, "x"), d("a.md", 9, 2, Error, "x"), d("b.md", 1, 1, Error, "x"), d("a.md", 0, 0, Error, "whole"),
	}
	want := List{
		d("a.md", 0, 0, Error, "whole"), d("a.md", 9, 1, Error, "x"), d("a.md", 9, 2, Error, "x"), d("a.md", 9, 2, Error, "y"),
		d("a.md", 9, 2, Warning, "x"), d("a.md", 10, 1, Error, "x"), d("b.md", 1, 1, Error, "x"),
	}
	if diff := cmp.Diff(want, in.Sort()); diff != "" {
		t.Errorf("Sort (-want +got):\n%s", diff)
	}
	if got := want.Errors(); got != 6 {
		t.Errorf("Errors = %d, want 6", got)
	}
	if got := (List{}).Sort().Errors(); got != 0 {
		t.Errorf("an empty list has %d errors", got)
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		lines      []string // 1, 2, …
		at         map[int]Pos
	}{
		{"empty", "", []string{""}, map[int]Pos{0: {"f", 1, 1}, 5: {"f", 1, 1}, -3: {"f", 1, 1}}},
		{"one line without its end", "ab", []string{"ab"}, map[int]Pos{0: {"f", 1, 1}, 1: {"f", 1, 2}, 2: {"f", 1, 3}, 9: {"f", 1, 3}}},
		{"one line", "ab\n", []string{"ab", ""}, map[int]Pos{1: {"f", 1, 2}, 2: {"f", 1, 3}, 3: {"f", 2, 1}}},
		{"last line without its end", "a\nbc", []string{"a", "bc"}, map[int]Pos{1: {"f", 1, 2}, 2: {"f", 2, 1}, 4: {"f", 2, 3}}},
		{"CRLF", "a\r\nbc\r\n", []string{"a", "bc", ""}, map[int]Pos{0: {"f", 1, 1}, 3: {"f", 2, 1}, 4: {"f", 2, 2}}},
		{"empty lines", "\n\n\nx", []string{"", "", "", "x"}, map[int]Pos{0: {"f", 1, 1}, 1: {"f", 2, 1}, 2: {"f", 3, 1}, 3: {"f", 4, 1}}},
		{"characters, not bytes", "花呗用\n不了", []string{"花呗用", "不了"}, map[int]Pos{3: {"f", 1, 2}, 9: {"f", 1, 4}, 10: {"f", 2, 1}, 13: {"f", 2, 2}}},
		{"broken bytes", "a\xffb\n", []string{"a\uFFFDb", ""}, map[int]Pos{1: {"f", 1, 2}, 2: {"f", 1, 3}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLines("f", []byte(tt.text))
			for i, want := range tt.lines {
				if got := l.Text(i + 1); got != want {
					t.Errorf("line %d is %q, want %q", i+1, got, want)
				}
			}
			for _, none := range []int{0, -1, len(tt.lines) + 1} {
				if got := l.Text(none); got != "" {
					t.Errorf("line %d is %q", none, got)
				}
			}
			for offset, want := range tt.at {
				if got := l.At(offset); got != want {
					t.Errorf("At(%d) = %v, want %v", offset, got, want)
				}
			}
		})
	}
}

// What At says, Offset finds again.
func TestOffsetIsAtBackwards(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", "a\n", "\n\na", "花呗\n用不了\n\nx", "a\r\nb"} {
		l := NewLines("f", []byte(text))
		for offset := 0; offset <= len(text); offset++ {
			if offset < len(text) && !utf8.RuneStart(text[offset]) {
				continue
			}
			p := l.At(offset)
			if got := l.Offset(p.Line, p.Col); got != offset {
				t.Errorf("%q: Offset(At(%d) = %v) = %d", text, offset, p, got)
			}
		}
	}
	l := NewLines("f", []byte("ab\ncd"))
	for _, tt := range []struct{ line, col, want int }{{1, 99, 2}, {2, 99, 5}, {3, 1, 5}, {0, 1, 5}, {-1, 1, 5}, {1, 0, 0}, {1, -5, 0}} {
		if got := l.Offset(tt.line, tt.col); got != tt.want {
			t.Errorf("Offset(%d, %d) = %d, want %d", tt.line, tt.col, got, tt.want)
		}
	}
}

// The zero value is an empty file.
func TestZeroLines(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("panic: %v", p)
		}
	}()
	var l Lines
	if got := l.Text(1); got != "" {
		t.Errorf("line 1 is %q", got)
	}
	if got := l.Offset(1, 1); got != 0 {
		t.Errorf("Offset(1, 1) = %d", got)
	}
	if got, want := l.At(0), (Pos{"", 1, 1}); got != want {
		t.Errorf("At(0) = %v, want %v", got, want)
	}
}

func TestNewDiagnostic(t *testing.T) {
	t.Parallel()
	l := NewLines("pay/a.md", []byte("a: 1\nb: 2\n"))
	want := Diagnostic{Pos: Pos{"pay/a.md", 2, 1}, Severity: Warning, Code: "c", Message: Example("m"), Hint: Example("h"), Source: "b: 2"}
	if diff := cmp.Diff(want, l.New(Pos{Line: 2, Col: 1}, Warning, "c", Example("m"), Example("h"))); diff != "" {
		t.Errorf("New (-want +got):\n%s", diff)
	}
	if got := l.New(Pos{}, Error, "c", Example("m"), Text{}); got.Source != "" || got.String() != "pay/a.md" {
		t.Errorf("a diagnostic of the whole file is %+v", got)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	keys := []string{"title", "summary", "symptoms", "products", "causes", "solutions", "cases", "author", "date", "updated", "review_by", "draft", "aliases", "related", "slug"}
	for _, tt := range []struct {
		name, word string
		known      []string
		want       string
	}{
		{"itself", "title", keys, "title"},
		{"a letter too few", "draf", keys, "draft"},
		{"a letter too many", "titlle", keys, "title"},
		{"another letter", "sumnary", keys, "summary"},
		{"neighbours swapped", "tilte", keys, "title"},
		{"another separator", "review-by", keys, "review_by"},
		{"plural", "symptom", keys, "symptoms"},
		{"nothing near", "colour", keys, ""},
		{"too short to say", "x", []string{"abc", "xyz"}, ""},
		{"two characters", "花贝", []string{"花呗", "借呗"}, "花呗"},
		{"two other characters", "余额", []string{"花呗", "借呗"}, ""},
		{"the first of equals", "cat", []string{"hat", "bat", "rat"}, "bat"},
		{"nothing known", "title", nil, ""},
		{"case", "Title", keys, "title"},
		{"a path", "../pay/refund-lat.md", []string{"../pay/refund-late.md", "../pay/refund.md"}, "../pay/refund-late.md"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Nearest(tt.word, tt.known); got != tt.want {
				t.Errorf("Nearest(%q) = %q, want %q", tt.word, got, tt.want)
			}
		})
	}
	if got, want := DidYouMean("draf", keys, Example("x")).En, `did you mean "draft"?`; got != want {
		t.Errorf("DidYouMean = %s, want %s", got, want)
	}
	if got := DidYouMean("colour", keys, Example("known keys: …")).En; got != "known keys: …" {
		t.Errorf("DidYouMean = %s, want the fallback", got)
	}
}

// A word is near exactly when at most a third of it differs, counting a swap
// of neighbours as one difference.
func TestNearestCountsDifferences(t *testing.T) {
	t.Parallel()
	word := "abcdefghi" // nine: up to three may differ
	for changes, want := range []bool{true, true, true, true, false, false} {
		known := word[changes:] + strings.Repeat("z", changes) // changes letters removed, as many added
		other := strings.Repeat("z", changes) + word[changes:] // changes letters replaced
		if got := Nearest(word, []string{other}) != ""; got != want {
			t.Errorf("%d letters replaced (%s): near is %v, want %v", changes, other, got, want)
		}
		if got := Nearest(word, []string{known}) != ""; changes > 1 && got && changes*2 > 3 {
			t.Errorf("%d letters moved off (%s) count as near", changes, known)
		}
	}
	if Nearest("abcdef", []string{"badcfe"}) != "" {
		t.Error("three swaps in six letters count as near")
	}
	if Nearest("abcdefghi", []string{"badcfeghi"}) == "" {
		t.Error("three swaps in nine letters do not count as near")
	}
}
