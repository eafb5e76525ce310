package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"whyfix/internal/compress"
	"whyfix/internal/events"
	"whyfix/internal/server"
)

const serveHelp = `usage: whyfix serve [options]

Serves a release over HTTP: pages, search as JSON and as a page, health. A new
release in the same folder goes live without a restart; one that is broken or
not all there yet is refused, and the one before serves on.

  -public DIR    the folder of releases, or one release (default: public)
  -addr ADDR     where to listen (default: 127.0.0.1:8080; port 0 picks one)
  -explain       let /api/search?explain=1 say why each hit is where it is

limits:
  -rate N               searches a second that one client may make, twice
                        as many in a burst; 0: any number (default: 50). Those
                        from this machine itself are not counted
  -trusted-proxy LIST   addresses or networks, with commas between them, whose
                        X-Forwarded-For says who the client is

what can be seen:
  -log FORMAT           text or json (default: text)
  -log-requests=false   no line for each request
  -log-queries          write what readers ask into the log
  -metrics-addr ADDR    where to serve /metrics for Prometheus, and /debug/pprof;
                        must not be reachable from outside
  -events DIR           keep searches, opened hits and feedback there, as JSON
                        lines, without anything about the reader

signals: SIGTERM answers the requests that are open and ends; SIGHUP loads the
release anew.

examples:
  whyfix serve
  whyfix serve -public /srv/help -addr 127.0.0.1:9000
  whyfix serve -addr :8080 -trusted-proxy 10.0.0.7 -metrics-addr 127.0.0.1:9090
`

// serveOptions are the flags of serve.
type serveOptions struct {
	public, addr, metricsAddr string
	logFormat, events         string
	logRequests               bool
	server                    server.Options
}

// burst is how many seconds' worth of searches a client may make at once.
const burst = 2

func parseServe(args []string) (*serveOptions, error) {
	o := &serveOptions{server: server.Options{Version: version, Unpack: compress.Unpack}}
	f := flags("serve")
	f.StringVar(&o.public, "public", "public", "")
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "")
	f.BoolVar(&o.server.Explain, "explain", false, "")
	rate := f.Int("rate", 50, "")
	trusted := f.String("trusted-proxy", "", "")
	f.StringVar(&o.logFormat, "log", "text", "")
	f.BoolVar(&o.logRequests, "log-requests", true, "")
	f.BoolVar(&o.server.LogQueries, "log-queries", false, "")
	f.StringVar(&o.metricsAddr, "metrics-addr", "", "")
	f.StringVar(&o.events, "events", "", "")
	if _, err := parse(f, args, 0, 0, ""); err != nil {
		return nil, err
	}
	if err := folder("-public", o.public); err != nil {
		return nil, err
	}
	if o.logFormat != "text" && o.logFormat != "json" {
		return nil, errUsage{fmt.Sprintf("-log: there is no format %q", o.logFormat), "write text or json"}
	}
	if *rate < 0 {
		return nil, errUsage{fmt.Sprintf("-rate: %d is not a number of searches a second", *rate), "write a number from 1, or 0 for no limit"}
	}
	o.server.Limits = server.Limits{Rate: float64(*rate), Burst: burst * *rate}
	for part := range strings.SplitSeq(*trusted, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if a, errAddr := netip.ParseAddr(part); errAddr == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, errUsage{fmt.Sprintf("-trusted-proxy: %q is no address or network", part), "write addresses such as 10.0.0.7 or networks such as 10.0.0.0/8, with commas between them"}
		}
		o.server.Trusted = append(o.server.Trusted, p.Masked())
	}
	return o, nil
}

func runServe(ctx context.Context, e *env, args []string) (err error) {
	o, err := parseServe(args)
	if err != nil {
		return err
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // from now on, or one that comes early ends the process
	defer signal.Stop(hangups)
	collect(servingGC)
	log, closeLog := logger(e.stderr, o.logFormat)
	defer closeLog()
	if o.logRequests || o.server.LogQueries {
		o.server.Requests = log
	}
	release, closeRelease, err := server.Load(ctx, o.public, nil)
	if err != nil {
		return openError(err, o.public)
	}
	var holder server.Holder
	defer holder.Swap(nil, nil)
	holder.Swap(release, closeRelease)
	if o.events != "" {
		kept, err := events.Open(o.events, log)
		if err != nil {
			return hinted{fmt.Errorf("-events: %w", errors.Unwrap(err)), "name a folder that this user may write to"}
		}
		defer kept.Close()
		o.server.Events = kept
	}
	s := server.New(&holder, log, o.server)
	if o.metricsAddr != "" {
		stop, err := inside(e, o.metricsAddr, s.Inside(), log)
		if err != nil {
			return err
		}
		defer stop()
	}
	follow, stop := context.WithCancel(ctx)
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		s.Follow(follow, o.public)
	}()
	defer func() { stop(); <-followed }()
	go func() {
		for {
			select {
			case <-hangups:
				s.Reload()
			case <-follow.Done():
				return
			}
		}
	}()
	return listen(ctx, e, o.addr, s, log, server.Connections{Most: maxConnections, Each: clientConnections, Trusted: o.server.Trusted}, s.End)
}

// logger writes lines in a format, behind whoever makes them.
func logger(w io.Writer, format string) (log *slog.Logger, closeLog func()) {
	if format == "json" {
		p := newLogPipe(w, `{"level":"WARN","msg":"log lines were dropped: they were not read fast enough","lines":%d}`+"\n")
		return slog.New(slog.NewJSONHandler(p, nil)), p.close
	}
	p := newLogPipe(w, `level=WARN msg="log lines were dropped: they were not read fast enough" lines=%d`+"\n")
	return slog.New(slog.NewTextHandler(p, nil)), p.close
}

// inside serves what only the operator may see.
func inside(e *env, addr string, handler http.Handler, log *slog.Logger) (stop func(), err error) {
	l, err := bind("-metrics-addr", addr)
	if err != nil {
		return nil, err
	}
	// A profile takes as long as it is told to, so there is no limit on writing.
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, IdleTimeout: idleTime, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	e.say("metrics at http://%s/metrics", l.Addr())
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics", "error", err)
		}
	}()
	return func() { srv.Close() }, nil
}

// Limits of connections. A page or an answer takes milliseconds; these are for
// clients that are slow on purpose.
const (
	headerTime = 5 * time.Second
	readTime   = 15 * time.Second
	writeTime  = 60 * time.Second
	idleTime   = 2 * time.Minute
	headerSize = 40 << 10 // of which the longest question is more than half
	drainTime  = 5 * time.Second
	// maxConnections bounds the memory that they hold, about 20 kB each, and
	// clientConnections what one client may have of them.
	maxConnections    = 8192
	clientConnections = 256
)

// bind listens at an address that a flag named.
func bind(name, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, hinted{fmt.Errorf("%s is already in use", addr), "stop the other program, or choose another port with " + name + "; port 0 picks a free one"}
	case errors.Is(err, syscall.EACCES):
		return nil, hinted{fmt.Errorf("you may not listen on %s", addr), "choose a port above 1023 with " + name}
	case err != nil:
		return nil, errUsage{name + ": " + reason(err), "write host:port, such as 127.0.0.1:8080"}
	}
	return l, nil
}

// listen serves until the context ends, then lets open requests finish. It
// calls ending, if there is one, before it takes no more.
func listen(ctx context.Context, e *env, addr string, handler http.Handler, log *slog.Logger, limit server.Connections, ending func()) error {
	l, err := bind("-addr", addr)
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime, MaxHeaderBytes: headerSize,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	limit.On(srv)
	e.say("serving http://%s/", l.Addr())
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

// reason is the last part of a network error.
func reason(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}
