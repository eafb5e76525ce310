package store

import (
	"fmt"
	"math/rand/v2"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// While memory of a segment is given back, questions read what they read
// before.
func TestGiveBack(t *testing.T) {
	t.Parallel()
	docs, dir := random(rand.New(rand.NewPCG(5, 6)), 400), t.TempDir()
	written(t, dir, 2, docs, 150)
	s := openSegment(t, dir, 2)
	all := func() map[string][]uint32 {
		out := map[string][]uint32{}
		for _, f := range indexedFields() {
			err := s.Vocabulary(fields[f].Name, "", "", func(term string, p *Postings) bool {
				key := fields[f].Name + " " + term
				if err := p.Each(func(docs, counts []uint32) { out[key] = append(append(out[key], docs...), counts...) }); err != nil {
					out[key] = nil
				}
				return true
			})
			if err != nil {
				t.Error(fmt.Errorf("%s: %w", fields[f].Name, err))
			}
		}
		return out
	}
	want := all()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				giveBack(s.data)
			}
		}
	}()
	for range 5 {
		if diff := gocmp.Diff(want, all()); diff != "" {
			t.Errorf("after memory was given back (-before +after):\n%s", diff)
		}
	}
	close(stop)
	<-stopped
	if len(want) < 100 {
		t.Errorf("%d terms: the test tests little", len(want))
	}
}
