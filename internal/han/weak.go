package han

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed weak.txt
var weakText string

// weakWords are the words of weak.txt, by their first character.
var weakWords = sync.OnceValue(func() map[rune][][]rune {
	m := map[rune][][]rune{}
	for line := range strings.Lines(weakText) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		w := []rune(Fold(line))
		m[w[0]] = append(m[w[0]], w)
	}
	return m
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

func hasPrefix(runes, prefix []rune) bool {
	if len(runes) < len(prefix) {
		return false
	}
	for i, r := range prefix {
		if runes[i] != r {
			return false
		}
	}
	return true
}

// wholeWord reports whether no letter stands on either side, where the script
// has letters.
func wholeWord(runes []rune, start, end int) bool {
	if ClassOf(runes[start]) != Word {
		return true
	}
	return (start == 0 || ClassOf(runes[start-1]) != Word) && (end == len(runes) || ClassOf(runes[end]) != Word)
}
