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
	mapSpine  = 9  // where the line from the symptom runs down a narrow drawing
)

// bold is how much wider bold words are; the symptom's are.
const bold = 1.14

// plan is where the columns of a drawing stand.
type plan struct {
	wide                       bool
	width, em                  int // em: the size of its text
	causeX, causeW, fixX, fixW int
	symptomW                   int
}

var plans = [2]plan{
	{width: 348, em: 14, symptomW: 348, causeX: 22, causeW: 148, fixX: 202, fixW: 146},
	{wide: true, width: 680, em: 15, symptomW: 160, causeX: 208, causeW: 216, fixX: 478, fixW: 202},
}

// chainMaps draw an article's chain, once for a phone and once for a wide
// page. Where nothing is connected there is nothing to draw.
func (r *languageRenderer) chainMaps(a *site.Article) []ChainMap {
	if !slices.ContainsFunc(a.Chain().Causes, func(c *site.Step) bool { return len(c.Solutions) > 0 }) {
		return nil
	}
	symptom := Link{Title: a.Title.Value, URL: "#wf-main", Kind: "symptom"}
	if len(a.Symptoms) > 0 {
		symptom = Link{Title: a.Symptoms[0].Value, URL: "#wf-symptoms", Kind: "symptom"}
	}
	out := make([]ChainMap, len(plans))
	for i, p := range plans {
		out[i] = p.draw(symptom, a.Chain().Causes, a.Chain().Solutions, r.view.Direction == "rtl")
	}
	return out
}

func (p plan) draw(symptom Link, causes, fixes []*site.Step, rtl bool) ChainMap {
	m := ChainMap{Wide: p.wide, Width: p.width}
	fixes = nearest(causes, fixes)
	top := 1
	if !p.wide {
		s := p.node(symptom, 1, p.symptomW-2, 1)
		m.Nodes = append(m.Nodes, s)
		top = s.Y + s.Height + 18
	}
	spine := top - 18
	top += mapHead
	left, leftEnd := p.column(causes, p.causeX, p.causeW, top)
	right, rightEnd := p.column(fixes, p.fixX, p.fixW-1, top)
	bottom := max(leftEnd, rightEnd)
	shift(left, (bottom-leftEnd)/2)
	shift(right, (bottom-rightEnd)/2)
	if p.wide {
		s := p.node(symptom, 1, p.symptomW, top)
		s.move((bottom - top - s.Height) / 2)
		if s.Y < 1 { // a long symptom beside a short chain
			d := 1 - s.Y
			s.move(d)
			shift(left, d)
			shift(right, d)
			bottom = max(bottom+d, s.Y+s.Height)
		}
		m.Nodes = append(m.Nodes, s)
	}
	m.Height = bottom + 1
	m.Heads = []MapHead{{Kind: "cause", X: p.causeX + 1, Y: left[0].Y - 9}, {Kind: "solution", X: p.fixX + 1, Y: right[0].Y - 9}}
	x := func(v int) int {
		if rtl {
			return p.width - v
		}
		return v
	}
	s := m.Nodes[0]
	if !p.wide {
		m.Lines = append(m.Lines, fmt.Sprintf("M%d %dV%d", x(mapSpine), spine, left[len(left)-1].middle()-8))
	}
	for _, c := range left {
		if p.wide {
			m.Lines = append(m.Lines, curve(x, s.X+s.Width, s.middle(), c.X, c.middle()))
		} else {
			m.Lines = append(m.Lines, fmt.Sprintf("M%d %dQ%d %d %d %dH%d", x(mapSpine), c.middle()-8, x(mapSpine), c.middle(), x(mapSpine+8), c.middle(), x(c.X)))
		}
	}
	for i, fix := range fixes {
		for j, cause := range causes {
			if slices.Contains(fix.For, cause) {
				m.Lines = append(m.Lines, curve(x, left[j].X+left[j].Width, left[j].middle(), right[i].X, right[i].middle()))
			}
		}
	}
	m.Nodes = append(append(m.Nodes, left...), right...)
	if rtl {
		for i := range m.Nodes {
			m.Nodes[i].mirror(p.width)
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
func (p plan) column(steps []*site.Step, x, width, top int) ([]MapNode, int) {
	out := make([]MapNode, len(steps))
	y := top
	for i, s := range steps {
		out[i] = p.node(here(s), x, width, y)
		y += out[i].Height + mapGap
	}
	return out, y - mapGap
}

func (p plan) node(l Link, x, width, y int) MapNode {
	n := MapNode{Link: l, X: x, Y: y, Width: width}
	room := float64(width-2*mapPadX) / float64(p.em)
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
