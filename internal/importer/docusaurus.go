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
	blocks: []blockRule{codeBlocks, admonitions, tabs, containers, htmlBlocks, alerts, scriptLines, scriptComments, tablesOfContents, snippets},
	texts:  []textRule{tags},
}

var scriptLine = regexp.MustCompile(`^(?:import\s+(?:[\w*{][^'"]*\s+from\s+)?['"]|export\s+(?:default|const|let|var|function|async|class|\{|\*))`)

// scriptLines notes the lines of a program that imports or exports something:
// with its braces, and all imports that follow each other in one note.
func scriptLines(w *writing, lines []string, i, _ int) ([]string, int) {
	if !scriptLine.MatchString(lines[i]) {
		return nil, i
	}
	balance := func(l string) int {
		return strings.Count(l, "{") + strings.Count(l, "(") - strings.Count(l, "}") - strings.Count(l, ")")
	}
	next := i + 1
	for open := balance(lines[i]); next < len(lines) && open > 0 && !isBlank(lines[next]); next++ {
		open += balance(lines[next])
	}
	what := strings.Fields(lines[i])[0]
	for what == "import" && next < len(lines) && strings.HasPrefix(lines[next], what) && scriptLine.MatchString(lines[next]) {
		next++
	}
	return w.note("", strings.Join(lines[i:next], " "), "the "+what+" of a program", "delete the note, if nothing is missing"), next
}

// scriptComments leaves out a comment of JSX.
func scriptComments(w *writing, lines []string, i, _ int) (out []string, next int) {
	if !strings.HasPrefix(strings.TrimLeft(lines[i], " \t"), "{/*") {
		return nil, i
	}
	for next = i; next < len(lines) && !strings.Contains(lines[next], "*/}"); next++ {
	}
	if next == len(lines) {
		next = i
	}
	w.drop("a comment")
	if _, rest, found := strings.Cut(lines[next], "*/}"); found && !isBlank(rest) {
		out = append(out, w.inline(rest))
	}
	return out, next + 1
}
