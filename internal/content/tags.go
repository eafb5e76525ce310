package content

import (
	"strings"

	"gopkg.in/yaml.v3"

	"whyfix/internal/diag"
)

// TagInfo is what tags.yaml says about one tag, of whatever family.
type TagInfo struct {
	Name        Text
	Description string
	Slug        Text
	Names       []Text // other names of the same thing
}

var tagKeys = []key[TagInfo]{
	{"description", "text", "What the tag means to a reader.", func(t *TagInfo, v value) { t.Description = v.text().Value }},
	{"slug", "text", "The last part of its page's address. Default: the name itself.", func(t *TagInfo, v value) { t.Slug = v.slug() }},
	{"names", "list", "Other names of the same thing: readers find it by them, and an article may use them.", func(t *TagInfo, v value) { t.Names = v.list() }},
}

// TagKeys are the keys below a tag in tags.yaml.
func TagKeys() []Key { return documented(tagKeys) }

// ParseTags reads tags.yaml: a mapping from a tag's name to what is known
// about it, or to its description alone.
func ParseTags(data []byte) ([]TagInfo, diag.List) {
	lines, source, bad := text(TagsFile, data)
	if bad != nil {
		return nil, diag.List{*bad}
	}
	m := &mapping{lines: lines}
	root := m.parse(source)
	if root == nil {
		return nil, m.diags
	}
	if root.Kind != yaml.MappingNode {
		m.problem(m.at(root), "yaml-shape", diag.Say("tags.yaml must map each tag to what is known about it"), diag.Example("花呗: {description: …, slug: huabei, names: [蚂蚁花呗]}"))
		return nil, m.diags
	}
	var out []TagInfo
	owner := map[string]string{} // a name in lower case → the tag that has it
	claim := func(p diag.Pos, name, tag string) {
		low := strings.ToLower(name)
		if first, taken := owner[low]; taken {
			m.problem(p, "tag-name", diag.Say("%q already names the tag %q", name, first), diag.Say("keep it in one place"))
			return
		}
		owner[low] = tag
	}
	slugs := map[string]string{} // a slug in lower case → the tag that has it
	for i := 0; i+1 < len(root.Content); i += 2 {
		name, node := root.Content[i], root.Content[i+1]
		info := TagInfo{Name: Text{Value: name.Value, Pos: m.at(name)}}
		claim(info.Name.Pos, name.Value, name.Value)
		if s, ok := scalar(node); ok {
			info.Description = s
		} else if node.Kind == yaml.MappingNode {
			eachEntry(m, node, func() diag.Text { return diag.Say("the tag %q", name.Value) }, tagKeys, &info)
		} else {
			m.problem(m.at(node), "value-shape", diag.Say("a tag must have a description, a slug or names"), diag.Example("花呗: {description: …, slug: huabei, names: [蚂蚁花呗]}"))
		}
		for _, n := range info.Names {
			claim(n.Pos, n.Value, name.Value)
		}
		if low := strings.ToLower(info.Slug.Value); low != "" {
			if first, taken := slugs[low]; taken {
				m.problem(info.Slug.Pos, "tag-slug", diag.Say("%q is already the slug of the tag %q", info.Slug.Value, first), diag.Say("give one of the two another slug"))
				info.Slug = Text{} // one report is enough: not again for its address
			} else {
				slugs[low] = name.Value
			}
		}
		out = append(out, info)
	}
	return out, m.diags
}

// Synonyms is a group of words in synonyms.yaml.
type Synonyms struct {
	Asked []Text // what readers type …
	Found []Text // … and what it also finds; the same words when it goes both ways
}

var synonymKeys = []key[Synonyms]{
	{"ask", "list", "What readers type.", func(s *Synonyms, v value) { s.Asked = v.list() }},
	{"find", "list", "What it also finds.", func(s *Synonyms, v value) { s.Found = v.list() }},
}

// ParseSynonyms reads synonyms.yaml: a list of groups. A group is a list of
// words that readers use for one thing, or {ask: …, find: …} for one way.
func ParseSynonyms(data []byte) ([]Synonyms, diag.List) {
	lines, source, bad := text(SynonymsFile, data)
	if bad != nil {
		return nil, diag.List{*bad}
	}
	m := &mapping{lines: lines}
	root := m.parse(source)
	if root == nil {
		return nil, m.diags
	}
	hint := diag.Say("write one group a line: - [打不开, 进不去, 用不了], or - {ask: [花被], find: [花呗]}")
	if root.Kind != yaml.SequenceNode {
		m.problem(m.at(root), "yaml-shape", diag.Say("synonyms.yaml must be a list of groups of words"), hint)
		return nil, m.diags
	}
	var out []Synonyms
	for _, node := range root.Content {
		var s Synonyms
		switch node.Kind {
		case yaml.SequenceNode:
			s.Asked = value{key: groupKey, node: node, mapping: m}.list()
			s.Found = s.Asked
			if len(s.Asked) < 2 {
				m.problem(m.at(node), "value-shape", diag.Say("a group needs at least two words"), hint)
				continue
			}
		case yaml.MappingNode:
			eachEntry(m, node, value{key: groupKey}.named, synonymKeys, &s)
			if len(s.Asked) == 0 || len(s.Found) == 0 {
				m.problem(m.at(node), "value-shape", diag.Say("a group that goes one way needs both ask and find"), hint)
				continue
			}
		default:
			m.problem(m.at(node), "value-shape", diag.Say("a group must be a list of words"), hint)
			continue
		}
		seen := map[string]bool{}
		for _, w := range s.Asked {
			if seen[w.Value] {
				m.problem(w.Pos, "synonym-twice", diag.Say("%q stands twice in this group", w.Value), diag.Say("delete one of the two"))
			}
			seen[w.Value] = true
		}
		out = append(out, s)
	}
	return out, m.diags
}
