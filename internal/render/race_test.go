//go:build race

package render_test

import "testing"

// withoutDetector skips a test of many pages, one after the other, under the
// race detector: make test runs all tests of this package without it, too. Pages
// that are made side by side are tried under it by TestPagesAreMadeAtOnce.
func withoutDetector(t *testing.T) {
	t.Helper()
	t.Skip("not under the race detector: it runs without, in make test too")
}
