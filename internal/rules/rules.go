// Package rules declares every rule that a site is held to: its code, how
// serious it is unless the site says otherwise, why it is there, and what
// breaks and keeps it.
//
// In: nothing, and what `checks:` in site.yaml says. Out: the list of rules,
// docs/checks.md, a SARIF log of diagnostics, and for each its severity. It is
// the one place where severities are decided: the packages that find mistakes
// only name the code, so check, build and dev cannot differ.
package rules

import (
	"slices"

	"whyfix/internal/diag"
)

// Rule is one thing that may be wrong with a site.
type Rule struct {
	Code    string // stable: site.yaml and review tools know it by this name
	Default diag.Severity
	// Needed says that the site would be wrong without this rule, so that no
	// setting turns it off.
	Needed  bool
	Summary string // one line: what is wrong, no full stop
	Why     string // sentences: why it matters, what to do, why the default is what it is
	// Bad breaks the rule and Good does not: files of a content folder, each
	// below a line "-- name --"; without such a line one article. A test runs
	// them. What no text can show is told in words, and Told is true.
	Bad, Good string
	Told      bool
}

// Family is a group of rules about one thing.
type Family struct {
	Title diag.Text
	Rules []Rule
}

// Families are all rules, in the order of the documentation.
func Families() []Family {
	return []Family{
		{diag.Say("Files"), fileRules()},
		{diag.Say("Front matter and settings"), frontRules()},
		{diag.Say("Headings and text"), textRules()},
		{diag.Say("Images"), imageRules()},
		{diag.Say("Links and addresses"), linkRules()},
		{diag.Say("Tags"), tagRules()},
		{diag.Say("From the symptom to the solution"), chainRules()},
		{diag.Say("Being found"), findingRules()},
		{diag.Say("The theme"), themeRules()},
	}
}

// All are the rules in the order of the documentation.
func All() []Rule {
	var out []Rule
	for _, f := range Families() {
		out = append(out, f.Rules...)
	}
	return out
}

// Codes are the codes of all rules, sorted.
func Codes() []string {
	var out []string
	for _, r := range All() {
		out = append(out, r.Code)
	}
	slices.Sort(out)
	return out
}

// Find returns the rule of a code.
func Find(code string) (Rule, bool) {
	for _, r := range All() {
		if r.Code == code {
			return r, true
		}
	}
	return Rule{}, false
}
