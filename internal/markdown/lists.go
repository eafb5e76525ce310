package markdown

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"

	"whyfix/internal/diag"
)

// item is a line that begins as an item of a list does, and is none.
type item struct {
	style  string // what its number stands in, or its sign
	value  int    // its number; 0 for a point
	offset int    // where it begins
	words  int    // where its words begin
	indent int    // what stands to the left of it
	sign   string // what to write instead of the number or sign; empty when nobody can tell
	block  ast.Node
	apart  bool // other text stands between it and the item before
}

// group are items that follow each other, with those that lie in them.
type group struct {
	items  []item
	near   int // how many follow the one before without other text between
	inside []*group
	parent *group
	below  int // the item of the parent in which it lies
}

func (g *group) last() item { return g.items[len(g.items)-1] }

const (
	pointSigns   = "•·●◆■▪○◦‣▶►"
	circledFirst = '①'
	circledLast  = '⑳'
	hanDigits    = "一二三四五六七八九十"
)

var (
	number    = regexp.MustCompile(`^(?:([0-9]{1,3})(、|．|）|\.)|（([0-9]{1,3})）|\(([0-9]{1,3})\))[ \t\x{3000}]*`)
	keycap    = regexp.MustCompile(`^([0-9])\x{FE0F}?\x{20E3}[ \t\x{3000}]*`)
	hanNumber = regexp.MustCompile(`^(第?)([一二三四五六七八九十]{1,2})(、|．|\.|步[，,：:、 ]?)[ \t\x{3000}]*`)
	point     = regexp.MustCompile(`^(?:[-+*]|[` + pointSigns + `])[ \t\x{3000}]*`)
)

// beginsItem tells the characters beyond ASCII with which an item may begin.
func beginsItem(r rune) bool {
	return r >= circledFirst && r <= circledLast || r == '第' || strings.ContainsRune(hanDigits, r) || strings.ContainsRune(pointSigns, r)
}

// isPoint reports whether a line begins with the sign of a point.
func isPoint(line []byte) bool { return point.Match(line) }

// item notes a line that begins as an item of a list.
func (m *meant) item(start, end int) {
	if it, ok := m.block.Parent().(*ast.ListItem); ok && start == 0 && it.FirstChild() == m.block {
		return
	}
	line := m.seen[start:end]
	x, length := itemOf(line)
	if length == 0 || length == len(line) {
		return
	}
	x.offset, x.block = m.offset(start), m.block
	x.words = m.offset(start + length)
	if start > 0 && m.countsOnList(x) {
		return
	}
	left := m.source[bytes.LastIndexByte(m.source[:x.offset], '\n')+1 : x.offset]
	for _, r := range string(left) {
		if x.indent++; r == '\t' {
			x.indent += 3 - (x.indent-1)%4
		}
	}
	m.items = append(m.items, x)
}

// countsOnList finds a line that counts on the list in whose last item it is, and
// says so.
func (m *meant) countsOnList(x item) bool {
	it, ok := m.block.Parent().(*ast.ListItem)
	if !ok || it.NextSibling() != nil || x.sign == "" || x.value < 2 {
		return false
	}
	list, ok := it.Parent().(*ast.List)
	if !ok || !list.IsOrdered() || list.Start+list.ChildCount() != x.value {
		return false
	}
	line := bytes.LastIndexByte(m.source[:x.offset], '\n') + 1
	written := string(m.source[x.offset:x.words])
	sign := strings.TrimSpace(strings.Replace(x.sign, ".", string(list.Marker), 1)) + " "
	mend := Mend{Pos: m.reading.at(x.offset), Old: written, New: sign}
	message, hint := diag.Say("“%s” begins no step here: the line is part of the step above", strings.TrimSpace(written)), diag.Say("write a point and a blank behind the number, as above: %s…", sign)
	if _, indent, _, ok := m.numberAt(it); ok && indent == x.offset-line {
		m.say(x.offset, message, hint, mend)
	} else {
		m.say(x.offset, message, hint)
	}
	return true
}

// itemOf is the item that a line begins, and how long its number or sign is with
// the blanks behind; 0 when it begins none.
func itemOf(line []byte) (x item, length int) {
	first, _ := utf8.DecodeRune(line)
	next := func(at int) rune { r, _ := utf8.DecodeRune(line[min(at, len(line)):]); return r }
	switch {
	case first >= circledFirst && first <= circledLast:
		x.style, x.value = string(circledFirst), int(first-circledFirst)+1
		return x, utf8.RuneLen(first)
	case first == '第' || strings.ContainsRune(hanDigits, first):
		at := hanNumber.FindSubmatch(line)
		if at == nil || (len(at[1]) > 0) != bytes.HasPrefix(at[3], []byte("步")) {
			return x, 0
		}
		x.value = hanValue(string(at[2]))
		x.style = string(at[1]) + "一" + strings.TrimRight(string(at[3]), "，,：:、 ")
		if len(at[1]) == 0 {
			x.style = "一" + string(at[3])
		}
		return x, len(at[0])
	case strings.ContainsRune("-+*"+pointSigns, first):
		sign := point.Find(line)
		blank := sign[utf8.RuneLen(first):]
		x.style = string(first)
		switch wide := isWide(next(len(sign))); {
		case first >= utf8.RuneSelf:
			x.sign = "- "
		case len(blank) == 0 && wide, len(blank) > 0 && blank[0] >= utf8.RuneSelf:
			x.sign = x.style + " "
		case len(blank) > 0:
			x.style += " " // too far to the right
		default:
			return x, 0
		}
		return x, len(sign)
	}
	if at := keycap.FindSubmatch(line); at != nil {
		x.style = "1️⃣"
		x.value, _ = strconv.Atoi(string(at[1]))
		return x, len(at[0])
	}
	at := number.FindSubmatchIndex(line)
	if at == nil {
		return x, 0
	}
	value := func(i int) string { return string(line[at[i]:at[i+1]]) }
	behind := next(at[1])
	digits := ""
	switch {
	case at[2] >= 0:
		digits, x.style = value(2), value(4)
		blank := line[at[5]:at[1]]
		switch {
		case x.style == "." && len(blank) > 0 && blank[0] < utf8.RuneSelf:
			x.style = ". " // too far to the right, or below text and not the first
		case unicode.IsDigit(behind) || x.style == "." && !isWide(behind) && len(blank) == 0:
			return x, 0 // 1、2、3 号窗口, 1.5, 1.md
		case x.style != "）":
			x.sign = digits + ". "
		}
	case at[6] >= 0:
		digits, x.style = value(6), "（"
	default:
		digits, x.style = value(8), "("
	}
	x.value, _ = strconv.Atoi(digits)
	return x, at[1]
}

// hanValue is a number up to 十九, or 0.
func hanValue(s string) int {
	n := 0
	for _, r := range s {
		d := strings.IndexRune(hanDigits, r)/len("一") + 1
		if n > 0 && n != 10 {
			return 0
		}
		n += d
	}
	return n
}

// runsOn reports whether lines of a style are only wrong where they run together in
// one paragraph: as paragraphs they read well as they are.
func runsOn(style string) bool {
	switch style {
	case "、", "．", ".", "）", "（", "(":
		return false
	}
	return true
}

// follows reports whether an item stands below another with nothing between that
// is not of it.
func (m *meant) follows(before, x item) bool {
	switch {
	case before.block == x.block:
		return true
	case x.block == before.block.NextSibling() && strings.Contains("、．.", x.style):
		return true
	}
	if x.offset-before.offset > 2_000 {
		return false
	}
	begin := bytes.LastIndexByte(m.source[:x.offset], '\n') + 1
	for line := range bytes.Lines(m.source[before.offset:max(begin, before.offset)]) {
		if len(bytes.Trim(line, " \t>\n")) == 0 {
			return false
		}
	}
	return true
}

// maxNested is how many lists may lie in each other.
const maxNested = 6

// counts reports whether a number of a style counts on one of another: people are
// not strict with signs where nothing stands between.
func counts(before, style string, together bool) bool {
	return before == style || together && strings.Contains("、．.）", before) && strings.Contains("、．.）", style)
}

// grouped puts the items into lists, and lists into the items above that are less
// far to the right or of another style.
func (m *meant) grouped() []*group {
	var all, open []*group
	for _, x := range m.items {
		var in *group
		near := false
		for i := len(open) - 1; i >= 0 && in == nil; i-- {
			g := open[i]
			before := g.last()
			if !counts(g.items[0].style, x.style, i == len(open)-1 && m.follows(before, x)) || x.indent > before.indent+1 || before.indent > x.indent+1 || x.value != 0 && x.value != before.value+1 {
				continue
			}
			if near = m.follows(before, x) || i < len(open)-1 && m.follows(open[len(open)-1].last(), x); near || x.value != 0 && !runsOn(x.style) {
				in, open = g, open[:i+1]
			}
		}
		if in != nil {
			if near {
				in.near++
			}
			x.apart = !near
			in.items = append(in.items, x)
			continue
		}
		g := &group{items: []item{x}}
		for len(open) > 0 {
			top := open[len(open)-1]
			before := top.last()
			if x.value <= 1 && len(open) < maxNested && m.follows(before, x) && (x.indent > before.indent+1 || x.indent >= before.indent-1 && x.style != before.style && before.value > 0) {
				g.parent, g.below = top, len(top.items)-1
				top.inside = append(top.inside, g)
				break
			}
			open = open[:len(open)-1]
		}
		open = append(open, g)
		all = append(all, g)
	}
	return all
}

// lists finds lines that count from 1 on or begin with a sign, in one paragraph or
// in paragraphs that follow each other. Where other text stands between, 1、
// numbers parts and reads well as it is; so does （1） with a paragraph for each.
func (m *meant) lists() {
	if len(m.items) < 2 {
		return
	}
	all := m.grouped()
	said := map[*group]bool{}
	first := map[ast.Node]*group{} // the outermost list that begins in a block
	shared := map[*group]bool{}
	var told []*group
	for _, g := range all {
		if g.parent != nil && said[g.parent] {
			said[g] = true // with it
			continue
		}
		style, begin := g.items[0].style, g.items[0].value
		apart := len(g.items) - 1 - g.near
		switch {
		case len(g.items) < 2, begin > 1 && style != ". ", apart > 0 && (runsOn(style) || 2*g.near < len(g.items)-1):
			continue
		}
		said[g] = true
		told = append(told, g)
		for _, x := range g.items {
			if other := first[x.block]; other != nil && other != g {
				shared[g], shared[other] = true, true
			}
			first[x.block] = g
		}
	}
	var made []change
	for i, g := range told {
		var mends []Mend
		message, hint := wordsOf(g)
		if own := m.changes(g); len(own) > 0 && !shared[g] && i < maxTries {
			if m.areLists(append(slices.Clip(made), own...)) {
				made = append(made, own...)
				for _, c := range own {
					mends = append(mends, Mend{Pos: m.reading.at(c.start), Old: string(m.source[c.start:c.end]), New: c.now})
				}
			} else {
				hint = diag.Say("%s; look at the result, because it would be one with what stands above or below", hint)
			}
		}
		m.say(g.items[0].offset, message, hint, mends...)
	}
}

// maxTries is how many lists of an article are mended at a time: each is tried.
const maxTries = 20

// wordsOf is what is said of a list.
func wordsOf(g *group) (message, hint diag.Text) {
	n, style, value := len(g.items), g.items[0].style, g.items[0].value
	switch {
	case style == ". " && value > 1:
		return diag.Say("%d lines that begin with “%d. ” and so on are no list", n, value), diag.Say("leave a blank line above the first: in the middle of a text only 1. begins a list")
	case style == ". ", strings.HasSuffix(style, " "):
		sample := style
		if style == ". " {
			sample = itoa(value) + ". "
		}
		return diag.Say("%d lines that begin with “%s” are no list", n, sample), diag.Say("they stand too far to the right: take blanks away, or leave a blank line above the first")
	case value == 0:
		return diag.Say("%d lines that begin with “%s” are no list, and run together", n, style), diag.Say("begin each with a minus and a blank: - …")
	case runsOn(style):
		return diag.Say("%d lines that begin with “%s” and so on are no list, and run together", n, style), diag.Say("write a list, 1. …, or leave a blank line between them")
	}
	sample := itoa(value) + style
	if style == "（" || style == "(" {
		sample = style + "1…"
	}
	return diag.Say("%d lines that begin with “%s” and so on are no list", n, sample), diag.Say("write a point and a blank behind the number: 1. …")
}

// change is what to write instead of a part of the body, so that it begins an item
// of a list.
type change struct {
	start, end int
	now        string
	first      bool // item of its list
}

// changes make lists of a group and of those that lie in it; none where nobody can
// tell what was meant.
func (m *meant) changes(g *group) []change {
	var out []change
	if !m.addChanges(g, 0, &out) {
		return nil
	}
	return out
}

// addChanges adds those of a group, whose items are to stand as far to the right as
// the words of the item above, at the least.
func (m *meant) addChanges(g *group, least int, out *[]change) bool {
	for i, x := range g.items {
		if x.sign == "" || g.parent != nil && x.indent <= g.parent.items[g.below].indent+1 {
			return false
		}
		c := change{start: x.offset, end: x.words, now: x.sign, first: i == 0 || x.apart}
		indent := x.indent
		if g.parent != nil && (indent < least || indent > least+3) {
			line := bytes.LastIndexByte(m.source[:x.offset], '\n') + 1
			if len(bytes.Trim(m.source[line:x.offset], " \t")) > 0 {
				return false
			}
			indent = least
			c.start, c.now = line, strings.Repeat(" ", least)+x.sign
		}
		*out = append(*out, c)
		for _, inner := range g.inside {
			if inner.below == i && !m.addChanges(inner, indent+len(x.sign), out) {
				return false
			}
		}
	}
	return true
}

// maxTried is how long a text may be in which a mend is tried.
const maxTried = 64 << 10

// areLists reports whether the text, once it is changed, has the lists that were
// meant: each with its own items, and none that goes on in another.
func (m *meant) areLists(changes []change) bool {
	if len(m.source) > maxTried {
		return false
	}
	slices.SortFunc(changes, func(a, b change) int { return a.start - b.start })
	mended, at := make([]byte, 0, len(m.source)+4*len(changes)), 0
	first := map[int]bool{} // whether it is the first, by where the words of an item begin
	for _, c := range changes {
		mended = append(mended, m.source[at:c.start]...)
		mended = append(mended, c.now...)
		at = c.end
		first[len(mended)] = c.first
	}
	mended = append(mended, m.source[at:]...)
	right, found := true, 0
	_ = ast.Walk(m.parser.Tree(mended), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if it, ok := n.(*ast.ListItem); ok && entering {
			before := it.PreviousSibling()
			_, afterOurs := first[wordsOfItem(before)]
			begins, ours := first[wordsOfItem(it)]
			switch {
			case ours && begins:
				right = right && before == nil
			default:
				right = right && ours == afterOurs
			}
			if ours {
				found++
			}
		}
		return ast.WalkContinue, nil
	})
	return right && found == len(first)
}

// wordsOfItem is where the words of an item begin, or -1.
func wordsOfItem(item ast.Node) int {
	if item == nil || item.FirstChild() == nil {
		return -1
	}
	first := item.FirstChild()
	if first.Type() != ast.TypeBlock || first.Lines() == nil || first.Lines().Len() == 0 {
		return -1
	}
	return first.Lines().At(0).Start
}

var writtenNumber = regexp.MustCompile(`^([0-9]{1,9})[.)][ \t]+`)

// numberAt is the number that is written at an item of a list, how far to the
// right it stands, and how far its words; ok is false where there is more to its
// left than blanks.
func (m *meant) numberAt(n ast.Node) (value, indent, words int, ok bool) {
	at := n.Pos()
	if at < 0 || at > len(m.source) {
		return 0, 0, 0, false
	}
	line := bytes.LastIndexByte(m.source[:at], '\n') + 1
	left := m.source[line:]
	indent = len(left) - len(bytes.TrimLeft(left, " "))
	found := writtenNumber.FindSubmatch(left[indent:])
	if found == nil {
		return 0, indent, 0, false
	}
	value, _ = strconv.Atoi(string(found[1]))
	return value, indent, indent + len(found[1]) + 2, true
}

// divided finds points below a step that are none of its own, because they stand
// not far enough to the right, so that they divide the steps; and steps in a step
// that count on with those around.
func (m *meant) divided(n *ast.List) {
	if !n.IsOrdered() {
		return
	}
	_, outer, words, ok := m.numberAt(n.LastChild())
	if !ok {
		return
	}
	for it := n.FirstChild().NextSibling(); it != nil; it = it.NextSibling() {
		if value, indent, _, ok := m.numberAt(it); ok && value == 1 && indent > outer {
			m.say(it.Pos(), diag.Say("this step counts on with those above, though it begins with 1 and stands further to the right"),
				diag.Say("move it and those below to the right, below the words of its step: %d blanks", words))
			break
		}
	}
	inner, ok := n.NextSibling().(*ast.List)
	if !ok || inner.IsOrdered() {
		return
	}
	next, ok := inner.NextSibling().(*ast.List)
	if !ok || next.Marker != n.Marker || next.Start != n.Start+n.ChildCount() {
		return
	}
	m.say(inner.Pos(), diag.Say("these points divide the steps: they are no part of the one above"), diag.Say("move them to the right, below its words: %d blanks", words), m.moved(n, inner, next, words)...)
}

// moved are the lines of a list that is to stand in the last item of the one above.
func (m *meant) moved(n, inner, next *ast.List, words int) []Mend {
	from := bytes.LastIndexByte(m.source[:inner.Pos()], '\n') + 1
	to := bytes.LastIndexByte(m.source[:next.Pos()], '\n') + 1
	add := strings.Repeat(" ", max(words-(inner.Pos()-from), 0))
	var mends []Mend
	mended := append([]byte(nil), m.source[:from]...)
	for line := range bytes.Lines(m.source[from:to]) {
		if bare := bytes.TrimLeft(line, " "); len(bare) > 0 && bare[0] != '\n' {
			_, size := utf8.DecodeRune(bare)
			old := string(line[:len(line)-len(bare)+size])
			if bare[0] == '\t' || bare[0] == '>' || bare[0] == '`' || bare[0] == '~' {
				return nil
			}
			mends = append(mends, Mend{Pos: m.reading.at(from), Old: old, New: add + old})
			mended = append(mended, add...)
		}
		mended = append(mended, line...)
		from += len(line)
	}
	if mended = append(mended, m.source[to:]...); len(mended) > 64<<10 {
		return nil
	}
	right := false
	_ = ast.Walk(m.parser.Tree(mended), func(x ast.Node, entering bool) (ast.WalkStatus, error) {
		if list, ok := x.(*ast.List); ok && entering && list.Pos() == n.Pos() {
			right = right || list.ChildCount() == n.ChildCount()+next.ChildCount()
		}
		return ast.WalkContinue, nil
	})
	if !right {
		return nil
	}
	return mends
}

// besides finds a box that was meant to stand in the step above, and is none of it.
func (m *meant) besides(n *boxNode) {
	list, ok := n.PreviousSibling().(*ast.List)
	if !ok || !list.IsOrdered() || n.indent == 0 || len(n.head) == 0 {
		return
	}
	if _, indent, words, ok := m.numberAt(list.LastChild()); ok && n.indent > indent && n.indent < words {
		m.say(n.head[0].Start, diag.Say("this box stands below the list, not in its step"), diag.Say("move all its lines to the right, below the words of the step: %d blanks", words))
	}
}
