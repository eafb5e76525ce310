package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

const (
	templateFolder  = "_templates" // in the content folder, or in the folder of a language
	standardName    = "article"    // the template where none is named
	builtInFile     = "(built-in template)"
	templateProblem = "new-template"
)

// placeholders are what a template may have in double braces.
func placeholders() []string {
	return append([]string{"title", "date", "review_by"}, listNames()...)
}

// listNames are the placeholders that stand for any number of texts.
func listNames() []string { return []string{"symptoms", "products", "causes", "solutions"} }

// draft is what is known of a new article.
type draft struct {
	title string
	lists map[string][]string // by listNames
	date  time.Time
}

// template is what new articles are made of.
type template struct {
	file  string // its path in the content folder
	lines *diag.Lines
	text  string
	words builtIn // of the article's language
	front int     // how many lines are front matter
}

// placeholder finds {{name}}. A text that starts with \{\{ has none: Markdown
// shows it as {{.
var placeholder = regexp.MustCompile(`\{\{[ \t]*([^{}]*?)[ \t]*\}\}`)

// findTemplate finds a template by its name for an article in a language,
// whose home is a folder: there, then at the top, then in the program. A
// template at the top is in the language of the site, so it does not replace
// the built-in one of another.
func findTemplate(fsys fs.FS, home, language, name string) (*template, diag.List, error) {
	if ext := strings.ToLower(path.Ext(name)); ext == ".md" || ext == ".markdown" {
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	if name == "" {
		name = standardName
	}
	folders := []string{path.Join(home, templateFolder)}
	if home != "" && name != standardName {
		folders = append(folders, templateFolder)
	}
	words := builtInFor(language)
	known := []string{standardName}
	for _, folder := range folders {
		for _, base := range templatesIn(fsys, folder) {
			own := strings.TrimSuffix(base, path.Ext(base))
			known = append(known, own)
			if own != name {
				continue
			}
			file := path.Join(folder, base)
			data, bad := content.ReadFile(fsys, file)
			if bad != nil {
				return nil, diag.List{*bad}, nil
			}
			return readTemplate(file, data, words)
		}
	}
	if name == standardName {
		return readTemplate(builtInFile, []byte(words.article), words)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	hint := "templates: " + strings.Join(known, ", ")
	if near := diag.Nearest(name, known); near != "" {
		hint = "did you mean " + strconv.Quote(near) + "? " + hint
	}
	return nil, nil, errUsage{fmt.Sprintf("there is no template %q", name), hint}
}

// templatesIn lists the templates of a folder, which need not be there.
func templatesIn(fsys fs.FS, folder string) []string {
	if fsys == nil {
		return nil
	}
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if !e.IsDir() && !content.Hidden(e.Name()) && content.Classify(e.Name()) != content.ClassAsset {
			out = append(out, e.Name())
		}
	}
	return out
}

// readTemplate finds mistakes in the placeholders.
func readTemplate(file string, data []byte, words builtIn) (*template, diag.List, error) {
	lines, source, bad := content.Decode(file, data)
	if bad != nil {
		return nil, diag.List{*bad}, nil
	}
	t := &template{file: file, lines: lines, text: string(source), words: words}
	var diags diag.List
	offset, number, ended := 0, 0, false
	for line := range strings.SplitAfterSeq(t.text, "\n") {
		number++
		text := strings.TrimRight(line, " \t\n")
		switch {
		case number == 1 && text == "---":
			t.front = 1
		case t.front > 0 && !ended:
			t.front, ended = number, text == "---" || text == "..."
		}
		diags = append(diags, t.placeholdersIn(line, offset, number <= t.front)...)
		offset += len(line)
	}
	return t, diags, nil
}

// placeholdersIn finds the mistakes in one line that starts at an offset.
func (t *template) placeholdersIn(line string, offset int, front bool) diag.List {
	var diags diag.List
	problem := func(at int, message, hint string) {
		diags = append(diags, t.lines.New(t.lines.At(offset+at), diag.Error, templateProblem, message, hint))
	}
	from := 0
	unfinished := func(end int) {
		if i := strings.Index(line[from:end], "{{"); i >= 0 {
			problem(from+i, "this {{ begins no placeholder", `end it with }} on the same line, or write \{\{ for a text with two braces`)
		}
	}
	for _, m := range placeholder.FindAllStringSubmatchIndex(line, -1) {
		unfinished(m[0])
		from = m[1]
		name := line[m[2]:m[3]]
		switch {
		case !slices.Contains(placeholders(), name):
			hint := "placeholders: " + strings.Join(placeholders(), ", ")
			if near := diag.Nearest(name, placeholders()); near != "" {
				hint = "did you mean {{" + near + "}}?"
			}
			problem(m[0], "unknown placeholder {{"+name+"}}", hint)
		case front && !wholeItem.MatchString(line) && !wholeValue.MatchString(line):
			problem(m[0], "in front matter a placeholder is the whole value of a key", "write “key: {{"+name+"}}”, without quotes and without other text: the value gets the quotes that it needs")
		}
	}
	unfinished(len(line))
	return diags
}

// In front matter a placeholder stands behind a key or, alone, behind a dash.
var (
	wholeItem  = regexp.MustCompile(`^([ \t]*- +)\{\{[ \t]*(\w+)[ \t]*\}\}((?:[ \t]+#.*|[ \t]*)\n?)$`)
	wholeValue = regexp.MustCompile(`^([^:#'"{}\[\]]+:[ \t]+)\{\{[ \t]*(\w+)[ \t]*\}\}((?:[ \t]+#.*|[ \t]*)\n?)$`)
	wholeLine  = regexp.MustCompile(`^[ \t]*\{\{[ \t]*(\w+)[ \t]*\}\}[ \t]*\n?$`)
)

// has tells whether the template has a place for a value.
func (t *template) has(name string) bool {
	return slices.ContainsFunc(placeholder.FindAllStringSubmatch(t.text, -1), func(m []string) bool { return m[1] == name })
}

// inFront tells whether front matter has a place for a value.
func (t *template) inFront(name string) bool {
	lines := strings.SplitAfterN(t.text, "\n", t.front+1)
	head := template{text: strings.Join(lines[:min(t.front, len(lines))], "")}
	return head.has(name)
}

// filled is a template with its values, and for each line the line of the
// template that it comes from: a mistake is shown where a person can mend it.
type filled struct {
	text string
	from []place
}

type place struct{ line, col int } // col: of the first placeholder, or 0

// fill puts the values in.
func (t *template) fill(d draft) filled {
	var b strings.Builder
	var out filled
	number := 0
	for line := range strings.SplitAfterSeq(t.text, "\n") {
		number++
		made, col := line, 0
		if m := placeholder.FindStringIndex(line); m != nil {
			col = utf8.RuneCountInString(line[:m[0]]) + 1
			if number <= t.front {
				made = frontLine(line, d)
			} else {
				made = t.bodyLine(line, d)
			}
		}
		b.WriteString(made)
		for range strings.Count(made, "\n") {
			out.from = append(out.from, place{number, col})
		}
	}
	out.from = append(out.from, place{number, 0}) // a last line without an end
	out.text = b.String()
	return out
}

// blame moves diagnostics from what was made to what it was made of.
func (t *template) blame(made filled, list diag.List) diag.List {
	var out diag.List
	for _, d := range list {
		d.File, d.Source = t.file, ""
		if d.Line > 0 {
			from := made.from[min(d.Line, len(made.from))-1]
			d.Line = from.line
			if from.col > 0 {
				d.Col = min(d.Col, from.col)
			}
			d.Source = t.lines.Text(d.Line)
		}
		out = append(out, d)
	}
	return out.Sort()
}

// frontLine writes a value as YAML: behind a dash one line for each text,
// behind a key a list in brackets.
func frontLine(line string, d draft) string {
	if m := wholeItem.FindStringSubmatch(line); m != nil {
		if !slices.Contains(listNames(), m[2]) {
			return m[1] + d.value(m[2]) + m[3]
		}
		var b strings.Builder
		for _, s := range d.lists[m[2]] {
			b.WriteString(m[1] + yamlText(s) + m[3])
		}
		if b.Len() == 0 {
			return m[1] + m[3]
		}
		return b.String()
	}
	m := wholeValue.FindStringSubmatch(line)
	if m == nil {
		return line // it was reported
	}
	return m[1] + d.value(m[2]) + m[3]
}

// value is a value in YAML.
func (d draft) value(name string) string {
	switch name {
	case "title":
		return strconv.Quote(d.title)
	case "date", "review_by":
		return d.day(name)
	}
	var list []string
	for _, s := range d.lists[name] {
		list = append(list, yamlText(s))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func (d draft) day(name string) string {
	if name == "review_by" {
		return d.date.AddDate(1, 0, 0).Format(time.DateOnly)
	}
	return d.date.Format(time.DateOnly)
}

// yamlText writes a text in quotes, unless every program reads the same text
// without them. What Go writes in quotes is YAML, too, for one line of UTF-8.
func yamlText(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null":
		return strconv.Quote(s)
	}
	if first, _ := utf8.DecodeRuneInString(s); !unicode.IsLetter(first) || strings.HasSuffix(s, " ") {
		return strconv.Quote(s)
	}
	for _, r := range s {
		// “，” and “、” would look as if they divided a list.
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_./+（）《》“”？！。", r) {
			return strconv.Quote(s)
		}
	}
	return s
}

// bodyLine writes values as Markdown.
func (t *template) bodyLine(line string, d draft) string {
	if m := wholeLine.FindStringSubmatch(line); m != nil && slices.Contains(listNames(), m[1]) {
		text := t.items(m[1], d)
		if !strings.HasSuffix(line, "\n") {
			text = strings.TrimSuffix(text, "\n")
		}
		return text
	}
	return placeholder.ReplaceAllStringFunc(line, func(s string) string {
		switch name := placeholder.FindStringSubmatch(s)[1]; name {
		case "title":
			return markdownText(d.title)
		case "date", "review_by":
			return d.day(name)
		default:
			var list []string
			for _, s := range d.lists[name] {
				list = append(list, markdownText(s))
			}
			return strings.Join(list, t.words.between)
		}
	})
}

// items are the lines for a list that has a line of its own: bullets, or for
// causes and solutions headings with a text to fill in.
func (t *template) items(name string, d draft) string {
	list := d.lists[name]
	var b strings.Builder
	if name == "symptoms" || name == "products" {
		for _, s := range list {
			b.WriteString("- " + markdownText(s) + "\n")
		}
		return b.String()
	}
	example, text := t.words.cause, t.words.causeText
	if name == "solutions" {
		example, text = t.words.remedy, t.words.remedyText
	}
	if len(list) == 0 {
		return "### " + example + "\n\n" + text + "\n"
	}
	for i, s := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		var attributes []string
		if t.inFront(name) { // a heading may name only tags that the article has
			attributes = append(attributes, "tag="+attributeText(s))
		}
		// Commas would make two causes of one. A solution that names none is for
		// all, so nothing is lost.
		if causes := d.lists["causes"]; name == "solutions" && len(causes) == 1 && t.has("causes") && !strings.ContainsAny(causes[0], ",，、;；") {
			attributes = append(attributes, "for="+attributeText(causes[0]))
		}
		b.WriteString("### " + markdownText(s))
		if len(attributes) > 0 {
			b.WriteString(" {" + strings.Join(attributes, " ") + "}")
		}
		b.WriteString("\n\n" + text + "\n")
	}
	return b.String()
}

// attributeText writes a value of a heading's attribute.
func attributeText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

var startsBlock = regexp.MustCompile(`^(?:[-+=#>:]|\d+[.)])`)

// markdownText writes a text so that Markdown shows exactly that text.
func markdownText(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		after := rune(0)
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		switch {
		case strings.ContainsRune("\\`*_{}[]<>~|", r),
			r == '&' && (after == '#' || unicode.IsLetter(after)),
			r == '#' && i > 0 && runes[i-1] == ' ':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	out := b.String()
	if m := startsBlock.FindString(out); m != "" {
		out = m[:len(m)-1] + `\` + out[len(m)-1:]
	}
	return out
}

// tongue is the language of a path in the content folder, and the folder that
// is its home ("" for that of the site). It reads site.yaml and the index.md of
// the folders above, and no other file: on a large site one must not wait.
func tongue(fsys fs.FS, name string) (language, home string, settings content.Settings) {
	settings = content.DefaultSettings()
	if fsys == nil {
		return settings.Language, "", settings
	}
	if data, err := fs.ReadFile(fsys, content.SiteFile); err == nil {
		settings, _ = content.ParseSettings(data) // whyfix check tells what is wrong with it
	}
	language = settings.Language
	parser := settings.Parser()
	parts := strings.Split(path.Dir(name), "/")
	for i := range parts {
		dir := path.Join(parts[:i+1]...)
		if dir == "." {
			continue
		}
		entries, err := fs.ReadDir(fsys, dir)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		for _, e := range entries {
			if e.IsDir() || content.Classify(e.Name()) != content.ClassIndex {
				continue
			}
			file := path.Join(dir, e.Name())
			data, bad := content.ReadFile(fsys, file)
			if bad != nil {
				continue
			}
			index, _ := content.ParseArticle(file, data, parser)
			if index != nil && index.InLanguage.Value != "" && !strings.EqualFold(index.InLanguage.Value, language) {
				language, home = index.InLanguage.Value, dir
			}
		}
	}
	return language, home, settings
}
