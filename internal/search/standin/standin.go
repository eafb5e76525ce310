// Package standin knows which words people put for each other when they ask:
// 爸妈 for 父母, 例假 for 月经.
//
// In: a term. Out: the terms that stand for it, each with how far it may count
// as the other. They come from a small file (standins.txt), learnt from pairs
// of questions that mean the same (see the command learn beside package rank).
package standin

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

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
var Default = sync.OnceValue(func() *Table {
	t, err := Parse(text)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return t
})

// Parse reads a table: a line for each two terms, of which each stands for the
// other, and their weight.
func Parse(text string) (*Table, error) {
	t := &Table{of: map[terms.Key][]Standin{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		if len(f) != 3 || f[0] == f[1] {
			return nil, fmt.Errorf("standin: line %d: %q", n, line)
		}
		weight, err := strconv.ParseFloat(f[2], 32)
		if err != nil || !(weight > 0 && weight < 1) {
			return nil, fmt.Errorf("standin: line %d: %q is no weight between 0 and 1", n, f[2])
		}
		for _, p := range [][2]string{{f[0], f[1]}, {f[1], f[0]}} {
			of := terms.KeyOf(p[0])
			t.of[of] = append(t.of[of], Standin{p[1], terms.KeyOf(p[1]), float32(weight)})
		}
	}
	return t, nil
}
