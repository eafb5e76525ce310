package posts

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"whyfix/internal/content"
	"whyfix/internal/diag"
	"whyfix/internal/search"
)

// Defaults are what documents have that do not say it themselves.
type Defaults struct {
	Kind      string // empty: "post"
	Language  string
	Languages []string       // of the site, as it spells them
	Zone      *time.Location // in which a day begins
}

// Limits of a document.
const (
	longestLine  = 8 << 20 // bytes
	longestID    = 200     // bytes
	longestURL   = 2_000   // bytes
	longestTitle = 300     // characters, as of the next
	longestText  = 100_000
	longestName  = 100 // of a product
	mostProducts = 20
)

// keys are those of a line.
var keys = [...]string{"id", "url", "title", "text", "language", "product", "date", "expires", "kind"}

// line is a document as JSON has it.
type line struct {
	id, url, title, text, language, date, expires, kind string
	products                                            []string
}

// lineReader reads documents from one file.
type lineReader struct {
	file     string
	defaults Defaults
	diags    diag.List
	said     [2]int         // errors and warnings
	more     int            // of them that are not in diags
	seen     map[uint64]int // lines, by the hash of their id
	seed     maphash.Seed
	number   int
	text     []byte // of the line
	bad      int    // lines that are no document
	refused  int    // the last of them
}

// Scan reads documents from JSON lines, one object on each, and gives those that
// are right to visit; a document with an id of before takes its place. The list
// says what is wrong, by file and line. Name is what it calls the file.
func Scan(name string, r io.Reader, d Defaults, visit func(*search.Document) error) (Scanned, error) {
	l := &lineReader{file: name, defaults: d, seen: map[uint64]int{}, seed: maphash.MakeSeed()}
	if l.defaults.Zone == nil {
		l.defaults.Zone = time.UTC
	}
	in := bufio.NewReaderSize(r, 1<<16)
	for {
		data, whole, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return Scanned{}, fmt.Errorf("posts: %s: %w", name, err)
		}
		end := err != nil
		l.number++
		if l.number == 1 {
			data = bytes.TrimPrefix(data, []byte("\uFEFF"))
		}
		l.text = bytes.TrimSuffix(data, []byte("\r"))
		switch {
		case !whole:
			l.text = l.text[:min(len(l.text), 1000)]
			l.refuse(0, diag.Say("the line has more than %d MB", longestLine>>20), diag.Say("one document is one line: cut its text, or make several documents of it"))
		case len(bytes.TrimSpace(l.text)) > 0:
			if doc := l.read(); doc != nil {
				if err := visit(doc); err != nil {
					return Scanned{}, err
				}
			}
		}
		if end {
			return Scanned{Diags: l.diags, More: l.more, Documents: len(l.seen), Bad: l.bad}, nil
		}
	}
}

// Scanned says what was read.
type Scanned struct {
	Diags     diag.List
	More      int // mistakes that are only counted
	Documents int // different ones
	Bad       int // lines that are none
}

// readLine reads a line without its end; of one that is too long the beginning.
func readLine(in *bufio.Reader) (data []byte, whole bool, err error) {
	whole = true
	for {
		part, err := in.ReadSlice('\n')
		if len(data)+len(part) > longestLine+1 {
			part, whole = part[:max(longestLine+1-len(data), 0)], false
		}
		data = append(data, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(data, []byte("\n")), whole, err
		}
	}
}

// MostSaid is how many mistakes of each severity a list has of one file: nobody
// reads the others, which are only counted.
const MostSaid = 10

// say notes something about the line, at a byte of it; -1: all of it.
func (l *lineReader) say(severity diag.Severity, at int, message, hint diag.Text) {
	if l.said[severity]++; l.said[severity] > MostSaid {
		l.more++
		return
	}
	p := diag.Pos{File: l.file, Line: l.number}
	if at >= 0 {
		p.Col = utf8.RuneCount(l.text[:min(at, len(l.text))]) + 1
	}
	source := strings.ToValidUTF8(string(l.text[:min(len(l.text), 1<<16)]), "\uFFFD")
	l.diags = append(l.diags, diag.Diagnostic{Pos: p, Severity: severity, Message: message, Hint: hint, Source: source})
}

// refuse says why the line is no document.
func (l *lineReader) refuse(at int, message, hint diag.Text) {
	if l.refused != l.number {
		l.bad, l.refused = l.bad+1, l.number
	}
	l.say(diag.Error, at, message, hint)
}

// place is where a key stands in the line.
func (l *lineReader) place(key string) int {
	return max(bytes.Index(l.text, []byte(strconv.Quote(key))), 0)
}

func oneObject() diag.Text {
	return diag.Say("each line is one object, such as %s", `{"id": "t-1", "url": "https://forum.example.org/t/1", "title": "…", "text": "…"}`)
}

// read reads the line; nil if it is no document.
func (l *lineReader) read() *search.Document {
	if !utf8.Valid(l.text) {
		at := 0
		for at < len(l.text) {
			r, size := utf8.DecodeRune(l.text[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
		l.refuse(at, diag.Say("the line is not UTF-8"), diag.Say("save the file as UTF-8; iconv -f GB18030 -t UTF-8 turns an old Chinese one into it"))
		return nil
	}
	first := bytes.TrimSpace(l.text)[0]
	var values map[string]json.RawMessage
	if err := json.Unmarshal(l.text, &values); err != nil || values == nil {
		hint := oneObject()
		if first == '[' || first == ']' || len(bytes.TrimSpace(l.text)) < 3 {
			hint = diag.Say("a file of JSON lines has no list around its objects, and each on one line: jq -c '.[]' makes it of a list")
		}
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			l.refuse(max(int(syntax.Offset)-1, 0), diag.Say("this is no JSON: %s", syntax.Error()), hint)
		case errors.As(err, &kind), err == nil:
			l.refuse(0, diag.Say("the line is no object"), hint)
		default:
			l.refuse(0, diag.Say("this is no JSON: %s", err.Error()), hint)
		}
		return nil
	}
	in, ok := l.values(values)
	if !ok {
		return nil
	}
	return l.document(in)
}

// values takes the values of the known keys.
func (l *lineReader) values(values map[string]json.RawMessage) (in line, ok bool) {
	before := l.bad
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(l.place(a)-l.place(b), strings.Compare(a, b)) })
	texts := map[string]*string{
		"id": &in.id, "url": &in.url, "title": &in.title, "text": &in.text, "language": &in.language, "date": &in.date, "expires": &in.expires, "kind": &in.kind,
	}
	for _, name := range names {
		raw := values[name]
		if string(raw) == "null" && slices.Contains(keys[:], name) {
			continue
		}
		switch to := texts[name]; {
		case name == "product":
			var one string
			if json.Unmarshal(raw, &one) == nil {
				in.products = []string{one}
			} else if json.Unmarshal(raw, &in.products) != nil {
				l.wrong(name, diag.Say("%q must be a text or a list of texts", name), diag.Say("such as %s", `"product": ["花呗", "借呗"]`))
			}
		case to == nil:
			l.wrong(name, diag.Say("unknown key %q", name), diag.DidYouMean(name, keys[:], diag.Say("known keys: %s", strings.Join(keys[:], ", "))))
		case json.Unmarshal(raw, to) == nil:
		case name == "id" && isNumber(raw): // as a database has it
			*to = string(raw)
		default:
			l.wrong(name, diag.Say("%q must be a text", name), diag.Say("write it between quotation marks"))
		}
	}
	for _, name := range []string{"id", "url", "title"} {
		if strings.TrimSpace(*texts[name]) == "" && l.bad == before {
			l.refuse(0, diag.Say("%q is missing", name), oneObject())
		}
	}
	return in, l.bad == before
}

// wrong refuses the line for the value of a key; of several only the first
// counts.
func (l *lineReader) wrong(key string, message, hint diag.Text) {
	l.refuse(l.place(key), message, hint)
}

func isNumber(raw json.RawMessage) bool {
	for _, c := range raw {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(raw) > 0
}

// document makes a document of a line that has all that it needs; nil if
// something is wrong with it.
func (l *lineReader) document(in line) *search.Document {
	before := l.bad
	o := &search.Origin{Source: cmp.Or(in.kind, l.defaults.Kind, content.PostKind)}
	d := &search.Document{URL: strings.TrimSpace(in.id), Language: l.defaults.spelled(cmp.Or(in.language, l.defaults.Language)), Origin: o}
	if len(d.URL) > longestID || strings.ContainsFunc(d.URL, unicode.IsControl) {
		l.wrong("id", diag.Say("an id has at most %d bytes, and no control characters", longestID), diag.Say("what names the document where it comes from, such as t-17"))
	}
	address, ok := Address(strings.TrimSpace(in.url))
	if !ok {
		l.wrong("url", diag.Say("%q is no address that a result may lead to", shortened(in.url, 100)), diag.Say("write a whole address that starts with https:// or http://, or a path of this site, such as /pay/late/, with or without the site's base before it"))
	}
	o.URL = address
	if !content.IsKind(o.Source) {
		l.wrong("kind", diag.Say("%q cannot be a kind", shortened(o.Source, 100)), content.KindHint())
	}
	if d.Language != "" && !content.IsLanguage(d.Language) {
		l.wrong("language", diag.Say("%q is not the tag of a language", shortened(d.Language, 100)), content.LanguageHint(d.Language))
	}
	o.Date, o.Expires = l.time("date", in.date), l.time("expires", in.expires)
	for _, name := range in.products {
		name = plain(name)
		switch {
		case utf8.RuneCountInString(name) > longestName || len(d.Products) == mostProducts:
			l.wrong("product", diag.Say("at most %d products of %d characters are taken", mostProducts, longestName), diag.Say("name what the document is about"))
			return nil
		case name != "" && !slices.ContainsFunc(d.Products, func(t search.Tag) bool { return t.Name == name }):
			d.Products = append(d.Products, search.Tag{Name: name})
		}
	}
	if l.bad != before {
		return nil
	}
	d.Title = l.cut("title", plain(in.title), longestTitle)
	if text := l.cut("text", paragraphs(in.text), longestText); text != "" {
		d.Sections = []search.Section{{Text: text}}
	}
	id := maphash.String(l.seed, d.URL)
	if first, twice := l.seen[id]; twice {
		l.say(diag.Warning, l.place("id"), diag.Say("the id %q was in line %d: this one takes its place", d.URL, first), diag.Say("give each document an id of its own"))
	}
	l.seen[id] = l.number
	return d
}

// spelled is the tag of a language as the site writes it: who asks for the
// language of its articles finds the document, too.
func (d *Defaults) spelled(tag string) string {
	if i := slices.IndexFunc(d.Languages, func(own string) bool { return strings.EqualFold(own, tag) }); i >= 0 {
		return d.Languages[i]
	}
	return tag
}

// time reads a day or a moment, in seconds since 1970; 0 where there is none.
func (l *lineReader) time(key, text string) int64 {
	if strings.TrimSpace(text) == "" {
		return 0
	}
	t, ok := content.ParseDate(strings.TrimSpace(text), l.defaults.Zone)
	if t2, err := time.Parse(time.RFC3339, strings.TrimSpace(text)); err == nil {
		t, ok = t2, true
	}
	if !ok || t.Unix() == 0 {
		l.wrong(key, diag.Say("%q is no date", shortened(text, 100)), diag.Say("write it as 2026-03-01, or 2026-03-01T18:30:00+08:00"))
		return 0
	}
	return t.Unix()
}

// cut keeps so many characters of a text, and says what is left out.
func (l *lineReader) cut(key, text string, most int) string {
	short := shortened(text, most)
	if len(short) < len(text) {
		l.say(diag.Warning, l.place(key), diag.Say("%q has %d characters: what stands behind the first %d is not found", key, utf8.RuneCountInString(text), most), diag.Say("keep what says what the document is about"))
	}
	return short
}

func shortened(text string, most int) string {
	n := 0
	for i := range text {
		if n == most {
			return text[:i]
		}
		n++
	}
	return text
}

// Address is an address that a result may lead to: a whole one of the web, or a
// path of the site.
func Address(text string) (string, bool) {
	if len(text) > longestURL || strings.HasPrefix(text, "//") || strings.ContainsRune(text, '\\') {
		return "", false
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.User != nil:
		return "", false
	case u.Scheme == "https" || u.Scheme == "http":
		return u.String(), u.Host != ""
	}
	return u.String(), u.Scheme == "" && u.Host == "" && strings.HasPrefix(text, "/")
}

// plain is a text of one line.
func plain(s string) string { return strings.Join(strings.FieldsFunc(s, blank), " ") }

func blank(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// paragraphs is a text with a line for each of its lines that says something.
func paragraphs(s string) string {
	var b strings.Builder
	for part := range strings.Lines(s) {
		if part = plain(part); part != "" {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(part)
		}
	}
	return b.String()
}
