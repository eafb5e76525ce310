// Package importer turns the help pages of other programs into articles: HTML,
// plain text, the Markdown of Hugo, MkDocs, Docusaurus and VitePress, and the
// JSON export of a Zendesk Help Center.
//
// In: the folder of the other program, the content folder, a clock. Out: an
// Import, which is every file that would be written and what a person must do
// in each, or the mistakes that keep it from being made. Write then writes all
// of it or nothing, and never over a file that is there.
//
// What each program writes is a row of the table in dialects.go and a file of
// that name. The steps below it are the same for all: the row's reader makes
// Markdown and facts of a page, place gives it a file, links makes its links
// lead to the files of the others, and settle asks the model of the whole site
// (package site) whether that builds, and takes back what does not. What cannot
// be kept stands in the article as a visible note, so that nothing is lost
// without a word.
package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// Options say what to import and where to.
type Options struct {
	From Family // Guess: by what the files look like
	Into string // folder below the content folder; "" is its top
	Now  time.Time
}

// Import is a folder of another program, read and converted.
type Import struct {
	From   Family
	Files  []File   // in the order of their paths
	Left   []string // files of the source that were not taken
	source fs.FS
}

// File is a file that is to be written.
type File struct {
	Path   string // below the content folder
	Source string // where it comes from, as the person would name it
	Text   []byte // of an article; nil for a file that is copied
	Todo   diag.List
	copyOf string // below the source's file system
}

// Count counts the files that are pages, and the others.
func (i *Import) Count() (pages, others int) {
	for _, f := range i.Files {
		if f.Text != nil && content.Classify(f.Path) != content.ClassAsset {
			pages++
		} else {
			others++
		}
	}
	return pages, others
}

// page is one page on its way from the source to an article.
type page struct {
	source string   // below the source's file system
	shown  string   // the source as the person would name it, with the line of a page in a larger file
	dir    string   // where its relative links start, below the source's file system
	old    []string // the paths of its old addresses, the main one first
	hosts  []string // hosts whose addresses are those of the source
	ids    []string // other names of the page in links, such as a number

	title, summary, author, slug string
	weight                       string // a number
	symptoms, tags, aliases      []string
	date, updated, expires       time.Time
	draft                        bool
	body                         string // Markdown
	todos                        []markup.Todo
	left                         []string // keys that have no place

	into   string // the folder below the import's, "" at its top
	name   string // the file's name without its ending; "index" for the page of its folder
	target string // below the content folder
	text   string // the whole file
	parsed *content.Article
	diags  diag.List
	data   []markup.Image // that stood in the page itself
}

// importing is the state of one Plan.
type importing struct {
	ctx     context.Context
	src     *Source
	options Options
	project project

	words     words
	prefix    string // the path of the new site, without the last slash
	kinds     markdown.KindWords
	parser    *markdown.Parser
	input     site.Input // the content folder as it is
	content   fs.FS
	redirects map[string]bool // its old addresses, in the shape of addressKey

	pages    []*page
	assets   map[string]*File // by their place in the source
	byTarget map[string]*page
	taken    map[string]bool // paths below the content folder, in lower case
	left     []string
	export   zdExport // what the files of a Zendesk export had so far
	diags    diag.List
}

// Plan reads and converts. The content folder may be nil when there is none
// yet. Diagnostics of severity error mean that nothing can be written; their
// positions name files as the person would.
func Plan(ctx context.Context, src *Source, contentDir fs.FS, o Options) (*Import, diag.List, error) {
	im := &importing{
		ctx: ctx, src: src, options: o, content: contentDir,
		assets: map[string]*File{}, taken: map[string]bool{}, byTarget: map[string]*page{}, redirects: map[string]bool{},
	}
	steps := []func() error{im.existing, im.look, im.read, im.place, im.link, im.settle}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, nil, err
		}
		if im.diags.Errors() > 0 {
			return nil, im.diags.Sort(), nil
		}
	}
	return im.finish(), im.diags.Sort(), nil
}

// existing reads the content folder as it is.
func (im *importing) existing() error {
	var files []content.File
	if im.content != nil {
		var err error
		if files, _, err = content.Scan(im.content); err != nil {
			return fmt.Errorf("import: reading the content folder: %w", err)
		}
	}
	settings := content.DefaultSettings()
	for _, f := range files {
		im.taken[strings.ToLower(f.Path)] = true
		if f.Class == content.ClassAsset {
			im.input.Assets = append(im.input.Assets, site.Asset{Path: f.Path})
		}
		if f.Path != content.SiteFile && f.Path != content.TagsFile {
			continue
		}
		if data, bad := content.ReadFile(im.content, f.Path); bad == nil && f.Path == content.SiteFile {
			settings, _ = content.ParseSettings(data)
		} else if bad == nil {
			im.input.Tags, _ = content.ParseTags(data)
		}
	}
	im.kinds, im.words = settings.Kinds, wordsOf(settings.Language)
	options := settings.Markdown()
	options.Plain = true
	im.parser = markdown.NewParser(options)
	for _, f := range files {
		if f.Class != content.ClassArticle && f.Class != content.ClassIndex {
			continue
		}
		data, bad := content.ReadFile(im.content, f.Path)
		if a, _ := content.ParseArticle(f.Path, data, im.parser); bad == nil && a != nil {
			im.input.Articles = append(im.input.Articles, a)
		} else {
			im.input.Unread = append(im.input.Unread, f.Path)
		}
	}
	im.input.Settings, im.input.Options = settings, site.Options{Now: im.options.Now}
	now, _ := site.Resolve(im.input)
	im.prefix = strings.TrimSuffix(now.Prefix, "/")
	for _, r := range now.Redirects {
		im.redirects[addressKey(strings.TrimPrefix(r.URL, im.prefix))] = true
	}
	return nil
}

// mistake is something in the source that keeps the import from being made.
func (im *importing) mistake(at diag.Pos, code string, message, hint diag.Text) {
	im.diags = append(im.diags, diag.Diagnostic{Pos: at, Code: code, Message: message, Hint: hint})
}

// finish makes the list of files, each with what a person must do.
func (im *importing) finish() *Import {
	out := &Import{From: im.project.name, Left: im.left, source: im.src.FS}
	for _, p := range im.pages {
		out.Files = append(out.Files, File{Path: p.target, Source: p.shown, Text: []byte(p.text), Todo: p.report()})
	}
	for _, a := range im.assets {
		out.Files = append(out.Files, *a)
	}
	slices.SortFunc(out.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// Write writes the files into the content folder: all of them or, if one
// cannot be written, none. They are written under a name that no site reads
// and get their own names when all are complete. A file that has come into
// being since Plan is not written over.
func (i *Import) Write(root *os.Root) (err error) {
	scratch := fmt.Sprintf(".import-%d", os.Getpid())
	if err := root.Mkdir(scratch, 0o755); err != nil {
		return plain(err)
	}
	var made []string // files in their place and folders for them, those above first
	defer func() {
		_ = root.RemoveAll(scratch)
		for n := len(made) - 1; n >= 0 && err != nil; n-- {
			_ = root.Remove(made[n])
		}
	}()
	for n, f := range i.Files {
		if err := i.writeOne(root, path.Join(scratch, strconv.Itoa(n)), f); err != nil {
			return fmt.Errorf("cannot write %s: %w", f.Path, plain(err))
		}
	}
	for n, f := range i.Files {
		folders, err := makeFolders(root, path.Dir(f.Path))
		made = append(made, folders...)
		if err == nil {
			err = moveTo(root, path.Join(scratch, strconv.Itoa(n)), f.Path)
		}
		if err != nil {
			return fmt.Errorf("cannot write %s: %w", f.Path, plain(err))
		}
		made = append(made, f.Path)
	}
	return nil
}

func (i *Import) writeOne(root *os.Root, name string, f File) (err error) {
	if f.copyOf != "" {
		if f.Text, err = fs.ReadFile(i.source, f.copyOf); err != nil {
			return err
		}
	}
	return root.WriteFile(name, f.Text, 0o644)
}

// makeFolders makes a folder and those above it, and returns which were new.
func makeFolders(root *os.Root, dir string) (made []string, err error) {
	if dir == "." {
		return nil, nil
	}
	if made, err = makeFolders(root, path.Dir(dir)); err != nil {
		return made, err
	}
	if err = root.Mkdir(dir, 0o755); err == nil {
		made = append(made, dir)
	} else if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return made, err
}

// moveTo gives a complete file its name, unless that is taken: a rename would
// write over it, a link does not.
func moveTo(root *os.Root, from, to string) error {
	if err := root.Link(from, to); err == nil {
		return nil
	}
	if _, err := root.Lstat(to); err == nil {
		return fs.ErrExist
	}
	return root.Rename(from, to) // a file system without links
}
