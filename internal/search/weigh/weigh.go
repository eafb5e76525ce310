// Package weigh says how much each term of a text counts when two texts are
// compared: how much it speaks for them that both have it, and how much it
// speaks against them that only the stored one does.
//
// In: folded text. Out: its features, and their weights. The weights are a
// small file (weights.txt), learnt from pairs of questions that mean the same
// (see the command learn beside this package): for each class of terms a line
// that grows with the term's rarity, and for common words how far they are off
// that line.
package weigh

import (
	_ "embed"
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"
	"sync"

	"whyfix/internal/han"
)

// Class is a kind of term.
type Class uint8

// The classes.
const (
	Single  Class = iota // one CJK character
	Pair                 // two neighbouring CJK characters
	Word                 // a word of another script
	Meaning              // a meaning of the general lexicon
	classes
)

var classNames = [classes]string{"single", "pair", "word", "meaning"}

// Key identifies a term within a process.
type Key uint64

const classShift = 60

// SingleKey is the key of one character.
func SingleKey(r rune) Key { return Key(Single)<<classShift | Key(r) }

// PairKey is the key of two neighbouring characters.
func PairKey(a, b rune) Key { return Key(Pair)<<classShift | Key(a)<<21 | Key(b) }

// WordKey is the key of a stemmed word.
func WordKey(stem string) Key {
	h := fnv.New64a()
	_, _ = h.Write([]byte(stem))
	return Key(Word)<<classShift | Key(h.Sum64()&(1<<classShift-1))
}

// MeaningKey is the key of a meaning of the lexicon.
func MeaningKey(m int) Key { return Key(Meaning)<<classShift | Key(m) }

// Class is the class of the key's term.
func (k Key) Class() Class { return Class(k >> classShift) }

// Number is the number of a Meaning.
func (k Key) Number() int { return int(k & (1<<classShift - 1)) }

// Rune is the character of a Single.
func (k Key) Rune() rune { return rune(k & (1<<classShift - 1)) }

// Features calls emit for every occurrence of a term in folded text.
func Features(a han.Analyzer, runes []rune, emit func(k Key, start, end int)) {
	han.EachTerm(runes, func(start, end int) {
		switch {
		case han.ClassOf(runes[start]) != han.CJK:
			emit(WordKey(a.Word(string(runes[start:end]))), start, end)
		case end-start == 1:
			emit(SingleKey(runes[start]), start, end)
		default:
			emit(PairKey(runes[start], runes[start+1]), start, end)
		}
	})
	han.General().Find(runes, func(m, start, end int) { emit(MeaningKey(m), start, end) })
}

// Text is how a feature is written in the index and for people.
func Text(a han.Analyzer, k Key, runes []rune, start, end int) string {
	switch k.Class() {
	case Word:
		return a.Word(string(runes[start:end]))
	case Meaning:
		return "\x01" + han.General().Name(k.Number())
	}
	return string(runes[start:end])
}

// Rarity is the inverse document frequency of a term that df of n texts have.
func Rarity(n, df int) float32 {
	return float32(math.Log(1 + (float64(n-df)+0.5)/(float64(df)+0.5)))
}

// Line is how a weight grows with rarity: Slope × rarity + Start.
type Line struct{ Slope, Start float32 }

// Offset is how far a common term is off its class's lines, × rarity.
type Offset struct{ Match, Penalty float32 }

// Table has all weights. It never changes after it is made.
type Table struct {
	Match   [classes]Line
	Penalty [classes]float32 // slopes
	Terms   map[Key]Offset
}

// Matched is how much it counts that both texts have a term.
func (t *Table) Matched(k Key, rarity float32) float32 {
	l := t.Match[k.Class()]
	return max(l.Start+(l.Slope+t.Terms[k].Match)*rarity, 0)
}

// Missed is how much it counts that only the stored text has a term.
func (t *Table) Missed(k Key, rarity float32) float32 {
	return max((t.Penalty[k.Class()]+t.Terms[k].Penalty)*rarity, 0)
}

//go:embed weights.txt
var weightsText string

// Default is the table of weights.txt.
var Default = sync.OnceValue(func() *Table {
	t, err := Parse(weightsText)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return t
})

// Parse reads a table as Format writes it.
func Parse(text string) (*Table, error) {
	t := &Table{Terms: map[Key]Offset{}}
	meanings := map[string]int{}
	for m := range han.General().Count() {
		meanings[han.General().Name(m)] = m
	}
	n := 0
	for line := range strings.Lines(text) {
		n++
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		number := func(i int) float32 {
			v, err := strconv.ParseFloat(f[i], 32)
			if err != nil {
				return float32(math.NaN())
			}
			return float32(v)
		}
		if len(f) == 5 && f[0] == "class" {
			for c, name := range classNames {
				if name == f[1] {
					t.Match[c], t.Penalty[c] = Line{number(2), number(3)}, number(4)
				}
			}
			continue
		}
		if len(f) != 3 {
			return nil, fmt.Errorf("weigh: line %d: %q", n, line)
		}
		var k Key
		if name, ok := strings.CutPrefix(f[0], "@"); ok {
			m, known := meanings[name]
			if !known {
				continue // the lexicon lost this meaning
			}
			k = MeaningKey(m)
		} else {
			switch r := []rune(f[0]); {
			case han.ClassOf(r[0]) == han.Word:
				k = WordKey(f[0])
			case len(r) == 1:
				k = SingleKey(r[0])
			default:
				k = PairKey(r[0], r[1])
			}
		}
		t.Terms[k] = Offset{number(1), number(2)}
	}
	return t, nil
}
