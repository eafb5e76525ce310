package preview

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"whyfix/internal/diag"
	"whyfix/internal/generate"
	"whyfix/internal/render"
	"whyfix/internal/server"
)

// files is the working site as a file system: pages are made when they are
// opened for the first time, and so are the lists of them.
type files struct {
	fixed map[string][]byte
	pages func() map[string]*page
	lists func() (map[string][]byte, error)
	mark  string // of the build; see inject

	loaded   *generate.Loaded
	content  string // the content folder as the writer named it
	language diag.Language
}

type page struct {
	output render.Output
	once   sync.Once
	data   []byte
	err    error
}

func newFiles(l *generate.Loaded, extra []render.File, mark, content string, language diag.Language) *files {
	f := &files{fixed: map[string][]byte{}, mark: mark, loaded: l, content: content, language: language}
	for _, e := range extra {
		if path.Ext(e.Path) == ".html" {
			e.Data = inject(here(e.Data, l), mark)
		}
		f.fixed[e.Path] = e.Data
	}
	f.pages = sync.OnceValue(func() map[string]*page {
		outputs := generate.Pages(l)
		all, pages := make([]page, len(outputs)), make(map[string]*page, len(outputs))
		for i, o := range outputs {
			all[i].output = o
			pages[o.File] = &all[i]
		}
		return pages
	})
	f.lists = sync.OnceValues(func() (map[string][]byte, error) {
		lists, err := generate.Lists(l)
		out := make(map[string][]byte, len(lists))
		for _, list := range lists {
			out[list.Path] = list.Data
		}
		return out, err
	})
	return f
}

// Open implements fs.FS.
func (f *files) Open(name string) (fs.File, error) {
	if data, ok := f.fixed[name]; ok {
		return open(name, data), nil
	}
	if f.loaded == nil { // nothing yet
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if p, ok := f.pages()[name]; ok {
		p.once.Do(func() {
			p.data, p.err = p.output.Make(nil, f.loaded)
			if path.Ext(name) == ".html" {
				p.data = inject(here(p.data, f.loaded), f.mark)
			}
		})
		if p.err != nil {
			return nil, &server.PageError{Message: f.problem(p.err)}
		}
		return open(name, p.data), nil
	}
	for _, a := range f.loaded.Site.Copied {
		if a.Path == name {
			return f.loaded.Files.Open(name)
		}
	}
	lists, err := f.lists()
	if err != nil {
		return nil, err
	}
	if data, ok := lists[name]; ok {
		return open(name, data), nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// problem says what is wrong with a template, and where.
func (f *files) problem(err error) string {
	if d, ok := generate.ThemeProblem(f.loaded, err); ok {
		d.File = path.Join(f.content, d.File)
		return d.Pos.String() + ": " + d.Message.In(f.language)
	}
	return err.Error()
}

// here makes a page ask the preview, where site.yaml names an endpoint that is
// elsewhere: that one knows nothing of what was just written.
func here(page []byte, l *generate.Loaded) []byte {
	endpoint := l.Site.Settings.Endpoint
	if endpoint == "" {
		return page
	}
	return bytes.ReplaceAll(page, []byte(`="`+endpoint+l.Site.Prefix+"api/"), []byte(`="`+l.Site.Prefix+"api/"))
}

// inject adds the preview's script to a page, with a mark of the build that the
// page shows.
func inject(page []byte, mark string) []byte {
	script := []byte(`<script src="/_whyfix/preview.js?` + strings.ReplaceAll(mark, "&", "&amp;") + `" defer></script>`)
	at := bytes.LastIndex(page, []byte("</body>"))
	if at < 0 {
		at = len(page)
	}
	out := make([]byte, 0, len(page)+len(script))
	out = append(out, page[:at]...)
	out = append(out, script...)
	return append(out, page[at:]...)
}

// memoryFile is an open file whose content is in memory.
type memoryFile struct {
	*bytes.Reader
	name string
	size int64
}

func open(name string, data []byte) fs.File {
	return &memoryFile{bytes.NewReader(data), name, int64(len(data))}
}

var _ io.ReadSeeker = (*memoryFile)(nil)

func (f *memoryFile) Close() error               { return nil }
func (f *memoryFile) Stat() (fs.FileInfo, error) { return memoryInfo{f}, nil }

type memoryInfo struct{ f *memoryFile }

func (i memoryInfo) Name() string       { return path.Base(i.f.name) }
func (i memoryInfo) Size() int64        { return i.f.size }
func (i memoryInfo) Mode() fs.FileMode  { return 0o444 }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return false }
func (i memoryInfo) Sys() any           { return nil }

// nothingYet is the site before the first good build: one page, on which the
// preview shows what is wrong.
func nothingYet(run string) *server.Release {
	html := inject([]byte("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>whyfix</title>\n<body></body>\n</html>\n"), "run="+run+"&build=0")
	return &server.Release{ID: "none", Base: "/", WWW: &files{fixed: map[string][]byte{"index.html": html, "404.html": html}}}
}
