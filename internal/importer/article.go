package importer

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
	"whyfix/internal/markdown"
)

// compose makes the file of a page: front matter and body.
func (im *importing) compose(p *page) {
	p.body = im.quiet(oneBlank(strings.Trim(markup.Printable(p.body), "\n")))
	im.titles(p)
	switch {
	case p.title != "":
	case p.name != "index":
		p.title = content.FolderTitle(p.name)
		p.ask("title:", diag.Say("the source has no title: this one is the file's name"), diag.Say("write the reader's question"))
	case path.Dir(p.target) != ".":
		p.title = content.FolderTitle(path.Base(path.Dir(p.target)))
	}
	p.title = markup.Shorten(markup.Line(p.title), 300)
	im.kindsOf(p)
	p.text = p.front() + "\n" + p.body
	im.parse(p)
}

// quiet keeps what the site would put something else for, as it is: braces are
// values only if the site has some, and no source means a piece of the site.
func (im *importing) quiet(body string) string {
	for _, place := range slices.Backward(im.parser.Places([]byte(body))) {
		if place.Piece != "" || len(im.input.Settings.Values) > 0 {
			body = body[:place.Start] + `\` + body[place.Start:]
		}
	}
	return body
}

// parse reads a page as the site will. What is too large for it is a mistake.
func (im *importing) parse(p *page) {
	a, diags := content.ParseArticle(p.target, []byte(p.text), im.parser)
	if a != nil {
		p.parsed, p.diags = a, diags
		return
	}
	for _, d := range diags {
		im.mistake(diag.Pos{File: p.shown}, d.Code, d.Message, d.Hint)
	}
}

// oneBlank leaves one blank line between blocks; code stays as it is.
func oneBlank(text string) string {
	var out []string
	code := fenceState("")
	for l := range strings.SplitSeq(strings.TrimRight(text, " \t\n")+"\n", "\n") {
		if !code.within(l) && isBlank(l) {
			if l = ""; len(out) > 0 && out[len(out)-1] == "" {
				continue
			}
		}
		out = append(out, l)
	}
	return strings.Join(out, "\n")
}

// outline are the sections of a page's body, with the lines from 0. The title,
// if there is one, is the first.
func (im *importing) outline(p *page) []markdown.Section {
	const front = "---\n---\n" // front matter that says nothing
	a, _ := content.ParseArticle("x.md", []byte(front+p.body), im.parser)
	if a == nil {
		return nil
	}
	var out []markdown.Section
	if a.Doc.Title != "" {
		out = append(out, markdown.Section{Level: 1, Title: a.Doc.Title, Pos: a.Doc.TitlePos})
	}
	out = append(out, a.Doc.Sections...)
	for i := range out {
		out[i].Pos.Line -= strings.Count(front, "\n") + 1
	}
	return out
}

var (
	atxLine    = regexp.MustCompile(`^ {0,3}#{1,6}[ \t]+\S.*$`)
	setextLine = regexp.MustCompile(`^[ >]*=+[ \t]*$`)
	attributes = regexp.MustCompile(`[ \t]*\{[^{}]*\}[ \t#]*$`)
	idsAtEnd   = regexp.MustCompile(`\{(#[^\s{}]+)\}[ \t]*$`)
)

// titles takes the page's title out of its text. Other level-one headings
// become level two: a page has one title.
func (im *importing) titles(p *page) {
	lines := strings.Split(p.body, "\n")
	tops := slices.DeleteFunc(im.outline(p), func(s markdown.Section) bool { return s.Level != 1 })
	for i, s := range slices.Backward(tops) {
		at, last := s.Pos.Line, s.Pos.Line
		for !atxLine.MatchString(lines[at]) && last < len(lines) && !setextLine.MatchString(lines[last]) {
			last++
		}
		switch title := markup.Line(s.Title); {
		case last == len(lines):
		case i == 0 && title != "" && (p.title == "" || markdown.Slug(p.title) == markdown.Slug(title)):
			p.title = title
			lines = slices.Delete(lines, at, last+1)
		case last == at:
			lines[at] = strings.Replace(lines[at], "#", "##", 1)
		default:
			lines[last] = strings.ReplaceAll(lines[last], "=", "-")
		}
	}
	p.body = strings.TrimLeft(strings.Join(lines, "\n"), "\n")
	if isBlank(p.body) {
		if p.body = ""; p.name != "index" {
			p.ask("", diag.Say("the article is empty"), diag.Say("write it, or delete the file"))
		}
	}
}

// kindsOf writes the kind that a section's heading tells into its heading, so
// that the writer sees what was guessed, and takes the symptoms from the
// section that lists them.
func (im *importing) kindsOf(p *page) {
	lines := strings.Split(p.body, "\n")
	for _, s := range im.outline(p) {
		at := s.Pos.Line
		if symptomHeading(s.Title) && len(p.symptoms) == 0 {
			p.symptoms = symptomsBelow(lines[at+1:])
			if len(p.symptoms) > 0 {
				p.ask("symptoms:", diag.Say("the symptoms were taken from the list below “%s”", markup.Shorten(s.Title, 40)), diag.Say("look whether they are what readers type"))
			}
		}
		if s.Kind == markdown.None || !atxLine.MatchString(lines[at]) {
			continue
		}
		l := strings.TrimRight(lines[at], " \t")
		if m := idsAtEnd.FindStringSubmatchIndex(l); m != nil {
			lines[at] = l[:m[0]] + "{" + l[m[2]:m[3]] + " ." + s.Kind.String() + "}"
		} else if !attributes.MatchString(l) && !strings.HasSuffix(l, "#") {
			lines[at] = l + " {." + s.Kind.String() + "}"
		}
	}
	p.body = strings.Join(lines, "\n")
}

var escaped = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")

// symptomsBelow are the items of the list right below a heading, when they are
// short plain sentences.
func symptomsBelow(lines []string) []string {
	var out []string
	for _, l := range lines {
		if isBlank(l) {
			continue
		}
		m := bullet.FindStringSubmatch(l)
		if m == nil {
			break
		}
		s := strings.Trim(markup.Line(escaped.ReplaceAllString(m[2], "$1")), `“”"「」。.；; `)
		if s == "" || len([]rune(s)) > 40 || strings.ContainsAny(s, "[]<>`*|\\") {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// front writes the front matter from what is known of the page.
func (p *page) front() string {
	var b strings.Builder
	put := func(key, value string) {
		if value != "" {
			b.WriteString(key + ": " + value + "\n")
		}
	}
	list := func(key string, values []string) {
		if len(values) > 0 {
			b.WriteString(key + ":\n  - " + strings.Join(values, "\n  - ") + "\n")
		}
	}
	put("title", quoted(unmarked(p.title)))
	put("summary", quoted(unmarked(p.summary)))
	symptoms := slices.Clone(p.symptoms)
	for i := range symptoms {
		symptoms[i] = unmarked(symptoms[i])
	}
	list("symptoms", quotedAll(symptoms))
	if len(p.tags) > 0 {
		put("products", "["+strings.Join(quotedAll(p.tags), ", ")+"]")
	}
	put("author", quoted(p.author))
	put("date", day(p.date))
	put("updated", day(p.updated))
	put("expires", day(p.expires))
	if p.draft {
		put("draft", "true")
	}
	list("aliases", quotedAll(p.aliases))
	put("weight", p.weight)
	put("slug", quoted(p.slug))
	return "---\n" + b.String() + "---\n"
}

// quoted writes a text so that YAML reads exactly that text.
func quoted(s string) string {
	if s = markup.Line(s); s == "" {
		return ""
	}
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(s) + `"`
}

func quotedAll(list []string) []string {
	out := markup.Unique(list)
	for i := range out {
		out[i] = quoted(out[i])
	}
	return out
}

// day is a date, with the time when there is one.
func day(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.Hour()+t.Minute()+t.Second() == 0:
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}

// unmarked is a value of front matter without markup: readers see it as it is written.
func unmarked(text string) string {
	_, text = markdown.ShownPlain(text)
	return text
}
