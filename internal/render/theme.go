package render

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/template/parse"

	"whyfix/internal/diag"
	"whyfix/internal/render/program"
)

// Asset is a file of the theme under its fingerprinted name.
type Asset struct {
	URL       string
	Integrity string // for the integrity attribute
}

// File is a finished file of the site.
type File struct {
	Path string // below www/
	Data []byte
}

// Theme is a loaded theme, bound to the languages and the prefix of a site. It
// never changes; pages may be rendered by many goroutines at once.
type Theme struct {
	editions map[string]*Edition // by language
	assets   map[string]Asset
	files    []File
	fsys     fs.FS
	folder   string // what people call it, for diagnostics
	digest   string // of all that pages are made with
}

// Edition is a theme in one language.
type Edition struct {
	name    string // of the language, in the language
	words   map[string]string
	english bool                     // the words are English, because there are none in the language
	pages   map[string]*pageTemplate // by kind
}

// layoutFile is the frame of every page but those at old addresses, which are
// whole by themselves.
const (
	layoutFile   = "layout.html"
	redirectKind = "redirect"
)

// pageKinds are the templates that a theme must have.
var pageKinds = []string{"home", "category", "article", "tag", "family", "symptoms", "search", "404", "gone"}

// LoadTheme reads a theme. The file system holds a whole theme: see Overlay.
// Mistakes in it are diagnostics; folder is what to call it in them.
func LoadTheme(fsys fs.FS, folder, prefix string, languages ...string) (*Theme, diag.List, error) {
	t := &Theme{editions: map[string]*Edition{}, assets: map[string]Asset{}, fsys: fsys, folder: folder}
	var diags diag.List
	for _, language := range languages {
		e := &Edition{name: language, words: map[string]string{}, pages: map[string]*pageTemplate{}}
		t.editions[language] = e
		d, err := t.loadWords(e, language)
		if err != nil {
			return nil, nil, err
		}
		diags = append(diags, d...)
	}
	if err := t.loadAssets(fsys, prefix); err != nil {
		return nil, nil, err
	}
	partials, err := fs.Glob(fsys, "partials/*.html")
	if err != nil {
		return nil, nil, fmt.Errorf("render: %w", err)
	}
	slices.Sort(partials)
	shared := append([]string{layoutFile}, partials...)
	read := sha256.New()
	load := func(names ...string) *template.Template {
		set := template.New("").Funcs(t.functions(&Edition{}))
		for _, name := range names {
			data, err := fs.ReadFile(fsys, name)
			if err == nil {
				fmt.Fprintf(read, "%s %d\n%s", name, len(data), data)
				// A broken file is reported once, though every page needs it.
				_, err = set.New(path.Base(name)).Parse(string(data))
			}
			if err != nil {
				diags = append(diags, t.problem(name, err))
				return nil
			}
		}
		return set
	}
	parsed := map[string]*template.Template{redirectKind: load(redirectKind + ".html")}
	for _, kind := range pageKinds {
		parsed[kind] = load(append(slices.Clone(shared), kind+".html")...)
		if set := parsed[kind]; set != nil && set.Lookup("main") == nil {
			diags = append(diags, t.mistake(kind+".html", diag.Say(`this template does not define "main"`), diag.Say(`put the page between {{define "main"}} and {{end}}`)))
			parsed[kind] = nil
		}
	}
	for kind, name := range map[string]string{redirectKind: redirectKind + ".html", "home": layoutFile} {
		if set := parsed[kind]; set != nil && (set.Lookup(name) == nil || set.Lookup(name).Tree == nil || parse.IsEmptyTree(set.Lookup(name).Tree.Root)) {
			diags = append(diags, t.mistake(name, diag.Say("this template is empty"), copyIt))
		}
	}
	for _, e := range t.editions {
		for kind, set := range parsed {
			if set == nil {
				continue // which was reported
			}
			own, err := set.Clone()
			if err != nil {
				return nil, nil, fmt.Errorf("render: %w", err)
			}
			functions := t.functions(e)
			own.Funcs(functions)
			frame := layoutFile
			if kind == redirectKind {
				frame = redirectKind + ".html"
			}
			e.pages[kind] = &pageTemplate{kind: kind, frame: frame, set: own, functions: functions}
		}
	}
	for _, language := range languages {
		fmt.Fprintf(read, "%q %q\n", language, t.editions[language].words) // in the order of the keys
	}
	fmt.Fprintf(read, "%q %q", prefix, t.assets)
	t.digest = string(read.Sum(nil))
	if diags.Errors() == 0 && len(languages) > 0 {
		diags = append(diags, t.slow(t.editions[languages[0]])...)
	}
	return t, diags.Sort(), nil
}

// Digest stands for all that the theme brings to a page.
func (t *Theme) Digest() string { return t.digest }

// In is the theme in a language. It must be one of those that it was loaded for.
func (t *Theme) In(language string) *Edition { return t.editions[language] }

func (t *Theme) functions(e *Edition) template.FuncMap {
	return template.FuncMap{
		"word":    e.Word,
		"quoted":  e.quoted,
		"address": address,
		"asset": func(name string) (Asset, error) {
			a, ok := t.assets[name]
			if !ok {
				return a, fmt.Errorf("the theme has no assets/%s", name)
			}
			return a, nil
		},
		"assetIf": func(name string) *Asset {
			if a, ok := t.assets[name]; ok {
				return &a
			}
			return nil
		},
	}
}

// address lets the schemes of a link through that html/template does not know:
// a phone number is what a contact often is. Others are for it to judge.
func address(u string) any {
	for _, scheme := range []string{"tel:", "sms:"} {
		if strings.HasPrefix(strings.ToLower(u), scheme) {
			return template.URL(u)
		}
	}
	return u
}

func (t *Theme) loadAssets(fsys fs.FS, prefix string) error {
	err := fs.WalkDir(fsys, "assets", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			return err
		}
		data, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		ext := path.Ext(p)
		asset, file := fingerprinted(strings.TrimSuffix(p, ext), ext, prefix, data)
		t.assets[strings.TrimPrefix(p, "assets/")] = asset
		t.files = append(t.files, file)
		return nil
	})
	if err != nil {
		return fmt.Errorf("render: the theme's assets: %w", err)
	}
	return nil
}

// fingerprinted is a file of the program under a name that changes with it.
func fingerprinted(name, ext, prefix string, data []byte) (Asset, File) {
	sum := sha256.Sum256(data)
	strong := sha512.Sum384(data)
	p := name + "." + hex.EncodeToString(sum[:5]) + ext
	return Asset{URL: prefix + p, Integrity: "sha384-" + base64.StdEncoding.EncodeToString(strong[:])}, File{Path: p, Data: data}
}

// Files are the theme's assets under their fingerprinted names.
func (t *Theme) Files() []File { return t.files }

// pageTemplate makes the pages of one kind in one language.
type pageTemplate struct {
	kind      string
	frame     string // the template that makes a whole page
	set       *template.Template
	functions template.FuncMap

	once    sync.Once
	program atomic.Pointer[program.Program] // nil: the library executes the templates
}

// page makes a page of a view, a pointer to a struct, behind out.
func (e *Edition) page(out []byte, kind string, view any) ([]byte, error) {
	return e.pages[kind].append(out, view)
}

// append lets the library make the first page, because it escapes templates
// when it executes them, and a program made of them the others. If the program
// does not make the very same of the first page, it makes none.
func (t *pageTemplate) append(out []byte, view any) ([]byte, error) {
	if p := t.program.Load(); p != nil {
		if made, ok := p.Append(out, view); ok {
			return made, nil
		}
	}
	page := bytes.NewBuffer(out)
	if err := t.set.ExecuteTemplate(page, t.frame, view); err != nil {
		return nil, &TemplateError{File: t.kind + ".html", Err: err}
	}
	t.once.Do(func() {
		p, err := program.Compile(t.set, t.frame, reflect.TypeOf(view).Elem(), t.functions)
		if err != nil {
			return // it is slower so, and nothing else: see slow
		}
		if made, ok := p.Append(nil, view); ok && bytes.Equal(made, page.Bytes()[len(out):]) {
			t.program.Store(p)
		}
	})
	return page.Bytes(), nil
}

// manyPages are the kinds of which a site has many pages, by what their
// templates are given.
var manyPages = []struct {
	kind string
	view any
}{
	{"article", &ArticleView{}},
	{"category", &CategoryView{}},
	{"tag", &TagView{}},
	{"family", &FamilyView{}},
	{"gone", &GoneView{}},
	{redirectKind, &RedirectView{}},
}

// slow tells of the templates that only the library can execute. The built-in
// theme has none, which a test holds, so it is not asked.
func (t *Theme) slow(e *Edition) (diags diag.List) {
	if _, layered := t.fsys.(overlay); !layered {
		return nil
	}
	kinds := map[program.Refusal][]string{}
	var order []*program.Refusal
	for _, many := range manyPages {
		page := e.pages[many.kind]
		var unsafe *template.Error
		if err := page.set.ExecuteTemplate(io.Discard, page.frame, many.view); errors.As(err, &unsafe) {
			continue // the first page tells; any other error is of the view, which is empty
		}
		_, err := program.Compile(page.set, page.frame, reflect.TypeOf(many.view).Elem(), page.functions)
		var refusal *program.Refusal
		if !errors.As(err, &refusal) || refusal.Mistake {
			continue
		}
		if kinds[*refusal] == nil {
			order = append(order, refusal)
		}
		kinds[*refusal] = append(kinds[*refusal], many.kind+".html")
	}
	for _, r := range order {
		at := t.problem(kinds[*r][0], r)
		diags = append(diags, diag.Diagnostic{
			Pos: at.Pos, Severity: diag.Warning, Code: "theme-slow", Hint: slowHint, Source: at.Source,
			Message: diag.Say("%s is left to html/template, which takes two to five times as long to make the pages of %s", r.Reason, diag.Names(kinds[*r])),
		})
	}
	return diags
}

// brings reports whether a theme over the built-in one has a file itself.
func (t *Theme) brings(name string) bool {
	o, layered := t.fsys.(overlay)
	return layered && exists(o.over, name)
}

func exists(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, name)
	return err == nil
}

// Overlay lays one theme over another: a file is taken from over when it is
// there.
func Overlay(over, under fs.FS) fs.FS { return overlay{over, under} }

type overlay struct{ over, under fs.FS }

func (o overlay) Open(name string) (fs.File, error) {
	if info, err := fs.Stat(o.over, name); err == nil && !info.IsDir() && !info.Mode().IsRegular() { // who opens a pipe waits for ever
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("it is not a plain file")}
	}
	f, err := o.over.Open(name)
	if err == nil {
		if info, err := f.Stat(); err == nil && !info.IsDir() {
			return f, nil
		}
		f.Close()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return o.under.Open(name)
}

// ReadDir lists a folder of both themes.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	under, err := fs.ReadDir(o.under, name)
	over, overErr := fs.ReadDir(o.over, name)
	if overErr != nil {
		return under, err
	}
	for _, e := range under {
		if !slices.ContainsFunc(over, func(x fs.DirEntry) bool { return x.Name() == e.Name() }) {
			over = append(over, e)
		}
	}
	slices.SortFunc(over, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return over, nil
}
