package content

import (
	"bytes"
	"math"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
	"unique"

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
	zone   *time.Location
	diags  diag.List
	empty  []Text // keys with nothing behind them, and keys of lists that have an empty item, where it stands
}

func (m *mapping) at(n *yaml.Node) diag.Pos {
	return diag.Pos{File: m.lines.File, Line: n.Line + m.before, Col: n.Column}
}

func (m *mapping) problem(p diag.Pos, code string, message, hint diag.Text) {
	m.diags = append(m.diags, m.lines.New(p, diag.Error, code, message, hint))
}

// readMapping reads YAML into out, key by key. A key that is not known is an
// error: a typo must never publish a draft.
func readMapping[T any](m *mapping, source []byte, what func() diag.Text, keys []key[T], out *T) diag.List {
	root := m.parse(source)
	if root == nil {
		return m.diags
	}
	if root.Kind != yaml.MappingNode {
		if root.Kind == yaml.ScalarNode && root.Style == 0 && strings.ContainsAny(root.Value, ":：") {
			message, hint, offset := missingColon(source)
			m.problemAt(source, offset, message, hint)
			return m.diags
		}
		m.problem(m.at(root), "yaml-shape", diag.Say("%s must be lines of the form “key: value”", what()), diag.Text{})
		return m.diags
	}
	eachEntry(m, root, what, keys, out)
	return m.diags
}

// eachEntry reads the entries of one mapping node, which mistakes call what.
func eachEntry[T any](m *mapping, root *yaml.Node, what func() diag.Text, keys []key[T], out *T) {
	seen := map[string]int{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		name, node := root.Content[i], root.Content[i+1]
		if line, twice := seen[name.Value]; twice {
			m.problem(m.at(name), "key-twice", diag.Say("the key %q was already given in line %d", name.Value, line), diag.Say("keep one of the two"))
			continue
		}
		seen[name.Value] = name.Line + m.before
		k := find(keys, name.Value)
		if k == nil {
			known := make([]string, len(keys))
			for i := range keys {
				known[i] = keys[i].name
			}
			hint := diag.DidYouMean(name.Value, known, diag.Say("known keys: %s", diag.Names(known)))
			if meant := meantKey(name.Value); meant != (diag.Text{}) && m.before > 0 {
				hint = meant
			}
			if m.before > 0 && diag.Nearest(name.Value, known) == "" && slip(name.Value) == "" {
				if strings.HasSuffix(hint.En, "?") {
					hint = diag.Say("%s else foreign_keys: [%s] in site.yaml allows it", hint, name.Value)
				} else {
					hint = diag.Say("%s; foreign_keys: [%s] in site.yaml allows it", hint, name.Value)
				}
				m.problem(m.at(name), "foreign-key", unknownKey(name.Value, what()), hint)
				continue
			}
			m.problem(m.at(name), "unknown-key", unknownKey(name.Value, what()), hint)
			continue
		}
		if text, ok := scalar(node); ok && text == "" {
			m.keepEmpty(name, node, k.shape)
			if node.Tag == "!!null" && node.Value == "" || k.name == "title" {
				m.empty = append(m.empty, Text{Value: k.name, Pos: m.at(name)})
			}
			continue // "key:" with nothing behind it is not given
		}
		k.read(out, value{key: k.name, node: node, mapping: m})
	}
}

// otherKeys are words for keys of front matter: in Chinese, or in other programs.
var otherKeys = map[string]string{
	"标题": "title", "標題": "title", "题目": "title", "摘要": "summary", "简介": "summary", "描述": "summary", "description": "summary", "excerpt": "summary",
	"症状": "symptoms", "症狀": "symptoms", "现象": "symptoms", "問題": "symptoms", "问题": "symptoms", "keywords": "symptoms", "关键词": "symptoms", "关键字": "symptoms",
	"产品": "products", "產品": "products", "原因": "causes", "解决": "solutions", "解决方法": "solutions", "解决办法": "solutions", "办法": "solutions", "方法": "solutions", "案例": "cases",
	"作者": "author", "日期": "date", "发布日期": "date", "发布时间": "date", "更新": "updated", "更新日期": "updated", "更新时间": "updated", "lastmod": "updated", "last_updated": "updated",
	"复查": "review_by", "过期": "expires", "有效期": "expires", "expiryDate": "expires", "草稿": "draft", "下线": "gone", "别名": "aliases", "redirect_from": "aliases",
	"相关": "related", "相关文章": "related", "权重": "weight", "排序": "weight", "顺序": "weight", "order": "weight", "sidebar_position": "weight", "图标": "icon", "语言": "language", "lang": "language",
}

// meantKey is the hint for a word that means a key of front matter, or "".
func meantKey(word string) diag.Text {
	switch word {
	case "tags", "tag", "标签", "標籤":
		return diag.Say("tags have a key for what they are: products, causes, solutions and cases")
	case "category", "分类", "分類", "目录":
		return diag.Say("an article's category is its folder; its tags are products, causes, solutions and cases")
	}
	if key := otherKeys[word]; key != "" {
		return diag.Meant(key)
	}
	return diag.Text{}
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
	m.swallowed(doc.Content[0])
	return doc.Content[0]
}

// swallowed reports the values that start with a word behind ! or &: YAML
// takes that word for a tag or an anchor, and it would be missing in the text.
// An anchor that an alias refers to is meant.
func (m *mapping) swallowed(root *yaml.Node) {
	used := map[*yaml.Node]bool{}
	var anchored []*yaml.Node
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		switch {
		case n.Kind == yaml.AliasNode:
			used[n.Alias] = true
		case n.Style&yaml.TaggedStyle != 0 && !strings.HasPrefix(n.Tag, "!!"):
			m.problem(m.at(n), "yaml-syntax", diag.Say(wrongStart), diag.Say(quoteIt))
		case n.Anchor != "" && n.Kind == yaml.ScalarNode:
			anchored = append(anchored, n)
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(root)
	for _, n := range anchored {
		if !used[n] {
			m.problem(m.at(n), "yaml-syntax", diag.Say(wrongStart), diag.Say(quoteIt))
		}
	}
}

// broken reports a YAML syntax error where the mistake is. The library names
// a line, often the one where it gave up, and no column. So the text is cut
// into its top-level entries, the first that does not parse alone is the one
// to blame, and the kind of error tells which character of it.
func (m *mapping) broken(source []byte, err error) {
	start, entry := 0, source
	parts := entries(source)
	if items := listItems(source); items != nil {
		parts = items
	}
	for _, e := range parts {
		var n yaml.Node
		if inner := yaml.Unmarshal(source[e[0]:e[1]], &n); inner != nil {
			start, entry, err = e[0], source[e[0]:e[1]], inner
			break
		}
		if len(n.Content) > 0 && n.Content[0].Kind == yaml.ScalarNode && n.Content[0].Tag != "!!null" {
			// It parses, but as one text: it has no key.
			message, hint, offset := missingColon(source[e[0]:e[1]])
			m.problemAt(source, e[0]+offset, message, hint)
			return
		}
	}
	message, hint, offset := explainYAML(entry, err.Error())
	m.problemAt(source, start+offset, message, hint)
}

// problemAt reports a syntax error at a byte of the YAML text.
func (m *mapping) problemAt(source []byte, offset int, message, hint diag.Text) {
	before := bytes.Count(source[:offset], []byte("\n"))
	lineStart := bytes.LastIndexByte(source[:offset], '\n') + 1
	m.problem(diag.Pos{Line: 1 + before + m.before, Col: 1 + utf8.RuneCount(source[lineStart:offset])}, "yaml-syntax", message, hint)
}

// missingColon says why an entry has no key: its first line has no colon, no
// space behind it, or the colon of a Chinese keyboard.
func missingColon(entry []byte) (text, hint diag.Text, offset int) {
	for line := range bytes.SplitAfterSeq(entry, []byte("\n")) {
		if t := bytes.TrimSpace(line); len(t) == 0 || t[0] == '#' {
			offset += len(line)
			continue
		}
		if at := bytes.IndexAny(line, ":："); at < 0 {
			offset += indent(line)
		} else if offset += at; line[at] == ':' {
			return diag.Say("a space is missing behind this colon"), diag.Say("write “key: value”, with a space behind the colon"), offset
		} else {
			return diag.Say("this is a full-width colon"), diag.Say("write “: ”, a colon of the Latin keyboard and a space"), offset
		}
		break
	}
	return diag.Say("a colon is missing after the key"), diag.Say("write “key: value”"), offset
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

// listItems are the byte ranges of the items of a text that is a list; nil where it
// is none.
func listItems(source []byte) [][2]int {
	var out [][2]int
	at := 0
	for line := range bytes.SplitAfterSeq(source, []byte("\n")) {
		switch {
		case bytes.HasPrefix(line, []byte("- ")):
			out = append(out, [2]int{at, at + len(line)})
		case len(out) > 0:
			out[len(out)-1][1] += len(line)
		case len(bytes.TrimSpace(line)) > 0 && line[0] != '#':
			return nil
		}
		at += len(line)
	}
	return out
}

// What is said of a value that starts with a character of YAML's own.
const (
	wrongStart = "a value cannot start with this character"
	quoteIt    = "put the value in quotes"
)

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// explainYAML puts the library's error into plain words and finds the byte in
// the entry that it is about.
func explainYAML(entry []byte, message string) (text, hint diag.Text, offset int) {
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
					return diag.Say("a second “: ” in one value"), diag.Say(quoteIt), lineAt(n+1) + first + 1 + second
				}
			}
		}
		return diag.Say("this line's indentation does not fit the one above"), diag.Say("indent with the same number of spaces"), lineAt(line) + indent(lines[line-1])
	case strings.Contains(message, "cannot start any token"):
		if tab := bytes.IndexByte(entry, '\t'); tab >= 0 {
			return diag.Say("a tab is not allowed here"), diag.Say("indent with spaces"), tab
		}
		return diag.Say(wrongStart), diag.Say(quoteIt), startOffset(entry, "@`%|>&*!?")
	case strings.Contains(message, "expected alphabetic or numeric character"): // behind * and &
		return diag.Say(wrongStart), diag.Say(quoteIt), startOffset(entry, "*&")
	case strings.Contains(message, "expected whitespace or line break"), strings.Contains(message, "tag URI"), strings.Contains(message, "tag handle"), strings.Contains(message, "URI escaped"):
		return diag.Say(wrongStart), diag.Say(quoteIt), startOffset(entry, "!")
	case strings.Contains(message, "block sequence entries are not allowed"), strings.Contains(message, "mapping keys are not allowed"):
		return diag.Say(wrongStart), diag.Say(quoteIt), startOffset(entry, "-?")
	case strings.Contains(message, "expected comment or line break"):
		return diag.Say(wrongStart), diag.Say(quoteIt), startOffset(entry, "|>")
	case strings.Contains(message, "tab character"):
		return diag.Say("a tab is not allowed here"), diag.Say("indent with spaces"), max(bytes.IndexByte(entry, '\t'), 0)
	case strings.Contains(message, "expected ',' or ']'"), strings.Contains(message, "expected ',' or '}'"):
		if at := regexp.MustCompile(`\s#\S`).FindIndex(entry); at != nil {
			return diag.Say("YAML reads what stands behind this # as a comment"), diag.Say("put the text with the # in quotes"), at[0] + 1
		}
		return diag.Say("this list is not closed, or a comma is missing in it"), diag.Say("end it with ] (or }) and put commas between its parts"), inValue("[{")
	case strings.Contains(message, "unexpected end of stream"), strings.Contains(message, "document separator"):
		return diag.Say("this quote is not closed"), diag.Say("add the closing quote"), inValue(`"'`)
	case strings.Contains(message, "expected ':'"):
		for n, l := range lines {
			if t := bytes.TrimSpace(l); len(t) > 0 && t[0] != '#' && t[0] != '-' && !bytes.Contains(l, []byte(":")) {
				return diag.Say("a colon is missing after the key"), diag.Say("write “key: value”"), lineAt(n+1) + indent(l)
			}
		}
		return diag.Say("a colon is missing after a key"), diag.Say("write “key: value”"), lineAt(line) + indent(lines[line-1])
	case strings.Contains(message, "did not find expected key"), strings.Contains(message, "block mapping"):
		if at := misfit(lines); at >= 0 {
			return diag.Say("this line's indentation does not fit the one above"), diag.Say("indent with the same number of spaces"), at
		}
		return diag.Say("this value is not finished the way it started"), diag.Say("put the whole value in quotes, and indent with the same number of spaces"), inValue("")
	case strings.Contains(message, "unknown escape character"):
		return diag.Say("this backslash sequence is not known"), diag.Say("put the value in single quotes"), max(bytes.IndexByte(entry, '\\'), 0)
	case strings.Contains(message, "unknown anchor"):
		return diag.Say("a value that starts with * needs quotes"), diag.Say(quoteIt), inValue("*")
	case strings.Contains(message, "control characters"):
		return diag.Say("there is an invisible control character in this value"), diag.Say("delete the value and type it again"), inValue("")
	}
	return diag.Say("this is not valid YAML: %s", message), diag.Say(quoteIt), lineAt(line) + indent(lines[line-1])
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

// startOffset is where a value starts with one of the characters: behind a
// key, else as an item of a list.
func startOffset(entry []byte, characters string) int {
	class := "([" + regexp.QuoteMeta(characters) + "])"
	if strings.HasPrefix(characters, "-") {
		class = "([-" + regexp.QuoteMeta(characters[1:]) + "])"
	}
	for _, before := range []string{`: +`, `(?m)^ *- +`, `[\[{,] *`} {
		if at := regexp.MustCompile(before + class).FindSubmatchIndex(entry); at != nil {
			return at[2]
		}
	}
	return valueOffset(entry, characters)
}

// misfit is where the first line starts that is indented less than the one
// above and like none before; -1 when there is none.
func misfit(lines [][]byte) int {
	open := []int{0}
	at := 0
	for _, line := range lines {
		if t := bytes.TrimSpace(line); len(t) > 0 && t[0] != '#' {
			n := indent(line)
			for n < open[len(open)-1] {
				open = open[:len(open)-1]
				if n > open[len(open)-1] {
					return at + n
				}
			}
			if n > open[len(open)-1] {
				open = append(open, n)
			}
		}
		at += len(line)
	}
	return -1
}

func (v value) wrong(n *yaml.Node, shape, hint diag.Text) {
	message := diag.Say("%s must be %s", v.key, shape)
	if v.key == groupKey {
		message = diag.Say("a group must be %s", shape)
	}
	v.problem(v.at(n), "value-shape", message, hint)
}

// groupKey stands for the key of a group of words, which has none.
const groupKey = "a group"

// named is what mistakes call the value.
func (v value) named() diag.Text {
	if v.key == groupKey {
		return diag.Say(groupKey)
	}
	return diag.Example(v.key)
}

func (v value) text() Text {
	s, ok := scalar(v.node)
	if !ok {
		v.wrong(v.node, diag.Say("text"), diag.Say("write it on one line: %s: …", v.key))
	}
	v.keep(v.node)
	return Text{Value: v.short(v.node, s), Pos: v.at(v.node)}
}

// short is the text of a node in front matter, or its beginning where it is too
// long.
func (v value) short(n *yaml.Node, s string) string {
	if strings.Contains(s, "<!--") {
		v.problem(v.at(n), "comment-shown", diag.Say("readers would see the comment in this value"), diag.Say("write it behind # on a line above; it is no part of the text then"))
	}
	most := maxText
	if v.key == "summary" {
		most = maxSummary
	}
	if len(s) <= most || v.before == 0 || utf8.RuneCountInString(s) <= most {
		return s
	}
	v.problem(v.at(n), "text-limit", diag.Say("%s has a text of %d characters; it may have %d", v.key, utf8.RuneCountInString(s), most), diag.Say("say it in a sentence, and put the rest into the article"))
	return string([]rune(s)[:most])
}

// list reads a list of texts; one text alone is a list of one.
func (v value) list() []Text {
	n := v.node
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.SequenceNode {
		if s, ok := scalar(n); ok {
			v.keep(n)
			v.oneForMany(n, s, false)
			return []Text{{Value: v.short(n, s), Pos: v.at(n)}}
		}
		v.wrong(n, diag.Say("a list"), diag.Say("write %s: [one, two], or one line of “- …” for each", v.key))
		return nil
	}
	out := make([]Text, 0, len(n.Content))
	for _, c := range n.Content {
		s, ok := scalar(c)
		if !ok {
			hint := diag.Say("put it in quotes")
			switch {
			case c.Kind == yaml.MappingNode:
				hint = diag.Say("a “: ” inside it makes it a key and a value: put it in quotes")
			case c.Kind == yaml.SequenceNode && c.Style&yaml.FlowStyle != 0:
				hint = diag.Say("take the inner brackets away")
			case c.Kind == yaml.SequenceNode:
				hint = diag.Say("write each with one dash, all indented alike")
			}
			v.wrong(c, diag.Say("a list of texts"), hint)
			continue
		}
		v.keep(c)
		v.oneForMany(c, s, true)
		if s != "" {
			out = append(out, Text{Value: v.short(c, s), Pos: v.at(c)})
		} else if c.Tag == "!!null" && c.Value == "" {
			v.empty = append(v.empty, Text{Value: v.key, Pos: v.at(c)})
		}
	}
	return out
}

// tags reads a list of tags. A full-width comma does not divide a list: what
// was meant as several tags would silently be one. Quotes say that it is.
func (v value) tags() []Text {
	n := v.node
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	for _, c := range items {
		if plain(c) && strings.ContainsAny(c.Value, "，、；;") && !severalInQuotes.MatchString(c.Value) {
			v.one(c, n.Kind == yaml.SequenceNode && n.Style&yaml.FlowStyle != 0)
		}
	}
	out := v.list()
	for i := range out {
		// Thousands of articles have the same few tags: one copy of each.
		out[i].Value = unique.Make(out[i].Value).Value()
	}
	return out
}

// plain reports whether a value is written without quotes.
func plain(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// one warns that a value is one text of a list, though it looks like several.
func (v value) one(n *yaml.Node, divided bool) {
	text := shortened(strings.TrimSpace(n.Value))
	message, hint := diag.Say("this is one tag, “%s”", text), diag.Say("write %s: [one, two]", v.key)
	if divided {
		hint = diag.Say("put commas of the Latin keyboard (,) between tags")
	}
	if v.key == "symptoms" {
		if divided {
			hint = diag.Say("put commas of the Latin keyboard (,) between symptoms")
		}
		message, hint = diag.Say("this is one symptom, “%s”", text), diag.Say("%s; if one is meant, put it in quotes", hint)
	}
	v.diags = append(v.diags, v.lines.New(v.at(n), diag.Warning, "tag-comma", message, hint))
}

var (
	severalInQuotes = regexp.MustCompile(`^[“"‘「].+[”"’」]\s*[，、；;,]\s*[“"‘「]`)
	otherBrackets   = regexp.MustCompile(`^[【［〔].*[】］〕]$`)
)

// oneForMany reports a text without quotes that was meant as a list, or as several
// of its items.
func (v value) oneForMany(n *yaml.Node, s string, item bool) {
	if n.Kind == yaml.AliasNode || !plain(n) {
		return
	}
	switch {
	case !item && strings.HasPrefix(s, "-") && !strings.HasPrefix(s, "--"):
		v.wrong(n, diag.Say("a list, and this is one text"), diag.Say("write a blank behind each -"))
	case !item && otherBrackets.MatchString(s):
		v.wrong(n, diag.Say("a list, and this is one text"), diag.Say("write brackets and commas of the Latin keyboard: %s: [one, two]", v.key))
	case severalInQuotes.MatchString(s):
		v.wrong(n, diag.Say("a list, and this is one text"), diag.Say(`write quotes and commas of the Latin keyboard: %s: ["one", "two"]`, v.key))
	case !item && v.key == "symptoms" && strings.ContainsAny(s, "、；;"):
		v.one(n, false)
	}
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
	v.wrong(v.node, diag.Say("true or false"), diag.Text{})
	return false
}

// number reads a number of the usual form, and reports whether it is one.
func (v value) number() (float64, bool) {
	s, _ := scalar(v.node)
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		v.wrong(v.node, diag.Say("a number"), diag.Say("write %s: 10; smaller numbers come first", v.key))
		return 0, false
	}
	return n, true
}

// date reads a day, or a day with a time; a day means its first moment.
func (v value) date() time.Time {
	s, _ := scalar(v.node)
	if t, ok := ParseDate(s, v.zone); ok {
		return t
	}
	v.problem(v.at(v.node), "value-shape", diag.Say("this is not a date"), diag.Say("write year-month-day, such as 2026-03-01, or a time behind it: 2026-03-01 20:00 or 2026-03-01T20:00:00+08:00"))
	return time.Time{}
}

// addresses reads old addresses on this site.
func (v value) addresses(code string, what diag.Text) []Text {
	var out []Text
	for _, t := range v.list() {
		if t, ok := v.address(t, code, what); ok {
			out = append(out, t)
		}
	}
	return out
}

// address reads an old address on this site. What it is, such as “an alias”,
// is for people.
func (v value) address(t Text, code string, what diag.Text) (Text, bool) {
	u, err := url.Parse(t.Value)
	clean := ""
	if err == nil {
		clean = path.Clean(u.Path)
	}
	switch {
	case err != nil || !strings.HasPrefix(t.Value, "/") || u.Host != "" || strings.ContainsRune(u.Path, '\\') || strings.ContainsFunc(u.Path, unicode.IsControl) || !utf8.ValidString(u.Path):
		v.problem(t.Pos, code, diag.Say("%q is not an address on this site", t.Value), diag.Say("start it with “/”, such as /old/address/"))
		return Text{}, false
	case u.RawQuery != "" || u.Fragment != "":
		v.problem(t.Pos, code, diag.Say("%s cannot have a ? or # part", what), diag.Say("leave out what stands after the path"))
		return Text{}, false
	case clean == "/":
		v.problem(t.Pos, code, diag.Say("the home page cannot be %s", what), diag.Say("name the address of another page"))
		return Text{}, false
	}
	if path.Ext(clean) == "" {
		clean += "/"
	}
	return Text{Value: clean, Pos: t.Pos}, true
}

func (v value) slug() Text {
	t := v.text()
	if t.Value == "." || t.Value == ".." || strings.ContainsAny(t.Value, `/\?#%&<>"'`) || strings.ContainsFunc(t.Value, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		v.problem(t.Pos, "slug", diag.Say("%q cannot be part of an address", t.Value), diag.Say("use letters, digits and hyphens"))
		return Text{}
	}
	return t
}
