package site

import (
	"cmp"
	"slices"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// Chain is how an article leads from its causes to what to do. The steps of
// each list are in the order of the article.
type Chain struct {
	Causes, Checks, Solutions, Cases []*Step

	steps []Step // all, in the order of the article
}

// Step is one item of the chain: a cause, a check, a solution or a case.
type Step struct {
	Article *Article
	Kind    markdown.Kind
	General bool // its writer names no cause that it is for
	Misled  bool // its writer names one that is not there, which was said
	ID      string
	Title   string
	Tag     *Tag // what it is about, or nil
	*Leads       // never nil
}

// Leads are what the writer says of how steps belong together.
type Leads struct {
	For       []*Step // of a check, a solution or a case: the causes that it is for
	Checks    []*Step // of a cause: how to tell that it is this one
	Solutions []*Step // of a cause: what to do then
	Cases     []*Step // of a cause: where it happened
}

// unled is what all steps share of which nobody says anything: most do, and there
// are more of them than of anything else. It never changes.
var unled = &Leads{}

// leads are a step's own.
func (s *Step) leads() *Leads {
	if s.Leads == unled {
		s.Leads = &Leads{}
	}
	return s.Leads
}

// URL is the address of the step on its article's page.
func (s *Step) URL() string { return s.Article.URL + "#" + s.ID }

// Chain is the article's. It is made when it is asked for, because most of a
// preview's pages are never looked at; each call gives the same steps.
func (a *Article) Chain() *Chain {
	if known := a.chain.Load(); known != nil {
		return known
	}
	a.chain.CompareAndSwap(nil, a.newChain(func(diag.Diagnostic) {}))
	return a.chain.Load()
}

// Steps are the items of articles that are about the tag, in the order of the
// articles' paths. They are found when they are asked for, as chains are.
func (t *Tag) Steps() []*Step {
	if known := t.steps.Load(); known != nil {
		return *known
	}
	var out []*Step
	if t.Family != Product { // no item is about one
		articles := slices.Clone(t.Articles)
		slices.SortFunc(articles, func(a, b *Article) int { return cmp.Compare(a.Path, b.Path) })
		for _, a := range articles {
			c := a.Chain()
			for i := range c.steps {
				if c.steps[i].Tag == t {
					out = append(out, &c.steps[i])
				}
			}
		}
	}
	t.steps.CompareAndSwap(nil, &out)
	return *t.steps.Load()
}

// relations looks at what items say of tags and causes. Those that say nothing
// cannot be wrong, and their articles' chains are made later, if at all.
func (r *resolver) relations() {
	say := func(d diag.Diagnostic) { r.diags = append(r.diags, d) }
	for _, a := range r.site.Articles {
		if relates(a.Doc) {
			a.chain.Store(a.newChain(say))
		}
	}
}

// relates reports whether an item of a document names a tag or a cause.
func relates(doc *markdown.Document) bool {
	for i := range doc.Sections {
		items := doc.Sections[i].Items
		for j := range items {
			if items[j].Tag != "" || len(items[j].For) > 0 {
				return true
			}
		}
	}
	return false
}

// newChain reads the relations between the items of the article, and says what
// is wrong with them.
func (a *Article) newChain(say func(diag.Diagnostic)) *Chain {
	count := 0
	for i := range a.Doc.Sections {
		count += len(a.Doc.Sections[i].Items)
	}
	c, items := &Chain{steps: make([]Step, 0, count)}, make([]*markdown.Item, 0, count)
	for i := range a.Doc.Sections {
		s := &a.Doc.Sections[i]
		for j := range s.Items {
			it := &s.Items[j]
			c.steps, items = append(c.steps, Step{Article: a, Kind: s.Kind, General: len(it.For) == 0, ID: it.ID, Title: it.Title, Leads: unled}), append(items, it)
			step := &c.steps[len(c.steps)-1]
			list := c.of(s.Kind)
			*list = append(*list, step)
			a.sort(step, it, say)
		}
	}
	for i, it := range items { // when all causes are known
		if step := &c.steps[i]; len(it.For) > 0 && step.Kind != markdown.None && step.Kind != markdown.Cause {
			c.connect(step, it, say)
		}
	}
	return c
}

func (c *Chain) of(k markdown.Kind) *[]*Step {
	switch k {
	case markdown.Cause:
		return &c.Causes
	case markdown.Check:
		return &c.Checks
	case markdown.Solution:
		return &c.Solutions
	default:
		return &c.Cases
	}
}

// sort finds the tag that a step is about.
func (a *Article) sort(step *Step, it *markdown.Item, say func(diag.Diagnostic)) {
	family := Case
	switch step.Kind {
	case markdown.Cause, markdown.Check:
		family = Cause
	case markdown.Solution:
		family = Solution
	}
	if step.Tag = a.among(family, it.About()); step.Tag == nil && it.Tag != "" && !a.Misread {
		say(diag.Diagnostic{
			Pos: it.Pos, Severity: diag.Error, Code: "item-tag",
			Message: diag.Say("this item is about the tag %q, which the article's %s do not have", it.Tag, family.Folder()),
			Hint:    diag.DidYouMean(it.Tag, names(a.Tags[family]), diag.Say("add it to %s in the front matter", family.Folder())),
		})
	}
}

// among finds a tag of the article by any of its names.
func (a *Article) among(family FamilyKind, name string) *Tag {
	tags := a.Tags[family]
	for _, t := range tags {
		if t.Name == name {
			return t
		}
	}
	if len(tags) == 0 {
		return nil
	}
	word := strings.ToLower(name)
	if info := a.Category.In.infos[word]; info != nil {
		word = strings.ToLower(info.Name.Value)
	}
	for _, t := range tags {
		if t.word == word {
			return t
		}
	}
	return nil
}

func names(tags []*Tag) []string {
	out := make([]string, len(tags))
	for i, t := range tags {
		out[i] = t.Name
	}
	return out
}

// connect links a check, a solution or a case with the causes that it is for.
func (c *Chain) connect(step *Step, it *markdown.Item, say func(diag.Diagnostic)) {
	a := step.Article
	for _, name := range it.For {
		found := false
		tag := a.among(Cause, name)
		for _, cause := range c.Causes {
			if cause.Title != name && cause.ID != name && (tag == nil || cause.Tag != tag) {
				continue
			}
			found = true
			if slices.Contains(step.For, cause) {
				continue // two names of one cause
			}
			step.leads().For = append(step.For, cause)
			switch to := cause.leads(); step.Kind {
			case markdown.Check:
				to.Checks = append(to.Checks, step)
			case markdown.Solution:
				to.Solutions = append(to.Solutions, step)
			case markdown.Case:
				to.Cases = append(to.Cases, step)
			}
		}
		if found || tag != nil {
			continue
		}
		if step.Misled = true; a.Misread {
			continue
		}
		known := names(a.Tags[Cause])
		for _, cause := range c.Causes {
			if !slices.Contains(known, cause.Title) {
				known = append(known, cause.Title)
			}
		}
		hint := diag.Say("name one of the article's causes")
		if len(known) > 0 {
			hint = diag.DidYouMean(name, known, diag.Say("the article's causes are: %s", diag.Names(known)))
		}
		say(diag.Diagnostic{
			Pos: it.Pos, Severity: diag.Error, Code: "item-for",
			Message: diag.Say("this item is for the cause %q, which the article does not have", name), Hint: hint,
		})
	}
}
