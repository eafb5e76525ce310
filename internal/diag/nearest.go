package diag

import (
	"slices"
	"strconv"
)

// Nearest is the known word that a misspelt one most likely stands for, or ""
// when none is near enough to be worth saying: at most a third of its
// characters differ, counting a swap of neighbours as one difference. Of words
// equally near, one with the same letters is the likelier slip.
func Nearest(word string, known []string) string {
	w := []rune(word)
	best, bestDistance := "", len(w)/3+1
	if len(w) <= 2 {
		bestDistance = 2
	}
	for _, k := range known {
		d := distance(w, []rune(k))
		if d == bestDistance && best != "" {
			if same := sameLetters(word, k); same != sameLetters(word, best) {
				if same {
					best = k
				}
			} else if k < best {
				best = k
			}
		} else if d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// sameLetters reports whether two words differ in the order of their letters
// alone.
func sameLetters(a, b string) bool {
	x, y := []rune(a), []rune(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// DidYouMean is a hint with the nearest known word, else the fallback.
func DidYouMean(word string, known []string, fallback string) string {
	if n := Nearest(word, known); n != "" {
		return "did you mean " + strconv.Quote(n) + "?"
	}
	return fallback
}

// distance is the optimal string alignment distance.
func distance(a, b []rune) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row := rows[(i+2)%3], rows[i%3], rows[(i+1)%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return rows[(len(a)+1)%3][len(b)]
}
