package cli

import "runtime/debug"

// How much the heap may grow, in percent, between two collections, and how much
// memory a command takes. Nothing else steers the collector, but that the
// server gives back what an index that was opened leaves behind.
const (
	// A build. While files are read nearly all that is made stays, and after a
	// small change there is little else to make; but pages are thrown away as
	// soon as they are written. Without an index there is room, unless the site
	// is large.
	readingGC      = 150
	fewGC          = 400
	makingGC       = 60
	readingAloneGC = 600
	makingAloneGC  = 400
	largeSite      = 30_000 // files
	// The heap of a large site's build would grow beyond it only to be collected
	// less often.
	mostBuilding = 2_600 << 20 // bytes

	// check ends soon: time is worth more than memory.
	checkingGC = 200

	// serve, the default of Go: nearly all that it keeps is the index, so half of it
	// would save 15 MB of 123 at 10,000 articles, and make questions 7 % slower.
	servingGC = 100
)

// collect sets how much the heap may grow, in percent, and returns what sets it
// back.
func collect(percent int) (before func()) {
	was := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(was) }
}
