package markdown

import (
	"bytes"
	"slices"
	"strings"
)

// Edit is what the page as Markdown has in place of a part of the file: signs
// that other readers of Markdown do not know become plain text.
type Edit struct {
	Span
	Before string
	Word   string // one of the theme's words, by its key, between the two; empty: none
	After  string
}

// Words are the words of a theme that a text asks for, by their keys: figure,
// fold, and callout_note, callout_tip and so on for the kinds of CalloutKinds.
type Words map[string]string

// In is the edit with its word.
func (e Edit) In(words Words) Edit {
	return Edit{Span: e.Span, Before: e.Before + words[e.Word] + e.After}
}

// Edited is a text without its comments and with its edits made. Edits lie in
// order, and in none of them lies a part of another.
func Edited(text []byte, comments []Span, edits []Edit) []byte {
	if len(edits) == 0 {
		return Uncommented(text, comments)
	}
	out := make([]byte, 0, len(text))
	from := 0
	for _, e := range edits {
		if e.Start < from || e.End > len(text) || e.End < e.Start {
			continue
		}
		out = append(out, Uncommented(text[from:e.Start], within(comments, from, e.Start))...)
		out, from = e.make(out, text)
	}
	return append(out, Uncommented(text[from:], within(comments, from, len(text)))...)
}

// make writes what stands in the place of the edit behind out, and tells where the
// text goes on. A title that has its line for itself is a paragraph of its own, and
// of a line that vanishes no second blank line is left.
func (e Edit) make(out, text []byte) ([]byte, int) {
	// Nothing here looks at a whole line: one may have many edits.
	lineStart := len(bytes.TrimRight(out, " \t"))
	alone := lineStart == 0 || out[lineStart-1] == '\n'
	above := bytes.TrimRight(out[:lineStart], " \t")
	blank := len(above) == 0 || bytes.HasSuffix(above, []byte("\n\n"))
	more := e.End < len(text)
	ends := !more || text[e.End] == '\n'
	var below []byte
	if ends {
		below, _, _ = bytes.Cut(text[min(e.End+1, len(text)):], []byte("\n"))
	}
	followed := ends && len(bytes.TrimSpace(below)) == 0 // by a blank line, or by nothing
	now := e.Before + e.Word + e.After
	switch {
	case now == "" && alone && ends && more:
		switch out = out[:lineStart]; {
		case blank && followed:
			return out, min(e.End+1+len(below)+1, len(text))
		case blank || followed:
			return out, e.End + 1
		}
	case now != "" && alone:
		if !blank {
			out = slices.Insert(out, lineStart, '\n')
		}
		if followed {
			now = strings.TrimSuffix(now, "\n")
		}
	}
	return append(out, now...), e.End
}

// within are the spans inside a part of a text, counted from its start. They are in
// order.
func within(spans []Span, start, end int) []Span {
	var out []Span
	first, _ := slices.BinarySearchFunc(spans, start, func(s Span, at int) int { return s.Start - at })
	for _, s := range spans[first:] {
		if s.Start >= end {
			break
		}
		if s.End <= end {
			out = append(out, Span{s.Start - start, s.End - start})
		}
	}
	return out
}

// edit notes an edit of the page as Markdown.
func (r *reading) edit(s Span, before, word, after string) {
	r.doc.Edits = append(r.doc.Edits, Edit{s, before, word, after})
}

// sortEdits brings the edits into the order of the text.
func (r *reading) sortEdits() {
	slices.SortStableFunc(r.doc.Edits, func(a, b Edit) int { return a.Start - b.Start })
}
