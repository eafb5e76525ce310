package diag

import (
	"errors"
	"fmt"
	"strings"

	"whyfix/internal/diag/chinese"
)

// Language is one in which the program speaks to people.
type Language uint8

// The languages of the program.
const (
	English Language = iota
	Chinese
)

// LanguageOf is the language that a name stands for: zh and en, also as a system
// names it, zh_CN.UTF-8.
func LanguageOf(name string) (l Language, known bool) {
	base, _, _ := strings.Cut(strings.NewReplacer("_", "-", ".", "-").Replace(name), "-")
	switch strings.ToLower(base) {
	case "zh":
		return Chinese, true
	case "en":
		return English, true
	}
	return English, false
}

// Text is what is said to a person, in each of the languages: who reads it is
// known only when it is printed. Its zero value says nothing.
type Text struct{ En, Zh string }

// Say is a text of the program's own, formatted as fmt does it. The format is the
// English text, and the key of the Chinese one in the package chinese, which a
// test holds complete. An argument that is a Text, or an error, is said in the
// language of the whole.
func Say(format string, args ...any) Text {
	t := Text{En: fmt.Sprintf(format, args...)}
	zh, known := chinese.Of(format)
	if !known {
		t.Zh = t.En
		return t
	}
	inChinese := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case Text:
			inChinese[i] = a.Zh
		case error:
			inChinese[i] = Of(a).Zh
		default:
			inChinese[i] = a
		}
	}
	t.Zh = fmt.Sprintf(zh, inChinese...)
	return t
}

// Count is a text about a number of things, which is its one argument; what is
// said of one thing may do without.
func Count(n int, one, more string) Text {
	args := []any{n}
	if n == 1 {
		if more = one; !strings.Contains(one, "%") {
			args = nil
		}
	}
	return Say(more, args...)
}

// Example is what a person could write, which is the same in each language.
func Example(written string) Text { return Text{En: written, Zh: written} }

// Verbatim is what somebody else says, such as a library or the system.
func Verbatim(said string) Text { return Text{En: said, Zh: said} }

// Of is what an error says.
func Of(err error) Text {
	var t Text
	if errors.As(err, &t) && t.En == err.Error() {
		return t
	}
	return Verbatim(err.Error())
}

// Names lists names, as the languages divide them.
func Names(names []string) Text {
	return Text{En: strings.Join(names, ", "), Zh: strings.Join(names, "、")}
}

// Join lists texts.
func Join(texts []Text) Text {
	var en, zh []string
	for _, t := range texts {
		en, zh = append(en, t.En), append(zh, t.Zh)
	}
	return Text{En: strings.Join(en, ", "), Zh: strings.Join(zh, "，")}
}

// With is the text with something done to it in each language, such as shortening.
func (t Text) With(do func(string) string) Text { return Text{En: do(t.En), Zh: do(t.Zh)} }

// In is the text in a language.
func (t Text) In(l Language) string {
	if l == Chinese {
		return t.Zh
	}
	return t.En
}

// String is the English text.
func (t Text) String() string { return t.En }

// Error makes a text what went wrong.
func (t Text) Error() string { return t.En }

// Or is the text, or another where it says nothing.
func (t Text) Or(other Text) Text {
	if t == (Text{}) {
		return other
	}
	return t
}
