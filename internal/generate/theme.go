package generate

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/render"
	"whyfix/themes"
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

// findTheme returns a whole theme: the named folder over the built-in one. The
// folder's name is relative to the content folder, like all positions.
func findTheme(name, contentDir string) (fs.FS, string, error) {
	if name == "" {
		name = "default"
	}
	dir := ThemeDir(name, contentDir)
	if dir == "" {
		if name == "default" {
			return themes.Default(), "(built-in theme)", nil
		}
		return nil, "", diag.Say("there is no theme %q", name)
	}
	folder := filepath.ToSlash(dir)
	if rel, err := filepath.Rel(contentDir, dir); err == nil {
		folder = filepath.ToSlash(rel)
	}
	return render.Overlay(os.DirFS(dir), themes.Default()), folder, nil
}

// ThemeDir is the folder of a theme, or "" when there is none: the name as a
// path, or a folder of that name in themes/ beside the content folder.
func ThemeDir(name, contentDir string) string {
	candidates := []string{filepath.Join(contentDir, "..", "themes", name)}
	if strings.ContainsAny(name, `/\`) || name == "." {
		candidates = []string{name}
	}
	for _, dir := range append(candidates, name) {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
	}
	return ""
}
