package server

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"whyfix/internal/publish"
)

// before are the fingerprinted files of releases that were live lately. A page
// that was loaded just before a switch asks for its style and its scripts just
// after it, and a browser that shows a page again from its own store may do so
// hours later. They are in memory, because their release may be removed.
type before struct {
	now func() time.Time

	mu    sync.Mutex
	files map[string]earlier // by address below the base
	size  int64
	until time.Time
}

// earlier is a file of a release of before.
type earlier struct {
	data []byte
	sum  string
}

const (
	// keptFor is how long after a switch the files of before are served.
	keptFor = 24 * time.Hour
	// mostKept bounds their memory. A theme with its fonts has a megabyte or two,
	// and what did not change is not kept twice.
	mostKept = 16 << 20
)

// keep takes over what a release has and another does not, until a time. Files
// that are not what their release says are left out.
func (b *before) keep(r *Release, live *Release, until time.Time) {
	theme := map[string]string{}
	if err := r.Hashes.Below("/assets/", func(address, sum string) bool {
		theme[address] = sum
		return true
	}); err != nil {
		return
	}
	for address, sum := range theme {
		if !fingerprinted.MatchString(address) || live != nil && live.has(address) {
			continue
		}
		b.mu.Lock()
		_, have := b.files[address]
		b.mu.Unlock()
		if have {
			continue
		}
		f, size, err := regular(r.WWW, address[1:])
		if err != nil || f == nil {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(f, min(size, mostKept)))
		f.Close()
		if got, errSum := publish.SumReader(bytes.NewReader(data)); err != nil || errSum != nil || got != sum {
			continue
		}
		b.mu.Lock()
		if b.files == nil || b.size+size > mostKept { // the newest are those that are asked for
			b.files, b.size = map[string]earlier{}, 0
		}
		b.files[address] = earlier{data, sum}
		b.size += size
		b.mu.Unlock()
	}
	b.mu.Lock()
	if until.After(b.until) {
		b.until = until
	}
	b.mu.Unlock()
}

// file is the one at an address, while it is kept.
func (b *before) file(address string) (earlier, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if most := now.Add(keptFor); b.until.After(most) { // a clock that was set back must not keep them for years
		b.until = most
	}
	if now.After(b.until) {
		b.files, b.size = nil, 0
	}
	f, ok := b.files[address]
	return f, ok
}

// openBefore answers with a file of a release that was live lately; it returns
// false when there is none.
func (s *Server) openBefore(w *exchange, r *http.Request, release *Release, name string) bool {
	if !fingerprinted.MatchString("/" + name) {
		return false
	}
	f, ok := s.before.file("/" + name)
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("Content-Security-Policy", release.policyOf(name))
	h.Set("Cache-Control", lasting(release)) // its name says what is in it
	h.Set("ETag", `"`+f.sum+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.data))
	return true
}

// keepOthers takes over what the kept releases of a folder have, for a process
// that has not seen them live.
func (s *Server) keepOthers(path string, live *Release) {
	others, switched := publish.Kept(path)
	until := switched.Add(keptFor)
	now := s.before.now()
	if until.Before(now) {
		return
	}
	if most := now.Add(keptFor); until.After(most) { // the clock was set back since
		until = most
	}
	for _, dir := range others {
		r, err := publish.Open(dir)
		if err != nil { // it is being removed, or was never whole
			s.log.Debug("a release of before", slog.Any("error", err))
			continue
		}
		s.before.keep(&Release{WWW: r.WWW(), Hashes: r.Addresses()}, live, until)
		r.Close()
	}
}
