// Load measures how much whyfix serve bears: many clients ask it while releases
// change under it.
//
// In: the program. Out: a table: answers a second, how long they took, errors,
// and the memory of the process before and after; beside them, with -nginx, how
// fast nginx and whyfix hand out the pages of the same release. The clients run
// on the same machine and take their share of it. All addresses are loopback
// ones, and everything ends by itself.
//
//	-whyfix FILE   the program (default: built from this folder)
//	-nginx FILE    nginx
//	-n N           articles (default 10000); -content DIR: articles in place of the made ones
//	-clients N     (default 64); -time D: how long (default 60s); -swap D: between releases (default 5s)
//	-attack        in place of that: the answers to an ordinary client while others
//	               try to take the search away, each for -time
//	-connections N and in place of that: the same while N connections are silent or
//	               send a body byte by byte
//	-public DIR    a folder of releases of the made articles, not to build it anew
//	-dir DIR       where the site is made (default: a temporary folder)
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"whyfix/internal/bench"
)

type options struct {
	whyfix, nginx, content, dir string
	public                      string
	n, clients, connections     int
	attack                      bool
	time, swap                  time.Duration
}

func main() {
	log.SetFlags(0)
	var o options
	flag.StringVar(&o.whyfix, "whyfix", "", "")
	nginx, _ := exec.LookPath("nginx")
	flag.StringVar(&o.nginx, "nginx", nginx, "")
	flag.StringVar(&o.content, "content", "", "")
	flag.StringVar(&o.dir, "dir", "", "")
	flag.IntVar(&o.n, "n", 10_000, "")
	flag.IntVar(&o.clients, "clients", 64, "")
	flag.StringVar(&o.public, "public", "", "")
	flag.BoolVar(&o.attack, "attack", false, "")
	flag.IntVar(&o.connections, "connections", 0, "")
	flag.DurationVar(&o.time, "time", time.Minute, "")
	flag.DurationVar(&o.swap, "swap", 5*time.Second, "")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, o options) (err error) {
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "whyfix-load-"); err != nil {
			return err
		}
		defer os.RemoveAll(o.dir)
	}
	if o.whyfix, err = bench.Program(ctx, o.whyfix, o.dir); err != nil {
		return err
	}
	s, err := twoReleases(ctx, o)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Printf("%s/%s, %d processors, %s, %s\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), time.Now().Format(time.DateOnly))
	switch {
	case o.attack:
		if err := s.attacked(ctx, o, w); err != nil {
			return err
		}
		return w.Flush()
	case o.connections > 0:
		if err := s.slow(ctx, o, w); err != nil {
			return err
		}
		return w.Flush()
	}
	fmt.Fprintln(w, "what\tanswers\ta second\tp50\tp99\tlongest\terrors\tmemory before\tafter\tmost")
	if err := s.search(ctx, o, w); err != nil {
		return err
	}
	if err := s.pages(ctx, o, w); err != nil {
		return err
	}
	return w.Flush()
}

// site is a folder with two releases.
type site struct {
	public    string
	ids       []string
	questions []string
	addresses []string // of its articles
}

func twoReleases(ctx context.Context, o options) (*site, error) {
	content := filepath.Join(o.dir, "content")
	s := &site{public: filepath.Join(o.dir, "public")}
	switch {
	case o.public != "" && o.content != "":
		content = o.content
	case o.content == "":
		if err := bench.Write(content, o.n); err != nil {
			return nil, err
		}
	default:
		if err := os.CopyFS(content, os.DirFS(o.content)); err != nil {
			return nil, err
		}
	}
	for i := range 2 {
		if i == 1 {
			extra := "---\ntitle: 这一篇是后来写的\nsymptoms: [后来才有的现象]\nupdated: 2026-01-02\n---\n\n正文。\n"
			if err := os.WriteFile(filepath.Join(content, "later.md"), []byte(extra), 0o644); err != nil {
				return nil, err
			}
		}
		if o.public != "" {
			s.public = o.public
			break
		}
		if out, err := exec.CommandContext(ctx, o.whyfix, "build", "-content", content, "-out", s.public).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build: %w\n%s", err, out)
		}
		id, err := os.Readlink(filepath.Join(s.public, "current"))
		if err != nil {
			return nil, err
		}
		s.ids = append(s.ids, id)
	}
	articles, err := bench.List(content)
	for _, a := range articles {
		s.addresses = append(s.addresses, a.Page)
		if q := a.Title; q != "" {
			// Readers ask with words around it, and not as it is written.
			s.questions = append(s.questions, q, "请问"+q+"怎么办呢", string([]rune(q)[:min(6, len([]rune(q)))]))
		}
	}
	return s, err
}

// point makes one of the releases live.
func (s *site) point(n int) error {
	next := filepath.Join(s.public, "next")
	return errors.Join(os.Symlink(s.ids[n%len(s.ids)], next), os.Rename(next, filepath.Join(s.public, "current")))
}

func (s *site) serve(ctx context.Context, o options, more ...string) (*bench.Server, error) {
	return bench.Start(ctx, o.whyfix, append([]string{"serve", "-public", s.public, "-addr", "127.0.0.1:0"}, more...)...)
}

// result is what clients saw.
type result struct {
	took   []time.Duration
	errors int
	first  error
}

// load asks from many clients for a time. The address is that of the n-th
// request of a client; check says what is wrong with an answer.
func load(ctx context.Context, clients int, long time.Duration, address func(client, n int) string, check func(*http.Response, []byte) error) result {
	ctx, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients, MaxConnsPerHost: clients, DisableCompression: true}}
	defer client.CloseIdleConnections()
	all := make([]result, clients)
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			r := &all[c]
			for n := 0; ctx.Err() == nil; n++ {
				start := time.Now()
				err := ask(ctx, client, address(c, n), check)
				if ctx.Err() != nil {
					return // it was cut by the end
				}
				r.took = append(r.took, time.Since(start))
				if err != nil {
					if r.errors++; r.first == nil {
						r.first = err
					}
				}
			}
		})
	}
	wg.Wait()
	var out result
	for _, r := range all {
		out.took = append(out.took, r.took...)
		out.errors += r.errors
		if out.first == nil {
			out.first = r.first
		}
	}
	slices.Sort(out.took)
	return out
}

func ask(ctx context.Context, client *http.Client, address string, check func(*http.Response, []byte) error) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %.200s", address, response.Status, body)
	}
	return check(response, body)
}

func print(w io.Writer, what string, r result, long time.Duration, memory ...int64) {
	if len(r.took) == 0 {
		fmt.Fprintf(w, "%s\t0\n", what)
		return
	}
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
	fmt.Fprintf(w, "%s\t%d\t%.0f\t%s\t%s\t%s\t%d", what, len(r.took), float64(len(r.took))/long.Seconds(),
		ms(r.took[len(r.took)/2]), ms(r.took[len(r.took)*99/100]), ms(r.took[len(r.took)-1]), r.errors)
	for _, m := range memory {
		fmt.Fprintf(w, "\t%d MB", m>>20)
	}
	fmt.Fprintln(w)
	if r.first != nil {
		log.Println(r.first)
	}
}

// search asks the endpoint while releases change.
func (s *site) search(ctx context.Context, o options, w io.Writer) error {
	p, err := s.serve(ctx, o)
	if err != nil {
		return err
	}
	defer p.Stop()
	address := func(c, n int) string {
		q := url.QueryEscape(s.questions[(c*7919+n*104729)%len(s.questions)])
		if n%4 == 3 {
			return p.Address + "/api/suggest?q=" + q
		}
		return p.Address + "/api/search?q=" + q
	}
	check := func(r *http.Response, body []byte) error {
		var answer struct {
			Release     string
			Total       int
			Hits        []struct{ URL string }
			Suggestions []any
		}
		if err := json.Unmarshal(body, &answer); err != nil {
			return err
		}
		if !slices.Contains(s.ids, r.Header.Get("X-Whyfix-Release")) || answer.Suggestions == nil && answer.Total == 0 {
			return fmt.Errorf("%s: release %q, %d hits", r.Request.URL, r.Header.Get("X-Whyfix-Release"), answer.Total)
		}
		return nil
	}
	load(ctx, 4, 3*time.Second, address, check) // as after a while of work
	before, most := p.Resident(), int64(0)
	stop := make(chan struct{})
	var swaps int
	var wg sync.WaitGroup
	var failed error
	wg.Go(func() {
		swap, look := time.NewTicker(o.swap), time.NewTicker(100*time.Millisecond)
		defer swap.Stop()
		defer look.Stop()
		for {
			select {
			case <-stop:
				return
			case <-swap.C:
				swaps++
				failed = errors.Join(failed, s.point(swaps))
			case <-look.C:
				most = max(most, p.Resident())
			}
		}
	})
	r := load(ctx, o.clients, o.time, address, check)
	close(stop)
	wg.Wait()
	if failed != nil {
		return failed
	}
	load(ctx, 4, 3*time.Second, address, check)
	print(w, fmt.Sprintf("search, %d clients, %d new releases", o.clients, swaps), r, o.time, before, p.Resident(), most)
	return nil
}

// pages hands out the same pages by whyfix and by nginx.
func (s *site) pages(ctx context.Context, o options, w io.Writer) error {
	if err := s.point(1); err != nil {
		return err
	}
	p, err := s.serve(ctx, o)
	if err != nil {
		return err
	}
	long := o.time / 6
	address := func(base string) func(c, n int) string {
		return func(c, n int) string { return base + s.addresses[(c*7919+n*104729)%len(s.addresses)] }
	}
	check := func(_ *http.Response, body []byte) error {
		if len(body) < 1000 {
			return fmt.Errorf("a page of %d bytes", len(body))
		}
		return nil
	}
	before := p.Resident()
	r := load(ctx, o.clients, long, address(p.Address), check)
	print(w, "pages, whyfix", r, long, before, p.Resident())
	p.Stop()
	if o.nginx == "" {
		return nil
	}
	base, stop, err := s.startNginx(ctx, o)
	if err != nil {
		return err
	}
	defer stop()
	print(w, "pages, nginx", load(ctx, o.clients, long, address(base), check), long)
	return nil
}

func (s *site) startNginx(ctx context.Context, o options) (base string, stop func(), err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	address := l.Addr().String()
	l.Close()
	dir := filepath.Join(o.dir, "nginx")
	conf := fmt.Sprintf(`daemon off; worker_processes auto; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 1024; }
http {
  types { text/html html; text/css css; text/javascript js; image/svg+xml svg; }
  access_log %[1]s/access.log; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  server { listen %[2]s; root %[3]s/current/www; index index.html; }
}
`, dir, address, s.public)
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(conf), 0o644)); err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, o.nginx, "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { _ = cmd.Process.Signal(syscall.SIGQUIT); _ = cmd.Wait() }
	base = "http://" + address
	for range 300 {
		if err = ask(ctx, http.DefaultClient, base+"/", func(*http.Response, []byte) error { return nil }); err == nil {
			return base, stop, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	return "", nil, err
}
