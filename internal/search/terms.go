package search

import (
	"math/bits"

	"whyfix/internal/search/weigh"
)

// termTable finds a question's terms by their keys. Reading texts asks it for
// every character, which a map of Go would make most of a search's time.
type termTable struct {
	slots []termSlot // a power of two
	shift uint       // of a hash to a slot
	used  int
}

type termSlot struct {
	key  weigh.Key
	term int32 // plus 1; 0 is a free slot
}

func newTermTable(terms int) termTable {
	width := bits.Len(uint(4*terms + 8))
	return termTable{slots: make([]termSlot, 1<<width), shift: uint(64 - width)}
}

// find is the number of the term with a key.
func (t *termTable) find(k weigh.Key) (int, bool) {
	mask := len(t.slots) - 1
	for i := t.home(k); ; i = (i + 1) & mask {
		switch s := &t.slots[i]; {
		case s.term == 0:
			return 0, false
		case s.key == k:
			return int(s.term - 1), true
		}
	}
}

// add makes a term findable. It must not be there yet.
func (t *termTable) add(k weigh.Key, term int) {
	if 2*(t.used+1) > len(t.slots) {
		old := t.slots
		*t = newTermTable(len(old))
		for _, s := range old {
			if s.term > 0 {
				t.add(s.key, int(s.term-1))
			}
		}
	}
	mask := len(t.slots) - 1
	i := t.home(k)
	for t.slots[i].term != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = termSlot{k, int32(term + 1)}
	t.used++
}

// home is the slot where the search for a key starts.
func (t *termTable) home(k weigh.Key) int {
	return int(uint64(k) * 0x9E3779B97F4A7C15 >> t.shift)
}
