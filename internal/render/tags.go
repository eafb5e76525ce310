package render

import (
	"cmp"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// How much of a list the page of a tag shows.
const (
	toldWhy      = 2  // items that say what a cause is, with their text
	toldSteps    = 6  // of each other list
	tagSteps     = 40 // steps of a list, told or named
	tagParts     = 3  // ways of one solution
	productTags  = 12 // tags beside a product, and groups of what readers say of it
	groupSayings = 8  // articles of such a group
)

// tag is the view of a tag's page without the texts of its steps.
func (r *languageRenderer) tag(t *site.Tag) *TagView {
	v := r.tagged(t, 1)
	v.Names, v.Summary = t.Names, t.Description
	l := listsOf(t)
	v.Steps, v.Checks, v.Fixes = each(l.steps, tagStep), each(l.checks, tagStep), each(l.fixes, tagStep)
	if t.Family == site.Solution {
		for i, m := range l.steps {
			v.Steps[i].For = each(m.parts[0].For, there)
		}
	}
	if t.Family == site.Product {
		v.Solutions, v.Sayings = together(t, site.Solution), sayings(t)
	}
	return v
}

// tagged is a page of the list of a tag's articles, from 1.
func (r *languageRenderer) tagged(t *site.Tag, number int) *TagView {
	v := TagView{Family: r.family(t.Family), Articles: each(site.OnPage(t.Articles, t.More, number), r.card)}
	v.Page, v.Pager = r.listed("tag", taggedWith(t), number, t.Name, t.Description)
	v.Breadcrumbs = append(r.breadcrumbs(r.in.Root), v.Family)
	if !v.First {
		v.Breadcrumbs = append(v.Breadcrumbs, tagLink(t))
	}
	v.Data = r.jsonLD(v.Page)
	return &v
}

// merged are steps of several articles that are one thing.
type merged struct {
	title string
	parts []*site.Step // the first, and those that say it in another way
	also  []*site.Step // those that say it as one of the parts does
	told  bool         // with the texts of the parts
}

// lists are what the articles of a tag say of it, each thing once.
type lists struct{ steps, checks, fixes []merged }

func listsOf(t *site.Tag) lists {
	var steps, checks, fixes []*site.Step
	for _, s := range t.Steps() {
		switch {
		case t.Family != site.Cause:
			steps = append(steps, s)
		case s.Kind == markdown.Check:
			checks = append(checks, s)
		case s.Kind == markdown.Solution:
			fixes = append(fixes, s)
		default:
			steps = append(steps, s)
			checks, fixes = append(checks, s.Checks...), append(fixes, s.Solutions...)
		}
	}
	l := lists{merge(steps), merge(checks), merge(fixes)}
	told := toldSteps
	if t.Family == site.Cause {
		told = toldWhy
		// What a cause is, is best told where it is called by its name.
		says := t.Name + strings.Join(t.Names, "") + t.Description
		slices.SortStableFunc(l.steps, func(a, b merged) int { return shared(b.title, says) - shared(a.title, says) })
	}
	for i := range min(told, len(l.steps)) {
		l.steps[i].told = true
	}
	for _, list := range [][]merged{l.checks, l.fixes} { // what most articles say comes first
		slices.SortStableFunc(list, func(a, b merged) int { return len(b.parts) + len(b.also) - len(a.parts) - len(a.also) })
		for i := range min(toldSteps, len(list)) {
			list[i].told = true
		}
	}
	return l
}

// shared is how many characters of a title stand in a text.
func shared(title, text string) int {
	n := 0
	for _, c := range title {
		if unicode.IsLetter(c) && strings.ContainsRune(text, c) {
			n++
		}
	}
	return n
}

// merge puts steps together that are one thing, in the order of their first
// time: solutions with one tag, else those with one title.
func merge(steps []*site.Step) []merged {
	var out []merged
	at, seen := map[string]int{}, map[*site.Step]bool{}
	for _, s := range steps {
		if seen[s] { // a check that tells two causes apart belongs to both
			continue
		}
		seen[s] = true
		key, title := plain(s.Title), s.Title
		if s.Kind == markdown.Solution && s.Tag != nil {
			key, title = "tag "+s.Tag.Name, s.Tag.Name
		}
		i, known := at[key]
		switch {
		case known:
			m := &out[i]
			m.title = title // several ways of one solution are called by its tag
			if len(m.parts) < tagParts && !slices.ContainsFunc(m.parts, func(o *site.Step) bool { return o.Article == s.Article || plain(o.Title) == plain(s.Title) }) {
				m.parts = append(m.parts, s)
			} else {
				m.also = append(m.also, s)
			}
		case len(out) < tagSteps:
			at[key] = len(out)
			out = append(out, merged{title: s.Title, parts: []*site.Step{s}})
		}
	}
	return out
}

// plain is what a title says, whatever its punctuation.
func plain(title string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return -1
		}
		return unicode.ToLower(c)
	}, title)
}

// told are the articles whose texts stand on the page of a tag.
func told(t *site.Tag) []*site.Article {
	var out []*site.Article
	l := listsOf(t)
	for _, m := range slices.Concat(l.steps, l.checks, l.fixes) {
		for _, s := range m.parts {
			if m.told && !slices.Contains(out, s.Article) {
				out = append(out, s.Article)
			}
		}
	}
	return out
}

func tagStep(m merged) TagStep {
	out := TagStep{Title: m.title, Told: m.told}
	for _, s := range m.parts {
		out.Parts = append(out.Parts, TagPart{Step: there(s), Article: articleLink(s.Article)})
	}
	for _, s := range m.also[:min(len(m.also), toldSteps)] {
		out.Also = append(out.Also, Link{Title: s.Article.Title.Value, URL: s.URL()})
	}
	return out
}

// putTold puts the texts of the steps that are told into the view.
func (r *languageRenderer) putTold(v *TagView, t *site.Tag, texts Texts) error {
	bodies := map[string]template.HTML{} // by the address of the step
	for _, a := range told(t) {
		doc, err := texts.Whole(a.Article)
		if err != nil {
			return err
		}
		for i := range doc.Sections {
			for _, it := range doc.Sections[i].Items {
				bodies[a.URL+"#"+it.ID] = elsewhere(r.trusted(it.Body.HTML, a.Targets), a.URL)
			}
		}
	}
	for _, list := range [][]TagStep{v.Steps, v.Checks, v.Fixes} {
		for _, step := range list {
			for i := range step.Parts {
				if step.Told {
					step.Parts[i].Body = bodies[step.Parts[i].Step.URL]
				}
			}
		}
	}
	return nil
}

var footnoteMark = regexp.MustCompile(`<sup><a href="[^"]*" class="footnote-ref"[^>]*>[^<]*</a></sup>`)

// elsewhere is a part of an article as it stands on another page: without ids,
// marks of footnotes, and with links that lead back.
func elsewhere(text template.HTML, url string) template.HTML {
	out := footnoteMark.ReplaceAllLiteralString(string(withoutIDs(text)), "")
	return template.HTML(strings.ReplaceAll(out, `href="#`, `href="`+template.HTMLEscapeString(EscapeURL(url))+`#`))
}

// together are the tags of another family that stand with a tag, most frequent
// first; the count is of the articles that have both.
func together(t *site.Tag, family site.FamilyKind) []Link {
	counts := map[*site.Tag]int{}
	for _, a := range t.Articles {
		for _, other := range a.Tags[family] {
			counts[other]++
		}
	}
	out := make([]Link, 0, len(counts))
	for other, n := range counts {
		l := tagLink(other)
		l.Count = n
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Link) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.URL, b.URL)) })
	return out[:min(len(out), productTags)]
}

// sayings are what readers say of a product, by the causes that its articles
// share: each article once, with the cause that most others have, too.
func sayings(t *site.Tag) []SayingGroup {
	causes := together(t, site.Cause)
	groups := make([]SayingGroup, len(causes)+1)
	for i, c := range causes {
		groups[i].Cause = c
	}
	for _, a := range t.Articles {
		if len(a.Symptoms) == 0 {
			continue
		}
		at, saying := len(causes), Saying{Article: articleLink(a), Symptom: a.Symptoms[0].Value}
		for i, c := range causes {
			if slices.ContainsFunc(a.Tags[site.Cause], func(tag *site.Tag) bool { return tag.URL == c.URL }) {
				at = i
				break
			}
		}
		g := &groups[at]
		if g.Count++; len(g.Sayings) < groupSayings {
			g.Sayings = append(g.Sayings, saying)
		}
	}
	// A cause that one article alone has groups nothing.
	var out, alone []SayingGroup
	for i, g := range groups {
		switch {
		case len(g.Sayings) == 0:
		case i < len(causes) && g.Count > 1:
			out = append(out, g)
		default:
			alone = append(alone, g)
		}
	}
	var rest SayingGroup
	for _, g := range alone {
		rest.Sayings, rest.Count = append(rest.Sayings, g.Sayings...), rest.Count+g.Count
	}
	if len(rest.Sayings) > 0 {
		out = append(out, rest)
	}
	return out
}
