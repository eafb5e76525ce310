package content

import (
	"bytes"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"whyfix/internal/diag"
)

// key is one key of a YAML mapping and how it is read into a T.
type key[T any] struct {
	name, shape, doc string
	read             func(*T, value)
}

// value is a YAML value on its way into a field. Its methods return the value
// in a shape and add a diagnostic when the file has another.
type value struct {
	key  string
	node *yaml.Node
	*mapping
}

// mapping is the state of reading one YAML text.
type mapping struct {
	lines  *diag.Lines
	before int // lines that stand before the YAML text in its file
	diags  diag.List
}

func (m *mapping) at(n *yaml.Node) diag.Pos {
	return diag.Pos{File: m.lines.File, Line: n.Line + m.before, Col: n.Column}
}

func (m *mapping) problem(p diag.Pos, code, message, hint string) {
	m.diags = append(m.diags, m.lines.New(p, diag.Error, code, message, hint))
}

// readMapping reads YAML into out, key by key. A key that is not known is an
// error: a typo must never publish a draft.
func readMapping[T any](lines *diag.Lines, source []byte, before int, what string, keys []key[T], out *T) diag.List {
	m := &mapping{lines: lines, before: before}
	root := m.parse(source)
	if root == nil {
		return m.diags
	}
	if root.Kind != yaml.MappingNode {
		m.problem(m.at(root), "yaml-shape", what+" must be lines of the form “key: value”", "")
		return m.diags
	}
	eachEntry(m, root, what, keys, out)
	return m.diags
}

// eachEntry reads the entries of one mapping node.
func eachEntry[T any](m *mapping, root *yaml.Node, what string, keys []key[T], out *T) {
	seen := map[string]int{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		name, node := root.Content[i], root.Content[i+1]
		if line, twice := seen[name.Value]; twice {
			m.problem(m.at(name), "key-twice", "the key "+strconv.Quote(name.Value)+" was already given in line "+strconv.Itoa(line), "keep one of the two")
			continue
		}
		seen[name.Value] = name.Line + m.before
		k := find(keys, name.Value)
		if k == nil {
			known := make([]string, len(keys))
			for i := range keys {
				known[i] = keys[i].name
			}
			m.problem(m.at(name), "unknown-key", "unknown key "+strconv.Quote(name.Value)+" in "+what,
				diag.DidYouMean(name.Value, known, "known keys: "+strings.Join(known, ", ")))
			continue
		}
		if text, ok := scalar(node); ok && text == "" {
			continue // "key:" with nothing behind it is not given
		}
		k.read(out, value{key: k.name, node: node, mapping: m})
	}
}

func find[T any](keys []key[T], name string) *key[T] {
	for i := range keys {
		if keys[i].name == name {
			return &keys[i]
		}
	}
	return nil
}

// parse returns the top node, or nil when there is none or it is broken.
func (m *mapping) parse(source []byte) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal(source, &doc); err != nil {
		m.broken(source, err)
		return nil
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return nil
	}
	return doc.Content[0]
}

// broken reports a YAML syntax error where the mistake is. The library names
// a line, often the one where it gave up, and no column. So the text is cut
// into its top-level entries, the first that does not parse alone is the one
// to blame, and the kind of error tells which character of it.
func (m *mapping) broken(source []byte, err error) {
	start, entry := 0, source
	for _, e := range entries(source) {
		var n yaml.Node
		if inner := yaml.Unmarshal(source[e[0]:e[1]], &n); inner != nil {
			start, entry, err = e[0], source[e[0]:e[1]], inner
			break
		}
	}
	message, hint, offset := explainYAML(entry, err.Error())
	before := bytes.Count(source[:start+offset], []byte("\n"))
	lineStart := bytes.LastIndexByte(source[:start+offset], '\n') + 1
	m.problem(diag.Pos{Line: 1 + before + m.before, Col: 1 + utf8.RuneCount(source[lineStart:start+offset])}, "yaml-syntax", message, hint)
}

// entries are the byte ranges of the top-level entries of a mapping: each
// starts with a line that is not indented, a comment or a list item.
func entries(source []byte) [][2]int {
	var out [][2]int
	for at := 0; at < len(source); {
		end := bytes.IndexByte(source[at:], '\n') + 1
		if end == 0 {
			end = len(source) - at
		}
		switch c := source[at]; {
		case len(out) == 0, c != ' ' && c != '\t' && c != '\n' && c != '#' && c != '-' && c != ']' && c != '}':
			out = append(out, [2]int{at, at + end})
		default:
			out[len(out)-1][1] = at + end
		}
		at += end
	}
	return out
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// explainYAML puts the library's error into plain words and finds the byte in
// the entry that it is about.
func explainYAML(entry []byte, message string) (text, hint string, offset int) {
	line := 1
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = m[2]
	}
	lines := bytes.SplitAfter(entry, []byte("\n"))
	line = min(max(line, 1), len(lines))
	lineAt := func(n int) int { return len(bytes.Join(lines[:n-1], nil)) }
	inValue := func(cut string) int { return valueOffset(entry, cut) }
	switch {
	case strings.Contains(message, "mapping values are not allowed"):
		for n := range lines { // the second “: ” of a line
			if first := bytes.Index(lines[n], []byte(": ")); first >= 0 {
				if second := bytes.Index(lines[n][first+1:], []byte(": ")); second >= 0 {
					return "a second “: ” in one value", "put the value in quotes", lineAt(n+1) + first + 1 + second
				}
			}
		}
		return "this line's indentation does not fit the one above", "indent with the same number of spaces", lineAt(line) + indent(lines[line-1])
	case strings.Contains(message, "cannot start any token"):
		if tab := bytes.IndexByte(entry, '\t'); tab >= 0 {
			return "a tab is not allowed here", "indent with spaces", tab
		}
		return "a value cannot start with this character", "put the value in quotes", inValue("@`%|>&*!?")
	case strings.Contains(message, "tab character"):
		return "a tab is not allowed here", "indent with spaces", max(bytes.IndexByte(entry, '\t'), 0)
	case strings.Contains(message, "expected ',' or ']'"), strings.Contains(message, "expected ',' or '}'"):
		return "this list is not closed, or a comma is missing in it", "end it with ] (or }) and put commas between its parts", inValue("[{")
	case strings.Contains(message, "unexpected end of stream"), strings.Contains(message, "document separator"):
		return "this quote is not closed", "add the closing quote", inValue(`"'`)
	case strings.Contains(message, "expected ':'"):
		for n, l := range lines {
			if t := bytes.TrimSpace(l); len(t) > 0 && t[0] != '#' && t[0] != '-' && !bytes.Contains(l, []byte(":")) {
				return "a colon is missing after the key", "write “key: value”", lineAt(n+1) + indent(l)
			}
		}
		return "a colon is missing after a key", "write “key: value”", lineAt(line) + indent(lines[line-1])
	case strings.Contains(message, "did not find expected key"), strings.Contains(message, "block mapping"):
		return "this value is not finished the way it started", "put the whole value in quotes, and indent with the same number of spaces", inValue("")
	case strings.Contains(message, "unknown escape character"):
		return "this backslash sequence is not known", "put the value in single quotes", max(bytes.IndexByte(entry, '\\'), 0)
	case strings.Contains(message, "unknown anchor"):
		return "a value that starts with * needs quotes", "put the value in quotes", inValue("*")
	case strings.Contains(message, "control characters"):
		return "there is an invisible control character in this value", "delete the value and type it again", inValue("")
	}
	return "this is not valid YAML: " + message, "put the value in quotes", lineAt(line) + indent(lines[line-1])
}

func indent(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " \t")) }

// valueOffset is where the first of the characters stands that begins a value
// in the entry; without characters, where its value begins.
func valueOffset(entry []byte, characters string) int {
	at := bytes.IndexByte(entry, ':') + 1
	for at < len(entry) && (entry[at] == ' ' || entry[at] == '\n' || entry[at] == '-') {
		at++
	}
	if characters == "" || at < len(entry) && strings.IndexByte(characters, entry[at]) >= 0 {
		return min(at, max(len(entry)-1, 0))
	}
	if i := bytes.IndexAny(entry, characters); i >= 0 {
		return i
	}
	return min(at, max(len(entry)-1, 0))
}

func (v value) wrong(n *yaml.Node, shape, hint string) {
	v.problem(v.at(n), "value-shape", v.key+" must be "+shape, hint)
}

func (v value) text() Text {
	s, ok := scalar(v.node)
	if !ok {
		v.wrong(v.node, "text", "write it on one line: "+v.key+": …")
	}
	return Text{Value: s, Pos: v.at(v.node)}
}

// list reads a list of texts; one text alone is a list of one.
func (v value) list() []Text {
	n := v.node
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.SequenceNode {
		if s, ok := scalar(n); ok {
			return []Text{{Value: s, Pos: v.at(n)}}
		}
		v.wrong(n, "a list", "write "+v.key+": [one, two], or one line of “- …” for each")
		return nil
	}
	out := make([]Text, 0, len(n.Content))
	for _, c := range n.Content {
		s, ok := scalar(c)
		if !ok {
			hint := "put it in quotes"
			if c.Kind == yaml.MappingNode {
				hint = "a “: ” inside it makes it a key and a value: put it in quotes"
			}
			v.wrong(c, "a list of texts", hint)
			continue
		}
		if s != "" {
			out = append(out, Text{Value: s, Pos: v.at(c)})
		}
	}
	return out
}

func (v value) strings() []string {
	var out []string
	for _, t := range v.list() {
		out = append(out, t.Value)
	}
	return out
}

func (v value) bool() bool {
	s, _ := scalar(v.node)
	switch strings.ToLower(s) {
	case "true", "yes", "on":
		return true
	case "false", "no", "off":
		return false
	}
	v.wrong(v.node, "true or false", "")
	return false
}

// date reads a day, or a day with a time; a day means its first moment.
func (v value) date() time.Time {
	s, _ := scalar(v.node)
	for _, layout := range []string{"2006-01-02", time.RFC3339, "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-1-2", "2006/01/02"} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			return t
		}
	}
	v.wrong(v.node, "a date", "write year-month-day, such as 2026-03-01")
	return time.Time{}
}

// addresses reads old addresses of a page on this site.
func (v value) addresses() []Text {
	var out []Text
	for _, t := range v.list() {
		u, err := url.Parse(t.Value)
		clean := ""
		if err == nil {
			clean = path.Clean(u.Path)
		}
		switch {
		case err != nil || !strings.HasPrefix(t.Value, "/") || u.Host != "" || strings.ContainsRune(u.Path, '\\') || strings.ContainsFunc(u.Path, unicode.IsControl):
			v.problem(t.Pos, "alias", strconv.Quote(t.Value)+" is not an address on this site", "start it with “/”, such as /old/address/")
			continue
		case u.RawQuery != "" || u.Fragment != "":
			v.problem(t.Pos, "alias", "an alias cannot have a ? or # part", "leave out what stands after the path")
			continue
		case clean == "/":
			v.problem(t.Pos, "alias", "the home page cannot be an alias", "name the old address of this article")
			continue
		}
		if path.Ext(clean) == "" {
			clean += "/"
		}
		out = append(out, Text{Value: clean, Pos: t.Pos})
	}
	return out
}

func (v value) slug() Text {
	t := v.text()
	if t.Value == "." || t.Value == ".." || strings.ContainsAny(t.Value, `/\?#%&<>"'`) || strings.ContainsFunc(t.Value, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		v.problem(t.Pos, "slug", strconv.Quote(t.Value)+" cannot be part of an address", "use letters, digits and hyphens")
		return Text{}
	}
	return t
}
