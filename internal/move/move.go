// Package move gives articles, other files and folders another place in the
// content folder.
//
// In: a content folder, the path of what moves and the one that it gets; what other
// languages have at that path goes along. Out: a Plan, with the edits that keep every link and every old address working; Do
// does all of it, or nothing. Errors are mistakes of the person who asks, with a
// hint; mistakes in the content, behind which a link may hide, are diagnostics.
package move

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/fix"
	"whyfix/internal/generate"
	"whyfix/internal/site"
)

// Plan is what a move does.
type Plan struct {
	Moves []Move      // the one that was asked for, then those of its translations
	Files []fix.File  // that change, under the names that they will have, as have their edits
	Notes []diag.Text // what is left to the writer
	dir   string
}

// Move is a file or folder that gets another path in the content folder.
type Move struct{ Old, New string }

// Options say how to move.
type Options struct {
	Only bool // without the translations
}

// New plans to move a file or folder of a content folder, to a path or, if that
// is a folder or ends with a slash, into it; and with an article, or a folder of
// articles, what other languages have at the same path.
func New(ctx context.Context, dir, from, to string, o Options) (*Plan, diag.List, error) {
	l, err := generate.NewLoader(generate.Options{Content: dir, Drafts: true})
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	loaded, err := l.Load(ctx)
	if err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	m := &move{Plan: Plan{dir: dir}, root: root, site: loaded.Site, pages: map[string]string{}}
	if err := m.name(path.Clean(from), to); err != nil {
		return nil, nil, err
	}
	if loaded.Diags.Errors() > 0 { // a link that is broken already might be one to this file
		return nil, loaded.WithLines(slices.DeleteFunc(loaded.Diags, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })), nil
	}
	if err := m.translations(o.Only); err != nil {
		return nil, nil, err
	}
	if err := m.addresses(m.moved(loaded.Input)); err != nil {
		return nil, nil, err
	}
	m.links()
	m.settings()
	if err := m.edit(); err != nil {
		return nil, nil, err
	}
	return &m.Plan, nil, nil
}

// move is a Plan in the making.
type move struct {
	Plan
	root   *os.Root
	site   *site.Site
	folder bool              // what moves are folders
	pages  map[string]string // addresses that change, and what they become
	edits  []fix.Edit        // under the names of before
}

// name finds out what moves, and to which path.
func (m *move) name(from, to string) error {
	x := Move{from, path.Clean(to)}
	info, err := m.root.Lstat(x.Old)
	if err != nil {
		return diag.WithHint(diag.Say("there is no %s", filepath.Join(m.dir, x.Old)), diag.DidYouMean(x.Old, m.known(), diag.Say("write its path from the content folder, such as pay/refund.md")))
	}
	m.folder = info.IsDir()
	if there, err := m.root.Stat(x.New); err == nil && there.IsDir() || strings.HasSuffix(to, "/") {
		x.New = path.Join(x.New, path.Base(x.Old))
	}
	was := content.Classify(x.Old)
	if !m.folder && was == content.ClassArticle && path.Ext(x.New) == "" {
		x.New += path.Ext(x.Old)
	}
	is := content.Classify(x.New)
	switch {
	case x.Old == x.New:
		return diag.Misuse(diag.Say("OLD and NEW are the same"), diag.Say("give it another path"))
	case m.folder && strings.HasPrefix(x.New, x.Old+"/"):
		return diag.Misuse(diag.Say("a folder cannot be moved into itself"), diag.Say("choose a place outside of it"))
	case m.folder:
	case was == content.ClassSetting || is == content.ClassSetting:
		return diag.Misuse(diag.Say("the settings have their place at the top of the content folder"), diag.Say("edit them by hand"))
	case was == content.ClassIndex || is == content.ClassIndex:
		return diag.Misuse(diag.Say("index.md is the page of its folder"), diag.Say("move the folder, or write another index.md by hand"))
	case was != is:
		return diag.Misuse(diag.Say("%s would not be an article any more, or become one", x.New), diag.Say("keep the end of the name"))
	}
	if _, err := m.root.Lstat(x.New); !errors.Is(err, fs.ErrNotExist) {
		return diag.WithHint(diag.Say("%s exists already", filepath.Join(m.dir, x.New)), diag.Say("choose another name; nothing is overwritten"))
	}
	m.Moves = []Move{x}
	return nil
}

// translations adds what other languages have at the path of an article or a
// folder, and will have at its new one. Where it leaves its language, or is the
// folder of one, nothing else moves.
func (m *move) translations(only bool) error {
	x := m.Moves[0]
	own := m.site.LanguageOf(x.Old)
	if x.Old == own.Root.Path || m.site.LanguageOf(x.New) != own || !m.folder && content.Classify(x.Old) != content.ClassArticle {
		return nil
	}
	for _, l := range m.site.Languages {
		other := Move{l.At(own.Below(x.Old)), l.At(own.Below(x.New))}
		info, err := m.root.Lstat(other.Old)
		if l == own || err != nil || info.IsDir() != m.folder || m.site.LanguageOf(other.Old) != l {
			continue
		}
		if only {
			m.note("%s stays, and is no translation of %s any more", other.Old, x.New)
			continue
		}
		if _, err := m.root.Lstat(other.New); !errors.Is(err, fs.ErrNotExist) {
			return diag.WithHint(diag.Say("%s, the translation, cannot move along: %s exists already", filepath.Join(m.dir, other.Old), filepath.Join(m.dir, other.New)),
				diag.Say("choose another name, or move this one alone with -only"))
		}
		m.Moves = append(m.Moves, other)
	}
	return nil
}

// known are the paths that somebody may have meant.
func (m *move) known() []string {
	var out []string
	for _, a := range m.site.Articles {
		out = append(out, a.Path)
	}
	for _, c := range m.site.Categories {
		out = append(out, c.Path)
	}
	return out
}

// to is the path that a file has afterwards.
func (m *move) to(p string) string {
	for _, x := range m.Moves {
		if p == x.Old {
			return x.New
		}
		if rest, ok := strings.CutPrefix(p, x.Old+"/"); ok && m.folder {
			return x.New + "/" + rest
		}
	}
	return p
}

// moved is the site as it would be if its files had their new paths. Links to a
// file under its old path lead nowhere in it, so only its addresses are of use.
func (m *move) moved(in site.Input) *site.Site {
	in.Articles, in.Assets, in.Commits = slices.Clone(in.Articles), slices.Clone(in.Assets), nil
	for i, a := range in.Articles {
		moved := *a
		moved.Path = m.to(a.Path)
		in.Articles[i] = &moved
	}
	for i := range in.Assets {
		in.Assets[i].Path = m.to(in.Assets[i].Path)
	}
	out, _ := site.Resolve(in)
	return out
}

// addresses finds the pages that will have another address, and gives them the
// old one as an alias.
func (m *move) addresses(then *site.Site) error {
	url := func(p site.Page) string { return "/" + strings.TrimPrefix(p.URL, m.site.Prefix) }
	articles, folders := map[string]site.Page{}, map[string]site.Page{}
	for _, a := range then.Articles {
		articles[a.Path] = a.Page
	}
	for _, c := range then.Categories {
		folders[c.Path] = c.Page
	}
	for _, a := range m.site.Articles {
		page, placed := articles[m.to(a.Path)]
		switch {
		case !placed:
			return diag.WithHint(diag.Say("%s would have no address there", a.Path), diag.Say("choose another name: whyfix check tells after a move by hand what is wrong with it"))
		case page.URL != a.URL:
			m.pages[url(a.Page)] = url(page)
			if !a.Draft { // nobody has its address
				m.alias(a.Article, url(a.Page), url(page))
			}
		}
	}
	for _, c := range m.site.Categories {
		old := url(c.Page)
		page, placed := folders[m.to(c.Path)]
		if placed && page.URL == c.URL {
			continue
		}
		if placed {
			m.pages[old] = url(page)
		}
		switch {
		case placed && c.Index != nil:
			m.alias(c.Index, old, url(page))
		case m.to(c.Path) != c.Path:
			m.note("%s has no index.md to keep its address: write in site.yaml: redirects: {%s: %s/}", c.Path, old, m.to(c.Path))
		case !placed:
			m.note("the page of %s goes with its last article: write in site.yaml: redirects: {%s: %s}", c.Path, old, m.outOf(c.Path))
		}
	}
	if i := slices.IndexFunc(m.site.Assets, func(a site.Asset) bool { return m.to(a.Path) != a.Path }); i >= 0 {
		m.note("the address of %s changes, too: whyfix check -against tells whether that matters", m.site.Assets[i].Path)
	}
	return nil
}

// outOf is the new path of what moves out of a folder.
func (m *move) outOf(folder string) string {
	for _, x := range m.Moves {
		if strings.HasPrefix(x.Old, folder+"/") {
			return x.New
		}
	}
	return m.Moves[0].New
}

func (m *move) note(format string, args ...any) {
	m.Notes = append(m.Notes, diag.Say(format, args...))
}

// alias keeps the old address of an article. Where it moves back, that takes the
// place of the alias that its new one was.
func (m *move) alias(a *content.Article, old, address string) {
	at := diag.Pos{File: a.Path}
	for i, alias := range a.Aliases {
		if alias.Value == address {
			m.edits = append(m.edits, fix.Edit{At: alias.Pos, Old: alias.Value, New: old, As: fix.Value})
			return
		}
		if i == 0 {
			at = alias.Pos
		}
	}
	m.edits = append(m.edits, fix.Edit{At: at, New: old, As: fix.Alias})
}

// links finds the links, images and related articles of every article that
// moves or leads to what moves.
func (m *move) links() {
	articles := fix.Articles(m.site)
	known := map[string]bool{}
	for _, a := range articles {
		known[a.Path] = true
	}
	for _, a := range articles {
		for _, ref := range a.Doc.Refs {
			if ref.Wiki != "" {
				m.named(ref)
				continue
			}
			m.lead(content.Text{Value: ref.Dest, Pos: ref.Pos}, ref.Pos.File, fix.Link)
		}
		for _, t := range a.Related {
			m.list(t, a.Path, known)
		}
		m.inFolder(a, known)
	}
}

// list makes an item of a list in a file's front matter name what it means. It is
// read as the site reads it: from the top, or from the file's folder.
func (m *move) list(t content.Text, file string, known map[string]bool) {
	value := path.Clean(strings.TrimPrefix(t.Value, "/"))
	to := value
	if beside := path.Join(path.Dir(file), t.Value); known[value] {
		to = m.to(value)
	} else if known[beside] {
		to = content.Relative(m.to(beside), m.to(file))
	}
	if to != value {
		m.edits = append(m.edits, fix.Edit{At: t.Pos, Old: t.Value, New: to, As: fix.Value})
	}
}

// inFolder finds what a folder's page says about what is in it.
func (m *move) inFolder(a *content.Article, articles map[string]bool) {
	f := a.Folder
	if f == nil {
		return
	}
	for _, t := range f.Articles {
		m.list(t, a.Path, articles)
		for _, x := range m.Moves {
			moves := path.Clean(strings.TrimPrefix(t.Value, "/")) == x.Old || path.Join(path.Dir(a.Path), t.Value) == x.Old
			if moves && path.Dir(x.New) != path.Dir(a.Path) {
				m.note("%s is no more in the folder that lists it: take it out of articles: in %s", x.New, a.Path)
			}
		}
	}
	folders := map[string]bool{}
	for _, c := range m.site.Categories {
		folders[c.Path] = true
		if c.Index != nil {
			folders[c.Index.Path] = true
		}
	}
	for _, t := range f.Categories {
		m.list(t, a.Path, folders)
	}
	if f.Icon.Value != "" {
		m.lead(f.Icon, a.Path, fix.Value)
	}
}

// settings finds what site.yaml leads to.
func (m *move) settings() {
	s := m.site.Settings
	texts := []content.Text{s.Logo, s.Contact.Link}
	nav := s.Nav
	for _, l := range s.Languages {
		nav = append(slices.Clip(nav), l.Nav...)
	}
	for _, n := range nav {
		texts = append(texts, n.Link)
	}
	for _, r := range s.Redirects {
		texts = append(texts, r.To)
	}
	for _, t := range texts {
		if t.Pos.File != "" { // it is not left out
			m.lead(t, content.SiteFile, fix.Value)
		}
	}
	articles := map[string]bool{}
	for _, a := range fix.Articles(m.site) {
		articles[a.Path] = true
	}
	popular := s.Popular
	for _, l := range s.Languages {
		popular = append(slices.Clip(popular), l.Popular...)
	}
	for _, t := range popular { // a symptom is no path
		m.list(t, content.SiteFile, articles)
	}
}

// lead makes the address of a link in a file lead to what it means, wherever
// that is afterwards.
func (m *move) lead(link content.Text, file string, as fix.Writing) {
	a, ok := fix.ReadAddress(link.Value, file)
	if !ok {
		return
	}
	to := a.To(m.to(a.Path), m.to(file))
	if _, err := m.root.Stat(a.Path); err != nil { // the address of a page, not a file
		page, changes := m.pages["/"+a.Path+"/"]
		if !changes {
			return
		}
		to = a.Page(page)
	}
	if to != link.Value {
		m.edits = append(m.edits, fix.Edit{At: link.Pos, Old: link.Value, New: to, As: as})
	}
}

// once is a list of edits without those of a piece that several articles have.
func once(edits []fix.Edit) []fix.Edit {
	type change struct {
		at       diag.Pos
		old, now string
	}
	seen := map[change]bool{}
	return slices.DeleteFunc(edits, func(x fix.Edit) bool {
		c := change{x.At, x.Old, x.New}
		double := x.At.Line > 0 && seen[c]
		seen[c] = true
		return double
	})
}

// edit makes the edits in memory, and gives files their new names.
func (m *move) edit() error {
	files, err := fix.Files(m.root, once(m.edits))
	if err != nil {
		return err
	}
	for _, f := range files {
		f.Name = m.to(f.Name)
		for i := range f.Made {
			f.Made[i].At.File = f.Name
		}
		for _, x := range f.Unclear {
			x.At.File = filepath.Join(m.dir, f.Name)
			return diag.WithHint(
				diag.Say("%s: it is not clear how to write %s instead of %q here", x.At, x.New, x.Old),
				diag.Say("change this place by hand first, or move the file by hand; nothing was moved"),
			)
		}
		m.Files = append(m.Files, f)
	}
	return nil
}

// Do moves the files or folders and writes what changes. After an error everything
// is as it was, or the error says what could not be put back.
func (p *Plan) Do() error {
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	var missing []string // folders, each before those above it
	var moved []Move
	for _, x := range p.Moves {
		var above []string
		for folder := path.Dir(x.New); ; folder = path.Dir(folder) {
			if _, err := root.Lstat(folder); err == nil {
				break
			}
			above = append(above, folder)
		}
		missing = append(above, missing...)
		if err = root.MkdirAll(path.Dir(x.New), 0o755); err == nil {
			err = root.Rename(x.Old, x.New)
		}
		if err != nil {
			break
		}
		moved = append(moved, x)
	}
	if err == nil {
		err = fix.Write(root, p.Files)
	}
	if err != nil {
		for _, x := range slices.Backward(moved) {
			err = errors.Join(err, root.Rename(x.New, x.Old))
		}
		for _, folder := range missing {
			_ = root.Remove(folder) // unless something is in it
		}
	}
	return err
}
