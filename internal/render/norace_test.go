//go:build !race

package render_test

import "testing"

func withoutDetector(*testing.T) {}
