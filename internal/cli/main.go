package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"whyfix/internal/diag"
)

// patience is how long a command may take to end by itself once somebody has
// asked for it.
const patience = 700 * time.Millisecond

// Main runs the command line of this process and returns its exit code. SIGINT
// and SIGTERM end a command: by itself, else after a moment all the same,
// because whatever it was in the middle of can be left there: a release is live
// only when it is whole. Two may take longer: serve ends the answers it has
// begun, and what writes into the writer's folder writes all of it.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &env{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, writing: &atomic.Bool{}}
	e.language, e.chosen = spoken(os.Getenv)
	done := make(chan int, 1)
	go func() { done <- run(ctx, e, args) }()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
	}
	stop() // a second signal ends the process at once, whatever it waits for
	if len(args) > 0 && args[0] == "serve" {
		return <-done
	}
	for {
		select {
		case code := <-done:
			return code
		case <-time.After(patience):
			if !e.writing.Load() {
				lastWord(e.in(diag.Say("stopped")))
				return exitError
			}
		}
	}
}

// lastWord says why a process ends, unless nobody reads it: a full pipe must not
// keep it.
func lastWord(text string) {
	said := make(chan struct{})
	go func() {
		defer close(said)
		fmt.Fprintln(os.Stderr, "whyfix: "+text)
	}()
	select {
	case <-said:
	case <-time.After(100 * time.Millisecond):
	}
}
