package markdown

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"whyfix/internal/diag"
)

// Shown is a place where readers see as text what was most likely meant as
// markup.
type Shown struct {
	Pos           diag.Pos
	Message, Hint diag.Text
	Mends         []Mend // what to write instead, where only one thing can be meant
}

// Mend is what stands at a place in the file, and what shall.
type Mend struct {
	Pos      diag.Pos
	Old, New string
}

// What a run has where a reader sees no text of the writer's, or text that was
// surely meant as text: a bare address, and anything else. No file has these
// bytes in a line.
const (
	maskedAddress = '\x01'
	masked        = '\x02'
)

// run is the text of a paragraph, a heading or a cell as a reader sees it, and
// where it stands in the body. Code, pictures, the edges of what is emphasised or
// linked, and what the writer escaped, are masked. So whatever the parser has
// understood is not there, and what is there was not understood.
type run struct {
	seen  []byte
	parts []runPart
	tags  []tagShown

	product int // where a star between digits is read as emphasis; 0: nowhere
}

// noteProduct notes emphasis that begins or ends with a star between two digits.
func (u *run) noteProduct(n *ast.Emphasis, source []byte) {
	first, ok := n.FirstChild().(*ast.Text)
	last, also := n.LastChild().(*ast.Text)
	if !ok || !also || u.product > 0 {
		return
	}
	for _, at := range []int{first.Segment.Start - 1, last.Segment.Stop} {
		if at > 0 && at+1 < len(source) && source[at] == '*' && isDigit(source[at-1]) && isDigit(source[at+1]) {
			u.product = first.Segment.Start - 1
		}
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// runPart is a part of a run that is as in the body, up to the next.
type runPart struct{ at, offset int }

// tagShown is an HTML tag that is shown.
type tagShown struct {
	tag    string
	offset int
}

func (u *run) reset() { u.seen, u.parts, u.tags, u.product = u.seen[:0], u.parts[:0], u.tags[:0], 0 }

func (u *run) mask(as byte, offset int) {
	u.parts = append(u.parts, runPart{len(u.seen), offset})
	u.seen = append(u.seen, as)
}

// offset is where a byte of the run stands in the body.
func (u *run) offset(at int) int {
	i, found := slices.BinarySearchFunc(u.parts, at, func(p runPart, at int) int { return p.at - at })
	if !found {
		i--
	}
	if i < 0 {
		return 0
	}
	return u.parts[i].offset + at - u.parts[i].at
}

var entity = regexp.MustCompile(`^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]*);`)

// write adds a text that stands at an offset of the body.
func (u *run) write(text []byte, offset int) {
	u.parts = append(u.parts, runPart{len(u.seen), offset})
	if bytes.IndexByte(text, '\\') < 0 && bytes.IndexByte(text, '&') < 0 {
		u.seen = append(u.seen, text...)
		return
	}
	for i := 0; i < len(text); {
		n := bytes.IndexAny(text[i:], `\&`)
		if n < 0 {
			u.seen = append(u.seen, text[i:]...)
			return
		}
		u.seen = append(u.seen, text[i:i+n]...)
		i += n
		length := 0
		if text[i] == '&' {
			length = len(entity.Find(text[i:]))
		} else if i+1 < len(text) && util.IsPunct(text[i+1]) {
			length = 2
		}
		if length == 0 {
			u.seen = append(u.seen, text[i])
			i++
			continue
		}
		u.mask(masked, offset+i)
		i += length
		u.parts = append(u.parts, runPart{len(u.seen), offset + i})
	}
}

// read adds what stands inside a node, behind what ends at last, and returns where
// that ends: offsets only grow.
func (u *run) read(n ast.Node, source []byte, rawHTML bool, last int) int {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			u.write(c.Segment.Value(source), c.Segment.Start)
			last = c.Segment.Stop
			if c.SoftLineBreak() || c.HardLineBreak() {
				u.seen = append(u.seen, '\n')
			}
			continue
		case *ast.AutoLink:
			u.mask(maskedAddress, last)
			continue
		case *ast.RawHTML:
			if c.Segments.Len() > 0 {
				last = c.Segments.At(0).Start
				if tag := c.Segments.Value(source); !rawHTML {
					u.tags = append(u.tags, tagShown{string(tag), last})
				}
			}
		case *ast.CodeSpan, *ast.Image:
		default:
			if e, ok := c.(*ast.Emphasis); ok && e.Level == 1 {
				u.noteProduct(e, source)
			}
			if c.FirstChild() != nil {
				u.mask(masked, last)
				last = u.read(c, source, rawHTML, last)
			}
		}
		u.mask(masked, last)
	}
	return last
}

// eachLine calls visit with where each line of the run starts and ends.
func (u *run) eachLine(visit func(start, end int)) {
	for start := 0; start < len(u.seen); {
		end := len(u.seen)
		if n := bytes.IndexByte(u.seen[start:], '\n'); n >= 0 {
			end = start + n
		}
		visit(start, end)
		start = end + 1
	}
}

// meant looks for what was meant as markup and is shown.
type meant struct {
	*reading
	run
	block  ast.Node    // that the run is of
	wrong  int         // comments that are written wrongly
	ruled  bool        // the run has the line of - of a table
	items  []item      // lines that begin like items of a list, and are none
	notes  []noteShown // footnotes that are shown
	colons []colonLine
	once   map[string]int // findings that are said once for each article, by what is said
	times  map[int]int
}

// shown notes where readers see as text what was meant as markup.
func (r *reading) shown(root ast.Node) {
	m := &meant{reading: r}
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			m.fence(n)
			return ast.WalkSkipChildren, nil
		case *ast.CodeBlock:
			m.prose(n)
			return ast.WalkSkipChildren, nil
		case *ast.List:
			m.divided(n)
		case *boxNode:
			m.besides(n)
		case *east.Table:
			m.cells(n)
		case *ast.HTMLBlock:
			if !r.parser.options.RawHTML {
				m.htmlBlock(n)
			}
			return ast.WalkSkipChildren, nil
		case *ast.Heading:
			if !m.bareTab(n) {
				r.underlined(n)
			}
			if n.FirstChild() == nil && n.Lines().Len() == 0 {
				m.say(n.Pos(), diag.Say("this heading has no words"), diag.Say("write what the part below is about, or take the signs out"))
			}
		}
		if n.Type() != ast.TypeBlock || n.FirstChild() == nil || n.FirstChild().Type() != ast.TypeInline {
			return ast.WalkContinue, nil
		}
		m.block = n
		if m.full() {
			return ast.WalkStop, nil
		}
		m.reset()
		start := max(n.Pos(), 0)
		if n.Lines() != nil && n.Lines().Len() > 0 {
			start = n.Lines().At(0).Start
		}
		m.read(n, r.source, r.parser.options.RawHTML, start)
		m.look()
		return ast.WalkSkipChildren, nil
	})
	m.lists()
	m.colonLines()
	m.lostNotes()
	for i, n := range m.times {
		r.doc.Shown[i].Message = diag.Say("%s, here and in %s", r.doc.Shown[i].Message, diag.Count(n, "one more place", "%d more places"))
	}
	slices.SortStableFunc(r.doc.Shown, func(a, b Shown) int {
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line - b.Pos.Line
		}
		return a.Pos.Col - b.Pos.Col
	})
}

// underlined notes a heading that is one because of the line below it: whoever
// writes --- for a line makes a heading of what stands above.
func (r *reading) underlined(h *ast.Heading) {
	at := h.Pos()
	if at < 0 || at >= len(r.source) {
		return
	}
	words := bytes.TrimLeft(r.source[at:], "#")
	if signs := len(r.source) - at - len(words); signs > 0 && (len(words) == 0 || words[0] == ' ' || words[0] == '\t' || words[0] == '\n') {
		r.doc.Hashed++
		return
	}
	if h.Lines().Len() == 0 || len(r.doc.Underlined) >= maxShown {
		return
	}
	last := h.Lines().At(h.Lines().Len() - 1)
	_, below, _ := bytes.Cut(r.source[last.Start:], []byte("\n"))
	line, _, _ := bytes.Cut(below, []byte("\n"))
	line = bytes.Trim(line, " \t>")
	if len(line) > 10 {
		line = line[:10]
	}
	first := h.Lines().At(0)
	words = bytes.TrimSpace(first.Value(r.source))
	level := "##"
	if h.Level == 1 {
		level = "#"
	}
	r.doc.Underlined = append(r.doc.Underlined, Shown{
		Pos: r.at(at), Message: diag.Say("“%s” is a heading, because %s stands right below it", short(string(words)), string(line)),
		Hint: diag.Say("leave a blank line between if a line was meant; write a heading as %s %s", level, short(string(words))),
	})
}

// maxShown is how many findings an article may have. Who has mended so many asks
// again.
const maxShown = 200

func (m *meant) full() bool { return len(m.doc.Shown) >= maxShown }

// say notes a finding at an offset of the body.
func (m *meant) say(offset int, message, hint diag.Text, mends ...Mend) {
	m.show(offset, message, hint, mends...)
}

// show is say for what is found outside of a run.
func (r *reading) show(offset int, message, hint diag.Text, mends ...Mend) {
	if len(r.doc.Shown) < maxShown {
		r.doc.Shown = append(r.doc.Shown, Shown{Pos: r.at(offset), Message: message, Hint: hint, Mends: mends})
	}
}

// sayOnce is say for what an article often has many of: the first place is told,
// and how many there are.
func (m *meant) sayOnce(what string, offset int, message, hint diag.Text) {
	if first, said := m.once[what]; said {
		m.times[first]++
		return
	}
	if m.full() {
		return
	}
	if m.once == nil {
		m.once, m.times = map[string]int{}, map[int]int{}
	}
	m.once[what] = len(m.doc.Shown)
	m.say(offset, message, hint)
}

// instead is what to write in the place of a part of the run.
func (m *meant) instead(start, end int, words string) Mend {
	from, to := m.offset(start), m.behind(end)
	return Mend{Pos: m.at(from), Old: string(m.source[from:to]), New: words}
}

// written is a part of the run as it stands in the body.
func (m *meant) written(start, end int) string {
	if end <= start {
		return ""
	}
	return string(m.source[m.offset(start):m.behind(end)])
}

// behind is where in the body a part of the run ends. What is masked has one byte
// there, however long it is: it ends where the next begins, or with its block.
func (m *meant) behind(end int) int {
	switch {
	case m.seen[end-1] != masked && m.seen[end-1] != maskedAddress:
		return m.offset(end-1) + 1
	case end < len(m.seen):
		return m.offset(end)
	}
	if lines := m.block.Lines(); lines != nil && lines.Len() > 0 {
		last := lines.At(lines.Len() - 1)
		return last.Start + len(bytes.TrimRight(last.Value(m.source), " \t\n"))
	}
	return m.offset(end-1) + 1
}

// short is a text that fits into a message.
func short(s string) string {
	const most = 30
	if len(s) > 8*most {
		s = strings.ToValidUTF8(s[:8*most], "")
	}
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, s))
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// plainSigns are what markup of a text that is none begins or ends with; a text without
// these and 】 has none. Each is one byte, which makes the look cheap.
const plainSigns = "*_~=]`<#"

// plainForm is markup in a text that is none, and what readers were to see of it;
// the groups before and after only stand beside it.
type plainForm struct {
	sign    string // that each has
	written *regexp.Regexp
	seen    string
}

// plainForms in the order in which they are taken out. In such a text nothing can
// be escaped, so each leaves alone what may be meant as it is: 2**10, *#06#,
// __init__, a==b.
var plainForms = []plainForm{
	{"]", regexp.MustCompile(`!?\[\[(?:[^\s\[\]|][^\[\]|]*\|)?([^\s\[\]|][^\[\]|]*)\]\]`), "$1"},
	{"]", regexp.MustCompile(`!?\[([^\[\]]+)\][(（](?:https?:|mailto:|tel:|/|\.\.?/|#|<)[^()（）]*[)）]`), "$1"},
	{"", regexp.MustCompile(`!?[\[【]([^\[\]【】]+)[\]】][(（][^()（）]*\.(?:md|markdown|html?|png|jpe?g|gif|svg|webp|avif|pdf)(?:[#?"“ ][^()（）]*)?[)）]`), "$1"},
	{"`", regexp.MustCompile("`+([^`]+)`+"), "$1"},
	{"**", regexp.MustCompile(`(?P<before>^|[^\w*/)])\*\*([^\s*](?:[^*]*[^\s*])?)\*\*`), "$1$2"},
	{"**", regexp.MustCompile(`\*\*([^\s*](?:[^*]*[^\s*])?)\*\*(?P<after>$|[^\w*/])`), "$1$2"},
	{"*", regexp.MustCompile(`(?P<before>^|[^\w*])\*(\pL[\pL\pN，。、！？ ]*)\*(?P<after>$|[^\w*])`), "$1$2$3"},
	{"__", regexp.MustCompile(`__([^\s_\x00-\x7f][^_]*)__`), "$1"},
	{"~~", regexp.MustCompile(`~~([^\s~](?:[^~]*[^\s~])?)~~`), "$1"},
	{"==", regexp.MustCompile(`(?P<before>^|[^\w=!<>)\]])==([^\s=](?:[^=]*[^\s=])?)==(?P<after>$|[^\w=])`), "$1$2$3"},
	{"#", regexp.MustCompile(`^#{1,6}[ \t]+(?P<after>\S)`), "$1"},
}

var plainTag = regexp.MustCompile(`</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>`)

// ShownPlain looks for markup in a text that readers see as it is written, such as
// a title: the first that it finds, and the text without any. What it finds is
// empty where there is none.
func ShownPlain(text string) (found, plain string) {
	if !strings.ContainsAny(text, plainSigns) && !strings.Contains(text, "】") {
		return "", text
	}
	plain = text
	for _, form := range plainForms {
		if !strings.Contains(plain, form.sign) {
			continue
		}
		if at := form.written.FindStringSubmatch(plain); at != nil {
			if found == "" {
				found = at[0]
				if i := form.written.SubexpIndex("before"); i > 0 {
					found = strings.TrimPrefix(found, at[i])
				}
				if i := form.written.SubexpIndex("after"); i > 0 {
					found = strings.TrimSuffix(found, at[i])
				}
				found = short(found)
			}
			plain = form.written.ReplaceAllString(plain, form.seen)
		}
	}
	if strings.Contains(plain, "<") {
		plain = withoutTags(plain, func(tag string) {
			if found == "" {
				found = short(tag)
			}
		})
	}
	if found == "" {
		return "", text
	}
	return found, strings.Join(strings.Fields(plain), " ")
}

// withoutTags is a text without the tags of HTML that have an end, and without
// <br>. Others may be places for words: <name>.
func withoutTags(text string, note func(tag string)) string {
	ends := map[string]bool{"br": true}
	for _, tag := range plainTag.FindAllString(text, -1) {
		if strings.HasPrefix(tag, "</") {
			ends[tagName(tag)] = true
		}
	}
	return plainTag.ReplaceAllStringFunc(text, func(tag string) string {
		name := tagName(tag)
		if name == "" || !ends[name] {
			return tag
		}
		note(tag)
		if name == "br" {
			return " "
		}
		return ""
	})
}
