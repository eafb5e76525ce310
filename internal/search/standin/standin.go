// Package standin knows which words people put for each other when they ask:
// 爸妈 for 父母, 例假 for 月经.
//
// In: a term. Out: the terms that stand for it, each with how far it may count
// as the other. They come from a small file (standins.txt), learnt from pairs
// of questions that mean the same (see the command learn beside package rank).
package standin

import (
	_ "embed"
	"sync"

	"whyfix/internal/search/learnt"
	"whyfix/internal/search/terms"
)

// Standin is a term that may stand for another.
type Standin struct {
	Text   string
	Key    terms.Key
	Weight float32 // how far it counts as the other; less than 1, as what was typed stands first
}

// Table has all stand-ins. It never changes after it is made.
type Table struct{ of map[terms.Key][]Standin }

// Of are the stand-ins of a term.
func (t *Table) Of(k terms.Key) []Standin {
	if t == nil {
		return nil
	}
	return t.of[k]
}

//go:embed standins.txt
var text string

// Default is the table of standins.txt.
var Default = sync.OnceValue(func() *Table { return learnt.Must(Parse(text)) })

// Parse reads a table: a line for each two terms, of which each stands for the
// other, and their weight.
func Parse(text string) (*Table, error) {
	t := &Table{of: map[terms.Key][]Standin{}}
	return t, learnt.Read("standins.txt", text, func(l *learnt.Line) bool {
		if len(l.Words) != 3 {
			return false
		}
		a, b, weight := l.Words[0], l.Words[1], l.Number(2)
		for _, p := range [][2]string{{a, b}, {b, a}} {
			of := terms.KeyOf(p[0])
			t.of[of] = append(t.of[of], Standin{p[1], terms.KeyOf(p[1]), weight})
		}
		return a != b && weight > 0 && weight < 1
	})
}
