package search

// shortTerms number the terms of one or two characters or syllables. Every
// character of a site asks for several of them, which a map of Go would make
// half of the analysis.
type shortTerms struct {
	keys  []uint64 // 0 is a free slot
	terms []uint32 // plus 1; 0 is one that has no number yet
	shift uint     // of a hash to a slot
	used  int
}

// shortKind tells terms of the same characters apart.
type shortKind uint8

const (
	characters shortKind = iota + 1 // so that no key is 0
	piecesOfWords
	syllables
)

func newShortTerms() shortTerms {
	const width = 12
	return shortTerms{keys: make([]uint64, 1<<width), terms: make([]uint32, 1<<width), shift: 64 - width}
}

// slot is where the number of a term stands, or is to be put, until the next
// call. The second is 0 where there is one.
func (t *shortTerms) slot(kind shortKind, first, second rune) *uint32 {
	const bits = 21 // of a character
	key := uint64(kind)<<(2*bits) | uint64(first)<<bits | uint64(second)
	i := t.find(key)
	if t.keys[i] == 0 {
		if 2*(t.used+1) > len(t.keys) {
			t.grow()
			i = t.find(key)
		}
		t.keys[i] = key
		t.used++
	}
	return &t.terms[i]
}

// find is the slot that has a key, or where it belongs.
func (t *shortTerms) find(key uint64) int {
	mask := len(t.keys) - 1
	i := int(key * 0x9E3779B97F4A7C15 >> t.shift)
	for t.keys[i] != key && t.keys[i] != 0 {
		i = (i + 1) & mask
	}
	return i
}

func (t *shortTerms) grow() {
	keys, terms := t.keys, t.terms
	t.keys, t.terms = make([]uint64, 2*len(keys)), make([]uint32, 2*len(keys))
	t.shift--
	for n, key := range keys {
		if key != 0 {
			i := t.find(key)
			t.keys[i], t.terms[i] = key, terms[n]
		}
	}
}
