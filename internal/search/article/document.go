// Package article says what an article is to the search, before and after it
// is in an index.
//
// In: Documents, one for each article, when a site is built. Out: records that
// an index keeps, and Facts, which ranking knows of an article without reading
// its text.
package article

import (
	"encoding/binary"
	"errors"
	"fmt"
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
	length    int // of the text, where only a record of it is known
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

// A document is stored as two records: what ranking needs of every article,
// and what is shown of a hit. They are length-prefixed strings; a general
// encoding would cost a tenth of a query's time.

type RecordWriter []byte

func (w *RecordWriter) Count(n int) { *w = binary.AppendUvarint(*w, uint64(n)) }

func (w *RecordWriter) Text(s string) {
	w.Count(len(s))
	*w = append(*w, s...)
}

func (w *RecordWriter) Texts(list []string) {
	w.Count(len(list))
	for _, s := range list {
		w.Text(s)
	}
}

func (w *RecordWriter) tags(list []Tag) {
	w.Count(len(list))
	for _, t := range list {
		w.Text(t.Name)
		w.Text(t.URL)
		w.Texts(t.Names)
	}
}

// RecordReader gives parts of the text that it reads: it copies nothing.
type RecordReader struct {
	Rest string
	Bad  bool
}

func (r *RecordReader) Count() int {
	n := 0
	for i, shift := 0, 0; i < len(r.Rest) && shift < 63; i, shift = i+1, shift+7 {
		c := r.Rest[i]
		n |= int(c&0x7F) << shift
		if c < 0x80 {
			r.Rest = r.Rest[i+1:]
			if n > len(r.Rest) {
				break // longer than what is left
			}
			return n
		}
	}
	r.Bad, r.Rest = true, ""
	return 0
}

// Number reads a number that counts nothing of the record.
func (r *RecordReader) Number() int {
	n, size := binary.Uvarint([]byte(r.Rest[:min(len(r.Rest), binary.MaxVarintLen64)]))
	if size <= 0 {
		r.Bad, r.Rest = true, ""
		return 0
	}
	r.Rest = r.Rest[size:]
	return int(n)
}

func (r *RecordReader) Text() string {
	n := r.Count()
	s := r.Rest[:n]
	r.Rest = r.Rest[n:]
	return s
}

func (r *RecordReader) Texts() []string {
	n := r.Count()
	if n == 0 {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = r.Text()
	}
	return out
}

func (r *RecordReader) tags() []Tag {
	n := r.Count()
	if n == 0 {
		return nil
	}
	out := make([]Tag, n)
	for i := range out {
		out[i] = Tag{Name: r.Text(), URL: r.Text(), Names: r.Texts()}
	}
	return out
}

// AppendHead appends what is kept in memory of every article.
func (d *Document) AppendHead(to []byte) []byte {
	w := RecordWriter(to)
	w.Text(d.URL)
	w.Text(d.Language)
	w.Text(d.Title)
	w.Texts(d.Symptoms)
	for _, tags := range d.Tags() {
		w.tags(tags)
	}
	w.Count(d.Length())
	w.Count(len(d.Sections))
	for _, s := range d.Sections {
		w.Text(s.Kind)
		w.Text(s.Title)
	}
	return w
}

func DecodeHead(data string) (*Document, error) {
	r := RecordReader{Rest: data}
	d := &Document{URL: r.Text(), Language: r.Text(), Title: r.Text(), Symptoms: r.Texts()}
	d.Products, d.Causes, d.Solutions, d.Cases = r.tags(), r.tags(), r.tags(), r.tags()
	d.length = r.Number()
	d.Sections = make([]Section, r.Count())
	for i := range d.Sections {
		d.Sections[i] = Section{Kind: r.Text(), Title: r.Text()}
	}
	if r.Bad {
		return nil, fmt.Errorf("%w: head", ErrRecord)
	}
	return d, nil
}

// AppendBody appends what is read only for the articles that are shown.
func (d *Document) AppendBody(to []byte) []byte {
	w := RecordWriter(to)
	w.Text(d.Summary)
	w.Count(len(d.Sections))
	for _, s := range d.Sections {
		w.Text(s.Anchor)
		w.Text(s.Title)
		w.Text(s.Kind)
		w.Text(s.Text)
	}
	return w
}

func DecodeBody(data string) (summary string, sections []Section, err error) {
	r := RecordReader{Rest: data}
	summary = r.Text()
	sections = make([]Section, r.Count())
	for i := range sections {
		sections[i] = Section{Anchor: r.Text(), Title: r.Text(), Kind: r.Text(), Text: r.Text()}
	}
	if r.Bad {
		return "", nil, fmt.Errorf("%w: body", ErrRecord)
	}
	return summary, sections, nil
}
