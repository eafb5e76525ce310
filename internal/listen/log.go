package listen

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"
)

// Log writes log lines to w as text or json, behind whoever makes them.
func Log(w io.Writer, format string) (log *slog.Logger, closeLog func()) {
	if format == "json" {
		p := newPipe(w, `{"level":"WARN","msg":"log lines were dropped: they were not read fast enough","lines":%d}`+"\n")
		return slog.New(slog.NewJSONHandler(p, nil)), p.close
	}
	p := newPipe(w, `level=WARN msg="log lines were dropped: they were not read fast enough" lines=%d`+"\n")
	return slog.New(slog.NewTextHandler(p, nil)), p.close
}

// pipe writes log lines behind whoever makes them, so that a log that nobody
// reads, or a slow disk, never holds up an answer. When too many wait, further
// ones are dropped and counted.
type pipe struct {
	lines   chan []byte
	waiting atomic.Int64 // bytes of them
	dropped atomic.Int64
	quit    chan struct{}
	done    chan struct{}
}

const (
	// linesWaiting is how many lines may wait, a few hundred bytes each, and
	// bytesWaiting how long they may be in all: a line has what a client sent.
	linesWaiting = 8 << 10
	bytesWaiting = 4 << 20
	// lastLines is how long the end waits for the last ones to be written.
	lastLines = time.Second
)

// newPipe writes to w; note is the line that tells of dropped ones.
func newPipe(w io.Writer, note string) *pipe {
	p := &pipe{lines: make(chan []byte, linesWaiting), quit: make(chan struct{}), done: make(chan struct{})}
	go p.run(w, note)
	return p
}

// Write takes one line, and never fails.
func (p *pipe) Write(line []byte) (int, error) {
	if p.waiting.Add(int64(len(line))) <= bytesWaiting {
		select {
		case p.lines <- bytes.Clone(line):
			return len(line), nil
		default:
		}
	}
	p.waiting.Add(-int64(len(line)))
	p.dropped.Add(1)
	return len(line), nil
}

func (p *pipe) run(w io.Writer, note string) {
	defer close(p.done)
	var buffer []byte
	for quit := false; !quit; {
		buffer = buffer[:0]
		select {
		case line := <-p.lines:
			buffer = append(buffer, line...)
			p.waiting.Add(-int64(len(line)))
		case <-p.quit:
			quit = true
		}
		for len(p.lines) > 0 && (quit || len(buffer) < 64<<10) {
			line := <-p.lines
			buffer = append(buffer, line...)
			p.waiting.Add(-int64(len(line)))
		}
		if n := p.dropped.Swap(0); n > 0 {
			buffer = fmt.Appendf(buffer, note, n)
		}
		_, _ = w.Write(buffer) // there is nowhere else to say so
	}
}

// close writes what waits, unless nobody reads it.
func (p *pipe) close() {
	close(p.quit)
	select {
	case <-p.done:
	case <-time.After(lastLines):
	}
}
