package render

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"whyfix/internal/diag"
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

// Theme is a loaded theme, bound to a language and to the site's prefix. It
// never changes; pages may be rendered by many goroutines at once.
type Theme struct {
	pages    map[string]*template.Template // by kind
	redirect *template.Template
	words    map[string]string
	assets   map[string]Asset
	files    []File
	fsys     fs.FS
	folder   string // what people call it, for diagnostics
}

// pageKinds are the templates that a theme must have.
var pageKinds = []string{"home", "category", "article", "tag", "family", "search", "404"}

// LoadTheme reads a theme. The file system holds a whole theme: see Overlay.
// Mistakes in it are diagnostics; folder is what to call it in them.
func LoadTheme(fsys fs.FS, folder, language, prefix string) (*Theme, diag.List, error) {
	t := &Theme{pages: map[string]*template.Template{}, assets: map[string]Asset{}, fsys: fsys, folder: folder}
	var diags diag.List
	if d, err := t.loadWords(fsys, language); err != nil {
		return nil, nil, err
	} else if d != nil {
		diags = append(diags, *d)
	}
	if err := t.loadAssets(fsys, prefix); err != nil {
		return nil, nil, err
	}
	shared := []string{"layout.html"}
	partials, err := fs.Glob(fsys, "partials/*.html")
	if err != nil {
		return nil, nil, fmt.Errorf("render: %w", err)
	}
	slices.Sort(partials)
	shared = append(shared, partials...)
	load := func(names ...string) *template.Template {
		set := template.New("").Funcs(t.functions())
		for _, name := range names {
			data, err := fs.ReadFile(fsys, name)
			if err == nil {
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
	for _, kind := range pageKinds {
		t.pages[kind] = load(append(slices.Clone(shared), kind+".html")...)
	}
	t.redirect = load("redirect.html")
	return t, diags.Sort(), nil
}

func (t *Theme) functions() template.FuncMap {
	return template.FuncMap{
		"word": t.Word,
		"asset": func(name string) (Asset, error) {
			a, ok := t.assets[name]
			if !ok {
				return a, fmt.Errorf("the theme has no assets/%s", name)
			}
			return a, nil
		},
	}
}

// Word is one of the theme's words in the site's language.
func (t *Theme) Word(key string, args ...any) (string, error) {
	w, ok := t.words[key]
	if !ok {
		return "", fmt.Errorf("no word %q in the theme's words/", key)
	}
	if len(args) == 0 {
		return w, nil
	}
	return fmt.Sprintf(w, args...), nil
}

// loadWords reads the words of the language over those of English.
func (t *Theme) loadWords(fsys fs.FS, language string) (*diag.Diagnostic, error) {
	t.words = map[string]string{}
	for _, name := range wordFiles(language) {
		data, err := fs.ReadFile(fsys, name)
		if errors.Is(err, fs.ErrNotExist) || !fs.ValidPath(name) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("render: %w", err)
		}
		var words map[string]string
		if err := json.Unmarshal(data, &words); err != nil {
			lines := diag.NewLines(path.Join(t.folder, name), data)
			p := diag.Pos{Line: 1, Col: 1}
			var syntax *json.SyntaxError
			var shape *json.UnmarshalTypeError
			if errors.As(err, &syntax) {
				p = lines.At(int(syntax.Offset) - 1)
			} else if errors.As(err, &shape) {
				p = lines.At(int(shape.Offset) - 1)
			}
			d := lines.New(p, diag.Error, "theme-words", "this is not a list of words: "+err.Error(), `write {"key": "word", …}`)
			return &d, nil
		}
		for k, w := range words {
			t.words[k] = w
		}
	}
	return nil, nil
}

// wordFiles are the files with words for a language, the most special last.
func wordFiles(language string) []string {
	files := []string{"words/en.json"}
	primary, rest, _ := strings.Cut(language, "-")
	files = append(files, "words/"+strings.ToLower(primary)+".json")
	if strings.EqualFold(primary, "zh") && !strings.Contains(strings.ToLower(rest), "hans") && slices.ContainsFunc(strings.Split(rest, "-"), func(s string) bool {
		return strings.EqualFold(s, "Hant") || strings.EqualFold(s, "TW") || strings.EqualFold(s, "HK") || strings.EqualFold(s, "MO")
	}) {
		files = append(files, "words/zh-Hant.json")
	}
	return append(files, "words/"+language+".json")
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
		sum := sha256.Sum256(data)
		ext := path.Ext(p)
		name := strings.TrimSuffix(p, ext) + "." + hex.EncodeToString(sum[:5]) + ext
		strong := sha512.Sum384(data)
		t.assets[strings.TrimPrefix(p, "assets/")] = Asset{URL: prefix + name, Integrity: "sha384-" + base64.StdEncoding.EncodeToString(strong[:])}
		t.files = append(t.files, File{Path: name, Data: data})
		return nil
	})
	if err != nil {
		return fmt.Errorf("render: the theme's assets: %w", err)
	}
	return nil
}

// Files are the theme's assets under their fingerprinted names.
func (t *Theme) Files() []File { return t.files }

var templateError = regexp.MustCompile(`template: ?([^:\s]+)(?::(\d+))?(?::(\d+))?: (.*)`)

// Problem is a diagnostic for an error that making a page gave.
func (t *Theme) Problem(err error) diag.Diagnostic { return t.problem("layout.html", err) }

// problem puts an error of a template into the form of other diagnostics.
func (t *Theme) problem(name string, err error) diag.Diagnostic {
	fsys := t.fsys
	if errors.Is(err, fs.ErrNotExist) {
		return diag.Diagnostic{
			Pos: diag.Pos{File: path.Join(t.folder, name)}, Code: "theme-template",
			Message: "the theme lacks this template", Hint: "copy it from the built-in theme",
		}
	}
	m := templateError.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	if m == nil {
		return diag.Diagnostic{Pos: diag.Pos{File: path.Join(t.folder, name)}, Code: "theme-template", Message: err.Error()}
	}
	if path.Base(name) != m[1] {
		if partial := "partials/" + m[1]; exists(fsys, partial) {
			name = partial
		} else if exists(fsys, m[1]) {
			name = m[1]
		}
	}
	line, _ := strconv.Atoi(m[2])
	col, _ := strconv.Atoi(m[3])
	data, _ := fs.ReadFile(fsys, name)
	lines := diag.NewLines(path.Join(t.folder, name), data)
	if line > 0 { // the column counts bytes, from 0
		text := lines.Text(line)
		col = utf8.RuneCountInString(text[:min(col, len(text))]) + 1
	}
	return lines.New(diag.Pos{Line: line, Col: col}, diag.Error, "theme-template", m[4], "docs: the package comment of internal/render lists what a template is given")
}

func exists(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, name)
	return err == nil
}

// page executes the template of a kind.
func (t *Theme) page(kind string, view any) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(16 << 10)
	if err := t.pages[kind].ExecuteTemplate(&b, "layout.html", view); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return b.Bytes(), nil
}

// Overlay lays one theme over another: a file is taken from over when it is
// there.
func Overlay(over, under fs.FS) fs.FS { return overlay{over, under} }

type overlay struct{ over, under fs.FS }

func (o overlay) Open(name string) (fs.File, error) {
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
