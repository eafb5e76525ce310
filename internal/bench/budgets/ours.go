package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"whyfix/internal/bench"
)

// measure takes all figures, one after the other.
func measure(ctx context.Context, o options) (rows []row, err error) {
	site, err := made(filepath.Join(o.dir, "site", "content"), o.content, o.n)
	if err != nil {
		return nil, err
	}
	o.n = len(site.files)
	content, articles := site.dir, fmt.Sprintf("%d articles", o.n)
	var hugo, pagefind cost
	if o.hugo != "" {
		if hugo, pagefind, err = hugoAndPagefind(ctx, o, content); err != nil {
			return nil, err
		}
	}
	build := func(out string, more ...string) (cost, error) {
		return spend(ctx, o.dir, o.whyfix, append([]string{"build", "-content", content, "-out", filepath.Join(o.dir, out), "-compress=false"}, more...)...)
	}
	whole, err := repeat(o.runs, func(i int) (cost, error) { return build(fmt.Sprint("whole", i)) })
	if err != nil {
		return rows, err
	}
	both := hugo.wall + pagefind.wall
	rows = append(rows,
		timed(articles+" from nothing, site and index", "Hugo + Pagefind", both, whole.wall, 0.15, pagefind.wall > 0),
		peak("peak memory of that", "Pagefind", pagefind.peak, whole.peak, 0.08),
	)
	alone, err := repeat(o.runs, func(i int) (cost, error) { return build(fmt.Sprint("site", i), "-index=false") })
	if err != nil {
		return rows, err
	}
	rows = append(rows, timed(articles+", site only", "Hugo", hugo.wall, alone.wall, 0.4, hugo.wall > 0))
	if more, err := small(ctx, o); err != nil {
		return rows, err
	} else {
		rows = append(rows, more...)
	}

	same, err := repeat(o.runs, func(int) (cost, error) { return build("whole0") })
	if err != nil {
		return rows, err
	}
	rows = append(rows, limit("no change", same.wall, 300*time.Millisecond, seconds))
	edit := 0
	edited, err := repeat(max(o.runs, 5), func(int) (cost, error) {
		edit++
		if _, err := site.edit(edit, past(edit)); err != nil {
			return cost{}, err
		}
		return build("whole0")
	})
	if err != nil {
		return rows, err
	}
	rows = append(rows, limit("one edited article, build", edited.wall, 500*time.Millisecond, seconds))
	edits, err := dev(ctx, o, site)
	if err != nil {
		return rows, err
	}
	rows = append(rows, limit("one edited article, dev: p50 of 50", part(edits, 0.5), 100*time.Millisecond, millis), row{"… p99", "–", millis(part(edits, 0.99)), "–", ""})
	asked, _, err := ask(ctx, o, site, filepath.Join(o.dir, "whole0"), 2_000)
	if err != nil {
		return rows, err
	}
	rows = append(rows,
		limit("search over "+articles+", one client: p50", part(asked, 0.5), 1500*time.Microsecond, millis),
		limit("… p99", part(asked, 0.99), 6*time.Millisecond, millis))
	if o.big > 0 {
		more, err := large(ctx, o, whole)
		return append(rows, more...), err
	}
	return rows, nil
}

// small measures a site of 1,000 articles beside VitePress.
func small(ctx context.Context, o options) ([]row, error) {
	const articles = 1_000
	content := filepath.Join(o.dir, "small", "content")
	if err := bench.Write(content, articles); err != nil {
		return nil, err
	}
	var peer cost
	if o.vitepress != "" {
		var err error
		if peer, err = vitePress(ctx, o, content); err != nil {
			return nil, err
		}
	}
	c, err := repeat(o.runs, func(i int) (cost, error) {
		return spend(ctx, o.dir, o.whyfix, "build", "-content", content, "-out", filepath.Join(o.dir, fmt.Sprint("small", i)), "-compress=false")
	})
	return []row{timed("1000 articles from nothing", "VitePress", peer.wall, c.wall, 0.05, peer.wall > 0)}, err
}

// large measures a site ten times as large, once.
func large(ctx context.Context, o options, whole cost) ([]row, error) {
	public := filepath.Join(o.dir, "large", "public")
	site, err := made(filepath.Join(o.dir, "large", "content"), o.bigContent, o.big)
	if err != nil {
		return nil, err
	}
	o.big = len(site.files)
	c, err := spend(ctx, o.dir, o.whyfix, "build", "-content", site.dir, "-out", public, "-compress=false")
	if err != nil {
		return nil, err
	}
	times := float64(o.big) / float64(o.n)
	rows := []row{
		{fmt.Sprintf("%d articles from nothing, per article beside %d", o.big, o.n), "–", fmt.Sprintf("%s, %.2f ×", seconds(c.wall), c.wall.Seconds()/whole.wall.Seconds()/times), "in proportion", within(c.wall.Seconds()/whole.wall.Seconds(), 1.25*times)},
		{"… peak memory", "–", megabytes(c.peak), "3072 MB", within(float64(c.peak), 3<<30)},
	}
	asked, resident, err := ask(ctx, o, site, public, 10_000)
	if err != nil {
		return rows, err
	}
	return append(rows,
		limit(fmt.Sprintf("search over %d articles: p99", o.big), part(asked, 0.99), 25*time.Millisecond, millis),
		row{"… memory of serve after 10,000 queries", "–", megabytes(resident), "400 MB", within(float64(resident), 400<<20)}), nil
}

func timed(what, peer string, theirs, ours time.Duration, budget float64, known bool) row {
	r := row{what: what, peer: peer + ": –", measured: seconds(ours), budget: fmt.Sprintf("%g ×", budget)}
	if known {
		ratio := ours.Seconds() / theirs.Seconds()
		r.peer, r.measured, r.held = peer+": "+seconds(theirs), fmt.Sprintf("%s, %.3f ×", seconds(ours), ratio), within(ratio, budget)
	}
	return r
}

func peak(what, peer string, theirs, ours int64, budget float64) row {
	r := row{what: what, peer: peer + ": –", measured: megabytes(ours), budget: fmt.Sprintf("%g ×", budget)}
	if theirs > 0 {
		ratio := float64(ours) / float64(theirs)
		r.peer, r.measured, r.held = peer+": "+megabytes(theirs), fmt.Sprintf("%s, %.3f ×", megabytes(ours), ratio), within(ratio, budget)
	}
	return r
}

func limit(what string, measured, budget time.Duration, show func(time.Duration) string) row {
	return row{what, "–", show(measured), show(budget), within(measured.Seconds(), budget.Seconds())}
}

// started is a server of ours that answers.
type started struct {
	cmd     *exec.Cmd
	address string
}

func start(ctx context.Context, o options, args ...string) (*started, error) {
	cmd := exec.CommandContext(ctx, o.whyfix, append(args, "-addr", "127.0.0.1:0")...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), "whyfix: serving "); found {
			go io.Copy(io.Discard, stderr) //nolint:errcheck // it only must not fill up
			return &started{cmd, strings.TrimSuffix(address, "/")}, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s did not start", args[0]), cmd.Wait())
}

func (s *started) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}

// dev edits articles, and measures from each save to the message that makes
// the page load again. Then page and search must have the edit.
func dev(ctx context.Context, o options, site *folder) ([]time.Duration, error) {
	s, err := start(ctx, o, "dev", "-content", site.dir)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	stream, err := get(ctx, s.address+"/_whyfix/events")
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	messages := bufio.NewScanner(stream)
	messages.Buffer(nil, 1<<22)
	next := func() error {
		for messages.Scan() {
			if strings.HasPrefix(messages.Text(), "data: ") {
				return nil
			}
		}
		return errors.New("the stream of events ended")
	}
	if err := next(); err != nil { // what was built before
		return nil, err
	}
	var waited []time.Duration
	for edit := 1000; edit < 1050; edit++ {
		from := time.Now()
		file, err := site.edit(edit, time.Time{})
		if err == nil {
			err = next()
		}
		if err != nil {
			return nil, err
		}
		waited = append(waited, time.Since(from))
		page, err := site.page(file)
		if err != nil {
			return nil, err
		}
		for _, address := range []string{page, "/api/search?q=" + url.QueryEscape(bench.Edition(edit))} {
			body, err := get(ctx, s.address+address)
			if err != nil {
				return nil, err
			}
			text, err := io.ReadAll(body)
			body.Close()
			if err != nil || !strings.Contains(string(text), page) {
				return nil, fmt.Errorf("%s does not show the edit %d: %w", address, edit, err)
			}
		}
	}
	return waited, nil
}

// ask asks questions one after the other, and tells how long each answer took
// and how much memory the endpoint has in the end.
func ask(ctx context.Context, o options, site *folder, public string, questions int) (took []time.Duration, resident int64, err error) {
	s, err := start(ctx, o, "serve", "-public", public)
	if err != nil {
		return nil, 0, err
	}
	defer s.stop()
	for i := range questions {
		q := site.questions[i%len(site.questions)]
		from := time.Now()
		body, err := get(ctx, s.address+"/api/search?q="+url.QueryEscape(q))
		if err != nil {
			return nil, 0, err
		}
		var answer struct{ Hits []json.RawMessage }
		err = json.NewDecoder(body).Decode(&answer)
		body.Close()
		if took = append(took, time.Since(from)); err != nil || len(answer.Hits) == 0 {
			return nil, 0, fmt.Errorf("%s: %d hits, %w", q, len(answer.Hits), err)
		}
	}
	return took, residentOf(s.cmd.Process.Pid), nil
}

// residentOf is the memory of a process, 0 where nobody tells.
func residentOf(pid int) int64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	var all, resident int64
	_, _ = fmt.Sscan(string(data), &all, &resident)
	return resident * int64(os.Getpagesize())
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
