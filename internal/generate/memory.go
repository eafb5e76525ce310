package generate

import "runtime/debug"

// How much the heap may grow, in percent, between two collections, and how much
// memory a build takes. While files are read nearly all that is made stays, and
// after a small change there is little else to make; but pages are thrown away
// as soon as they are written. Without an index there is room, unless the site
// is large.
const (
	readingGC      = 150
	fewGC          = 400
	makingGC       = 60
	readingAloneGC = 600
	makingAloneGC  = 400
	largeSite      = 30_000 // files
	// The heap of a large site's build would grow beyond it only to be collected
	// less often.
	mostMemory = 2_600 << 20 // bytes
)

// collector is the collector of garbage as a build steers it.
type collector struct {
	percent int // while pages are made
	was     int
	wasMost int64
}

// steer sets the collector for reading a folder of some files. Known tells that
// there is something from the last build.
func steer(files int, index, known bool) collector {
	reading, making := readingGC, makingGC
	if !index && files < largeSite {
		reading, making = readingAloneGC, makingAloneGC
	}
	if known {
		reading = fewGC
	}
	return collector{making, debug.SetGCPercent(reading), debug.SetMemoryLimit(mostMemory)}
}

// making is called when all pages are to be made.
func (c collector) making() { debug.SetGCPercent(c.percent) }

// back sets the collector as it was.
func (c collector) back() {
	debug.SetGCPercent(c.was)
	debug.SetMemoryLimit(c.wasMost)
}
