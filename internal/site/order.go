package site

import (
	"cmp"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// The order in which readers see what is in a folder. The writer's comes first:
// what index.md lists, then what has a weight. The rest stands as readers need
// it: what they ask in most ways, then what is new.

// orderArticles puts the articles of a category into their order. They are the
// newest first before.
func (r *resolver) orderArticles(c *Category) {
	if len(c.Articles) > 0 {
		c.newest = c.Articles[0].Shown()
	}
	listed := map[*Article]int{}
	if f := c.says(); f != nil {
		for _, t := range f.Articles {
			if a := r.listedArticle(c, t); a != nil {
				listed[a] = len(listed) + 1
			}
		}
	}
	slices.SortFunc(c.Articles, func(a, b *Article) int {
		if len(listed) > 0 {
			if n := before(listed[a], listed[b]); n != 0 {
				return n
			}
		}
		return cmp.Or(byWeight(a.Article, b.Article), len(b.Symptoms)-len(a.Symptoms), newest(a, b))
	})
}

// namedPaths are the paths that a name in a file's front matter may mean: from the
// content folder, or from the file's own.
func namedPaths(name, file string) []string {
	return []string{resolvePath("/"+name, ""), resolvePath(name, file)}
}

// articleNamed is the article that front matter names, or nil.
func (r *resolver) articleNamed(t content.Text, file string) *Article {
	for _, p := range namedPaths(t.Value, file) {
		if a := r.byPath[p]; a != nil {
			return a
		}
	}
	return nil
}

// before compares places in a list, from 1 on; what has none comes behind.
func before(a, b int) int {
	const last = math.MaxInt
	if a == 0 {
		a = last
	}
	if b == 0 {
		b = last
	}
	return cmp.Compare(a, b)
}

// byWeight compares weights; what has none comes behind. Either may be nil.
func byWeight(a, b *content.Article) int {
	x, y := a != nil && a.Weighted, b != nil && b.Weighted
	switch {
	case x && y:
		return cmp.Compare(a.Weight, b.Weight)
	case x:
		return -1
	case y:
		return 1
	}
	return 0
}

// says is what a category's index.md says about what is in its folder, or nil.
func (c *Category) says() *content.Folder {
	if c.Index == nil {
		return nil
	}
	return c.Index.Folder
}

// listedArticle finds an article of a category that its index.md lists; nil
// where that is a mistake, which it says.
func (r *resolver) listedArticle(c *Category, t content.Text) *Article {
	a := r.articleNamed(t, c.Index.Path)
	switch {
	case a == nil:
		r.unlisted(t, c.Index.Path)
		return nil
	case a.Category != c:
		r.problem(t.Pos, diag.Warning, "order-elsewhere", diag.Say("%q is an article of another folder, and is left out here", t.Value), diag.Say("take it out, or list it in the index.md of its own folder"))
		return nil
	case r.twice(c.says().Articles, t, func(u content.Text) bool { return r.articleNamed(u, c.Index.Path) == a }):
		return nil
	}
	return a
}

// twice reports whether a text means what one before it in the list means, and
// says so.
func (r *resolver) twice(list []content.Text, t content.Text, same func(content.Text) bool) bool {
	for _, u := range list {
		if u.Pos == t.Pos {
			return false
		}
		if same(u) {
			r.problem(t.Pos, diag.Error, "order", diag.Say("%q stands here twice", t.Value), diag.Say("keep one of the two"))
			return true
		}
	}
	return false
}

// unlisted says why there is no article where index.md lists one.
func (r *resolver) unlisted(t content.Text, file string) {
	for _, p := range namedPaths(t.Value, file) {
		if r.lost[p] {
			return
		}
		if why, hidden := r.hidden[p]; hidden {
			r.problem(t.Pos, diag.Warning, "listed-hidden", diag.Say("%q %s and is left out", t.Value, why.what), diag.Text{})
			return
		}
	}
	var known []string
	for _, a := range r.site.Articles {
		if folderOf(a.Path) == folderOf(file) {
			known = append(known, path.Base(a.Path))
		}
	}
	r.problem(t.Pos, diag.Error, "order", diag.Say("there is no article %q in this folder", t.Value), didYouMean(t.Value, known, diag.Say("write its file's name, such as refund-late.md")))
}

// orderChildren puts the categories in a category into their order: as its
// index.md lists them, by their weights, of a home page as the navigation names
// them, by their paths.
func (r *resolver) orderChildren(c *Category, nav []content.NavItem) {
	if len(c.Children) == 0 && (c.says() == nil || len(c.says().Categories) == 0) {
		return
	}
	listed := map[*Category]int{}
	if f := c.says(); f != nil {
		for _, t := range f.Categories {
			if child := r.listedCategory(c, t); child != nil {
				listed[child] = len(listed) + 1
			}
		}
	}
	slices.SortStableFunc(c.Children, func(a, b *Category) int {
		return cmp.Or(before(listed[a], listed[b]), byWeight(a.Index, b.Index), before(inNavigation(nav, a), inNavigation(nav, b)))
	})
}

// inNavigation is a category's place in the navigation, from 1 on, or 0.
func inNavigation(nav []content.NavItem, c *Category) int {
	return 1 + slices.IndexFunc(nav, func(n content.NavItem) bool {
		p := resolvePath("/"+n.Link.Value, "")
		return p == c.Path || folderOf(p) == c.Path && content.Classify(p) == content.ClassIndex
	})
}

// listedCategory finds a folder that index.md lists; nil where that is a
// mistake, which it says.
func (r *resolver) listedCategory(c *Category, t content.Text) *Category {
	find := func(t content.Text) *Category {
		for _, p := range namedPaths(t.Value, c.Index.Path) {
			if content.Classify(p) == content.ClassIndex {
				p = folderOf(p)
			}
			if child := r.folders[p]; child != nil && child.Parent == c {
				return child
			}
		}
		return nil
	}
	child := find(t)
	if child != nil {
		if r.twice(c.says().Categories, t, func(u content.Text) bool { return find(u) == child }) {
			return nil
		}
		return child
	}
	paths := namedPaths(t.Value, c.Index.Path)
	for _, p := range paths {
		if p != c.Path && r.folders[p] != nil {
			r.problem(t.Pos, diag.Warning, "order-elsewhere", diag.Say("%q does not lie in this folder, and is left out here", t.Value), diag.Say("take it out, or list it in the index.md of the folder above it"))
			return nil
		}
	}
	for file := range r.hidden {
		if slices.ContainsFunc(paths, func(p string) bool { return p != c.Path && p != "." && strings.HasPrefix(file, p+"/") }) {
			r.problem(t.Pos, diag.Warning, "listed-hidden", diag.Say("nothing in %q is published, and it is left out", t.Value), diag.Text{})
			return nil
		}
	}
	var known []string
	for _, child := range c.Children {
		known = append(known, path.Base(child.Path))
	}
	r.problem(t.Pos, diag.Error, "order", diag.Say("there is no folder %q in this folder", t.Value), didYouMean(strings.TrimSuffix(t.Value, "/"), known, diag.Say("write its name, such as pay")))
	return nil
}

// What may stand for a category: it is loaded with every list of categories.
const maxIcon = 64 << 10

func iconEndings() []string {
	return []string{".svg", ".png", ".webp", ".avif", ".jpg", ".jpeg", ".gif"}
}

func kilobytes(n int64) string { return strconv.FormatInt((n+1023)>>10, 10) + " kB" }

// icon finds the picture that stands for a category.
func (r *resolver) icon(c *Category) {
	f := c.says()
	if f == nil || f.Icon.Value == "" {
		return
	}
	p := resolvePath(f.Icon.Value, c.Index.Path)
	a, there := r.asset(p)
	switch {
	case !there:
		r.image(markdown.Ref{Image: true, Dest: f.Icon.Value, Pos: f.Icon.Pos}, p, f.Icon.Value, c.Index.Path)
	case !slices.Contains(iconEndings(), strings.ToLower(path.Ext(p))):
		r.problem(f.Icon.Pos, diag.Error, "icon", diag.Say("%q is no picture", f.Icon.Value), diag.Say("name a file that ends with one of %s", diag.Names(iconEndings())))
	case a.Size > maxIcon:
		r.problem(f.Icon.Pos, diag.Error, "icon", diag.Say("%q has %s; an icon may have %s", f.Icon.Value, kilobytes(a.Size), kilobytes(maxIcon)), diag.Say("it is shown at 40 pixels: make it smaller, best as SVG"))
	default:
		c.Icon = a
	}
}

// popular finds what the settings say that readers ask most: symptoms, and
// articles, which stand there with their first.
func (r *resolver) popular(l *Language, texts []content.Text) {
	if len(texts) == 0 {
		return
	}
	said := map[string]*Article{}
	for _, a := range l.Newest {
		for _, s := range a.Symptoms {
			if key := strings.ToLower(s.Value); said[key] == nil {
				said[key] = a
			}
		}
	}
	for _, t := range texts {
		asked := Asked{Words: t.Value, Article: said[strings.ToLower(t.Value)]}
		if asked.Article == nil {
			if a := r.byPath[resolvePath("/"+t.Value, "")]; a != nil && a.Category.In == l {
				asked.Article, asked.Words = a, a.Title.Value
				if len(a.Symptoms) > 0 {
					asked.Words = a.Symptoms[0].Value
				}
			}
		}
		switch {
		case asked.Article == nil:
			r.unpopular(l, t)
		case slices.Contains(l.Popular, asked):
			r.problem(t.Pos, diag.Error, "popular", diag.Say("%q stands here twice", t.Value), diag.Say("keep one of the two"))
		default:
			l.Popular = append(l.Popular, asked)
		}
	}
}

// unpopular says why there is nothing of which the settings say that it is
// asked.
func (r *resolver) unpopular(l *Language, t content.Text) {
	p := resolvePath("/"+t.Value, "")
	if r.lost[p] {
		return
	}
	var left diag.Text
	if why, hidden := r.hidden[p]; hidden {
		left = diag.Say("%q %s and is left out", t.Value, why.what)
	}
	for _, a := range r.site.Withheld {
		if slices.ContainsFunc(a.Symptoms, func(s content.Text) bool { return strings.EqualFold(s.Value, t.Value) }) {
			left = diag.Say("%q is a symptom of %s, which %s and is left out", t.Value, a.Path, a.Why)
		}
	}
	if left != (diag.Text{}) {
		r.problem(t.Pos, diag.Warning, "listed-hidden", left, diag.Text{})
		return
	}
	if a := r.byPath[p]; a != nil {
		r.problem(t.Pos, diag.Error, "popular", diag.Say("%q is in another language than this list", t.Value), diag.Say("write it into popular: of its own language"))
		return
	}
	var known []string
	for _, a := range l.Newest {
		known = append(known, a.Path)
		for _, s := range a.Symptoms {
			known = append(known, s.Value)
		}
	}
	r.problem(t.Pos, diag.Error, "popular", diag.Say("no article has the symptom %q, and there is none of that path", t.Value),
		didYouMean(t.Value, known, diag.Say("write a symptom as an article has it, or an article's path from the content folder, such as pay/refund-late.md")))
}
