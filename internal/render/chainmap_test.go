package render

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// chainOf makes steps; fix i is for the causes whose numbers stand in links[i].
func chainOf(causes []string, fixes []string, links [][]int) (c, f []*site.Step) {
	for i, title := range causes {
		c = append(c, &site.Step{Kind: markdown.Cause, ID: fmt.Sprint("c", i), Title: title})
	}
	for i, title := range fixes {
		s := &site.Step{Kind: markdown.Solution, ID: fmt.Sprint("f", i), Title: title}
		for _, n := range links[i] {
			s.For = append(s.For, c[n])
			c[n].Solutions = append(c[n].Solutions, s)
		}
		f = append(f, s)
	}
	return c, f
}

var coordinate = regexp.MustCompile(`-?\d+`)

// In a drawing, boxes lie side by side inside it, are tall enough for a
// thumb, and hold their words.
func TestChainMap(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("很长的一句话，", 12)
	for _, tt := range []struct {
		name           string
		symptom        string
		causes, fixes  []string
		links          [][]int
		lines          int // from cause to solution
		first, firstIs string
	}{
		{"one", "打不开", []string{"维护"}, []string{"等"}, [][]int{{0}}, 1, "f0", "等"},
		{"several", "花呗用不了", []string{"一", "二", "三"}, []string{"甲", "乙", "丙"}, [][]int{{2}, {0, 1}, {0}}, 4, "f2", "丙"},
		{"one for none", "花呗用不了", []string{"一", "二"}, []string{"甲", "乙"}, [][]int{{}, {1}}, 1, "f1", "乙"},
		{"long words", long, []string{long, "短", "Averyveryverylongwordwithoutanybreak"}, []string{long, long}, [][]int{{0, 1, 2}, {1}}, 4, "f0", long},
		{"one cause, many solutions", "x", []string{"一"}, []string{"1", "2", "3", "4", "5", "6"}, [][]int{{0}, {0}, {0}, {0}, {0}, {0}}, 6, "f0", "1"},
	} {
		for _, rtl := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s rtl=%v", tt.name, rtl), func(t *testing.T) {
				causes, fixes := chainOf(tt.causes, tt.fixes, tt.links)
				m := drawChain(Link{Title: tt.symptom, URL: "#s", Kind: "symptom"}, causes, fixes, rtl)
				if want := 1 + len(causes) + len(fixes); len(m.Nodes) != want {
					t.Fatalf("%d nodes, want %d", len(m.Nodes), want)
				}
				for i, n := range m.Nodes {
					if n.X < 0 || n.Y < 0 || n.X+n.Width > m.Width || n.Y+n.Height > m.Height || n.Height < mapHeight {
						t.Errorf("%+v does not fit into %d × %d", n, m.Width, m.Height)
					}
					for _, o := range m.Nodes[:i] {
						if n.X < o.X+o.Width && o.X < n.X+n.Width && n.Y < o.Y+o.Height && o.Y < n.Y+n.Height {
							t.Errorf("%q lies on %q", n.Title, o.Title)
						}
					}
					for _, l := range n.Text {
						if l.Y-12 < n.Y || l.Y+4 > n.Y+n.Height || l.X < n.X || l.X > n.X+n.Width {
							t.Errorf("%q at %d,%d leaves its box %+v", l.Text, l.X, l.Y, n)
						}
					}
				}
				for _, d := range m.Lines {
					for _, s := range coordinate.FindAllString(d, -1) {
						if v, _ := strconv.Atoi(s); v < 0 || v > max(m.Width, m.Height) {
							t.Errorf("the line %s leaves the drawing", d)
						}
					}
				}
				extra := 1 + len(causes) // one runs down from the symptom
				if got := len(m.Lines) - extra; got != tt.lines {
					t.Errorf("%d lines from causes to solutions, want %d", got, tt.lines)
				}
				if n := m.Nodes[1+len(causes)]; n.URL != "#"+tt.first || n.Title != tt.firstIs {
					t.Errorf("the first solution is %s %q, want %s", n.URL, n.Title, tt.first)
				}
			})
		}
	}
}
