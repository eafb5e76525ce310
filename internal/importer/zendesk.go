package importer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// zendesk is the JSON export of a Zendesk Help Center, in one file or several:
// articles whose bodies are HTML, in sections, in categories.
var zendesk = dialect{
	name:    Zendesk,
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

	at diag.Pos
}

// zdExport is what the files of an export have: its pages, and a file for each
// kind of thing, are taken together.
type zdExport struct {
	articles             []zdArticle
	sections, categories []zdGroup
}

// zendeskFile adds one file to the export.
func (im *importing) zendeskFile(in *input) {
	r := &zdReader{in: in, dec: json.NewDecoder(bytes.NewReader(in.text))}
	var e zdExport
	r.export(&e)
	im.diags = append(im.diags, r.diags...)
	if r.diags.Errors() == 0 && len(e.articles)+len(e.sections)+len(e.categories) == 0 {
		im.mistake(diag.Pos{File: in.shown, Line: 1, Col: 1}, "zendesk", "there is no article in this export", "export the articles as JSON, with a list named “articles”")
	}
	im.export.articles = append(im.export.articles, e.articles...)
	im.export.sections = append(im.export.sections, e.sections...)
	im.export.categories = append(im.export.categories, e.categories...)
}

// zdReader walks through a file, so that each article has its place.
type zdReader struct {
	in    *input
	dec   *json.Decoder
	diags diag.List
}

func (r *zdReader) wrong(at int, message, hint string) {
	r.diags = append(r.diags, r.in.lines.New(r.in.lines.At(at), diag.Error, "json", message, hint))
}

// at is the byte of the next value.
func (r *zdReader) at() int {
	rest := r.in.text[r.dec.InputOffset():]
	return len(r.in.text) - len(bytes.TrimLeft(rest, " \t\n\r,:"))
}

// export reads a file whose top is a list of articles, or an object with lists
// of several kinds. Its syntax is looked at first: behind that, no token can
// fail. A value of another shape than that of an export ends the reading.
func (r *zdReader) export(e *zdExport) {
	if bad := (*json.SyntaxError)(nil); errors.As(json.Unmarshal(r.in.text, new(json.RawMessage)), &bad) {
		at, message := int(bad.Offset)-1, "this is not valid JSON"
		if strings.HasPrefix(bad.Error(), "unexpected end") {
			at, message = len(r.in.text), "the file ends in the middle"
		}
		r.wrong(max(at, 0), message, "export the file again")
		return
	}
	article := func() {
		a := zdArticle{at: r.in.lines.At(r.at())}
		r.decode(&a)
		e.articles = append(e.articles, a)
	}
	start := r.at()
	if r.in.text[start] == '[' {
		r.each("", article)
		return
	}
	if top, _ := r.dec.Token(); top != json.Delim('{') {
		r.wrong(start, "an export starts with { or [", "")
		return
	}
	for r.dec.More() && len(r.diags) == 0 {
		switch key, _ := r.dec.Token(); key {
		case "articles":
			r.each(key, article)
		case "article":
			article()
		case "sections":
			r.each(key, func() { r.group(&e.sections) })
		case "categories":
			r.each(key, func() { r.group(&e.categories) })
		default:
			r.decode(new(json.RawMessage))
		}
	}
}

func (r *zdReader) group(to *[]zdGroup) {
	var g zdGroup
	r.decode(&g)
	*to = append(*to, g)
}

// each reads the items of the list that comes next.
func (r *zdReader) each(key any, item func()) {
	if start := r.at(); r.in.text[start] != '[' {
		r.wrong(start, fmt.Sprintf("%q must be a list", key), "")
		return
	}
	_, _ = r.dec.Token()
	for r.dec.More() && len(r.diags) == 0 {
		item()
	}
	_, _ = r.dec.Token()
}

// decode reads the next value.
func (r *zdReader) decode(into any) {
	start := r.at()
	var raw json.RawMessage
	_ = r.dec.Decode(&raw)
	err := json.Unmarshal(raw, into)
	if err == nil {
		return
	}
	message := "this is not what an export has here"
	if shape := (*json.UnmarshalTypeError)(nil); errors.As(err, &shape) && shape.Field != "" {
		message = strconv.Quote(shape.Field) + " has another shape than in an export: it is a " + shape.Value
		key := shape.Field[strings.LastIndexByte(shape.Field, '.')+1:]
		start += max(0, bytes.LastIndex(raw[:min(max(int(shape.Offset), 0), len(raw))], []byte(strconv.Quote(key))))
	}
	r.wrong(start, message, "export the file again")
}

// zendeskPages makes pages of what the files of an export had.
func (im *importing) zendeskPages() {
	e := &im.export
	sections, categories := groupsByID(e.sections), groupsByID(e.categories)
	locales := map[string]bool{}
	for _, a := range e.articles {
		locales[strings.ToLower(a.Locale)] = true
	}
	folders, seen := map[string]bool{}, map[string]bool{}
	for _, a := range e.articles {
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
				p := &page{source: a.at.File, shown: a.at.File, dir: ".", title: line(g.Name), into: into, name: "index", summary: line(g.Description), ids: []string{string(g.ID)}}
				p.wasAt(g.HTMLURL)
				im.pages = append(im.pages, p)
			}
		}
		p := im.zendeskArticle(a)
		p.into = into
		if section == nil {
			p.ask("", "the article is in no section of the export: it lies at the top", "move it to the folder where it belongs")
		}
		key := string(a.ID) + "\x00" + strings.ToLower(a.Locale)
		if a.ID != "" && seen[key] {
			im.mistake(a.at, "zendesk", "the article "+string(a.ID)+" is in the export twice", "take one of the two out, or import one file alone")
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
	p := &page{source: a.at.File, shown: a.at.String(), dir: ".", title: firstLine(a.Title, a.Name), author: line(a.AuthorName), draft: a.Draft, ids: []string{string(a.ID)}}
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
		p.ask("", "the source says that this article is out of date", "read it again")
	}
	doc, err := html.Parse(strings.NewReader(a.Body))
	if err != nil {
		im.mistake(a.at, "html", "the body of this article cannot be read: "+err.Error(), "take the article out, or write it by hand")
		return p
	}
	p.body = (&dom{im: im, p: p, droppings: droppings{}}).markdown(doc)
	return p
}
