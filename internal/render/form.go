package render

import (
	"bytes"
	"html/template"
	"reflect"
	"sync"
	"sync/atomic"

	"whyfix/internal/render/program"
)

// form makes the pages of one kind in one language.
type form struct {
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
func (f *form) append(out []byte, view any) ([]byte, error) {
	if p := f.program.Load(); p != nil {
		if made, ok := p.Append(out, view); ok {
			return made, nil
		}
	}
	page := bytes.NewBuffer(out)
	if err := f.set.ExecuteTemplate(page, f.frame, view); err != nil {
		return nil, &TemplateError{File: f.kind + ".html", Err: err}
	}
	f.once.Do(func() {
		p, err := program.Compile(f.set, f.frame, reflect.TypeOf(view).Elem(), f.functions)
		if err != nil {
			return // it is slower so, and nothing else
		}
		if made, ok := p.Append(nil, view); ok && bytes.Equal(made, page.Bytes()[len(out):]) {
			f.program.Store(p)
		}
	})
	return page.Bytes(), nil
}
