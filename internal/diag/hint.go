package diag

import "slices"

// Hinted is an error with what a person can do about it.
type Hinted struct {
	Err    error
	Hint   Text // may be empty
	Misuse bool // what was asked for cannot be meant, whatever is in the files
}

func (h *Hinted) Error() string { return h.Err.Error() }

func (h *Hinted) Unwrap() error { return h.Err }

// WithHint says what to do about an error.
func WithHint(err error, hint Text) error { return &Hinted{Err: err, Hint: hint} }

// Misuse is the error of asking for what cannot be meant.
func Misuse(message, hint Text) error {
	return &Hinted{Err: message, Hint: hint, Misuse: true}
}

// Nearest is the known word that a misspelt one most likely stands for, or ""
// when none is near enough to be worth saying: at most a third of its
// characters differ, counting a swap of neighbours as one difference. Of words
// equally near, one with the same letters is the likelier slip.
func Nearest(word string, known []string) string {
	w := []rune(word)
	letters := slices.Sorted(slices.Values(w))
	var m measure
	var k, sorted []rune
	best, bestSame, bestDistance := "", false, len(w)/3+1
	if len(w) <= 2 {
		bestDistance = 2
	}
	for _, other := range known {
		if other == best {
			continue
		}
		k = append(k[:0], []rune(other)...)
		d := m.distance(w, k, bestDistance)
		if d > bestDistance || d == bestDistance && best == "" {
			continue
		}
		sorted = append(sorted[:0], k...)
		slices.Sort(sorted)
		same := slices.Equal(sorted, letters)
		if d < bestDistance || same && !bestSame || same == bestSame && other < best {
			best, bestSame, bestDistance = other, same, d
		}
	}
	return best
}

// DidYouMean is a hint with the nearest known word, else the fallback.
func DidYouMean(word string, known []string, fallback Text) Text {
	if n := Nearest(word, known); n != "" {
		return Meant(n)
	}
	return fallback
}

// Meant is a hint with the word that was meant.
func Meant(word string) Text { return Say("did you mean %q?", word) }

// measure has the memory to compare words.
type measure struct{ rows [3][]int }

// distance is the optimal string alignment distance, or more than the limit
// where it is more. It is asked for all paths of a site: what two words start
// and end with alike costs nothing, and neither does what cannot be near.
func (m *measure) distance(a, b []rune, limit int) int {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if far := max(len(a)-len(b), len(b)-len(a)); far > limit {
		return far
	}
	for i := range m.rows {
		m.rows[i] = append(m.rows[i][:0], make([]int, len(b)+1)...)
	}
	for j := range m.rows[1] {
		m.rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row := m.rows[(i+2)%3], m.rows[i%3], m.rows[(i+1)%3]
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit+1 { // a swap may look back over one row
			return least
		}
	}
	return m.rows[(len(a)+1)%3][len(b)]
}
