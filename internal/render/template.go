package render

import (
	"bytes"
	"html/template"
	"reflect"
	"sync"
	"sync/atomic"

	"whyfix/internal/render/program"
)

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
			return // it is slower so, and nothing else
		}
		if made, ok := p.Append(nil, view); ok && bytes.Equal(made, page.Bytes()[len(out):]) {
			t.program.Store(p)
		}
	})
	return page.Bytes(), nil
}
