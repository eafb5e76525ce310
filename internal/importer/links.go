package importer

import (
	"bytes"
	"cmp"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
	"whyfix/internal/markdown"
)

// where finds pages by what links call them.
type where struct {
	source, address, id, stem names
	hosts                     map[string]bool // whose addresses are those of the source
}

// names are pages by one kind of name; of several pages the first has it.
type names map[string]*page

func (n names) add(name string, p *page) {
	if n[name] == nil {
		n[name] = p
	}
}

func (im *importing) where() where {
	w := where{names{}, names{}, names{}, names{}, map[string]bool{strings.ToLower(im.project.host): true}}
	for _, p := range im.pages {
		if !im.project.placed {
			w.source.add(strings.ToLower(p.source), p)
			w.stem.add(strings.ToLower(stem(p.source)), p)
		}
		for _, id := range p.ids {
			w.id.add(id, p)
		}
		for _, a := range slices.Concat(p.old, p.aliases) {
			w.address.add(addressKey(a), p)
		}
		for _, h := range p.hosts {
			w.hosts[strings.ToLower(h)] = true
		}
	}
	return w
}

// page finds a page by its path in the source, with or without its ending.
func (w where) page(p string) *page {
	p = strings.ToLower(p)
	for _, ending := range []string{"", ".md", ".mdx", ".html", ".markdown", "/index.md", "/_index.md", "/readme.md", "/index.mdx", "/index.html"} {
		if q := w.source[p+ending]; q != nil {
			return q
		}
	}
	if bare, ok := strings.CutSuffix(p, ".html"); ok {
		return w.source[bare+".md"]
	}
	return nil
}

// link makes links between pages lead to their files, takes images and other
// files along, and lists what lies elsewhere.
func (im *importing) link() error {
	w := im.where()
	for _, p := range im.pages {
		if im.compose(p); p.parsed == nil {
			continue
		}
		for i, d := range p.data {
			target := im.assetPath(path.Dir(p.target), stem(p.target)+"-"+d.Name)
			im.assets[p.shown+"\x00"+strconv.Itoa(i)] = &File{Path: target, Source: p.shown, Text: d.Data}
			p.data[i].Name = target
		}
		dests, remote := map[markdown.Ref]string{}, 0
		for _, ref := range p.parsed.Doc.Refs {
			dests[ref] = im.lead(w, p, ref)
			if ref.Image && dests[ref] == "" && strings.Contains(ref.Dest, "//") {
				if remote++; remote <= 20 {
					p.ask(ref.Dest, diag.Say("this image lies on another host: %s", markup.Shorten(ref.Dest, 120)), diag.Say("copy it beside the article, so that it cannot vanish"))
				}
			}
		}
		im.edit(p, func(s spot) {
			if dest := dests[s.Ref]; dest != "" && dest != s.Dest {
				p.text = p.text[:s.start] + markup.Destination(dest) + p.text[s.end:]
			}
		})
	}
	return nil
}

// edit offers every link and image of a page whose address stands in one
// piece, from the end of the page to its start, so that the spots of what comes
// before stay. Links that share a definition share its spot: it is offered once.
func (im *importing) edit(p *page, change func(spot)) {
	before, last := p.text, len(p.text)
	for _, s := range findSpots(p) {
		if s.end <= last {
			change(s)
			last = s.start
		}
	}
	if p.text != before {
		im.parse(p)
	}
}

// lead is what a link of a page is to be written as, "" for as it is.
func (im *importing) lead(w where, p *page, ref markdown.Ref) string {
	if n, ok := strings.CutPrefix(ref.Dest, markup.ImageScheme); ok {
		if i, err := strconv.Atoi(n); err == nil && i >= 0 && i < len(p.data) {
			return relative(p.data[i].Name, p.target)
		}
		return ""
	}
	dest, isRef := strings.CutPrefix(ref.Dest, refScheme)
	u, err := url.Parse(dest)
	if err == nil && isRef && u.Path == "" {
		return dest
	}
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" || u.Path == "" || u.Host != "" && !w.hosts[strings.ToLower(u.Host)] {
		return ""
	}
	fragment := ""
	if u.Fragment != "" {
		fragment = "#" + u.Fragment
	}
	local, absolute := path.Join(p.dir, u.Path), strings.HasPrefix(u.Path, "/")
	if top, ok := strings.CutPrefix(u.Path, "@site/"); ok { // Docusaurus: from the top of the project
		u.Path, local = top, path.Clean(top)
	} else if absolute {
		local = path.Join(im.project.pages, u.Path)
	}
	beside := "/" // where relative links start, if they start at the address
	if len(p.old) > 0 {
		beside = path.Dir(p.old[len(p.old)-1] + "x")
	}
	var q *page
	switch {
	case isRef: // Hugo's ref: from the page, from the top, or by a name alone
		q = cmp.Or(w.page(path.Join(p.dir, u.Path)), w.page(path.Join(im.project.pages, u.Path)), w.stem[strings.ToLower(stem(u.Path))])
	case !ref.Image:
		q = w.called(im, u, local, beside)
	}
	if q != nil {
		return relative(q.target, p.target) + fragment
	}
	if isRef {
		return markup.Address(u.Path)
	}
	if u.Host != "" && im.project.dialect != &htmlPages {
		return ""
	}
	candidates := []string{local, path.Clean(u.Path)}
	for _, dir := range im.project.public {
		candidates = append(candidates, path.Join(dir, u.Path))
	}
	if !absolute {
		candidates = append(candidates, path.Join(im.project.pages, beside, u.Path))
	}
	for _, c := range candidates {
		if c = strings.TrimPrefix(c, "/"); c != "" && c != "." && !strings.HasPrefix(c, "..") && !im.owned(c) && im.src.isFile(c) {
			return relative(im.take(p, c), p.target) + fragment
		}
	}
	return ""
}

var articleNumber = regexp.MustCompile(`/(?:articles|sections|categories)/(\d{3,})`)

// called is the page that an address means: by its file, by its old address,
// or by a number.
func (w where) called(im *importing, u *url.URL, local, beside string) *page {
	if q := w.page(local); q != nil && u.Host == "" {
		return q
	}
	address := u.Path
	if !strings.HasPrefix(address, "/") {
		address = path.Join(beside, address)
	}
	for _, a := range []string{address, im.project.prefix + address} {
		if q := w.address[addressKey(a)]; q != nil {
			return q
		}
	}
	if m := articleNumber.FindStringSubmatch(u.Path); m != nil {
		return w.id[m[1]]
	}
	return nil
}

// owned reports whether a file of the source is a page: those are not copied.
func (im *importing) owned(name string) bool {
	return im.project.owns(name) || content.Classify(name) != content.ClassAsset
}

// addressKey is what two ways to write one old address have in common.
func addressKey(a string) string {
	if u, err := url.PathUnescape(a); err == nil {
		a = u
	}
	a = strings.ToLower(path.Clean("/" + a))
	for _, ending := range []string{".html", ".htm", ".md", ".mdx", "/index", "/"} {
		a = strings.TrimSuffix(a, ending)
	}
	return a
}

// relative is the address of a file of the content folder as seen from another.
func relative(p, file string) string { return markup.Address(content.Relative(p, file)) }

// spot is a link whose address stands in one piece.
type spot struct {
	markdown.Ref
	start, end  int // of its address
	open, close int // of the whole link; close is 0 when that is not in one piece
}

// spotParser reads links as the site's own parser does. That one tells where
// a link starts; this one, where its address stands.
var spotParser = markdown.NewParser(markdown.Options{Plain: true})

// findSpots finds the addresses of a page's links in its text, from its end to
// its start.
func findSpots(p *page) []spot {
	lines := diag.NewLines("", []byte(p.text))
	refs := map[int]markdown.Ref{}
	for _, r := range p.parsed.Doc.Refs {
		refs[lines.Offset(r.Pos.Line, r.Pos.Col)] = r
	}
	var out []spot
	_, body, _ := strings.Cut(p.text, "\n---\n")
	source, above := []byte(body), len(p.text)-len(body)
	_ = ast.Walk(spotParser.Tree(source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		var link ast.Link
		switch n := n.(type) {
		case *ast.Link:
			link.Destination, link.Title, link.Reference = n.Destination, n.Title, n.Reference
		case *ast.Image:
			link.Destination, link.Title, link.Reference = n.Destination, n.Title, n.Reference
		default:
			return ast.WalkContinue, nil
		}
		open := above + n.Pos()
		ref, known := refs[open]
		start, end := within(source, link.Destination)
		if !known || !entering || end == 0 {
			return ast.WalkContinue, nil
		}
		s := spot{Ref: ref, start: above + start, end: above + end, open: open}
		if title := bytes.Index(source[end:], link.Title); link.Reference == nil && title >= 0 {
			if len(link.Title) > 0 {
				end += title + len(link.Title) + 1 // behind its quote
			}
			s.close = above + end + bytes.IndexByte(source[end:], ')') + 1
		}
		out = append(out, s)
		return ast.WalkContinue, nil
	})
	slices.SortStableFunc(out, func(a, b spot) int { return b.start - a.start })
	return out
}

// within is where a part of a text stands in it: the parser cuts what it
// returns out of the text. A copy stands nowhere.
func within(source, part []byte) (start, end int) {
	start = cap(source) - cap(part)
	if len(part) == 0 || start < 0 || start+len(part) > len(source) || &source[start] != &part[0] {
		return 0, 0
	}
	return start, start + len(part)
}
