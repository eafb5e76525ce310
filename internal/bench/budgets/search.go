package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"whyfix/internal/bench"
)

const (
	// leastAsked is how many answers are measured at least: a p99 of fewer
	// is the figure of a handful of questions.
	leastAsked = 2_000
	// untilMemory is after how many answers the memory of serve is read.
	untilMemory = 10_000
)

// asked is what one client saw of a server.
type asked struct {
	took    []time.Duration
	without int // questions that no hit answers
}

// searched is what a search over a site took, beside stock bleve.
type searched struct {
	ours, stock           asked
	resident              int64
	ourIndex, stockIndex  int64 // bytes on disk
	questions, timesAsked int
}

// search asks the endpoint for a release, and stock bleve for an index of the
// same articles: the same questions through HTTP, by one client, in turn, a
// pass over all of them each. The first pass of each is not measured: it reads
// the index from the disk.
func search(ctx context.Context, p *place, site *folder, public string) (*searched, error) {
	s := &searched{questions: len(site.questions)}
	if s.questions == 0 {
		return nil, fmt.Errorf("there is no question to ask")
	}
	var err error
	if s.ourIndex, err = bytesOf(filepath.Join(public, "current", "search")); err != nil {
		return nil, err
	}
	servers := make([]*bench.Server, 0, 2)
	defer func() {
		for _, server := range servers {
			server.Stop()
		}
	}()
	ours, err := bench.Start(ctx, p.whyfix, "serve", "-public", public, "-addr", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	servers = append(servers, ours)
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir := public + "-stock"
	if _, err := spend(ctx, p.dir, self, stockIndex, site.dir, dir); err != nil {
		return nil, err
	}
	if s.stockIndex, err = bytesOf(dir); err != nil {
		return nil, err
	}
	peer, err := bench.Start(ctx, self, stockServe, dir)
	if err != nil {
		return nil, err
	}
	servers = append(servers, peer)
	figures := []*asked{&s.ours, &s.stock}
	s.timesAsked = max(2, (leastAsked+s.questions-1)/s.questions)
	for pass := range s.timesAsked + 1 {
		if pass == 1 {
			s.ours, s.stock = asked{}, asked{}
		}
		for i, server := range servers {
			if err := figures[i].ask(ctx, server, site.questions); err != nil {
				return nil, err
			}
		}
	}
	s.ours.without, s.stock.without = s.ours.without/s.timesAsked, s.stock.without/s.timesAsked
	rest := asked{}
	for n := (s.timesAsked + 1) * s.questions; n < untilMemory; n += s.questions {
		if err := rest.ask(ctx, ours, site.questions[:min(s.questions, untilMemory-n)]); err != nil {
			return nil, err
		}
	}
	s.resident = ours.Resident()
	return s, nil
}

// rows are the budgets of a search; p50 may be without one.
func (s *searched) rows(site string, p50, p99 float64) []row {
	const peer = "stock bleve"
	took := func(what string, of, budget float64) row {
		return beside(what, peer, part(s.stock.took, of).Seconds(), part(s.ours.took, of).Seconds(), budget, millis)
	}
	without := row{what: "… questions without a hit, of " + fmt.Sprint(s.questions), peer: fmt.Sprintf("%s: %d", peer, s.stock.without), measured: fmt.Sprint(s.ours.without), ratio: "–", budget: "–"}
	return []row{
		took("search over "+site+", one client: p50", 0.5, p50),
		took("… p99", 0.99, p99),
		without,
		beside("… index on disk", peer, float64(s.stockIndex), float64(s.ourIndex), 0, megabytes),
		limit(fmt.Sprintf("… memory of serve after %d questions", max(untilMemory, (s.timesAsked+1)*s.questions)), float64(s.resident), 400<<20, megabytes),
	}
}

// ask asks questions one after the other. An answer is there when its last
// byte is; what the client makes of it is not the server's time.
func (a *asked) ask(ctx context.Context, s *bench.Server, questions []string) error {
	for _, q := range questions {
		address := s.Address + "/api/search?q=" + url.QueryEscape(q)
		from := time.Now()
		text, err := read(ctx, address)
		a.took = append(a.took, time.Since(from))
		if err != nil {
			return err
		}
		var answer struct{ Hits []json.RawMessage }
		if err := json.Unmarshal(text, &answer); err != nil {
			return fmt.Errorf("%s: %w", address, err)
		}
		if len(answer.Hits) == 0 {
			a.without++
		}
	}
	return nil
}

func read(ctx context.Context, address string) ([]byte, error) {
	body, err := get(ctx, address)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

func get(ctx context.Context, address string) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, fmt.Errorf("%s: %s", address, response.Status)
	}
	return response.Body, nil
}

// bytesOf is how large the files of a folder are together.
func bytesOf(dir string) (int64, error) {
	dir, err := filepath.EvalSymlinks(dir) // a release is behind a link
	if err != nil {
		return 0, err
	}
	var sum int64
	err = filepath.WalkDir(dir, func(_ string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}
