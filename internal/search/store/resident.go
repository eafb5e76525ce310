package store

// A segment's file is mapped, and what was read of it counts as the process's
// memory: after some thousand questions all of it, though the system could have
// it back at any time. So pages are given back now and then. They stay in the
// system's cache, from where the next question gets those that it reads.

// mostResident is how many bytes of postings are read before that.
const mostResident = 64 << 20

// reads counts bytes of postings that are about to be read.
func (s *Segment) reads(bytes int) {
	if len(s.data) <= mostResident || s.read.Add(int64(bytes)) < mostResident {
		return
	}
	s.read.Store(0)
	giveBack(s.data)
}
