// Package check holds the rules that look at the whole site: what is not
// wrong enough to stop a build, but should not stay as it is.
//
// In: the resolved model. Out: diagnostics. It reads no files.
package check

import (
	"time"

	"whyfix/internal/diag"
	"whyfix/internal/site"
)

// Run applies every rule.
func Run(s *site.Site) diag.List {
	var out diag.List
	out = append(out, overdue(s)...)
	out = append(out, sameTitle(s)...)
	out = append(out, sameSymptom(s)...)
	return out
}

// overdue finds articles whose date of review has passed.
func overdue(s *site.Site) diag.List {
	var out diag.List
	for _, a := range s.Articles {
		if a.Stale {
			out = append(out, diag.Diagnostic{
				Pos: a.Title.Pos, Severity: diag.Warning, Code: "review-overdue",
				Message: "this article was to be reviewed by " + a.ReviewBy.Format(time.DateOnly) + ", and its page says so",
				Hint:    "read it again, then set updated and a new review_by",
			})
		}
	}
	return out
}

// sameTitle finds articles that readers cannot tell apart in a list.
func sameTitle(s *site.Site) diag.List {
	var out diag.List
	first := map[string]*site.Article{}
	for _, a := range s.Articles {
		if b := first[a.Title.Value]; b != nil {
			out = append(out, diag.Diagnostic{
				Pos: a.Title.Pos, Severity: diag.Warning, Code: "duplicate-title",
				Message: b.Path + " has the same title", Hint: "say what is special about this one, or make them one article",
			})
			continue
		}
		first[a.Title.Value] = a
	}
	return out
}

// sameSymptom finds phrases that promise to find two articles.
func sameSymptom(s *site.Site) diag.List {
	var out diag.List
	first := map[string]*site.Article{}
	for _, a := range s.Articles {
		for _, symptom := range a.Symptoms {
			if b := first[symptom.Value]; b != nil {
				where := b.Path
				if b == a {
					where = "this article"
				}
				out = append(out, diag.Diagnostic{
					Pos: symptom.Pos, Severity: diag.Warning, Code: "duplicate-symptom",
					Message: "the same symptom already stands in " + where, Hint: "keep it where it fits best",
				})
				continue
			}
			first[symptom.Value] = a
		}
	}
	return out
}
