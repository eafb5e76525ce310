package rules

import (
	_ "embed"
	"strings"
	"sync"

	"whyfix/internal/diag"
)

// The rules in Chinese: a code, what is wrong, the reason, and, for examples that
// are told in words, what breaks the rule and what keeps it; a blank line ends one.
//
//go:embed chinese.txt
var chineseText string

var chinese = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for told := range strings.SplitSeq(strings.TrimSuffix(chineseText, "\n"), "\n\n") {
		lines := strings.Split(told, "\n")
		out[lines[0]] = lines[1:]
	}
	return out
})

// In is the rule as it is told in a language.
func (r Rule) In(l diag.Language) Rule {
	if lines := chinese()[r.Code]; l == diag.Chinese && len(lines) >= 2 {
		r.Summary, r.Why = lines[0], lines[1]
		if r.Told && len(lines) == 4 {
			r.Bad, r.Good = lines[2], lines[3]
		}
	}
	return r
}

// Wrong is what is wrong where the rule is broken, in one line.
func (r Rule) Wrong() diag.Text {
	return diag.Text{En: r.Summary, Zh: r.In(diag.Chinese).Summary}
}
