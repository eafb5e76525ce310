package importer

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"whyfix/internal/content"
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
					p.ask(ref.Dest, "this image lies on another host: "+markup.Shorten(ref.Dest, 120), "copy it beside the article, so that it cannot vanish")
				}
			}
		}
		im.edit(p, func(s spot) {
			if dest := dests[s.Ref]; dest != "" && dest != s.Dest {
				p.text = p.text[:s.start] + inParentheses.Replace(dest) + p.text[s.end:]
			}
		})
	}
	return nil
}

var inParentheses = strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", `\`, "%5C", "\n", "")

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
	if name, ok := strings.CutPrefix(ref.Dest, refScheme); ok {
		return im.refer(w, p, name)
	}
	u, err := url.Parse(ref.Dest)
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
	if !ref.Image {
		if q := w.called(im, u, local, beside); q != nil {
			return relative(q.target, p.target) + fragment
		}
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

// refer is what Hugo's ref and relref lead to: a path from the top or from the
// page, or a name alone.
func (im *importing) refer(w where, p *page, name string) string {
	plain, fragment, found := strings.Cut(name, "#")
	if found {
		fragment = "#" + fragment
	}
	if u, err := url.PathUnescape(plain); err == nil {
		plain = u
	}
	if plain == "" {
		return fragment
	}
	for _, q := range []*page{w.page(path.Join(p.dir, plain)), w.page(path.Join(im.project.pages, plain)), w.stem[strings.ToLower(stem(plain))]} {
		if q != nil {
			return relative(q.target, p.target) + fragment
		}
	}
	return markup.Address(plain)
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

// relative is a path of the content folder as seen from a file of it, written
// as an address.
func relative(p, file string) string {
	from, to := strings.Split(path.Dir(file), "/"), strings.Split(p, "/")
	if path.Dir(file) == "." {
		from = nil
	}
	for len(from) > 0 && len(to) > 1 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	return markup.Address(strings.Repeat("../", len(from)) + strings.Join(to, "/"))
}
