// Package learnt reads the small files of what the search has learnt: stand-ins,
// weights of terms, the model of the ranking, clues (see search/rank/learn).
//
// In: a text with a line for each thing, words and numbers between spaces; what
// begins with # is a remark. Out: the lines, or the first that is none.
package learnt

import (
	"fmt"
	"strconv"
	"strings"
)

// Line is a line of a file.
type Line struct {
	Words []string
	wrong bool
}

// Is reports whether the line has so many words, of which the first is the
// given one.
func (l *Line) Is(first string, words int) bool { return len(l.Words) == words && l.Words[0] == first }

// Number is a word that must be a number.
func (l *Line) Number(i int) float32 {
	v, err := strconv.ParseFloat(l.Words[i], 32)
	l.wrong = l.wrong || err != nil
	return float32(v)
}

// Read reads the text of a file. The function takes a line, and reports whether
// it is one of such a file.
func Read(file, text string, take func(l *Line) bool) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		l := Line{Words: strings.Fields(line)}
		if len(l.Words) == 0 || l.Words[0] == "#" {
			continue
		}
		if !take(&l) || l.wrong {
			return fmt.Errorf("%s: line %d: %q", file, n, strings.TrimSpace(line))
		}
	}
	return nil
}

// Must is what a file says that is part of the program.
func Must[T any](read T, err error) T {
	if err != nil {
		panic(err)
	}
	return read
}
