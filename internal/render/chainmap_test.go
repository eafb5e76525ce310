package render

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"whyfix/internal/markdown"
	"whyfix/internal/site"
)

// chainOf makes steps; fix i is for the causes whose numbers stand in links[i].
func chainOf(causes []string, fixes []string, links [][]int) (c, f []*site.Step) {
	for i, title := range causes {
		c = append(c, &site.Step{Kind: markdown.Cause, ID: fmt.Sprint("c", i), Title: title, Leads: &site.Leads{}})
	}
	for i, title := range fixes {
		s := &site.Step{Kind: markdown.Solution, ID: fmt.Sprint("f", i), Title: title, Leads: &site.Leads{}}
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

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		width      float64
		want       []string
	}{
		{"one line", "还清逾期", 8, []string{"还清逾期"}},
		{"even lines", "系统担心不是你本人在操作", 9, []string{"系统担心不是", "你本人在操作"}},
		{"no comma at the start", "认为限错了，就在线申诉", 5, []string{"认为限错", "了，就在", "线申诉"}},
		{"no quote at the end", "只说“暂未开通”", 3, []string{"只说", "“暂未", "开通”"}},
		{"words stay whole", "Open the valve slowly", 7, []string{"Open the", "valve slowly"}},
		{"a word and characters", "打开 Wi-Fi 再试", 4.5, []string{"打开", "Wi-Fi", "再试"}},
		{"a word longer than a line", "abcdefghijklmnop", 5, []string{"abcdefgh", "ijklmnop"}},
		{"blanks are one", " 一  二\n三 ", 20, []string{"一 二 三"}},
		{"nothing", "", 5, nil},
		{"too much", strings.Repeat("很长", 20), 5, []string{"很长很长很", "长很长很长", "很长很长很", "长很长很…"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := wrap(tt.text, tt.width, 4)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// No line is wider than its room, whatever the words, and no character but
// blanks is lost.
func FuzzWrap(f *testing.F) {
	for _, s := range []string{"系统担心不是你本人在操作", "Open the valve", "（“（“（“", "，。，。，。", "👍👍👍👍", "العربية نص", "a\u0301b\u0301c\u0301"} {
		f.Add(s, uint8(5))
	}
	f.Fuzz(func(t *testing.T, s string, width uint8) {
		if len(s) > 2000 || !strings.EqualFold(s, strings.ToValidUTF8(s, "")) {
			t.Skip()
		}
		room := float64(max(width%20, 2))
		lines := wrap(s, room, 1000)
		for _, l := range lines {
			// A mark that may not start a line hangs over by one.
			if n := len([]rune(l)); measure(l) > room+1 && n > 3 && !strings.ContainsAny(l, notFirst+notLast) && measure(strings.ReplaceAll(l, " ", "")) > room+float64(n)*0.13 {
				t.Errorf("%q: the line %q is %.2f wide, want at most %.2f", s, l, measure(l), room)
			}
		}
		strip := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got, want := strip(strings.Join(lines, "")), strip(s); got != want {
			t.Errorf("%q became %q", want, got)
		}
	})
}

// Whatever colour a site has, its text can be read in light and in dark.
func TestBrandIsReadable(t *testing.T) {
	t.Parallel()
	for _, hex := range []string{"#000", "#fff", "#ff0", "#00f", "#f59e0b", "#0a6286", "#7f7f7f", "#ff00aa", "#123456", "#00ff00", "#ABCDEF"} {
		base := parseColour(hex)
		for _, tt := range []struct {
			name    string
			grounds []colour
			trace   float64
			step    float64
			on      func(colour) colour
		}{
			{"light", lightGrounds, 0.10, -0.01, func(colour) colour { return colour{1, 1, 1} }},
			{"dark", darkGrounds, 0.20, 0.01, func(c colour) colour { return c.mix(colour{}, 0.85) }},
		} {
			c, soft := fit(base, tt.grounds, tt.trace, tt.step)
			for _, ground := range append([]colour{soft, tt.on(c)}, tt.grounds...) {
				if got := contrast(c, ground); got < 4.5 {
					t.Errorf("%s in %s: %v on %v has a contrast of %.2f", hex, tt.name, c, ground, got)
				}
			}
		}
		if sheet := string(brandSheet(hex)); strings.Count(sheet, "var(--l, #") != 4 || strings.Contains(sheet, "NaN") {
			t.Errorf("%s gives %s", hex, sheet)
		}
	}
	// A colour that is readable stays what the writer named.
	if c, _ := fit(parseColour("#0a6286"), lightGrounds, 0.10, -0.01); c.String() != "#0a6286" {
		t.Errorf("#0a6286 became %v", c)
	}
	if got := contrast(colour{}, colour{1, 1, 1}); got < 20.9 || got > 21.1 {
		t.Errorf("black on white has a contrast of %.2f, want 21", got)
	}
}
