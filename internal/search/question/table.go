package question

import "whyfix/internal/search/terms"

// Table finds a question's terms by their keys.
type Table struct {
	terms.Table
	Starts terms.Starts // of the terms
}

// add makes a term findable, which starts with a character. It must not be
// there yet.
func (t *Table) add(k terms.Key, start rune, term int) {
	t.Starts.Add(start)
	t.Add(k, term)
}
