package importer

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"whyfix/internal/content"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// place gives every page its file and notes its old addresses.
func (im *importing) place() {
	for _, p := range im.pages {
		if im.project.family != Zendesk {
			if isDir(im.src.FS, im.project.start) {
				p.into = below(p.into, im.project.start)
			} else {
				p.into = ""
			}
			im.oldAddress(p)
		}
	}
	im.indexes()
	for _, p := range im.pages {
		p.into = im.cleanDir(p.into)
		if p.name != "index" {
			p.name = im.cleanName(p.name)
			if strings.EqualFold(p.name, "index") {
				p.name += "-page"
			}
		}
		if p.name == "" {
			p.name = im.cleanName(markdown.Slug(p.title))
		}
		if p.name == "" {
			p.name = "page"
		}
	}
	folders := map[string]bool{}
	for _, p := range im.pages {
		for dir := strings.ToLower(path.Join(im.options.Into, p.into)); dir != "." && dir != ""; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	own := map[string]bool{} // of this import: a second page of one name gets a number
	for _, p := range im.pages {
		name := p.name
		if p.into == "" && im.options.Into == "" && name != "index" && site.Reserved(name) {
			name += "-page"
			p.ask("", "the address /"+p.name+"/ belongs to the program: the file is "+name+".md", "")
		}
		free := func(n string) bool {
			target := strings.ToLower(path.Join(im.options.Into, p.into, n))
			return !own[target+".md"] && !folders[target]
		}
		if !free(name) {
			n := 2
			for ; !free(fmt.Sprintf("%s-%d", name, n)); n++ {
			}
			p.ask("", fmt.Sprintf("another page or folder of the import has the name %s: this file is %s-%d.md", name, name, n), "give it a name of its own, or make the two one article")
			name = fmt.Sprintf("%s-%d", name, n)
		}
		p.target = path.Join(im.options.Into, p.into, name+".md")
		own[strings.ToLower(p.target)] = true
		im.byTarget[p.target] = p
		im.reserve(p.target, p.shown)
	}
}

// reserve notes that a path is taken by the import. Something that is there
// already is a mistake: nothing is written over it.
func (im *importing) reserve(target, from string) {
	if im.taken[strings.ToLower(target)] {
		im.mistakeAt(from, "exists", target+" exists already in the content folder", "choose another folder with -into, or move that file away")
	}
	im.taken[strings.ToLower(target)] = true
}

// indexes finds out which pages are those of their folder. A page called index
// that is alone in its folder is an article with a folder for its images.
func (im *importing) indexes() {
	inside := map[string]int{}
	named := map[string]bool{}
	for _, p := range im.pages {
		named[path.Join(p.into, strings.ToLower(p.name))] = true
		for dir := p.into; ; dir = path.Dir(dir) {
			if dir == "." {
				dir = ""
			}
			inside[dir]++
			if dir == "" {
				break
			}
		}
	}
	for _, p := range im.pages {
		low := strings.ToLower(p.name)
		index := false
		switch {
		case im.project.family == Zendesk:
			continue // it says itself what is an index
		case low == "_index":
			index = true
		case low == "index" && im.project.family == Hugo:
			index = p.into == ""
		case low == "index" || low == "readme" && !named[path.Join(p.into, "index")]:
			index = p.into == "" || inside[p.into] > 1
		default:
			continue
		}
		if index {
			p.name = "index"
			continue
		}
		p.name, p.into = path.Base(p.into), path.Dir(p.into)
		if p.into == "." {
			p.into = ""
		}
	}
}

// oldAddress notes where the page was on its old site.
func (im *importing) oldAddress(p *page) {
	f := im.project
	rel := below(p.source, f.pages)
	dir, name := path.Dir(rel), stem(rel)
	if dir == "." {
		dir = ""
	}
	if f.numbers {
		dir, name = unnumbered(dir), unnumbered(name)
	}
	index := strings.EqualFold(name, "index") || name == "_index" || strings.EqualFold(name, "readme") && f.family != HTML
	if !index {
		switch {
		case f.family == Docusaurus && strings.HasPrefix(p.slug, "/"):
			dir, name = "", p.slug
		case p.slug != "" && (f.family == Hugo || f.family == Docusaurus):
			name = p.slug
		case len(p.ids) > 0 && f.family == Docusaurus:
			name = p.ids[0]
		}
	}
	address := path.Join("/", f.prefix, dir, name) + "/"
	if index {
		address = path.Join("/", f.prefix, dir) + "/"
	}
	switch f.family {
	case Text:
		return // it had none
	case HTML:
		address = path.Join("/", rel)
		if index {
			address = path.Join("/", dir) + "/"
		}
	case Hugo:
		address = strings.ToLower(strings.ReplaceAll(address, " ", "-"))
	}
	if f.html && !index && f.family != HTML {
		address = strings.TrimSuffix(address, "/") + ".html"
	}
	for i, own := range p.old { // from front matter: with or without the slash
		if !strings.HasPrefix(own, "/") {
			p.old[i] = path.Join("/", f.prefix, own)
		}
	}
	p.old = append(p.old, address)
}

// oldAlias is an old address as front matter gives it: from the top, or beside
// the page.
func (im *importing) oldAlias(p *page, s string) string {
	if strings.HasPrefix(s, "/") {
		return im.project.prefix + s
	}
	return path.Join("/", im.project.prefix, path.Dir(below(p.source, im.project.pages)), s)
}

// below is a path relative to a folder, "" for the folder itself.
func below(p, dir string) string {
	switch {
	case p == dir || p == ".":
		return ""
	case dir == ".":
		return p
	}
	return strings.TrimPrefix(p, dir+"/")
}

var orderNumber = regexp.MustCompile(`^\d+\s*[-_.]+\s*([^-_.\s])`)

// unnumbered takes the numbers away that only order files.
func unnumbered(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = orderNumber.ReplaceAllString(parts[i], "$1")
	}
	return strings.Join(parts, "/")
}

func (im *importing) cleanDir(dir string) string {
	if dir == "" || dir == "." {
		return ""
	}
	var parts []string
	for part := range strings.SplitSeq(dir, "/") {
		if part = im.cleanName(part); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) > 0 && im.options.Into == "" && site.Reserved(parts[0]) {
		parts[0] += "-pages"
	}
	return strings.Join(parts, "/")
}

// longest is how many bytes a name may have: some room is left for a number
// and an ending.
const longest = 180

// cleanName is a name that can be part of an address.
func (im *importing) cleanName(name string) string {
	if im.project.numbers {
		name = unnumbered(name)
	}
	name = site.FileSlug(printable(strings.ReplaceAll(name, "/", "-")) + ".md")
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`*:|`, r) || r != ' ' && !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimLeft(name, "._#-~ ")
	name = strings.TrimRight(name, ".~ -")
	for len(name) > longest || utf8.RuneCountInString(name) > 60 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return strings.TrimRight(name, ".~ -")
}

// take takes a file of the source along and returns its path below the
// content folder.
func (im *importing) take(p *page, source string) string {
	if a := im.assets[source]; a != nil {
		return a.Path
	}
	dir, rel := path.Dir(p.target), ""
	public := slices.ContainsFunc(im.project.public, func(dir string) bool {
		return dir != im.project.pages && strings.HasPrefix(source, dir+"/")
	})
	if !public && isDir(im.src.FS, im.project.start) && (im.project.start == "." || strings.HasPrefix(source, im.project.start+"/")) {
		rel = below(source, im.project.start)
		dir = path.Join(im.options.Into, im.cleanDir(path.Dir(rel)))
	}
	a := &File{Path: im.assetPath(dir, path.Base(source)), Source: im.src.show(source), copyOf: source}
	im.assets[source] = a
	return a.Path
}

// assetPath is a free path for a file beside the pages.
func (im *importing) assetPath(dir, file string) string {
	ext := strings.ToLower(path.Ext(file))
	name := im.cleanName(strings.TrimSuffix(file, path.Ext(file)))
	if name == "" {
		name = "file"
	}
	ext = strings.Map(func(r rune) rune {
		if r == '.' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, ext)
	for n := 1; ; n++ {
		target := path.Join(dir, name+ext)
		if n > 1 {
			target = path.Join(dir, fmt.Sprintf("%s-%d%s", name, n, ext))
		}
		if !im.taken[strings.ToLower(target)] && content.Classify(target) == content.ClassAsset && !(dir == "." && site.Reserved(target)) {
			im.taken[strings.ToLower(target)] = true
			return target
		}
	}
}
