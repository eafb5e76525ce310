package site

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// links resolves every link and image of every page.
func (r *resolver) links() {
	resolve := func(doc *markdown.Document, file string, from *Article) []markdown.Target {
		targets := make([]markdown.Target, len(doc.Refs))
		for i, ref := range doc.Refs {
			targets[i], _ = r.target(ref, file, from)
		}
		return targets
	}
	for _, a := range r.site.Articles {
		a.Targets = resolve(a.Doc, a.Path, a)
	}
	for _, c := range append([]*Category{r.site.Root}, r.site.Categories...) {
		if c.Index != nil {
			c.Targets = resolve(c.Index.Doc, c.Index.Path, nil)
		}
	}
	for _, a := range r.site.Articles {
		slices.SortFunc(a.Backlinks, func(x, y *Article) int { return cmp.Compare(x.Path, y.Path) })
		a.Backlinks = slices.Compact(a.Backlinks)
	}
}

// target resolves one link or image that stands in a file. The article is the
// one that it stands in, or nil.
func (r *resolver) target(ref markdown.Ref, file string, from *Article) (markdown.Target, bool) {
	if ref.Dest == "" {
		r.problem(ref.Pos, diag.Error, "link-target", kindOf(ref)+" leads nowhere", "write an address between the parentheses")
		return markdown.Target{URL: "#"}, false
	}
	if u, err := url.Parse(ref.Dest); err == nil && (u.Scheme != "" || u.Host != "") {
		return markdown.Target{URL: ref.Dest}, true
	}
	dest, fragment, hasFragment := strings.Cut(ref.Dest, "#")
	dest, query, hasQuery := strings.Cut(dest, "?")
	if f, err := url.PathUnescape(fragment); err == nil {
		fragment = f
	}
	if p, err := url.PathUnescape(dest); err == nil {
		dest = p
	}
	suffix := ""
	if hasQuery {
		suffix += "?" + query
	}
	if hasFragment {
		suffix += "#" + fragment
	}
	if dest == "" { // an anchor on the same page
		if from != nil {
			r.anchor(ref, from.Doc, fragment, file)
		}
		return markdown.Target{URL: cmp.Or(suffix, "#")}, true
	}
	p := resolvePath(dest, file)
	if p == ".." || strings.HasPrefix(p, "../") {
		r.problem(ref.Pos, diag.Error, "link-target", kindOf(ref)+" leads out of the content folder: "+ref.Dest, "copy the file into the content folder")
		return markdown.Target{URL: "#"}, false
	}
	if ref.Image {
		return r.image(ref, p, file)
	}
	if t, ok := r.pageTarget(ref, p, dest, fragment, suffix, from); ok {
		return t, true
	}
	return markdown.Target{URL: "#"}, false
}

func kindOf(ref markdown.Ref) string {
	if ref.Image {
		return "this image"
	}
	return "this link"
}

// resolvePath is the path below the content folder that a file's link means.
func resolvePath(dest, file string) string {
	if strings.HasPrefix(dest, "/") {
		return path.Clean(dest[1:])
	}
	return path.Join(path.Dir(file), dest)
}

func (r *resolver) image(ref markdown.Ref, p, file string) (markdown.Target, bool) {
	if a, ok := r.assets[p]; ok {
		return markdown.Target{URL: r.site.Prefix + p, Width: a.Width, Height: a.Height}, true
	}
	known := make([]string, 0, len(r.assets))
	for k := range r.assets {
		known = append(known, relative(k, file))
	}
	slices.Sort(known)
	r.problem(ref.Pos, diag.Error, "image-target", "there is no image "+quote(ref.Dest), diag.DidYouMean(ref.Dest, known, "put the file beside the article, or mend its name"))
	return markdown.Target{URL: "#"}, false
}

// pageTarget resolves a link to a page or a file of this site.
func (r *resolver) pageTarget(ref markdown.Ref, p, dest, fragment, suffix string, from *Article) (markdown.Target, bool) {
	switch content.Classify(p) {
	case content.ClassArticle, content.ClassIndex:
		if a := r.byPath[p]; a != nil {
			r.anchor(ref, a.Doc, fragment, p)
			if from != nil && a != from {
				a.Backlinks = append(a.Backlinks, from)
			}
			return markdown.Target{URL: a.URL + suffix}, true
		}
		if c := r.folders[folderOf(p)]; c != nil && content.Classify(p) == content.ClassIndex {
			return markdown.Target{URL: c.URL + suffix}, true
		}
		if why := r.hidden[p]; why != "" {
			r.problem(ref.Pos, diag.Error, "link-target", quote(dest)+" is "+why+": readers cannot follow this link", "publish it, or take the link out")
			return markdown.Target{}, false
		}
		r.problem(ref.Pos, diag.Error, "link-target", "there is no article "+quote(dest), diag.DidYouMean(dest, r.articlePaths(ref.Pos.File), "mend the path: it is relative to this file"))
		return markdown.Target{}, false
	}
	if _, ok := r.assets[p]; ok {
		return markdown.Target{URL: r.site.Prefix + p + suffix}, true
	}
	// An address on this site, or a folder.
	if p == "." {
		p = ""
	}
	if c := r.folders[p]; c != nil {
		return markdown.Target{URL: c.URL + suffix}, true
	}
	site := path.Clean("/" + p)
	if path.Ext(site) == "" {
		site += "/"
	}
	if page := r.page(strings.TrimPrefix(site, "/")); r.pages[strings.ToLower(page.File)] != "" {
		return markdown.Target{URL: page.URL + suffix}, true
	}
	r.problem(ref.Pos, diag.Error, "link-target", "there is no page or file "+quote(dest), diag.DidYouMean(dest, r.articlePaths(ref.Pos.File), "link to the Markdown file of the article, such as ../pay/refund-late.md"))
	return markdown.Target{}, false
}

// articlePaths are the articles as a file would link to them.
func (r *resolver) articlePaths(file string) []string {
	out := make([]string, len(r.site.Articles))
	for i, a := range r.site.Articles {
		out[i] = relative(a.Path, file)
	}
	return out
}

// relative is a path as seen from the folder of a file.
func relative(p, file string) string {
	from, to := strings.Split(folderOf(file), "/"), strings.Split(p, "/")
	if folderOf(file) == "" {
		return p
	}
	for len(from) > 0 && len(to) > 1 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	return strings.Repeat("../", len(from)) + strings.Join(to, "/")
}

// anchor checks that a page has the anchor that a link names.
func (r *resolver) anchor(ref markdown.Ref, doc *markdown.Document, fragment, p string) {
	if fragment == "" || doc.HasID(fragment) || strings.HasPrefix(fragment, "fn") || fragment == "top" {
		return
	}
	where := p
	if p == ref.Pos.File {
		where = "this page"
	}
	r.problem(ref.Pos, diag.Error, "link-anchor", "there is no anchor "+quote("#"+fragment)+" in "+where,
		diag.DidYouMean(fragment, doc.IDs, "its anchors are: "+strings.Join(firstOf(doc.IDs, 12), ", ")))
}

func firstOf(s []string, n int) []string {
	if len(s) > n {
		return append(slices.Clone(s[:n]), "…")
	}
	return s
}
