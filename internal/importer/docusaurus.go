package importer

import (
	"path"
	"regexp"
	"strings"

	"whyfix/internal/diag"
)

// docusaurus is the Markdown of Docusaurus: containers between colons, and
// MDX, which mixes Markdown with JavaScript and its components.
var docusaurus = dialect{
	name:     "docusaurus",
	endings:  []string{".md", ".mdx", ".markdown"},
	settings: []string{"docusaurus.config.js", "docusaurus.config.ts", "docusaurus.config.mjs"},
	sign:     regexp.MustCompile(`(?m)^import .+ from ['"]|^:::\w|^(?:sidebar_position|sidebar_label): `),
	signed:   ".mdx",
	look: func(im *importing, p *project, s settings) {
		p.pages, p.public, p.numbers = im.firstDir("docs"), []string{"static"}, true
		route, ok := s["routeBasePath"]
		if !ok {
			route = "docs"
		}
		p.prefix = strings.TrimSuffix(s.path("baseUrl"), "/") + strings.TrimSuffix(path.Clean("/"+route), "/")
	},
	address: func(f *project, p *page, dir, name string, index bool) string {
		switch {
		case index:
		case strings.HasPrefix(p.slug, "/"):
			dir, name = "", p.slug
		case p.slug != "":
			name = p.slug
		case len(p.ids) > 0:
			name = p.ids[0]
		}
		return f.at(dir, name, index)
	},
	read:   (*importing).markdownPage,
	blocks: []blockRule{codeBlocks, quotes, formulaBlocks, includes, admonitions, tabs, containers, shortcodes, htmlBlocks, alerts, scriptLines, comments, tablesOfContents},
	texts:  []textRule{formulas, shortcodesInText, expressions, tags},
}

var scriptLine = regexp.MustCompile(`^(?:import\s+(?:[\w*{][^'"]*\s+from\s+)?['"]|import\s+(?:\w+,\s*)?\{\s*$|export\s+(?:default|const|let|var|function|async|class|\{|\*))`)

// scriptLines leaves out the lines of a program that imports or exports something,
// with its braces: readers see nothing of them. What they see is the component, or
// the text of the other file.
func scriptLines(w *writing, lines []string, i, _ int) ([]string, int) {
	what, next := "", i
	for next < len(lines) && scriptLine.MatchString(lines[next]) && (what == "" || what == "import" && strings.HasPrefix(lines[next], what)) {
		what = strings.Fields(lines[next])[0]
		open := 0
		for more := true; more; more = next < len(lines) && open > 0 && !isBlank(lines[next]) {
			l := lines[next]
			open += strings.Count(l, "{") + strings.Count(l, "(") - strings.Count(l, "}") - strings.Count(l, ")")
			next++
		}
	}
	if next == i {
		return nil, i
	}
	for _, m := range importLine.FindAllStringSubmatch(strings.Join(lines[i:next], "\n"), -1) {
		w.imported[m[1]] = m[2]
	}
	w.drop(diag.Say("the %s of a program", what))
	return nil, next
}

// importLine names a component that is the text of another file.
var importLine = regexp.MustCompile(`(?m)^import\s+(\w+)\s+from\s+['"](?:!!raw-loader!)?([^'"]+\.mdx?)['"]`)
