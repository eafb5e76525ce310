package main

import (
	"context"
	"testing"
)

// A file of questions may have none, and somebody may end it before the first.
func TestNothingWasAsked(t *testing.T) {
	t.Parallel()
	ended, end := context.WithCancel(t.Context())
	end()
	for name, out := range map[string]*outcome{
		"no questions": (&options{atOnce: 2}).ask(t.Context(), nil, nil, func() {}),
		"ended":        (&options{atOnce: 2}).ask(ended, [][]string{{"a", "1"}}, nil, func() {}),
	} {
		if got := out.took(0.5); got != 0 || len(out.failed) > 0 {
			t.Errorf("%s: took %v, failed %v", name, got, out.failed)
		}
	}
}
