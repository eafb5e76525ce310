// Package markdown reads the body of one article.
//
// In: the bytes of a Markdown file and where its body starts. Out: a Document,
// the facts that the rest of the program needs: sections with their kind, the
// items below them, what each relates to, every link and image with its
// position, the plain text for the search, and the HTML.
//
// The HTML has holes where the address of a link or an image belongs, because
// an address is known only when all articles are. So a Document depends on one
// file and the Options alone and can be cached; the site fills the holes.
//
// A Document never changes after Parse returns it.
package markdown

import (
	"errors"
	"slices"

	"whyfix/internal/diag"
	"whyfix/internal/record"
)

// Kind says what a section of an article is for.
type Kind uint8

// The kinds, in the order of the chain that a reader follows.
const (
	None Kind = iota
	Cause
	Check
	Solution
	Case
)

// Kinds are the kinds of the chain, in its order.
func Kinds() [4]Kind { return [4]Kind{Cause, Check, Solution, Case} }

// String is the name used in attributes, anchors and the HTTP interface.
func (k Kind) String() string {
	return [...]string{"", "cause", "check", "solution", "case"}[k]
}

// Document is what one article's body says.
type Document struct {
	Title    string // the text of a level-one heading at the very top, if there is one
	TitlePos diag.Pos
	*Ends    // nil in an outline
	Sections []Section
	Refs     []Ref    // every link and image; holes in fragments count in this slice
	IDs      []string // every id that the HTML of this document defines, sorted; of an outline, those alone that no section and no item has
	Figures  []Figure
	Loads    []Load  // what raw HTML loads from other hosts
	Bare     bool    // it is an outline, without content
	Comments []Span  // HTML comments, and how wide pictures are, in the body as it was read; see Uncommented
	Edits    []Edit  // what the page as Markdown has otherwise than the body; see Edited
	Jump     *Jump   // the first heading that leaves a level out; nil: none does
	Shown    []Shown // what was most likely meant as markup and is shown as text, in order

	Underlined []Shown // headings that are so because of a line of - or = below them
	Hashed     int     // headings with #
}

// Jump is a heading that is two levels or more below the one above it. Headings
// in quotes and lists, and the title, are none.
type Jump struct {
	Pos          diag.Pos
	Level, Above int
}

// Ends are what stands before the first section and behind the last.
type Ends struct {
	Intro Block
	Notes Block // the list of footnotes; empty when there are none
}

// Told is what a heading and what it heads say. Outlines have none of it: a large
// site has millions of them in memory.
type Told struct {
	Heading Fragment // the heading's inline HTML
	Body    Block    // what stands below it, before the first item
}

// Text is the plain text below the heading; "" in an outline.
func (t *Told) Text() string {
	if t == nil {
		return ""
	}
	return t.Body.Text
}

// HasID reports whether the page will have an element with this id.
func (d *Document) HasID(id string) bool {
	if _, found := slices.BinarySearch(d.IDs, id); found {
		return true
	}
	found := false
	d.eachID(func(own string) { found = found || own == id && id != "" })
	return found
}

// AllIDs are every id that the HTML of this document defines, sorted.
func (d *Document) AllIDs() []string {
	if !d.Bare {
		return d.IDs
	}
	out := slices.Clone(d.IDs)
	d.eachID(func(id string) {
		if id != "" {
			out = append(out, id)
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// eachID calls visit with the ids of sections and items; "" where one has none.
func (d *Document) eachID(visit func(id string)) {
	for i := range d.Sections {
		s := &d.Sections[i]
		visit(s.ID)
		visit(s.Anchor)
		for j := range s.Items {
			visit(s.Items[j].ID)
		}
	}
}

// others are the ids that no section and no item has.
func (d *Document) others() []string {
	own := make([]string, 0, len(d.IDs))
	d.eachID(func(id string) { own = append(own, id) })
	var out []string
	for _, id := range d.IDs {
		if !slices.Contains(own, id) { // there are some tens
			out = append(out, id)
		}
	}
	return out
}

// Block is a run of content: its HTML and the same as plain text, one line for
// each paragraph, list item, table row or line of code.
type Block struct {
	HTML Fragment
	Text string
}

// Section is a heading and what stands below it, up to the next section.
type Section struct {
	Kind   Kind
	Level  uint8  // of the heading in the file, 1 to 6
	ID     string // the heading's id, unique on the page
	Anchor string // the kind's name on the first section of each kind: `#check` works whatever the heading says
	Title  string // the heading as plain text
	Pos    diag.Pos
	Tag    string   // {tag="…"}: the tag that it is about
	For    []string // {for="…"}: the causes that it is for
	Items  []Item   // only below sections of a kind
	*Told           // nil in an outline
}

// Item is a heading below a section of a kind: one cause, one check, one
// solution or one case.
type Item struct {
	ID    string
	Title string
	Pos   diag.Pos
	Tag   string
	For   []string
	*Told // nil in an outline
}

// About is the tag that an item is about: what {tag="…"} says, else its title.
func (i Item) About() string {
	if i.Tag != "" {
		return i.Tag
	}
	return i.Title
}

// Ref is a link or an image as written.
type Ref struct {
	Image bool
	// Refused: the address was dangerous, which was reported; Dest is empty.
	Refused bool

	Dest string // as in the file, but for Markdown's own escapes
	Alt  string // of an image or a link by a name: what is shown
	Wiki string // of a link by a name: all that is written, [[name|text]]; else empty
	Pos  diag.Pos
	At   int // where it starts in the body as it was read
}

// Load is an address on another host from which an element of raw HTML loads
// something by itself.
type Load struct {
	Element string // img, video, audio, source, iframe or script
	Address string
	Pos     diag.Pos
}

// Figure is an image that stands alone in a paragraph.
type Figure struct {
	Number  int // from 1; 0 without a caption
	Caption string
	Pos     diag.Pos
}

// Target is what a hole for a Ref is filled with.
type Target struct {
	URL           string // not escaped
	Width, Height int    // of an image in pixels; 0 when not known
	Media         *Media // of a film or a recording; else nil
}

// Fragment is HTML with holes. Its zero value is empty.
type Fragment struct {
	html  string
	holes []hole
}

// hole is a place in a Fragment that the target of a Ref fills.
type hole struct {
	At, Ref int
	With    filling
	Width   int    // of a picture in pixels, as its writer wants it; else 0
	Word    string // of the theme, by its key, where it is filled with one
}

// filling is what a hole is filled with.
type filling uint8

const (
	withAddress  filling = iota // of a page
	withFile                    // the address of a file, which may have any character
	withSize                    // the attributes width and height
	withWord                    // no ref, but a word of the theme
	withOpening                 // the start of a link to a picture's file, where that shows more
	withClosing                 // the end of that link
	withPoster                  // the attribute poster of a film, if it has one
	withCaptions                // the tracks of a film or a recording
)

// Empty reports whether there is nothing to show.
func (f Fragment) Empty() bool { return f.html == "" }

// HTML fills the holes. Targets are in the order of Document.Refs; words are
// those of the theme in the language of the page.
func (f Fragment) HTML(targets []Target, words Words) string {
	if len(f.holes) == 0 {
		return f.html
	}
	out := make([]byte, 0, len(f.html)+32*len(f.holes))
	from := 0
	for _, h := range f.holes {
		out = append(out, f.html[from:h.At]...)
		from = h.At
		if h.With == withWord {
			out = append(out, htmlText(words[h.Word])...)
			continue
		}
		switch t := targets[h.Ref]; h.With {
		case withAddress, withFile:
			out = appendURL(out, t.URL, h.With == withFile)
		case withSize:
			out = appendSize(out, t, h.Width)
		case withPoster:
			out = appendPoster(out, t.Media)
		case withCaptions:
			out = appendCaptions(out, t.Media)
		case withOpening:
			if t.opens(h.Width) {
				out = append(appendURL(append(out, `<a class="picture" href="`...), t.URL, true), `">`...)
			}
		case withClosing:
			if t.opens(h.Width) {
				out = append(out, "</a>"...)
			}
		}
	}
	return string(append(out, f.html[from:]...))
}

// ErrContent is returned for bytes that are not the content of a document.
var ErrContent = errors.New("markdown: this is not the content of the document")

// Outline is the document without its content: without HTML and without the
// plain text of its blocks. It is what the site is resolved from; the content
// is most of the memory, and needed only where the document is shown. Its lists
// are as long as what is in them.
func (d *Document) Outline() *Document {
	if d.Bare {
		return d
	}
	out := d.copied()
	out.Bare, out.Ends = true, nil
	for i := range out.Sections {
		s := &out.Sections[i]
		s.Told = nil
		for j := range s.Items {
			s.Items[j].Told = nil
		}
	}
	out.Refs, out.IDs, out.Edits = fitting(d.Refs), fitting(d.others()), fitting(d.Edits)
	return out
}

// fitting is a list that has no room for more.
func fitting[T any](list []T) []T {
	if len(list) == cap(list) {
		return list
	}
	return slices.Clone(list)
}

// copied is a document with sections and items of its own.
func (d *Document) copied() *Document {
	out := *d
	out.Sections = slices.Clone(d.Sections)
	for i := range out.Sections {
		out.Sections[i].Items = slices.Clone(out.Sections[i].Items)
	}
	return &out
}

// opened is an outline with room for its content.
func (d *Document) opened() *Document {
	out := d.copied()
	out.Bare, out.Ends = false, &Ends{}
	n := len(out.Sections)
	for i := range out.Sections {
		n += len(out.Sections[i].Items)
	}
	told := make([]Told, n)
	for i := range out.Sections {
		s := &out.Sections[i]
		s.Told, told = &told[0], told[1:]
		for j := range s.Items {
			s.Items[j].Told, told = &told[0], told[1:]
		}
	}
	return out
}

// content is what an outline lacks of one place in a document: a heading, or a
// block with its text.
type content struct {
	HTML  string
	Holes []hole
	Text  string
}

// places calls visit for every place in a document that has content, in order.
func (d *Document) places(visit func(f *Fragment, text *string)) {
	var none string // the text of a heading is part of the outline
	block := func(b *Block) { visit(&b.HTML, &b.Text) }
	block(&d.Intro)
	for i := range d.Sections {
		s := &d.Sections[i]
		visit(&s.Heading, &none)
		block(&s.Body)
		for j := range s.Items {
			visit(&s.Items[j].Heading, &none)
			block(&s.Items[j].Body)
		}
	}
	block(&d.Notes)
}

// AppendContent writes the record of what Outline leaves out behind out.
func (d *Document) AppendContent(out []byte) []byte {
	var all []content
	d.places(func(f *Fragment, text *string) { all = append(all, content{f.html, f.holes, *text}) })
	return record.Append(out, &all)
}

// WithContent is an outline with the content that AppendContent wrote of the
// same document. Its texts are parts of the data.
func (d *Document) WithContent(data string) (*Document, error) {
	var all []content
	if rest, err := record.Read(data, &all); err != nil || rest != "" {
		return nil, ErrContent
	}
	out := d.Outline().opened()
	out.IDs = d.AllIDs()
	n, bad := 0, false
	out.places(func(f *Fragment, text *string) {
		if n < len(all) {
			c := all[n]
			f.html, f.holes, *text = c.HTML, c.Holes, c.Text
			bad = bad || slices.ContainsFunc(c.Holes, func(h hole) bool { return h.At < 0 || h.At > len(c.HTML) })
		}
		n++
	})
	if bad || n != len(all) {
		return nil, ErrContent
	}
	return out, nil
}
