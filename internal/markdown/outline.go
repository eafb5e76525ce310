package markdown

import (
	"errors"
	"slices"

	"whyfix/internal/record"
)

// ErrContent is returned for bytes that are not the content of a document.
var ErrContent = errors.New("markdown: this is not the content of the document")

// Outline is the document without its content: without HTML and without the
// plain text of its blocks. It is what the site is resolved from; the content
// is most of the memory, and needed only where the document is shown.
func (d *Document) Outline() *Document {
	if d.Bare {
		return d
	}
	out := d.copied()
	out.Bare = true
	out.Intro, out.Notes = Block{}, Block{}
	for i := range out.Sections {
		s := &out.Sections[i]
		s.Heading, s.Body = Fragment{}, Block{}
		for j := range s.Items {
			s.Items[j].Heading, s.Items[j].Body = Fragment{}, Block{}
		}
	}
	return out
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
	out := d.Outline().copied()
	out.Bare = false
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
