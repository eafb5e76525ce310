// Package search finds articles by what readers say.
//
// In: Documents, one for each article, when the site is built; a reader's
// words, when it is served. Out: an index in a folder; Hits with their best
// section, a snippet and facets.
//
// The index is bleve's. It is used as a store of postings; the articles' texts
// lie beside it (see texts.go). Which articles answer best is decided here (see
// rank.go), because no stock scoring rewards how much of a question an article
// answers.
//
// The package knows nothing of the builder: the endpoint imports it alone.
package search

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Schema is the version of what the index holds. An index of another version
// is refused. 1: first. 2: meanings of the lexicon, pieces
// of words, sounds. 3: texts beside bleve's store, the analysis of each
// document's language, words as they are written. 4: a base and a patch, and
// the digests of the base's documents.
const Schema = 4

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
}

// tags are the document's tags by family.
func (d *Document) tags() [families][]Tag {
	return [...][]Tag{productTag: d.Products, causeTag: d.Causes, solutionTag: d.Solutions, caseTag: d.Cases}
}

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

// errRecord is returned for a stored record that does not read.
var errRecord = errors.New("search: a stored article cannot be read")

// A document is stored as two records: what ranking needs of every article,
// and what is shown of a hit. They are length-prefixed strings; a general
// encoding would cost a tenth of a query's time.

type recordWriter []byte

func (w *recordWriter) count(n int) { *w = binary.AppendUvarint(*w, uint64(n)) }

func (w *recordWriter) text(s string) {
	w.count(len(s))
	*w = append(*w, s...)
}

func (w *recordWriter) texts(list []string) {
	w.count(len(list))
	for _, s := range list {
		w.text(s)
	}
}

func (w *recordWriter) tags(list []Tag) {
	w.count(len(list))
	for _, t := range list {
		w.text(t.Name)
		w.text(t.URL)
		w.texts(t.Names)
	}
}

// recordReader gives parts of the text that it reads: it copies nothing.
type recordReader struct {
	rest string
	bad  bool
}

func (r *recordReader) count() int {
	n := 0
	for i, shift := 0, 0; i < len(r.rest) && shift < 63; i, shift = i+1, shift+7 {
		c := r.rest[i]
		n |= int(c&0x7F) << shift
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			if n > len(r.rest) {
				break // longer than what is left
			}
			return n
		}
	}
	r.bad, r.rest = true, ""
	return 0
}

func (r *recordReader) text() string {
	n := r.count()
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *recordReader) texts() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = r.text()
	}
	return out
}

func (r *recordReader) tags() []Tag {
	n := r.count()
	if n == 0 {
		return nil
	}
	out := make([]Tag, n)
	for i := range out {
		out[i] = Tag{Name: r.text(), URL: r.text(), Names: r.texts()}
	}
	return out
}

// appendHead appends what is kept in memory of every article.
func (d *Document) appendHead(to []byte) []byte {
	w := recordWriter(to)
	w.text(d.URL)
	w.text(d.Language)
	w.text(d.Title)
	w.texts(d.Symptoms)
	for _, tags := range d.tags() {
		w.tags(tags)
	}
	w.count(len(d.Sections))
	for _, s := range d.Sections {
		w.text(s.Kind)
		w.text(s.Title)
	}
	return w
}

func decodeHead(data string) (*Document, error) {
	r := recordReader{rest: data}
	d := &Document{URL: r.text(), Language: r.text(), Title: r.text(), Symptoms: r.texts()}
	d.Products, d.Causes, d.Solutions, d.Cases = r.tags(), r.tags(), r.tags(), r.tags()
	d.Sections = make([]Section, r.count())
	for i := range d.Sections {
		d.Sections[i] = Section{Kind: r.text(), Title: r.text()}
	}
	if r.bad {
		return nil, fmt.Errorf("%w: head", errRecord)
	}
	return d, nil
}

// appendBody appends what is read only for the articles that are shown.
func (d *Document) appendBody(to []byte) []byte {
	w := recordWriter(to)
	w.text(d.Summary)
	w.count(len(d.Sections))
	for _, s := range d.Sections {
		w.text(s.Anchor)
		w.text(s.Title)
		w.text(s.Kind)
		w.text(s.Text)
	}
	return w
}

func decodeBody(data string) (summary string, sections []Section, err error) {
	r := recordReader{rest: data}
	summary = r.text()
	sections = make([]Section, r.count())
	for i := range sections {
		sections[i] = Section{Anchor: r.text(), Title: r.text(), Kind: r.text(), Text: r.text()}
	}
	if r.bad {
		return "", nil, fmt.Errorf("%w: body", errRecord)
	}
	return summary, sections, nil
}
