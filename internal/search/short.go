package search

// shortTerms number the terms of one or two characters or syllables. Every
// character of a site asks for several of them, which a map of Go would make
// half of the analysis.
type shortTerms struct {
	slots []shortSlot // a power of two
	shift uint        // of a hash to a slot
	used  int
}

type shortSlot struct {
	key  uint64 // 0 is a free slot
	term uint32 // plus 1; 0 is one that has no number yet
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
	return shortTerms{slots: make([]shortSlot, 1<<width), shift: 64 - width}
}

// slot is where the number of a term stands, or is to be put, until the next
// call. The second is 0 where there is one.
func (t *shortTerms) slot(kind shortKind, first, second rune) *uint32 {
	const bits = 21 // of a character
	key := uint64(kind)<<(2*bits) | uint64(first)<<bits | uint64(second)
	i := t.find(key)
	if t.slots[i].key == 0 {
		if 2*(t.used+1) > len(t.slots) {
			t.grow()
			i = t.find(key)
		}
		t.slots[i].key = key
		t.used++
	}
	return &t.slots[i].term
}

// find is the slot that has a key, or where it belongs.
func (t *shortTerms) find(key uint64) int {
	mask := len(t.slots) - 1
	i := int(key * 0x9E3779B97F4A7C15 >> t.shift)
	for t.slots[i].key != key && t.slots[i].key != 0 {
		i = (i + 1) & mask
	}
	return i
}

func (t *shortTerms) grow() {
	old := t.slots
	t.slots = make([]shortSlot, 2*len(old))
	t.shift--
	for _, s := range old {
		if s.key != 0 {
			t.slots[t.find(s.key)] = s
		}
	}
}
