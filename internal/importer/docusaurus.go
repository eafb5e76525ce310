package importer

import (
	"path"
	"regexp"
	"strings"
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
	blocks: []blockRule{codeBlocks, admonitions, tabs, containers, htmlBlocks, alerts, scriptLines, comments, tablesOfContents, snippets},
	texts:  []textRule{tags},
}

var scriptLine = regexp.MustCompile(`^(?:import\s+(?:[\w*{][^'"]*\s+from\s+)?['"]|import\s+(?:\w+,\s*)?\{\s*$|export\s+(?:default|const|let|var|function|async|class|\{|\*))`)

// scriptLines notes the lines of a program that imports or exports something:
// with its braces, and all imports that follow each other in one note.
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
	return w.note("", strings.Join(lines[i:next], " "), "the "+what+" of a program", "delete the note, if nothing is missing"), next
}
