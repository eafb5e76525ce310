package fix

import (
	"bytes"
	"cmp"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/site"
)

// Address is the address of a link as it is written in a file.
type Address struct {
	Path   string // what it means, in the content folder
	Folder bool   // it ends with a slash
	whole  string // as it is written
	plain  string // without escapes and suffix
	suffix string // from ? or # on
}

// ReadAddress takes an address in a file apart, if it is one on the site.
func ReadAddress(whole, file string) (Address, bool) {
	cut := len(whole)
	if i := strings.IndexAny(whole, "?#"); i >= 0 {
		cut = i
	}
	plain, err := url.PathUnescape(whole[:cut])
	if err != nil || plain == "" || strings.Contains(plain, ":") || strings.HasPrefix(plain, "//") {
		return Address{}, false
	}
	a := Address{Path: content.Composed(path.Join(path.Dir(file), plain)), Folder: strings.HasSuffix(plain, "/"), whole: whole, plain: plain, suffix: whole[cut:]}
	if a.absolute() {
		a.Path = content.Composed(path.Clean(plain[1:]))
	}
	return a, true
}

func (a Address) absolute() bool { return a.plain[0] == '/' }

// Page is the address with another page of the site in its place.
func (a Address) Page(url string) string { return url + a.suffix }

// To is the address of another path, as it is written in a file, in the form
// of this one.
func (a Address) To(p, file string) string {
	to := content.Relative(p, file)
	if a.absolute() {
		to = "/" + p
	}
	if path.Clean(to) == path.Clean(a.plain) {
		return a.whole
	}
	if a.Folder {
		to += "/"
	}
	if a.plain+a.suffix != a.whole {
		to = (&url.URL{Path: to}).EscapedPath()
	}
	return to + a.suffix
}

// Articles are all articles and pages of folders that were read, with those that
// are withheld.
func Articles(s *site.Site) []*content.Article {
	out := s.Texts()
	for _, a := range s.Withheld {
		out = append(out, a.Article)
	}
	return out
}

// Links are the edits for links, images and related articles that were found to
// lead nowhere, because their file is elsewhere now.
func Links(s *site.Site, files fs.FS, found diag.List) []Edit {
	articles := map[string]*content.Article{}
	for _, a := range Articles(s) {
		articles[a.Path] = a
	}
	n := names{files, map[string][]string{}}
	for _, a := range s.Articles {
		n.add(a.Path)
	}
	for _, a := range s.Assets {
		n.add(a.Path)
	}
	unreadable := unreadable(found)
	var edits []Edit
	for _, d := range found {
		a := articles[d.File]
		if a == nil || unreadable[d.File] {
			continue
		}
		switch d.Code {
		case "link-target", "image-target":
			for _, ref := range a.Doc.Refs {
				if ref.Pos != d.Pos || ref.Wiki != "" {
					continue
				}
				if to := n.whereabouts(ref.Dest, a.Path); to != "" {
					edits = append(edits, Edit{At: d.Pos, Old: ref.Dest, New: to, As: Link})
				}
			}
		case "related":
			for _, t := range a.Related {
				if t.Pos != d.Pos {
					continue
				}
				if to := n.whereabouts("/"+strings.TrimPrefix(t.Value, "/"), a.Path); to != "" {
					edits = append(edits, Edit{At: d.Pos, Old: t.Value, New: strings.TrimPrefix(to, "/"), As: Value})
				}
			}
		}
	}
	return edits
}

// unreadable are the files in whose front matter nothing can be trusted.
func unreadable(found diag.List) map[string]bool {
	out := map[string]bool{}
	for _, d := range found {
		switch d.Code {
		case "front-matter", "yaml-syntax", "yaml-shape", "key-twice", "unknown-key", "value-shape", "file-encoding", "file-read", "file-size":
			out[d.File] = true
		}
	}
	return out
}

// names are the files that a link may lead to, by the last part of their path.
type names struct {
	files  fs.FS
	byName map[string][]string
}

func (n names) add(p string) { n.byName[path.Base(p)] = append(n.byName[path.Base(p)], p) }

// whereabouts is the address to write for one whose file is gone: the only
// file of the same name, or the nearest of several that are the same to the
// byte. It is "" when nobody can be sure.
func (n names) whereabouts(address, file string) string {
	a, ok := ReadAddress(address, file)
	if !ok || a.Folder || path.Ext(a.Path) == "" {
		return ""
	}
	if _, err := fs.Stat(n.files, a.Path); err == nil {
		return "" // it is where it should be: a draft, or without an address
	}
	others := slices.DeleteFunc(slices.Clone(n.byName[path.Base(a.Path)]), func(p string) bool { return p == file })
	if len(others) == 0 || len(others) > 1 && !n.same(others) {
		return ""
	}
	steps := func(p string) int { return strings.Count(content.Relative(p, file), "/") }
	return a.To(slices.MinFunc(others, func(a, b string) int { return cmp.Or(steps(a)-steps(b), cmp.Compare(a, b)) }), file)
}

// same reports whether all files have the same bytes.
func (n names) same(files []string) bool {
	var first []byte
	for i, p := range files {
		data, err := fs.ReadFile(n.files, p)
		if err != nil || i > 0 && !bytes.Equal(data, first) {
			return false
		}
		first = data
	}
	return true
}
