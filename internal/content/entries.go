package content

import (
	"gopkg.in/yaml.v3"

	"whyfix/internal/diag"
)

// Entry is one key of front matter that was written for another program: any
// name, any shape.
type Entry struct {
	Key    Text
	Values []Text  // one text, or the texts of a list
	Inner  []Entry // of a mapping; the mappings of a list one after the other
}

// Decode prepares a text file that another program wrote: UTF-8 without a byte
// order mark, line ends as \n.
func Decode(p string, data []byte) (*diag.Lines, []byte, *diag.Diagnostic) { return text(p, data) }

// Entries reads front matter in YAML with whatever keys it has. The mistakes
// are those of the syntax alone.
func Entries(lines *diag.Lines, source []byte, before int) ([]Entry, diag.List) {
	m := &mapping{lines: lines, before: before}
	root := m.parse(source)
	switch {
	case root == nil:
		return nil, m.diags
	case root.Kind != yaml.MappingNode:
		m.problem(m.at(root), "yaml-shape", diag.Say("front matter must be lines of the form “key: value”"), diag.Text{})
		return nil, m.diags
	}
	return m.entries(root, 0), m.diags
}

// deepest is how many mappings may lie in each other: an alias can be part of
// what it stands for.
const deepest = 8

func (m *mapping) entries(root *yaml.Node, depth int) []Entry {
	var out []Entry
	for i := 0; i+1 < len(root.Content) && depth < deepest; i += 2 {
		name, node := root.Content[i], root.Content[i+1]
		if node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		e := Entry{Key: Text{Value: name.Value, Pos: m.at(name)}}
		items := []*yaml.Node{node}
		switch node.Kind {
		case yaml.SequenceNode:
			items = node.Content
		case yaml.MappingNode:
			e.Inner = m.entries(node, depth+1)
		}
		for _, n := range items {
			if n.Kind == yaml.AliasNode {
				n = n.Alias
			}
			if s, ok := scalar(n); ok && s != "" {
				e.Values = append(e.Values, Text{Value: s, Pos: m.at(n)})
			} else if n.Kind == yaml.MappingNode && node.Kind == yaml.SequenceNode {
				e.Inner = append(e.Inner, m.entries(n, depth+1)...)
			}
		}
		out = append(out, e)
	}
	return out
}
