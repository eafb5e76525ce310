package importer

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// place gives every page its file and notes its old addresses.
func (im *importing) place() error {
	if !im.project.placed {
		for _, p := range im.pages {
			if p.into = below(p.into, im.project.start); !im.src.isDir(im.project.start) {
				p.into = ""
			}
			im.oldAddress(p)
		}
		im.indexes()
	}
	folders := map[string]bool{}
	for _, p := range im.pages {
		p.into = im.cleanDir(p.into)
		if p.name != "index" {
			p.name = im.cleanName(p.name)
			if strings.EqualFold(p.name, "index") {
				p.name += "-page"
			}
		}
		p.name = cmp.Or(p.name, im.cleanName(markdown.Slug(p.title)), "page")
		for dir := strings.ToLower(path.Join(im.options.Into, p.into)); dir != "." && dir != ""; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	own := map[string]bool{} // of this import: a second page of one name gets a number
	for _, p := range im.pages {
		dir, name := path.Join(im.options.Into, p.into), p.name
		if dir == "" && name != "index" && site.Reserved(name) {
			name += "-page"
			p.ask("", diag.Say("the address /%s/ belongs to the program: the file is %s.md", p.name, name), diag.Text{})
		}
		free := func(n string) bool {
			target := strings.ToLower(path.Join(dir, n))
			return !own[target+".md"] && !folders[target]
		}
		if first := name; !free(first) {
			for n := 2; !free(name); n++ {
				name = fmt.Sprintf("%s-%d", first, n)
			}
			p.ask("", diag.Say("another page or folder of the import has the name %s: this file is %s.md", first, name), diag.Say("give it a name of its own, or make the two one article"))
		}
		p.target = path.Join(dir, name+".md")
		key := strings.ToLower(p.target)
		if im.taken[key] { // nothing is written over
			im.mistake(diag.Pos{File: p.shown}, "exists", diag.Say("%s exists already in the content folder", p.target), diag.Say("choose another folder with -into, or move that file away"))
		}
		own[key], im.taken[key] = true, true
		im.byTarget[p.target] = p
	}
	return nil
}

// indexes finds out which pages are those of their folder. A page called index
// that is alone in its folder is an article with a folder for its images.
func (im *importing) indexes() {
	inside, named := map[string]int{}, map[string]bool{}
	for _, p := range im.pages {
		named[path.Join(p.into, strings.ToLower(p.name))] = true
		for dir := p.into; dir != "."; dir = path.Dir(dir) {
			inside[dir]++
		}
	}
	for _, p := range im.pages {
		low := strings.ToLower(p.name)
		isReadme := low == "readme" && !named[path.Join(p.into, "index")]
		switch {
		case low != "_index" && low != "index" && !isReadme:
		case low == "_index", p.into == "", (isReadme || !im.project.bundles) && inside[p.into] > 1:
			p.name = "index"
		default:
			p.name, p.into = path.Base(p.into), below(path.Dir(p.into), ".")
		}
	}
}

// oldAddress notes where the page was on its old site.
func (im *importing) oldAddress(p *page) {
	f := &im.project
	if f.address == nil {
		return
	}
	rel := below(p.source, f.pages)
	dir, name := below(path.Dir(rel), "."), stem(rel)
	if f.numbers {
		dir, name = unnumbered(dir), unnumbered(name)
	}
	low := strings.ToLower(name)
	index := low == "index" || low == "_index" || low == "readme" && f.isMarkdown()
	for i, own := range p.old { // from front matter: with or without the slash
		if !strings.HasPrefix(own, "/") {
			p.old[i] = path.Join("/", f.prefix, own)
		}
	}
	p.old = append(p.old, f.address(f, p, dir, name, index))
}

// oldAlias is an old address as front matter gives it: from the top, or beside
// the page.
func (im *importing) oldAlias(p *page, s string) string {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		return u.Path
	}
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

var orderNumber = regexp.MustCompile(`(^|/)\d+\s*[-_.]+\s*([^-_.\s/])`)

// unnumbered takes the numbers away that only order files.
func unnumbered(p string) string { return orderNumber.ReplaceAllString(p, "$1$2") }

func (im *importing) cleanDir(dir string) string {
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
	name = site.FileSlug(markup.Printable(strings.ReplaceAll(name, "/", "-")) + ".md")
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`*:|`, r) || r != ' ' && !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimRight(strings.TrimLeft(name, "._#-~ "), ".~ -")
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
	dir, start := path.Dir(p.target), im.project.start
	public := slices.ContainsFunc(im.project.public, func(dir string) bool {
		return dir != im.project.pages && strings.HasPrefix(source, dir+"/")
	})
	if !public && im.src.isDir(start) && (start == "." || strings.HasPrefix(source, start+"/")) {
		dir = path.Join(im.options.Into, im.cleanDir(path.Dir(below(source, start))))
	}
	a := &File{Path: im.assetPath(dir, path.Base(source)), Source: im.src.show(source), copyOf: source}
	im.assets[source] = a
	return a.Path
}

// assetPath is a free path for a file beside the pages.
func (im *importing) assetPath(dir, file string) string {
	name := cmp.Or(im.cleanName(stem(file)), "file")
	ext := strings.Map(func(r rune) rune {
		if r == '.' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(path.Ext(file)))
	target := path.Join(dir, name+ext)
	for n := 2; im.taken[strings.ToLower(target)] || content.Classify(target) != content.ClassAsset || path.Dir(target) == "." && site.Reserved(target); n++ {
		target = path.Join(dir, fmt.Sprintf("%s-%d%s", name, n, ext))
	}
	im.taken[strings.ToLower(target)] = true
	return target
}
