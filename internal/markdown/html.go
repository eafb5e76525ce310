package markdown

import (
	"bytes"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"whyfix/internal/diag"
)

// Span is a part of a text, in bytes.
type Span struct{ Start, End int }

// htmlPart is what a piece of HTML is.
type htmlPart uint8

const (
	htmlWords   htmlPart = iota
	htmlTag              // with its attributes
	htmlComment          // with its signs
	htmlProgram          // what stands in a script, a style or a form's field: neither comment nor text
	htmlOpen             // a comment that never ends
)

// eachPart calls visit for each piece of HTML, in order, as a browser would
// divide it.
func eachPart(source string, visit func(part htmlPart, start, end int)) {
	at := 0
	piece := func(part htmlPart, end int) {
		if end > at {
			visit(part, at, end)
		}
		at = end
	}
	for at < len(source) {
		open := strings.IndexByte(source[at:], '<')
		if open < 0 {
			break
		}
		open += at
		rest := source[open:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			piece(htmlWords, open)
			if end := commentEnd(rest); end < 0 {
				piece(htmlOpen, len(source))
			} else {
				piece(htmlComment, open+end)
			}
		case len(rest) > 1 && (rest[1] == '/' || rest[1] == '!' || rest[1] == '?' || isLetter(rest[1])):
			piece(htmlWords, open)
			piece(htmlTag, open+tagEnd(rest))
			for _, name := range []string{"script", "style", "textarea"} {
				if len(rest) > len(name) && strings.EqualFold(rest[1:1+len(name)], name) {
					end := indexFold(source[at:], "</"+name)
					if end < 0 {
						end = len(source) - at
					}
					piece(htmlProgram, at+end)
				}
			}
		default:
			piece(htmlWords, open+1)
		}
	}
	piece(htmlWords, len(source))
}

// commentEnd is where a comment at the start of a text ends, or -1.
func commentEnd(s string) int {
	for _, empty := range []string{"<!-->", "<!--->"} {
		if strings.HasPrefix(s, empty) {
			return len(empty)
		}
	}
	if end := strings.Index(s[4:], "-->"); end >= 0 {
		return 4 + end + 3
	}
	return -1
}

// tagEnd is where a tag at the start of a text ends. A > in quotes is part of an
// attribute.
func tagEnd(s string) int {
	quote := byte(0)
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && s[i-1] == '=':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return len(s)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// indexFold is where a text of ASCII stands in another, in whatever case.
func indexFold(s, part string) int {
	for from := 0; ; from++ {
		next := strings.IndexByte(s[from:], part[0])
		if next < 0 || from+next+len(part) > len(s) {
			return -1
		}
		if from += next; strings.EqualFold(s[from:from+len(part)], part) {
			return from
		}
	}
}

// withoutComments is HTML as it is shown, or as its source is shown.
func withoutComments(source string) string {
	if !strings.Contains(source, "<!--") {
		return source
	}
	var b strings.Builder
	eachPart(source, func(part htmlPart, start, end int) {
		if part != htmlComment && part != htmlOpen {
			b.WriteString(source[start:end])
		}
	})
	return b.String()
}

// textOf is what a reader sees of HTML.
func textOf(source string) string {
	var b strings.Builder
	eachPart(source, func(part htmlPart, start, end int) {
		switch part {
		case htmlWords:
			b.WriteString(html.UnescapeString(source[start:end]))
		case htmlTag:
			if !flows(source[start:end]) {
				b.WriteByte('\n')
			}
		}
	})
	var lines []string
	for line := range strings.Lines(b.String()) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// flows reports whether text goes on in its line behind a tag.
func flows(tag string) bool {
	name := strings.ToLower(strings.TrimLeft(tag, "</"))
	if end := strings.IndexFunc(name, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') }); end >= 0 {
		name = name[:end]
	}
	switch name {
	case "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr":
		return true
	}
	return false
}

// namedComment is what some write in place of a comment: a link's address that
// nothing names.
var namedComment = regexp.MustCompile(`(?m)^ {0,3}\[(?://|comment)\]:[ \t]*(?:#|<#?>)[ \t]*(?:\(.*\)|".*"|'.*')?[ \t]*\r?$`)

// namedComments notes those, which no page has.
func (r *reading) namedComments(root ast.Node) {
	found := namedComment.FindAllIndex(r.source, -1)
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if _, ok := n.(*ast.FencedCodeBlock); ok && entering {
			for i := range n.Lines().Len() {
				line := n.Lines().At(i)
				found = slices.DeleteFunc(found, func(at []int) bool { return at[0] >= line.Start && at[0] < line.Stop })
			}
		}
		return ast.WalkContinue, nil
	})
	for _, at := range found {
		r.doc.Comments = append(r.doc.Comments, Span{at[0], at[1]})
	}
}

// comments takes HTML comments out of the tree: they are for those who write.
// It notes where they stand, for whoever shows the file's text, and reports
// those that do not end where they should, because they would be shown.
func (r *reading) comments(root ast.Node) {
	var gone []ast.Node
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.CodeSpan, *ast.FencedCodeBlock, *ast.CodeBlock:
			return ast.WalkSkipChildren, nil
		case *ast.RawHTML:
			first, last := n.Segments.At(0), n.Segments.At(n.Segments.Len()-1)
			if strings.HasPrefix(string(r.source[first.Start:last.Stop]), "<!--") {
				r.doc.Comments = append(r.doc.Comments, Span{first.Start, last.Stop})
				gone = append(gone, n)
			}
		case *ast.HTMLBlock:
			if r.commentsInBlock(n) && strings.TrimSpace(withoutComments(htmlSource(n, r.source))) == "" {
				gone = append(gone, n)
			}
		case *ast.Text:
			at := strings.Index(string(n.Segment.Value(r.source)), "<!--")
			if at > 0 && r.source[n.Segment.Start+at-1] != '\\' || at == 0 {
				r.openComment(n.Segment.Start + at)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range gone {
		remove(n, r.source)
	}
	r.namedComments(root)
	slices.SortFunc(r.doc.Comments, func(a, b Span) int { return a.Start - b.Start })
}

// commentsInBlock notes the comments of a block of HTML and reports whether it
// has any.
func (r *reading) commentsInBlock(n *ast.HTMLBlock) bool {
	if n.Lines().Len() == 0 {
		return false
	}
	start, end := n.Lines().At(0).Start, n.Lines().At(n.Lines().Len()-1).Stop
	if n.HasClosure() {
		end = n.ClosureLine.Stop
	}
	found := false
	eachPart(string(r.source[start:end]), func(part htmlPart, from, to int) {
		switch part {
		case htmlOpen:
			r.openComment(start + from)
			fallthrough
		case htmlComment:
			found = true
			r.doc.Comments = append(r.doc.Comments, Span{start + from, start + to})
		}
	})
	return found
}

func (r *reading) openComment(offset int) {
	r.problem(r.at(offset), diag.Error, "comment-open", diag.Say("this comment does not end in its paragraph, and a part of it would be shown"),
		diag.Say("close it with --> and take blank lines out of it, or begin it on a line of its own"))
}

// noComment reports a comment where none is read. Most texts have none, so what is
// said of it is made only then.
func (r *reading) noComment(text []byte, offset int, message func() diag.Text) {
	if bytes.Contains(text, []byte("<!--")) {
		r.problem(r.at(offset), diag.Error, "comment-shown", message(), diag.Say("write it outside, on a line of its own"))
	}
}

var (
	// wrongComment is how a comment begins that is written with signs of the Chinese
	// keyboard, with what programs make of two -, or with one.
	wrongComment = regexp.MustCompile(`[<＜《〈][ \t]?[!！][ \t]?[-–—－―−‐]+`)
	// otherComment is one as other programs have it.
	otherComment = regexp.MustCompile(`(?:^|[^%\w])(%%[\s\p{Han}][^%]*%%)(?:[^%\w]|$)|(\{/\*[^{}]*\*/\})`)
)

// maxWrong is how many of them are said of one paragraph.
const maxWrong = 20

// wrongComments reports comments in a run that are none, so that readers would see
// them.
func (m *meant) wrongComments() {
	say := func(at int, written string, hint diag.Text) {
		if m.wrong++; m.wrong > maxShown {
			return
		}
		m.problem(m.reading.at(m.offset(at)), diag.Error, "comment-shown", diag.Say("“%s” is no comment here, and readers would see it", short(written)), hint)
	}
	if bytes.IndexByte(m.seen, '!') >= 0 || bytes.Contains(m.seen, []byte("！")) {
		for _, at := range wrongComment.FindAllIndex(m.seen, maxWrong) {
			if signs := string(m.seen[at[0]:at[1]]); !strings.HasPrefix(signs, "<!--") {
				line, _, _ := bytes.Cut(m.seen[at[0]:min(at[0]+500, len(m.seen))], []byte("\n"))
				say(at[0], strings.ToValidUTF8(string(line), ""), diag.Say("begin it with <!-- and end it with -->, in signs of the Latin keyboard"))
			}
		}
	}
	if bytes.Contains(m.seen, []byte("%%")) || bytes.Contains(m.seen, []byte("{/*")) {
		for _, at := range otherComment.FindAllSubmatchIndex(m.seen, maxWrong) {
			start, end := max(at[2], at[4]), max(at[3], at[5])
			say(start, string(m.seen[start:end]), diag.Say("begin it with <!-- and end it with -->"))
		}
	}
}

// remove takes an inline comment or a block out of the tree, with one of the
// two blanks around it, so that the line reads as if it had never been there.
func remove(n ast.Node, source []byte) {
	before, _ := n.PreviousSibling().(*ast.Text)
	after, _ := n.NextSibling().(*ast.Text)
	n.Parent().RemoveChild(n.Parent(), n)
	if before == nil || before.SoftLineBreak() || before.HardLineBreak() {
		return
	}
	switch {
	case after == nil:
		before.Segment = before.Segment.TrimRightSpace(source)
	case endsBlank(before.Segment.Value(source)):
		after.Segment = after.Segment.TrimLeftSpace(source)
	}
	if after != nil && after.Segment.IsEmpty() && after.SoftLineBreak() {
		// The comment was the end of its line: the break is that of the text before.
		before.Segment = before.Segment.TrimRightSpace(source)
		before.SetSoftLineBreak(true)
		after.Parent().RemoveChild(after.Parent(), after)
	}
}

func endsBlank(text []byte) bool {
	r, _ := utf8.DecodeLastRune(text)
	return r == ' ' || r == '\t'
}

// Uncommented is a text without the parts that are comments. Of a comment that
// has its lines for itself, the lines go, too.
func Uncommented(text []byte, comments []Span) []byte {
	if len(comments) == 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	from := 0
	for _, c := range comments {
		if c.Start < from || c.End > len(text) || c.End < c.Start {
			continue
		}
		start, end := c.Start, c.End
		for start > from && (text[start-1] == ' ' || text[start-1] == '\t') {
			start--
		}
		for end < len(text) && (text[end] == ' ' || text[end] == '\t') {
			end++
		}
		lineStart, lineEnd := start == 0 || text[start-1] == '\n', end == len(text) || text[end] == '\n'
		switch {
		case lineStart && lineEnd:
			blankAbove := start < 2 || text[start-2] == '\n'
			for end < len(text) && text[end] == '\n' {
				if end++; !blankAbove {
					break
				}
			}
		case lineEnd:
			end = c.End
		case start < c.Start: // one of the two blanks stays
			start = c.Start
		default:
			start, end = c.Start, c.End
		}
		out = append(out, text[from:start]...)
		from = end
	}
	return append(out, text[from:]...)
}

// A few tags are read where HTML is shown as text otherwise: those that change how
// a word looks, <br>, and lists in the cells of tables, which Markdown has no other
// way to write. They have no attributes, and each is closed in the text in which it
// was opened, so that no page comes apart; any other is text. A sanitizer of HTML
// was no help: it works on whole pages, closes nothing, and the rest has to be shown,
// not to vanish.

// tagNode is a tag that is read.
type tagNode struct {
	ast.BaseInline
	name string
	ends bool
}

var kindTag = ast.NewNodeKind("Tag")

func (n *tagNode) Kind() ast.NodeKind { return kindTag }

func (n *tagNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// divides reports whether the words on both sides are two.
func (n *tagNode) divides() bool { return n.name == "br" || n.name == "li" }

var (
	readTag   = regexp.MustCompile(`^<(/?)([A-Za-z]+)[ \t]*(/?)>$`)
	startsTag = regexp.MustCompile(`^[ ]{0,3}</?([A-Za-z]+)[ \t]*/?>`)
)

// readTags are the tags that are read, by what stands in their place in the page as
// Markdown: behind a word, or before it.
var readTags = map[string][2]string{
	"kbd": {}, "sub": {}, "mark": {}, "u": {}, "small": {}, "sup": {"^", ""},
	"b": {"**", "**"}, "strong": {"**", "**"}, "i": {"*", "*"}, "em": {"*", "*"}, "s": {"~~", "~~"}, "del": {"~~", "~~"},
	"br": {" ", " "}, "ul": {}, "ol": {}, "li": {},
}

func isList(name string) bool { return name == "ul" || name == "ol" }

// maxTags is how many tags may lie in each other.
const maxTags = 50

// openTag is a tag that waits for its end.
type openTag struct {
	node   *ast.RawHTML
	name   string
	in     *openTag // the list of an item, or the item of a list
	closed *ast.RawHTML
	items  int // of a list, so far
}

// tags puts a tagNode into the place of each tag of the text that is read.
func (r *reading) tags(root ast.Node) {
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindFencedCodeBlock, ast.KindCodeBlock, ast.KindCodeSpan:
			return ast.WalkSkipChildren, nil
		}
		if c := n.FirstChild(); c != nil && c.Type() == ast.TypeInline {
			r.tagsIn(n)
		}
		return ast.WalkContinue, nil
	})
}

func (r *reading) tagsIn(parent ast.Node) {
	var open, all []*openTag
	_, cell := parent.(*east.TableCell)
	for c := parent.FirstChild(); c != nil; {
		next := c.NextSibling()
		if raw, ok := c.(*ast.RawHTML); ok {
			switch m := readTag.FindSubmatch(raw.Segments.Value(r.source)); {
			case m == nil:
			case strings.EqualFold(string(m[2]), "br") && len(m[1]) == 0:
				r.readTag(raw, "br", false, readTags["br"][0])
			case len(m[3]) > 0:
			default:
				name := strings.ToLower(string(m[2]))
				if _, known := readTags[name]; !known || name == "br" || !cell && (isList(name) || name == "li") {
					break
				}
				if len(m[1]) == 0 {
					if tag := nested(open, raw, name); tag != nil {
						open, all = append(open, tag), append(all, tag)
					}
					break
				}
				for i := len(open) - 1; i >= 0; i-- {
					if open[i].name == name {
						open[i].closed = raw
						open = open[:i]
						break
					}
				}
			}
		}
		c = next
	}
	for _, tag := range all {
		if tag.closed != nil && (tag.in == nil || tag.in.closed != nil) {
			before, behind := r.insteadOf(tag)
			r.readTag(tag.node, tag.name, false, before)
			r.readTag(tag.closed, tag.name, true, behind)
		}
	}
}

// insteadOf is what stands in the place of a tag and its end in the page as
// Markdown. A list in a cell becomes a sentence: 甲；乙, and one in it stands in
// brackets.
func (r *reading) insteadOf(tag *openTag) (before, behind string) {
	switch {
	case tag.name == "li":
		number := ""
		if tag.in.items++; tag.in.name == "ol" {
			number = itoa(tag.in.items) + ". "
		}
		if tag.in.items == 1 {
			return number, ""
		}
		switch last := r.wordBefore(tag.node); {
		case strings.ContainsRune("。；！？，、", last):
			return number, ""
		case isWide(last):
			return "；" + number, ""
		case unicode.IsPunct(last) && last != ')':
			return " " + number, ""
		}
		return "; " + number, ""
	case isList(tag.name) && tag.in != nil:
		if isWide(r.wordBefore(tag.node)) {
			return "（", "）"
		}
		return " (", ")"
	case isList(tag.name):
		if last := r.wordBefore(tag.node); last != '|' && last != '\n' && !isWide(last) {
			return " ", ""
		}
	}
	return readTags[tag.name][0], readTags[tag.name][1]
}

// wordBefore is the last character before a tag that is none of a tag's.
func (r *reading) wordBefore(tag *ast.RawHTML) rune {
	text := bytes.TrimRight(r.source[:tag.Segments.At(0).Start], " \t*_~=")
	for bytes.HasSuffix(text, []byte(">")) {
		open := bytes.LastIndexByte(text[max(len(text)-maxTagWritten, 0):], '<')
		if open < 0 {
			break
		}
		text = bytes.TrimRight(text[:max(len(text)-maxTagWritten, 0)+open], " \t*_~=")
	}
	if len(text) == 0 {
		return '\n'
	}
	last, _ := utf8.DecodeLastRune(text)
	return last
}

// maxTagWritten is how long a tag without attributes may be.
const maxTagWritten = 20

// nested is a tag that may stand where others are open; nil when it may not.
func nested(open []*openTag, raw *ast.RawHTML, name string) *openTag {
	tag := &openTag{node: raw, name: name}
	var last *openTag
	if len(open) > 0 {
		last = open[len(open)-1]
	}
	switch {
	case len(open) >= maxTags,
		name == "li" && (last == nil || !isList(last.name)),
		name != "li" && last != nil && isList(last.name),
		isList(name) && last != nil && last.name != "li":
		return nil
	case last != nil && (name == "li" || isList(name)):
		tag.in = last
	}
	return tag
}

func (r *reading) readTag(raw *ast.RawHTML, name string, ends bool, now string) {
	tag := &tagNode{name: name, ends: ends}
	tag.SetPos(raw.Pos())
	raw.Parent().ReplaceChild(raw.Parent(), raw, tag)
	first, last := raw.Segments.At(0), raw.Segments.At(raw.Segments.Len()-1)
	r.edit(Span{first.Start, last.Stop}, now, "", "")
}

// tagRenderer writes the tags that are read.
type tagRenderer struct{}

func (r tagRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindTag, r.tag)
}

func (tagRenderer) tag(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if n := node.(*tagNode); entering {
		sign := "<"
		if n.ends {
			sign = "</"
		}
		_, _ = w.WriteString(sign + n.name + ">")
	}
	return ast.WalkContinue, nil
}

// textTags is the library's parser of blocks of HTML, but for lines that begin with
// a tag that is read: they are text with Markdown in it.
type textTags struct{ parser.BlockParser }

func (b textTags) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	if m := startsTag.FindSubmatch(line); m != nil {
		name := string(bytes.ToLower(m[1]))
		if _, read := readTags[name]; read && !isList(name) && name != "li" {
			return nil, parser.NoChildren
		}
	}
	return b.BlockParser.Open(parent, reader, pc)
}
