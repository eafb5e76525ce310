package local

import "slices"

// nearness tells the words that are at most so many mistakes from one: a
// letter too many, too few or wrong, or two neighbours swapped.
type nearness struct {
	word     []rune
	mistakes int
	rows     [3][]int
	other    []rune
}

func newNearness(word string, mistakes int) *nearness {
	n := &nearness{word: []rune(word), mistakes: mistakes}
	for i := range n.rows {
		n.rows[i] = make([]int, len(n.word)+1)
	}
	return n
}

// accepts reports whether a word is near enough. The first letter is right, or
// swapped with the second.
func (n *nearness) accepts(text string) bool {
	n.other = append(n.other[:0], []rune(text)...)
	a, b := n.word, n.other
	if len(a)-len(b) > n.mistakes || len(b)-len(a) > n.mistakes || len(a) < 2 || len(b) < 2 ||
		a[0] != b[0] && (a[0] != b[1] || a[1] != b[0]) {
		return false
	}
	for i := range n.rows[1] {
		n.rows[1][i] = i
	}
	for j := 1; j <= len(b); j++ {
		before, last, row := n.rows[(j+2)%3], n.rows[j%3], n.rows[(j+1)%3]
		row[0] = j
		for i := 1; i <= len(a); i++ {
			change := last[i-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[i] = min(change, last[i]+1, row[i-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[i] = min(row[i], before[i-2]+1)
			}
		}
		if slices.Min(row) > n.mistakes {
			return false
		}
	}
	return n.rows[(len(b)+1)%3][len(a)] <= n.mistakes
}
