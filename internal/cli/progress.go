package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"whyfix/internal/generate"
)

const (
	// progressAfter is how long a build may take without a word.
	progressAfter = 400 * time.Millisecond
	progressEvery = 100 * time.Millisecond
)

// showProgress draws how far a build is, on a terminal and nowhere else, until
// stop is called.
func showProgress(w io.Writer, p *generate.Progress) (stop func()) {
	if !terminal(w) {
		return func() {}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		drawProgress(w, p, time.NewTicker(progressEvery), time.Now().Add(progressAfter), end)
	}()
	return func() { close(end); <-ended }
}

func drawProgress(w io.Writer, p *generate.Progress, tick *time.Ticker, from time.Time, end <-chan struct{}) {
	defer tick.Stop()
	width := 0
	for {
		select {
		case <-end:
			if width > 0 {
				fmt.Fprintf(w, "\r%s\r", strings.Repeat(" ", width))
			}
			return
		case now := <-tick.C:
			if now.Before(from) {
				continue
			}
			line := progressLine(p, now)
			fmt.Fprintf(w, "\r%s%s", line, strings.Repeat(" ", max(width-len(line), 0)))
			width = len(line)
		}
	}
}

// progressLine is the phase, how much of it is done, and how fast.
func progressLine(p *generate.Progress, now time.Time) string {
	name, done, total, since := p.Now()
	if total == 0 {
		return name
	}
	line := fmt.Sprintf("%s %d of %d", name, done, total)
	if took := now.Sub(since); took > progressEvery && done > 0 {
		line += fmt.Sprintf(", %.0f a second", float64(done)/took.Seconds())
	}
	return line
}
