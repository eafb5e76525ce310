package program

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"text/template/parse"
)

// escaperPrefix begins the names of the functions that the library adds to a
// pipeline to make its value safe in its place.
const escaperPrefix = "_html_template_"

// probes are places of a page in which themes put values. The library picks
// the escapers for each; a place in which it picks others than in all of these
// is left to it.
var probes = []string{
	`<p>{{.}}</p>`,
	`<title>{{.}}</title>`,
	`<p title="{{.}}">`,
	`<p title='{{.}}'>`,
	`<a href="{{.}}">`,
	`<a href="/x?q={{.}}">`,
	`<meta http-equiv="refresh" content="0; url={{.}}">`,
	`<script type="application/ld+json">{{.}}</script>`,
}

// chain is a list of escapers in the order of a pipeline.
type chain struct {
	probe          *template.Template // has the chain, and nothing else that depends on the value
	before, behind string             // what the probe writes around it
	// table is what becomes of each byte of a string where that does not depend
	// on its neighbours; nil where it does.
	table *[256]string
	// address says that the table holds only for addresses that start at the
	// site's root or in the page, and have no percent sign.
	address bool
	// Typed values that the chain leaves as they are.
	plain map[reflect.Type]bool
}

// chains are the known chains by the names of their escapers. They are learnt
// once, from the library.
var chains = sync.OnceValues(func() (map[string]*chain, error) {
	all := map[string]*chain{}
	for _, source := range probes {
		c, names, err := learn(source)
		if err != nil {
			return nil, err
		}
		if all[names] == nil {
			all[names] = c
		}
	}
	return all, nil
})

// learn finds out what the library makes of values in a place.
func learn(source string) (c *chain, names string, err error) {
	c = &chain{plain: map[reflect.Type]bool{}}
	if c.probe, err = template.New("probe").Parse(source); err != nil {
		return nil, "", fmt.Errorf("program: %w", err)
	}
	if err := c.probe.Execute(io.Discard, ""); err != nil { // escapes it
		return nil, "", fmt.Errorf("program: %w", err)
	}
	for _, n := range c.probe.Tree.Root.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			_, names = split(n.Pipe)
			c.before, c.behind = c.behind, ""
		case *parse.TextNode:
			c.behind += string(n.Text)
		}
	}
	const special = "<a href='x' title=\"y\">&amp;+\u2028</a>"
	for _, typed := range []any{template.HTML(special), template.JS(special)} {
		if out, ok := c.slowly(nil, typed); ok && string(out) == special {
			c.plain[reflect.TypeOf(typed)] = true
		}
	}
	switch names {
	case "htmlescaper", "attrescaper", "rcdataescaper", "urlescaper attrescaper":
	case "urlfilter urlnormalizer attrescaper", "urlfilter attrescaper":
		c.address = true
	default:
		return c, names, nil
	}
	c.table = &[256]string{}
	for i := range c.table {
		before := ""
		if c.address {
			before = "/"
		}
		out, ok := c.slowly(nil, before+string([]byte{byte(i)}))
		if !ok {
			return nil, "", fmt.Errorf("program: %q cannot be escaped", byte(i))
		}
		c.table[i] = strings.TrimPrefix(string(out), before)
	}
	return c, names, nil
}

// split divides a pipeline of the library into the commands of the theme and
// the names of the escapers behind them.
func split(p *parse.PipeNode) (commands []*parse.CommandNode, names string) {
	commands = p.Cmds
	var list []string
	for len(commands) > 0 {
		last := commands[len(commands)-1]
		if len(last.Args) != 1 {
			break
		}
		id, ok := last.Args[0].(*parse.IdentifierNode)
		if !ok || !strings.HasPrefix(id.Ident, escaperPrefix) {
			break
		}
		list = append([]string{strings.TrimPrefix(id.Ident, escaperPrefix)}, list...)
		commands = commands[:len(commands)-1]
	}
	return commands, strings.Join(list, " ")
}

// slowly lets the library do it.
func (c *chain) slowly(out []byte, value any) ([]byte, bool) {
	var b bytes.Buffer
	if err := c.probe.Execute(&b, value); err != nil {
		return out, false
	}
	text, found := bytes.CutPrefix(b.Bytes(), []byte(c.before))
	text, ended := bytes.CutSuffix(text, []byte(c.behind))
	return append(out, text...), found && ended
}

// text escapes a string.
func (c *chain) text(out []byte, s string) ([]byte, bool) {
	if c.table == nil || c.address && !local(s) {
		return c.slowly(out, s)
	}
	from := 0
	for i := range len(s) {
		if t := c.table[s[i]]; len(t) != 1 || t[0] != s[i] {
			out = append(append(out, s[from:i]...), t...)
			from = i + 1
		}
	}
	return append(out, s[from:]...), true
}

// local reports whether an address can lead nowhere but to this site, also in
// the library's eyes, and has nothing that is escaped already.
func local(s string) bool {
	switch {
	case s == "":
		return true
	case s[0] == '/':
		return strings.IndexByte(s, '%') < 0
	case s[0] == '#': // the library takes what stands before a colon for a scheme
		return !strings.ContainsAny(s, "%:")
	}
	return false
}

var stringType, intType = reflect.TypeFor[string](), reflect.TypeFor[int]()

// writer is the operation that escapes a value of a static type.
func (c *chain) writer(e expression) op {
	eval := e.eval
	switch {
	case e.kind == stringType:
		return func(m *machine, dot reflect.Value) { c.write(m, eval(m, dot).String()) }
	case e.kind == intType && c.table != nil:
		return func(m *machine, dot reflect.Value) {
			m.out = strconv.AppendInt(m.out, eval(m, dot).Int(), 10) // escapers leave digits alone
		}
	case c.plain[e.kind]:
		return func(m *machine, dot reflect.Value) { m.out = append(m.out, eval(m, dot).String()...) }
	case e.kind.PkgPath() == "html/template":
		return func(m *machine, dot reflect.Value) { c.writeSlowly(m, eval(m, dot)) }
	case e.kind.Kind() == reflect.Interface:
		return func(m *machine, dot reflect.Value) {
			switch v := eval(m, dot); {
			case !v.IsValid() || v.IsNil():
				m.failed = true
			case v.Elem().Type() == stringType:
				c.write(m, v.Elem().String())
			default:
				c.writeSlowly(m, v)
			}
		}
	}
	panic(unsupported("a value of type %v is written", e.kind))
}

func (c *chain) write(m *machine, s string) {
	var ok bool
	m.out, ok = c.text(m.out, s)
	m.failed = m.failed || !ok
}

func (c *chain) writeSlowly(m *machine, v reflect.Value) {
	var ok bool
	m.out, ok = c.slowly(m.out, v.Interface())
	m.failed = m.failed || !ok
}
