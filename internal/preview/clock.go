package preview

import "time"

// longestSleep is how long the preview waits before it looks at the clock
// again: a timer stands still while the machine sleeps, the day goes on.
const longestSleep = time.Minute

// tick comes when the site may have changed by itself; it never comes where
// the clock changes nothing.
func (p *Preview) tick() <-chan time.Time {
	if p.next.IsZero() {
		return nil
	}
	after := p.options.After
	if after == nil {
		after = time.After
	}
	return after(min(p.next.Sub(p.options.Build.Now()), longestSleep))
}

// due reports whether the site has changed by itself.
func (p *Preview) due() bool {
	due := !p.next.IsZero() && !p.options.Build.Now().Before(p.next)
	if due {
		p.next = time.Time{} // until the next build tells
	}
	return due
}
