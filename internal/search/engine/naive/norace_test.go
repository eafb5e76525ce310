//go:build !race

package naive_test

import "whyfix/internal/search/engine/enginetest"

// engineTests are those of every engine.
func engineTests() []enginetest.Option {
	return []enginetest.Option{enginetest.AsWritten}
}
