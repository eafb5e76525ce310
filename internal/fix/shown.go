package fix

import (
	"bytes"

	"whyfix/internal/diag"
	"whyfix/internal/site"
)

// Shown are the edits for what was found to be shown as text and can only have
// been meant in one way.
func Shown(s *site.Site, found diag.List) []Edit {
	wanted := map[diag.Pos]bool{}
	for _, d := range found {
		if d.Code == "shown-as-source" {
			wanted[d.Pos] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	var out []Edit
	for _, a := range Articles(s) {
		for _, shown := range a.Doc.Shown {
			if !wanted[shown.Pos] {
				continue
			}
			for _, m := range shown.Mends {
				out = append(out, Edit{At: m.Pos, Old: m.Old, New: m.New, As: words})
			}
		}
	}
	return out
}

// words puts other words into the place of some that start at a byte of a text.
func words(text []byte, offset int, old, word string) ([]byte, bool) {
	if offset < 0 || offset > len(text) || old == "" || !bytes.HasPrefix(text[offset:], []byte(old)) {
		return text, false
	}
	return put(text, offset, offset+len(old), word), true
}
