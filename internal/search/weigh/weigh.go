// Package weigh says how much each term of a question counts: how much it
// speaks for a text that has it, and how much it speaks against a short text
// that only the text has it.
//
// In: terms and how many articles have them. Out: weights. They come from a
// small file (weights.txt), learnt from pairs of questions that mean the same
// (see the command learn beside this package): for each form of a term a line
// that grows with its rarity, and for words that questions about anything are
// made of, how far they are off that line.
package weigh

import (
	_ "embed"
	"math"
	"strings"
	"sync"

	"whyfix/internal/han"
	"whyfix/internal/search/learnt"
	"whyfix/internal/search/standin"
	"whyfix/internal/search/terms"
)

// Rarity is the inverse document frequency of a term that df of n articles
// have.
func Rarity(n, df int) float32 {
	return float32(math.Log(1 + (float64(max(n-df, 0))+0.5)/(float64(df)+0.5)))
}

// Row is how the terms of a form count.
type Row int

// The rows: one character, two, and the other forms.
const (
	Single Row = iota
	Pair
	rowForms // + form
	Rows     = int(rowForms) + int(terms.Forms)
)

// RowOf is the row of a term.
func RowOf(k terms.Key, form terms.Form) Row {
	switch {
	case form != terms.Char:
		return rowForms + Row(form)
	case k.Class() == terms.Single:
		return Single
	}
	return Pair
}

func (r Row) String() string {
	switch r {
	case Single:
		return "single"
	case Pair:
		return "pair"
	}
	return terms.Form(r - rowForms).String()
}

// Line is how the weights of a row grow with rarity.
type Line struct {
	Slope, Start float32 // of a match in a short text
	Penalty      float32 // slope of a miss there
	Body         float32 // slope of a match in a body
}

// Offset is how far a common term is off its row's line, × rarity.
type Offset struct{ Match, Penalty float32 }

// Table has all weights. It never changes after it is made.
type Table struct {
	Lines [Rows]Line
	Weak  float32 // what a question word counts in a body, as a share
	Frame float32 // how much the offset of a common term counts in a body
	Terms map[terms.Key]Offset
	// Standins are what may stand for a term; nil: nothing.
	Standins *standin.Table
}

// Matched is how much it counts that a short text has a term of the question.
func (t *Table) Matched(k terms.Key, form terms.Form, rarity float32) float32 {
	l := &t.Lines[RowOf(k, form)]
	return max(l.Start+(l.Slope+t.Terms[k].Match)*rarity, 0)
}

// Missed is how much it counts that a short text has a term that the question
// has not.
func (t *Table) Missed(k terms.Key, form terms.Form, rarity float32) float32 {
	l := &t.Lines[RowOf(k, form)]
	return max((l.Penalty+t.Terms[k].Penalty)*rarity, 0)
}

// Body is how much it counts at most that a body has a term of the question.
// What questions about anything are made of counts less there, too.
func (t *Table) Body(k terms.Key, form terms.Form, rarity float32, weak, partly bool) float32 {
	w := t.Lines[RowOf(k, form)].Body * rarity
	if own, is := t.Terms[k]; is {
		w *= min(max(1+t.Frame*own.Match, leastFrame), mostFrame)
	}
	if weak {
		w *= t.Weak
	} else if partly {
		w *= (1 + t.Weak) / 2
	}
	return w
}

// The share of a body's weight that a common term keeps.
const leastFrame, mostFrame = 0.15, 1.5

//go:embed weights.txt
var weightsText string

// Default is the table of weights.txt.
var Default = sync.OnceValue(func() *Table {
	t := learnt.Must(Parse(weightsText))
	t.Standins = standin.Default()
	return t
})

// Parse reads a table.
func Parse(text string) (*Table, error) {
	t := &Table{Terms: map[terms.Key]Offset{}}
	meanings := map[string]int{}
	for m := range han.General().Count() {
		meanings[han.General().Name(m)] = m
	}
	return t, learnt.Read("weights.txt", text, func(l *learnt.Line) bool {
		switch {
		case l.Is("row", 6):
			for r := range Rows {
				if Row(r).String() == l.Words[1] && r != int(rowForms) {
					t.Lines[r] = Line{l.Number(2), l.Number(3), l.Number(4), l.Number(5)}
					return true
				}
			}
			return false
		case l.Is("weak", 2):
			t.Weak = l.Number(1)
		case l.Is("frame", 2):
			t.Frame = l.Number(1)
		case len(l.Words) != 3 || l.Words[0] == "row":
			return false
		default:
			own := Offset{l.Number(1), l.Number(2)}
			if k, known := termKey(l.Words[0], meanings); known {
				t.Terms[k] = own
			}
		}
		return true
	})
}

// termKey is the key of a term as the file has it; unknown when the lexicon has
// lost the meaning.
func termKey(text string, meanings map[string]int) (k terms.Key, known bool) {
	if name, is := strings.CutPrefix(text, "@"); is {
		m, known := meanings[name]
		return terms.MeaningKey(m), known
	}
	return terms.KeyOf(text), true
}
