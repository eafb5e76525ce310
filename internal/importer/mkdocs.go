package importer

import (
	"path"
	"regexp"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
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
		im.readAppended(s[wholeFile])
	},
	address:  standardAddress,
	read:     (*importing).markdownPage,
	blocks:   []blockRule{codeBlocks, quotes, formulaBlocks, includes, admonitions, tabs, htmlBlocks, alerts, comments, tablesOfContents, abbreviations, attributeLines},
	texts:    []textRule{formulas, signsOfMaterial, lostReferences, attributeLists, tags},
	snippets: true,
}

var (
	attrList    = regexp.MustCompile(`\{:?\s*(?:[.#][\w-]+|[\w-]+=(?:"[^"]*"|[\w-]+))(?:\s+(?:[.#][\w-]+|[\w-]+=(?:"[^"]*"|[\w-]+)))*\s*\}`)
	headingLine = regexp.MustCompile(`^ {0,3}#{1,6}\s`)
	idInList    = regexp.MustCompile(`#([\w\p{Han}-]+)`)
)

// attributeLists takes away what gives an element a class or the like; the id
// of a heading stays, and how wide a picture is.
func attributeLists(w *writing, s, _ string) string {
	if headingLine.MatchString(s) {
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
	var b strings.Builder
	behind := 0
	for _, m := range attrList.FindAllStringIndex(s, -1) {
		if m[0] > 0 && s[m[0]-1] == '{' || m[1] < len(s) && s[m[1]] == '}' {
			continue // {{ .a }} is another thing
		}
		b.WriteString(s[behind:m[0]])
		behind = m[1]
		if wide := widthInList.FindStringSubmatch(s[m[0]:m[1]]); wide != nil && pictureBefore.MatchString(s[:m[0]]) {
			b.WriteString(sized("", wide[1]))
			continue
		}
		w.drop(diag.Say("attributes in braces"))
	}
	return b.String() + s[behind:]
}

var (
	widthInList   = regexp.MustCompile(`\bwidth="?(\d+(?:px|%)?)`)
	pictureBefore = regexp.MustCompile(`!\[[^\]]*\]\([^)]*\)$`)
	keys          = regexp.MustCompile(`\+\+([\w"'-]+(?:\+[\w"'-]+)*)\+\+`)
	iconName      = regexp.MustCompile(`:(?:material|fontawesome|octicons|simple)-[\w-]+:[ ]?`)
	inserted      = regexp.MustCompile(`\^\^([^\s^](?:[^^]*[^\s^])?)\^\^`)
	abbreviation  = regexp.MustCompile(`^\*\[[^\]]+\]:`)
)

// signsOfMaterial rewrites what extensions of Python-Markdown have within a line:
// ++ctrl+c++, ^^underlined^^, and icons by their names.
func signsOfMaterial(w *writing, s, _ string) string {
	s = keys.ReplaceAllStringFunc(s, func(written string) string {
		var out []string
		for key := range strings.SplitSeq(strings.Trim(written, "+"), "+") {
			key = strings.Trim(strings.ReplaceAll(key, "-", " "), `"'`)
			if key == "" {
				return written
			}
			out = append(out, "<kbd>"+strings.ToUpper(key[:1])+key[1:]+"</kbd>")
		}
		return strings.Join(out, "+")
	})
	s = iconName.ReplaceAllStringFunc(s, func(string) string { w.drop(diag.Say("an icon")); return "" })
	return inserted.ReplaceAllString(s, "<u>$1</u>")
}

// abbreviations leaves out what says what an abbreviation means, which readers
// see only if they point at it.
func abbreviations(w *writing, lines []string, i, _ int) ([]string, int) {
	if !abbreviation.MatchString(lines[i]) {
		return nil, i
	}
	w.drop(diag.Say("what an abbreviation means"))
	return nil, i + 1
}

var (
	formulaLine  = regexp.MustCompile(`^(\s*(?:>\s*)*)(\$\$|\\\[)(.*)$`)
	formulaText  = regexp.MustCompile(`\\\((.+?)\\\)|\$\$([^$]+)\$\$|\$((?:[^\s$\\]|\\.)|(?:[^\s$\\]|\\.)(?:[^$\\]|\\.)*?(?:[^\s$\\]|\\.))\$`)
	texCommand   = regexp.MustCompile(`\\[A-Za-z]+|[\^_]\{`)
	shortFormula = regexp.MustCompile(`^(?:\w{1,3}|[^\pL]*[A-Za-z][^\pL]*[=<>+^_][^\pL]*[A-Za-z0-9]*)$`) // beside others
	texFormula   = regexp.MustCompile(`\$\$[^$` + "`" + `]*\\[A-Za-z]+[^$` + "`" + `]*\$\$|\$[^\s$` + "`" + `][^$\n` + "`" + `]*\\[A-Za-z]{2,}[^$\n` + "`" + `]*\$`)
)

// formulaBlocks makes code of a formula that stands on lines of its own.
func formulaBlocks(w *writing, lines []string, i, _ int) ([]string, int) {
	m := formulaLine.FindStringSubmatch(lines[i])
	if m == nil || isCode(lines, i) || m[2] != "$$" && !w.math {
		return nil, i
	}
	end := map[string]string{"$$": "$$", `\[`: `\]`}[m[2]]
	var inside []string
	for at, l := range lines[i:] {
		if isBlank(l) && at > 0 {
			continue // of a formula over lines, blank lines say nothing
		}
		if l = strings.TrimPrefix(l, m[1]); at == 0 {
			l = m[3]
		}
		text, behind, found := strings.Cut(l, end)
		if !isBlank(text) {
			inside = append(inside, strings.TrimRight(text, " "))
		}
		if !found {
			continue
		}
		all := strings.Join(inside, "\n")
		if behind = strings.TrimSpace(behind); behind != "" && !attrList.MatchString(behind) || !w.math && !texCommand.MatchString(all) || all == "" {
			return nil, i
		}
		w.drop(diag.Say("the look of a formula, which stands as code"))
		return apart(prefixed(m[1], markup.Fenced("tex", all))...), i + at + 1
	}
	return nil, i
}

// formulas makes code of formulas within a line. Where no setting tells that
// there are any, only what has a command of TeX is one.
func formulas(w *writing, s, _ string) string {
	if !strings.ContainsAny(s, "$\\") {
		return s
	}
	var b strings.Builder
	for s != "" {
		at := formulaText.FindStringSubmatchIndex(s)
		if at == nil {
			break
		}
		group := 1
		for at[2*group] < 0 {
			group++
		}
		inside := s[at[2*group]:at[2*group+1]]
		escapedSign := at[0] > 0 && s[at[0]-1] == '\\'
		amount := group == 3 && at[1] < len(s) && s[at[1]] >= '0' && s[at[1]] <= '9'
		if escapedSign || amount || !w.im.project.math && (group == 1 || !texCommand.MatchString(inside) && !(w.math && shortFormula.MatchString(inside))) {
			b.WriteString(s[:at[2*group]])
			s = s[at[2*group]:]
			continue
		}
		w.drop(diag.Say("the look of a formula, which stands as code"))
		b.WriteString(s[:at[0]] + markup.Code(inside))
		s = s[at[1]:]
	}
	return b.String() + s
}

var (
	appendedFiles  = regexp.MustCompile(`(?m)^\s*auto_append:\s*\n((?:\s*-\s+\S+\s*\n)+)`)
	definitionLine = regexp.MustCompile(`(?m)^[ >]*\[([^\[\]^][^\[\]]*)\]:[ \t]*\S.*$`)
	referenceLink  = regexp.MustCompile(`\[([^\[\]]+)\]\[([\w.-]+)\]`)
)

// readAppended reads the files that stand below every page, which define where
// links lead.
func (im *importing) readAppended(settings string) {
	m := appendedFiles.FindStringSubmatch(settings)
	if m == nil {
		return
	}
	for name := range strings.FieldsSeq(strings.ReplaceAll(m[1], "- ", " ")) {
		data, _ := im.src.read(path.Clean(strings.Trim(name, `"'`)))
		for _, d := range definitionLine.FindAllStringSubmatch(string(data), -1) {
			im.project.appended = append(im.project.appended, definition{strings.ToLower(d[1]), strings.TrimSpace(d[0])})
		}
	}
}

// definition is where the links of a name lead, as it is written.
type definition struct{ name, line string }

// define notes which links a page says where they lead, and appends what stands
// below every page, as far as the page needs it.
func (w *writing) define(text string) string {
	for _, d := range definitionLine.FindAllStringSubmatch(text, -1) {
		w.defined[strings.ToLower(d[1])] = true
	}
	low, out := strings.ToLower(text), ""
	for _, d := range w.im.project.appended {
		if !w.defined[d.name] && strings.Contains(low, "["+d.name+"]") {
			w.defined[d.name] = true
			out += d.line + "\n"
		}
	}
	if out == "" {
		return text
	}
	return strings.TrimRight(text, "\n") + "\n\n" + out
}

// lostReferences are links to a heading of any page by its id, as a plugin makes
// them: their text stays.
func lostReferences(w *writing, s, _ string) string {
	var b strings.Builder
	behind := 0
	for _, m := range referenceLink.FindAllStringSubmatchIndex(s, -1) {
		name := s[m[4]:m[5]]
		if w.defined[strings.ToLower(name)] || m[0] > 0 && (s[m[0]-1] == '!' || s[m[0]-1] == ']' || 'a' <= s[m[0]-1]|0x20 && s[m[0]-1]|0x20 <= 'z') || strings.Trim(name, "0123456789") == "" {
			continue
		}
		text := s[m[2]:m[3]]
		b.WriteString(s[behind:m[0]] + text)
		behind = m[1]
		w.p.ask(text, diag.Say("nothing says where the link [%s] leads", markup.Shorten(name, 60)), diag.Say("link to an article"))
	}
	return b.String() + s[behind:]
}
