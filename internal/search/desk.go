package search

// desk is the memory in which one question is worked on. It grows with the
// articles, so it is used again by the next question.
type desk struct {
	scores  []gained // by document number
	touched []uint32 // the documents that have a score
	found   []reached
	unread  []read  // what the first pass had no time for
	memo    []int32 // by passage: which match it is, plus 1
	seen    []uint32
	matches []match
	numbers [512]uint32
}

// gained is what one article has of the question so far.
type gained struct {
	head, all float32
	run       level
}

// read is a term's postings, and what the articles gain by it.
type read struct {
	postings
	gain gained
}

// reached is an article with its score of the first pass, a share of the
// question's weight.
type reached struct {
	doc   uint32
	first float32
}

func newDesk(x *Index) *desk {
	return &desk{scores: make([]gained, len(x.articles)), memo: make([]int32, len(x.passages))}
}

// add gives documents of a segment what they gain; the segment's numbers start
// at first.
func (d *desk) add(first uint32, numbers []uint32, gain gained) {
	scores, touched := d.scores[first:], d.touched
	head, all := gain.head, gain.all
	for _, n := range numbers {
		s := &scores[n]
		if s.head+s.all == 0 {
			touched = append(touched, first+n)
		}
		s.head += head
		s.all += all
	}
	d.touched = touched
}

// giveBack clears a desk for the next question.
func (x *Index) giveBack(d *desk) {
	for _, n := range d.touched {
		d.scores[n] = gained{}
	}
	d.touched, d.unread = d.touched[:0], d.unread[:0]
	d.forget()
	x.desks.Put(d)
}

// forget clears what was read of passages.
func (d *desk) forget() {
	for _, n := range d.seen {
		d.memo[n] = 0
	}
	d.seen, d.matches = d.seen[:0], d.matches[:0]
}
