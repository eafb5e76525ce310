package importer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/content"
)

// Family is the program that made the source, or the kind of its files.
type Family string

// The families.
const (
	Guess      Family = ""
	Hugo       Family = "hugo"
	MkDocs     Family = "mkdocs"
	Docusaurus Family = "docusaurus"
	VitePress  Family = "vitepress"
	HTML       Family = "html"
	Text       Family = "text"
	Zendesk    Family = "zendesk"
)

// Families are all that can be named.
func Families() []Family {
	return []Family{Hugo, MkDocs, Docusaurus, VitePress, HTML, Text, Zendesk}
}

// endings are those of a family's pages.
func (f Family) endings() []string {
	switch f {
	case HTML:
		return []string{".html", ".htm", ".xhtml"}
	case Text:
		return []string{".txt", ".text"}
	case Zendesk:
		return []string{".json"}
	case Docusaurus:
		return []string{".md", ".mdx", ".markdown"}
	}
	return []string{".md", ".markdown"}
}

func (f Family) owns(name string) bool {
	return slices.Contains(f.endings(), strings.ToLower(path.Ext(name)))
}

// Errors of a source that is nothing to import.
var (
	ErrNoSource = errors.New("there is no file or folder")
	ErrNoPages  = errors.New("there is nothing to import")
)

// Source is the folder or file of another program.
type Source struct {
	FS    fs.FS
	Start string // the folder or file to import, in FS; "." for all of it
	Shown string // the top of FS as the person would name it
}

// show is a path of the source as the person would name it.
func (s *Source) show(name string) string {
	return filepath.ToSlash(filepath.Join(filepath.FromSlash(s.Shown), filepath.FromSlash(name)))
}

// maxSource is the largest file that is read whole. Only an export in one file
// comes near it.
const maxSource = 512 << 20

func (s *Source) read(name string) ([]byte, error) {
	f, err := s.FS.Open(name)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	if err == nil && len(data) > maxSource {
		err = fmt.Errorf("it has more than %d MB", maxSource>>20)
	}
	return data, plain(err)
}

// plain is an I/O error without the machine's paths.
func plain(err error) error {
	for inside := (*fs.PathError)(nil); errors.As(err, &inside); {
		err = inside.Err
	}
	return err
}

// Open finds the source that a path names. Images may lie outside of the
// folder of the pages, so the top is the folder with the program's settings,
// when one lies a few folders above. Nothing above that is read.
func Open(name string) (*Source, func() error, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("%w %s", ErrNoSource, name)
	case err != nil:
		return nil, nil, fmt.Errorf("%s: %w", name, plain(err))
	}
	dir, start := filepath.Clean(name), "."
	if !info.IsDir() {
		dir, start = filepath.Dir(dir), filepath.Base(dir)
	}
	top, inside := dir, start
	for range 4 {
		if f, _ := settingsOf(os.DirFS(top)); f != Guess {
			dir, start = top, inside
			break
		}
		whole, err := filepath.Abs(top)
		if err != nil || filepath.Dir(whole) == whole {
			break
		}
		inside = path.Join(filepath.Base(whole), inside)
		top = filepath.Join(top, "..")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, plain(err))
	}
	return &Source{FS: root.FS(), Start: filepath.ToSlash(start), Shown: filepath.ToSlash(dir)}, root.Close, nil
}

// project is what is known of the source as a whole.
type project struct {
	family  Family
	pages   string   // the folder whose pages' addresses start at the top
	start   string   // the folder or file to import
	public  []string // folders whose files' addresses start at the top
	host    string   // of the old site
	prefix  string   // path of the old site's pages, without the last slash
	numbers bool     // numbers before names are an order, not part of the address
	html    bool     // addresses end with .html
}

// settingsOf tells a program by its settings file at the top of a folder.
func settingsOf(fsys fs.FS) (Family, string) {
	for _, known := range []struct {
		family Family
		names  []string
	}{
		{Hugo, []string{"hugo.toml", "hugo.yaml", "hugo.yml", "config/_default/hugo.toml"}},
		{MkDocs, []string{"mkdocs.yml", "mkdocs.yaml"}},
		{Docusaurus, []string{"docusaurus.config.js", "docusaurus.config.ts", "docusaurus.config.mjs"}},
		{VitePress, []string{
			".vitepress/config.mts", ".vitepress/config.ts", ".vitepress/config.js", ".vitepress/config.mjs",
			"docs/.vitepress/config.mts", "docs/.vitepress/config.ts", "docs/.vitepress/config.js", "docs/.vitepress/config.mjs",
		}},
		{Hugo, []string{"config.toml", "config.yaml"}},
	} {
		for _, name := range known.names {
			if !isFile(fsys, name) || strings.HasPrefix(name, "config.") && !isDir(fsys, "content") {
				continue
			}
			return known.family, name
		}
	}
	return Guess, ""
}

func isFile(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.Mode().IsRegular()
}

func isDir(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}

// Settings of the other programs that matter here, whatever the language of
// their file.
var (
	siteAddress = regexp.MustCompile(`(?m)(?:^|[\s,{])["']?(?:baseURL|baseurl|site_url|url)["']?\s*[:=]\s*["']?(https?://[^"'\s,#]+)`)
	sitePath    = regexp.MustCompile(`(?m)(?:^|[\s,{])["']?(?:baseUrl|base)["']?\s*[:=]\s*["'](/[^"'\s]*)["']`)
	docsDir     = regexp.MustCompile(`(?m)^(?:docs_dir|contentDir)\s*[:=]\s*["']?([\w./-]+)`)
	docsRoute   = regexp.MustCompile(`(?m)\brouteBasePath\s*:\s*["']([^"']*)["']`)
	flatFiles   = regexp.MustCompile(`(?m)^use_directory_urls:\s*false`)
	cleanURLs   = regexp.MustCompile(`\bcleanUrls\s*:\s*true`)
)

// look finds out what the source is.
func (im *importing) look() error {
	p := project{family: im.options.From, pages: ".", start: im.src.Start}
	found, settings := settingsOf(im.src.FS)
	if p.family == Guess {
		p.family = found
		if p.start != "." && isFile(im.src.FS, p.start) && (found == Guess || !found.owns(p.start)) {
			p.family = Guess // one file that is not the program's
		}
	}
	if p.family == Guess {
		p.family = im.guess()
	}
	if p.family == Guess {
		return ErrNoPages
	}
	text := ""
	if found == p.family && settings != "" {
		data, _ := im.src.read(settings)
		text = string(data)
	}
	switch p.family {
	case Hugo:
		p.public = []string{"static"}
		p.pages = im.firstDir(match(docsDir, text), "content")
	case MkDocs:
		p.pages = im.firstDir(match(docsDir, text), "docs")
		p.public = []string{p.pages}
		p.html = flatFiles.MatchString(text)
	case Docusaurus:
		p.pages, p.public, p.numbers = im.firstDir("docs"), []string{"static"}, true
		p.prefix = "/docs"
		if m := docsRoute.FindStringSubmatch(text); m != nil {
			p.prefix = strings.TrimSuffix(path.Clean("/"+m[1]), "/")
		}
	case VitePress:
		if strings.HasPrefix(settings, "docs/") || isDir(im.src.FS, "docs/.vitepress") {
			p.pages = "docs"
		}
		p.public = []string{path.Join(p.pages, "public")}
		p.html = !cleanURLs.MatchString(text)
	}
	if m := match(siteAddress, text); m != "" {
		_, rest, _ := strings.Cut(m, "://")
		host, below, _ := strings.Cut(rest, "/")
		p.host = host
		if p.family != Docusaurus { // its path has a key of its own
			p.prefix = strings.TrimSuffix("/"+below, "/")
		}
	}
	if m := match(sitePath, text); m != "" && (p.family == Docusaurus || p.family == VitePress) {
		p.prefix = strings.TrimSuffix(m, "/") + p.prefix
	}
	if p.start == "." {
		p.start = p.pages
	}
	if p.start != p.pages && p.pages != "." && !strings.HasPrefix(p.start, p.pages+"/") {
		p.pages = "." // another folder than the program's own
		if isDir(im.src.FS, p.start) {
			p.pages = p.start
		}
	}
	im.project = p
	return nil
}

func match(r *regexp.Regexp, text string) string {
	if m := r.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// firstDir is the first folder that is there, else the top.
func (im *importing) firstDir(names ...string) string {
	for _, n := range names {
		if n = path.Clean(n); n != "." && fs.ValidPath(n) && isDir(im.src.FS, n) {
			return n
		}
	}
	return "."
}

// Signs of a program in the text of a page.
var (
	hugoSign       = regexp.MustCompile(`(?m)^\+\+\+\s*$|\{\{[<%]`)
	mkdocsSign     = regexp.MustCompile(`(?m)^\s*(?:!!!|\?\?\?\+?) +\w|^===[!+]? +"`)
	docusaurusSign = regexp.MustCompile(`(?m)^import .+ from ['"]|^:::\w|^(?:sidebar_position|sidebar_label): `)
	vitepressSign  = regexp.MustCompile(`(?m)^::: +\w|^<script setup|^\[\[toc\]\]|^layout: (?:home|doc)\b`)
	zendeskSign    = regexp.MustCompile(`"(?:articles|article|sections|categories|body|html_url)"\s*:`)
)

// guess tells the family by the files: by their endings, and for Markdown by
// what is written in them.
func (im *importing) guess() Family {
	count := map[Family]int{}
	signs := map[Family]int{}
	_ = fs.WalkDir(im.src.FS, im.src.Start, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || p != im.src.Start && hiddenName(path.Base(p)) {
			if err == nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		switch ext := strings.ToLower(path.Ext(p)); {
		case HTML.owns(p):
			count[HTML]++
		case Text.owns(p):
			count[Text]++
		case Zendesk.owns(p):
			if data, err := im.src.read(p); err == nil && zendeskSign.Match(data[:min(len(data), 1<<20)]) {
				count[Zendesk]++
			}
		case Docusaurus.owns(p):
			count[MkDocs]++
			if ext == ".mdx" {
				signs[Docusaurus] += 3
			}
			if path.Base(p) == "_index.md" {
				signs[Hugo] += 3
			}
			if signs[Guess] < 200 { // that many files tell enough
				signs[Guess]++
				data, _ := im.src.read(p)
				for f, sign := range map[Family]*regexp.Regexp{Hugo: hugoSign, MkDocs: mkdocsSign, Docusaurus: docusaurusSign, VitePress: vitepressSign} {
					if sign.Match(data) {
						signs[f]++
					}
				}
			}
		}
		return nil
	})
	best := Guess
	for _, f := range []Family{MkDocs, HTML, Zendesk, Text} {
		if count[f] > count[best] {
			best = f
		}
	}
	if best != MkDocs {
		return best
	}
	// Markdown without a sign of any program is nearest to that of MkDocs.
	for _, f := range []Family{Hugo, Docusaurus, VitePress} {
		if signs[f] > signs[best] {
			best = f
		}
	}
	return best
}

// hiddenName tells names that the other programs leave out, too: parts of
// pages, settings, what was built.
func hiddenName(name string) bool {
	return name == "node_modules" || content.Hidden(name) && name != "_index.md" && name != "_index.html"
}

// files lists the pages of the source, in order.
func (im *importing) files() ([]string, error) {
	var out []string
	p := im.project
	err := fs.WalkDir(im.src.FS, p.start, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			if name == p.start {
				return fmt.Errorf("%s: %w", im.src.show(name), plain(err))
			}
			im.mistake(name, 0, 0, "file-read", "cannot be read: "+plain(err).Error(), "")
			return nil
		}
		if name != p.start && hiddenName(path.Base(name)) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			if p.family.owns(name) {
				im.left = append(im.left, im.src.show(name))
			}
			return nil
		}
		if entry.IsDir() {
			if name != p.start && slices.Contains(p.public, name) {
				return fs.SkipDir
			}
			return nil
		}
		switch {
		case p.family.owns(name) && isFile(im.src.FS, name), name == p.start:
			out = append(out, name)
		case HTML.owns(name) || Text.owns(name) || Docusaurus.owns(name) || Zendesk.owns(name):
			im.left = append(im.left, im.src.show(name))
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%w: no %s file in %s", ErrNoPages, p.family, im.src.show(p.start))
	}
	return out, err
}
