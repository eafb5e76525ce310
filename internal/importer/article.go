package importer

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// quoted writes a text so that YAML reads exactly that text.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range line(s) {
		if r == '"' || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}

func quotedList(list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, quoted(s))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// unique keeps the first of equal texts, and no empty ones.
func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if s = line(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// compose makes the file of a page: front matter and body.
func (im *importing) compose(p *page) {
	p.body = im.body(p)
	if name := path.Base(path.Dir(p.target)); p.title == "" && p.name == "index" {
		if name != "." {
			p.title = content.FolderTitle(name)
		}
	} else if p.title == "" {
		p.title = content.FolderTitle(p.name)
		p.ask("title:", "the source has no title: this one is the file's name", "write the reader's question")
	}
	p.title = shorten(line(p.title), 300)
	im.kindsOf(p)
	p.text = p.front() + "\n" + p.body
	im.parse(p)
}

// front writes the front matter from what is known of the page.
func (p *page) front() string {
	var b strings.Builder
	put := func(key, value string) {
		if value != "" {
			b.WriteString(key + ": " + value + "\n")
		}
	}
	b.WriteString("---\n")
	if p.title != "" {
		put("title", quoted(p.title))
	}
	if p.summary != "" {
		put("summary", quoted(p.summary))
	}
	if list := unique(p.symptoms); len(list) > 0 {
		b.WriteString("symptoms:\n")
		for _, s := range list {
			b.WriteString("  - " + quoted(s) + "\n")
		}
	}
	if list := unique(p.tags); len(list) > 0 {
		put("products", quotedList(list))
	}
	if p.author != "" {
		put("author", quoted(p.author))
	}
	put("date", day(p.date))
	put("updated", day(p.updated))
	put("expires", day(p.expires))
	if p.draft {
		put("draft", "true")
	}
	if list := unique(p.aliases); len(list) > 0 {
		b.WriteString("aliases:\n")
		for _, a := range list {
			b.WriteString("  - " + quoted(a) + "\n")
		}
	}
	if p.slug != "" {
		put("slug", quoted(p.slug))
	}
	b.WriteString("---\n")
	return b.String()
}

// day is a date, with the time when there is one.
func day(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}

// noFront is front matter that says nothing: what stands below it is body.
const noFront = "---\n---\n"

// oneBlank leaves one blank line between blocks; code stays as it is.
func oneBlank(text string) string {
	var out []string
	fence := ""
	for l := range strings.SplitSeq(text, "\n") {
		if m := fenceLine.FindStringSubmatch(l); m != nil {
			switch {
			case fence == "":
				fence = m[2]
			case strings.HasPrefix(m[2], fence) && m[3] == "":
				fence = ""
			}
		}
		if fence == "" && strings.TrimSpace(l) == "" {
			if l = ""; len(out) > 0 && out[len(out)-1] == "" {
				continue
			}
		}
		out = append(out, l)
	}
	return strings.Join(out, "\n")
}

// body tidies the Markdown of a page: no title in it, level-two headings at
// the top, one blank line between blocks outside of code.
func (im *importing) body(p *page) string {
	text := printable(strings.ReplaceAll(p.body, "\r\n", "\n"))
	text = strings.TrimRight(strings.TrimLeft(text, "\n"), " \t\n") + "\n"
	text = oneBlank(text)
	text = im.titles(p, text)
	if strings.TrimSpace(text) == "" {
		if p.name != "index" {
			p.ask("", "the article is empty", "write it, or delete the file")
		}
		return ""
	}
	return text
}

// titles takes the page's title out of its text. Other level-one headings
// become level two: a page has one title.
func (im *importing) titles(p *page, text string) string {
	a, _ := content.ParseArticle("x.md", []byte(noFront+text), im.parser)
	if a == nil {
		return text
	}
	type heading struct {
		title string
		line  int
	}
	var tops []heading
	if a.Doc.Title != "" {
		tops = append(tops, heading{a.Doc.Title, a.Doc.TitlePos.Line})
	}
	for _, s := range a.Doc.Sections {
		if s.Level == 1 {
			tops = append(tops, heading{s.Title, s.Pos.Line})
		}
	}
	lines := strings.Split(text, "\n")
	for i := len(tops) - 1; i >= 0; i-- {
		at := tops[i].line - 3 // two lines of front matter, and lines count from 1
		if at < 0 || at >= len(lines) {
			continue
		}
		last := at // of the heading
		if !atxLine.MatchString(lines[at]) {
			for last < len(lines) && !setext.MatchString(lines[last]) {
				last++
			}
			if last == len(lines) {
				continue
			}
		}
		switch title := line(tops[i].title); {
		case i == 0 && title != "" && (p.title == "" || sameTitle(p.title, title)):
			p.title = title
			lines = slices.Delete(lines, at, last+1)
		case last == at:
			lines[at] = strings.Replace(lines[at], "#", "##", 1)
		default:
			lines[last] = strings.ReplaceAll(lines[last], "=", "-")
		}
	}
	return strings.TrimLeft(strings.Join(lines, "\n"), "\n")
}

var setext = regexp.MustCompile(`^[ >]*=+[ \t]*$`)

func sameTitle(a, b string) bool {
	return markdown.Slug(a) == markdown.Slug(b)
}

// parse reads a page as the site will.
func (im *importing) parse(p *page) {
	p.parsed, p.diags = content.ParseArticle(p.target, []byte(p.text), im.parser)
}

var (
	atxLine    = regexp.MustCompile(`^ {0,3}#{1,6}[ \t]+\S.*$`)
	attributes = regexp.MustCompile(`[ \t]*\{[^{}]*\}[ \t#]*$`)
	idsAtEnd   = regexp.MustCompile(`\{(#[^\s{}]+)\}[ \t]*$`)
)

// kindsOf writes the kind that a section's heading tells into its heading, so
// that the writer sees what was guessed, and takes the symptoms from the
// section that lists them.
func (im *importing) kindsOf(p *page) {
	a, _ := content.ParseArticle("x.md", []byte(noFront+p.body), im.parser)
	if a == nil {
		return
	}
	lines := strings.Split(p.body, "\n")
	for _, s := range a.Doc.Sections {
		at := s.Pos.Line - 3 // two lines of front matter, and lines count from 1
		if at < 0 || at >= len(lines) {
			continue
		}
		if symptomHeading(s.Title) && len(p.symptoms) == 0 {
			p.symptoms = symptomsBelow(lines[at+1:])
			if len(p.symptoms) > 0 {
				p.ask("symptoms:", fmt.Sprintf("the symptoms were taken from the list below “%s”", shorten(s.Title, 40)), "look whether they are what readers type")
			}
		}
		if s.Kind == markdown.None || !atxLine.MatchString(lines[at]) {
			continue
		}
		old := lines[at]
		if m := idsAtEnd.FindStringSubmatchIndex(old); m != nil {
			lines[at] = old[:m[0]] + "{" + old[m[2]:m[3]] + " ." + s.Kind.String() + "}"
		} else if !attributes.MatchString(old) && !strings.HasSuffix(strings.TrimRight(old, " \t"), "#") {
			lines[at] = strings.TrimRight(old, " \t") + " {." + s.Kind.String() + "}"
		}
	}
	p.body = strings.Join(lines, "\n")
}

// symptomsBelow are the items of the list right below a heading, when they are
// short plain sentences.
func symptomsBelow(lines []string) []string {
	var out []string
	for _, l := range lines {
		if strings.TrimSpace(l) == "" {
			continue
		}
		m := bullet.FindStringSubmatch(l)
		if m == nil {
			break
		}
		s := strings.Trim(line(escaped.ReplaceAllString(m[2], "$1")), `“”"「」。.；; `)
		if s == "" || len([]rune(s)) > 40 || strings.ContainsAny(s, "[]<>`*|\\") {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// at is where the words of a todo stand in the file, else its first line.
func (p *page) at(words string, used map[string]int) diag.Pos {
	pos := diag.Pos{File: p.target, Line: 1, Col: 1}
	if words == "" {
		return pos
	}
	words = strings.Join(strings.Fields(words), " ")
	if r := []rune(words); len(r) > 40 {
		words = string(r[:40])
	}
	from := used[words]
	if i := strings.Index(p.text[from:], words); i >= 0 {
		used[words] = from + i + len(words)
		lines := diag.NewLines(p.target, []byte(p.text))
		return lines.At(from + i)
	}
	return pos
}

// report lists what a person must do in an article.
func (p *page) report(im *importing) diag.List {
	var out diag.List
	used := map[string]int{}
	add := func(words, message, hint string) {
		out = append(out, diag.Diagnostic{Pos: p.at(words, used), Severity: diag.Warning, Code: "import", Message: message, Hint: hint})
	}
	for _, t := range p.todos {
		add(t.find, t.message, t.hint)
	}
	if left := unique(p.left); len(left) > 0 {
		add("", "keys of the source that have no place here: "+shorten(strings.Join(left, ", "), 200), "")
	}
	if len(unique(p.tags)) > 0 {
		add("products:", "all tags of the source stand under products", "move those that name a cause, a solution or a case")
	}
	if p.parsed != nil && !p.parsed.Index {
		p.chain(add)
	}
	for _, d := range p.diags {
		if d.Severity == diag.Error {
			d.Message = "not converted well: " + d.Message
			d.Source = ""
			out = append(out, d)
		}
	}
	return out.Sort()
}

// chain says what the article lacks of the way from the symptom to the
// solution.
func (p *page) chain(add func(words, message, hint string)) {
	a := p.parsed
	if len(a.Symptoms) == 0 {
		add("", "no symptoms", "write what readers say, in their words, under symptoms")
	}
	var causes, solutions, checks []string
	var heading string
	for _, s := range a.Doc.Sections {
		list := &solutions
		switch s.Kind {
		case markdown.Cause:
			list, heading = &causes, s.Title
		case markdown.Check:
			list = &checks
		case markdown.Solution:
		default:
			continue
		}
		if len(s.Items) == 0 {
			*list = append(*list, s.Title)
		}
		for _, it := range s.Items {
			*list = append(*list, it.Title)
		}
	}
	switch {
	case len(causes) == 0 && len(solutions) == 0:
		add("", "no heading tells the causes or the solutions", "add the sections {.cause} and {.solution}")
	case len(solutions) == 0:
		add(heading, "causes without a solution", "add a section {.solution}, and say with {for=\"…\"} which cause each part is for")
	case len(causes) == 0:
		add("", "solutions without a cause", "add a section {.cause} that says why it happens")
	case len(causes) > 1 && !related(a.Doc):
		add(heading, fmt.Sprintf("%d causes, and no solution says which of them it is for", len(causes)), "write {for=\"the cause\"} behind the heading of each solution")
	}
	if len(causes) > 0 && len(checks) == 0 {
		add("", "nothing tells how to find out which cause it is", "add a section {.check}")
	}
}

func related(doc *markdown.Document) bool {
	for _, s := range doc.Sections {
		if len(s.For) > 0 || slices.ContainsFunc(s.Items, func(i markdown.Item) bool { return len(i.For) > 0 }) {
			return true
		}
	}
	return false
}
