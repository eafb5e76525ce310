package markdown

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"whyfix/internal/diag"
)

// Boxes are blocks with a frame, a title and blocks in them: callouts (box.go and
// alert.go), folds (fold.go), and tabs (tabs.go).

// CalloutKinds are the kinds of callouts, from the mildest to the gravest.
func CalloutKinds() []string {
	return []string{"note", "info", "tip", "important", "warning", "caution", "danger"}
}

// The kinds of boxes that are no callouts.
const (
	foldBox = "details"
	tabsBox = "tabs"
	tabBox  = "tab" // in tabs
)

// boxKind is the kind that a writer's word names, in whatever case; empty when
// there is none.
func boxKind(word string) string {
	word = strings.ToLower(word)
	switch word {
	case foldBox, tabsBox, "note", "info", "tip", "important", "warning", "caution", "danger":
		return word
	}
	return chineseKinds[word]
}

// chineseKinds are the Chinese words for kinds of boxes.
var chineseKinds = map[string]string{
	"注意": "note", "提示": "tip", "重要": "important", "警告": "warning", "小心": "caution", "危险": "danger", "危險": "danger",
	"说明": "info", "說明": "info", "信息": "info", "資訊": "info", "折叠": foldBox, "摺疊": foldBox,
}

// boxNode is a box. A title that the writer gave is its first child.
type boxNode struct {
	ast.BaseBlock
	kind   string // empty: nobody knows the word
	word   string // as written
	colons int    // of :::; 0 when it was written otherwise
	open   bool   // a fold that is open
	as     string // of a callout that is a fold, > [!tip]-: the callout's kind
	braces Span   // in the line of colons, where nothing reads them
	indent int    // of its first line
	ends   string // what ends it, as written; empty when nothing has to
	ended  bool
	done   bool // nothing more belongs to it
	seeks  bool // a <summary> that may follow
	inside bool // of a <summary> that goes on
	titled bool
	head   []Span // where it begins: in the page as Markdown the first is its title, the others vanish
	gone   []Span // what else vanishes there
}

var kindBox = ast.NewNodeKind("Box")

func (n *boxNode) Kind() ast.NodeKind { return kindBox }

func (n *boxNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// title gives a box its title: a part of a line.
func (n *boxNode) title(s text.Segment) {
	title, ok := n.FirstChild().(*boxTitle)
	if !ok {
		title = &boxTitle{}
		n.titled = true
		if first := n.FirstChild(); first != nil {
			n.InsertBefore(n, first, title)
		} else {
			n.AppendChild(n, title)
		}
	}
	title.Lines().Append(s)
}

// boxTitle is the title of a box that the writer gave.
type boxTitle struct{ ast.BaseBlock }

var kindBoxTitle = ast.NewNodeKind("BoxTitle")

func (n *boxTitle) Kind() ast.NodeKind { return kindBoxTitle }

func (n *boxTitle) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

var boxesKey = parser.NewContextKey()

// boxes are the boxes of a text, in the order in which they begin.
type boxes struct {
	all     []*boxNode
	alerts  []alert
	unknown []unknownAlert
}

func boxesOf(pc parser.Context) *boxes {
	return pc.ComputeIfAbsent(boxesKey, func() any { return &boxes{} }).(*boxes)
}

// boxParsers are the parsers of boxes; HTML is only read where it is not passed
// through.
func boxParsers(rawHTML bool) []util.PrioritizedValue {
	out := []util.PrioritizedValue{
		util.Prioritized(boundedBlocks{colonBoxes{}}, 710),
		util.Prioritized(boundedBlocks{equalTabs{}}, 90),
		util.Prioritized(boundedBlocks{quotedTabs{}}, 91),
	}
	if !rawHTML {
		out = append(out, util.Prioritized(boundedBlocks{htmlFolds{}}, 890))
	}
	return out
}

// colonBoxes reads boxes between lines of colons.
type colonBoxes struct{}

var boxOpening = regexp.MustCompile(`^(:{3,})[ \t]*([^\s:\[\]{}]+)[ \t]*(.*?)[ \t]*\n?$`)

// titleBraces are what stands in braces behind the title of a box.
var titleBraces = regexp.MustCompile(`(?:\{|｛)([^{}｛｝]*)(?:\}|｝)$`)

func (colonBoxes) Trigger() []byte { return []byte{':'} }

func (colonBoxes) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	from := pc.BlockOffset()
	if from < 0 {
		return nil, parser.NoChildren
	}
	m := boxOpening.FindSubmatchIndex(line[from:])
	if m == nil {
		return nil, parser.NoChildren
	}
	at := func(i int) int { return i - segment.Padding + segment.Start + from }
	n := &boxNode{colons: m[3] - m[2], word: string(line[from+m[4] : from+m[5]]), indent: pc.BlockIndent()}
	n.kind, n.ends = boxKind(n.word), strings.Repeat(":", n.colons)
	start, stop := m[6], m[7]
	title := line[from+start : from+stop]
	if m := titleBraces.FindSubmatchIndex(title); m != nil {
		switch inside := latinSigns.Replace(string(title[m[2]:m[3]])); {
		case n.kind == foldBox && strings.TrimSpace(inside) == "open" && title[m[0]] == '{':
			n.open = true
			stop = start + len(bytes.TrimRight(title[:m[0]], " \t"))
		case strings.TrimSpace(inside) == "open", meantFull.MatchString(inside):
			n.braces = Span{at(start + m[0]), at(stop)}
		}
	}
	if start < stop && line[from+start] == '[' && line[from+stop-1] == ']' {
		start, stop = start+1, stop-1
	}
	if start < stop {
		n.title(text.NewSegment(at(start), at(stop)))
	}
	n.head = []Span{{at(0), at(m[7])}}
	reader.AdvanceToEOL()
	boxesOf(pc).all = append(boxesOf(pc).all, n)
	return n, parser.HasChildren
}

func (colonBoxes) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	n := node.(*boxNode)
	line, segment := reader.PeekLine()
	signs := bytes.TrimSpace(line)
	if len(signs) < 3 || len(bytes.Trim(signs, ":")) > 0 {
		return parser.Continue | parser.HasChildren
	}
	indent, _ := util.IndentWidth(line, reader.LineOffset())
	if inner, direct := openInside(n, pc, indent); !direct || !n.endedBy(len(signs), inner) {
		return parser.Continue | parser.HasChildren
	}
	n.end(segment, reader)
	return parser.Close
}

// endedBy reports whether a line of colons ends this box, and none of those in
// it: the innermost one with as many colons, else the innermost with fewer.
func (n *boxNode) endedBy(colons int, inner []*boxNode) bool {
	fewer := n.colons <= colons
	for _, b := range inner {
		switch {
		case b.colons == colons:
			return false
		case b.colons > 0 && b.colons < colons && n.colons != colons:
			fewer = false
		}
	}
	return n.colons == colons || fewer
}

// end notes that a box ends with the line that is read.
func (n *boxNode) end(segment text.Segment, reader text.Reader) {
	n.ended, n.done = true, true
	line := segment.TrimRightSpace(reader.Source())
	n.gone = append(n.gone, Span{line.Start, line.Stop})
	reader.AdvanceToEOL()
}

// openInside are the boxes that are open in a box, from the outermost. A line of
// this indent is none of the box's own, but code or a part of an item of a list,
// if direct is false. What is no further to the right than the box begins is its
// own: in a list, a box may stand further to the right than the text of its item.
func openInside(n *boxNode, pc parser.Context, indent int) (inner []*boxNode, direct bool) {
	blocks := pc.OpenedBlocks()
	switch last := pc.LastOpenedBlock().Node.(type) {
	case *ast.FencedCodeBlock:
		return nil, false
	case *ast.HTMLBlock:
		if last.HTMLBlockType == ast.HTMLBlockType2 {
			return nil, false
		}
	}
	at := slices.IndexFunc(blocks, func(b parser.Block) bool { return b.Node == n })
	for _, b := range blocks[at+1:] {
		switch b := b.Node.(type) {
		case *ast.Blockquote:
			return inner, indent < 4
		case *ast.List:
			return inner, indent <= n.indent
		case *boxNode:
			inner = append(inner, b)
		}
	}
	return inner, indent < 4
}

func (colonBoxes) Close(ast.Node, text.Reader, parser.Context) {}
func (colonBoxes) CanInterruptParagraph() bool                 { return true }
func (colonBoxes) CanAcceptIndentedLine() bool                 { return false }

// boxes reports what is wrong with the boxes of the text, and notes what the page
// as Markdown has in their place.
func (r *reading) boxes(pc parser.Context) {
	if pc.Get(boxesKey) == nil {
		return
	}
	found := boxesOf(pc)
	for _, a := range found.alerts {
		found.all = append(found.all, a.box())
	}
	slices.SortStableFunc(found.all, func(a, b *boxNode) int { return a.head[0].Start - b.head[0].Start })
	for _, n := range found.all {
		r.box(n)
	}
	for _, n := range found.all {
		r.gather(n)
	}
	for _, u := range found.unknown {
		r.told[u.offset] = true
		r.problem(r.at(u.offset), diag.Error, "box-kind", diag.Say("there is no kind of callout %q", u.word), nearKind(u.word, calloutWords()))
	}
}

func (r *reading) box(n *boxNode) {
	at := n.head[0].Start
	title := ""
	if t, ok := n.FirstChild().(*boxTitle); ok {
		title = r.plain(t)
	}
	switch {
	case n.kind == "":
		r.problem(r.at(at), diag.Error, "box-kind", diag.Say("there is no kind of box %q", n.word), nearKind(n.word, boxWords()))
	case n.ends != "" && !n.ended && r.openCode(n) != nil:
		if code := r.openCode(n); !r.blamed[code] {
			if r.blamed == nil {
				r.blamed = map[ast.Node]bool{}
			}
			r.blamed[code] = true
			r.problem(r.at(code.Pos()), diag.Error, "box-open", diag.Say("this block of code is not closed, so the box that it stands in is not closed either"), closeCode(r.source, code))
		}
	case n.ends != "" && !n.ended:
		r.problem(r.at(at), diag.Error, "box-open", diag.Say("this box is not closed, and all below would be in it"), r.howToClose(n, title))
	case n.kind == tabsBox:
		r.tabs(n)
	case n.kind == tabBox:
		r.tab(n, title)
	}
	if n.braces.End > 0 {
		r.bracesOfBox(n)
	}
	for i, s := range n.head {
		before, word, after := "", "", ""
		if i == 0 {
			if word = n.wordKey(); title != "" && (n.kind == foldBox || boxKind(title) == n.kind) { // :::tip 提示
				word = ""
			}
			switch {
			case word != "" && title != "":
				before, after = "**", " – "+title+"**"
			case word != "":
				before, after = "**", "**"
			case title != "":
				before = "**" + title + "**"
			}
			if before != "" && s.End < len(r.source) {
				switch {
				case n.ends == "" && n.kind != tabBox: // a quote: its next line is one, too
					after += "  "
				case r.source[s.End] != '\n':
					after += "\n\n"
				default:
					after += "\n"
				}
			}
		}
		r.edit(s, before, word, after)
	}
	for _, s := range n.gone {
		r.edit(s, "", "", "")
	}
}

// howToClose says where the end of a box belongs that is not closed, and whether
// it stands at the end of another line.
func (r *reading) howToClose(n *boxNode, title string) diag.Text {
	hint := diag.Say("write %s on a line of its own behind its last line", n.ends)
	if n.colons == 0 {
		return hint
	}
	if strings.HasSuffix(title, n.ends) {
		return diag.Say("the %s at the end of this line does not end it: %s", n.ends, hint)
	}
	found := -1
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && (c.Kind() == ast.KindParagraph || c.Kind() == ast.KindTextBlock) && found < 0 {
			for i := range c.Lines().Len() {
				line := c.Lines().At(i)
				text := bytes.TrimSpace(line.Value(r.source))
				if bytes.HasSuffix(text, []byte(n.ends)) || bytes.HasPrefix(text, []byte(fullColons)) {
					found = line.Start
					break
				}
			}
		}
		return ast.WalkContinue, nil
	})
	if found < 0 {
		return hint
	}
	return diag.Say("line %d does not end it: %s", r.at(found).Line, hint)
}

// fullColons are the signs of a box as the Chinese keyboard writes them.
const fullColons = "：：："

// bracesOfBox reports what stands in braces behind the title of a box, where it is
// a part of the title.
func (r *reading) bracesOfBox(n *boxNode) {
	written := string(r.source[n.braces.Start:n.braces.End])
	inside := strings.TrimSpace(strings.Trim(latinSigns.Replace(written), "{}"))
	message := diag.Say("“%s” is shown as a part of the title", short(written))
	switch {
	case inside != "open":
		r.show(n.braces.Start, diag.Say("%s: a box has no attributes", message), diag.Say("take it out; a title stands behind the kind as it is"))
	case n.kind == foldBox:
		r.show(n.braces.Start, message, diag.Say("write it with signs of the Latin keyboard: {open}"), Mend{Pos: r.at(n.braces.Start), Old: written, New: "{open}"})
	default:
		r.show(n.braces.Start, diag.Say("%s: only a fold is open or shut", message), diag.Say("take it out, or write :::details for a fold"))
	}
}

// nearKind says what to write instead of a word that names no kind.
func nearKind(word string, known []string) diag.Text {
	if near := diag.Nearest(strings.ToLower(word), known); near != "" {
		return diag.Meant(near)
	}
	return diag.Say("write one of %s, or 注意, 提示, 重要, 警告, 小心", diag.Names(known[:len(CalloutKinds())]))
}

func calloutWords() []string {
	return append(CalloutKinds(), slices.Sorted(maps.Keys(chineseKinds))...)
}

func boxWords() []string { return append(calloutWords(), foldBox, tabsBox) }

const foldKey = "fold"

// wordKey is the key of the theme's word for a kind of box; empty when it needs
// none.
func (n *boxNode) wordKey() string {
	switch n.kind {
	case foldBox:
		if n.as != "" {
			return "callout_" + n.as
		}
		return foldKey
	case "", tabsBox, tabBox:
		return ""
	}
	return "callout_" + n.kind
}

// boxRenderer writes boxes as HTML.
type boxRenderer struct{}

func (r boxRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindBox, r.box)
	reg.Register(kindBoxTitle, r.title)
}

func (boxRenderer) box(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n, s := node.(*boxNode), w.(*sink)
	element, class := "aside", "callout callout-"+n.kind
	switch n.kind {
	case "":
		return ast.WalkContinue, nil
	case foldBox:
		element, class = "details", "fold"
	case tabsBox, tabBox:
		element, class = "div", n.kind
	}
	if !entering {
		_, _ = s.WriteString("</" + element + ">\n")
		return ast.WalkContinue, nil
	}
	_, _ = s.WriteString("<" + element + ` class="` + class + `"`)
	switch key := n.wordKey(); {
	case key == "": // tabs and a tab
		_, _ = s.WriteString(">\n")
	case n.kind == foldBox:
		if n.open {
			_, _ = s.WriteString(" open")
		}
		_, _ = s.WriteString(">\n")
		if !n.titled {
			_, _ = s.WriteString("<summary>")
			s.hole(hole{With: withWord, Word: key})
			_, _ = s.WriteString("</summary>\n")
		}
	case n.titled:
		_, _ = s.WriteString(` role="note" aria-label="`)
		s.hole(hole{With: withWord, Word: key})
		_, _ = s.WriteString("\">\n")
	default:
		_, _ = s.WriteString(" role=\"note\">\n<p class=\"callout-title\">")
		s.hole(hole{With: withWord, Word: key})
		_, _ = s.WriteString("</p>\n")
	}
	return ast.WalkContinue, nil
}

func (boxRenderer) title(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	element, class := "p", ` class="callout-title"`
	switch n, _ := node.Parent().(*boxNode); {
	case n.kind == foldBox:
		element, class = "summary", ""
	case n.kind == tabBox || n.kind == tabsBox:
		class = ` class="tab-title"`
	}
	if entering {
		_, _ = w.WriteString("<" + element + class + ">")
	} else {
		_, _ = w.WriteString("</" + element + ">\n")
	}
	return ast.WalkContinue, nil
}

// alerts reads callouts that are quotes: the first line of the quote names the
// kind, > [!NOTE], and may have a title behind it.
type alerts struct{}

// alert is a quote that is a callout.
type alert struct {
	quote *ast.Blockquote
	node  *boxNode // without the blocks in it
}

// unknownAlert is a word that names no kind of callout.
type unknownAlert struct {
	offset int
	word   string
}

var alertLine = regexp.MustCompile(`^\[!([^\[\]\s]{1,20})\]([-+]?)[ \t]*(.*?)[ \t]*\n?$`)

func (alerts) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	quote, ok := node.Parent().(*ast.Blockquote)
	if !ok || quote.FirstChild() != ast.Node(node) || node.Lines().Len() == 0 {
		return
	}
	line := node.Lines().At(0)
	m := alertLine.FindSubmatchIndex(line.Value(reader.Source()))
	if m == nil {
		return
	}
	at := func(i int) int { return line.Start + i - line.Padding }
	word := string(reader.Source()[at(m[2]):at(m[3])])
	kind := boxKind(word)
	found := boxesOf(pc)
	if kind == "" || kind == tabsBox {
		found.unknown = append(found.unknown, unknownAlert{at(0), word})
		return
	}
	a := alert{quote: quote, node: &boxNode{kind: kind, word: word, head: []Span{{at(0), at(m[7])}}}}
	if m[4] < m[5] && kind != foldBox { // Obsidian's fold: - is shut, + is open
		a.node.kind, a.node.as, a.node.open = foldBox, kind, reader.Source()[at(m[4])] == '+'
	}
	if m[6] < m[7] {
		// It is read with the quote, which becomes the box when all is read.
		title := &boxTitle{}
		title.Lines().Append(text.NewSegment(at(m[6]), at(m[7])))
		a.node.titled = true
		quote.InsertBefore(quote, node, title)
	}
	found.alerts = append(found.alerts, a)
	if node.Lines().Len() == 1 {
		quote.RemoveChild(quote, node)
		return
	}
	rest := text.NewSegments()
	rest.AppendAll(node.Lines().Sliced(1, node.Lines().Len()))
	node.SetLines(rest)
}

// box puts the callout into the place of its quote.
func (a alert) box() *boxNode {
	for c := a.quote.FirstChild(); c != nil; {
		next := c.NextSibling()
		a.node.AppendChild(a.node, c)
		c = next
	}
	a.node.SetPos(a.quote.Pos())
	a.quote.Parent().ReplaceChild(a.quote.Parent(), a.quote, a.node)
	return a.node
}
