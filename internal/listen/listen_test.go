package listen

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A process whose disk does not answer ends all the same; one that has ended is
// not ended again.
func TestEndsBy(t *testing.T) {
	t.Parallel()
	for _, ends := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			exited := time.Time{}
			stop := EndsBy(ctx, func() { exited = time.Now() })
			defer stop()
			time.Sleep(time.Hour)
			if !exited.IsZero() {
				t.Fatal("it was ended while it served")
			}
			told := time.Now()
			cancel()
			if ends {
				time.AfterFunc(drainTime, stop)
			}
			time.Sleep(time.Hour)
			synctest.Wait()
			if ends != exited.IsZero() || !ends && exited.Sub(told) != lastResort {
				t.Errorf("ends %v: it was ended after %v", ends, exited.Sub(told))
			}
		})
	}
}
