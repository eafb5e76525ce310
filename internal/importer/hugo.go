package importer

import (
	"regexp"
	"slices"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
)

// hugo is the Markdown of Hugo: front matter in TOML, too, and shortcodes.
var hugo = dialect{
	name:     "hugo",
	endings:  []string{".md", ".markdown"},
	settings: []string{"hugo.toml", "hugo.yaml", "hugo.yml", "config/_default/hugo.toml", "config.toml", "config.yaml"},
	sign:     regexp.MustCompile(`(?m)^\+\+\+\s*$|\{\{[<%]`),
	signed:   "_index.md",
	look: func(im *importing, p *project, s settings) {
		p.public = []string{"static"}
		p.pages = im.firstDir(s["contentDir"], "content")
	},
	bundles: true,
	address: func(f *project, p *page, dir, name string, index bool) string {
		if p.slug != "" {
			name = p.slug
		}
		return strings.ToLower(strings.ReplaceAll(f.at(dir, name, index), " ", "-"))
	},
	read: func(im *importing, in *input) {
		if jsonFront.Match(in.text) {
			im.diags = append(im.diags, in.lines.New(diag.Pos{Line: 1, Col: 1}, diag.Error, "front-matter", "front matter in JSON is not read here", "write it in YAML, between two lines of ---"))
			return
		}
		im.markdownPage(in)
	},
	blocks: []blockRule{codeBlocks, admonitions, tabs, containers, shortcodes, htmlBlocks, alerts, comments, tablesOfContents},
	texts:  []textRule{refLinks, shortcodesInText, tags},
	code:   shownShortcodes,
}

var jsonFront = regexp.MustCompile(`^\{\s*"[\w-]+"\s*:`)

var (
	shortcode      = regexp.MustCompile(`\{\{([<%])\s*(/?)\s*([\w./-]+)((?:[^>%"]|"[^"]*"|[>%][^}])*?)\s*/?[>%]\}\}`)
	shownShortcode = regexp.MustCompile(`\{\{([<%])/\*(.*?)\*/([>%])\}\}`)
	anyShortcode   = regexp.MustCompile(shownShortcode.String() + "|" + shortcode.String())
	argument       = regexp.MustCompile(`(?:([\w-]+)\s*=\s*)?(?:"((?:[^"\\]|\\.)*)"|` + "`([^`]*)`" + `|([^\s"=` + "`" + `]+))`)
	refInLink      = regexp.MustCompile(`(\]\(\s*|\]:\s*|href=["']?)\{\{[<%]\s*(?:rel)?ref\s+(?:path=)?["` + "`" + `]?([^"` + "`" + `\s>%]+)["` + "`" + `]?[^}]*?[>%]\}\}`)
)

// shownShortcodes makes {{</* x */>}} what it shows: {{< x >}}.
func shownShortcodes(s string) string { return shownShortcode.ReplaceAllString(s, "{{$1$2$3}}") }

// refScheme marks a link that Hugo would look up by a page's name.
const refScheme = "whyfix-ref:"

func refLinks(_ *writing, s, _ string) string {
	return refInLink.ReplaceAllStringFunc(s, func(s string) string {
		m := refInLink.FindStringSubmatch(s)
		return m[1] + refScheme + markup.Destination(m[2])
	})
}

func shortcodesInText(w *writing, s, _ string) string {
	return anyShortcode.ReplaceAllStringFunc(s, func(m string) string {
		if shownShortcode.MatchString(m) {
			return markup.Code(shownShortcodes(m))
		}
		w.p.ask(m, "the shortcode "+shortcode.FindStringSubmatch(m)[3]+" was left as a note", "say it in Markdown")
		return markup.Code(m)
	})
}

// boxShortcodes are those of well-known themes that hold a box.
var boxShortcodes = []string{"notice", "callout", "alert", "hint", "admonition", "note", "tip", "warning", "info", "danger", "caution", "important", "details", "expand"}

// shortcodes rewrites a shortcode that stands on lines of its own.
func shortcodes(w *writing, lines []string, i, depth int) ([]string, int) {
	l := strings.TrimSpace(lines[i])
	if !strings.HasPrefix(l, "{{<") && !strings.HasPrefix(l, "{{%") || isCode(lines, i) || depth >= deepestBlock {
		return nil, i
	}
	last := i + slices.IndexFunc(lines[i:min(len(lines), i+60)], func(l string) bool { return strings.Contains(l, "}}") })
	if last < i {
		return nil, i
	}
	whole, next := strings.TrimSpace(strings.Join(lines[i:last+1], " ")), last+1
	m := shortcode.FindStringSubmatch(whole)
	if m == nil || m[0] != whole {
		return nil, i
	}
	indent, name := leading(lines[i]), strings.ToLower(m[3])
	if m[2] == "/" {
		w.drop("the end of the shortcode " + m[3])
		return nil, next
	}
	named, first := arguments(m[4])
	inside, after := shortcodeEnd(lines, next, m[3])
	switch {
	case name == "figure" && named["src"] != "":
		return apart(indent + image(named["alt"], named["src"], markup.FirstLine(named["caption"], named["title"]))), next
	case name == "highlight" && after > 0:
		return apart(prefixed(indent, markup.Fenced(first, strings.Join(inside, "\n")))...), after
	case after > 0 && slices.Contains(boxShortcodes, name):
		kind, title := name, markup.FirstLine(named["title"], named["summary"])
		for _, k := range []string{first, named["color"], named["type"]} {
			if w.im.words.isBox(k) {
				kind = k
			}
		}
		if title == "" && (name == "expand" || name == "details") {
			title = first
		}
		if title == "" && !w.im.words.isBox(kind) {
			kind = "note"
		}
		return w.box(indent, kind, title, w.blocks(inside, depth+1)), after
	case name == "ref" || name == "relref":
		return nil, i
	}
	hint := "say it in Markdown"
	if after > 0 {
		hint += "; what stood inside of it stands below"
	}
	return w.note(indent, whole, "the shortcode "+m[3], hint), next
}

// arguments of a shortcode: those with names, and the first of the others.
func arguments(s string) (named map[string]string, first string) {
	named = map[string]string{}
	for _, m := range argument.FindAllStringSubmatch(s, -1) {
		value := strings.ReplaceAll(m[2]+m[3]+m[4], `\"`, `"`)
		if m[1] != "" {
			named[strings.ToLower(m[1])] = value
		} else if first == "" {
			first = value
		}
	}
	return named, first
}

// shortcodeEnd finds the lines up to the end of a shortcode, and the line
// behind it; 0 when it has no end on a line of its own.
func shortcodeEnd(lines []string, from int, name string) (inside []string, after int) {
	depth := 1
	for i, l := range lines[from:] {
		for _, m := range shortcode.FindAllStringSubmatch(l, -1) {
			switch {
			case m[3] == name && m[2] == "/":
				depth--
			case m[3] == name:
				depth++
			}
		}
		if l = strings.TrimSpace(l); depth <= 0 {
			if shortcode.FindString(l) != l {
				break
			}
			return lines[from : from+i], from + i + 1
		}
	}
	return nil, 0
}
