package importer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/markdown"
)

// zdID is a number, or the same in quotes.
type zdID string

func (id *zdID) UnmarshalJSON(data []byte) error {
	s := strings.Trim(string(data), `"`)
	if s == "null" {
		s = ""
	}
	*id = zdID(s)
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
}

// zdExport is what one file has. Pages of an export, and files for each kind
// of thing, are taken together.
type zdExport struct {
	articles   []zdArticle
	at         []diag.Pos // of each article
	sections   []zdGroup
	categories []zdGroup
}

// zendesk reads one file of an export; the last one of all makes the pages.
func (im *importing) zendesk(name string, data []byte) {
	shown := im.src.show(name)
	lines, source, bad := content.Decode(shown, data)
	if bad != nil {
		im.diags = append(im.diags, *bad)
		return
	}
	e := &zdExport{}
	r := &zdReader{lines: lines, source: source, dec: json.NewDecoder(bytes.NewReader(source))}
	r.top(e)
	im.diags = append(im.diags, r.diags...)
	if r.diags.Errors() == 0 && len(e.articles) == 0 && len(e.sections) == 0 && len(e.categories) == 0 {
		im.mistake(name, 1, 1, "zendesk", "there is no article in this export", "export the articles as JSON, with a list named “articles”")
		return
	}
	im.export.articles = append(im.export.articles, e.articles...)
	im.export.at = append(im.export.at, e.at...)
	im.export.sections = append(im.export.sections, e.sections...)
	im.export.categories = append(im.export.categories, e.categories...)
}

// zdReader walks through a file, so that each article has its place.
type zdReader struct {
	lines  *diag.Lines
	source []byte
	dec    *json.Decoder
	diags  diag.List
}

// at is the byte of the next value.
func (r *zdReader) at() int {
	at := int(r.dec.InputOffset())
	for at < len(r.source) && strings.IndexByte(" \t\n\r,:", r.source[at]) >= 0 {
		at++
	}
	return at
}

// fail says what is wrong with the value that starts at a byte, and where.
func (r *zdReader) fail(start int) {
	at, message := start, "this is not valid JSON"
	// A new reader: the offsets of one that has read tokens count those not.
	var raw json.RawMessage
	err := json.NewDecoder(bytes.NewReader(r.source[min(start, len(r.source)):])).Decode(&raw)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		at = start + int(syntax.Offset) - 1
	} else if err != nil {
		at, message = len(r.source), "the file ends in the middle"
	}
	r.wrong(at, message, "export the file again")
}

func (r *zdReader) wrong(at int, message, hint string) {
	r.diags = append(r.diags, r.lines.New(r.lines.At(at), diag.Error, "json", message, hint))
}

func (r *zdReader) top(e *zdExport) {
	start := r.at()
	t, err := r.dec.Token()
	if err != nil {
		r.fail(start)
		return
	}
	switch t {
	case json.Delim('['):
		r.articles(e)
	case json.Delim('{'):
		for r.dec.More() {
			from := r.at()
			key, err := r.dec.Token()
			if err != nil {
				r.fail(from)
				return
			}
			start := r.at()
			switch key {
			case "articles", "sections", "categories":
				if start >= len(r.source) || r.source[start] != '[' {
					r.wrong(start, fmt.Sprintf("%q must be a list", key), "")
					return
				}
				if key == "articles" {
					if _, err := r.dec.Token(); err != nil {
						r.fail(start)
						return
					}
					if !r.articles(e) {
						return
					}
					continue
				}
				list := &e.sections
				if key == "categories" {
					list = &e.categories
				}
				if !r.decode(list, start) {
					return
				}
			case "article":
				var a zdArticle
				if !r.decode(&a, start) {
					return
				}
				e.articles, e.at = append(e.articles, a), append(e.at, r.lines.At(start))
			default:
				var skip json.RawMessage
				if !r.decode(&skip, start) {
					return
				}
			}
		}
	default:
		r.wrong(start, "an export starts with { or [", "")
		return
	}
	end := r.at() // of an object; the list of articles has been read to its end
	if t == json.Delim('{') {
		if _, err := r.dec.Token(); err != nil {
			r.fail(end)
			return
		}
		end = r.at()
	}
	if end < len(r.source) {
		r.wrong(end, "there is something behind the export", "keep one export in the file")
	}
}

// decode reads the next value, which starts at a byte.
func (r *zdReader) decode(into any, start int) bool {
	var raw json.RawMessage
	if err := r.dec.Decode(&raw); err != nil {
		r.fail(start)
		return false
	}
	err := json.Unmarshal(raw, into)
	if err == nil {
		return true
	}
	message := "this is not what an export has here"
	if shape := (*json.UnmarshalTypeError)(nil); errors.As(err, &shape) && shape.Field != "" {
		message = strconv.Quote(shape.Field) + " has another shape than in an export: it is a " + shape.Value
		key := shape.Field[strings.LastIndexByte(shape.Field, '.')+1:]
		if at := strings.LastIndex(string(raw[:min(max(int(shape.Offset), 0), len(raw))]), strconv.Quote(key)); at >= 0 {
			start += at
		}
	}
	r.wrong(start, message, "export the file again")
	return false
}

// articles reads the rest of a list.
func (r *zdReader) articles(e *zdExport) bool {
	for r.dec.More() {
		var a zdArticle
		start := r.at()
		if !r.decode(&a, start) {
			return false
		}
		e.articles, e.at = append(e.articles, a), append(e.at, r.lines.At(start))
	}
	end := r.at()
	if _, err := r.dec.Token(); err != nil {
		r.fail(end)
		return false
	}
	return true
}

// zendeskPages makes pages of what the files of an export had.
func (im *importing) zendeskPages() {
	e := &im.export
	sections, categories := map[zdID]*zdGroup{}, map[zdID]*zdGroup{}
	for i := range e.sections {
		sections[e.sections[i].ID] = &e.sections[i]
	}
	for i := range e.categories {
		categories[e.categories[i].ID] = &e.categories[i]
	}
	locales := map[string]bool{}
	for _, a := range e.articles {
		locales[strings.ToLower(a.Locale)] = true
	}
	folders := map[string]bool{}
	seen := map[string]bool{}
	for i, a := range e.articles {
		section, category := sections[a.SectionID], (*zdGroup)(nil)
		switch {
		case section != nil:
		case cmp.Or(a.Section.Name, a.SectionName) != "":
			section = &zdGroup{Name: cmp.Or(a.Section.Name, a.SectionName), CategoryID: a.Section.CategoryID}
		}
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
				im.pages = append(im.pages, im.zendeskGroup(g, into, e.at[i].File))
			}
		}
		p := im.zendeskArticle(a, e.at[i])
		p.into = into
		if section == nil {
			p.ask("", "the article is in no section of the export: it lies at the top", "move it to the folder where it belongs")
		}
		if key := string(a.ID) + "\x00" + strings.ToLower(a.Locale); a.ID != "" && seen[key] {
			im.diags = append(im.diags, diag.Diagnostic{Pos: e.at[i], Code: "zendesk", Message: "the article " + string(a.ID) + " is in the export twice", Hint: "take one of the two out, or import one file alone"})
		} else {
			seen[key] = true
		}
		im.pages = append(im.pages, p)
	}
}

// zendeskGroup is the page of a category or section.
func (im *importing) zendeskGroup(g *zdGroup, into, shown string) *page {
	p := &page{source: shown, shown: shown, dir: ".", title: line(g.Name), into: into, name: "index", summary: line(g.Description), ids: []string{string(g.ID)}}
	p.address(g.HTMLURL)
	return p
}

func (im *importing) zendeskArticle(a zdArticle, at diag.Pos) *page {
	p := &page{source: at.File, shown: at.String(), dir: ".", title: line(cmp.Or(a.Title, a.Name)), author: line(a.AuthorName), draft: a.Draft, ids: []string{string(a.ID)}}
	p.name = im.cleanName(markdown.Slug(p.title))
	if p.name == "" {
		p.name = "article-" + string(a.ID)
	}
	for _, l := range a.Labels {
		p.tag(l)
	}
	p.dated(&p.date, "created_at", a.CreatedAt)
	p.dated(&p.updated, "updated_at", cmp.Or(a.EditedAt, a.UpdatedAt))
	p.address(a.HTMLURL)
	if a.ID != "" { // the address without the title is an old address as well
		for _, o := range slices.Clone(p.old) {
			if i := strings.Index(o, "/"+string(a.ID)+"-"); i >= 0 {
				p.old = append(p.old, o[:i+1+len(a.ID)])
			}
		}
	}
	if a.Outdated {
		p.ask("", "the source says that this article is out of date", "read it again")
	}
	doc, err := html.Parse(strings.NewReader(a.Body))
	if err != nil {
		im.diags = append(im.diags, diag.Diagnostic{Pos: at, Code: "html", Message: "the body of this article cannot be read: " + err.Error(), Hint: "take the article out, or write it by hand"})
		return p
	}
	p.body = (&dom{im: im, p: p, droppings: droppings{}}).markdown(doc)
	return p
}

// address notes where a thing was on the old site.
func (p *page) address(s string) {
	if u, err := url.Parse(s); err == nil && u.Path != "" && u.Path != "/" {
		p.old = append(p.old, u.Path)
		if u.Host != "" {
			p.hosts = append(p.hosts, u.Host)
		}
	}
}
