// Package listen is the program as an HTTP server.
//
// In: an address, a handler, and what may be asked of it. Out: answers until the
// context ends, with limits on what slow clients can hold; and a log that never
// holds up an answer. Errors are of the address, with a hint.
package listen

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"whyfix/internal/diag"
	"whyfix/internal/limit"
)

// Limits of connections. A page or an answer takes milliseconds; these are for
// clients that are slow on purpose.
const (
	headerTime = 5 * time.Second
	readTime   = 15 * time.Second
	writeTime  = 60 * time.Second
	idleTime   = 2 * time.Minute
	headerSize = 40 << 10 // of which the longest question is more than half
	drainTime  = 5 * time.Second
)

// At listens at an address that an option named.
func At(option, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, diag.WithHint(diag.Say("%s is already in use", addr), diag.Say("stop the other program, or choose another port with %s; port 0 picks a free one", option))
	case errors.Is(err, syscall.EACCES):
		return nil, diag.WithHint(diag.Say("you may not listen on %s", addr), diag.Say("choose a port above 1023 with %s", option))
	case err != nil:
		return nil, diag.Misuse(diag.Say("%s: %s", option, Reason(err)), diag.Say("write host:port, such as 127.0.0.1:8080"))
	}
	return l, nil
}

// Serve serves until the context ends, then lets open requests finish. It calls
// ending, if there is one, before it takes no more.
func Serve(ctx context.Context, l net.Listener, handler http.Handler, log *slog.Logger, connections limit.Connections, ending func()) error {
	srv := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime, MaxHeaderBytes: headerSize,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	connections.On(srv)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	if ending != nil {
		ending()
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		srv.Close()
	}
	return nil
}

// lastResort is how long after the context's end a server may take for all that it
// does at its end: answers, events, the log.
const lastResort = drainTime + 5*time.Second

// EndsBy calls exit when a server has not ended long after its context has: what
// it waits for, such as a disk that is gone, may never answer. Who has ended calls
// stop.
func EndsBy(ctx context.Context, exit func()) (stop func()) {
	ended, stop := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		late := time.NewTimer(lastResort)
		defer late.Stop()
		select {
		case <-late.C:
			exit()
		case <-ended.Done():
		}
	})
	return stop
}

// Inside serves what only the operator may see, until it is stopped.
func Inside(l net.Listener, handler http.Handler, log *slog.Logger) (stop func() error) {
	// A profile takes as long as it is told to, so there is no limit on writing.
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, IdleTimeout: idleTime, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics", "error", err)
		}
	}()
	return srv.Close
}

// Reason is the last part of a network error.
func Reason(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}
