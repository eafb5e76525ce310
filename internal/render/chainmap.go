package render

import (
	"cmp"
	"fmt"
	"slices"

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
