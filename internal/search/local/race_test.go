//go:build race

package local

import (
	"testing"

	"whyfix/internal/search/engine/enginetest"
)

// engineTests are those of every engine in which goroutines meet. make test runs
// all of them without the detector, too.
func engineTests() []enginetest.Option {
	return []enginetest.Option{enginetest.AsWritten, enginetest.SideBySide}
}

// withoutDetector skips a test of many questions, one after the other, under the
// race detector. Those that are asked side by side are in TestConcurrentFinds,
// enginetest's Concurrent, and package preview, which edits beside them.
func withoutDetector(t *testing.T) {
	t.Helper()
	t.Skip("not under the race detector: it runs without, in make test too")
}
