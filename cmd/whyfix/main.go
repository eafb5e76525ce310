// Command whyfix turns a folder of Markdown articles into a help site whose
// search understands symptoms. See whyfix help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"whyfix/internal/cli"
)

// grace is how long a command may take to end after a signal. serve answers
// what is open for five seconds; what takes longer hangs, on a disk that is
// gone or a file that is none.
const grace = 10 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the program at once
		time.Sleep(grace)
		os.Exit(1)
	}()
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
