package han

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed lexicon.txt
var lexiconText string

// lexicon holds the meanings of lexicon.txt.
type lexicon struct {
	names []string
	words map[rune][]meant // by the first character, longest word first
}

type meant struct {
	word     []rune
	meanings []int
}

var theLexicon = sync.OnceValue(func() *lexicon {
	l := &lexicon{words: map[rune][]meant{}}
	all := map[string][]int{}
	for line := range strings.Lines(lexiconText) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		for _, w := range f[1:] {
			w = Fold(w)
			if !slices.Contains(all[w], len(l.names)) {
				all[w] = append(all[w], len(l.names))
			}
		}
		l.names = append(l.names, f[0])
	}
	for w, meanings := range all {
		r := []rune(w)
		l.words[r[0]] = append(l.words[r[0]], meant{r, meanings})
	}
	for _, words := range l.words {
		slices.SortFunc(words, func(a, b meant) int { return len(b.word) - len(a.word) })
	}
	return l
})

// Meanings calls emit for each meaning of the general lexicon that a word of
// folded text has, the longest word first at each place.
func Meanings(runes []rune, emit func(meaning, start, end int)) {
	words := theLexicon().words
	for i := 0; i < len(runes); {
		n := 1
		for _, w := range words[runes[i]] {
			if hasPrefix(runes[i:], w.word) && wholeWord(runes, i, i+len(w.word)) {
				n = len(w.word)
				for _, m := range w.meanings {
					emit(m, i, i+n)
				}
				break
			}
		}
		i += n
	}
}

// MeaningName is the name of a meaning, for people who ask why.
func MeaningName(meaning int) string { return theLexicon().names[meaning] }

// MeaningCount is the number of meanings; they are numbered from 0.
func MeaningCount() int { return len(theLexicon().names) }

// MeaningWords are all words of the lexicon, folded, in no order.
func MeaningWords() []string {
	var out []string
	for _, words := range theLexicon().words {
		for _, w := range words {
			out = append(out, string(w.word))
		}
	}
	return out
}
