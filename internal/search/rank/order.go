package rank

import (
	"math/bits"

	"whyfix/internal/search/terms"
)

// order tells how much of a question a text has in the same order: the longest
// common subsequence, as a share of both. A bit of a word stands for each
// character of the question, so that a text takes one step for each of its own.
// Hyyrö: Bit-Parallel LCS-length Computation Revisited (2004).
type order struct {
	length int
	starts terms.Starts
	places map[rune]uint64 // where the question has a character
}

// longestOrder is how much of a question and of a text is compared.
const longestOrder = 64

func (o *order) start(question terms.Run) {
	if o.places == nil {
		o.places = map[rune]uint64{}
	}
	clear(o.places)
	o.starts = terms.Starts{}
	letters := terms.Letters(question)
	o.length = min(len(letters), longestOrder)
	for i, r := range letters[:o.length] {
		o.places[r] |= 1 << i
		o.starts.Add(r)
	}
}

// with is the share that a text has.
func (o *order) with(text terms.Run) float32 {
	if o.length == 0 || len(text) == 0 {
		return 0
	}
	left := ^uint64(0) // a zero for each character of the question that is used
	n := 0
	text.Each(func(r rune) bool {
		if n++; n > longestOrder {
			return false
		}
		if o.starts.Has(r) {
			here := left & o.places[r]
			left = (left + here) | (left - here)
		}
		return true
	})
	same := bits.OnesCount64(^left & (^uint64(0) >> (64 - o.length)))
	return 2 * float32(same) / float32(o.length+min(len(text), longestOrder))
}
