package watch

import (
	"maps"
	"slices"
	"time"
)

// Batch is what changed since the batch before.
type Batch struct {
	// Paths are the files that came, changed or went, sorted, each once. Each
	// is a folder given to New joined with the rest of the path, as an OS path.
	// Of a folder that came, moved or went, the files in it are named.
	Paths []string
	// Rescan says that Paths may lack something, so that everything has to be
	// looked at: events were lost, or a watched folder went or came back.
	Rescan bool
}

// longest is how many quiet times a batch waits at most while changes go on.
const longest = 20

// pending gathers changes until they are due. Time is a parameter.
type pending struct {
	quiet  time.Duration
	paths  map[string]struct{}
	rescan bool

	fresh       bool      // something happened since due was last asked
	first, last time.Time // what happened since the last batch; zero if nothing
}

// add notes a file.
func (p *pending) add(path string, now time.Time) {
	if p.paths == nil {
		p.paths = map[string]struct{}{}
	}
	p.paths[path] = struct{}{}
	p.touch(now)
}

// touch notes that something happened, if only to wait until it is over.
func (p *pending) touch(now time.Time) {
	if !p.waiting() {
		p.first = now
	}
	p.last = now
	p.fresh = true
}

// waiting reports whether something happened that is not yet in a batch.
func (p *pending) waiting() bool { return !p.first.IsZero() }

// empty reports whether there is nothing to tell.
func (p *pending) empty() bool { return len(p.paths) == 0 && !p.rescan }

// due is when the changes should be told: after a quiet time, and not too long
// after the first one.
func (p *pending) due() time.Time {
	p.fresh = false
	due, limit := p.last.Add(p.quiet), p.first.Add(longest*p.quiet)
	if limit.Before(due) {
		return limit
	}
	return due
}

// batch is everything that changed. The changes stay, to be merged with those
// that come while nobody takes the batch. These begin a new wait: otherwise
// each event of a long burst would sort all paths again.
func (p *pending) batch() Batch {
	p.fresh, p.first, p.last = false, time.Time{}, time.Time{}
	return Batch{Paths: slices.Sorted(maps.Keys(p.paths)), Rescan: p.rescan}
}

// taken forgets the changes: somebody has the batch.
func (p *pending) taken() { p.paths, p.rescan = nil, false }
