package importer

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/importer/markup"
)

var (
	yamlFront = regexp.MustCompile(`(?sm)\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\z)`)
	tomlFront = regexp.MustCompile(`(?sm)\A\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\z)`)
	openFront = regexp.MustCompile(`\A(---|\+\+\+)[ \t]*\n[^\n]*\S`) // else it is a rule at the top
)

// frontMatter reads the front matter of a Markdown file, and returns the byte
// at which the body starts. The mistakes have a place in the file.
func frontMatter(in *input) (entries []content.Entry, body int, bad diag.List) {
	if m := yamlFront.FindSubmatchIndex(in.text); m != nil {
		entries, bad = content.Entries(in.lines, in.text[m[2]:m[3]:m[3]], 1)
		return entries, m[1], bad
	}
	if m := tomlFront.FindSubmatchIndex(in.text); m != nil {
		entries, bad = tomlEntries(in.lines, in.text[m[2]:m[3]], m[2])
		return entries, m[1], bad
	}
	if m := openFront.FindSubmatch(in.text); m != nil {
		hint := diag.Say("put a line of %s below its last key", string(m[1]))
		bad = diag.List{in.lines.New(diag.Pos{Line: 1, Col: 1}, diag.Error, "front-matter", diag.Say("front matter starts here and never ends"), hint)}
	}
	return nil, 0, bad
}

// tomlEntries reads TOML that starts at a byte of a file.
func tomlEntries(lines *diag.Lines, source []byte, start int) ([]content.Entry, diag.List) {
	var values map[string]any
	meta, err := toml.Decode(string(source), &values)
	if bad := (toml.ParseError{}); errors.As(err, &bad) {
		return nil, diag.List{lines.New(lines.At(start+bad.Position.Start), diag.Error, "toml-syntax", diag.Say("this is not valid TOML: %s", bad.Message), diag.Say("put texts in quotes, and each key on a line of its own"))}
	}
	var order []string // of the keys, which a map has not
	for _, key := range meta.Keys() {
		order = append(order, key.String())
	}
	return tomlTable(values, nil, order), nil
}

func tomlTable(values map[string]any, above toml.Key, order []string) []content.Entry {
	var out []content.Entry
	for name, value := range values {
		e := content.Entry{Key: content.Text{Value: name}}
		key := append(slices.Clone(above), name)
		items, isList := value.([]any)
		if tables, ok := value.([]map[string]any); ok {
			isList = true
			for _, t := range tables {
				items = append(items, t)
			}
		}
		if !isList {
			items = []any{value}
		}
		for _, item := range items {
			if table, ok := item.(map[string]any); ok {
				e.Inner = append(e.Inner, tomlTable(table, key, order)...)
			} else if text := tomlText(item); text != "" {
				e.Values = append(e.Values, content.Text{Value: text})
			}
		}
		out = append(out, e)
	}
	place := func(e content.Entry) int {
		key := append(slices.Clone(above), e.Key.Value).String()
		return slices.IndexFunc(order, func(k string) bool { return k == key || strings.HasPrefix(k, key+".") })
	}
	slices.SortStableFunc(out, func(a, b content.Entry) int { return place(a) - place(b) })
	return out
}

// tomlText is a value as it is written, dates without a zone as such.
func tomlText(value any) string {
	t, ok := value.(time.Time)
	if !ok {
		return fmt.Sprint(value)
	}
	switch t.Location().String() { // so the library calls dates without a zone
	case "date-local":
		return t.Format(time.DateOnly)
	case "datetime-local":
		return t.Format("2006-01-02T15:04:05")
	}
	return t.Format(time.RFC3339)
}

// facts takes what front matter says of a page.
func (p *page) facts(im *importing, entries []content.Entry) {
	for _, e := range entries {
		var values []string
		for _, v := range e.Values {
			values = append(values, v.Value)
		}
		value := strings.Join(values[:min(1, len(values))], "")
		switch strings.ToLower(e.Key.Value) {
		case "title":
			p.title = markup.Line(value)
		case "description", "summary":
			keep(&p.summary, value)
		case "date", "publishdate", "created", "created_at":
			p.dated(&p.date, e.Key.Value, value)
		case "expirydate", "expires":
			p.dated(&p.expires, e.Key.Value, value)
		case "lastmod", "updated", "lastupdated", "updated_at", "last_modified_at":
			if value != "true" && value != "false" { // VitePress: whether to show it
				p.dated(&p.updated, e.Key.Value, value)
			}
		case "last_update":
			p.dated(&p.updated, "date", strings.Join(inner(e, "date"), ""))
			keep(&p.author, strings.Join(inner(e, "author"), ""))
		case "author", "authors":
			p.author = markup.Line(strings.Join(append(values, inner(e, "name")...), "、"))
		case "tags", "keywords", "categories", "labels":
			p.tag(append(values, inner(e, "label")...)...) // Docusaurus: {label: …, permalink: …}
		case "symptoms":
			p.symptoms = append(p.symptoms, values...)
		case "draft", "unlisted":
			p.draft = p.draft || slices.Contains([]string{"true", "yes", "on", "1"}, strings.ToLower(value))
		case "published":
			p.draft = p.draft || strings.EqualFold(value, "false")
		case "aliases", "redirect_from", "alias":
			for _, v := range values {
				p.aliases = append(p.aliases, im.oldAlias(p, v))
			}
		case "hero": // VitePress: the home page
			keep(&p.title, strings.Join(inner(e, "name"), ""))
			keep(&p.summary, strings.Join(inner(e, "tagline"), ""))
			p.left = append(p.left, e.Key.Value)
		case "slug":
			p.slug = value
		case "weight", "sidebar_position", "order": // its place among its neighbours; Hugo's 0 is none
			n, err := strconv.ParseFloat(value, 64)
			switch {
			case err != nil || math.IsNaN(n) || math.IsInf(n, 0):
				p.left = append(p.left, e.Key.Value)
			case n != 0 || !strings.EqualFold(e.Key.Value, "weight"):
				p.weight = strconv.FormatFloat(n, 'f', -1, 64)
			}
		case "url", "permalink":
			if value != "" {
				p.old = append(p.old, value)
			}
		case "id":
			p.ids = append(p.ids, value)
		default:
			p.left = append(p.left, e.Key.Value)
		}
	}
}

// inner are the first texts of a key in the mappings of an entry.
func inner(e content.Entry, key string) []string {
	var out []string
	for _, i := range e.Inner {
		if i.Key.Value == key && len(i.Values) > 0 {
			out = append(out, i.Values[0].Value)
		}
	}
	return out
}

func (p *page) tag(tags ...string) { p.tags = markup.Unique(append(p.tags, tags...)) }

// keep sets a fact that is not known yet.
func keep(fact *string, value string) {
	if *fact == "" {
		*fact = markup.Line(value)
	}
}

// dated sets a date that the source gives under a key.
func (p *page) dated(to *time.Time, key, value string) {
	t, ok := parseDate(value)
	switch {
	case value == "":
	case !ok:
		p.ask("", diag.Say("the %s of the source is no date: %s", markup.Line(key), markup.Shorten(markup.Line(value), 60)), diag.Say("write it as year-month-day"))
	case to.IsZero():
		*to = t
	}
}

// layouts are the ways in which the other programs write dates.
var layouts = []string{
	time.DateOnly, time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05-07:00", "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04",
	"2006/1/2", "2006-1-2", "2006/1/2 15:04", "2006.1.2", "2006年1月2日", "January 2, 2006", "Jan 2, 2006", "2 January 2006", "20060102", time.RFC1123, time.RFC1123Z,
}

// parseDate reads a date of the years that have four digits.
func parseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil && t.Year() >= 1000 && t.Year() <= 9998 {
			return t, true
		}
	}
	return time.Time{}, false
}
