package main

import (
	"math"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
)

// wordFinder tells which neighbours are a word: they stand together more often
// than by chance, and what stands before and after them is anything.
type wordFinder struct {
	single        map[rune]float64
	pair          map[terms.Key]float64
	before, after map[terms.Key]map[rune]float64
	first, second map[terms.Key]rune
	all           float64            // characters
	known         map[terms.Key]bool // what is said of pairs that were asked about
}

const (
	leastTogether = 2.0 // logarithm of how much more often than by chance
	leastVariety  = 1.2 // entropy of what stands on either side, in nats
)

func newWordFinder() *wordFinder {
	return &wordFinder{
		map[rune]float64{},
		map[terms.Key]float64{},
		map[terms.Key]map[rune]float64{},
		map[terms.Key]map[rune]float64{},
		map[terms.Key]rune{},
		map[terms.Key]rune{},
		0,
		map[terms.Key]bool{},
	}
}

// add counts a text.
func (w *wordFinder) add(runes []rune) {
	is := func(i int) bool { return i >= 0 && i < len(runes) && han.ClassOf(runes[i]) == han.CJK }
	note := func(of map[terms.Key]map[rune]float64, k terms.Key, i int) {
		r := rune(-1 - len(of[k])) // the edge of a text is as free as a character that no other text has there
		if is(i) {
			r = runes[i]
		}
		if of[k] == nil {
			of[k] = map[rune]float64{}
		}
		of[k][r]++
	}
	for i, r := range runes {
		if !is(i) {
			continue
		}
		w.single[r]++
		w.all++
		if is(i + 1) {
			k := terms.PairKey(r, runes[i+1])
			w.pair[k]++
			w.first[k], w.second[k] = r, runes[i+1]
			note(w.before, k, i-1)
			note(w.after, k, i+2)
		}
	}
}

// is reports whether a character, or two neighbours, are a word.
func (w *wordFinder) is(k terms.Key) bool {
	word, known := w.known[k]
	if !known {
		word = w.look(k)
		w.known[k] = word
	}
	return word
}

func (w *wordFinder) look(k terms.Key) bool {
	if k.Class() == terms.Single {
		return w.single[k.Rune()] > 0
	}
	chance := w.single[w.first[k]] * w.single[w.second[k]] / w.all
	return math.Log(w.pair[k]/chance) >= leastTogether && min(variety(w.before[k]), variety(w.after[k])) >= leastVariety
}

// variety is the entropy of counts.
func variety(counts map[rune]float64) float64 {
	var sum, h float64
	for _, n := range counts {
		sum += n
	}
	for _, n := range counts {
		h -= n / sum * math.Log(n/sum)
	}
	return h
}
