// Package program makes pages from the templates of html/template several
// times faster than the library does.
//
// In: a set of templates that the library has parsed and escaped, and the type
// of the data. Out: a Program that writes, to the byte, what the library would
// write for any value of that type.
//
// The library looks up every field by its name and calls every function by
// reflection, for each page again. A Program is made once: it knows the fields
// by their places, has the values of calls that are always the same, such as a
// theme's words, and writes plain text in one piece. What is safe in which
// place of a page is decided by the library alone: the Program takes over its
// choice of escapers, and learns from the library itself what each of them
// makes of a character (see escape.go).
//
// What a Program cannot do is no mistake: Compile returns a Refusal and Append
// false, and the caller lets the library do it.
package program

import (
	"fmt"
	"html/template"
	"reflect"
	"text/template/parse"

	"whyfix/internal/diag"
)

// Refusal is why the library must execute a template.
type Refusal struct {
	Place  string    // NAME:LINE:BYTE of what is not known, as in an error of the library
	Reason diag.Text // what is not known
	// Mistake says that the library would have to refuse it, too.
	Mistake bool
}

func (r *Refusal) Error() string { return fmt.Sprintf("template: %s: %s", r.Place, r.Reason) }

// unsupported is what the compiler panics with, which Compile returns.
func unsupported(format string, args ...any) *Refusal {
	return &Refusal{Reason: diag.Say(format, args...)}
}

// mistaken is unsupported for what is nowhere supported.
func mistaken(format string, args ...any) *Refusal {
	return &Refusal{Reason: diag.Say(format, args...), Mistake: true}
}

// Program writes one kind of page. Any number of goroutines may use it.
type Program struct {
	data  reflect.Type
	run   op
	slots int // variables
}

// Compile makes a Program of the named template in a set that has been
// executed before, by which the library escapes it. Data are values of the
// type to which data points. The functions are those that the set was given;
// each must return the same for the same arguments. The error is a Refusal, or
// the library is another than this package was written for.
func Compile(set *template.Template, name string, data reflect.Type, functions template.FuncMap) (p *Program, err error) {
	known, err := chains()
	if err != nil {
		return nil, err
	}
	c := &compiler{set: set, functions: functions, chains: known}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Refusal:
			if c.at != nil {
				r.Place, _ = new(parse.Tree).ErrorContext(c.at)
			}
			err = r
		default:
			panic(r)
		}
	}()
	var b block
	c.call(&b, name, here(data))
	return &Program{data: data, run: b.done(), slots: c.slots}, nil
}

// Append writes a page behind out. It takes a pointer to the data. When it
// returns false, what it has written is worthless: the library can do it, or
// say what is wrong.
func (p *Program) Append(out []byte, data any) ([]byte, bool) {
	v := reflect.ValueOf(data)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Type().Elem() != p.data {
		return out, false
	}
	m := machine{out: out, variables: make([]reflect.Value, p.slots)}
	p.run(&m, v.Elem())
	return m.out, !m.failed
}

// machine is the state of one run.
type machine struct {
	out       []byte
	variables []reflect.Value
	failed    bool // the library must do it
}

// op writes a part of a page.
type op func(m *machine, dot reflect.Value)

// block is a list of operations that grows. Text is kept until something else
// follows, so that neighbouring pieces are written at once.
type block struct {
	ops  []op
	text []byte
}

func (b *block) write(text string) { b.text = append(b.text, text...) }

func (b *block) add(o op) {
	b.flush()
	b.ops = append(b.ops, o)
}

func (b *block) flush() {
	if len(b.text) == 0 {
		return
	}
	text := string(b.text)
	b.text = b.text[:0]
	b.ops = append(b.ops, func(m *machine, _ reflect.Value) { m.out = append(m.out, text...) })
}

// done is the whole block as one operation.
func (b *block) done() op {
	b.flush()
	ops := b.ops
	if len(ops) == 1 {
		return ops[0]
	}
	return func(m *machine, dot reflect.Value) {
		for _, o := range ops {
			o(m, dot)
		}
	}
}
