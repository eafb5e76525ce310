package content

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"whyfix/internal/diag"
)

// keep reports what YAML takes away from a text: what stands behind a # in it,
// and words that mean nothing to YAML. Numbers, dates and words such as true
// stay as they are written.
//
// Behind # and a blank may stand what is a comment indeed. In front matter it
// stands above its line instead, because readers see these texts; the other
// files are for those who know YAML.
func (m *mapping) keep(n *yaml.Node) {
	if n.Kind == yaml.AliasNode || n.Kind != yaml.ScalarNode || n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return
	}
	switch comment := n.LineComment; {
	case n.Tag == "!!null" && n.Value != "":
		m.lost(m.at(n), diag.Say("YAML reads %q as nothing", n.Value), diag.Say("put the value in quotes, or leave it out"))
	case n.Tag == "!!null":
		m.emptied(n, comment)
	case comment != "":
		m.commented(n, comment)
	}
}

// emptied reports a value that is a comment as a whole. yaml gives the comment
// of an item of a list to the next one, so the line is looked at.
func (m *mapping) emptied(n *yaml.Node, comment string) {
	at := m.at(n)
	line := []rune(m.lines.Text(at.Line))
	from := min(max(at.Col-1, 0), len(line))
	text := string(line[from:])
	if comment == "" {
		comment = strings.TrimSpace(text)
	}
	if tight(comment) {
		m.commented(n, comment)
	}
}

// tight reports whether a comment looks as if it were a part of the text before
// it, as in 提示 #404.
func tight(comment string) bool {
	return len(comment) > 1 && comment[0] == '#' && comment[1] != ' ' && comment[1] != '\t' && comment[1] != '#' && comment[1] != '\n'
}

func (m *mapping) commented(n *yaml.Node, comment string) {
	comment, _, _ = strings.Cut(comment, "\n")
	at := m.at(n)
	for line := at.Line; line < at.Line+100; line++ { // a value may have several lines
		text := m.lines.Text(line)
		if i := strings.LastIndex(text, comment); i >= 0 {
			at = diag.Pos{File: at.File, Line: line, Col: 1 + utf8.RuneCountInString(text[:i])}
			break
		}
	}
	switch {
	case tight(comment):
		m.lost(at, diag.Say("YAML reads “%s” as a comment, and it would be missing", shortened(comment)), diag.Say(quoteIt))
	case m.before > 0:
		m.lost(at, diag.Say("YAML reads “%s” as a comment", shortened(comment)), diag.Say("write the comment above this line; if it is a part of the value, put the whole value in quotes"))
	}
}

func (m *mapping) lost(at diag.Pos, message, hint diag.Text) {
	m.problem(at, "value-lost", message, hint)
}

// keepEmpty reports what YAML takes away from a value of which nothing is left.
func (m *mapping) keepEmpty(name, node *yaml.Node, shape string) {
	comment := cmp.Or(name.LineComment, node.LineComment)
	switch {
	case hexColour.MatchString(comment):
		m.problem(m.at(node), "yaml-syntax", diag.Say("YAML reads this colour as a comment"), diag.Say(`put it in quotes: %s: "%s"`, name.Value, comment))
	case tight(comment):
		m.commented(node, comment)
	case node.Value != "" && node.Kind == yaml.ScalarNode && (strings.HasPrefix(shape, "text") || shape == "list"):
		m.keep(node)
	}
}

// shortened is a text for a message.
func shortened(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}
