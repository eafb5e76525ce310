package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"whyfix/internal/bench"
)

// attack is what one client asks to take the search from all others. All come
// through a proxy that serve trusts, which is this program: it names the client.
type attack struct {
	what    string
	every   time.Duration // between two requests, whether the first was answered or not; 0: as fast as it can
	clients int           // that ask so
	address func(n int) string
}

// attacks are those that were found to work once, and some that were thought of
// since.
func (s *site) attacks() []attack {
	spread := func(n, count, step int, between string) string {
		var b strings.Builder
		for i := range count {
			b.WriteString(string(rune(0x4e00+(n*131+i*step)%5000)) + between)
		}
		return b.String()
	}
	quoted := func(n int) string {
		var b strings.Builder
		for i := range 66 {
			fmt.Fprintf(&b, "\"%c\"", []rune(s.questions[(n+i)%len(s.questions)])[0])
		}
		return "/api/search?product=nothing&q=" + url.QueryEscape(b.String())
	}
	spaced := func(n int) string { return "/api/search?q=" + url.QueryEscape(spread(n, 100, 7, " ")) }
	common := []rune("花呗借还款用不了怎么办的在先再看")
	short := func(n int) string { return "/api/suggest?q=" + url.QueryEscape(string(common[n%len(common)])) }
	whole := func(n int) string {
		text := []rune(strings.Join(s.questions[n%100:n%100+200], ""))
		return "/search?size=50&q=" + url.QueryEscape(string(text[:min(len(text), 1900)]))
	}
	const five = 200 * time.Millisecond
	return []attack{
		{"nobody else", time.Hour, 0, quoted},
		{"66 quoted characters, a filter that leaves nothing, 5 a second", five, 1, quoted},
		{"100 spaced characters, 5 a second", five, 1, spaced},
		{"suggestions for one character, 5 a second", five, 1, short},
		{"66 quoted characters, 50 a second", 20 * time.Millisecond, 1, quoted},
		{"100 spaced characters, 32 at once, as fast as it can", 0, 1, spaced},
		{"suggestions for one character, 32 at once, as fast as it can", 0, 1, short},
		{"pages of results of long texts, 32 at once, as fast as it can", 0, 1, whole},
		{"66 quoted characters, 20 clients, 5 a second each", five, 20, quoted},
	}
}

// attacked asks ordinary questions while others attack.
func (s *site) attacked(ctx context.Context, o options, w *tabwriter.Writer) error {
	p, err := s.serve(ctx, o, "-trusted-proxy", "127.0.0.1", "-log-requests=false")
	if err != nil {
		return err
	}
	defer p.Stop()
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 512, DisableCompression: true}}
	defer client.CloseIdleConnections()
	as := func(ctx context.Context, who, address string) (int, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Address+address, nil)
		if err != nil {
			return 0, err
		}
		r.Header.Set("X-Forwarded-For", who)
		answer, err := client.Do(r)
		if err != nil {
			return 0, err
		}
		defer answer.Body.Close()
		_, err = io.Copy(io.Discard, answer.Body)
		return answer.StatusCode, err
	}
	for i := range 200 { // as after a while of work
		_, _ = as(ctx, fmt.Sprintf("192.0.2.%d", i%250), "/api/search?q="+url.QueryEscape(s.questions[i]))
	}
	fmt.Fprintln(w, "attack\tquestions\tp50\tp99\tlongest\tlost\tattacker's answers\trefused\tMB")
	for n, a := range s.attacks() {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.underAttack(ctx, o, w, a, n, as, p)
	}
	return nil
}

func (s *site) underAttack(ctx context.Context, o options, w io.Writer, a attack, number int, as func(ctx context.Context, who, address string) (int, error), p *bench.Server) {
	ctx, cancel := context.WithTimeout(ctx, o.time)
	defer cancel()
	var (
		wg            sync.WaitGroup
		mu            sync.Mutex
		good, refused int
	)
	one := func(who string, n int) {
		status, err := as(ctx, who, a.address(n))
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil && status == http.StatusOK:
			good++
		case err == nil:
			refused++
		}
	}
	for c := range a.clients {
		who := fmt.Sprintf("203.0.%d.%d", number, c)
		if a.every == 0 {
			for i := range 32 {
				wg.Go(func() {
					for n := i; ctx.Err() == nil; n += 32 {
						one(who, n)
					}
				})
			}
			continue
		}
		wg.Go(func() {
			tick := time.NewTicker(a.every)
			defer tick.Stop()
			for n := c * 1000; ; n++ {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					wg.Go(func() { one(who, n) })
				}
			}
		})
	}
	// Another client asks what readers ask, twenty times a second.
	var r result
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var asking sync.WaitGroup
	for n := 0; ctx.Err() == nil; n++ {
		select {
		case <-ctx.Done():
		case <-tick.C:
			asking.Go(func() {
				start := time.Now()
				late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
				defer cancel()
				status, err := as(late, fmt.Sprintf("198.51.%d.7", number), "/api/search?q="+url.QueryEscape(s.questions[n*7919%len(s.questions)]))
				mu.Lock()
				defer mu.Unlock()
				r.took = append(r.took, time.Since(start))
				if err != nil || status != http.StatusOK {
					r.errors++
				}
			})
		}
	}
	asking.Wait()
	wg.Wait()
	slices.Sort(r.took)
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
	fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%d\t%d\t%d\t%d\n", a.what, len(r.took), ms(r.took[len(r.took)/2]), ms(r.took[len(r.took)*99/100]), ms(r.took[len(r.took)-1]), r.errors, good, refused, p.Resident()>>20)
}

// slow opens connections that send nothing, or a body byte by byte, and asks
// questions meanwhile, each on a connection of its own.
func (s *site) slow(ctx context.Context, o options, w io.Writer) error {
	p, err := s.serve(ctx, o, "-log-requests=false")
	if err != nil {
		return err
	}
	defer p.Stop()
	fmt.Fprintln(w, "connections\trequests\tgood\tp50\tlongest\tMB before\tmost MB")
	before, most := p.Resident()>>20, int64(0)
	var open []net.Conn
	defer func() {
		for _, c := range open {
			c.Close()
		}
	}()
	good := 0
	var took []time.Duration
	host := strings.TrimPrefix(p.Address, "http://")
	for n := range o.connections {
		var d net.Dialer
		c, err := d.DialContext(ctx, "tcp", host)
		if err != nil {
			return errors.Join(err, errors.New("raise the number of files that this process may open"))
		}
		open = append(open, c)
		switch n % 4 {
		case 1:
			fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		case 2:
			fmt.Fprint(c, "POST /api/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		case 3:
			fmt.Fprint(c, "POST /api/click HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
		}
		if (n+1)%max(o.connections/100, 1) == 0 {
			start := time.Now()
			client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
			err := ask(ctx, client, p.Address+"/api/search?q="+url.QueryEscape(s.questions[n%len(s.questions)]), func(*http.Response, []byte) error { return nil })
			if took = append(took, time.Since(start)); err == nil {
				good++
			}
			most = max(most, p.Resident()>>20)
		}
	}
	slices.Sort(took)
	fmt.Fprintf(w, "%d, silent or slow\t%d\t%d\t%v\t%v\t%d\t%d\n", o.connections, len(took), good, took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond), before, most)
	return nil
}
