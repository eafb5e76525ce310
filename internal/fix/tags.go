package fix

import (
	"slices"
	"strings"

	"whyfix/internal/check"
	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/site"
)

// Retag are the edits that make one tag of two. The error says why a person
// must do it.
func Retag(t check.Twin, found diag.List) ([]Edit, error) {
	if t.Rare.Description != "" || len(t.Rare.Names) > 0 {
		return nil, diag.Say("tags.yaml describes it")
	}
	old, word := t.Rare.Name, t.Often.Name
	unreadable := unreadable(found)
	var edits []Edit
	for _, a := range t.Rare.Articles {
		if unreadable[a.Path] {
			return nil, diag.Say("the front matter of %s is broken", a.Path)
		}
		for _, tag := range [4][]content.Text{a.Products, a.Causes, a.Solutions, a.Cases}[t.Rare.Family] {
			if strings.EqualFold(tag.Value, old) {
				edits = append(edits, Edit{At: tag.Pos, Old: tag.Value, New: word, As: Value})
			}
		}
		for _, step := range t.Rare.Steps() {
			if step.Article == a && strings.EqualFold(step.Title, old) {
				return nil, diag.Say("a heading in %s has its words, and is linked to by them", a.Path)
			}
		}
		edits = append(edits, headings(a, t.Rare.Family, old, word)...)
	}
	return edits, nil
}

// headings are the edits of an article's headings that name a tag.
func headings(a *site.Article, family site.FamilyKind, old, word string) []Edit {
	var out []Edit
	for _, s := range a.Doc.Sections {
		kind := s.Kind.String() // a check is about a cause
		about := kind == family.String() || kind == "check" && family == site.Cause
		for _, it := range s.Items {
			if about && it.Tag == old || family == site.Cause && slices.Contains(it.For, old) {
				out = append(out, Edit{At: it.Pos, Old: old, New: word, As: Attribute})
			}
		}
	}
	return out
}
