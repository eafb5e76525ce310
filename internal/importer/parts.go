package importer

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
)

// Pages show parts of other files, and values that stand once for a whole site.
// Both are written into the article: its text is then whole, and who edits it
// need not know where the other program had them.

// mostIncluded is how many bytes of other files a page may have.
const mostIncluded = 4 << 20

var (
	markdownParts  = regexp.MustCompile(`^(\s*)-+8<-+\s+"([^"]+)"\s*$`)
	markdownList   = regexp.MustCompile(`^(\s*)-+8<-+\s*$`)
	codePart       = regexp.MustCompile(`^(\s*)<<<\s*([^\s{\[#]+)(#[\w-]+)?\s*(?:\{([^}]*)\})?\s*(?:\[([^\]]+)\])?\s*$`)
	commentPart    = regexp.MustCompile(`^(\s*)<!--\s*@include:?\s*([^\s{#]+)(#[\w\pL-]+)?\s*(?:\{(\d*)(,?)(\d*)\})?\s*-->\s*$`)
	vuepressPart   = regexp.MustCompile(`^(\s*)@\[code[^\]]*\]\(([^)]+)\)\s*$|^(\s*)@include\(([^)]+)\)\s*$|^(\s*):::\s*([\w-]+\.[\w.-]+)\s*$`)
	regionOfSource = regexp.MustCompile(`#?(end)?region\b\s*([\w*-]*)|--8<--\s*\[(start|end):([\w-]+)\]`)
)

// found is a text file of the source that a page includes: as the page names it,
// from the folders where the programs look.
func (w *writing) found(name string) (file, text string, ok bool) {
	top := []string{w.p.dir, w.im.project.pages, "."}
	if inside, ok := strings.CutPrefix(name, "@site/"); ok {
		name, top = inside, []string{"."}
	} else if inside, ok := strings.CutPrefix(name, "@/"); ok {
		name, top = inside, []string{w.im.project.pages, "."}
	} else if strings.HasPrefix(name, "/") {
		name, top = strings.TrimLeft(name, "/"), []string{w.im.project.pages, "."}
	}
	for dir := w.p.dir; dir != "." && dir != "/"; dir = path.Dir(dir) { // the folder of a language, and those above
		top = append(top, dir)
	}
	for _, dir := range top {
		file = path.Join(dir, name)
		if strings.HasPrefix(file, "..") || !w.im.src.isFile(file) {
			continue
		}
		data, err := w.im.src.read(file)
		if w.included += len(data); err != nil || w.included > mostIncluded {
			return "", "", false
		}
		if _, source, bad := content.Decode(file, data); bad == nil {
			return file, markup.Printable(string(source)), true
		}
	}
	return "", "", false
}

// part is a part of a file: a region with a name, or lines.
func part(text, region string, from, to int) ([]string, bool) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if region == "" {
		if from > len(lines) {
			return nil, false
		}
		if to == 0 || to > len(lines) {
			to = len(lines)
		}
		return lines[max(from-1, 0):max(to, from-1, 0)], true
	}
	start := -1
	var out []string
	for i, l := range lines {
		m := regionOfSource.FindStringSubmatch(l)
		switch {
		case m == nil:
			if start >= 0 {
				out = append(out, l)
			}
		case start < 0 && m[1] == "" && (m[2] == region || m[3] == "start" && m[4] == region):
			start = i
		case start >= 0 && (m[1] == "end" && (m[2] == "" || m[2] == region) || m[3] == "end" && m[4] == region):
			return dedent(out), true
		}
	}
	return dedent(out), start >= 0
}

// section is the part of a Markdown file below a heading with this anchor.
func section(text, anchor string) ([]string, bool) {
	lines := strings.Split(text, "\n")
	level, start, code := 0, -1, fenceState("")
	for i, l := range lines {
		if code.within(l) || !atxLine.MatchString(l) {
			continue
		}
		n := strings.IndexFunc(strings.TrimSpace(l), func(r rune) bool { return r != '#' })
		switch {
		case start >= 0 && n <= level:
			return lines[start:i], true
		case start < 0 && letters(attributes.ReplaceAllString(l, "")) == letters(anchor):
			level, start = n, i
		}
	}
	if start < 0 {
		return nil, false
	}
	return lines[start:], true
}

// snippet is what follows the sign of a snippet of MkDocs: a file, with a
// section or lines of it behind a colon.
func (w *writing) snippet(name string) (file string, lines []string, ok bool) {
	name, rest, _ := strings.Cut(name, ":")
	file, text, ok := w.found(name)
	if !ok {
		return "", nil, false
	}
	first, last, _ := strings.Cut(rest, ":")
	from, bad := strconv.Atoi(first)
	switch {
	case rest == "":
		lines, ok = part(text, "", 0, 0)
	case bad == nil || first == "":
		to, _ := strconv.Atoi(last)
		lines, ok = part(text, "", from, to)
	default:
		lines, ok = part(text, rest, 0, 0)
	}
	return file, lines, ok
}

// partOfCode writes a part of another file into a block of code.
func (w *writing) partOfCode(lines []string, i int) (out []string, next int) {
	m := markdownParts.FindStringSubmatch(lines[i])
	if m == nil || !w.dialect.snippets || strings.HasPrefix(m[2], ";") {
		return nil, i
	}
	_, out, ok := w.snippet(m[2])
	if !ok {
		w.p.ask(strings.TrimSpace(lines[i]), diag.Say("a part from another file was not found: %s", markup.Shorten(m[2], 120)), diag.Say("write that part here"))
		return nil, i
	}
	w.drop(diag.Say("that a part comes from another file: it stands here"))
	return prefixed(m[1], out), i + 1
}

// includes writes parts of other files into the page, or notes them.
func includes(w *writing, lines []string, i, depth int) (out []string, next int) {
	l := lines[i]
	if isCode(lines, i) || depth >= deepestBlock {
		return nil, i
	}
	note := func() ([]string, int) {
		return w.note(leading(l), strings.TrimSpace(l), diag.Say("a part from another file"), diag.Say("write that part here")), i + 1
	}
	if m := commentPart.FindStringSubmatch(l); m != nil {
		file, text, ok := w.found(m[2])
		var inside []string
		if from, _ := strconv.Atoi(m[4]); ok && m[3] == "" {
			to, _ := strconv.Atoi(m[6])
			if m[5] == "" && m[4] != "" {
				to = from
			}
			inside, ok = part(text, "", from, to)
		} else if ok {
			if inside, ok = part(text, m[3][1:], 0, 0); !ok {
				inside, ok = section(text, m[3][1:])
			}
		}
		if !ok {
			return note()
		}
		return w.include(m[1], file, inside, depth), i + 1
	}
	if m := codePart.FindStringSubmatch(l); m != nil {
		file, text, ok := w.found(m[2])
		var inside []string
		if ok {
			inside, ok = part(text, strings.TrimPrefix(m[3], "#"), 0, 0)
		}
		if !ok {
			return note()
		}
		if m[5] != "" {
			out = []string{m[1] + "**" + markup.Escape(m[5]) + "**", ""}
		}
		w.drop(diag.Say("that a part comes from another file: it stands here"))
		language := strings.TrimPrefix(path.Ext(file), ".")
		return apart(append(out, prefixed(m[1], markup.Fenced(language, strings.Join(inside, "\n")))...)...), i + 1
	}
	if w.dialect.snippets {
		if m := markdownParts.FindStringSubmatch(l); m != nil {
			file, inside, ok := w.snippet(m[2])
			if !ok || !isText(file) {
				return note()
			}
			return w.include(m[1], file, inside, depth), i + 1
		}
		if m := markdownList.FindStringSubmatch(l); m != nil {
			end := slices.IndexFunc(lines[i+1:], markdownList.MatchString)
			if end < 0 {
				return note()
			}
			for _, name := range lines[i+1 : i+1+end] {
				if name = strings.TrimSpace(name); name == "" || strings.HasPrefix(name, ";") {
					continue
				}
				if file, inside, ok := w.snippet(name); ok && isText(file) {
					out = append(out, w.include(m[1], file, inside, depth)...)
				} else {
					out = append(out, w.note(m[1], name, diag.Say("a part from another file"), diag.Say("write that part here"))...)
				}
			}
			return out, i + 1 + end + 1
		}
	}
	if vuepressPart.MatchString(l) {
		return note()
	}
	return nil, i
}

// isText reports whether a file is text that a page may have in it.
func isText(file string) bool {
	switch strings.ToLower(path.Ext(file)) {
	case ".md", ".mdx", ".markdown", ".txt", ".inc":
		return true
	}
	return false
}

// include writes Markdown of another file into the page.
func (w *writing) include(indent, file string, lines []string, depth int) []string {
	if slices.Contains(w.including, file) || depth >= deepestBlock {
		return w.note(indent, file, diag.Say("a part that has itself in it"), diag.Say("write that part here"))
	}
	text := strings.Join(lines, "\n")
	if m := yamlFront.FindStringIndex(text); m != nil {
		text = text[m[1]:]
	} else if m := tomlFront.FindStringIndex(text); m != nil {
		text = text[m[1]:]
	}
	w.drop(diag.Say("that a part comes from another file: it stands here"))
	w.including = append(w.including, file)
	out := w.blocks(strings.Split(w.im.filled(text), "\n"), depth+1)
	w.including = w.including[:len(w.including)-1]
	return apart(prefixed(indent, trimBlank(out))...)
}

// valueOfSite is a value that stands in variables.json.
var valueOfSite = regexp.MustCompile(`\{\{\{\s*\.([\w.-]+)\s*\}\}\}`)

// readValues reads the values that stand once for a whole site.
func (im *importing) readValues() {
	im.project.values = map[string]string{}
	for _, name := range []string{"variables.json", path.Join(im.project.pages, "variables.json")} {
		data, err := im.src.read(name)
		var all map[string]json.RawMessage
		if err == nil && json.Unmarshal(data, &all) == nil {
			im.keepValues("", all)
			return
		}
	}
}

func (im *importing) keepValues(above string, all map[string]json.RawMessage) {
	for key, raw := range all {
		var text string
		var inner map[string]json.RawMessage
		if json.Unmarshal(raw, &text) == nil {
			im.project.values[above+key] = markup.Line(text)
		} else if json.Unmarshal(raw, &inner) == nil && strings.Count(above, ".") < 5 {
			im.keepValues(above+key+".", inner)
		}
	}
}

// filled is a text with the values of the site.
func (im *importing) filled(text string) string {
	if len(im.project.values) == 0 {
		return text
	}
	return valueOfSite.ReplaceAllStringFunc(text, func(s string) string {
		if v := im.project.values[valueOfSite.FindStringSubmatch(s)[1]]; v != "" {
			return v
		}
		return s
	})
}

// fillIn puts the values of the site into a file, front matter and code among it.
func (im *importing) fillIn(in *input) {
	if text := im.filled(string(in.text)); len(im.project.values) > 0 && text != string(in.text) {
		in.text = []byte(text)
		in.lines = diag.NewLines(in.shown, in.text)
	}
}

var (
	mustache = regexp.MustCompile(`\{\{\{?([^{}\n]+)\}\}\}?`)
	ofPage   = regexp.MustCompile(`^\$?(?:frontmatter|page|params|page\.meta)\.([\w-]+)$`)
)

// expressions are values of a page between braces: those of its front matter
// are written, others are noted as code.
func expressions(w *writing, s, _ string) string {
	return mustache.ReplaceAllStringFunc(s, func(written string) string {
		inside := strings.TrimSpace(mustache.FindStringSubmatch(written)[1])
		if m := ofPage.FindStringSubmatch(inside); m != nil {
			if v, ok := w.param(m[1]); ok {
				return markup.Escape(v)
			}
		}
		if len(inside) > 2 && (inside[0] == '\'' || inside[0] == '"' || inside[0] == '`') && inside[len(inside)-1] == inside[0] {
			return markup.Escape(inside[1 : len(inside)-1])
		}
		w.p.ask(written, diag.Say("the value %s was left as a note", markup.Shorten(written, 60)), diag.Say("write what it stands for"))
		return markup.Code(written)
	})
}

// param is a text of the page's front matter, or of the settings.
func (w *writing) param(name string) (string, bool) {
	name = strings.ToLower(name)
	for _, e := range w.entries {
		if strings.ToLower(e.Key.Value) == name && len(e.Values) > 0 {
			return e.Values[0].Value, true
		}
		if strings.EqualFold(e.Key.Value, "params") {
			for _, i := range e.Inner {
				if strings.ToLower(i.Key.Value) == name && len(i.Values) > 0 {
					return i.Values[0].Value, true
				}
			}
		}
	}
	v, ok := w.im.project.params[name]
	return v, ok
}
