package importer

import (
	"path"
	"regexp"
	"strings"
)

// vitepress is the Markdown of VitePress: containers between colons, and Vue.
var vitepress = dialect{
	name:    "vitepress",
	endings: []string{".md", ".markdown"},
	settings: []string{
		".vitepress/config.mts", ".vitepress/config.ts", ".vitepress/config.js", ".vitepress/config.mjs",
		"docs/.vitepress/config.mts", "docs/.vitepress/config.ts", "docs/.vitepress/config.js", "docs/.vitepress/config.mjs",
	},
	sign: regexp.MustCompile(`(?m)^::: +\w|^<script setup|^\[\[toc\]\]|^layout: (?:home|doc)\b`),
	look: func(im *importing, p *project, s settings) {
		if im.src.isDir("docs/.vitepress") {
			p.pages = "docs"
		}
		p.public = []string{path.Join(p.pages, "public")}
		p.html = s["cleanUrls"] != "true"
		p.prefix = strings.TrimSuffix(s.path("base"), "/") + p.prefix
	},
	address:   standardAddress,
	read:      (*importing).markdownPage,
	blocks:    []blockRule{codeBlocks, quotes, formulaBlocks, includes, admonitions, containers, htmlBlocks, alerts, scriptLines, comments, tablesOfContents},
	texts:     []textRule{formulas, expressions, attributeLists, tags},
	mustaches: true,
}
