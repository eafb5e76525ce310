package importer

import (
	"bytes"
	"strings"
	"time"

	"whyfix/internal/content"
	"whyfix/internal/diag"
)

// cutFront divides a Markdown file into front matter, what it is written in,
// and the byte at which the body starts.
func cutFront(source []byte) (front []byte, fence string, body int, ended bool) {
	first, _, found := bytes.Cut(source, []byte("\n"))
	fence = string(bytes.TrimRight(first, " \t"))
	if !found || fence != "---" && fence != "+++" {
		return nil, "", 0, true
	}
	start := len(first) + 1
	for at := start; at < len(source); {
		line, _, _ := bytes.Cut(source[at:], []byte("\n"))
		next := min(at+len(line)+1, len(source))
		if t := string(bytes.TrimRight(line, " \t")); t == fence || fence == "---" && t == "..." {
			return source[start:at:at], fence, next, true
		}
		at = next
	}
	// A rule at the top is no front matter.
	second, _, _ := bytes.Cut(source[start:], []byte("\n"))
	return nil, fence, 0, len(bytes.TrimSpace(second)) == 0
}

// facts takes what front matter says of a page.
func (p *page) facts(im *importing, entries []content.Entry) {
	for _, e := range entries {
		value := ""
		if len(e.Values) > 0 {
			value = e.Values[0].Value
		}
		switch strings.ToLower(e.Key.Value) {
		case "title":
			p.title = line(value)
		case "description", "summary":
			if p.summary == "" {
				p.summary = line(value)
			}
		case "date", "publishdate", "created", "created_at":
			p.setDate(&p.date, e)
		case "expirydate", "expires":
			p.setDate(&p.expires, e)
		case "lastmod", "updated", "lastupdated", "updated_at", "last_modified_at":
			if value != "true" && value != "false" { // VitePress: whether to show it
				p.setDate(&p.updated, e)
			}
		case "last_update":
			for _, inner := range e.Inner {
				switch {
				case inner.Key.Value == "date":
					p.setDate(&p.updated, inner)
				case inner.Key.Value == "author" && len(inner.Values) > 0 && p.author == "":
					p.author = line(inner.Values[0].Value)
				}
			}
		case "author", "authors":
			var names []string
			for _, v := range e.Values {
				names = append(names, line(v.Value))
			}
			for _, inner := range e.Inner {
				if inner.Key.Value == "name" && len(inner.Values) > 0 {
					names = append(names, line(inner.Values[0].Value))
				}
			}
			p.author = strings.Join(names, "、")
		case "tags", "keywords", "categories", "labels":
			for _, v := range e.Values {
				p.tag(v.Value)
			}
			for _, inner := range e.Inner { // Docusaurus: {label: …, permalink: …}
				if inner.Key.Value == "label" && len(inner.Values) > 0 {
					p.tag(inner.Values[0].Value)
				}
			}
		case "symptoms":
			for _, v := range e.Values {
				p.symptoms = append(p.symptoms, line(v.Value))
			}
		case "draft", "unlisted":
			p.draft = p.draft || truth(value)
		case "published":
			p.draft = p.draft || strings.EqualFold(value, "false")
		case "aliases", "redirect_from", "alias":
			for _, v := range e.Values {
				p.aliases = append(p.aliases, im.oldAlias(p, v.Value))
			}
		case "hero": // VitePress: the home page
			for _, inner := range e.Inner {
				switch {
				case len(inner.Values) == 0:
				case inner.Key.Value == "name" && p.title == "":
					p.title = line(inner.Values[0].Value)
				case inner.Key.Value == "tagline" && p.summary == "":
					p.summary = line(inner.Values[0].Value)
				}
			}
			p.left = append(p.left, e.Key.Value)
		case "slug":
			p.slug = value
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

func (p *page) tag(s string) {
	if s = line(s); s != "" {
		p.tags = append(p.tags, s)
	}
}

func truth(s string) bool {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}

// line is a text on one line, without what no text has.
func line(s string) string { return strings.Join(strings.Fields(printable(s)), " ") }

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

func (p *page) setDate(to *time.Time, e content.Entry) {
	if len(e.Values) > 0 {
		p.dated(to, e.Key.Value, e.Values[0].Value)
	}
}

// dated sets a date that the source gives under a key.
func (p *page) dated(to *time.Time, key, value string) {
	if value == "" {
		return
	}
	t, ok := parseDate(value)
	switch {
	case !ok:
		p.ask("", "the "+line(key)+" of the source is no date: "+shorten(line(value), 60), "write it as year-month-day")
	case to.IsZero():
		*to = t
	}
}

// tomlFront reads the part of TOML that front matter is written in: keys with
// texts, numbers, dates, lists of these, and tables. Other values are mistakes
// with a place.
func tomlFront(lines *diag.Lines, source []byte, start int) ([]content.Entry, diag.List) {
	r := &tomlReader{lines: lines, text: source, at: start}
	return r.entries()
}

type tomlReader struct {
	lines *diag.Lines
	text  []byte
	at    int
	diags diag.List
}

func (r *tomlReader) wrong(at int, message, hint string) {
	r.diags = append(r.diags, r.lines.New(r.lines.At(at), diag.Error, "toml-syntax", message, hint))
}

func (r *tomlReader) more() bool { return r.at < len(r.text) }

// blank goes over blanks, and with lines over line ends and comments.
func (r *tomlReader) blank(overLines bool) {
	for r.more() {
		switch c := r.text[r.at]; {
		case c == ' ' || c == '\t', c == '\n' && overLines:
			r.at++
		case c == '#' && overLines:
			r.rest()
		default:
			return
		}
	}
}

// rest goes to the end of the line.
func (r *tomlReader) rest() string {
	from := r.at
	for r.more() && r.text[r.at] != '\n' {
		r.at++
	}
	return strings.TrimSpace(string(r.text[from:r.at]))
}

func (r *tomlReader) entries() ([]content.Entry, diag.List) {
	var out []content.Entry
	table := -1 // the entry that keys belong to
	for {
		r.blank(true)
		if !r.more() {
			return out, r.diags
		}
		start := r.at
		if r.text[r.at] == '[' {
			name := strings.Trim(r.rest(), "[] \t")
			if i := strings.IndexByte(name, ']'); i >= 0 {
				name = name[:i]
			}
			name, _, _ = strings.Cut(name, ".")
			out = append(out, content.Entry{Key: content.Text{Value: strings.Trim(name, `"' `), Pos: r.lines.At(start)}})
			table = len(out) - 1
			continue
		}
		e, ok := r.entry()
		if !ok {
			return out, r.diags
		}
		if table >= 0 {
			out[table].Inner = append(out[table].Inner, e)
		} else {
			out = append(out, e)
		}
	}
}

func (r *tomlReader) entry() (content.Entry, bool) {
	start := r.at
	for r.more() && r.text[r.at] != '=' && r.text[r.at] != '\n' {
		r.at++
	}
	name := strings.Trim(strings.TrimSpace(string(r.text[start:r.at])), `"'`)
	if !r.more() || r.text[r.at] != '=' || name == "" {
		r.wrong(start, "this line of TOML has no “key = value”", "write it like title = \"…\"")
		return content.Entry{}, false
	}
	r.at++
	e := content.Entry{Key: content.Text{Value: name, Pos: r.lines.At(start)}}
	r.blank(false)
	if !r.value(&e, 0) {
		return e, false
	}
	r.blank(false)
	if rest := r.at; r.more() && r.text[r.at] != '\n' && r.text[r.at] != '#' {
		r.wrong(rest, "there is something behind this value", "put each key on a line of its own")
		return e, false
	}
	r.rest()
	return e, true
}

// value reads one value into an entry's values.
func (r *tomlReader) value(e *content.Entry, depth int) bool {
	start := r.at
	if !r.more() || r.text[r.at] == '\n' {
		r.wrong(start, "a value is missing", "write it like title = \"…\"")
		return false
	}
	switch c := r.text[r.at]; c {
	case '"', '\'':
		s, ok := r.quoted(c)
		if ok {
			e.Values = append(e.Values, content.Text{Value: s, Pos: r.lines.At(start)})
		}
		return ok
	case '[', '{':
		if depth > 8 {
			r.wrong(start, "too many brackets in each other", "")
			return false
		}
		r.at++
		for {
			r.blank(true)
			switch {
			case !r.more():
				r.wrong(start, "this bracket is not closed", "close it on the line of its last part")
				return false
			case r.text[r.at] == ']' && c == '[', r.text[r.at] == '}' && c == '{':
				r.at++
				return true
			case r.text[r.at] == ',':
				r.at++
				continue
			}
			if c == '{' {
				from := r.at
				for r.more() && strings.IndexByte("=}\n", r.text[r.at]) < 0 {
					r.at++
				}
				if !r.more() || r.text[r.at] != '=' {
					r.wrong(from, "this part has no “key = value”", "")
					return false
				}
				inner := content.Entry{Key: content.Text{Value: strings.Trim(string(r.text[from:r.at]), " \t\"'"), Pos: r.lines.At(from)}}
				r.at++
				r.blank(false)
				if !r.value(&inner, depth+1) {
					return false
				}
				e.Inner = append(e.Inner, inner)
			} else if !r.value(e, depth+1) {
				return false
			}
		}
	}
	for r.more() && strings.IndexByte(",]}#\n", r.text[r.at]) < 0 {
		r.at++
	}
	s := strings.TrimSpace(string(r.text[start:r.at]))
	if s == "" || strings.ContainsAny(s, `"'=`) {
		r.wrong(start, "this value is not finished the way it started", "put texts in quotes")
		return false
	}
	e.Values = append(e.Values, content.Text{Value: s, Pos: r.lines.At(start)})
	return true
}

// quoted reads a text in quotes: of one line, or of several in three of them.
func (r *tomlReader) quoted(q byte) (string, bool) {
	start, three := r.at, bytes.Repeat([]byte{q}, 3)
	long := bytes.HasPrefix(r.text[r.at:], three)
	r.at++
	if long {
		r.at += 2
		if r.more() && r.text[r.at] == '\n' {
			r.at++
		}
	}
	var b strings.Builder
	for r.more() {
		c := r.text[r.at]
		switch {
		case long && bytes.HasPrefix(r.text[r.at:], three):
			r.at += 3
			return b.String(), true
		case !long && c == q:
			r.at++
			return b.String(), true
		case !long && c == '\n':
			r.wrong(start, "this quote is not closed", "add the closing quote")
			return "", false
		case c == '\\' && q == '"' && r.at+1 < len(r.text):
			r.at++
			switch e := r.text[r.at]; e {
			case 'n', 't', 'r', '\n', 'b', 'f':
				b.WriteByte(' ')
			case 'u', 'U':
				n := 4
				if e == 'U' {
					n = 8
				}
				code := rune(0)
				for i := 0; i < n && r.at+1 < len(r.text); i++ {
					digit := strings.IndexByte("0123456789abcdef", r.text[r.at+1]|0x20)
					if digit < 0 {
						break
					}
					code = code<<4 | rune(digit)
					r.at++
				}
				b.WriteRune(code)
			default:
				b.WriteByte(e)
			}
			r.at++
		default:
			b.WriteByte(c)
			r.at++
		}
	}
	r.wrong(start, "this quote is not closed", "add the closing quote")
	return "", false
}
