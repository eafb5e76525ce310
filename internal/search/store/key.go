package store

import (
	"cmp"
	"strings"
)

// sortKey is a number that sorts like the start of a text: its first bytes,
// then its length, as far as that goes. Texts are spread over memory; of two
// that are compared, the keys mostly tell.
type sortKey = uint64

// inKey is how long a text may be that is all in its key.
const inKey = 7

func keyOf(text string) sortKey {
	key := sortKey(min(len(text), inKey+1))
	for i := range min(len(text), inKey) {
		key |= sortKey(text[i]) << (56 - 8*i)
	}
	return key
}

// compare orders two terms by their keys and, where those leave it open, texts.
func compare(a, b sortKey, aTexts []string, aTerm uint32, bTexts []string, bTerm uint32) int {
	if a != b || a&0xFF <= inKey {
		return cmp.Compare(a, b)
	}
	return strings.Compare(aTexts[aTerm], bTexts[bTerm])
}
