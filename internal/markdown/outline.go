package markdown

import (
	"encoding/binary"
	"errors"
	"slices"
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

// AppendContent writes what Outline leaves out behind out.
func (d *Document) AppendContent(out []byte) []byte {
	out = d.Intro.append(out)
	for i := range d.Sections {
		s := &d.Sections[i]
		out = s.Body.append(s.Heading.append(out))
		for j := range s.Items {
			it := &s.Items[j]
			out = it.Body.append(it.Heading.append(out))
		}
	}
	return d.Notes.append(out)
}

// WithContent is an outline with the content that AppendContent wrote of the
// same document. Its texts are parts of the data.
func (d *Document) WithContent(data string) (*Document, error) {
	out := d.Outline().copied()
	out.Bare = false
	r := contentReader{rest: data}
	r.block(&out.Intro)
	for i := range out.Sections {
		s := &out.Sections[i]
		r.fragment(&s.Heading)
		r.block(&s.Body)
		for j := range s.Items {
			r.fragment(&s.Items[j].Heading)
			r.block(&s.Items[j].Body)
		}
	}
	r.block(&out.Notes)
	if r.bad || r.rest != "" {
		return nil, ErrContent
	}
	return out, nil
}

func (b Block) append(out []byte) []byte { return appendText(b.HTML.append(out), b.Text) }

func (f Fragment) append(out []byte) []byte {
	out = binary.AppendUvarint(appendText(out, f.html), uint64(len(f.holes)))
	for _, h := range f.holes {
		out = binary.AppendUvarint(binary.AppendUvarint(out, uint64(h.at)), uint64(h.ref))
		flags := byte(0)
		for i, set := range [...]bool{h.image, h.size, h.figure} {
			if set {
				flags |= 1 << i
			}
		}
		out = append(out, flags)
	}
	return out
}

func appendText(out []byte, s string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(s))), s...)
}

type contentReader struct {
	rest string
	bad  bool
}

func (r *contentReader) number() int {
	n := uint64(0)
	for i, shift := 0, 0; i < len(r.rest) && shift < 35; i, shift = i+1, shift+7 {
		c := r.rest[i]
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			return int(n)
		}
	}
	r.bad, r.rest = true, ""
	return 0
}

func (r *contentReader) text() string {
	n := r.number()
	if n > len(r.rest) {
		r.bad, r.rest = true, ""
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *contentReader) block(b *Block) {
	r.fragment(&b.HTML)
	b.Text = r.text()
}

func (r *contentReader) fragment(f *Fragment) {
	f.html = r.text()
	n := r.number()
	if n > len(r.rest) {
		r.bad, r.rest = true, ""
		return
	}
	if n > 0 {
		f.holes = make([]hole, n)
	}
	for i := range f.holes {
		h := hole{at: r.number(), ref: r.number()}
		flags := r.number()
		h.image, h.size, h.figure = flags&1 > 0, flags&2 > 0, flags&4 > 0
		if h.at > len(f.html) {
			r.bad = true
		}
		f.holes[i] = h
	}
}
