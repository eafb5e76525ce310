package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"whyfix/internal/build"
	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/mend"
	"whyfix/internal/site"
)

const mvHelp = `usage: whyfix mv [options] OLD NEW

Moves an article, an image or a whole folder inside the content folder: every
link to it is mended, in articles and in site.yaml, and the old address becomes
an alias, so that readers who have it still arrive. NEW may be a folder that
exists. Nothing is overwritten, and if something goes wrong, everything is as
it was.

  -content DIR   the articles (default: content)
  -n             only say what would be done

examples:
  whyfix mv pay/refund.md pay/money-back.md
  whyfix mv huabei credit/huabei
  whyfix mv -n pay/refund.md refunds/
`

func runMv(ctx context.Context, e *env, args []string) error {
	f := flags("mv")
	dir := f.String("content", "content", "")
	dry := f.Bool("n", false, "")
	words, err := parse(f, args, 2, 2, "OLD and NEW, two paths inside the content folder")
	if err != nil {
		return err
	}
	l, err := build.NewLoader(build.Options{Content: *dir, Drafts: true})
	if err != nil {
		return loadError(err, *dir)
	}
	defer l.Close()
	loaded, err := l.Load(ctx)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(*dir)
	if err != nil {
		return err
	}
	defer root.Close()
	m := &move{
		env: e, loaded: loaded, root: root, dir: *dir, printer: diag.Printer{Dir: filepath.ToSlash(*dir)},
		edits: map[string][]fix{}, pages: map[string]string{},
	}
	if err := m.name(words[0], words[1]); err != nil {
		return err
	}
	if loaded.Diags.Errors() > 0 { // a link that is broken already might be one to this file
		if err := m.printer.Print(e.stderr, slices.DeleteFunc(loaded.Diags, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })); err != nil {
			return err
		}
		e.say("nothing was moved: mend these first, so that every link is known")
		return errSilent
	}
	if err := m.addresses(); err != nil {
		return err
	}
	m.links()
	m.settings()
	return m.do(*dry)
}

// move is one file or folder that gets another path, and what follows from it.
type move struct {
	env      *env
	loaded   *build.Loaded
	root     *os.Root
	dir      string
	printer  diag.Printer
	old, new string // paths in the content folder
	folder   bool
	edits    map[string][]fix  // by the path that a file has before
	pages    map[string]string // addresses that change, and what they become
	notes    []string          // what is left to the writer
}

// name finds out what is meant by the two words of the command line.
func (m *move) name(from, to string) error {
	inside := func(word string) (string, error) {
		p := strings.TrimPrefix(filepath.ToSlash(word), "./")
		if rest, ok := strings.CutPrefix(p, filepath.ToSlash(filepath.Clean(m.dir))+"/"); ok {
			p = rest // as a shell completes it
		}
		p = path.Clean(strings.TrimSuffix(p, "/"))
		if p == "." || !filepath.IsLocal(p) {
			return "", diag.Misuse(fmt.Sprintf("%q is not a path inside the content folder", word), "write it like pay/refund.md")
		}
		if content.Hidden(p) {
			return "", diag.Misuse(fmt.Sprintf("%q is not part of the site: names that start with . _ or # are left out", word), "move it by hand")
		}
		return p, nil
	}
	var err error
	if m.old, err = inside(from); err != nil {
		return err
	}
	if m.new, err = inside(to); err != nil {
		return err
	}
	info, err := m.root.Lstat(m.old)
	if err != nil {
		return diag.WithHint(fmt.Errorf("there is no %s", filepath.Join(m.dir, m.old)), diag.DidYouMean(m.old, m.paths(), "write its path from the content folder, such as pay/refund.md"))
	}
	m.folder = info.IsDir()
	if there, err := m.root.Stat(m.new); err == nil && there.IsDir() || strings.HasSuffix(filepath.ToSlash(to), "/") {
		m.new = path.Join(m.new, path.Base(m.old))
	}
	if !m.folder && content.Classify(m.old) == content.ClassArticle && path.Ext(m.new) == "" {
		m.new += path.Ext(m.old)
	}
	was, is := content.Classify(m.old), content.Classify(m.new)
	switch {
	case m.old == m.new:
		return diag.Misuse("OLD and NEW are the same", "give it another path")
	case m.folder && strings.HasPrefix(m.new, m.old+"/"):
		return diag.Misuse("a folder cannot be moved into itself", "choose a place outside of it")
	case !m.folder && (was == content.ClassSetting || is == content.ClassSetting):
		return diag.Misuse("the settings have their place at the top of the content folder", "edit them by hand")
	case !m.folder && (was == content.ClassIndex || is == content.ClassIndex):
		return diag.Misuse("index.md is the page of its folder", "move the folder, or write another index.md by hand")
	case !m.folder && was != is:
		return diag.Misuse(fmt.Sprintf("%s would not be an article any more, or become one", m.new), "keep the end of the name")
	}
	if _, err := m.root.Lstat(m.new); !errors.Is(err, fs.ErrNotExist) {
		return diag.WithHint(fmt.Errorf("%s exists already", filepath.Join(m.dir, m.new)), "choose another name; nothing is overwritten")
	}
	return nil
}

// paths are what can be moved.
func (m *move) paths() []string {
	var out []string
	for _, a := range m.loaded.Site.Articles {
		out = append(out, a.Path)
	}
	for _, c := range m.loaded.Site.Categories {
		out = append(out, c.Path)
	}
	return out
}

// to is the path that a file has afterwards.
func (m *move) to(p string) string {
	if p == m.old {
		return m.new
	}
	if rest, ok := strings.CutPrefix(p, m.old+"/"); ok && m.folder {
		return m.new + "/" + rest
	}
	return p
}

// links mends the links, images and related articles of every article that
// moves or leads to what moves.
func (m *move) links() {
	for _, a := range documents(m.loaded.Site) {
		seen := map[string]bool{}
		for _, ref := range a.Doc.Refs {
			dest, changed := m.address(ref.Dest, a.Path)
			// A link whose address stands at the end of the text is mended there, once.
			if key := ref.Dest + "\n" + ref.Pos.String(); changed && !seen[key] {
				seen[key] = true
				m.edits[a.Path] = append(m.edits[a.Path], fix{ref.Pos, ref.Dest, dest, mend.Link})
			}
		}
		for _, t := range a.Related {
			dest, changed := "", false
			for _, from := range []string{"", a.Path} { // as it is resolved
				p := path.Join(path.Dir(from), t.Value)
				if from == "" {
					p = path.Clean(strings.TrimPrefix(t.Value, "/"))
				}
				if !m.article(p) {
					continue
				}
				switch {
				case from == "":
					dest = m.to(p)
				default:
					dest = relative(m.to(p), m.to(a.Path))
				}
				changed = dest != path.Clean(strings.TrimPrefix(t.Value, "/"))
				break
			}
			if changed {
				m.edits[a.Path] = append(m.edits[a.Path], fix{t.Pos, t.Value, dest, mend.Value})
			}
		}
	}
}

func (m *move) article(p string) bool {
	return slices.ContainsFunc(documents(m.loaded.Site), func(a *content.Article) bool { return a.Path == p })
}

// settings mends what site.yaml leads to.
func (m *move) settings() {
	s := m.loaded.Site.Settings
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
		if t.Value == "" || t.Pos.File == "" {
			continue
		}
		if dest, changed := m.address(t.Value, content.SiteFile); changed {
			m.edits[content.SiteFile] = append(m.edits[content.SiteFile], fix{t.Pos, t.Value, dest, mend.Value})
		}
	}
}

// address is what a link of a file has to say afterwards, and whether that is
// something else.
func (m *move) address(dest, file string) (string, bool) {
	cut := len(dest)
	if i := strings.IndexAny(dest, "?#"); i >= 0 {
		cut = i
	}
	given, suffix := dest[:cut], dest[cut:]
	plain, err := url.PathUnescape(given)
	if err != nil || plain == "" || strings.Contains(plain, ":") || strings.HasPrefix(plain, "//") {
		return dest, false
	}
	absolute := strings.HasPrefix(plain, "/")
	p := path.Join(path.Dir(file), plain)
	if absolute {
		p = path.Clean(plain[1:])
	}
	if _, err := m.root.Stat(p); err != nil { // the address of a page, not a file
		if page, changed := m.pages["/"+p+"/"]; changed {
			return page + suffix, true
		}
		return dest, false
	}
	want := relative(m.to(p), m.to(file))
	if absolute {
		want = "/" + m.to(p)
	}
	same := path.Clean(plain) == path.Clean(want)
	if same {
		return dest, false
	}
	if strings.HasSuffix(plain, "/") {
		want += "/"
	}
	if plain != given {
		want = (&url.URL{Path: want}).EscapedPath()
	}
	return want + suffix, true
}

// addresses finds the pages that will have another address, and gives them the
// old one as an alias.
func (m *move) addresses() error {
	now := m.loaded.Site
	then := m.loaded.Moved(m.to)
	old := func(p site.Page) string { return "/" + strings.TrimPrefix(p.URL, now.Prefix) }
	after := map[string]site.Page{}
	for _, a := range then.Articles {
		after[a.Path] = a.Page
	}
	folders := map[string]*site.Category{}
	for _, c := range then.Categories {
		folders[c.Path] = c
	}
	for _, a := range now.Articles {
		page, placed := after[m.to(a.Path)]
		switch {
		case !placed:
			return diag.WithHint(fmt.Errorf("%s would have no address there", a.Path), "choose another name: whyfix check tells after a move by hand what is wrong with it")
		case page.URL != a.URL:
			m.pages[old(a.Page)] = old(page)
			if !a.Draft { // nobody has its address
				m.keep(a.Article, old(a.Page), old(page))
			}
		}
	}
	for _, c := range now.Categories {
		moved := folders[m.to(c.Path)]
		if moved != nil && moved.URL != c.URL {
			m.pages[old(c.Page)] = old(moved.Page)
		}
		switch {
		case moved != nil && moved.URL == c.URL:
		case moved != nil && c.Index != nil:
			m.keep(c.Index, old(c.Page), old(moved.Page))
		case m.to(c.Path) != c.Path:
			m.notes = append(m.notes, fmt.Sprintf("%s has no index.md to keep its address: write in %s: redirects: {%s: %s/}", c.Path, content.SiteFile, old(c.Page), m.to(c.Path)))
		case moved == nil: // a folder that nothing is left in
			m.notes = append(m.notes, fmt.Sprintf("the page of %s goes with its last article: write in %s: redirects: {%s: %s}", c.Path, content.SiteFile, old(c.Page), m.new))
		}
	}
	for _, a := range now.Assets {
		if m.to(a.Path) != a.Path {
			m.notes = append(m.notes, fmt.Sprintf("the address of %s changes, too: whyfix check -against tells whether that matters", a.Path))
			break
		}
	}
	return nil
}

// keep keeps the old address of an article. Where it moves back, that takes the
// place of the alias that its new one was.
func (m *move) keep(a *content.Article, old, address string) {
	for _, alias := range a.Aliases {
		if alias.Value == address {
			m.edits[a.Path] = append(m.edits[a.Path], fix{alias.Pos, alias.Value, old, mend.Value})
			return
		}
	}
	first := -1
	if len(a.Aliases) > 0 {
		first = 0
	}
	at := diag.Pos{File: a.Path}
	if first == 0 {
		at = a.Aliases[0].Pos
	}
	m.edits[a.Path] = append(m.edits[a.Path], fix{at, "", old, func(text []byte, offset int, _, address string) ([]byte, bool) {
		if at.Line == 0 {
			offset = -1
		}
		return mend.Alias(text, offset, address)
	}})
}

// edited is a file with what it says before and afterwards.
type edited struct {
	before   string // its path before the move
	was, now []byte
}

// do moves and mends, or puts everything back.
func (m *move) do(dry bool) error {
	files := make([]string, 0, len(m.edits))
	for file := range m.edits {
		files = append(files, file)
	}
	slices.Sort(files)
	var texts []edited
	var said []fix
	for _, file := range files {
		text, words, err := m.edit(file)
		if err != nil {
			return err
		}
		texts, said = append(texts, text), append(said, words...)
	}
	moved, mended, added := "moved", "mended", "added"
	if dry {
		moved, mended, added = "would move", "would mend", "would add"
	} else {
		if err := m.write(texts); err != nil {
			return err
		}
	}
	m.env.say("%s %s → %s", moved, m.printer.File(m.old), m.printer.File(m.new))
	for _, x := range said {
		if x.old == "" {
			m.env.say("%s the alias %s to %s", added, x.new, x.at.File)
		} else {
			m.env.say("%s %s: %s → %s", mended, x.at, x.old, x.new)
		}
	}
	for _, s := range m.notes {
		m.env.say("%s", s)
	}
	return nil
}

// edit makes the changes to one file, from its end to its start.
func (m *move) edit(file string) (edited, []fix, error) {
	was, err := m.root.ReadFile(file)
	if err != nil {
		return edited{}, nil, err
	}
	fixes := m.edits[file]
	slices.SortStableFunc(fixes, func(a, b fix) int {
		return cmp.Or(b.at.Line-a.at.Line, b.at.Col-a.at.Col)
	})
	now := was
	mark := len(was) - len(bytes.TrimPrefix(was, []byte("\xEF\xBB\xBF")))
	lines := diag.NewLines(file, was[mark:])
	var said []fix
	for _, x := range fixes {
		offset := mark
		if x.at.Line > 0 {
			offset += lines.Offset(x.at.Line, x.at.Col)
		}
		var ok bool
		x.at.File = m.printer.File(m.to(file))
		if now, ok = x.mend(now, offset, x.old, x.new); !ok {
			return edited{}, nil, diag.WithHint(fmt.Errorf("%s: it is not clear how to write %s instead of %q here", x.at, x.new, x.old),
				"change this place by hand first, so that it can be mended, or move the file by hand; nothing was moved")
		}
		said = append(said, x)
	}
	slices.Reverse(said)
	return edited{file, was, now}, said, nil
}

// write moves the file or folder and then writes the texts, each whole. After
// an error everything is as it was.
func (m *move) write(texts []edited) (err error) {
	var undo []func() error
	defer func() {
		if err == nil {
			return
		}
		for _, back := range slices.Backward(undo) {
			if failed := back(); failed != nil {
				err = fmt.Errorf("%w; and it could not be put back: %w", err, failed)
			}
		}
	}()
	for dir := path.Dir(m.new); dir != "."; dir = path.Dir(dir) {
		if _, err := m.root.Lstat(dir); err == nil {
			break
		}
		undo = slices.Insert(undo, 0, func() error { return m.root.Remove(dir) })
	}
	if err := m.root.MkdirAll(path.Dir(m.new), 0o755); err != nil {
		return cannotWrite(filepath.Join(m.dir, m.new), err)
	}
	if err := m.root.Rename(m.old, m.new); err != nil {
		return cannotWrite(filepath.Join(m.dir, m.new), err)
	}
	undo = append(undo, func() error { return m.root.Rename(m.new, m.old) })
	for _, t := range texts {
		name := m.to(t.before)
		if err := mend.Replace(m.root, name, t.was, t.now); err != nil {
			return err
		}
		undo = append(undo, func() error { return mend.Replace(m.root, name, t.now, t.was) })
	}
	return nil
}

// documents are all articles and pages of folders that are read, and those
// that are withheld.
func documents(s *site.Site) []*content.Article {
	var out []*content.Article
	for _, a := range s.Articles {
		out = append(out, a.Article)
	}
	categories := slices.Clone(s.Categories)
	for _, l := range s.Languages {
		categories = append(categories, l.Root)
	}
	for _, c := range categories {
		if c.Index != nil && !slices.Contains(out[len(s.Articles):], c.Index) {
			out = append(out, c.Index)
		}
	}
	for _, a := range s.Withheld {
		out = append(out, a.Article)
	}
	return out
}
