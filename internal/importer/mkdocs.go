package importer

import (
	"regexp"
	"strings"
)

// mkdocs is the Markdown of MkDocs and its theme Material: boxes and tabs that
// hold what is indented, and lists of attributes in braces.
var mkdocs = dialect{
	name:     "mkdocs",
	endings:  []string{".md", ".markdown"},
	settings: []string{"mkdocs.yml", "mkdocs.yaml"},
	sign:     regexp.MustCompile(`(?m)^\s*(?:!!!|\?\?\?\+?) +\w|^===[!+]? +"`),
	look: func(im *importing, p *project, s settings) {
		p.pages = im.firstDir(s["docs_dir"], "docs")
		p.public = []string{p.pages}
		p.html = s["use_directory_urls"] == "false"
	},
	address: standardAddress,
	read:    (*importing).markdownPage,
	blocks:  []blockRule{codeBlocks, admonitions, tabs, htmlBlocks, alerts, comments, tablesOfContents, snippets},
	texts:   []textRule{attributeLists, tags},
}

var (
	attrList    = regexp.MustCompile(`\{:?\s*(?:[.#][\w-]+|[\w-]+=(?:"[^"]*"|[\w-]+))(?:\s+(?:[.#][\w-]+|[\w-]+=(?:"[^"]*"|[\w-]+)))*\s*\}`)
	headingLine = regexp.MustCompile(`^ {0,3}#{1,6}\s`)
	idInList    = regexp.MustCompile(`#([\w\p{Han}-]+)`)
)

// attributeLists takes away what gives an element a class or the like; the id
// of a heading stays.
func attributeLists(w *writing, s, _ string) string {
	if !headingLine.MatchString(s) {
		return attrList.ReplaceAllStringFunc(s, func(string) string { w.drop("attributes in braces"); return "" })
	}
	m := attrList.FindStringIndex(s)
	if m == nil || !isBlank(s[m[1]:]) {
		return s
	}
	out := strings.TrimRight(s[:m[0]], " ")
	if id := idInList.FindStringSubmatch(s[m[0]:m[1]]); id != nil {
		out += " {#" + id[1] + "}"
	}
	return out
}
