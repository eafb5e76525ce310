package draft

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode"

	"gopkg.in/yaml.v3"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

const (
	templateFolder  = "_templates" // in the content folder, or in the folder of a language
	standardName    = "article"    // the template where none is named
	builtInFile     = "(built-in template)"
	templateProblem = "new-template"
)

// placeholders are what stands for a value in a template.
func placeholders() []string {
	return append([]string{"title", "date", "review_by", "checks"}, Lists()...)
}

// source is what new articles are made of, for text/template. Its placeholders
// are functions, which write YAML in front matter and Markdown below it.
type source struct {
	file        string // its path in the content folder
	lines       *diag.Lines
	front, body string
	words       wording // of the article's language
}

// findTemplate finds a template by its name for an article at a place: in the
// home of its language, then at the top, then in the program. A template at the
// top is in the language of the site, so it does not replace the standard one of
// another.
func findTemplate(folder fs.FS, at place, name string) (*source, diag.List, error) {
	if name != "" && content.Classify(name) != content.ClassAsset {
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	name = cmp.Or(name, standardName)
	folders := []string{path.Join(at.home, templateFolder)}
	if at.home != "" && name != standardName {
		folders = append(folders, templateFolder)
	}
	files := map[string]string{standardName: builtInFile}
	for _, dir := range slices.Backward(folders) {
		for _, base := range templatesIn(folder, dir) {
			files[strings.TrimSuffix(base, path.Ext(base))] = path.Join(dir, base)
		}
	}
	file, found := files[name]
	if !found {
		known := slices.Sorted(maps.Keys(files))
		hint := diag.Say("templates: %s", diag.Names(known))
		if near := diag.Nearest(name, known); near != "" {
			hint = diag.Say("did you mean %q? %s", near, hint)
		}
		return nil, nil, diag.Misuse(diag.Say("there is no template %q", name), hint)
	}
	words := wordsIn(at.language)
	data, bad := words.article, (*diag.Diagnostic)(nil)
	if file != builtInFile {
		data, bad = content.ReadFile(folder, file)
	}
	if bad != nil {
		return nil, diag.List{*bad}, nil
	}
	lines, text, bad := content.Decode(file, data)
	if bad != nil {
		return nil, diag.List{*bad}, nil
	}
	t := &source{file: file, lines: lines, body: string(text), words: words}
	if m := frontMatter.FindString(t.body); m != "" {
		t.front, t.body = m, t.body[len(m):]
	}
	return t, nil, nil
}

// templatesIn lists the templates of a folder, which need not be there.
func templatesIn(folder fs.FS, dir string) []string {
	entries, _ := fs.ReadDir(folder, dir)
	var out []string
	for _, e := range entries {
		if !e.IsDir() && !content.Hidden(e.Name()) && content.Classify(e.Name()) != content.ClassAsset {
			out = append(out, e.Name())
		}
	}
	return out
}

var frontMatter = regexp.MustCompile(`(?s)\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\z)`)

// A list behind a dash is an item for each text, and one that has a line below
// front matter to itself is written as lines.
var (
	itemLine = regexp.MustCompile(`(?m)^([ \t]*- +)\{\{[ \t]*(symptoms|products|causes|solutions)[ \t]*\}\}(.*)$`)
	listLine = regexp.MustCompile(`(?m)^[ \t]*\{\{[ \t]*(symptoms|products|causes|solutions)[ \t]*\}\}[ \t]*$`)
)

const eachItem = `{{range $$i, $$s := $2}}{{if $$i}}{{"\n"}}{{end}}$1{{$$s}}$3{{else}}$1$3{{end}}`

// fill makes the text of an article.
func (t *source) fill(a Article) (string, diag.List) {
	inFront := values[scalars](a, strconv.Quote(a.Title), scalar)
	inFront["padded"] = func(width int, list scalars) string { return fmt.Sprintf("%-*s", width, list) }
	inFront["checks"] = func() (string, error) { return "", errors.New("{{checks}} are headings: write it below front matter") }
	front, bad := t.execute(itemLine.ReplaceAllString(besideComments(t.front), eachItem), inFront)
	if bad != nil {
		return "", diag.List{*bad}
	}
	// The comment keeps the numbers of lines.
	before := "{{/*" + strings.Repeat("\n", strings.Count(t.front, "\n")) + "*/}}"
	inBody := values[phrases](a, markdownText(a.Title), markdownText)
	inBody["checks"] = func() string { return strings.TrimSuffix(t.checks(a), "\n") }
	inBody["list"] = func(name string) string { return strings.TrimSuffix(t.items(name, a), "\n") }
	body, bad := t.execute(before+listLine.ReplaceAllString(t.body, `{{list "$1"}}`), inBody)
	if bad != nil {
		return "", diag.List{*bad}
	}
	return front + body, nil
}

// A list before a comment is made so wide that the comment keeps its column, if the
// list leaves room.
var beforeComment = regexp.MustCompile(`(?m)^(\w+: *)\{\{[ \t]*(symptoms|products|causes|solutions)[ \t]*\}\}( +)(#.*)$`)

func besideComments(front string) string {
	return beforeComment.ReplaceAllStringFunc(front, func(line string) string {
		m := beforeComment.FindStringSubmatch(line)
		width := len(line) - len(m[1]) - len(m[3]) - len(m[4])
		return fmt.Sprintf("%s{{padded %d %s}} %s", m[1], width+len(m[3])-1, m[2], m[4])
	})
}

// execute fills in one part.
func (t *source) execute(text string, values template.FuncMap) (string, *diag.Diagnostic) {
	var b strings.Builder
	parsed, err := template.New("").Funcs(values).Parse(text)
	if err == nil {
		err = parsed.Execute(&b, nil)
	}
	if err == nil {
		return b.String(), nil
	}
	return "", t.problem(err)
}

// The library says “template: NAME:LINE:COLUMN: …”, for some mistakes without
// the column.
var (
	templateError = regexp.MustCompile(`^template: [^:]*:(\d+):(?:\d+:)? (.*)$`)
	unclosed      = regexp.MustCompile(`^(.*) started at [^:]*:(\d+)$`)
	unknownName   = regexp.MustCompile(`^function "(.*)" not defined$`)
)

// problem says where a template has a mistake, and what to do about it.
func (t *source) problem(err error) *diag.Diagnostic {
	line, said, hint := 1, err.Error(), diag.Say("placeholders: %s", diag.Names(placeholders()))
	if m := templateError.FindStringSubmatch(said); m != nil {
		line, _ = strconv.Atoi(m[1])
		said = m[2]
	}
	if m := unclosed.FindStringSubmatch(said); m != nil {
		said = m[1]
		line, _ = strconv.Atoi(m[2])
	}
	message := diag.Verbatim(said)
	if m := unknownName.FindStringSubmatch(said); m != nil {
		message = diag.Say("unknown placeholder {{%s}}", m[1])
		if near := diag.Nearest(m[1], placeholders()); near != "" {
			hint = diag.Say("did you mean {{%s}}?", near)
		}
	}
	at := t.lines.Offset(line, 1) + max(strings.Index(t.lines.Text(line), "{{"), 0)
	d := t.lines.New(t.lines.At(at), diag.Error, templateProblem, message, hint)
	return &d
}

// blame moves diagnostics from a line of what was made to the same line of the
// template, where a person can mend it, if it has that line.
func (t *source) blame(made string, list diag.List) diag.List {
	was, is := strings.Split(t.front+t.body, "\n"), strings.Split(made, "\n")
	for i := range list {
		d := &list[i]
		d.File = t.file
		if d.Line > 0 && d.Line <= len(is) {
			d.Line = slices.Index(was, is[d.Line-1]) + 1
		}
		if d.Line == 0 {
			d.Col, d.Source = 0, ""
		}
	}
	return list.Sort()
}

// scalars are texts in YAML. Printed they are a list in brackets.
type scalars []string

func (s scalars) String() string { return "[" + strings.Join(s, ", ") + "]" }

// values are what placeholders stand for, as a format writes it.
func values[L ~[]string](a Article, title string, write func(string) string) template.FuncMap {
	out := template.FuncMap{
		"title":     func() string { return title },
		"date":      func() string { return a.Date.Format(time.DateOnly) },
		"review_by": func() string { return a.Date.AddDate(1, 0, 0).Format(time.DateOnly) },
	}
	for _, name := range Lists() {
		var list L
		for _, s := range a.Lists[name] {
			list = append(list, write(s))
		}
		out[name] = func() L { return list }
	}
	return out
}

// scalar writes a text in YAML, as it may stand in a list in brackets: in quotes,
// if the YAML library would put it into any. Go's are YAML, too, for one line of
// UTF-8, and leave signs such as 😀 as they are.
func scalar(s string) string {
	list, err := yaml.Marshal(struct {
		L []string `yaml:"l,flow"`
	}{[]string{s}})
	// “，” and “、” would look as if they divided the list.
	if err != nil || string(list) != "l: ["+s+"]\n" || strings.ContainsAny(s, "，、") {
		return strconv.Quote(s)
	}
	return s
}

// phrases are texts in Markdown. Printed they are a list in a sentence.
type phrases []string

func (p phrases) String() string {
	between := ", "
	if len(p) > 0 && strings.ContainsFunc(p[0], func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		between = "、"
	}
	return strings.Join(p, between)
}

// uses reports whether a part of a template has a value.
func uses(part, name string) bool {
	return regexp.MustCompile(`\{\{[^{}]*\b` + name + `\b`).MatchString(part)
}

// items are the lines for a list that has a line of its own: bullets, or for
// causes and solutions headings with a text to fill in.
func (t *source) items(name string, a Article) string {
	list := a.Lists[name]
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
		causes := []string{""}
		if name == "solutions" {
			causes = t.namedCauses(a)
		}
		return forEach(causes, example, text)
	}
	for i, s := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		var attributes []string
		if uses(t.front, name) { // a heading may name only tags that the article has
			attributes = append(attributes, "tag="+attributeText(s))
		}
		// As many solutions as causes are one for each. Of others nobody knows: one
		// that names no cause is for all. Commas would make two causes of one.
		if causes := a.Lists["causes"]; name == "solutions" && len(causes) > 0 && (len(causes) == 1 || len(causes) == len(list)) && uses(t.front+t.body, "causes") {
			if cause := causes[min(i, len(causes)-1)]; oneCause(cause) {
				attributes = append(attributes, "for="+attributeText(cause))
			}
		}
		b.WriteString("### " + markdownText(s))
		if len(attributes) > 0 {
			b.WriteString(" {" + strings.Join(attributes, " ") + "}")
		}
		b.WriteString("\n\n" + text + "\n")
	}
	return b.String()
}

// checks are headings with a text to fill in, one for each cause that the article
// names.
func (t *source) checks(a Article) string {
	return forEach(t.namedCauses(a), t.words.check, t.words.checkText)
}

// namedCauses are the causes that a heading may name: those of the article, or the
// example's, or "" where it names none.
func (t *source) namedCauses(a Article) []string {
	switch causes := a.Lists["causes"]; {
	case len(causes) > 0 && uses(t.front+t.body, "causes"):
		return causes
	case len(causes) == 0 && t.listsCauses():
		return []string{t.words.cause}
	}
	return []string{""} // the article names none
}

// forEach are headings that say the same, each for a cause, with a text to fill in.
func forEach(causes []string, heading, text string) string {
	var b strings.Builder
	for i, cause := range causes {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("### " + heading)
		if cause != "" && oneCause(cause) {
			b.WriteString(" {for=" + attributeText(cause) + "}")
		}
		b.WriteString("\n\n" + text + "\n")
	}
	return b.String()
}

// listsCauses reports whether the text has causes as headings.
func (t *source) listsCauses() bool {
	return slices.ContainsFunc(listLine.FindAllStringSubmatch(t.body, -1), func(m []string) bool { return m[1] == "causes" })
}

// oneCause reports whether {for=…} reads a name as that of one cause.
func oneCause(name string) bool { return !strings.ContainsAny(name, ",，、;；") }

// attributeText writes a value of a heading's attribute.
func attributeText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

var (
	markup      = regexp.MustCompile("[\\\\`*_{}\\[\\]<>~|]|&[#\\pL]")
	startsBlock = regexp.MustCompile(`^(?:[-+=#>:]|\d+[.)])`)
)

// markdownText writes a text so that Markdown shows exactly that text.
func markdownText(s string) string {
	s = strings.ReplaceAll(markup.ReplaceAllString(s, `\$0`), " #", ` \#`)
	if m := startsBlock.FindString(s); m != "" {
		s = m[:len(m)-1] + `\` + s[len(m)-1:]
	}
	return s
}
