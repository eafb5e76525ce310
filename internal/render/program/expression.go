package program

import (
	"cmp"
	"fmt"
	"html/template"
	"reflect"
	"text/template/parse"
)

// expression is a value of a page.
type expression struct {
	kind     reflect.Type // nil: there is no value
	constant reflect.Value
	eval     func(m *machine, dot reflect.Value) reflect.Value
}

// always is an expression whose value is known.
func always(v reflect.Value) expression {
	return expression{kind: v.Type(), constant: v, eval: func(*machine, reflect.Value) reflect.Value { return v }}
}

// pipe is the value of a pipeline.
func (c *compiler) pipe(p *parse.PipeNode, s *scope) expression {
	return c.commands(p.Cmds, s)
}

// commands chains commands: the value of each is the last argument of the next.
func (c *compiler) commands(list []*parse.CommandNode, s *scope) expression {
	var e expression
	for i, command := range list {
		var piped []expression
		if i > 0 {
			piped = []expression{e}
		}
		e = c.command(command, s, piped)
	}
	return e
}

func (c *compiler) command(n *parse.CommandNode, s *scope, piped []expression) expression {
	c.at = n
	if id, ok := n.Args[0].(*parse.IdentifierNode); ok {
		arguments := make([]expression, 0, len(n.Args))
		for _, a := range n.Args[1:] {
			arguments = append(arguments, c.operand(a, s))
		}
		c.at = n
		return c.function(id.Ident, append(arguments, piped...))
	}
	if len(n.Args) > 1 || len(piped) > 0 {
		panic(unsupported("%s", n))
	}
	return c.operand(n.Args[0], s)
}

func (c *compiler) operand(n parse.Node, s *scope) expression {
	switch n := n.(type) {
	case *parse.DotNode:
		return s.dot
	case *parse.FieldNode:
		return fields(s.dot, n.Ident)
	case *parse.VariableNode:
		for i := len(s.variables) - 1; i >= 0; i-- {
			if v := s.variables[i]; v.name == n.Ident[0] {
				return fields(v.expression, n.Ident[1:])
			}
		}
	case *parse.ChainNode:
		e := c.operand(n.Node, s)
		return fields(e, n.Field)
	case *parse.PipeNode:
		if len(n.Decl) == 0 {
			return c.pipe(n, s)
		}
	case *parse.StringNode:
		return always(reflect.ValueOf(n.Text))
	case *parse.BoolNode:
		return always(reflect.ValueOf(n.True))
	case *parse.NumberNode:
		if n.IsInt {
			return always(reflect.ValueOf(int(n.Int64)))
		}
	case *parse.IdentifierNode:
		return c.function(n.Ident, nil)
	}
	panic(unsupported("%s", n))
}

// fields follows names from a value, as far as types tell where they lie.
func fields(e expression, names []string) expression {
	for _, name := range names {
		if e.kind == nil {
			panic(mistaken(".%s of nothing", name))
		}
		e = field(e, name)
	}
	return e
}

var parameters = reflect.TypeFor[map[string]any]()

func field(e expression, name string) expression {
	eval, kind := e.eval, e.kind
	if kind == parameters {
		key := reflect.ValueOf(name)
		return expression{kind: parameters.Elem(), eval: func(m *machine, dot reflect.Value) reflect.Value {
			return eval(m, dot).MapIndex(key)
		}}
	}
	pointer := kind.Kind() == reflect.Pointer
	if pointer {
		kind = kind.Elem()
	}
	if kind.Kind() != reflect.Struct {
		panic(mistaken(".%s of type %v", name, kind))
	}
	if _, method := reflect.PointerTo(kind).MethodByName(name); method {
		panic(unsupported("the method %s of type %v", name, kind))
	}
	f, found := kind.FieldByName(name)
	if !found || !f.IsExported() {
		panic(mistaken(".%s of type %v", name, kind))
	}
	zero := reflect.Zero(f.Type)
	step := func(v reflect.Value) (reflect.Value, bool) {
		if pointer {
			if v.IsNil() {
				return zero, false
			}
			v = v.Elem()
		}
		v, err := v.FieldByIndexErr(f.Index)
		if err != nil { // an embedded pointer that is nil
			return zero, false
		}
		return v, true
	}
	if e.constant.IsValid() {
		if v, ok := step(e.constant); ok {
			return always(v)
		}
	}
	if len(f.Index) == 1 && !pointer { // by far the most
		i := f.Index[0]
		return expression{kind: f.Type, eval: func(m *machine, dot reflect.Value) reflect.Value { return eval(m, dot).Field(i) }}
	}
	return expression{kind: f.Type, eval: func(m *machine, dot reflect.Value) reflect.Value {
		v, ok := step(eval(m, dot))
		if !ok {
			m.failed = true
		}
		return v
	}}
}

// truth is whether a pipeline is true, and whether that is always the same.
func (c *compiler) truth(p *parse.PipeNode, s *scope) (test, bool) {
	if len(p.Cmds) == 1 {
		if id, ok := p.Cmds[0].Args[0].(*parse.IdentifierNode); ok && (id.Ident == "and" || id.Ident == "or" || id.Ident == "not") {
			return c.logic(id.Ident, p.Cmds[0].Args[1:], s)
		}
	}
	e := c.pipe(p, s)
	return truthful(e)
}

// test is a condition.
type test func(m *machine, dot reflect.Value) bool

// logic is and, or and not where only their truth is asked for: their
// arguments may be of different types.
func (c *compiler) logic(name string, arguments []parse.Node, s *scope) (test, bool) {
	var tests []test
	all := true
	for _, a := range arguments {
		var t test
		var known bool
		if p, ok := a.(*parse.PipeNode); ok {
			t, known = c.truth(p, s)
		} else {
			t, known = truthful(c.operand(a, s))
		}
		all = all && known
		tests = append(tests, t)
	}
	if len(tests) == 0 || name == "not" && len(tests) != 1 {
		panic(unsupported("%s with %d arguments", name, len(tests)))
	}
	if name == "not" {
		return func(m *machine, dot reflect.Value) bool { return !tests[0](m, dot) }, all
	}
	stop := name == "or"
	return func(m *machine, dot reflect.Value) bool {
		for _, t := range tests {
			if t(m, dot) == stop {
				return stop
			}
		}
		return !stop
	}, all
}

func truthful(e expression) (test, bool) {
	if e.kind == nil {
		panic(unsupported("the truth of nothing"))
	}
	truth := truthOf(e.kind)
	eval := e.eval
	return func(m *machine, dot reflect.Value) bool { return truth(eval(m, dot)) }, e.constant.IsValid()
}

// truthOf tells which values of a type are true.
func truthOf(kind reflect.Type) func(reflect.Value) bool {
	switch kind.Kind() {
	case reflect.Bool:
		return reflect.Value.Bool
	case reflect.String, reflect.Slice, reflect.Map:
		return func(v reflect.Value) bool { return v.Len() > 0 }
	case reflect.Int:
		return func(v reflect.Value) bool { return v.Int() != 0 }
	case reflect.Struct:
		return func(reflect.Value) bool { return true }
	case reflect.Pointer:
		return func(v reflect.Value) bool { return !v.IsNil() }
	case reflect.Interface:
		return func(v reflect.Value) bool {
			if !v.IsValid() || v.IsNil() {
				return false
			}
			truth, _ := template.IsTrue(v.Interface())
			return truth
		}
	}
	panic(unsupported("the truth of type %v", kind))
}

// function is the value of a call.
func (c *compiler) function(name string, arguments []expression) expression {
	for _, a := range arguments {
		if a.kind == nil {
			panic(unsupported("%s of nothing", name))
		}
	}
	var e expression
	if f, own := c.functions[name]; own {
		e = apply(name, reflect.ValueOf(f), arguments)
	} else {
		e = builtin(name, arguments)
	}
	for _, a := range arguments {
		if !a.constant.IsValid() {
			return e
		}
	}
	var m machine
	if v := e.eval(&m, reflect.Value{}); !m.failed {
		e.constant = v
		e.eval = func(*machine, reflect.Value) reflect.Value { return v }
	}
	return e
}

var errorType = reflect.TypeFor[error]()

// apply calls a function of the theme.
func apply(name string, f reflect.Value, arguments []expression) expression {
	t := f.Type()
	if t.NumOut() < 1 || t.NumOut() > 2 || t.NumOut() == 2 && t.Out(1) != errorType {
		panic(unsupported("the results of %s", name))
	}
	fixed := t.NumIn()
	if t.IsVariadic() {
		fixed--
	}
	if len(arguments) < fixed || len(arguments) > fixed && !t.IsVariadic() {
		panic(unsupported("%d arguments for %s", len(arguments), name))
	}
	for i, a := range arguments {
		var in reflect.Type
		if i < fixed {
			in = t.In(i)
		} else {
			in = t.In(fixed).Elem()
		}
		if !a.kind.AssignableTo(in) || a.kind.Kind() == reflect.Interface {
			panic(unsupported("an argument of type %v for %s", a.kind, name))
		}
	}
	zero := reflect.Zero(t.Out(0))
	return expression{kind: t.Out(0), eval: func(m *machine, dot reflect.Value) reflect.Value {
		values := make([]reflect.Value, len(arguments))
		for i, a := range arguments {
			values[i] = a.eval(m, dot)
		}
		if m.failed {
			return zero
		}
		out := f.Call(values)
		if len(out) == 2 && !out[1].IsNil() {
			m.failed = true
			return zero
		}
		return out[0]
	}}
}

// builtin are the functions of the language that themes use.
func builtin(name string, arguments []expression) expression {
	switch name {
	case "eq", "ne", "lt", "le", "gt", "ge":
		return compare(name, arguments)
	case "len":
		if len(arguments) == 1 && (arguments[0].kind.Kind() == reflect.Slice || arguments[0].kind.Kind() == reflect.String) {
			eval := arguments[0].eval
			return expression{kind: intType, eval: func(m *machine, dot reflect.Value) reflect.Value {
				return reflect.ValueOf(eval(m, dot).Len())
			}}
		}
	case "printf":
		if len(arguments) > 0 && arguments[0].constant.IsValid() && arguments[0].kind == stringType {
			format := arguments[0].constant.String()
			return expression{kind: stringType, eval: func(m *machine, dot reflect.Value) reflect.Value {
				values := make([]any, len(arguments)-1)
				for i, a := range arguments[1:] {
					v := a.eval(m, dot)
					if !v.IsValid() {
						m.failed = true
						return reflect.ValueOf("")
					}
					values[i] = v.Interface()
				}
				return reflect.ValueOf(fmt.Sprintf(format, values...))
			}}
		}
	case "and", "or":
		return choose(name == "or", arguments)
	case "not":
		if len(arguments) == 1 {
			truth := truthOf(arguments[0].kind)
			eval := arguments[0].eval
			return expression{kind: reflect.TypeFor[bool](), eval: func(m *machine, dot reflect.Value) reflect.Value {
				return reflect.ValueOf(!truth(eval(m, dot)))
			}}
		}
	}
	panic(unsupported("the function %s", name))
}

// choose is the value of and and or: the first argument that decides, else the
// last.
func choose(stop bool, arguments []expression) expression {
	if len(arguments) == 0 {
		panic(unsupported("and or or of nothing"))
	}
	kind := arguments[0].kind
	for _, a := range arguments {
		if a.kind != kind {
			panic(unsupported("a choice of types %v and %v", kind, a.kind))
		}
	}
	truth := truthOf(kind)
	return expression{kind: kind, eval: func(m *machine, dot reflect.Value) reflect.Value {
		var v reflect.Value
		for _, a := range arguments {
			if v = a.eval(m, dot); truth(v) == stop {
				break
			}
		}
		return v
	}}
}

// compare is the order of texts and of whole numbers.
func compare(name string, arguments []expression) expression {
	if len(arguments) < 2 || len(arguments) > 2 && name != "eq" {
		panic(unsupported("%s of %d values", name, len(arguments)))
	}
	for _, a := range arguments {
		if a.kind != arguments[0].kind || a.kind != stringType && a.kind != intType {
			panic(unsupported("%s of types %v and %v", name, arguments[0].kind, a.kind))
		}
	}
	order := func(a, b reflect.Value) int {
		if a.Kind() == reflect.String {
			return cmp.Compare(a.String(), b.String())
		}
		return cmp.Compare(a.Int(), b.Int())
	}
	wanted := map[string]func(n int) bool{
		"eq": func(n int) bool { return n == 0 },
		"ne": func(n int) bool { return n != 0 },
		"lt": func(n int) bool { return n < 0 },
		"le": func(n int) bool { return n <= 0 },
		"gt": func(n int) bool { return n > 0 },
		"ge": func(n int) bool { return n >= 0 },
	}[name]
	return expression{kind: reflect.TypeFor[bool](), eval: func(m *machine, dot reflect.Value) reflect.Value {
		first := arguments[0].eval(m, dot)
		for _, a := range arguments[1:] {
			if wanted(order(first, a.eval(m, dot))) {
				return reflect.ValueOf(true)
			}
		}
		return reflect.ValueOf(false)
	}}
}
