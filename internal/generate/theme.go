package generate

import (
	"errors"

	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/render"
)

// triedPages is how many pages of a kind and a language TryTheme makes.
const triedPages = 5

// TryTheme makes some pages of each kind and fills the search page, and reports
// what a build would stumble over. It is nothing where the theme did not even load.
func TryTheme(l *Loaded) (diag.List, error) {
	if l.Renderer == nil {
		return nil, nil
	}
	made := map[[2]string]int{}
	for _, p := range l.Renderer.Pages() {
		kind := [2]string{p.Kind, p.Language}
		if made[kind]++; made[kind] > triedPages {
			continue
		}
		if _, err := p.Make(nil, l); err != nil {
			return themeProblems(l, err)
		}
	}
	template, err := l.Renderer.SearchTemplate()
	if err == nil {
		_, err = trySearch(template)
	}
	return themeProblems(l, err)
}

// themeProblems tells a mistake in a theme from an error that nobody can mend.
func themeProblems(l *Loaded, err error) (diag.List, error) {
	if d, ok := ThemeProblem(l, err); ok {
		return diag.List{d}, nil
	}
	return nil, err
}

// trySearch parses a search template and fills it with every kind of answer.
func trySearch(template []byte) (*publish.SearchTemplate, error) {
	parsed, err := publish.ParseSearchTemplate(template)
	if err == nil {
		err = parsed.Try()
	}
	if err != nil {
		return nil, &render.TemplateError{File: "search.html", Made: template, Err: err}
	}
	return parsed, nil
}

// ThemeProblem is an error of a template as a diagnostic, when it is one.
func ThemeProblem(l *Loaded, err error) (diag.Diagnostic, bool) {
	var bad *render.TemplateError
	if l.Theme == nil || !errors.As(err, &bad) {
		return diag.Diagnostic{}, false
	}
	return l.Theme.Problem(bad), true
}
