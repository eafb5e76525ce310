package generate

import (
	"sync/atomic"
	"time"
)

// Progress tells how far a build is, to whoever looks. Its zero value is ready,
// and so is nil.
type Progress struct{ phase atomic.Pointer[phase] }

// phase is one phase of a build.
type phase struct {
	name    string
	total   int
	done    atomic.Int64
	started time.Time
}

// Phases of a build.
const (
	PhaseReading = "reading"
	PhasePages   = "pages"
	PhaseIndex   = "index"
	PhaseRelease = "release"
)

// Begin starts a phase; done counts a part of it.
func (p *Progress) Begin(name string, total int) (done func()) {
	if p == nil {
		return func() {}
	}
	now := &phase{name: name, total: total, started: time.Now()}
	p.phase.Store(now)
	return func() { now.done.Add(1) }
}

// Now is the phase, how much of it is done and of how much, and since when. The
// name is empty before the first.
func (p *Progress) Now() (name string, done, total int, since time.Time) {
	now := p.phase.Load()
	if now == nil {
		return "", 0, 0, time.Time{}
	}
	return now.name, int(now.done.Load()), now.total, now.started
}
