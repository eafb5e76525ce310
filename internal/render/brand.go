package render

import (
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The site's own colour. A writer names one; what is readable as text, on the
// grounds of the built-in theme, in light and in dark, is worked out here. It
// goes into a small stylesheet of its own, because a style in the page would
// need a weaker security policy.

// colour is red, green and blue from 0 to 1.
type colour [3]float64

// The grounds that text of the brand's colour stands on.
var (
	lightGrounds = []colour{{1, 1, 1}, {0xf2 / 255.0, 0xf6 / 255.0, 0xf8 / 255.0}}
	darkGrounds  = []colour{{0x11 / 255.0, 0x17 / 255.0, 0x1b / 255.0}, {0x19 / 255.0, 0x21 / 255.0, 0x26 / 255.0}}
)

// readable is the contrast of WCAG AA, with a little to spare for rounding.
const readable = 4.6

// brandSheet is the stylesheet for a colour of the form #rgb or #rrggbb.
func brandSheet(hex string) []byte {
	base := parseColour(hex)
	light, lightSoft := fit(base, lightGrounds, 0.10, -0.01)
	dark, darkSoft := fit(base, darkGrounds, 0.20, 0.01)
	pair := func(name string, l, d colour) string {
		return fmt.Sprintf("  --%s: var(--l, %s) var(--d, %s);\n", name, l, d)
	}
	return []byte(":root {\n" +
		pair("brand", light, dark) +
		pair("brand-strong", light.lighter(-0.08), dark.lighter(0.1)) +
		pair("brand-soft", lightSoft, darkSoft) +
		pair("on-brand", colour{1, 1, 1}, dark.mix(colour{}, 0.85)) +
		"}\n")
}

// icon is the picture in the browser's tab. A theme that brings one of its own
// keeps it; else it is the site's logo, if that can be seen at 16 pixels, the
// first character of its name on its colour, or the built-in theme's.
func (r *Renderer) icon() *Icon {
	const favicon = "favicon.svg"
	if !r.theme.brings("assets/" + favicon) {
		logo := r.site.Logo
		svg := strings.EqualFold(path.Ext(logo.Path), ".svg")
		square := logo.Width > 0 && logo.Width == logo.Height
		if square || svg && logo.Width <= 2*logo.Height && logo.Height <= 2*logo.Width { // not a name in letters
			return &Icon{r.site.Prefix + logo.Path, svg}
		}
		if drawing := signOf(r.site.Title, r.site.Settings.Brand.Value); drawing != nil {
			asset, file := fingerprinted("assets/icon", ".svg", r.site.Prefix, drawing)
			r.own = append(r.own, file)
			return &Icon{asset.URL, true}
		}
	}
	if a, ok := r.theme.assets[favicon]; ok {
		return &Icon{a.URL, true}
	}
	return nil
}

// signOf draws the first letter or digit of a name on a colour; nil without one of the two.
func signOf(name, hex string) []byte {
	at := strings.IndexFunc(name, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) })
	if at < 0 || hex == "" {
		return nil
	}
	first, _ := utf8.DecodeRuneInString(name[at:])
	ground, _ := fit(parseColour(hex), lightGrounds, 0.10, -0.01)
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="%s"/>`+
		`<text x="16" y="16" dy=".36em" fill="#fff" font-family="system-ui,sans-serif" font-size="20" font-weight="700" text-anchor="middle">%c</text></svg>`+"\n", ground, unicode.ToUpper(first))
}

// fit moves a colour away from its grounds until it is readable on each of
// them, and on the first with a trace of the colour itself, which it returns.
func fit(c colour, grounds []colour, trace, step float64) (fitted, soft colour) {
	for range 100 {
		soft = grounds[0].mix(c, trace)
		good := contrast(c, soft) >= readable
		for _, g := range grounds {
			good = good && contrast(c, g) >= readable
		}
		if good {
			break
		}
		c = c.lighter(step)
	}
	return c, soft
}

func parseColour(s string) colour {
	if len(s) == 4 {
		s = string([]byte{'#', s[1], s[1], s[2], s[2], s[3], s[3]})
	}
	var c colour
	for i := range c {
		v, _ := strconv.ParseUint(s[1+2*i:3+2*i], 16, 8) // the settings were checked
		c[i] = float64(v) / 255
	}
	return c
}

func (c colour) String() string {
	b := func(v float64) int { return int(math.Round(255 * min(max(v, 0), 1))) }
	return fmt.Sprintf("#%02x%02x%02x", b(c[0]), b(c[1]), b(c[2]))
}

// mix is the colour with a part of another.
func (c colour) mix(other colour, part float64) colour {
	for i := range c {
		c[i] += (other[i] - c[i]) * part
	}
	return c
}

// lighter moves the lightness and keeps the hue.
func (c colour) lighter(by float64) colour {
	top, low := max(c[0], c[1], c[2]), min(c[0], c[1], c[2])
	l := (top + low) / 2
	s := 0.0
	if d := top - low; d > 0 {
		s = d / (1 - math.Abs(2*l-1))
	}
	want := min(max(l+by, 0), 1)
	chroma := (1 - math.Abs(2*want-1)) * s
	if top == low {
		return colour{want, want, want}
	}
	for i := range c {
		c[i] = want + chroma*((c[i]-l)/(top-low))
	}
	return c
}

// contrast is that of WCAG.
func contrast(a, b colour) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c colour) float64 {
	for i, v := range c {
		if v <= 0.04045 {
			c[i] = v / 12.92
		} else {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
}
