package generate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
	"whyfix/internal/search"
)

// Folder is a content folder as it was read. It does not change.
type Folder struct {
	Dir   string // as the person named it
	Files fs.FS

	settings content.Settings
	tags     []content.TagInfo
	synonyms []content.Synonyms
	files    []content.File
	sources  map[string]*source // all but the settings, by path
	parsing  string             // the settings that reading depends on
	history  *history           // what git knows; nil: nobody had to ask
	diags    diag.List          // but for those of sources
	store    *Store             // has the texts of articles; nil: they are in memory
}

// readSettings reads the files that are no articles and stand beside none.
func (f *Folder) readSettings() {
	f.settings = content.DefaultSettings()
	for _, file := range f.files {
		if file.Class != content.ClassSetting {
			continue
		}
		data, bad := content.ReadFile(f.Files, file.Path)
		if bad != nil {
			f.diags = append(f.diags, *bad)
			continue
		}
		var found diag.List
		switch file.Path {
		case content.SiteFile:
			f.settings, found = content.ParseSettings(data)
		case content.TagsFile:
			f.tags, found = content.ParseTags(data)
		case content.SynonymsFile:
			f.synonyms, found = content.ParseSynonyms(data)
		}
		f.diags = append(f.diags, found...)
	}
}

// Whole is an article's document with its content. A text that was kept and is
// damaged is read from the article again.
func (f *Folder) Whole(a *content.Article) (*markdown.Document, error) {
	if !a.Doc.Bare {
		return a.Doc, nil
	}
	s := f.sources[a.Path]
	doc, err := f.store.whole(a.Doc, s.Text)
	if err == nil {
		return doc, nil
	}
	again, data, err := f.again(a)
	if err != nil {
		return nil, err
	}
	if again.Article == nil || sumOf(data, again.Whole) != s.Sum {
		return nil, fmt.Errorf("generate: %s has just changed", a.Path)
	}
	return again.Article.Doc, nil
}

// again reads an article once more.
func (f *Folder) again(a *content.Article) (content.Read, []byte, error) {
	data, err := fs.ReadFile(f.Files, a.Path)
	if err != nil {
		return content.Read{}, nil, fmt.Errorf("generate: %w", err)
	}
	return f.reader(newPieces(f.Files), f.settings.Parser()).Read(a.Path, data), data, nil
}

// reader reads the articles of a folder.
func (f *Folder) reader(p *pieces, parser *markdown.Parser) *content.Reader {
	return &content.Reader{Parser: parser, Zone: f.settings.Zone(), Values: f.settings.Values, Piece: p.read}
}

// File is an article's file, with pieces and values in it, which is read once
// more: to keep the text of every file would cost more memory than it saves time.
func (f *Folder) File(a *content.Article) ([]byte, error) {
	if s := f.sources[a.Path]; s != nil && (len(s.Pieces) > 0 || len(f.settings.Values) > 0) {
		again, data, err := f.again(a)
		if err != nil || again.Whole == nil {
			return data, err
		}
		return again.Whole, nil
	}
	data, err := fs.ReadFile(f.Files, a.Path)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return data, nil
}

// WithLines are diagnostics with the lines of the files that they are about, for
// those that are shown: most were made far from the file. It may be asked when
// the Loader is closed.
func (f *Folder) WithLines(diags diag.List) diag.List {
	out := slices.Clone(diags)
	fsys, files := os.DirFS(f.Dir), map[string]*diag.Lines{}
	for i, d := range out {
		if d.Source != "" || d.Line == 0 || d.File == "" {
			continue
		}
		lines, known := files[d.File]
		if !known {
			if data, err := fs.ReadFile(fsys, d.File); err == nil {
				lines = diag.NewLines(d.File, bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")))
			}
			files[d.File] = lines
		}
		switch {
		case lines == nil:
		case i > 0 && out[i-1].File == d.File && out[i-1].Line == d.Line && out[i-1].Source != "":
			out[i].Source = out[i-1].Source // a line may be a megabyte, and have thousands
		default:
			out[i].Source = lines.Text(d.Line)
		}
	}
	return out
}

// allSynonyms are the writers' groups of words, and every tag with its other
// names.
func (f *Folder) allSynonyms() []search.Synonyms {
	values := func(texts []content.Text) []string {
		out := make([]string, len(texts))
		for i, t := range texts {
			out[i] = t.Value
		}
		return out
	}
	var out []search.Synonyms
	for _, g := range f.synonyms {
		out = append(out, search.Synonyms{Asked: values(g.Asked), Found: values(g.Found)})
	}
	for _, t := range f.tags {
		if len(t.Names) > 0 {
			names := append([]string{t.Name.Value}, values(t.Names)...)
			out = append(out, search.Synonyms{Asked: names, Found: names})
		}
	}
	return out
}

// listing are the files of a content folder, in the order of content.Compare,
// and what is wrong with them.
type listing struct {
	files  []content.File
	pieces []content.File // which articles may have in their texts
	diags  diag.List
}

// list looks at all files of a content folder, which the person named dir.
func list(fsys fs.FS, dir string) (*listing, error) {
	files, pieces, diags, err := content.ScanPieces(fsys)
	if err != nil {
		return nil, fmt.Errorf("generate: reading %s: %w", dir, err)
	}
	return &listing{files, pieces, diags}, nil
}

// follow brings the list up to date with one file that changed. It reports
// whether it could: a new folder or a mistake needs a look at everything.
func (l *listing) follow(fsys fs.FS, p string) bool {
	if len(l.diags) > 0 {
		return false
	}
	at, known := slices.BinarySearchFunc(l.files, p, func(f content.File, p string) int { return content.Compare(f.Path, p) })
	if _, err := fs.Lstat(fsys, p); errors.Is(err, fs.ErrNotExist) {
		if known {
			l.files = slices.Delete(l.files, at, at+1)
		}
		return true
	}
	file, found, bad := content.Look(fsys, p)
	if !found || bad != nil {
		return false
	}
	if known {
		l.files[at] = file
		return true
	}
	// A name that another file has in another case is a mistake, which the list tells.
	if slices.ContainsFunc(l.files, func(f content.File) bool { return strings.EqualFold(f.Path, p) }) {
		return false
	}
	// A folder that no known file is in may be new, or be reached by a link.
	if dir := path.Dir(p); dir != "." && !slices.ContainsFunc(l.files, func(f content.File) bool { return path.Dir(f.Path) == dir }) {
		return false
	}
	l.files = slices.Insert(l.files, at, file)
	return true
}
