package importer

import (
	"html"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// where finds pages by what links call them.
type where struct {
	source, address, id, stem map[string]*page
}

// link makes links between pages lead to their files, takes images and other
// files along, and lists what lies elsewhere.
func (im *importing) link() {
	w := where{map[string]*page{}, map[string]*page{}, map[string]*page{}, map[string]*page{}}
	for _, p := range im.pages {
		if im.project.family != Zendesk {
			w.source[strings.ToLower(p.source)] = p
			if name := strings.ToLower(stem(p.source)); w.stem[name] == nil {
				w.stem[name] = p
			}
		}
		for _, id := range p.ids {
			if id != "" && w.id[id] == nil {
				w.id[id] = p
			}
		}
		for _, a := range append(slices.Clone(p.old), p.aliases...) {
			if key := addressKey(a); w.address[key] == nil {
				w.address[key] = p
			}
		}
	}
	hosts := map[string]bool{}
	for _, p := range im.pages {
		for _, h := range p.hosts {
			hosts[strings.ToLower(h)] = true
		}
	}
	if im.project.host != "" {
		hosts[strings.ToLower(im.project.host)] = true
	}
	reach := im.reach()
	for _, p := range im.pages {
		im.compose(p)
		for i, d := range p.data {
			target := im.assetPath(path.Dir(p.target), stem(p.target)+"-"+d.name)
			im.assets[p.shown+"\x00"+strconv.Itoa(i)] = &File{Path: target, Source: p.shown, Text: d.data}
			p.data[i].name = target
		}
		remote := 0
		im.edit(p, func(ref markdown.Ref) (string, bool) {
			if n, ok := strings.CutPrefix(ref.Dest, inlineScheme); ok {
				if i, err := strconv.Atoi(n); err == nil && i >= 0 && i < len(p.data) {
					return relative(p.data[i].name, p.target), true
				}
				return "", false
			}
			if name, ok := strings.CutPrefix(ref.Dest, refScheme); ok {
				return im.refer(w, p, name), true
			}
			dest, ok := im.lead(w, hosts, p, ref)
			if ref.Image && !ok && strings.Contains(ref.Dest, "//") {
				if remote++; remote <= 20 {
					p.ask(ref.Dest, "this image lies on another host: "+shorten(ref.Dest, 120), "copy it beside the article, so that it cannot vanish")
				}
			}
			return dest, ok
		})
		im.bury(p, reach)
	}
}

// reach is every address of the site that is to be, in the shape of
// addressKey.
func (im *importing) reach() map[string]bool {
	out := map[string]bool{"": true}
	add := func(url string) { out[addressKey(strings.TrimPrefix(url, im.prefix))] = true }
	existing, _ := site.Resolve(im.input)
	for _, a := range existing.Articles {
		add(a.URL)
	}
	for _, c := range existing.Categories {
		add(c.URL)
	}
	for _, r := range existing.Redirects {
		add(r.URL)
	}
	for name := range im.taken {
		for p := name; p != "."; p = path.Dir(p) {
			out[addressKey(p)] = true
		}
	}
	return out
}

// bury unlinks what surely leads nowhere. The model of the site would find it
// as well, but looks for something near each, which takes long.
func (im *importing) bury(p *page, reach map[string]bool) {
	if p.parsed == nil {
		return
	}
	refs := p.parsed.Doc.Refs
	spots := findSpots(p.text, refs)
	before, last := p.text, len(p.text)+1
	order := make([]int, len(refs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return spots[b].open - spots[a].open })
	for _, i := range order {
		u, err := url.Parse(refs[i].Dest)
		s := spots[i]
		if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" || s.close == 0 || s.close > last {
			continue
		}
		local := path.Join(path.Dir(p.target), u.Path)
		if strings.HasPrefix(u.Path, "/") {
			local = u.Path
		}
		if file := strings.ToLower(strings.TrimPrefix(path.Clean(local), "/")); !reach[addressKey(local)] && !im.taken[file] {
			im.unlink(p, refs[i], s)
			last = s.open
		}
	}
	if p.text != before {
		im.parse(p)
	}
}

// addressKey is what two ways to write one old address have in common.
func addressKey(a string) string {
	if u, err := url.PathUnescape(a); err == nil {
		a = u
	}
	a = strings.ToLower(path.Clean("/" + a))
	for _, ending := range []string{".html", ".htm", ".md", ".mdx"} {
		a = strings.TrimSuffix(a, ending)
	}
	return strings.TrimSuffix(strings.TrimSuffix(a, "/index"), "/")
}

var articleNumber = regexp.MustCompile(`/(?:articles|sections|categories)/(\d{3,})`)

// lead is what a link of a page is to be written as.
func (im *importing) lead(w where, hosts map[string]bool, p *page, ref markdown.Ref) (string, bool) {
	u, err := url.Parse(ref.Dest)
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" || u.Path == "" {
		return "", false
	}
	if u.Host != "" && !hosts[strings.ToLower(u.Host)] {
		return "", false
	}
	fragment := ""
	if u.Fragment != "" {
		fragment = "#" + u.Fragment
	}
	local := strings.TrimPrefix(u.Path, "/")
	if top, ok := strings.CutPrefix(u.Path, "@site/"); ok { // Docusaurus: from the top of the project
		u.Path, local = top, top
	} else if !strings.HasPrefix(u.Path, "/") {
		local = path.Join(p.dir, u.Path)
	} else {
		local = path.Join(im.project.pages, local)
	}
	local = path.Clean(local)
	if ref.Image || u.Host != "" {
		// Only a file can be meant, or only an address.
	} else if q := w.page(local); q != nil {
		return relative(q.target, p.target) + fragment, true
	}
	if !ref.Image {
		address := u.Path
		if !strings.HasPrefix(address, "/") && len(p.old) > 0 {
			address = path.Join(folderOfAddress(p.old[len(p.old)-1]), address)
		}
		for _, a := range []string{address, im.project.prefix + address} {
			if q := w.address[addressKey(a)]; q != nil {
				return relative(q.target, p.target) + fragment, true
			}
		}
		if m := articleNumber.FindStringSubmatch(u.Path); m != nil && w.id[m[1]] != nil {
			return relative(w.id[m[1]].target, p.target) + fragment, true
		}
	}
	if u.Host != "" && im.project.family != HTML {
		return "", false
	}
	candidates := []string{local, strings.TrimPrefix(path.Clean(u.Path), "/")}
	for _, dir := range im.project.public {
		candidates = append(candidates, path.Join(dir, u.Path))
	}
	if len(p.old) > 0 && !strings.HasPrefix(u.Path, "/") { // beside the address instead of the file
		candidates = append(candidates, path.Join(im.project.pages, folderOfAddress(p.old[len(p.old)-1]), u.Path))
	}
	for _, c := range candidates {
		if fs := path.Clean(c); fs != "." && !strings.HasPrefix(fs, "..") && !im.owned(fs) && isFile(im.src.FS, fs) {
			return relative(im.take(p, fs), p.target) + fragment, true
		}
	}
	return "", false
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
	for _, try := range []string{path.Join(p.dir, plain), path.Join(im.project.pages, plain)} {
		if q := w.page(try); q != nil {
			return relative(q.target, p.target) + fragment
		}
	}
	if q := w.stem[strings.ToLower(stem(plain))]; q != nil {
		return relative(q.target, p.target) + fragment
	}
	return address(plain)
}

// owned reports whether a file of the source is a page: those are not copied.
func (im *importing) owned(name string) bool {
	return im.project.family.owns(name) || content.Classify(name) != content.ClassAsset
}

// folderOfAddress is where relative links of a page's address start.
func folderOfAddress(a string) string {
	if strings.HasSuffix(a, "/") {
		return a
	}
	return path.Dir(a)
}

// page finds a page by its path in the source, with or without its ending.
func (w where) page(p string) *page {
	p = strings.ToLower(p)
	for _, try := range []string{p, p + ".md", p + ".mdx", p + ".html", p + ".markdown", p + "/index.md", p + "/_index.md", p + "/readme.md", p + "/index.mdx", p + "/index.html"} {
		if q := w.source[try]; q != nil {
			return q
		}
	}
	if bare, ok := strings.CutSuffix(p, ".html"); ok {
		return w.source[bare+".md"]
	}
	return nil
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
	return address(strings.Repeat("../", len(from)) + strings.Join(to, "/"))
}

// address escapes only what Markdown or an address cannot have: names of
// files stay readable.
func address(p string) string {
	return strings.NewReplacer("%", "%25", " ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "#", "%23", "?", "%3F", `\`, "%5C", `"`, "%22", "'", "%27", "&", "%26", "*", "%2A", "`", "%60", "[", "%5B", "]", "%5D").Replace(p)
}

// edit offers every link and image of a page; where change says so, its
// address becomes another.
func (im *importing) edit(p *page, change func(markdown.Ref) (string, bool)) {
	if p.parsed == nil {
		return
	}
	spots := findSpots(p.text, p.parsed.Doc.Refs)
	type replacement struct {
		spot
		with string
	}
	var all []replacement
	for i, ref := range p.parsed.Doc.Refs {
		if with, ok := change(ref); ok && with != ref.Dest && spots[i].end > 0 {
			all = append(all, replacement{spots[i], with})
		}
	}
	slices.SortFunc(all, func(a, b replacement) int { return b.start - a.start })
	text, last := p.text, len(p.text)+1
	for _, r := range all {
		if r.end > last { // a definition that two links share
			continue
		}
		text = text[:r.start] + strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", `\`, "%5C", "\n", "").Replace(r.with) + text[r.end:]
		last = r.start
	}
	if len(all) > 0 {
		p.text = text
		im.parse(p)
	}
}

// spot is where the address of a link stands in a file.
type spot struct {
	start, end  int
	open, close int // of the whole link, when it is written in one piece
}

// findSpots finds the addresses of links in the text that they were parsed
// from. The parser knows where a link starts and what its address is, so the
// first such address behind the start is the one, unless a link inside of this
// one has it.
func findSpots(text string, refs []markdown.Ref) []spot {
	out := make([]spot, len(refs))
	lines := diag.NewLines("", []byte(text))
	order := make([]int, len(refs))
	for i := range order {
		order[i] = i
	}
	starts := make([]int, len(refs))
	for i, r := range refs {
		starts[i] = lines.Offset(r.Pos.Line, r.Pos.Col)
	}
	slices.SortStableFunc(order, func(a, b int) int { return starts[b] - starts[a] })
	used := map[int]bool{}
	for _, i := range order {
		from := starts[i]
		limit := min(len(text), from+20_000)
		if next := strings.Index(text[from:limit], "\n\n"); next >= 0 {
			limit = from + next
		}
		for at := from; at < limit; {
			j := strings.Index(text[at:limit], "](")
			if j < 0 {
				break
			}
			at += j + 2
			start, end, after := destination(text[:limit], at)
			if used[start] || !sameAddress(text[start:end], refs[i]) {
				continue
			}
			used[start] = true
			out[i] = spot{start: start, end: end, open: from, close: closing(text[:limit], after)}
			break
		}
		if out[i].end == 0 {
			for _, m := range definition.FindAllStringSubmatchIndex(text, -1) {
				start, end, _ := destination(text, m[2])
				if sameAddress(text[start:end], refs[i]) {
					out[i] = spot{start: start, end: end}
					break
				}
			}
		}
	}
	return out
}

var definition = regexp.MustCompile(`(?m)^[ >]{0,12}\[[^\]\n]+\]:[ \t]*\n?[ \t]*(\S)`)

// destination is the address that starts at a byte, without its brackets.
func destination(text string, at int) (start, end, after int) {
	for at < len(text) && strings.IndexByte(" \t\n", text[at]) >= 0 {
		at++
	}
	if at < len(text) && text[at] == '<' {
		for end = at + 1; end < len(text) && text[end] != '>' && text[end] != '\n'; end++ {
			if text[end] == '\\' && end+1 < len(text) {
				end++
			}
		}
		end = min(end, len(text))
		return at + 1, end, min(end+1, len(text))
	}
	depth := 0
	for end = at; end < len(text); end++ {
		switch c := text[end]; {
		case c == '\\' && end+1 < len(text):
			end++
		case c <= ' ', c == ')' && depth == 0:
			return at, end, end
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
	}
	end = min(end, len(text))
	return at, end, end
}

// closing is the byte behind a link whose address ends at a byte, or 0.
func closing(text string, at int) int {
	quote := byte(0)
	for ; at < len(text); at++ {
		switch c := text[at]; {
		case c == '\\':
			at++
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == ')':
			return at + 1
		}
	}
	return 0
}

var escaped = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")

func sameAddress(written string, ref markdown.Ref) bool {
	if !utf8.ValidString(written) {
		return false
	}
	plain := html.UnescapeString(escaped.ReplaceAllString(written, "$1"))
	if ref.Refused {
		return strings.Contains(strings.ToLower(plain), "script:") || strings.Contains(strings.ToLower(plain), "data:") || strings.Contains(strings.ToLower(plain), "file:")
	}
	return plain == ref.Dest
}
