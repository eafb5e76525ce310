package program

import (
	"html/template"
	"reflect"
	"strings"
	"text/template/parse"
)

// compiler turns the trees of a set of templates into operations. It panics with
// a Refusal at what it cannot do.
type compiler struct {
	set       *template.Template
	functions template.FuncMap
	chains    map[string]*chain
	slots     int
	depth     int        // of templates that call templates
	at        parse.Node // what is compiled
}

// deepest is how far templates may call each other: one that calls itself is
// left to the library.
const deepest = 40

// scope is what a node sees: dot, and the variables by name.
type scope struct {
	dot       expression
	variables []variable // the last of a name counts
}

type variable struct {
	name string
	expression
}

// with is the scope in which dot is another value.
func (s scope) with(dot expression) scope {
	s.dot = dot
	s.variables = s.variables[:len(s.variables):len(s.variables)]
	return s
}

func (s *scope) declare(name string, e expression) {
	s.variables = append(s.variables[:len(s.variables):len(s.variables)], variable{name, e})
}

// slot makes a place for a variable, and the expression that reads it.
func (c *compiler) slot(kind reflect.Type) (int, expression) {
	n := c.slots
	c.slots++
	return n, expression{kind: kind, eval: func(m *machine, _ reflect.Value) reflect.Value { return m.variables[n] }}
}

// hold declares a variable with the value of an expression. One that is always
// the same needs no place.
func (c *compiler) hold(b *block, s *scope, name string, e expression) {
	if !e.constant.IsValid() && e.kind != nil {
		n, read := c.slot(e.kind)
		eval := e.eval
		b.add(func(m *machine, dot reflect.Value) { m.variables[n] = eval(m, dot) })
		e = read
	}
	s.declare(name, e)
}

// call puts another template in the place of a call of it. Its dot and its $
// are the argument.
func (c *compiler) call(b *block, name string, argument expression) {
	t := c.set.Lookup(name)
	switch {
	case t == nil || t.Tree == nil:
		name, _, _ = strings.Cut(name, "$htmltemplate_") // what the library calls it in such a place
		panic(unsupported("{{template %q}} inside a tag", name))
	case c.depth >= deepest:
		panic(unsupported("a template that calls itself, or templates that call each other more than %d deep", deepest))
	}
	c.depth++
	defer func() { c.depth-- }()
	var s scope
	if argument.kind != nil && !argument.constant.IsValid() {
		var body block
		n, root := c.slot(argument.kind)
		s.declare("$", root)
		c.list(&body, t.Tree.Root, s.with(here(argument.kind)))
		run, eval := body.done(), argument.eval
		b.add(func(m *machine, dot reflect.Value) {
			v := eval(m, dot)
			m.variables[n] = v
			run(m, v)
		})
		return
	}
	s.declare("$", argument)
	c.list(b, t.Tree.Root, s.with(argument))
}

// here is dot.
func here(kind reflect.Type) expression {
	return expression{kind: kind, eval: func(_ *machine, dot reflect.Value) reflect.Value { return dot }}
}

// list compiles nodes one after the other; variables live to its end.
func (c *compiler) list(b *block, list *parse.ListNode, s scope) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		c.node(b, n, &s)
	}
}

func (c *compiler) node(b *block, n parse.Node, s *scope) {
	c.at = n
	switch n := n.(type) {
	case *parse.TextNode:
		b.write(string(n.Text))
	case *parse.CommentNode:
	case *parse.ActionNode:
		c.action(b, n, s)
	case *parse.IfNode:
		c.condition(b, n, *s)
	case *parse.WithNode:
		c.with(b, n, *s)
	case *parse.RangeNode:
		c.loop(b, n, *s)
	case *parse.TemplateNode:
		argument := expression{}
		if n.Pipe != nil {
			argument = c.pipe(n.Pipe, s)
			c.at = n
		}
		c.call(b, n.Name, argument)
	default:
		panic(unsupported("%s", n))
	}
}

// action compiles {{…}}: a value, or the declaration of a variable.
func (c *compiler) action(b *block, n *parse.ActionNode, s *scope) {
	if n.Pipe.IsAssign {
		panic(unsupported("a new value for %s", n.Pipe.Decl[0]))
	}
	if len(n.Pipe.Decl) == 1 {
		e := c.pipe(n.Pipe, s)
		c.hold(b, s, n.Pipe.Decl[0].Ident[0], e)
		return
	}
	commands, names := split(n.Pipe)
	escape := c.chains[names]
	if escape == nil {
		panic(unsupported("a value in such a place of a page"))
	}
	e := c.commands(commands, s)
	if e.kind == nil {
		panic(mistaken("no value"))
	}
	write := escape.writer(e)
	if e.constant.IsValid() {
		var m machine
		if write(&m, reflect.Value{}); !m.failed {
			b.write(string(m.out))
			return
		}
	}
	b.add(write)
}

func (c *compiler) condition(b *block, n *parse.IfNode, s scope) {
	if len(n.Pipe.Decl) > 0 {
		panic(unsupported("{{if}} with a variable"))
	}
	truth, known := c.truth(n.Pipe, &s)
	if known {
		list := n.ElseList
		if truth(nil, reflect.Value{}) {
			list = n.List
		}
		c.list(b, list, s)
		return
	}
	var inner, other block
	c.list(&inner, n.List, s)
	c.list(&other, n.ElseList, s)
	yes, no := inner.done(), other.done()
	b.add(func(m *machine, dot reflect.Value) {
		if truth(m, dot) {
			yes(m, dot)
		} else {
			no(m, dot)
		}
	})
}

func (c *compiler) with(b *block, n *parse.WithNode, s scope) {
	e := c.pipe(n.Pipe, &s)
	if e.kind == nil || n.Pipe.IsAssign {
		panic(unsupported("{{with}} of no value, or of one that is assigned"))
	}
	truth := truthOf(e.kind)
	if e.constant.IsValid() {
		if !truth(e.constant) {
			c.list(b, n.ElseList, s)
			return
		}
		if len(n.Pipe.Decl) == 1 {
			s.declare(n.Pipe.Decl[0].Ident[0], e)
		}
		c.list(b, n.List, s.with(e))
		return
	}
	var inner, other block
	c.list(&other, n.ElseList, s)
	if len(n.Pipe.Decl) == 1 {
		c.hold(&inner, &s, n.Pipe.Decl[0].Ident[0], here(e.kind))
	}
	c.list(&inner, n.List, s.with(here(e.kind)))
	yes, no, eval := inner.done(), other.done(), e.eval
	b.add(func(m *machine, dot reflect.Value) {
		if v := eval(m, dot); truth(v) {
			yes(m, v)
		} else {
			no(m, dot)
		}
	})
}

func (c *compiler) loop(b *block, n *parse.RangeNode, s scope) {
	e := c.pipe(n.Pipe, &s)
	if e.kind == nil || e.kind.Kind() != reflect.Slice || n.Pipe.IsAssign {
		panic(unsupported("{{range}} of what is no list"))
	}
	var inner, other block
	c.list(&other, n.ElseList, s)
	item := here(e.kind.Elem())
	number := -1
	switch decl := n.Pipe.Decl; len(decl) {
	case 1:
		c.hold(&inner, &s, decl[0].Ident[0], item)
	case 2:
		var read expression
		number, read = c.slot(intType)
		s.declare(decl[0].Ident[0], read)
		c.hold(&inner, &s, decl[1].Ident[0], item)
	}
	c.list(&inner, n.List, s.with(item))
	each, none, eval := inner.done(), other.done(), e.eval
	b.add(func(m *machine, dot reflect.Value) {
		list := eval(m, dot)
		length := list.Len()
		if length == 0 {
			none(m, dot)
		}
		for i := range length {
			if number >= 0 {
				m.variables[number] = reflect.ValueOf(i)
			}
			each(m, list.Index(i))
		}
	})
}
