//go:build !race

package local

import (
	"testing"

	"whyfix/internal/search/engine/enginetest"
)

// engineTests are those of every engine.
func engineTests() []enginetest.Option {
	return []enginetest.Option{enginetest.AsWritten}
}

func withoutDetector(*testing.T) {}
