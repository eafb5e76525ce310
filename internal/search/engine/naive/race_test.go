//go:build race

package naive_test

import "whyfix/internal/search/engine/enginetest"

// engineTests are those of every engine in which goroutines meet; make test runs
// all of them without the detector, too.
func engineTests() []enginetest.Option {
	return []enginetest.Option{enginetest.AsWritten, enginetest.SideBySide}
}
