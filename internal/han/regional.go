package han

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed regional.txt
var regionalText string

// regionalWord is a word of regional.txt. One without mainland words only
// looks as if a regional word stood in it.
type regionalWord struct {
	word     []rune
	mainland [][]rune // the usual one first
}

type regionalWords struct {
	pairs wordPairs
	words map[rune][]regionalWord // by the first character, longest word first
}

// wordPairs tells of most places of a text, fast, that no word begins there:
// it has a bit for the first two characters of every word. Words of fewer
// characters cannot be in it.
type wordPairs [1 << 16 / 64]uint64

func pairHash(a, b rune) uint16 { return uint16(a)*31 ^ uint16(b) }

func (p *wordPairs) add(a, b rune) {
	h := pairHash(a, b)
	p[h/64] |= 1 << (h % 64)
}

// next is the first place, not before from, at which a word may begin; the
// length of the text when there is none.
func (p *wordPairs) next(runes []rune, from int) int {
	if from+1 >= len(runes) {
		return len(runes)
	}
	last := runes[from]
	for i, r := range runes[from+1:] {
		if h := pairHash(last, r); p[h/64]>>(h%64)&1 != 0 {
			return from + i
		}
		last = r
	}
	return len(runes)
}

var regional = sync.OnceValue(func() *regionalWords {
	t := &regionalWords{words: map[rune][]regionalWord{}}
	for line := range tableLines(regionalText) {
		from, to, _ := strings.Cut(line, "\t")
		w := regionalWord{word: []rune(from)}
		for _, m := range strings.Fields(to) {
			w.mainland = append(w.mainland, []rune(m))
		}
		t.pairs.add(w.word[0], w.word[1])
		t.words[w.word[0]] = append(t.words[w.word[0]], w)
	}
	for _, words := range t.words {
		slices.SortStableFunc(words, func(a, b regionalWord) int { return len(b.word) - len(a.word) })
	}
	return t
})

// EachRegional calls emit for the words of folded text that Taiwan and Hong
// Kong use and the mainland does not, the longest word first at each place;
// words do not overlap. Where the mainland has several words for one, emit is
// called for each, with the same bounds, the usual one first. Mainland must
// not be changed.
//
// What the mainland says too, in another sense, is not among them; see
// regional.changes.txt.
func EachRegional(runes []rune, emit func(start, end int, mainland []rune)) {
	t := regional()
	for i := t.pairs.next(runes, 0); i < len(runes); {
		n := 1
		words := t.words[runes[i]]
		for k := range words {
			w := &words[k]
			if hasPrefix(runes[i:], w.word) && wholeWord(runes, i, i+len(w.word)) {
				n = len(w.word)
				for _, m := range w.mainland {
					emit(i, i+n, m)
				}
				break
			}
		}
		i = t.pairs.next(runes, i+n)
	}
}

// mainlandWords are the words that EachRegional gives.
var mainlandWords = sync.OnceValue(func() wordSet {
	out := wordSet{}
	for _, words := range regional().words {
		for _, w := range words {
			for _, m := range w.mainland {
				out.add(m)
			}
		}
	}
	return out
})

// HasMainland reports whether folded text has a word that Taiwan or Hong Kong
// puts in another way.
func HasMainland(runes []rune) bool {
	words := mainlandWords()
	for i := range runes {
		if words.begins(runes, i) {
			return true
		}
	}
	return false
}
