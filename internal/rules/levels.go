package rules

import (
	"slices"

	"whyfix/internal/diag"
)

// Levels are how serious a site takes the rules. It never changes after
// NewLevels; its zero value takes each for an error.
type Levels map[string]diag.Severity

// NewLevels are the defaults, but for some codes. A needed rule stays an
// error whatever is said of it.
func NewLevels(set map[string]diag.Severity) Levels {
	l := Levels{}
	for _, r := range All() {
		l[r.Code] = r.Default
		if s, ok := set[r.Code]; ok && !r.Needed {
			l[r.Code] = s
		}
	}
	return l
}

// Of is how serious a rule is on this site. A code that nobody declared is an
// error: a test keeps that from happening.
func (l Levels) Of(code string) diag.Severity { return l[code] }

// On reports whether a rule is looked at.
func (l Levels) On(code string) bool { return l.Of(code) != diag.Off }

// Settle gives each diagnostic the severity of its rule, and leaves out those
// of rules that are off. The list that it is given does not change.
func (l Levels) Settle(list diag.List) diag.List {
	out := slices.Grow(diag.List(nil), len(list))
	for _, d := range list {
		if d.Severity = l.Of(d.Code); d.Severity != diag.Off {
			out = append(out, d)
		}
	}
	return out
}
