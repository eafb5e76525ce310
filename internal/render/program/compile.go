package program

import (
	"html/template"
	"reflect"
	"text/template/parse"
)

// compiler turns the trees of a set of templates into operations.
type compiler struct {
	set       *template.Template
	functions template.FuncMap
	slots     int
	depth     int // of templates that call templates
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
func (c *compiler) call(b *block, name string, argument expression) error {
	t := c.set.Lookup(name)
	switch {
	case t == nil || t.Tree == nil:
		return unsupported("the template %q, which is called inside a tag", name)
	case c.depth >= deepest:
		return unsupported("templates that call each other more than %d deep", deepest)
	}
	c.depth++
	defer func() { c.depth-- }()
	var s scope
	if argument.kind != nil && !argument.constant.IsValid() {
		var body block
		n, root := c.slot(argument.kind)
		s.declare("$", root)
		if err := c.list(&body, t.Tree.Root, s.with(here(argument.kind))); err != nil {
			return err
		}
		run, eval := body.done(), argument.eval
		b.add(func(m *machine, dot reflect.Value) {
			v := eval(m, dot)
			m.variables[n] = v
			run(m, v)
		})
		return nil
	}
	s.declare("$", argument)
	return c.list(b, t.Tree.Root, s.with(argument))
}

// here is dot.
func here(kind reflect.Type) expression {
	return expression{kind: kind, eval: func(_ *machine, dot reflect.Value) reflect.Value { return dot }}
}

// list compiles nodes one after the other; variables live to its end.
func (c *compiler) list(b *block, list *parse.ListNode, s scope) error {
	if list == nil {
		return nil
	}
	for _, n := range list.Nodes {
		if err := c.node(b, n, &s); err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) node(b *block, n parse.Node, s *scope) error {
	switch n := n.(type) {
	case *parse.TextNode:
		b.write(string(n.Text))
		return nil
	case *parse.CommentNode:
		return nil
	case *parse.ActionNode:
		return c.action(b, n, s)
	case *parse.IfNode:
		return c.condition(b, n, *s)
	case *parse.WithNode:
		return c.with(b, n, *s)
	case *parse.RangeNode:
		return c.loop(b, n, *s)
	case *parse.TemplateNode:
		argument := expression{}
		if n.Pipe != nil {
			var err error
			if argument, err = c.pipe(n.Pipe, s); err != nil {
				return err
			}
		}
		return c.call(b, n.Name, argument)
	}
	return unsupported("%s", n)
}

// action compiles {{…}}: a value, or the declaration of a variable.
func (c *compiler) action(b *block, n *parse.ActionNode, s *scope) error {
	if n.Pipe.IsAssign || len(n.Pipe.Decl) > 1 {
		return unsupported("%s", n)
	}
	if len(n.Pipe.Decl) == 1 {
		e, err := c.pipe(n.Pipe, s)
		if err != nil {
			return err
		}
		c.hold(b, s, n.Pipe.Decl[0].Ident[0], e)
		return nil
	}
	commands, names := split(n.Pipe)
	known, err := chains()
	if err != nil {
		return err
	}
	escape := known[names]
	if escape == nil {
		return unsupported("the escapers %q", names)
	}
	e, err := c.commands(commands, s)
	if err != nil {
		return err
	}
	if e.kind == nil {
		return unsupported("%s has no value", n)
	}
	write, err := escape.writer(e)
	if err != nil {
		return err
	}
	if e.constant.IsValid() {
		var m machine
		if write(&m, reflect.Value{}); !m.failed {
			b.write(string(m.out))
			return nil
		}
	}
	b.add(write)
	return nil
}

func (c *compiler) condition(b *block, n *parse.IfNode, s scope) error {
	var inner block
	if len(n.Pipe.Decl) > 0 {
		return unsupported("%s", n)
	}
	truth, known, err := c.truth(n.Pipe, &s)
	switch {
	case err != nil:
		return err
	case known && truth(nil, reflect.Value{}):
		return c.list(b, n.List, s)
	case known:
		return c.list(b, n.ElseList, s)
	}
	if err := c.list(&inner, n.List, s); err != nil {
		return err
	}
	var other block
	if err := c.list(&other, n.ElseList, s); err != nil {
		return err
	}
	yes, no := inner.done(), other.done()
	b.add(func(m *machine, dot reflect.Value) {
		if truth(m, dot) {
			yes(m, dot)
		} else {
			no(m, dot)
		}
	})
	return nil
}

func (c *compiler) with(b *block, n *parse.WithNode, s scope) error {
	e, err := c.pipe(n.Pipe, &s)
	if err != nil {
		return err
	}
	if e.kind == nil || len(n.Pipe.Decl) > 1 || n.Pipe.IsAssign {
		return unsupported("%s", n)
	}
	truth, err := truthOf(e.kind)
	if err != nil {
		return err
	}
	if e.constant.IsValid() {
		if !truth(e.constant) {
			return c.list(b, n.ElseList, s)
		}
		if len(n.Pipe.Decl) == 1 {
			s.declare(n.Pipe.Decl[0].Ident[0], e)
		}
		return c.list(b, n.List, s.with(e))
	}
	var inner, other block
	if err := c.list(&other, n.ElseList, s); err != nil {
		return err
	}
	if len(n.Pipe.Decl) == 1 {
		c.hold(&inner, &s, n.Pipe.Decl[0].Ident[0], here(e.kind))
	}
	if err := c.list(&inner, n.List, s.with(here(e.kind))); err != nil {
		return err
	}
	yes, no, eval := inner.done(), other.done(), e.eval
	b.add(func(m *machine, dot reflect.Value) {
		if v := eval(m, dot); truth(v) {
			yes(m, v)
		} else {
			no(m, dot)
		}
	})
	return nil
}

func (c *compiler) loop(b *block, n *parse.RangeNode, s scope) error {
	e, err := c.pipe(n.Pipe, &s)
	if err != nil {
		return err
	}
	if e.kind == nil || e.kind.Kind() != reflect.Slice || n.Pipe.IsAssign {
		return unsupported("%s", n)
	}
	var inner, other block
	if err := c.list(&other, n.ElseList, s); err != nil {
		return err
	}
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
	if err := c.list(&inner, n.List, s.with(item)); err != nil {
		return err
	}
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
	return nil
}
