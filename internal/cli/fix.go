package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/term"

	"whyfix/internal/build"
	"whyfix/internal/check"
	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/mend"
	"whyfix/internal/site"
)

// fix is one change to a file: at a place, with what it says to the writer.
type fix struct {
	at       diag.Pos
	old, new string
	mend     func(text []byte, offset int, old, word string) ([]byte, bool)
}

// fixer mends what is safe. What it is not sure of it leaves to the writer.
type fixer struct {
	env     *env
	loaded  *build.Loaded
	printer diag.Printer
	root    *os.Root
	yes     bool
	broken  map[string]bool // files whose front matter cannot be trusted
	fixes   []fix
}

// runFix mends the content and returns how many places it changed.
func runFix(e *env, loaded *build.Loaded, dir string, printer diag.Printer, yes bool) (int, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	f := &fixer{env: e, loaded: loaded, printer: printer, root: root, yes: yes, broken: map[string]bool{}}
	for _, d := range loaded.Diags {
		switch d.Code {
		case "front-matter", "yaml-syntax", "yaml-shape", "key-twice", "unknown-key", "value-shape", "file-encoding", "file-read", "file-size":
			f.broken[d.File] = true
		}
	}
	f.moved()
	f.twins()
	return f.apply()
}

// moved finds links, images and related articles whose file is elsewhere now.
func (f *fixer) moved() {
	documents := map[string]*content.Article{}
	for _, a := range f.loaded.Site.Articles {
		documents[a.Path] = a.Article
	}
	categories := slices.Clone(f.loaded.Site.Categories)
	for _, l := range f.loaded.Site.Languages {
		categories = append(categories, l.Root)
	}
	for _, c := range categories {
		if c.Index != nil {
			documents[c.Index.Path] = c.Index
		}
	}
	names := f.names()
	for _, d := range f.loaded.Diags {
		a := documents[d.File]
		if a == nil || f.broken[d.File] {
			continue
		}
		switch d.Code {
		case "link-target", "image-target":
			for _, ref := range a.Doc.Refs {
				if ref.Pos == d.Pos && !ref.Refused {
					if dest := f.whereabouts(ref.Dest, a.Path, names); dest != "" {
						f.fixes = append(f.fixes, fix{d.Pos, ref.Dest, dest, mend.Link})
					}
				}
			}
		case "related":
			for _, t := range a.Related {
				if t.Pos == d.Pos {
					if dest := f.whereabouts("/"+strings.TrimPrefix(t.Value, "/"), a.Path, names); dest != "" {
						f.fixes = append(f.fixes, fix{d.Pos, t.Value, strings.TrimPrefix(dest, "/"), mend.Value})
					}
				}
			}
		}
	}
}

// names are the files that a link may lead to, by the last part of their path.
func (f *fixer) names() map[string][]string {
	out := map[string][]string{}
	for _, a := range f.loaded.Site.Articles {
		out[path.Base(a.Path)] = append(out[path.Base(a.Path)], a.Path)
	}
	for _, a := range f.loaded.Site.Assets {
		out[path.Base(a.Path)] = append(out[path.Base(a.Path)], a.Path)
	}
	return out
}

// whereabouts is the address to write for one whose file is gone: the only
// file of the same name, or the nearest of several that are the same to the
// byte. It is "" when nobody can be sure.
func (f *fixer) whereabouts(dest, file string, names map[string][]string) string {
	cut := len(dest)
	if i := strings.IndexAny(dest, "?#"); i >= 0 {
		cut = i
	}
	address, suffix := dest[:cut], dest[cut:]
	plain, err := url.PathUnescape(address)
	if err != nil || plain == "" || strings.HasSuffix(plain, "/") || path.Ext(plain) == "" {
		return ""
	}
	there := path.Join(path.Dir(file), plain)
	if strings.HasPrefix(plain, "/") {
		there = path.Clean(plain[1:])
	}
	if _, err := fs.Stat(f.loaded.Files, there); err == nil {
		return "" // it is where it should be: a draft, or without an address
	}
	candidates := slices.Clone(names[path.Base(plain)])
	candidates = slices.DeleteFunc(candidates, func(p string) bool { return p == file })
	if len(candidates) == 0 || !f.same(candidates) {
		return ""
	}
	steps := func(p string) int { return strings.Count(relative(p, file), "/") }
	slices.SortFunc(candidates, func(a, b string) int { return cmp.Or(steps(a)-steps(b), cmp.Compare(a, b)) })
	out := relative(candidates[0], file)
	if strings.HasPrefix(plain, "/") {
		out = "/" + candidates[0]
	}
	if plain != address {
		out = (&url.URL{Path: out}).EscapedPath()
	}
	return out + suffix
}

// same reports whether all files have the same bytes.
func (f *fixer) same(files []string) bool {
	var first []byte
	for i, p := range files {
		if len(files) == 1 {
			return true
		}
		data, err := fs.ReadFile(f.loaded.Files, p)
		if err != nil || i > 0 && !bytes.Equal(data, first) {
			return false
		}
		first = data
	}
	return true
}

// relative is a path as seen from the folder of a file.
func relative(p, file string) string {
	from, to := strings.Split(path.Dir(file), "/"), strings.Split(p, "/")
	if path.Dir(file) == "." {
		return p
	}
	for len(from) > 0 && len(to) > 1 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	return strings.Repeat("../", len(from)) + strings.Join(to, "/")
}

// twins asks about tags that differ in one character.
func (f *fixer) twins() {
	if !f.loaded.Site.Settings.Checks.On("tag-near") {
		return
	}
	var answers *bufio.Reader
	for _, t := range check.Twins(f.loaded.Site) {
		fixes, why := f.retag(t)
		if why != "" {
			f.env.say("the tag %q is left as it is: %s", t.Rare.Name, why)
			continue
		}
		if !f.yes {
			if !terminal(f.env) {
				f.env.say("the tag %q may be %q: -yes mends it without asking", t.Rare.Name, t.Often.Name)
				continue
			}
			if answers == nil {
				answers = bufio.NewReader(f.env.stdin)
			}
			fmt.Fprintf(f.env.stderr, "Write the tag %q (%s) instead of %q (%s)? [y/N] ",
				t.Often.Name, plural(len(t.Often.Articles), "article"), t.Rare.Name, plural(len(t.Rare.Articles), "article"))
			answer, _ := answers.ReadString('\n')
			if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
				continue
			}
		}
		f.fixes = append(f.fixes, fixes...)
	}
}

// retag are the changes that make one tag of two, or why a person must do it.
func (f *fixer) retag(t check.Twin) (fixes []fix, why string) {
	if t.Rare.Description != "" || len(t.Rare.Names) > 0 {
		return nil, "tags.yaml describes it"
	}
	if t.Even() && f.yes {
		return nil, fmt.Sprintf("as many articles have it as %q, so somebody must say which is meant", t.Often.Name)
	}
	old, word := t.Rare.Name, t.Often.Name
	for _, a := range t.Rare.Articles {
		if f.broken[a.Path] {
			return nil, "the front matter of " + a.Path + " is broken"
		}
		for _, tag := range [4][]content.Text{a.Products, a.Causes, a.Solutions, a.Cases}[t.Rare.Family] {
			if strings.EqualFold(tag.Value, old) {
				fixes = append(fixes, fix{tag.Pos, tag.Value, word, mend.Value})
			}
		}
		for _, step := range t.Rare.Steps() {
			if step.Article == a && strings.EqualFold(step.Title, old) {
				return nil, "a heading in " + a.Path + " has its words, and is linked to by them"
			}
		}
		fixes = append(fixes, attributeFixes(a, t.Rare.Family, old, word)...)
	}
	return fixes, ""
}

// attributeFixes are the headings of an article that name a tag.
func attributeFixes(a *site.Article, family site.FamilyKind, old, word string) []fix {
	var out []fix
	for _, s := range a.Doc.Sections {
		for _, it := range s.Items {
			kind := s.Kind.String() // a check is about a cause
			about := kind == family.String() || kind == "check" && family == site.Cause
			if about && it.Tag == old || family == site.Cause && slices.Contains(it.For, old) {
				out = append(out, fix{it.Pos, old, word, mend.Attribute})
			}
		}
	}
	return out
}

// apply makes the changes, file by file, and says each. Within a file it goes
// backwards, so that no change moves the place of the next.
func (f *fixer) apply() (int, error) {
	slices.SortStableFunc(f.fixes, func(a, b fix) int {
		return cmp.Or(cmp.Compare(a.at.File, b.at.File), b.at.Line-a.at.Line, b.at.Col-a.at.Col)
	})
	done := 0
	for len(f.fixes) > 0 {
		file := f.fixes[0].at.File
		n := 1
		for n < len(f.fixes) && f.fixes[n].at.File == file {
			n++
		}
		changed, err := f.change(file, f.fixes[:n])
		if err != nil {
			return done, err
		}
		done += changed
		f.fixes = f.fixes[n:]
	}
	return done, nil
}

func (f *fixer) change(file string, fixes []fix) (int, error) {
	was, err := f.root.ReadFile(file)
	if err != nil {
		return 0, err
	}
	if bytes.Contains(bytes.ReplaceAll(was, []byte("\r\n"), nil), []byte("\r")) {
		f.env.say("%s is left as it is: its lines end in a way that no editor writes today", f.printer.File(file))
		return 0, nil
	}
	mark := len(was) - len(bytes.TrimPrefix(was, []byte("\xEF\xBB\xBF")))
	now := was
	var said []string
	for _, x := range fixes {
		offset := mark + diag.NewLines(file, now[mark:]).Offset(x.at.Line, x.at.Col)
		var ok bool
		if now, ok = x.mend(now, offset, x.old, x.new); ok {
			at := x.at
			at.File = f.printer.File(file)
			said = append(said, fmt.Sprintf("mended %s: %s → %s", at, x.old, x.new))
		}
	}
	if len(said) == 0 {
		return 0, nil
	}
	if err := mend.Replace(f.root, file, was, now); err != nil {
		return 0, err
	}
	slices.Reverse(said)
	for _, s := range said {
		f.env.say("%s", s)
	}
	return len(said), nil
}

// terminal reports whether a person sits there to answer.
func terminal(e *env) bool {
	f, ok := e.stdin.(*os.File)
	return ok && isTerminal(f)
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
