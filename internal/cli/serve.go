package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"syscall"
	"time"

	"whyfix/internal/server"
)

const serveHelp = `usage: whyfix serve [options]

Serves a release over HTTP: pages, search as JSON and as a page, health. A new
release in the same folder goes live without a restart.

  -public DIR    the folder of releases, or one release (default: public)
  -addr ADDR     where to listen (default: 127.0.0.1:8080; port 0 picks one)
  -explain       let /api/search?explain=1 say why each hit is where it is

examples:
  whyfix serve
  whyfix serve -public /srv/help -addr 127.0.0.1:9000
`

func runServe(ctx context.Context, e *env, args []string) error {
	f := flags("serve")
	dir := f.String("public", "public", "")
	addr := f.String("addr", "127.0.0.1:8080", "")
	explain := f.Bool("explain", false, "")
	if _, err := parse(f, args, 0, 0, ""); err != nil {
		return err
	}
	if err := folder("-public", *dir); err != nil {
		return err
	}
	debug.SetGCPercent(gcPercent)
	release, closeRelease, err := server.Load(*dir)
	if err != nil {
		return openError(err, *dir)
	}
	var holder server.Holder
	defer holder.Swap(nil, nil)
	holder.Swap(release, closeRelease)
	s := server.New(&holder, slog.New(slog.NewTextHandler(e.stderr, nil)))
	if *explain {
		s.Explain()
	}
	follow, stop := context.WithCancel(ctx)
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		s.Follow(follow, *dir)
	}()
	err = listen(ctx, e, *addr, s)
	stop()
	<-followed
	return err
}

// gcPercent is how much a server's memory grows, in percent of what it keeps,
// before it is collected. Nearly all of it is the index, which lives long, and
// queries leave little behind.
const gcPercent = 50

// Limits of connections. A page or an answer takes milliseconds; these are for
// clients that are slow on purpose.
const (
	headerTime = 5 * time.Second
	readTime   = 15 * time.Second
	writeTime  = 60 * time.Second
	idleTime   = 2 * time.Minute
	headerSize = 16 << 10
	drainTime  = 5 * time.Second
)

// listen serves until the context ends, then lets open requests finish.
func listen(ctx context.Context, e *env, addr string, handler http.Handler) error {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return hinted{fmt.Errorf("%s is already in use", addr), "stop the other program, or choose another port with -addr; port 0 picks a free one"}
	case errors.Is(err, syscall.EACCES):
		return hinted{fmt.Errorf("you may not listen on %s", addr), "choose a port above 1023 with -addr"}
	case err != nil:
		return errUsage{"-addr: " + reason(err), "write host:port, such as 127.0.0.1:8080"}
	}
	srv := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime, MaxHeaderBytes: headerSize,
		ErrorLog: slog.NewLogLogger(slog.NewTextHandler(e.stderr, nil), slog.LevelDebug),
	}
	e.say("serving http://%s/", l.Addr())
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		srv.Close()
	}
	return nil
}

// reason is the last part of a network error.
func reason(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}
