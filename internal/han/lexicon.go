package han

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed lexicon.txt
var lexiconText string

// Lexicon finds words that mean the same. It never changes.
type Lexicon struct {
	names []string
	words map[rune][]meant // by the first character, longest word first
}

type meant struct {
	word     []rune
	meanings []int
}

// Group is one meaning and the words that have it.
type Group struct {
	Name  string
	Words []string
}

// NewLexicon makes a Lexicon; a meaning's number is its group's.
func NewLexicon(groups []Group) *Lexicon {
	l := &Lexicon{words: map[rune][]meant{}}
	all := map[string][]int{}
	for n, g := range groups {
		l.names = append(l.names, g.Name)
		for _, w := range g.Words {
			w = strings.TrimSpace(Fold(w))
			if w != "" && !slices.Contains(all[w], n) {
				all[w] = append(all[w], n)
			}
		}
	}
	for w, meanings := range all {
		r := []rune(w)
		l.words[r[0]] = append(l.words[r[0]], meant{r, meanings})
	}
	for _, words := range l.words {
		slices.SortFunc(words, func(a, b meant) int {
			return cmp.Or(len(b.word)-len(a.word), slices.Compare(a.word, b.word))
		})
	}
	return l
}

// General is the lexicon of how speakers of Chinese put things.
var General = sync.OnceValue(func() *Lexicon {
	var groups []Group
	for line := range tableLines(lexiconText) {
		f := strings.Fields(line)
		groups = append(groups, Group{f[0], f[1:]})
	}
	return NewLexicon(groups)
})

// Find calls emit for each meaning that a word of folded text has, the longest
// word first at each place.
func (l *Lexicon) Find(runes []rune, emit func(meaning, start, end int)) {
	if l == nil || len(l.words) == 0 {
		return
	}
	for i := 0; i < len(runes); {
		n := 1
		for _, w := range l.words[runes[i]] {
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

// Name is the name of a meaning, for people who ask why.
func (l *Lexicon) Name(meaning int) string { return l.names[meaning] }

// Count is the number of meanings; they are numbered from 0.
func (l *Lexicon) Count() int {
	if l == nil {
		return 0
	}
	return len(l.names)
}
