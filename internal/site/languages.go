package site

import (
	"cmp"
	"path"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// language makes a category the home page of a language.
func (r *resolver) language(root *Category, tag string) {
	l := &Language{Tag: tag, Title: root.Title, Root: root}
	root.In, root.Language, root.Parent = l, tag, nil
	for k := range l.Families {
		kind := FamilyKind(k)
		l.Families[k] = &Family{Page: r.page(l.Home()+kind.Folder()+"/", tag), Kind: kind, In: l}
	}
	if home := l.Home(); home != "" {
		for _, f := range append(ownFiles(), "search/") {
			r.claimList(r.page(home+f, tag), diag.Say("the program"))
		}
	}
	r.claimWellKnown(l.Home(), FeedFile, LLMsFile)
	r.site.Languages = append(r.site.Languages, l)
}

// home reads the index.md of the content folder.
func (r *resolver) home(index *content.Article) {
	root := r.site.Root
	root.Index, root.Summary = index, index.Summary
	if index.Title.Value != "" {
		root.Title = index.Title.Value
	}
}

// otherLanguage makes a folder the home of another language than that of the folder
// above. It reports whether it is.
func (r *resolver) otherLanguage(c *Category, tag content.Text) bool {
	for _, l := range r.site.Languages {
		if strings.EqualFold(l.Tag, tag.Value) {
			where := diag.Say("the content folder")
			if l.Root.Path != "" {
				where = diag.Example(l.Root.Path + "/")
			}
			r.problem(tag.Pos, diag.Error, "language-twice", diag.Say("the language %q already has its place: %s", tag.Value, where),
				diag.Say("put all that is in one language into one folder"))
			return false
		}
	}
	r.language(c, tag.Value)
	return true
}

// categories are the home pages and all other categories.
func (r *resolver) categories() []*Category {
	out := make([]*Category, 0, len(r.site.Languages)+len(r.site.Categories))
	for _, l := range r.site.Languages {
		out = append(out, l.Root)
	}
	return append(out, r.site.Categories...)
}

// settings reads what site.yaml says for each language.
func (r *resolver) settings() {
	all := r.in.Settings
	first := r.site.Languages[0]
	first.Title, first.Description, first.Notices, first.Footer = r.site.Title, all.Description, all.Notices, all.Footer
	first.Nav, first.Contact = r.navigation(all.Nav), r.contact(all.Contact)
	for _, l := range r.site.Languages[1:] {
		if i := l.Root.Index; i != nil && i.Untitled { // the name of its folder is no title: "En"
			l.Root.Title = ""
		}
		l.Title, l.Description = cmp.Or(l.Root.Title, r.site.Title), l.Root.Summary
	}
	r.popular(first, all.Popular)
	for _, s := range all.Languages {
		l := r.languageOf(s.Tag)
		if l == nil {
			continue
		}
		r.popular(l, s.Popular)
		l.Title, l.Description = cmp.Or(s.Title, l.Title), cmp.Or(s.Description, l.Description)
		l.Footer = cmp.Or(s.Footer, l.Footer)
		if s.Notices != nil {
			l.Notices = s.Notices
		}
		if s.Nav != nil {
			l.Nav = r.navigation(s.Nav)
		}
		if s.Contact.Text != "" {
			l.Contact = r.contact(s.Contact)
		}
	}
	for _, l := range r.site.Languages[1:] {
		l.Root.Title = cmp.Or(l.Root.Title, l.Title)
	}
	for _, c := range r.categories() {
		r.icon(c)
	}
	if logo := all.Logo; logo.Value != "" {
		if a, ok := r.asset(resolvePath("/"+logo.Value, "")); ok {
			r.site.Logo = a
		} else {
			r.image(markdown.Ref{Image: true, Dest: logo.Value, Pos: logo.Pos}, "", logo.Value, "")
		}
	}
}

// languageOf finds the language that site.yaml speaks of.
func (r *resolver) languageOf(tag content.Text) *Language {
	var known []string
	for _, l := range r.site.Languages {
		if strings.EqualFold(l.Tag, tag.Value) {
			return l
		}
		known = append(known, l.Tag)
	}
	r.problem(tag.Pos, diag.Error, "language-unknown", diag.Say("no folder is in the language %q", tag.Value),
		diag.DidYouMean(tag.Value, known, diag.Say("write “language: %s” into the index.md of the folder that is", tag.Value)))
	return nil
}

// arrange puts the categories of a language into their order: those that are in
// the same one, and the list of all of them.
func (r *resolver) arrange(l *Language) {
	nav := r.in.Settings.Nav
	if l != r.site.Languages[0] {
		nav = nil
		for _, s := range r.in.Settings.Languages {
			if strings.EqualFold(s.Tag.Value, l.Tag) {
				nav = s.Nav
			}
		}
	}
	l.Categories = l.Categories[:0]
	var walk func(c *Category, nav []content.NavItem)
	walk = func(c *Category, nav []content.NavItem) {
		r.orderChildren(c, nav)
		for _, child := range c.Children {
			l.Categories = append(l.Categories, child)
			walk(child, nil)
		}
	}
	walk(l.Root, nav)
}

func (r *resolver) navigation(items []content.NavItem) []Link {
	var out []Link
	for _, n := range items {
		if l := r.settingsLink(n.Title, n.Link); l.URL != "" {
			out = append(out, l)
		}
	}
	return out
}

func (r *resolver) contact(c content.Contact) Link {
	if c.Link.Value == "" {
		return Link{Title: c.Text}
	}
	return r.settingsLink(c.Text, c.Link)
}

// settingsLink is a link of site.yaml; its URL is empty when it leads nowhere.
func (r *resolver) settingsLink(title string, to content.Text) Link {
	t, ok := r.target(markdown.Ref{Dest: to.Value, Pos: to.Pos}, "", nil, nil)
	if !ok {
		return Link{Title: title}
	}
	return Link{Title: title, URL: t.URL, External: strings.Contains(t.URL, "://")}
}

// translate finds the pages that say the same in another language: those with
// the same path below the folders of two languages, and tags with the same
// slug.
func (r *resolver) translate() {
	if len(r.site.Languages) < 2 {
		return
	}
	type place struct {
		page *Page
		in   *Language
	}
	same := map[string][]place{}
	var order []string
	add := func(key string, p *Page, in *Language) {
		if same[key] == nil {
			order = append(order, key)
		}
		same[key] = append(same[key], place{p, in})
	}
	for _, l := range r.site.Languages {
		add("", &l.Root.Page, l)
		if len(l.Symptoms) > 0 {
			add("symptoms", &l.Symptoms[0].Page, l)
		}
		for _, c := range l.Categories {
			add(l.Below(c.Path)+"/", &c.Page, l)
		}
		for _, f := range l.Families {
			if len(f.Tags) > 0 {
				add("tag "+f.Kind.Folder(), &f.Page, l)
			}
			for _, t := range f.Tags {
				add("tag "+f.Kind.Folder()+"/"+path.Base(t.URL), &t.Page, l)
			}
		}
	}
	for _, a := range r.site.Articles {
		add(a.Category.In.Below(a.Path), &a.Page, a.Category.In)
	}
	for _, key := range order {
		for _, p := range same[key] {
			for _, l := range r.site.Languages {
				for _, other := range same[key] {
					if other.in == l && l != p.in {
						p.page.Translations = append(p.page.Translations, Translation{Language: l.Tag, URL: other.page.URL})
						break
					}
				}
			}
		}
	}
}

// LanguageOf is the language whose folder a path is in, or is.
func (s *Site) LanguageOf(p string) *Language {
	of := s.Languages[0]
	for _, l := range s.Languages {
		root := l.Root.Path
		if (p == root || strings.HasPrefix(p, root+"/")) && len(root) > len(of.Root.Path) {
			of = l
		}
	}
	return of
}

// Below is a path as seen from the folder of its language: what two languages have
// at the same one are translations of each other.
func (l *Language) Below(p string) string {
	if l.Root.Path == "" {
		return p
	}
	return strings.TrimPrefix(p, l.Root.Path+"/")
}

// At is the path below the folder of the language that another language has there.
func (l *Language) At(below string) string { return path.Join(l.Root.Path, below) }
