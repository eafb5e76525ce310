package build

import "testing"

// withoutDetector skips a test under the race detector, which makes it ten times
// as long: one of many builds in a row, or of much content, in which nothing
// stands side by side but what stands so in every build. That others try under
// the detector: TestSameInAnyOrder, TestReleaseReport, TestCompressedCopies and
// those of the loader. make test runs all tests of this package without it, too.
func withoutDetector(t *testing.T) {
	t.Helper()
	if raceDetector {
		t.Skip("not under the race detector: it runs without, in make test too")
	}
}
