package site

import (
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// tag gives every article its tags, each under the one name that tags.yaml
// prefers, and every tag its page.
func (r *resolver) tag() {
	for i := range r.in.Tags {
		info := &r.in.Tags[i]
		r.inform(info.Name.Value, info)
		for _, n := range info.Names {
			r.inform(n.Value, info)
		}
	}
	for _, a := range r.site.Articles {
		for k, texts := range [4][]content.Text{a.Products, a.Causes, a.Solutions, a.Cases} {
			for _, t := range texts {
				tag := r.tagOf(a.Category.In, FamilyKind(k), t)
				if tag == nil {
					continue
				}
				if slices.Contains(a.Tags[k], tag) {
					r.problem(t.Pos, diag.Warning, "tag-twice", "the tag "+quote(tag.Name)+" is given twice", "delete one of the two")
					continue
				}
				a.Tags[k] = append(a.Tags[k], tag)
				tag.Articles = append(tag.Articles, a)
			}
		}
	}
	used := map[*content.TagInfo]bool{}
	for k := range r.words {
		used[r.infos[strings.ToLower(k.written)]] = true
	}
	for i := range r.in.Tags {
		info := &r.in.Tags[i]
		// A tag that stands twice was reported when tags.yaml was read.
		if !used[info] && r.infos[strings.ToLower(info.Name.Value)] == info {
			r.problem(info.Name.Pos, diag.Warning, "tag-unused", "no article has the tag "+quote(info.Name.Value), "delete it here, or add it to an article")
		}
	}
}

// inform notes what tags.yaml says about a name. Where it says two things, the
// first counts.
func (r *resolver) inform(name string, info *content.TagInfo) {
	if low := strings.ToLower(name); r.infos[low] == nil {
		r.infos[low] = info
	}
}

// claimList claims a page that nobody wrote: it is the other that must move.
func (r *resolver) claimList(p Page, owner string) {
	if other, file := r.claimed(p); file != "" {
		r.block(p, file)
		r.problem(other.at, diag.Error, "duplicate-url", "the address "+p.URL+" belongs to "+owner, other.free)
	}
	r.claim(p, &claim{owner: owner})
}

// tagKey tells tags apart: the same word in two languages is two tags, each
// with a page in its language.
type tagKey struct {
	in   *Language
	kind FamilyKind
	name string // folded
}

// wordKey is a tag's word as an article has it.
type wordKey struct {
	in      *Language
	kind    FamilyKind
	written string
}

// tagOf returns the tag that a word names in a family, made at its first use;
// nil if it cannot be one.
func (r *resolver) tagOf(in *Language, kind FamilyKind, t content.Text) *Tag {
	key := wordKey{in, kind, t.Value}
	tag := r.words[key]
	if tag == nil {
		tag = r.newTag(in, kind, t)
		r.words[key] = tag
	}
	return tag
}

// newTag makes a tag, unless another word has made it already.
func (r *resolver) newTag(in *Language, kind FamilyKind, t content.Text) *Tag {
	name := t.Value
	info := r.infos[strings.ToLower(name)]
	if info != nil {
		name = info.Name.Value
	}
	key := tagKey{in, kind, strings.ToLower(name)}
	if tag := r.tags[key]; tag != nil {
		return tag
	}
	tag := &Tag{In: in, Family: kind, Name: name, word: key.name}
	slug, at := markdown.Slug(name), t.Pos
	if info != nil {
		tag.Description = info.Description
		for _, n := range info.Names {
			tag.Names = append(tag.Names, n.Value)
		}
		if info.Slug.Value != "" {
			slug, at = info.Slug.Value, info.Slug.Pos
		}
	}
	if slug == "" {
		r.problem(t.Pos, diag.Error, "tag-name", "the tag "+quote(name)+" has no letter or digit for an address", "give it a slug in "+content.TagsFile)
		return nil
	}
	f := in.Families[kind]
	if len(f.Tags) == 0 {
		r.claimList(f.Page, "the list of tags")
	}
	tag.Page = r.page(in.Home()+kind.Folder()+"/"+slug+"/", in.Tag)
	if len(slug) > maxName {
		r.problem(at, diag.Error, "tag-name", "the name is too long for an address", "use at most 80 characters, or give it a slug in "+content.TagsFile)
	} else {
		r.take(tag.Page, claim{owner: "the tag " + quote(name) + " (" + kind.String() + ")", at: at, free: freeName}, freeName)
	}
	r.tags[key] = tag
	f.Tags = append(f.Tags, tag)
	return tag
}

// chain reads the relations between the items of each article.
func (r *resolver) chain() {
	for _, a := range r.site.Articles {
		items := 0
		for i := range a.Doc.Sections {
			items += len(a.Doc.Sections[i].Items)
		}
		steps := make([]Step, items)
		for i := range a.Doc.Sections {
			s := &a.Doc.Sections[i]
			for j := range s.Items {
				steps[0] = Step{Article: a, Kind: s.Kind, ID: s.Items[j].ID, Title: s.Items[j].Title}
				r.step(&steps[0], &s.Items[j])
				steps = steps[1:]
			}
		}
		for i := range a.Doc.Sections {
			s := &a.Doc.Sections[i]
			if s.Kind == markdown.None || s.Kind == markdown.Cause {
				continue
			}
			for j := range s.Items {
				if it := &s.Items[j]; len(it.For) > 0 {
					r.connect(a, it.Pos, it.For, stepOf(a, s.Kind, it.ID))
				}
			}
		}
	}
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

func stepOf(a *Article, k markdown.Kind, id string) *Step {
	for _, s := range *a.Chain.of(k) {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// step puts an item into its article's chain and on the page of its tag.
func (r *resolver) step(step *Step, it *markdown.Item) {
	a := step.Article
	list := a.Chain.of(step.Kind)
	*list = append(*list, step)
	family := Case
	switch step.Kind {
	case markdown.Cause, markdown.Check:
		family = Cause
	case markdown.Solution:
		family = Solution
	}
	if tag := r.among(a.Tags[family], it.About()); tag != nil {
		step.Tag = tag
		tag.Steps = append(tag.Steps, step)
		return
	}
	if it.Tag != "" {
		r.problem(it.Pos, diag.Error, "item-tag", "this item is about the tag "+quote(it.Tag)+", which the article's "+family.Folder()+" do not have",
			diag.DidYouMean(it.Tag, names(a.Tags[family]), "add it to "+family.Folder()+" in the front matter"))
	}
}

// among finds a tag by any of its names.
func (r *resolver) among(tags []*Tag, name string) *Tag {
	for _, t := range tags {
		if t.Name == name {
			return t
		}
	}
	if len(tags) == 0 {
		return nil
	}
	word, known := r.folded[name]
	if !known {
		word = strings.ToLower(name)
		if info := r.infos[word]; info != nil {
			word = strings.ToLower(info.Name.Value)
		}
		r.folded[name] = word
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

// connect links a check or a solution with the causes that it is for.
func (r *resolver) connect(a *Article, at diag.Pos, for_ []string, step *Step) {
	for _, name := range for_ {
		found := false
		tag := r.among(a.Tags[Cause], name)
		for _, cause := range a.Chain.Causes {
			if cause.Title != name && cause.ID != name && (tag == nil || cause.Tag != tag) {
				continue
			}
			found = true
			if slices.Contains(step.For, cause) {
				continue // two names of one cause
			}
			step.For = append(step.For, cause)
			switch step.Kind {
			case markdown.Check:
				cause.Checks = append(cause.Checks, step)
			case markdown.Solution:
				cause.Solutions = append(cause.Solutions, step)
			case markdown.Case:
				cause.Cases = append(cause.Cases, step)
			}
		}
		if found || tag != nil {
			continue
		}
		known := names(a.Tags[Cause])
		for _, c := range a.Chain.Causes {
			known = append(known, c.Title)
		}
		hint := "name one of the article's causes"
		if len(known) > 0 {
			hint = diag.DidYouMean(name, known, "the article's causes are: "+strings.Join(slices.Compact(known), ", "))
		}
		r.problem(at, diag.Error, "item-for", "this item is for the cause "+quote(name)+", which the article does not have", hint)
	}
}
