package check

import (
	"slices"

	"whyfix/internal/diag"
	"whyfix/internal/site"
)

// A language is meant to have what others have once it has most of it: three in
// five, of so many articles that this is no chance. One that has just begun is not
// held to anything.
const (
	leastTranslated = 0.6
	leastArticles   = 5
)

// translationsMissing names the articles that a language lacks which has most of
// those of the others. Whoever works on one, as a draft, need not be told.
func translationsMissing(s *site.Site, say report) {
	if len(s.Languages) < 2 {
		return
	}
	has := map[string][]*site.Article{} // by the path below the folder of a language, in the order of the languages
	for _, l := range s.Languages {
		for _, a := range s.Articles {
			if a.Category.In == l && !alone(a) {
				has[l.Below(a.Path)] = append(has[l.Below(a.Path)], a)
			}
		}
	}
	inWork := map[string]bool{}
	for _, w := range s.Withheld {
		inWork[w.Path] = true
	}
	for _, l := range s.Languages {
		all, translated := 0, 0
		var lacking []*site.Article
		for below, same := range has {
			here := slices.ContainsFunc(same, func(a *site.Article) bool { return a.Category.In == l })
			switch {
			case here && len(same) == 1: // no other language has it
				continue
			case here || inWork[l.At(below)]:
				translated++
			default:
				lacking = append(lacking, same[0])
			}
			all++
		}
		if all < leastArticles || float64(translated) < leastTranslated*float64(all) {
			continue
		}
		for _, a := range lacking {
			say(a.Title.Pos, diag.Say("this article is not there in the language %q, which has %d of %d", l.Tag, translated, all),
				diag.Say("write %s, or untranslated: true into the front matter of this one if it is for readers of its language alone", l.At(a.Category.In.Below(a.Path))))
		}
	}
}

// alone reports whether an article, or a folder that it is in, is meant to be in
// its language alone.
func alone(a *site.Article) bool {
	for c := a.Category; c != nil; c = c.Parent {
		if c.Index != nil && c.Index.Untranslated {
			return true
		}
		if c == a.Category.In.Root {
			break
		}
	}
	return a.Untranslated
}
