package importer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"strconv"
	"strings"

	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
	"whyfix/internal/markdown"
)

// zendesk is the JSON export of a Zendesk Help Center, in one file or several:
// articles whose bodies are HTML, in sections, in categories.
var zendesk = dialect{
	name:    "zendesk",
	endings: []string{".json"},
	sign:    regexp.MustCompile(`"(?:articles|article|sections|categories|body|html_url)"\s*:`),
	placed:  true,
	read:    (*importing).zendeskFile,
	whole:   (*importing).zendeskPages,
}

// zdID is a number, or the same in quotes.
type zdID string

func (id *zdID) UnmarshalJSON(data []byte) error {
	if s := strings.Trim(string(data), `"`); s != "null" {
		*id = zdID(s)
	}
	return nil
}

// zdGroup is a section or a category: a whole one, or its name alone.
type zdGroup struct {
	ID          zdID   `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	CategoryID  zdID   `json:"category_id"`
	HTMLURL     string `json:"html_url"`
}

func (g *zdGroup) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &g.Name)
	}
	type whole zdGroup
	return json.Unmarshal(data, (*whole)(g))
}

type zdArticle struct {
	ID           zdID     `json:"id"`
	Title        string   `json:"title"`
	Name         string   `json:"name"`
	Body         string   `json:"body"`
	Locale       string   `json:"locale"`
	Draft        bool     `json:"draft"`
	Labels       []string `json:"label_names"`
	HTMLURL      string   `json:"html_url"`
	CreatedAt    string   `json:"created_at"`
	UpdatedAt    string   `json:"updated_at"`
	EditedAt     string   `json:"edited_at"`
	SectionID    zdID     `json:"section_id"`
	SectionName  string   `json:"section_name"`
	CategoryName string   `json:"category_name"`
	Section      zdGroup  `json:"section"`
	Category     zdGroup  `json:"category"`
	AuthorName   string   `json:"author_name"`
	Outdated     bool     `json:"outdated"`

	text []byte // of the article in its file, which tells its place
	bad  error
	at   diag.Pos
}

func (a *zdArticle) UnmarshalJSON(data []byte) error {
	type whole zdArticle
	bad := json.Unmarshal(data, (*whole)(a))
	a.text, a.bad = data, bad // the mistake is told with its place when the file is read
	return nil
}

// zdExport is what the files of an export have: its pages, and a file for each
// kind of thing, are taken together.
type zdExport struct {
	Articles   []zdArticle `json:"articles"`
	Sections   []zdGroup   `json:"sections"`
	Categories []zdGroup   `json:"categories"`
	Article    *zdArticle  `json:"article"`
}

// zendeskFile adds one file to the export.
func (im *importing) zendeskFile(in *input) {
	wrong := func(at int, message diag.Text) {
		im.diags = append(im.diags, in.lines.New(in.lines.At(at), diag.Error, "json", message, diag.Say("export the file again")))
	}
	var e zdExport
	into := any(&e)
	if bytes.HasPrefix(bytes.TrimSpace(in.text), []byte("[")) {
		into = &e.Articles
	}
	err, syntax := json.Unmarshal(in.text, into), (*json.SyntaxError)(nil)
	if e.Article != nil {
		e.Articles = append(e.Articles, *e.Article)
	}
	switch {
	case errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		wrong(len(in.text), diag.Say("the file ends in the middle"))
	case errors.As(err, &syntax):
		wrong(int(syntax.Offset)-1, diag.Say("this is not valid JSON"))
	case err != nil:
		wrong(misshapen(in.text, err))
	case len(e.Articles)+len(e.Sections)+len(e.Categories) == 0:
		im.mistake(diag.Pos{File: in.shown, Line: 1, Col: 1}, "zendesk", diag.Say("there is no article in this export"), diag.Say("export the articles as JSON, with a list named “articles”"))
	}
	for _, a := range e.Articles {
		start, _ := within(in.text, a.text)
		if a.at = in.lines.At(start); a.bad != nil {
			at, message := misshapen(a.text, a.bad)
			wrong(start+at, message)
		}
		im.export.Articles = append(im.export.Articles, a)
	}
	im.export.Sections = append(im.export.Sections, e.Sections...)
	im.export.Categories = append(im.export.Categories, e.Categories...)
}

// misshapen says which value has another shape than in an export, and where it
// stands.
func misshapen(text []byte, err error) (at int, message diag.Text) {
	shape := (*json.UnmarshalTypeError)(nil)
	if !errors.As(err, &shape) || shape.Field == "" {
		return 0, diag.Say("this is not what an export has here")
	}
	key := strconv.Quote(shape.Field[strings.LastIndexByte(shape.Field, '.')+1:])
	at = bytes.LastIndex(text[:min(max(int(shape.Offset), 0), len(text))], []byte(key))
	return max(at, 0), diag.Say("%q has another shape than in an export: it is a %s", shape.Field, shape.Value)
}

// zendeskPages makes pages of what the files of an export had.
func (im *importing) zendeskPages() {
	e := &im.export
	sections, categories := groupsByID(e.Sections), groupsByID(e.Categories)
	locales := map[string]bool{}
	for _, a := range e.Articles {
		locales[strings.ToLower(a.Locale)] = true
	}
	folders, seen := map[string]bool{}, map[string]bool{}
	for _, a := range e.Articles {
		section := sections[a.SectionID]
		if name := cmp.Or(a.Section.Name, a.SectionName); section == nil && name != "" {
			section = &zdGroup{Name: name, CategoryID: a.Section.CategoryID}
		}
		var category *zdGroup
		if section != nil {
			category = categories[section.CategoryID]
		}
		if name := cmp.Or(a.Category.Name, a.CategoryName); category == nil && name != "" {
			category = &zdGroup{Name: name}
		}
		into := ""
		if len(locales) > 1 {
			into = cmp.Or(strings.ToLower(a.Locale), "no-locale")
		}
		for _, g := range []*zdGroup{category, section} {
			if g == nil || im.cleanName(markdown.Slug(g.Name)) == "" {
				continue
			}
			into = path.Join(into, im.cleanName(markdown.Slug(g.Name)))
			if key := strings.ToLower(into); !folders[key] {
				folders[key] = true
				p := &page{source: a.at.File, shown: a.at.File, dir: ".", title: markup.Line(g.Name), into: into, name: "index", summary: markup.Line(g.Description), ids: []string{string(g.ID)}}
				p.wasAt(g.HTMLURL)
				im.pages = append(im.pages, p)
			}
		}
		p := im.zendeskArticle(a)
		p.into = into
		if section == nil {
			p.ask("", diag.Say("the article is in no section of the export: it lies at the top"), diag.Say("move it to the folder where it belongs"))
		}
		key := string(a.ID) + "\x00" + strings.ToLower(a.Locale)
		if a.ID != "" && seen[key] {
			im.mistake(a.at, "zendesk", diag.Say("the article %s is in the export twice", string(a.ID)), diag.Say("take one of the two out, or import one file alone"))
		}
		seen[key] = true
		im.pages = append(im.pages, p)
	}
}

func groupsByID(groups []zdGroup) map[zdID]*zdGroup {
	out := map[zdID]*zdGroup{}
	for i := range groups {
		out[groups[i].ID] = &groups[i]
	}
	return out
}

func (im *importing) zendeskArticle(a zdArticle) *page {
	p := &page{source: a.at.File, shown: a.at.String(), dir: ".", title: markup.FirstLine(a.Title, a.Name), author: markup.Line(a.AuthorName), draft: a.Draft, ids: []string{string(a.ID)}}
	p.name = cmp.Or(im.cleanName(markdown.Slug(p.title)), "article-"+string(a.ID))
	p.tag(a.Labels...)
	p.dated(&p.date, "created_at", a.CreatedAt)
	p.dated(&p.updated, "updated_at", cmp.Or(a.EditedAt, a.UpdatedAt))
	p.wasAt(a.HTMLURL)
	for _, o := range p.old { // the address without the title is an old address as well
		if i := strings.Index(o, "/"+string(a.ID)+"-"); a.ID != "" && i >= 0 {
			p.old = append(p.old, o[:i+1+len(a.ID)])
		}
	}
	if a.Outdated {
		p.ask("", diag.Say("the source says that this article is out of date"), diag.Say("read it again"))
	}
	body, err := markup.Convert(a.Body, im.words.html)
	if err != nil {
		im.mistake(a.at, "html", diag.Say("the body of this article cannot be read: %s", err.Error()), diag.Say("take the article out, or write it by hand"))
		return p
	}
	p.body = p.converted(body)
	return p
}
