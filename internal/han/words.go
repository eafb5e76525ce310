package han

import (
	_ "embed"
	"iter"
	"slices"
	"strings"
	"sync"
)

// tableLines are the lines of a table beside this file, without comments.
func tableLines(table string) iter.Seq[string] {
	return func(yield func(line string) bool) {
		for line := range strings.Lines(table) {
			line = strings.TrimSpace(line)
			if line != "" && line[0] != '#' && !yield(line) {
				return
			}
		}
	}
}

// wordSet has words by their first characters.
type wordSet map[rune][][]rune

func (s wordSet) add(word []rune) { s[word[0]] = append(s[word[0]], word) }

// wordsIn are the words of a list that spaces divide.
func wordsIn(list string) wordSet {
	s := wordSet{}
	for f := range strings.FieldsSeq(list) {
		s.add([]rune(f))
	}
	return s
}

// begins reports whether one of the words begins at a place of a text.
func (s wordSet) begins(runes []rune, i int) bool {
	return slices.ContainsFunc(s[runes[i]], func(word []rune) bool { return hasPrefix(runes[i:], word) })
}

func hasPrefix(runes, prefix []rune) bool {
	return len(runes) >= len(prefix) && slices.Equal(runes[:len(prefix)], prefix)
}

// wholeWord reports whether no letter stands on either side, where the script
// has letters.
func wholeWord(runes []rune, start, end int) bool {
	if ClassOf(runes[start]) != Word {
		return true
	}
	return (start == 0 || ClassOf(runes[start-1]) != Word) && (end == len(runes) || ClassOf(runes[end]) != Word)
}

//go:embed weak.txt
var weakText string

var weakWords = sync.OnceValue(func() wordSet {
	s := wordSet{}
	for line := range tableLines(weakText) {
		s.add([]rune(Fold(line)))
	}
	return s
})

// Weak marks the characters of folded text that belong to question words and
// particles, the longest word first at each place.
func Weak(runes []rune) []bool {
	marks := make([]bool, len(runes))
	words := weakWords()
	for i := 0; i < len(runes); {
		longest := 0
		for _, w := range words[runes[i]] {
			if len(w) > longest && hasPrefix(runes[i:], w) && wholeWord(runes, i, i+len(w)) {
				longest = len(w)
			}
		}
		for j := range longest {
			marks[i+j] = true
		}
		i += max(longest, 1)
	}
	return marks
}
