package site

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// named resolves a link by a name, as [[name]]: a path from the content folder or
// from the file, the end of one, or an article's whole title. What two have is
// a mistake, because readers would be led to either.
func (r *resolver) named(ref markdown.Ref, file string, doc *markdown.Document, from *Article) (markdown.Target, bool) {
	name, heading, _ := strings.Cut(ref.Dest, "#")
	name, heading = content.Composed(strings.TrimSpace(name)), strings.TrimSpace(heading)
	suffix := func(doc *markdown.Document, p string) string {
		if heading == "" {
			return ""
		}
		id := anchorOf(doc, heading)
		r.anchor(ref, doc, id, p)
		return "#" + id
	}
	if name == "" { // [[#heading]]
		return markdown.Target{URL: cmp.Or(suffix(doc, file), "#")}, true
	}
	switch found := r.called(name, file); len(found) {
	case 0:
		known := make([]string, 0, len(r.site.Articles))
		for _, a := range r.site.Articles {
			known = append(known, withoutExt(path.Base(a.Path)))
		}
		if markdown.IsPiece(name) {
			return r.broken(ref, codeOf(ref), diag.Say("%q is a piece, which stands alone in a paragraph", name), diag.Say("write ![[%s]] on a line of its own, with a blank line above and below", name))
		}
		if ref.Image && path.Ext(name) == "" {
			return r.broken(ref, "image-target", diag.Say("there is no image %q", name), diag.Say("write the file's end, .png; for a piece write its folder, too: ![[_snippets/%s.md]]", name))
		}
		if ref.Image {
			return r.broken(ref, "image-target", diag.Say("there is no image %q", name), diag.Say("put the file into the content folder, or mend its name"))
		}
		return r.broken(ref, "link-target", diag.Say("no article is called %q", name), diag.DidYouMean(name, known, diag.Say("write the name of its file, or its title")))
	case 1:
		p := found[0]
		if _, isAsset := r.assets[p]; isAsset && ref.Image {
			return r.image(ref, p, p, "")
		}
		if ref.Image {
			return r.broken(ref, "image-target", diag.Say("%q is no image", name), diag.Say("for a link, take out the ! before it"))
		}
		if a := r.byPath[p]; a != nil {
			return a.linkFrom(from, suffix(a.Doc, p)), true
		}
		if c := r.folders[folderOf(p)]; c != nil && content.Classify(p) == content.ClassIndex {
			if c.Index != nil {
				return markdown.Target{URL: c.URL + suffix(c.Index.Doc, p)}, true
			}
			return markdown.Target{URL: c.URL}, true
		}
		return r.pageTarget(ref, p, p, "", "", from)
	default:
		return r.broken(ref, "link-target", diag.Say("%q may be %s", name, strings.Join(firstOf(found, 4), " or ")), diag.Say("write more of its path, such as [[%s]]", withoutExt(found[0])))
	}
}

// called are the files that a name in a file may mean.
func (r *resolver) called(name, file string) []string {
	if r.names == nil {
		r.names = map[string][]string{}
		add := func(p, title string) {
			keys := []string{withoutExt(p), title}
			if content.Classify(p) == content.ClassAsset {
				keys = []string{p}
			}
			for rest := keys[0]; strings.Contains(rest, "/"); {
				_, rest, _ = strings.Cut(rest, "/")
				keys = append(keys, rest)
			}
			for i, key := range keys {
				key = strings.ToLower(key)
				if i == 1 && title != "" { // whole paths and their ends come first
					key = "title:" + key
				}
				if key != "" && !slices.Contains(r.names[key], p) {
					r.names[key] = append(r.names[key], p)
				}
			}
		}
		for _, a := range r.in.Articles {
			add(a.Path, a.Title.Value)
		}
		for _, a := range r.in.Assets {
			add(a.Path, "")
		}
	}
	key := strings.ToLower(withoutMarkdown(name))
	beside := strings.ToLower(path.Join(path.Dir(file), withoutMarkdown(name)))
	for _, exact := range []string{beside, path.Clean(strings.TrimPrefix(key, "/"))} {
		for _, p := range r.names[exact] {
			if strings.EqualFold(withoutMarkdown(p), exact) {
				return []string{p}
			}
		}
	}
	if found := r.names[key]; len(found) > 0 {
		return found
	}
	return r.names["title:"+strings.ToLower(name)]
}

// withoutMarkdown is a path without the end that articles have.
func withoutMarkdown(p string) string {
	if content.Classify(p) == content.ClassAsset {
		return p
	}
	return withoutExt(p)
}

func withoutExt(p string) string { return strings.TrimSuffix(p, path.Ext(p)) }

// anchorOf is the id of a heading that is named by its id or by its words.
func anchorOf(doc *markdown.Document, heading string) string {
	if doc == nil || doc.HasID(heading) {
		return heading
	}
	for _, s := range doc.Sections {
		if s.Title == heading {
			return s.ID
		}
		for _, it := range s.Items {
			if it.Title == heading {
				return it.ID
			}
		}
	}
	if id := markdown.Slug(heading); doc.HasID(id) {
		return id
	}
	return heading
}
