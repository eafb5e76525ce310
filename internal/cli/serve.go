package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"whyfix/internal/compress"
	"whyfix/internal/diag"
	"whyfix/internal/events"
	"whyfix/internal/limit"
	"whyfix/internal/listen"
	"whyfix/internal/publish"
	"whyfix/internal/server"
	"whyfix/internal/version"
)

const serveHelp = `usage: whyfix serve [options]

Serves a release over HTTP: pages, search as JSON and as a page, health. A new
release in the same folder goes live without a restart; one that is broken or
not all there yet is refused, and the one before serves on.

  -public DIR    the folder of releases, or one release (default: public)
  -addr ADDR     where to listen (default: 127.0.0.1:8080; port 0 picks one)
  -posts DIR     documents that are found beside the articles, which feed keeps
                 (default: the folder posts in that of the releases)
  -grace TIME    how long the release before the live one still answers pages
                 that have answers of it; 0: not at all (default: 2m)
  -explain       let /api/search?explain=1 say why each hit is where it is

limits:
  -rate N               searches a second that one client may make, five times
                        as many in a burst; 0: any number (default: 50). What
                        counts is the time that they take: one of 20 ms counts
                        as ten of 2 ms. Those from this machine itself are not
                        counted
  -ipv6-prefix BITS     how much of an IPv6 address tells clients apart
                        (default: 56, what a home gets from its provider)
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
  -events-size MB       how much is kept there; the oldest go first, 0: all
                        (default: 1000)

` + clusterHelp + `
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
	eventsSize                int64 // MB
	logRequests               bool
	grace                     time.Duration
	server                    server.Options
}

const (
	// burst is how many seconds' worth of searches a client may make at once: many
	// readers may share an address, and ask at the same moment.
	burst = 5
	// maxConnections bounds the memory that connections hold, about 28 kB each, and
	// clientConnections what one client may have of them.
	maxConnections    = 2048
	clientConnections = 256
	// maxGrace bounds how long the memory of two releases is held.
	maxGrace = time.Hour
)

func parseServe(e *env, args []string) (*serveOptions, error) {
	o := &serveOptions{server: server.Options{Version: version.Number(), Unpack: compress.Unpack}}
	f := e.flags("serve")
	f.StringVar(&o.public, "public", "public", "")
	f.StringVar(&o.server.Posts, "posts", "", "")
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "")
	f.DurationVar(&o.grace, "grace", 2*time.Minute, "")
	f.BoolVar(&o.server.Explain, "explain", false, "")
	rate := f.Int("rate", 50, "")
	prefix := f.Int("ipv6-prefix", 56, "")
	trusted := f.String("trusted-proxy", "", "")
	f.StringVar(&o.logFormat, "log", "text", "")
	f.BoolVar(&o.logRequests, "log-requests", true, "")
	f.BoolVar(&o.server.LogQueries, "log-queries", false, "")
	f.StringVar(&o.metricsAddr, "metrics-addr", "", "")
	f.StringVar(&o.events, "events", "", "")
	f.Int64Var(&o.eventsSize, "events-size", 1000, "")
	at := clusterFlags(f)
	if _, err := parse(f, args, 0, 0, diag.Text{}); err != nil {
		return nil, err
	}
	if err := folder("-public", o.public); err != nil {
		return nil, err
	}
	if o.server.Posts == "" {
		o.server.Posts = publish.PostsDir(o.public)
	}
	var err error
	if o.server.Cluster, err = at.cluster(); err != nil {
		return nil, err
	}
	if o.logFormat != "text" && o.logFormat != "json" {
		return nil, diag.Misuse(diag.Say("-log: there is no format %q", o.logFormat), diag.Say("write text or json"))
	}
	if o.grace < 0 || o.grace > maxGrace {
		return nil, diag.Misuse(diag.Say("-grace: a release cannot stay for %v", o.grace), diag.Say("write a time such as 30s or 5m, at most 1h; 0 for not at all"))
	}
	if *rate < 0 {
		return nil, diag.Misuse(diag.Say("-rate: %d is not a number of searches a second", *rate), diag.Say("write a number from 1, or 0 for no limit"))
	}
	if o.eventsSize < 0 || o.eventsSize > 1<<30 {
		return nil, diag.Misuse(diag.Say("-events-size: %d is not a number of megabytes", o.eventsSize), diag.Say("write a number from 1, or 0 for no limit"))
	}
	if *prefix < 32 || *prefix > 128 {
		return nil, diag.Misuse(diag.Say("-ipv6-prefix: %d bits do not tell clients apart", *prefix), diag.Say("write a number from 32 to 128; 56 is what a home gets, 64 one network in it"))
	}
	o.server.Limits = limit.Limits{Rate: float64(*rate), Burst: burst * *rate, IPv6: *prefix}
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
			return nil, diag.Misuse(diag.Say("-trusted-proxy: %q is no address or network", part), diag.Say("write addresses such as 10.0.0.7 or networks such as 10.0.0.0/8, with commas between them"))
		}
		o.server.Trusted = append(o.server.Trusted, p.Masked())
	}
	return o, nil
}

func runServe(ctx context.Context, e *env, args []string) (err error) {
	o, err := parseServe(e, args)
	if err != nil {
		return err
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // from now on, or one that comes early ends the process
	defer signal.Stop(hangups)
	defer listen.EndsBy(ctx, func() {
		lastWord("it does not end by itself: a disk or a pipe does not answer")
		os.Exit(1)
	})()
	// The collector stays as Go has it: nearly all that is kept is the index, so to
	// let the heap grow by half would save 15 MB of 123 at 10,000 articles, and make
	// questions 7 % slower.
	log, closeLog := listen.Log(e.stderr, o.logFormat)
	defer closeLog()
	if o.logRequests || o.server.LogQueries {
		o.server.Requests = log
	}
	release, closeRelease, err := server.Load(ctx, o.public, o.server.Cluster)
	if err != nil {
		return openError(err, o.public)
	}
	holder := server.Holder{Grace: o.grace}
	defer holder.Swap(nil, nil)
	holder.Swap(release, closeRelease)
	if o.events != "" {
		kept, err := events.Open(o.events, o.eventsSize<<20, log)
		if err != nil {
			return diag.WithHint(fmt.Errorf("-events: %w", errors.Unwrap(err)), diag.Say("name a folder that this user may write to"))
		}
		defer kept.Close()
		o.server.Events = kept
	}
	s := server.New(&holder, log, o.server)
	s.LoadPosts(ctx)
	if o.metricsAddr != "" {
		l, err := listen.At("-metrics-addr", o.metricsAddr)
		if err != nil {
			return err
		}
		e.say("metrics at http://%s/metrics", l.Addr())
		inside := s.Inside()
		if names := listen.NamesOf(l, o.metricsAddr); names.Loopback() {
			inside = names.Only("-metrics-addr", inside)
		}
		defer listen.Inside(l, inside, log)()
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
	l, err := listen.At("-addr", o.addr)
	if err != nil {
		return err
	}
	e.say("serving http://%s/", l.Addr())
	if release.Private && !listen.NamesOf(l, o.addr).Loopback() {
		e.say("this site is private, and serve asks nobody who they are: nothing but the proxy that does may reach %s", l.Addr())
	}
	return listen.Serve(ctx, l, s, log, limit.Connections{Most: min(maxConnections, listen.MostConnections()), Each: clientConnections, Trusted: o.server.Trusted, IPv6: o.server.Limits.IPv6}, s.End)
}

const healthHelp = `usage: whyfix health [options]

Asks a running whyfix serve whether it is well: it must answer a real search.
Ends with 0 if it is, with 1 if not. For container images that hold nothing
else, and for scripts.

  -addr ADDR   where serve listens (default: 127.0.0.1:8080)

example:
  whyfix health -addr 127.0.0.1:9000
`

// healthTime is how long the answer may take.
const healthTime = 3 * time.Second

func runHealth(ctx context.Context, e *env, args []string) error {
	f := e.flags("health")
	addr := f.String("addr", "127.0.0.1:8080", "")
	if _, err := parse(f, args, 0, 0, diag.Text{}); err != nil {
		return err
	}
	host := *addr
	if strings.HasPrefix(host, ":") { // as serve is told to listen everywhere
		host = "127.0.0.1" + host
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+"/healthz", nil)
	if err != nil {
		return diag.Misuse(diag.Say("-addr: %q is no address", *addr), diag.Say("write host:port, such as 127.0.0.1:8080"))
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return diag.WithHint(diag.Say("nobody answers at %s: %s", host, listen.Reason(err)), diag.Say("is whyfix serve running there?"))
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", answer.Status, strings.TrimSpace(string(body)))
	}
	e.say("%s is well", host)
	return nil
}
