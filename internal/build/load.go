// Package build runs the phases that turn a content folder into a site: read
// each file, resolve the whole, render, index, and publish a release.
//
// In: a content folder and a theme. Out: a Loaded site in memory, or a release
// folder. It holds the cache of what was read from each file; everything after
// that is made from the whole each time, so nothing can go stale.
package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // sizes of images
	_ "image/jpeg" // sizes of images
	_ "image/png"  // sizes of images
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"whyfix/internal/check"
	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/inode"
	"whyfix/internal/markdown"
	"whyfix/internal/record"
	"whyfix/internal/render"
	"whyfix/internal/search"
	"whyfix/internal/site"
	"whyfix/themes"
)

// Options say what to build.
type Options struct {
	Content string // the content folder, as the person named it
	Theme   string // name or folder; empty: what site.yaml says, else the built-in one
	Base    string // instead of what site.yaml says; empty: that
	Drafts  bool   // drafts and articles of the future, too
	Now     func() time.Time
	// Store keeps what was read for the next build, and the texts of articles
	// out of memory. Nil: all is read, and stays in memory.
	Store *Store
	// Plain diagnostics come without the lines of files, for somebody who adds
	// them to the few that are shown; see Loaded.WithLines.
	Plain bool
	// Listing are the files of the folder, if they have just been listed.
	Listing *Listing
	// Progress is told how far a build is; it may be nil.
	Progress *Progress
}

// Listing are the files of a content folder, and what is wrong with them.
type Listing struct {
	files []content.File
	diags diag.List
}

// Len is how many files there are; of nil, none.
func (l *Listing) Len() int {
	if l == nil {
		return 0
	}
	return len(l.files)
}

// Loaded is a content folder that was read and resolved.
type Loaded struct {
	Site     *site.Site
	Renderer *render.Renderer // nil when the theme is broken
	Theme    *render.Theme    // nil when the theme is broken
	Dir      string           // the content folder, as the person named it
	Files    fs.FS            // the content folder, for the files beside the pages
	Synonyms []search.Synonyms
	Diags    diag.List
	Dates    string // what is not known of dates, in one line; "" when all is

	source   func(fs.FS, diag.List) diag.List // adds the lines
	input    site.Input                       // what the site was resolved of
	store    *Store
	progress *Progress
	checked  int // unchecked, checkedErrors or checkedAll

	model     [32]byte // see modelKey
	parts     modelParts
	sameModel bool                // the last release was made of the same
	kept      map[string]keptText // by path
	key       string              // of the settings that parsing depends on
}

// keptText is where the text of an article lies in the store, and what its file
// was.
type keptText struct {
	at         span
	sum, facts [16]byte
}

// Loader reads a content folder, again and again. What it read of a file that
// did not change since is kept. It is not safe for concurrent use.
type Loader struct {
	options Options
	root    *os.Root
	files   []content.File // in the order of content.Compare; nil: to be listed
	diags   diag.List      // of listing them
	cache   map[string]cached
	key     string   // the settings that parsing depends on
	commits *history // nil: nobody has asked yet
	theme   themeCache
}

// themeCache is the last theme that was read.
type themeCache struct {
	key   string // what it was read for; "": nothing is kept
	theme *render.Theme
	diags diag.List
}

// cached is what one file gave.
type cached struct {
	stat    inode.Stat
	readAt  time.Time
	article *content.Article
	diags   diag.List
	asset   site.Asset
	lines   *diag.Lines // set when a diagnostic asked for one
	sum     [16]byte    // of the file; where there is a store
	facts   [16]byte    // see kept
	whole   bool        // the page of a folder has its content, also where it came from the store
	text    span        // of an article in the store; its document is then an outline, but for an index
}

// ErrNoContent is returned when the content folder is not there.
var ErrNoContent = errors.New("there is no content folder")

// NewLoader opens a content folder.
func NewLoader(o Options) (*Loader, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	l := &Loader{options: o, cache: map[string]cached{}}
	if o.Store != nil {
		l.key = o.Store.options
		l.cache = o.Store.recall()
	}
	return l, l.open()
}

func (l *Loader) open() error {
	info, err := os.Stat(l.options.Content)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w %s", ErrNoContent, l.options.Content)
	case err != nil:
		return fmt.Errorf("build: %w", err)
	case !info.IsDir():
		return fmt.Errorf("%s is a file, not a content folder", l.options.Content)
	}
	root, err := os.OpenRoot(l.options.Content)
	if err != nil {
		return fmt.Errorf("build: %w", err)
	}
	l.root = root
	return nil
}

// Close gives the folder back.
func (l *Loader) Close() error {
	if l.root == nil {
		return nil
	}
	return l.root.Close()
}

// Reopen looks at the folder's name again, after it was away.
func (l *Loader) Reopen() error {
	l.Close()
	l.root, l.files, l.cache = nil, nil, map[string]cached{}
	return l.open()
}

// Load reads what changed and resolves the site. Mistakes in the content are
// in Loaded.Diags; the error is for a folder that cannot be read.
func (l *Loader) Load(ctx context.Context) (*Loaded, error) {
	out, err := l.LoadUnchecked(ctx)
	if err == nil {
		out.Check(ctx)
	}
	return out, err
}

// LoadUnchecked is Load without the rules over the whole site: they can run
// while a release is made.
func (l *Loader) LoadUnchecked(ctx context.Context) (*Loaded, error) {
	l.files, l.theme = nil, themeCache{}
	out, err := l.resolve(ctx)
	if err == nil && out.Renderer != nil && out.store != nil {
		err = out.lookAtModel()
	}
	return out, err
}

// Follow is Load for somebody who knows which files have changed since the
// last time, as paths that start with the content folder or the theme's. It
// looks at no others, and leaves the rules over the whole site to Loaded.Check.
func (l *Loader) Follow(ctx context.Context, changed []string) (*Loaded, error) {
	for _, name := range changed {
		rel, err := filepath.Rel(l.options.Content, name)
		if err != nil || !filepath.IsLocal(rel) {
			l.theme = themeCache{}
			continue
		}
		if p := filepath.ToSlash(rel); !content.Hidden(p) && !l.look(p) {
			l.files = nil
		}
	}
	return l.resolve(ctx)
}

// look brings the list of files up to date with one that changed. It reports
// whether it could: a new folder or a mistake needs a look at everything.
func (l *Loader) look(p string) bool {
	if l.root == nil || l.files == nil || len(l.diags) > 0 {
		return false
	}
	at, known := slices.BinarySearchFunc(l.files, p, func(f content.File, p string) int { return content.Compare(f.Path, p) })
	delete(l.cache, p)
	if _, err := fs.Lstat(l.root.FS(), p); errors.Is(err, fs.ErrNotExist) {
		if known {
			l.files = slices.Delete(l.files, at, at+1)
		}
		return true
	}
	file, found, bad := content.Look(l.root.FS(), p)
	if !found || bad != nil {
		return false
	}
	if known {
		l.files[at] = file
		return true
	}
	// A folder that no known file is in may be new, or be reached by a link.
	if dir := path.Dir(p); dir != "." && !slices.ContainsFunc(l.files, func(f content.File) bool { return path.Dir(f.Path) == dir }) {
		return false
	}
	l.files = slices.Insert(l.files, at, file)
	return true
}

// resolve reads what is not known yet and resolves the site.
func (l *Loader) resolve(ctx context.Context) (*Loaded, error) {
	if l.root == nil { // the folder was away the last time
		if err := l.open(); err != nil {
			return nil, err
		}
	}
	fsys := l.root.FS()
	listed := l.files == nil
	if first := l.options.Listing; listed && first != nil {
		l.options.Listing = nil // the next time they are listed again
		l.files, l.diags = first.files, first.diags
	} else if listed {
		var err error
		if l.files, l.diags, err = content.Scan(fsys); err != nil {
			return nil, fmt.Errorf("build: reading %s: %w", l.options.Content, err)
		}
	}
	files, diags := l.files, slices.Clone(l.diags)
	out := &Loaded{Dir: l.options.Content, Files: fsys, progress: l.options.Progress}
	settings, tags, synonyms, settingDiags := readSettings(fsys, files)
	diags = append(diags, settingDiags...)

	options := markdown.Options{RawHTML: settings.RawHTML, Words: settings.Kinds}
	if key := fmt.Sprintf("%#v", options); key != l.key {
		l.key, l.cache = key, map[string]cached{}
	}
	dates := dating{loader: l, ctx: ctx}
	parsed, err := l.parse(ctx, fsys, files, listed, markdown.NewParser(options), dates.look)
	dates.wait()
	if err != nil {
		return nil, err
	}
	if s := l.options.Store; s != nil {
		s.keep(l.key, files, parsed)
		out.store = s
	}
	out.key, out.kept = l.key, make(map[string]keptText, len(files))
	for i, f := range files {
		out.kept[f.Path] = keptText{parsed[i].text, parsed[i].sum, parsed[i].facts}
	}
	in := site.Input{Settings: settings, Tags: tags, Options: site.Options{Base: l.options.Base, Drafts: l.options.Drafts, Now: l.options.Now()}}
	for i, f := range files {
		diags = append(diags, parsed[i].diags...)
		switch a := parsed[i].article; {
		case a != nil:
			in.Articles = append(in.Articles, a)
		case f.Class == content.ClassArticle || f.Class == content.ClassIndex:
			in.Unread = append(in.Unread, f.Path)
		case f.Class == content.ClassAsset:
			in.Assets = append(in.Assets, parsed[i].asset)
		}
	}
	if l.commits != nil {
		in.Commits = l.commits.Times
	}
	resolved, siteDiags := site.Resolve(in)
	out.input = in
	out.Dates = l.commits.note(resolved)
	diags = append(diags, siteDiags...)
	theme, themeDiags, err := l.loadTheme(resolved)
	if err != nil {
		return nil, err
	}
	diags = append(diags, themeDiags...)
	out.Site, out.Synonyms = resolved, synonymsOf(synonyms, tags)
	if theme != nil && themeDiags.Errors() == 0 {
		out.Theme = theme
		out.Renderer = render.New(resolved, theme)
	}
	if len(in.Articles) == 0 && settings.Checks.Settle(diags).Errors() == 0 {
		diags = append(diags, diag.Diagnostic{
			Pos: diag.Pos{File: "."}, Severity: diag.Warning, Code: "empty",
			Message: "there is no article in this folder", Hint: "add a Markdown file, or run: whyfix new huabei/cannot-use.md \"花呗用不了，怎么办？\"",
		})
	}
	out.Diags = l.withSource(fsys, settings.Checks.Settle(diags)).Sort()
	out.source = l.withSource
	return out, nil
}

// WithLines adds the lines of files to diagnostics.
func (l *Loaded) WithLines(diags diag.List) diag.List { return withSource(l.Files, diags) }

// Check adds to Diags what the rules over the whole site find. When the context
// ends, it adds what was found until then.
func (l *Loaded) Check(ctx context.Context) {
	l.CheckErrors()
	if l.checked == checkedAll {
		return
	}
	l.checked = checkedAll
	l.found(check.Others(ctx, l.Site, l.Site.Settings.Checks))
}

// CheckErrors is Check for the rules that keep a site from being made, for
// somebody who is in a hurry to show it.
func (l *Loaded) CheckErrors() {
	if l.checked != unchecked {
		return
	}
	l.checked = checkedErrors
	l.found(check.Errors(l.Site, l.Site.Settings.Checks))
}

func (l *Loaded) found(diags diag.List) {
	if len(diags) > 0 {
		l.Diags = append(l.Diags, l.source(l.Files, l.Site.Settings.Checks.Settle(diags))...).Sort()
	}
}

// How far the rules over the whole site have been applied.
const (
	unchecked = iota
	checkedErrors
	checkedAll
)

func readSettings(fsys fs.FS, files []content.File) (content.Settings, []content.TagInfo, []content.Synonyms, diag.List) {
	settings := content.DefaultSettings()
	var tags []content.TagInfo
	var synonyms []content.Synonyms
	var diags diag.List
	for _, f := range files {
		if f.Class != content.ClassSetting {
			continue
		}
		data, bad := content.ReadFile(fsys, f.Path)
		if bad != nil {
			diags = append(diags, *bad)
			continue
		}
		var found diag.List
		switch f.Path {
		case content.SiteFile:
			settings, found = content.ParseSettings(data)
		case content.TagsFile:
			tags, found = content.ParseTags(data)
		case content.SynonymsFile:
			synonyms, found = content.ParseSynonyms(data)
		}
		diags = append(diags, found...)
	}
	return settings, tags, synonyms, diags
}

// loadTheme finds and loads the theme, unless the last one still holds.
func (l *Loader) loadTheme(resolved *site.Site) (*render.Theme, diag.List, error) {
	s, name := resolved.Settings, l.options.Theme
	if name == "" {
		name = s.Theme.Value
	}
	fsys, folder, err := findTheme(name, l.options.Content)
	if err != nil {
		return nil, diag.List{{
			Pos: themePos(s), Code: "theme", Message: err.Error(),
			Hint: "name a folder in themes/ beside the content folder, or the path of a folder",
		}}, nil
	}
	var languages []string
	for _, l := range resolved.Languages {
		languages = append(languages, l.Tag)
	}
	key := strings.Join(append([]string{folder, resolved.Prefix}, languages...), "\n")
	if l.theme.key == key {
		return l.theme.theme, l.theme.diags, nil
	}
	t, diags, err := render.LoadTheme(fsys, folder, resolved.Prefix, languages...)
	if err != nil {
		return nil, nil, err
	}
	l.theme = themeCache{key, t, diags}
	return t, diags, nil
}

// themePos is where site.yaml names the theme; the command line has no place.
func themePos(s content.Settings) diag.Pos {
	if s.Theme.Pos.File == "" {
		return diag.Pos{File: content.SiteFile}
	}
	return s.Theme.Pos
}

// findTheme returns a whole theme: the named folder over the built-in one. The
// folder's name is relative to the content folder, like all positions.
func findTheme(name, contentDir string) (fs.FS, string, error) {
	if name == "" {
		name = "default"
	}
	dir := ThemeDir(name, contentDir)
	if dir == "" {
		if name == "default" {
			return themes.Default(), "(built-in theme)", nil
		}
		return nil, "", fmt.Errorf("there is no theme %q", name)
	}
	folder := filepath.ToSlash(dir)
	if rel, err := filepath.Rel(contentDir, dir); err == nil {
		folder = filepath.ToSlash(rel)
	}
	return render.Overlay(os.DirFS(dir), themes.Default()), folder, nil
}

// ThemeDir is the folder of a theme, or "" when there is none: the name as a
// path, or a folder of that name in themes/ beside the content folder.
func ThemeDir(name, contentDir string) string {
	candidates := []string{filepath.Join(contentDir, "..", "themes", name)}
	if strings.ContainsAny(name, `/\`) || name == "." {
		candidates = []string{name}
	}
	for _, dir := range append(candidates, name) {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
	}
	return ""
}

// parse reads the files in parallel, in the order of the list. If it was not
// made anew, somebody has told which files changed, and clocks do not matter.
// Each article is shown to look.
func (l *Loader) parse(ctx context.Context, fsys fs.FS, files []content.File, listed bool, parser *markdown.Parser, look func(*content.Article)) ([]cached, error) {
	out := make([]cached, len(files))
	now := time.Now()
	done := l.options.Progress.Begin(PhaseReading, len(files))
	err := parallel(ctx, len(files), func(i int) error {
		defer done()
		f := files[i]
		was, known := l.cache[f.Path]
		if known && was.stat == f.Stat && (!listed || was.stat.Settled(was.readAt)) && l.complete(&was) {
			out[i] = was
			look(was.article)
			return nil
		}
		c := cached{stat: f.Stat, readAt: now}
		switch f.Class {
		case content.ClassArticle, content.ClassIndex:
			data, bad := content.ReadFile(fsys, f.Path)
			if bad != nil {
				c.diags = diag.List{*bad}
				break
			}
			// A tree that was copied or checked out again has other times, and mostly
			// the same files.
			if known && was.article != nil && was.sum == sumOf(data) && l.complete(&was) {
				was.stat, was.readAt = f.Stat, now
				out[i] = was
				look(was.article)
				return nil
			}
			c.article, c.diags = content.ParseArticle(f.Path, data, parser)
			look(c.article)
			if err := l.putAway(&c, data); err != nil {
				return err
			}
		case content.ClassAsset:
			c.asset = measure(fsys, f.Path)
			if file, err := fsys.Open(f.Path); err != nil {
				_, bad := content.ReadFile(fsys, f.Path)
				if bad != nil {
					c.diags = diag.List{*bad}
				}
			} else {
				file.Close()
			}
		}
		out[i] = c
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(l.cache) > len(files) {
		l.cache = make(map[string]cached, len(files)) // some are gone
	}
	for i, f := range files {
		if c, ok := l.cache[f.Path]; !ok || c.readAt != out[i].readAt {
			l.cache[f.Path] = out[i]
		}
	}
	return out, nil
}

// buffers are used again for what is made of one file or page.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// sumOf is what a file's content is known by.
func sumOf(data []byte) [16]byte {
	sum := sha256.Sum256(data)
	return [16]byte(sum[:16])
}

// putAway keeps an article's text in the store, where there is one, and its
// outline in memory. The few pages of folders stay whole.
func (l *Loader) putAway(c *cached, data []byte) error {
	c.sum = sumOf(data)
	if l.options.Store == nil || c.article == nil {
		return nil
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	*buffer = c.article.Doc.AppendContent((*buffer)[:0])
	var err error
	if c.text, err = l.options.Store.add(*buffer); err != nil || c.article.Index {
		c.whole, c.facts = true, c.sum
		return err
	}
	outlined := *c.article
	outlined.Doc = outlined.Doc.Outline()
	c.article = &outlined
	*buffer = record.AppendWithout[content.Article, diag.Pos]((*buffer)[:0], c.article)
	facts := sha256.Sum256(*buffer)
	c.facts = [16]byte(facts[:16])
	return nil
}

// complete makes the page of a folder whole that comes from the store. It
// reports whether it could.
func (l *Loader) complete(c *cached) bool {
	if l.options.Store == nil || c.article == nil || !c.article.Index || c.whole {
		return true
	}
	doc, err := l.options.Store.whole(c.article.Doc, c.text)
	if err != nil {
		return false
	}
	a := *c.article
	a.Doc, c.article, c.whole = doc, &a, true
	return true
}

var svgBox = regexp.MustCompile(`<svg[^>]*\bviewBox\s*=\s*["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)`)

// measure finds the size of an image, so that a page does not jump when it
// arrives. What it cannot read has no size.
func measure(fsys fs.FS, p string) site.Asset {
	a := site.Asset{Path: p}
	switch strings.ToLower(path.Ext(p)) {
	case ".svg":
		f, err := fsys.Open(p)
		if err != nil {
			return a
		}
		defer f.Close()
		head := make([]byte, 4096)
		n, _ := f.Read(head)
		if m := svgBox.FindSubmatch(head[:n]); m != nil {
			w, _ := strconv.ParseFloat(string(m[1]), 64)
			h, _ := strconv.ParseFloat(string(m[2]), 64)
			a.Width, a.Height = int(w+0.5), int(h+0.5)
		}
	case ".png", ".jpg", ".jpeg", ".gif":
		f, err := fsys.Open(p)
		if err != nil {
			return a
		}
		defer f.Close()
		if c, _, err := image.DecodeConfig(f); err == nil {
			a.Width, a.Height = c.Width, c.Height
		}
	}
	return a
}

// Settled gives diagnostics that were found after Load what Load gives its
// own: the severity that the site wants, and the line of the file.
func Settled(l *Loaded, diags diag.List) diag.List {
	return withSource(l.Files, l.Site.Settings.Checks.Settle(diags))
}

// withSource adds the line of the file to diagnostics, as the function below
// does, and keeps the lines of files that do not change for the next Load.
func (l *Loader) withSource(fsys fs.FS, diags diag.List) diag.List {
	if l.options.Plain {
		return diags
	}
	for i, d := range diags {
		c, known := l.cache[d.File]
		if !known || d.Source != "" || d.Line == 0 {
			continue
		}
		if c.lines == nil {
			if c.lines = linesOf(fsys, d.File); c.lines == nil {
				continue
			}
			l.cache[d.File] = c
		}
		diags[i].Source = c.lines.Text(d.Line)
	}
	return withSource(fsys, diags)
}

// linesOf are a file's lines, or nil when it cannot be read.
func linesOf(fsys fs.FS, name string) *diag.Lines {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil
	}
	return diag.NewLines(name, bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")))
}

// withSource adds the line of the file to diagnostics that were made far from
// it.
func withSource(fsys fs.FS, diags diag.List) diag.List {
	files := map[string]*diag.Lines{}
	for i, d := range diags {
		if d.Source != "" || d.Line == 0 || d.File == "" {
			continue
		}
		lines := files[d.File]
		if lines == nil {
			if lines = linesOf(fsys, d.File); lines == nil {
				continue
			}
			files[d.File] = lines
		}
		diags[i].Source = lines.Text(d.Line)
	}
	return diags
}

// parallel calls work for 0…n-1 on all processors and returns the first error.
func parallel(ctx context.Context, n int, work func(i int) error) error {
	var (
		next  atomic.Int64
		wg    sync.WaitGroup
		once  sync.Once
		first error
	)
	fail := func(err error) { once.Do(func() { first = err; next.Store(int64(n)) }) }
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := ctx.Err(); err != nil {
					fail(err)
					return
				}
				if err := work(i); err != nil {
					fail(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return first
}
