package render

import (
	"cmp"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

const (
	// A text of up to so many characters stands in every answer that it belongs
	// to; a longer one only in the first, to which the others lead.
	repeatedLength = 500
	// A paragraph of up to so many characters above items that are all told leads
	// to the answers, as it did to the items.
	leadLength = 80
	// More parts than so many for each item help nobody: checks that are for all
	// causes, and solutions that are, too.
	repeatedParts = 4
)

// guide sorts the items of an article by the case that they are for. Nothing of
// it is written for it: checks that name causes are the signs of a case, and so
// is a cause that nothing tells. The texts come later, by tell.
func guide(chain *site.Chain) *Guide {
	g, told, parts := &Guide{}, map[*site.Step]bool{}, 0
	for _, c := range casesOf(chain) {
		a := Answer{ID: c.signs[0].ID}
		for _, s := range c.signs {
			a.Signs = append(a.Signs, s.Title)
		}
		for _, s := range append(c.signs, c.steps...) {
			a.Parts = append(a.Parts, Part{Kind: s.Kind.String(), ID: s.ID, Title: s.Title, Again: told[s] || s.Kind == markdown.Solution && s.General})
			told[s] = true
		}
		g.Answers, parts = append(g.Answers, a), parts+len(a.Parts)
	}
	if len(g.Answers) < 2 || parts > repeatedParts*len(told) {
		return nil
	}
	return g
}

// reading is a case that a reader may be in: the steps by which he knows it,
// and those that follow.
type reading struct{ signs, steps []*site.Step }

// casesOf are the cases that an article tells apart, in the order of its
// checks; causes that nothing tells come last.
func casesOf(chain *site.Chain) []reading {
	var out []reading
	for _, check := range chain.Checks {
		if len(check.For) == 0 {
			continue
		}
		same := slices.IndexFunc(out, func(r reading) bool { return slices.Equal(r.signs[0].For, check.For) })
		if same < 0 {
			same = len(out)
			out = append(out, reading{steps: follows(check.For)})
		}
		out[same].signs = append(out[same].signs, check)
	}
	for _, cause := range chain.Causes {
		if len(cause.Checks) == 0 && len(out)+len(cause.Solutions) > 0 {
			out = append(out, reading{[]*site.Step{cause}, follows([]*site.Step{cause})[1:]})
		}
	}
	for i := range out {
		out[i].steps = withRemedy(out[i].steps, chain)
	}
	return out
}

// withRemedy gives a case that has no solution of its own those that name no
// cause: they are for all.
func withRemedy(steps []*site.Step, chain *site.Chain) []*site.Step {
	if slices.ContainsFunc(steps, func(s *site.Step) bool { return s.Kind == markdown.Solution }) {
		return steps
	}
	at := slices.IndexFunc(steps, func(s *site.Step) bool { return s.Kind == markdown.Case })
	if at < 0 {
		at = len(steps)
	}
	return slices.Insert(steps, at, slices.DeleteFunc(slices.Clone(chain.Solutions), func(s *site.Step) bool { return !s.General })...)
}

// follows are causes, each with what helps against it alone, then what helps
// against several of them, and where it happened.
func follows(causes []*site.Step) []*site.Step {
	var out, shared, happened []*site.Step
	for _, cause := range causes {
		out = append(out, cause)
		for _, s := range cause.Solutions {
			if slices.ContainsFunc(causes, func(c *site.Step) bool { return c != cause && slices.Contains(s.For, c) }) {
				shared = append(shared, s)
			} else {
				out = append(out, s)
			}
		}
		happened = append(happened, cause.Cases...)
	}
	for _, s := range append(shared, happened...) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// tells reports whether an item stands in an answer.
func (g *Guide) tells(id string) bool {
	return g != nil && slices.ContainsFunc(g.Answers, func(a Answer) bool {
		return slices.ContainsFunc(a.Parts, func(p Part) bool { return p.ID == id })
	})
}

// tell moves the texts of the items from the sections into the answers. A
// section of which nothing is left is gone, and its ids lead to the question.
// What is for all cases stays in its section, too: whoever finds no answer reads
// on.
func (v *ArticleView) tell(doc *markdown.Document) {
	told := map[string]*Part{} // the first of each item
	for i := range v.Guide.Answers {
		for j := range v.Guide.Answers[i].Parts {
			if p := &v.Guide.Answers[i].Parts[j]; !p.Again {
				told[p.ID] = p
			}
		}
	}
	stay, long := map[string]*Part{}, map[string]bool{}
	left := v.Sections[:0]
	for i, s := range v.Sections {
		var items []Item
		for j, it := range s.Items {
			long[it.ID] = utf8.RuneCountInString(doc.Sections[i].Items[j].Body.Text) > repeatedLength
			p := told[it.ID]
			if p == nil {
				items = append(items, it)
				stay[it.ID] = &Part{Heading: it.Heading, Body: it.Body}
				continue
			}
			p.Heading, p.Body = it.Heading, it.Body
			if p.Kind == "case" { // such as: the cases are invented
				p.Note = withoutIDs(s.Body)
			}
		}
		lead := isLead(s.Body, doc.Sections[i].Body.Text)
		if len(s.Items) > len(items) && len(items) == 0 && (s.Body == "" || lead || s.Kind == "case") {
			if lead && s.Kind != "case" {
				v.Guide.Lead += s.Body
			}
			v.gone(s, told)
			if s.Kind == "case" { // its text stands nowhere else
				told[s.Items[0].ID].Note = s.Body
			}
			continue
		}
		s.Items = items
		left = append(left, s)
	}
	v.Sections = left
	for i := range v.Guide.Answers {
		a := &v.Guide.Answers[i]
		var note template.HTML
		for j := range a.Parts {
			p := &a.Parts[j]
			if p.Again {
				first := cmp.Or(told[p.ID], stay[p.ID])
				p.Heading = withoutIDs(first.Heading)
				if p.Away = long[p.ID]; !p.Away {
					p.Body, p.Note = withoutIDs(first.Body), withoutIDs(first.Note)
				}
			}
			if plain := withoutIDs(p.Note); plain == note {
				p.Note = "" // said of the case before
			} else if plain != "" {
				note = plain
			}
		}
		if len(a.Signs) == 1 && !a.Parts[0].Away {
			a.Parts[0].Heading = "" // it is the sign
		}
	}
}

// gone gives a place to the ids of a section of which nothing is left: its first
// case; of solutions the entry in the contents, which names them all; else the
// question.
func (v *ArticleView) gone(s Section, told map[string]*Part) {
	ids := []string{s.ID}
	if s.Anchor != "" {
		ids = append(ids, s.Anchor)
	}
	at := slices.IndexFunc(v.Contents, func(e ContentsEntry) bool { return e.URL == onPage(s.ID) })
	switch {
	case s.Kind == "case" || len(s.Items) == 1:
		told[s.Items[0].ID].Anchors = ids
	case s.Kind == "solution" && at >= 0 && len(v.Contents) > 1:
		v.Contents[at].Anchors = ids
	default:
		v.Guide.Anchors = append(v.Guide.Anchors, ids...)
	}
}

// isLead reports whether a text is one short paragraph that leads nowhere else.
func isLead(html template.HTML, text string) bool {
	return strings.HasPrefix(string(html), "<p>") && !strings.Contains(string(html), "<a ") && strings.Index(string(html), "</p>") >= len(strings.TrimSpace(string(html)))-len("</p>") &&
		utf8.RuneCountInString(text) <= leadLength
}

var idAttribute = regexp.MustCompile(` id="[^"]*"`)

// withoutIDs is a text that stands on the page a second time: an id is there once.
func withoutIDs(text template.HTML) template.HTML {
	return template.HTML(idAttribute.ReplaceAllLiteralString(string(text), ""))
}
