package generate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"whyfix/internal/check"
	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/disk"
	"whyfix/internal/markdown"
	"whyfix/internal/render"
	"whyfix/internal/search"
	"whyfix/internal/site"
)

// Loaded is a content folder that was read and resolved.
type Loaded struct {
	*Folder
	Input    site.Input // what the site was resolved of
	Site     *site.Site
	Theme    *render.Theme    // nil when it is broken
	Renderer *render.Renderer // nil when the theme is broken
	Synonyms []search.Synonyms
	Diags    diag.List // as far as the rules were applied; without the lines, see WithLines
	Dates    diag.Text // what is not known of dates, in one line; nothing when all is

	checked int // unchecked, checkedErrors or checkedAll
}

// How far the rules over the whole site have been applied.
const (
	unchecked = iota
	checkedErrors
	checkedAll
)

// Check adds to Diags what the rules over the whole site find. When the context
// ends, it adds what was found until then.
func (l *Loaded) Check(ctx context.Context) {
	l.CheckErrors()
	if l.checked == checkedErrors {
		l.checked = checkedAll
		l.add(check.Others(ctx, l.Site, l.Site.Settings.Checks))
	}
}

// CheckErrors is Check for the rules that keep a site from being made, for
// somebody who is in a hurry to show it.
func (l *Loaded) CheckErrors() {
	if l.checked == unchecked {
		l.checked = checkedErrors
		l.add(check.Errors(l.Site, l.Site.Settings.Checks))
	}
}

// add adds to Diags, with the severities that the site wants.
func (l *Loaded) add(diags diag.List) {
	l.Diags = append(l.Diags, l.Site.Settings.Checks.Settle(diags)...).Sort()
}

// ErrNoContent is returned when the content folder is not there.
var ErrNoContent = errors.New("there is no content folder")

// Loader reads a content folder, again and again. What it read of a file that
// did not change since is kept. It is not safe for concurrent use.
type Loader struct {
	options Options
	files   disk.Files         // of the folder; nil when it is away
	store   *Store             // keeps the texts of articles out of memory; it may be nil
	listing *listing           // nil: to be listed
	changed map[string]bool    // files that have to be read, whatever their times say
	parsing string             // the settings that reading sources depended on
	sources map[string]*source // by path; other Folders have it too
	history *history           // nil: nobody has asked yet
	theme   struct {           // the last one that was read
		key   string // what it was read for; "": nothing is kept
		theme *render.Theme
		diags diag.List
	}
}

// NewLoader opens a content folder.
func NewLoader(o Options) (*Loader, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	l := &Loader{options: o, changed: map[string]bool{}}
	return l, l.Reopen()
}

// keepIn gives the loader a store, with what that has of the folder.
func (l *Loader) keepIn(s *Store) { l.store, l.parsing, l.sources = s, s.Parsing, s.sources }

// Reopen looks at the folder's name again, after it was away.
func (l *Loader) Reopen() error {
	l.Close()
	l.listing, l.sources = nil, nil
	info, err := os.Stat(l.options.Content)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w %s", ErrNoContent, l.options.Content)
	case err != nil:
		return fmt.Errorf("generate: %w", err)
	case !info.IsDir():
		return fmt.Errorf("%s is a file, not a content folder", l.options.Content)
	}
	if l.files, err = disk.OpenFiles(l.options.Content); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	return nil
}

// names is the content folder, in which files have composed names.
func (l *Loader) names() fs.FS { return content.Names(l.files) }

// Close gives the folder back.
func (l *Loader) Close() error {
	if l.files == nil {
		return nil
	}
	err := l.files.Close()
	l.files = nil
	return err
}

// Load reads what changed, resolves the site and applies the rules to it.
// Mistakes in the content are in Loaded.Diags; the error is for a folder that
// cannot be read.
func (l *Loader) Load(ctx context.Context) (*Loaded, error) {
	l.listing, l.theme.key = nil, ""
	loaded, err := l.Follow(ctx, nil)
	if err == nil {
		loaded.Check(ctx)
	}
	return loaded, err
}

// Follow is Load for somebody who knows which files have changed since the
// last time, as paths that start with the content folder or the theme's. It
// looks at no others, and leaves the rules over the whole site to Loaded.Check.
func (l *Loader) Follow(ctx context.Context, changed []string) (*Loaded, error) {
	if l.files == nil { // the folder was away the last time
		if err := l.Reopen(); err != nil {
			return nil, err
		}
	}
	for _, name := range changed {
		rel, err := filepath.Rel(l.options.Content, name)
		if err != nil || !filepath.IsLocal(rel) {
			l.theme.key = ""
			continue
		}
		p := content.Composed(filepath.ToSlash(rel))
		if content.Hidden(p) {
			continue
		}
		l.changed[p] = true
		if l.listing != nil && !l.listing.follow(l.names(), p) {
			l.listing = nil
		}
	}
	folder, err := l.read(ctx, nil)
	if err != nil {
		return nil, err
	}
	return l.resolve(folder)
}

// read reads what is not known yet of the files. Where they have just been
// listed, the times of files say which these are; else somebody has told, and
// clocks do not matter.
func (l *Loader) read(ctx context.Context, listed *listing) (*Folder, error) {
	fsys := l.names()
	if listed == nil && l.listing == nil {
		var err error
		if listed, err = list(fsys, l.options.Content); err != nil {
			return nil, err
		}
	}
	if listed != nil {
		l.listing = listed
	}
	files := slices.Clone(l.listing.files)
	f := &Folder{Dir: l.options.Content, Files: fsys, files: files, diags: slices.Clone(l.listing.diags), store: l.store}
	f.readSettings()
	options := f.settings.Markdown()
	options.Plain = l.options.Uncoloured
	if f.parsing = fmt.Sprintf("%#v", options) + f.settings.Zone().String() + fmt.Sprintf("%q", f.settings.Values); f.parsing != l.parsing {
		l.parsing, l.sources = f.parsing, nil
	}

	pieces := newPieces(fsys)
	reader := f.reader(pieces, markdown.NewParser(options))
	read := make([]*source, len(files))
	dates := dating{loader: l, ctx: ctx}
	done := l.options.Progress.Begin(PhaseReading, len(files))
	err := parallel(ctx, len(files), func(i int) (err error) {
		defer done()
		p := files[i].Path
		s := l.sources[p]
		if s == nil || !s.is(files[i]) || l.changed[p] || listed != nil && !s.settled() || !pieces.same(s.Pieces) || !s.complete(l.store) {
			s, err = readSource(fsys, files[i], s, reader, pieces, l.store)
		}
		dates.look(s.Article)
		read[i] = s
		return err
	})
	dates.wait()
	if err != nil {
		return nil, err
	}
	f.history, f.sources = l.history, make(map[string]*source, len(files))
	for i, file := range files {
		f.sources[file.Path] = read[i]
	}
	l.sources = f.sources
	clear(l.changed)
	if l.store != nil {
		l.store.keep(f)
	}
	return f, nil
}

// resolve makes a site of what was read.
func (l *Loader) resolve(f *Folder) (*Loaded, error) {
	diags := slices.Clone(f.diags)
	in := site.Input{Settings: f.settings, Tags: f.tags, Options: site.Options{Base: l.options.Base, Drafts: l.options.Drafts, Now: l.options.Now()}}
	for _, file := range f.files {
		s := f.sources[file.Path]
		diags = append(diags, s.Diags...)
		switch a := s.article(); {
		case a != nil:
			in.Articles = append(in.Articles, a)
		case file.Class == content.ClassArticle || file.Class == content.ClassIndex:
			in.Unread = append(in.Unread, file.Path)
		case file.Class == content.ClassAsset:
			in.Assets = append(in.Assets, s.Asset)
		}
	}
	diags = f.settings.Foreign(diags)
	in.Mentioned = l.mentions(f.settings)
	if f.history != nil {
		in.Commits = f.history.Times
	}
	resolved, siteDiags := site.Resolve(in)
	diags = append(diags, siteDiags...)
	out := &Loaded{Folder: f, Input: in, Site: resolved, Synonyms: f.allSynonyms(), Dates: f.history.note(resolved)}
	theme, themeDiags, err := l.loadTheme(resolved)
	if err != nil {
		return nil, err
	}
	diags = append(diags, themeDiags...)
	if theme != nil && themeDiags.Errors() == 0 {
		out.Theme, out.Renderer = theme, render.New(resolved, theme)
	}
	if len(in.Articles) == 0 && f.settings.Checks.Settle(diags).Errors() == 0 {
		diags = append(diags, diag.Diagnostic{
			Pos: diag.Pos{File: "."}, Severity: diag.Warning, Code: "empty",
			Message: diag.Say("there is no article in this folder"), Hint: diag.Say(`add a Markdown file, or run: whyfix new wifi/no-internet.md "连上了 WiFi 却上不了网"; whyfix init starts a site with examples in an empty folder`),
		})
	}
	out.add(diags)
	return out, nil
}

// loadTheme finds and loads the theme, unless the last one still holds.
func (l *Loader) loadTheme(resolved *site.Site) (*render.Theme, diag.List, error) {
	s, name := resolved.Settings, l.options.Theme
	if name == "" {
		name = s.Theme.Value
	}
	fsys, folder, err := findTheme(name, l.options.Content)
	if err != nil {
		pos := s.Theme.Pos
		if pos.File == "" { // the command line names it, which has no place
			pos.File = content.SiteFile
		}
		return nil, diag.List{{
			Pos: pos, Code: "theme", Message: diag.Of(err),
			Hint: diag.Say("name a folder in themes/ beside the content folder, or the path of a folder"),
		}}, nil
	}
	var languages []string
	for _, l := range resolved.Languages {
		languages = append(languages, l.Tag)
	}
	key := strings.Join(append([]string{folder, resolved.Prefix}, languages...), "\n")
	if l.theme.key != key {
		t, diags, err := render.LoadTheme(fsys, folder, resolved.Prefix, languages...)
		if err != nil {
			return nil, nil, err
		}
		l.theme.key, l.theme.theme, l.theme.diags = key, t, diags
	}
	return l.theme.theme, l.theme.diags, nil
}
