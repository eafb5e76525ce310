// Command whyfix turns a folder of Markdown articles into a help site whose
// search understands symptoms. See whyfix help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"whyfix/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
