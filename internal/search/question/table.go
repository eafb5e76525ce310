package question

import (
	"math/bits"

	"whyfix/internal/search/terms"
)

// Table finds a question's terms by their keys. Reading texts asks it for
// every character, which a map of Go would make most of a search's time.
type Table struct {
	slots  []slot // a power of two
	shift  uint   // of a hash to a slot
	used   int
	Starts terms.Starts // of the terms
}

type slot struct {
	key  terms.Key
	term int32 // plus 1; 0 is a free slot
}

// Find is the number of the term with a key.
func (t *Table) Find(k terms.Key) (int, bool) {
	if t.used == 0 {
		return 0, false
	}
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

// add makes a term findable, which starts with a character. It must not be
// there yet.
func (t *Table) add(k terms.Key, start rune, term int) {
	t.Starts.Add(start)
	if 2*(t.used+1) > len(t.slots) {
		old := t.slots
		width := bits.Len(uint(4*len(old) + 63))
		t.slots, t.shift, t.used = make([]slot, 1<<width), uint(64-width), 0
		for _, s := range old {
			if s.term > 0 {
				t.put(s)
			}
		}
	}
	t.put(slot{k, int32(term + 1)})
}

func (t *Table) put(s slot) {
	mask := len(t.slots) - 1
	i := t.home(s.key)
	for t.slots[i].term != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = s
	t.used++
}

// home is the slot where the search for a key starts.
func (t *Table) home(k terms.Key) int {
	return int(uint64(k) * 0x9E3779B97F4A7C15 >> t.shift)
}
