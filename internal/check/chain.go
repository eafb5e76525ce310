package check

import (
	"slices"
	"strings"

	"whyfix/internal/content"
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

// exampleHeading is how the section of a kind may begin in an article, in its
// language.
func exampleHeading(a *site.Article, k markdown.Kind) diag.Text {
	words := map[markdown.Kind][3]string{
		markdown.Check:    {"How to tell which", "怎么判断", "怎麼判斷"},
		markdown.Solution: {"What to do", "怎么解决", "怎麼解決"},
		markdown.Case:     {"A case", "案例", "案例"},
	}[k]
	language := 0
	switch tag := a.Category.In.Tag; {
	case content.Traditional(tag):
		language = 2
	case strings.HasPrefix(strings.ToLower(tag), "zh"):
		language = 1
	}
	return diag.Example("## " + words[language] + " {." + k.String() + "}")
}

// causesWithoutSolution finds causes with which a reader is left alone. A
// solution that names no cause is for all of them.
func causesWithoutSolution(s *site.Site, say report) {
	for _, a := range s.Articles {
		if !has(a, markdown.Cause) || !diagnoses(a) {
			continue
		}
		solutions := sections(a, markdown.Solution)
		if len(solutions) == 0 {
			say(sections(a, markdown.Cause)[0].Pos, diag.Say("this article tells causes, and nothing of what to do"), diag.Say("add a section such as “%s”", exampleHeading(a, markdown.Solution)))
			continue
		}
		if forAll(solutions) || misled(a.Chain().Solutions) {
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

// forAll reports whether something in sections names no cause: an item, or a
// section that is one text.
func forAll(parts []*markdown.Section) bool {
	for _, s := range parts {
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

// misled reports whether a step of a kind names a cause that is not there, which
// was said already: the cause without one may be the one it means.
func misled(steps []*site.Step) bool {
	return slices.ContainsFunc(steps, func(s *site.Step) bool { return s.Misled })
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

// checksForNoCause finds checks and cases that name no cause where others of their
// kind do: they stand outside of the answers, which nobody meant.
func checksForNoCause(s *site.Site, say report) {
	for _, a := range s.Articles {
		if len(a.Chain().Causes) < 2 {
			continue
		}
		for _, kind := range [...]markdown.Kind{markdown.Check, markdown.Case} {
			if !namesCause(sections(a, kind)) {
				continue
			}
			for _, it := range forNoCause(a, kind) {
				message := diag.Say("this check does not say which cause it is for, and others do")
				if kind == markdown.Case {
					message = diag.Say("this case does not say which cause it is for, and others do")
				}
				say(it.Pos, message, diag.Say("write {for=%q} behind the heading, if that is the one", probableCause(a, kind)))
			}
		}
	}
}

// forNoCause are the items of a kind that name no cause.
func forNoCause(a *site.Article, kind markdown.Kind) []markdown.Item {
	var out []markdown.Item
	for _, sec := range sections(a, kind) {
		for _, it := range sec.Items {
			if len(it.For) == 0 && (kind != markdown.Case || it.Tag == "") { // a case with a tag is about that
				out = append(out, it)
			}
		}
	}
	return out
}

// probableCause is the first cause that nothing of a kind is for, else the first.
func probableCause(a *site.Article, kind markdown.Kind) string {
	causes := a.Chain().Causes
	for _, c := range causes {
		if kind == markdown.Check && len(c.Checks) == 0 || kind == markdown.Case && len(c.Cases) == 0 {
			return c.Title
		}
	}
	return causes[0].Title
}

// causesWithoutCheck finds causes that nothing tells apart where others have a
// check. A check that names no cause may be theirs, and has been told.
func causesWithoutCheck(s *site.Site, say report) {
	for _, a := range s.Articles {
		checks := sections(a, markdown.Check)
		if len(a.Chain().Causes) < 2 || !namesCause(checks) || forAll(checks) || misled(a.Chain().Checks) {
			continue
		}
		for _, c := range a.Chain().Causes {
			if len(c.Checks) == 0 {
				say(placeOf(a, c), diag.Say("nothing here says how to tell that it is the cause %q, and of others it is said", c.Title),
					diag.Say("name it behind the heading of its check: {for=%q}", c.Title))
			}
		}
	}
}

// namesCause reports whether an item names a cause, which may not be there.
func namesCause(parts []*markdown.Section) bool {
	for _, s := range parts {
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
			say(a.Title.Pos, diag.Say("this article names causes, and no way to tell which it is"), diag.Say("add a section such as “%s”", exampleHeading(a, markdown.Check)))
		}
	}
}

func withoutCase(s *site.Site, say report) {
	for _, a := range s.Articles {
		if has(a, markdown.Cause) && len(sections(a, markdown.Case)) == 0 {
			say(a.Title.Pos, diag.Say("this article names causes, and no case where it happened"), diag.Say("add a section such as “%s”", exampleHeading(a, markdown.Case)))
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
