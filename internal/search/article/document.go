// Package article says what an article is to the search, before and after it
// is in an index.
//
// In: Documents, one for each article, when a site is built. Out: records that
// an index keeps, and Facts, which ranking knows of an article without reading
// its text.
package article

import (
	"errors"
	"fmt"

	"whyfix/internal/record"
)

// Document is one article as the search knows it.
type Document struct {
	URL       string // percent-encoded path on the site; the document's identity
	Language  string // a BCP 47 tag; it picks the analysis of words of letters
	Title     string
	Summary   string
	Symptoms  []string
	Products  []Tag
	Causes    []Tag
	Solutions []Tag
	Cases     []Tag
	Sections  []Section
	Origin    *Origin // nil: it is a page of the site
	length    int     // of the text, where only a record of it is known
}

// Page is the source of what is a page of the site.
const Page = "article"

// Origin tells of a document that is no page of the site where it comes from. Its
// own URL then is the id by which whoever keeps it knows it.
type Origin struct {
	Source  string // what it is: "post", "ticket", "note" …
	URL     string // where it stands: a whole address, or a path of this site
	Date    int64  // seconds since 1970; 0: not known
	Expires int64  // … from when on nobody finds it; 0: never
}

// Expired reports whether the document of an origin, which may be nil, is not to
// be found any more at a time, in seconds since 1970.
func (o *Origin) Expired(now int64) bool {
	return o != nil && o.Expires != 0 && o.Expires <= now
}

// Of is the source of a document with an origin, which may be nil.
func (o *Origin) Of() string {
	if o == nil {
		return Page
	}
	return o.Source
}

// Length is how many bytes of text the document has.
func (d *Document) Length() int {
	n := d.length + len(d.Summary)
	for i := range d.Sections {
		n += len(d.Sections[i].Text)
	}
	return n
}

// Tags are the document's tags by family.
func (d *Document) Tags() [Families][]Tag {
	return [...][]Tag{Product: d.Products, Cause: d.Causes, Solution: d.Solutions, Case: d.Cases}
}

// The families of tags.
const (
	Product = iota
	Cause
	Solution
	Case
	Families
)

// Kinds are the kinds of sections, in the order of the chain.
var Kinds = [...]string{"cause", "check", "solution", "case"}

// Tag is a tag of a document.
type Tag struct {
	Name  string
	URL   string   // of its page
	Names []string // other names that readers use
}

// Section is a part of an article with an address of its own.
type Section struct {
	Anchor string // id on the page, not percent-encoded; "" is the top
	Title  string // "" for what stands before the first heading
	Kind   string // "cause", "check", "solution", "case" or ""
	Text   string // plain, one line for each paragraph, list item or table row
}

// ErrRecord is returned for a stored record that does not read.
var ErrRecord = errors.New("article: a stored record cannot be read")

// head is what is kept in memory of every article.
type head struct {
	URL, Language, Title               string
	Symptoms                           []string
	Products, Causes, Solutions, Cases []Tag
	Length                             int
	Sections                           []headSection
	Origin                             *Origin
}

type headSection struct{ Kind, Title string }

// body is what is read only for the articles that are shown.
type body struct {
	Summary  string
	Sections []Section
}

// AppendHead appends the record of what is kept in memory of every article.
func (d *Document) AppendHead(to []byte) []byte {
	h := head{
		URL: d.URL, Language: d.Language, Title: d.Title, Symptoms: d.Symptoms,
		Products: d.Products, Causes: d.Causes, Solutions: d.Solutions, Cases: d.Cases,
		Length: d.Length(), Sections: make([]headSection, len(d.Sections)), Origin: d.Origin,
	}
	for i, s := range d.Sections {
		h.Sections[i] = headSection{s.Kind, s.Title}
	}
	return record.Append(to, &h)
}

// ReadHead reads what AppendHead wrote, and returns what stands behind it. The
// error is ErrRecord.
func ReadHead(data string) (d *Document, rest string, err error) {
	var h head
	if rest, err = record.Read(data, &h); err != nil {
		return nil, "", fmt.Errorf("%w: head", ErrRecord)
	}
	d = &Document{
		URL: h.URL, Language: h.Language, Title: h.Title, Symptoms: h.Symptoms,
		Products: h.Products, Causes: h.Causes, Solutions: h.Solutions, Cases: h.Cases,
		length: h.Length, Sections: make([]Section, len(h.Sections)), Origin: h.Origin,
	}
	for i, s := range h.Sections {
		d.Sections[i] = Section{Kind: s.Kind, Title: s.Title}
	}
	return d, rest, nil
}

// AppendBody appends the record of what is read only for the articles that are
// shown.
func (d *Document) AppendBody(to []byte) []byte {
	return record.Append(to, &body{d.Summary, d.Sections})
}

// WithBody is a document of a head that was read, with the body that AppendBody
// wrote. The error is ErrRecord.
func (d *Document) WithBody(data string) (*Document, error) {
	out := *d
	out.length = 0
	var err error
	out.Summary, out.Sections, err = ReadBody(data)
	return &out, err
}

// ReadBody reads what AppendBody wrote. The error is ErrRecord.
func ReadBody(data string) (summary string, sections []Section, err error) {
	var b body
	if rest, err := record.Read(data, &b); err != nil || rest != "" {
		return "", nil, fmt.Errorf("%w: body", ErrRecord)
	}
	return b.Summary, b.Sections, nil
}
