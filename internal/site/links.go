package site

import (
	"cmp"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// linkArticles resolves the links of articles that are no more than the path
// of another: most are. It touches nothing but the articles, so that others can
// work meanwhile.
func (r *resolver) linkArticles() {
	count := 0
	for _, a := range r.site.Articles {
		count += len(a.Doc.Refs)
	}
	all := make([]markdown.Target, count)
	for _, a := range r.site.Articles {
		n := len(a.Doc.Refs)
		a.Targets, all = all[:n:n], all[n:]
		for i := range a.Doc.Refs {
			if to := r.linked(&a.Doc.Refs[i], writtenIn(&a.Doc.Refs[i], a.Path)); to != nil {
				a.Targets[i] = to.linkFrom(a, "")
			}
		}
	}
}

// links resolves the other links and images of every page.
func (r *resolver) links() {
	for _, a := range r.site.Articles {
		for i := range a.Targets {
			if a.Targets[i].URL == "" {
				a.Targets[i], _ = r.target(a.Doc.Refs[i], writtenIn(&a.Doc.Refs[i], a.Path), a.Doc, a)
			}
		}
	}
	for _, c := range r.categories() {
		if c.Index == nil {
			continue
		}
		c.Targets = make([]markdown.Target, len(c.Index.Doc.Refs))
		for i, ref := range c.Index.Doc.Refs {
			c.Targets[i], _ = r.target(ref, writtenIn(&ref, c.Index.Path), c.Index.Doc, nil)
		}
	}
	for _, a := range r.site.Articles {
		slices.SortFunc(a.Backlinks, func(x, y *Article) int { return cmp.Compare(x.Path, y.Path) })
		a.Backlinks = slices.Compact(a.Backlinks)
	}
}

// writtenIn is the file that a link of a page is written in: a path in a piece is
// relative to the piece.
func writtenIn(ref *markdown.Ref, page string) string { return cmp.Or(ref.Pos.File, page) }

// linked is the article that a link of a file names, if the link is no more
// than its path. Most are, and there are more of them than of anything else;
// nil is for target to tell.
func (r *resolver) linked(ref *markdown.Ref, file string) *Article {
	dest, dir := ref.Dest, folderAbove(file)
	if ref.Image || ref.Wiki != "" || strings.ContainsAny(dest, ":?#%") {
		return nil
	}
	for {
		rest, up := strings.CutPrefix(dest, "../")
		if !up {
			break
		}
		if dir == "" { // out of the content folder
			return nil
		}
		dest, dir = rest, folderAbove(dir)
	}
	r.path = r.path[:0]
	if dir != "" {
		r.path = append(append(r.path, dir...), '/')
	}
	r.path = append(r.path, dest...)
	return r.byPath[string(r.path)]
}

// linkFrom is a link to the article, from another or, nil, from a page that is
// none.
func (a *Article) linkFrom(from *Article, suffix string) markdown.Target {
	if from != nil && a != from {
		a.Backlinks = append(a.Backlinks, from)
	}
	return markdown.Target{URL: a.URL + suffix}
}

// target resolves one link or image that stands in a file: in a document, or
// nil, that is an article's, or nil.
func (r *resolver) target(ref markdown.Ref, file string, doc *markdown.Document, from *Article) (markdown.Target, bool) {
	if ref.Refused {
		return nowhere, false
	}
	if dangerous(ref.Dest) { // a link of the settings: nobody has looked at it before
		return r.refuse(ref)
	}
	if ref.Dest == "" || schemeAlone.MatchString(ref.Dest) {
		return r.broken(ref, "link-target", diag.Say("%s leads nowhere", kindOf(ref)), diag.Say("write an address between the parentheses"))
	}
	if ref.Wiki != "" {
		return r.named(ref, file, doc, from)
	}
	if hint := addressMeant(ref); hint != (diag.Text{}) {
		return r.broken(ref, codeOf(ref), diag.Say("“%s” is no address that leads anywhere", ref.Dest), hint)
	}
	if ref.Image && markdown.IsFilmPage(ref.Dest) {
		return r.broken(ref, "image-target", diag.Say("a page with a film is no picture"), diag.Say("write it as a link, alone in a paragraph: [%s](%s)", cmp.Or(ref.Alt, "教程"), ref.Dest))
	}
	if strings.ContainsRune(ref.Dest, ':') || strings.HasPrefix(ref.Dest, "//") {
		if u, err := url.Parse(ref.Dest); err == nil && (u.Scheme != "" || u.Host != "") {
			return markdown.Target{URL: ref.Dest}, true
		}
	}
	dest, fragment, suffix := cutLink(ref.Dest)
	if dangerous(dest) { // no browser reads it so, but nobody writes it by mistake
		return r.refuse(ref)
	}
	if dest == "" { // an anchor on the same page
		r.anchor(ref, doc, fragment, file)
		return markdown.Target{URL: cmp.Or(suffix, "#")}, true
	}
	p := resolvePath(dest, file)
	if p == ".." || strings.HasPrefix(p, "../") {
		return r.broken(ref, "link-target", diag.Say("%s leads out of the content folder: %s", kindOf(ref), dest), diag.Say("copy the file into the content folder"))
	}
	if ref.Image {
		return r.image(ref, p, dest, file)
	}
	return r.pageTarget(ref, p, dest, fragment, suffix, from)
}

// cutLink takes the destination of a link apart: its path and its fragment, not
// escaped, and all that stands behind the path.
func cutLink(written string) (dest, fragment, suffix string) {
	dest, fragment, hasFragment := strings.Cut(written, "#")
	dest, query, hasQuery := strings.Cut(dest, "?")
	if f, err := url.PathUnescape(fragment); err == nil {
		fragment = f
	}
	if p, err := url.PathUnescape(dest); err == nil {
		dest = p
	}
	if hasQuery {
		suffix = "?" + query
	}
	if hasFragment {
		suffix += "#" + fragment
	}
	return dest, fragment, suffix
}

// broken says why a link leads nowhere.
func (r *resolver) broken(ref markdown.Ref, code string, message, hint diag.Text) (markdown.Target, bool) {
	r.problem(ref.Pos, diag.Error, code, message, hint)
	return nowhere, false
}

// nowhere is where a broken link leads.
var nowhere = markdown.Target{URL: "#"}

// dangerous tells addresses that run code in the reader's browser. Browsers
// read over blanks and control characters.
func dangerous(dest string) bool {
	if !strings.ContainsRune(dest, ':') {
		return false
	}
	dest = strings.ToLower(strings.Map(func(c rune) rune {
		if c <= ' ' {
			return -1
		}
		return c
	}, dest))
	for _, scheme := range []string{"javascript:", "vbscript:", "data:", "file:"} {
		if strings.HasPrefix(dest, scheme) {
			return !strings.HasPrefix(dest, "data:image/") || strings.HasPrefix(dest, "data:image/svg")
		}
	}
	return false
}

// schemeAlone is an address of which nothing was written but how it begins.
var schemeAlone = regexp.MustCompile(`^(?i)(?:(?:https?:)?//(?:www\.)?/?|mailto:|tel:)$`)

func (r *resolver) refuse(ref markdown.Ref) (markdown.Target, bool) {
	return r.broken(ref, "link-scheme", diag.Say("this kind of address could run a program in the reader's browser"),
		diag.Say("use an address that starts with https:, mailto: or tel:, or a path"))
}

// addressMeant says what to write in place of an address that was meant to lead
// elsewhere and does not; nothing for any other.
func addressMeant(ref markdown.Ref) diag.Text {
	dest := ref.Dest
	switch {
	case len(dest) > 2 && dest[1] == ':' && (dest[2] == '\\' || dest[2] == '/') && (dest[0]|0x20 >= 'a' && dest[0]|0x20 <= 'z'):
		name := dest[strings.LastIndexAny(dest, `\/`)+1:]
		return diag.Say("this is a path on one computer: put the file beside the article, and write its name: %s", name)
	case strings.Contains(dest, "：//"):
		return diag.Say("write the colon of the Latin keyboard: %s", strings.Replace(dest, "：//", "://", 1))
	case strings.HasPrefix(dest, "www.") && !ref.Image:
		return diag.Say("write https:// before it: https://%s", dest)
	case !strings.ContainsAny(dest, "/:#?") && strings.Count(dest, "@") == 1 && strings.Contains(dest[strings.IndexByte(dest, '@'):], ".") && dest[0] != '@' && path.Ext(dest) != ".md" && !ref.Image:
		return diag.Say("write mailto: before it: mailto:%s", dest)
	}
	return diag.Text{}
}

func codeOf(ref markdown.Ref) string {
	if ref.Image {
		return "image-target"
	}
	return "link-target"
}

func kindOf(ref markdown.Ref) diag.Text {
	if ref.Image {
		return diag.Say("this image")
	}
	return diag.Say("this link")
}

// resolvePath is the path below the content folder that a file's link means.
func resolvePath(dest, file string) string {
	dest = content.Composed(dest)
	if strings.HasPrefix(dest, "/") {
		return path.Clean(dest[1:])
	}
	return path.Join(path.Dir(file), dest)
}

// didYouMean is the hint for a path that leads to nothing.
func didYouMean(dest string, known []string, fallback diag.Text) diag.Text {
	if strings.ContainsRune(dest, '\\') {
		return diag.Say(`write / instead of \`)
	}
	return diag.DidYouMean(dest, known, fallback)
}

// pathHint says how a path to an article is read.
func pathHint(dest string) diag.Text {
	if strings.HasPrefix(dest, "/") {
		return diag.Say("mend the path: it is relative to the content folder")
	}
	return diag.Say("mend the path: it is relative to this file")
}

func (r *resolver) image(ref markdown.Ref, p, dest, file string) (markdown.Target, bool) {
	if a, ok := r.asset(p); ok {
		t := markdown.Target{URL: r.site.Prefix + p, Width: a.Width, Height: a.Height}
		if markdown.IsVideo(p) || markdown.IsAudio(p) {
			t = r.media(t, p, file)
		}
		return t, true
	}
	if markdown.IsPiece(ref.Dest) {
		return r.broken(ref, "image-target", diag.Say("%q is a piece, which stands alone in a paragraph", ref.Dest), diag.Say("write ![[%s]] on a line of its own, with a blank line above and below", ref.Dest))
	}
	for k := range r.assets {
		if strings.EqualFold(k, p) {
			return r.broken(ref, "image-target", diag.Say("there is no image %q", ref.Dest), diag.Say("did you mean %q?", relative(k, file)))
		}
	}
	known := make([]string, 0, len(r.assets))
	for k := range r.assets {
		known = append(known, relative(k, file))
	}
	slices.Sort(known)
	return r.broken(ref, "image-target", diag.Say("there is no image %q", ref.Dest), didYouMean(dest, known, diag.Say("put the file beside the article, or mend its name")))
}

// pageTarget resolves a link to a page or a file of this site.
func (r *resolver) pageTarget(ref markdown.Ref, p, dest, fragment, suffix string, from *Article) (markdown.Target, bool) {
	switch content.Classify(p) {
	case content.ClassArticle, content.ClassIndex:
		if a := r.byPath[p]; a != nil {
			r.anchor(ref, a.Doc, fragment, p)
			return a.linkFrom(from, suffix), true
		}
		if r.lost[p] {
			return nowhere, false
		}
		if c := r.folders[folderOf(p)]; c != nil && content.Classify(p) == content.ClassIndex {
			r.folderAnchor(ref, c, fragment)
			return markdown.Target{URL: c.URL + suffix}, true
		}
		if why, hidden := r.hidden[p]; hidden {
			return r.broken(ref, "link-target", diag.Say("%q %s: readers cannot follow this link", dest, why.what), why.mend)
		}
		return r.broken(ref, "link-target", diag.Say("there is no article %q", dest), didYouMean(dest, r.articlePaths(ref.Pos.File, dest), pathHint(dest)))
	}
	if _, ok := r.asset(p); ok {
		return markdown.Target{URL: r.site.Prefix + p + suffix}, true
	}
	// An address on this site, or a folder.
	if p == "." {
		p = ""
	}
	if c := r.folders[p]; c != nil {
		r.folderAnchor(ref, c, fragment)
		return markdown.Target{URL: c.URL + suffix}, true
	}
	site := path.Clean("/" + p)
	if path.Ext(site) == "" {
		site += "/"
	}
	page := r.page(strings.TrimPrefix(site, "/"), "")
	if c, ok := r.pages[strings.ToLower(page.File)]; ok {
		if c.gone {
			return r.broken(ref, "link-target", diag.Say("%q is withdrawn (gone: true): readers cannot follow this link", dest), leadElsewhere)
		}
		r.anchor(ref, c.doc, fragment, c.called().En)
		return markdown.Target{URL: page.URL + suffix}, true
	}
	return r.broken(ref, "link-target", diag.Say("there is no page or file %q", dest), didYouMean(dest, r.articlePaths(ref.Pos.File, dest), diag.Say("link to the Markdown file of the article, such as ../pay/refund-late.md")))
}

// mostHints is how many broken links are compared with every path: when a
// whole folder moved, thousands would be, and more than these nobody reads.
const mostHints = 100

// articlePaths are the other articles as a file would link to them, in the way
// of a link that leads nowhere; none when
// there are too many broken links.
func (r *resolver) articlePaths(file, dest string) []string {
	if r.hints++; r.hints > mostHints {
		return nil
	}
	out := make([]string, 0, len(r.site.Articles))
	for _, a := range r.site.Articles {
		if a.Path != file {
			if strings.HasPrefix(dest, "/") {
				out = append(out, "/"+a.Path)
			} else {
				out = append(out, relative(a.Path, file))
			}
		}
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

// folderAnchor checks an anchor on the page of a folder. One without an index.md has
// only what the theme writes.
func (r *resolver) folderAnchor(ref markdown.Ref, c *Category, fragment string) {
	if c.Index != nil {
		r.anchor(ref, c.Index.Doc, fragment, c.Index.Path)
	}
}

// anchor checks that a page has the anchor that a link names. A page that no
// document makes is the theme's, and not looked at.
func (r *resolver) anchor(ref markdown.Ref, doc *markdown.Document, fragment, p string) {
	if fragment == "" || doc == nil || doc.HasID(fragment) || strings.HasPrefix(fragment, "fn") || fragment == "top" {
		return
	}
	where := diag.Example(p)
	if p == ref.Pos.File {
		where = diag.Say("this page")
	}
	anchors := diag.Say("it has no anchors: leave out what stands after the path")
	ids := doc.AllIDs()
	if len(ids) > 0 {
		anchors = diag.Say("its anchors are: %s", diag.Names(firstOf(ids, 12)))
	}
	r.problem(ref.Pos, diag.Error, "link-anchor", diag.Say("there is no anchor %q in %s", "#"+fragment, where),
		diag.DidYouMean(fragment, ids, anchors))
}

func firstOf(s []string, n int) []string {
	if len(s) > n {
		return append(slices.Clone(s[:n]), "…")
	}
	return s
}
