package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"whyfix/internal/site"
)

// Measures of the drawing of a chain, in its units: one is a pixel at the
// usual size of text. A node is at least as tall as a thumb needs.
const (
	mapLine   = 20 // from one line of words to the next
	mapLines  = 4  // lines of one node
	mapPadX   = 11
	mapPadY   = 11
	mapHeight = 44 // of a node, at least
	mapGap    = 12 // between the nodes of a column
	mapHead   = 26 // for the name of a column
	mapSpine  = 9  // where the line from the symptom runs down
)

// bold is how much wider bold words are; the symptom's are.
const bold = 1.14

// Where the columns of the drawing stand. It is as wide as a phone's screen, and
// as what stands beside an article on a wide one.
const (
	mapWidth           = 348
	mapEm              = 14 // the size of its text
	mapCauseX, mapFixX = 22, 202
	mapCauseW, mapFixW = 148, 145
)

// chainMap draws an article's chain. Where nothing is connected there is
// nothing to draw.
func (r *languageRenderer) chainMap(a *site.Article) *ChainMap {
	if !slices.ContainsFunc(a.Chain().Causes, func(c *site.Step) bool { return len(c.Solutions) > 0 }) {
		return nil
	}
	symptom := Link{Title: a.Title.Value, URL: "#wf-main", Kind: "symptom"}
	if len(a.Symptoms) > 0 {
		symptom = Link{Title: a.Symptoms[0].Value, URL: "#wf-symptoms", Kind: "symptom"}
	}
	return drawChain(symptom, a.Chain().Causes, a.Chain().Solutions, r.view.Direction == "rtl")
}

func drawChain(symptom Link, causes, fixes []*site.Step, rtl bool) *ChainMap {
	fixes = nearest(causes, fixes)
	s := node(symptom, 1, mapWidth-2, 1)
	spine := s.Y + s.Height
	top := spine + 18 + mapHead
	left, leftEnd := column(causes, mapCauseX, mapCauseW, top)
	right, rightEnd := column(fixes, mapFixX, mapFixW, top)
	bottom := max(leftEnd, rightEnd)
	shift(left, (bottom-leftEnd)/2)
	shift(right, (bottom-rightEnd)/2)
	m := &ChainMap{
		Width: mapWidth, Height: bottom + 1, Nodes: append(append([]MapNode{s}, left...), right...),
		Heads: []MapHead{{Kind: "cause", X: mapCauseX + 1, Y: left[0].Y - 9}, {Kind: "solution", X: mapFixX + 1, Y: right[0].Y - 9}},
	}
	x := func(v int) int {
		if rtl {
			return mapWidth - v
		}
		return v
	}
	m.Lines = append(m.Lines, fmt.Sprintf("M%d %dV%d", x(mapSpine), spine, left[len(left)-1].middle()-8))
	for _, c := range left {
		m.Lines = append(m.Lines, fmt.Sprintf("M%d %dQ%d %d %d %dH%d", x(mapSpine), c.middle()-8, x(mapSpine), c.middle(), x(mapSpine+8), c.middle(), x(c.X)))
	}
	for i, fix := range fixes {
		for j, cause := range causes {
			if slices.Contains(fix.For, cause) {
				m.Lines = append(m.Lines, curve(x, left[j].X+left[j].Width, left[j].middle(), right[i].X, right[i].middle()))
			}
		}
	}
	if rtl {
		for i := range m.Nodes {
			m.Nodes[i].mirror(mapWidth)
		}
		for i := range m.Heads {
			m.Heads[i].X = x(m.Heads[i].X)
		}
	}
	return m
}

// nearest orders solutions by the causes that they are for, so that few lines
// cross; those for none come last.
func nearest(causes, fixes []*site.Step) []*site.Step {
	place := func(fix *site.Step) float64 {
		if len(fix.For) == 0 {
			return float64(len(causes))
		}
		sum := 0
		for _, c := range fix.For {
			sum += slices.Index(causes, c)
		}
		return float64(sum) / float64(len(fix.For))
	}
	out := slices.Clone(fixes)
	slices.SortStableFunc(out, func(a, b *site.Step) int { return cmp.Compare(place(a), place(b)) })
	return out
}

// column puts nodes below each other and says where the last one ends.
func column(steps []*site.Step, x, width, top int) ([]MapNode, int) {
	out := make([]MapNode, len(steps))
	y := top
	for i, s := range steps {
		out[i] = node(here(s), x, width, y)
		y += out[i].Height + mapGap
	}
	return out, y - mapGap
}

func node(l Link, x, width, y int) MapNode {
	n := MapNode{Link: l, X: x, Y: y, Width: width}
	room := float64(width-2*mapPadX) / mapEm
	if l.Kind == "symptom" {
		room /= bold
	}
	lines := wrap(l.Title, room, mapLines)
	n.Height = max(mapHeight, len(lines)*mapLine+2*mapPadY)
	first := y + (n.Height-len(lines)*mapLine)/2 + 15 // the baseline
	for i, words := range lines {
		n.Text = append(n.Text, MapLine{X: x + mapPadX, Y: first + i*mapLine, Text: words})
	}
	return n
}

func (n *MapNode) middle() int { return n.Y + n.Height/2 }

func (n *MapNode) move(d int) {
	n.Y += d
	for i := range n.Text {
		n.Text[i].Y += d
	}
}

// mirror turns a node to the other side, for writing from right to left.
func (n *MapNode) mirror(width int) {
	n.X = width - n.X - n.Width
	for i := range n.Text {
		n.Text[i].X = width - n.Text[i].X
	}
}

func shift(nodes []MapNode, d int) {
	for i := range nodes {
		nodes[i].move(d)
	}
}

// curve is a line from one side of a gap to the other.
func curve(x func(int) int, x1, y1, x2, y2 int) string {
	middle := (x1 + x2) / 2
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x(x1), y1, x(middle), y1, x(middle), y2, x(x2), y2)
}

// A drawing does not break lines, so they are broken here, for fonts that
// nobody knows yet: widths are guesses on the safe side, in ems.

// em is how wide a character is, about.
func em(r rune) float64 {
	switch {
	case isWide(r):
		return 1
	case unicode.IsMark(r):
		return 0
	case unicode.IsSpace(r):
		return 0.3
	case strings.ContainsRune("mwMW@%—…", r):
		return 0.95
	case unicode.IsUpper(r):
		return 0.72
	case unicode.IsDigit(r):
		return 0.6
	}
	return 0.57
}

// isWide tells characters as wide as they are high. Curly quotes are among
// them in Chinese fonts.
func isWide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF01 && r <= 0xFF60 || strings.ContainsRune("“”‘’", r)
}

const (
	notFirst = "，。、？！：；）》〉”’」』】…—·,.!?:;)]}%"
	notLast  = "（《〈“‘「『【([{"
)

// wrap breaks words into lines of at most width ems, as even as can be. No
// line starts with a closing mark or ends with an opening one. What does not
// fit into the lines ends in an ellipsis.
func wrap(s string, width float64, most int) []string {
	pieces := unbroken(s)
	lines := fill(pieces, width)
	if n := len(lines); n > 1 && n <= most {
		// The same number of lines with less room is more even, as long as no
		// word is cut for it.
		least := 0.0
		for _, p := range pieces {
			least = max(least, measure(strings.TrimRight(p, " ")))
		}
		for narrow := width - 0.5; narrow > least; narrow -= 0.5 {
			better := fill(pieces, narrow)
			if len(better) > n {
				break
			}
			lines = better
		}
	}
	if len(lines) > most {
		lines = lines[:most]
		last := []rune(lines[most-1])
		for len(last) > 1 && measure(string(last))+1 > width {
			last = last[:len(last)-1]
		}
		lines[most-1] = strings.TrimRightFunc(string(last), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(notFirst+notLast, r) }) + "…"
	}
	return lines
}

// unbroken cuts a text into pieces between which a line may end: words, and
// single wide characters with the marks that belong to them.
func unbroken(s string) []string {
	var out []string
	piece := ""
	before := rune(0)
	for _, r := range strings.Join(strings.Fields(s), " ") {
		glued := before == 0 || strings.ContainsRune(notFirst, r) || strings.ContainsRune(notLast, before) || unicode.IsMark(r) ||
			before != ' ' && !isWide(before) && !isWide(r)
		if !glued {
			out = append(out, piece)
			piece = ""
		}
		piece += string(r)
		before = r
	}
	if piece != "" {
		out = append(out, piece)
	}
	return out
}

func measure(s string) float64 {
	w, before := 0.0, rune(0)
	for _, r := range s {
		w += em(r)
		if before != 0 && isWide(before) != isWide(r) {
			w += 0.125 // browsers set Chinese and Latin apart
		}
		before = r
	}
	return w
}

func fill(pieces []string, width float64) []string {
	var out []string
	line := ""
	for _, p := range pieces {
		if line != "" && measure(strings.TrimRight(line+p, " ")) > width {
			out = append(out, strings.TrimRight(line, " "))
			line = ""
		}
		for line == "" && measure(strings.TrimRight(p, " ")) > width { // longer than a line
			n, room := 0, 0.0
			for i, r := range p {
				if room += em(r); room > width && i > 0 {
					break
				}
				n = i + len(string(r))
			}
			if n >= len(p) {
				break
			}
			out = append(out, p[:n])
			p = p[n:]
		}
		line += p
	}
	if line = strings.TrimRight(line, " "); line != "" {
		out = append(out, line)
	}
	return out
}
