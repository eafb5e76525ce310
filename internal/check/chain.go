package check

import (
	"slices"

	"whyfix/internal/diag"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// sections are those of a kind.
func sections(a *site.Article, k markdown.Kind) []*markdown.Section {
	var out []*markdown.Section
	for i := range a.Doc.Sections {
		if s := &a.Doc.Sections[i]; s.Kind == k {
			out = append(out, s)
		}
	}
	return out
}

// has reports whether the article has items of a kind.
func has(a *site.Article, k markdown.Kind) bool {
	for i := range a.Doc.Sections {
		if s := &a.Doc.Sections[i]; s.Kind == k && len(s.Items) > 0 {
			return true
		}
	}
	return false
}

// diagnoses tells the articles that lead from a symptom to a solution. A plain
// page may tell reasons and no more.
func diagnoses(a *site.Article) bool { return len(a.Symptoms) > 0 || len(a.Causes) > 0 }

// causesWithoutSolution finds causes with which a reader is left alone. A
// solution that names no cause is for all of them.
func causesWithoutSolution(s *site.Site, say report) {
	for _, a := range s.Articles {
		if !has(a, markdown.Cause) || !diagnoses(a) {
			continue
		}
		solutions := sections(a, markdown.Solution)
		if len(solutions) == 0 {
			say(sections(a, markdown.Cause)[0].Pos, diag.Say("this article tells causes, and nothing of what to do"), diag.Say("add a section such as “## 怎么解决 {.solution}”"))
			continue
		}
		if forAll(solutions) || misled(a, solutions) {
			continue
		}
		for _, c := range a.Chain().Causes {
			if len(c.Solutions) == 0 {
				say(placeOf(a, c), diag.Say("nothing here says what to do about the cause %q", c.Title),
					diag.Say("name it behind the heading of its solution: {for=%q}", c.Title))
			}
		}
	}
}

// forAll reports whether a solution names no cause: an item, or a section
// that is one text.
func forAll(solutions []*markdown.Section) bool {
	for _, s := range solutions {
		if len(s.Items) == 0 {
			return true
		}
		for _, it := range s.Items {
			if len(it.For) == 0 {
				return true
			}
		}
	}
	return false
}

// misled reports whether a solution names a cause that is not there, which was
// said already: the cause without a solution may be the one it means.
func misled(a *site.Article, solutions []*markdown.Section) bool {
	found := map[string]int{}
	for _, step := range a.Chain().Solutions {
		found[step.ID] = len(step.For)
	}
	for _, s := range solutions {
		for _, it := range s.Items {
			if found[it.ID] < len(it.For) {
				return true
			}
		}
	}
	return false
}

// solutionsForNoCause finds those that name no cause where others do.
func solutionsForNoCause(s *site.Site, say report) {
	for _, a := range s.Articles {
		solutions := sections(a, markdown.Solution)
		if !namesCause(solutions) || !slices.ContainsFunc(a.Chain().Solutions, func(s *site.Step) bool { return len(s.For) > 0 }) {
			continue
		}
		for _, sec := range solutions {
			for _, it := range sec.Items {
				if len(it.For) == 0 {
					say(it.Pos, diag.Say("this solution does not say which cause it is for"), diag.Say(`write {for="…"} behind the heading`))
				}
			}
		}
	}
}

// namesCause reports whether a solution names a cause, which may not be there.
func namesCause(solutions []*markdown.Section) bool {
	for _, s := range solutions {
		if slices.ContainsFunc(s.Items, func(it markdown.Item) bool { return len(it.For) > 0 }) {
			return true
		}
	}
	return false
}

func withoutSymptoms(s *site.Site, say report) {
	for _, a := range s.Articles {
		if len(a.Symptoms) == 0 {
			say(a.Title.Pos, diag.Say("this article names no symptoms"), diag.Say("write what readers say, in their words: symptoms: [花呗用不了]"))
		}
	}
}

func withoutCheck(s *site.Site, say report) {
	for _, a := range s.Articles {
		if has(a, markdown.Cause) && len(sections(a, markdown.Check)) == 0 {
			say(a.Title.Pos, diag.Say("this article names causes, and no way to tell which it is"), diag.Say("add a section such as “## 怎么判断 {.check}”"))
		}
	}
}

func withoutCase(s *site.Site, say report) {
	for _, a := range s.Articles {
		if has(a, markdown.Cause) && len(sections(a, markdown.Case)) == 0 {
			say(a.Title.Pos, diag.Say("this article names causes, and no case where it happened"), diag.Say("add a section such as “## 案例 {.case}”"))
		}
	}
}

// tagsWithoutSection finds tags of an article that no heading is about, where
// headings of the same kind are about others, or nearly have its words: the tag's
// page would lead to an article that does not seem to speak of it. Articles whose
// headings are no tags at all mean it so.
func tagsWithoutSection(s *site.Site, say report) {
	for _, a := range s.Articles {
		if len(a.Causes) == 0 && len(a.Solutions) == 0 && len(a.Cases) == 0 {
			continue
		}
		about, misnamed := spokenOf(a)
		if misnamed {
			continue
		}
		for _, kind := range [...]markdown.Kind{markdown.Cause, markdown.Solution, markdown.Case} {
			parts, tags := sections(a, kind), a.Tags[families[kind]]
			if slices.ContainsFunc(parts, func(s *markdown.Section) bool { return len(s.Items) == 0 }) {
				continue // a text without headings may speak of all
			}
			others := slices.ContainsFunc(tags, func(t *site.Tag) bool { return slices.Contains(about, t) })
			for _, t := range tags {
				if slices.Contains(about, t) {
					continue
				}
				near := diag.Nearest(t.Name, titlesIn(parts))
				if !others && near == "" {
					continue
				}
				hint := diag.Say("write {tag=%q} behind the heading that is, or take the tag out", t.Name)
				if near != "" {
					hint = diag.Say("write {tag=%q} behind the heading “%s”, if that is the one", t.Name, near)
				}
				say(named(a, t), diag.Say("no heading of this article is about the tag %q", t.Name), hint)
			}
		}
	}
}

// titlesIn are the titles of the items of sections.
func titlesIn(sections []*markdown.Section) []string {
	var out []string
	for _, s := range sections {
		for _, it := range s.Items {
			out = append(out, it.Title)
		}
	}
	return out
}

// families are the tags that sections of a kind are about.
var families = map[markdown.Kind]site.FamilyKind{markdown.Cause: site.Cause, markdown.Solution: site.Solution, markdown.Case: site.Case}

// spokenOf are the tags that an item of an article is about or for. Where an item
// names a tag that is not there, which was said already, that may be any of them.
func spokenOf(a *site.Article) (about []*site.Tag, misnamed bool) {
	c := a.Chain()
	for _, steps := range [][]*site.Step{c.Causes, c.Checks, c.Solutions, c.Cases} {
		for _, step := range steps {
			about = append(about, step.Tag)
		}
	}
	own := slices.Concat(a.Tags[site.Cause], a.Tags[site.Solution], a.Tags[site.Case])
	for _, section := range a.Doc.Sections {
		for _, it := range section.Items {
			misnamed = misnamed || it.Tag != "" && !slices.ContainsFunc(own, func(t *site.Tag) bool { return names(t, it.Tag) })
			for _, name := range it.For {
				for _, t := range a.Tags[site.Cause] {
					if names(t, name) {
						about = append(about, t)
					}
				}
			}
		}
	}
	return about, misnamed
}

// placeOf is where an item of an article's chain stands.
func placeOf(a *site.Article, step *site.Step) diag.Pos {
	for _, s := range sections(a, step.Kind) {
		for _, it := range s.Items {
			if it.ID == step.ID {
				return it.Pos
			}
		}
	}
	return a.Title.Pos
}
