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
	for _, l := range r.site.Languages {
		l.infos = r.infos
	}
	for _, a := range r.site.Articles {
		texts := [4][]content.Text{a.Products, a.Causes, a.Solutions, a.Cases}
		room := make([]*Tag, len(texts[0])+len(texts[1])+len(texts[2])+len(texts[3]))
		for k, texts := range texts {
			a.Tags[k], room = room[:0:len(texts)], room[len(texts):]
			for _, t := range texts {
				tag := r.tagOf(a.Category.In, FamilyKind(k), t)
				if tag == nil {
					continue
				}
				if slices.Contains(a.Tags[k], tag) {
					r.problem(t.Pos, diag.Warning, "tag-twice", diag.Say("the tag %q is given twice", tag.Name), diag.Say("delete one of the two"))
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
			r.problem(info.Name.Pos, diag.Warning, "tag-unused", diag.Say("no article has the tag %q", info.Name.Value), diag.Say("delete it here, or add it to an article"))
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
func (r *resolver) claimList(p Page, owner diag.Text) {
	if other, file := r.claimed(p); file != "" {
		r.block(p, file)
		r.problem(other.at, diag.Error, "duplicate-url", diag.Say("the address %s belongs to %s", p.URL, owner), other.free)
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
		r.problem(t.Pos, diag.Error, "tag-name", diag.Say("the tag %q has no letter or digit for an address", name), diag.Say("give it a slug in tags.yaml"))
		return nil
	}
	f := in.Families[kind]
	if len(f.Tags) == 0 {
		r.claimList(f.Page, diag.Say("the list of tags"))
	}
	tag.Page = r.page(in.Home()+kind.Folder()+"/"+slug+"/", in.Tag)
	if len(slug) > maxName {
		r.problem(at, diag.Error, "tag-name", diag.Say("the name is too long for an address"), diag.Say("use at most 80 characters, or give it a slug in tags.yaml"))
	} else {
		r.take(tag.Page, claim{tag: tag, at: at, free: freeName}, freeName)
	}
	r.tags[key] = tag
	f.Tags = append(f.Tags, tag)
	return tag
}
