// Package check holds the rules that look at the whole site: what is not
// wrong enough to stop a build, but should not stay as it is.
//
// In: the resolved model, and which rules the site wants. Out: diagnostics; how
// serious each is, is not decided here. It reads no files. Each file has the
// rules of one family; package rules says why each is there.
package check

import (
	"context"

	"whyfix/internal/diag"
	"whyfix/internal/rules"
	"whyfix/internal/site"
)

// finder is one rule: what breaks it on a site.
type finder struct {
	code string
	find func(s *site.Site, say report)
}

// report notes one finding of the rule that runs.
type report func(at diag.Pos, message, hint diag.Text)

func finders() []finder {
	return []finder{
		{"review-overdue", overdue},
		{"expires-soon", leaving},
		{"duplicate-title", sameTitle},
		{"duplicate-symptom", sameSymptom},
		{"translation-missing", translationsMissing},
		{"orphan", orphans},
		{"title-length", longTitles},
		{"summary-length", longSummaries},
		{"heading-jump", headingJumps},
		{"shown-as-source", shownAsSource},
		{"image-alt", imagesWithoutAlt},
		{"image-blocked", imagesBlocked},
		{"figure-caption", figuresWithoutCaption},
		{"tag-once", tagsUsedOnce},
		{"tag-near", tagsNearlyAlike},
		{"tag-description", tagsWithoutDescription},
		{"tag-section", tagsWithoutSection},
		{"cause-solution", causesWithoutSolution},
		{"solution-cause", solutionsForNoCause},
		{"article-symptoms", withoutSymptoms},
		{"article-check", withoutCheck},
		{"article-case", withoutCase},
	}
}

// Run applies every rule that is not off.
func Run(s *site.Site, levels rules.Levels) diag.List {
	return append(Errors(s, levels), Others(context.Background(), s, levels)...)
}

// Errors applies the rules that keep the site from being made.
func Errors(s *site.Site, levels rules.Levels) diag.List {
	return run(context.Background(), s, levels, func(level diag.Severity) bool { return level == diag.Error })
}

// Others applies the rules that are neither errors nor off. When the context
// ends, it gives what it has found until then.
func Others(ctx context.Context, s *site.Site, levels rules.Levels) diag.List {
	return run(ctx, s, levels, func(level diag.Severity) bool { return level != diag.Error && level != diag.Off })
}

func run(ctx context.Context, s *site.Site, levels rules.Levels, wanted func(diag.Severity) bool) diag.List {
	var out diag.List
	for _, f := range finders() {
		if !wanted(levels.Of(f.code)) {
			continue
		}
		if ctx.Err() != nil {
			break
		}
		f.find(s, func(at diag.Pos, message, hint diag.Text) {
			out = append(out, diag.Diagnostic{Pos: at, Severity: levels.Of(f.code), Code: f.code, Message: message, Hint: hint})
		})
	}
	return out
}
