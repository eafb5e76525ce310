package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"whyfix/internal/bench"
)

// measure takes all figures, one after the other.
func measure(ctx context.Context, o options) (rows []row, err error) {
	site, err := made(o, filepath.Join(o.dir, "site", "content"), o.content, o.n)
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
	builder := func(program, out string, more ...string) func(i int) (cost, error) {
		return func(i int) (cost, error) {
			to := filepath.Join(o.dir, fmt.Sprint(out, i))
			return spend(ctx, o.dir, program, append([]string{"build", "-content", content, "-out", to, "-compress=false"}, more...)...)
		}
	}
	programs := []func(i int) (cost, error){builder(o.whyfix, "whole")}
	if o.old != "" {
		programs = append(programs, builder(o.old, "old"))
	}
	wholes, err := inTurn(o.runs, programs...)
	if err != nil {
		return rows, err
	}
	whole := wholes[0]
	both := 0.0
	if pagefind.wall > 0 {
		both = (hugo.wall + pagefind.wall).Seconds()
	}
	rows = append(rows,
		beside(articles+" from nothing, site and index", "Hugo + Pagefind", both, whole.wall.Seconds(), 0.15, seconds),
		beside("peak memory of that", "Pagefind", float64(pagefind.peak), float64(whole.peak), 0.08, megabytes),
	)
	more, err := older(o, wholes)
	if err != nil {
		return rows, err
	}
	rows = append(rows, more...)
	alone, err := repeat(o.runs, builder(o.whyfix, "site", "-index=false"))
	if err != nil {
		return rows, err
	}
	rows = append(rows, beside(articles+", site only", "Hugo", hugo.wall.Seconds(), alone.wall.Seconds(), 0.4, seconds))
	if more, err = small(ctx, o); err != nil {
		return rows, err
	}
	rows = append(rows, more...)

	// Before the edits: both indexes are of the same articles.
	found, err := search(ctx, o, site, filepath.Join(o.dir, "whole0"))
	if err != nil {
		return rows, err
	}
	again := func(int) (cost, error) { return builder(o.whyfix, "whole")(0) }
	same, err := repeat(o.runs, again)
	if err != nil {
		return rows, err
	}
	rows = append(rows, limit("no change", same.wall.Seconds(), 0.3, seconds))
	edit := 0
	edited, err := repeat(max(o.runs, 5), func(int) (cost, error) {
		edit++
		if _, err := site.edit(edit, past(edit)); err != nil {
			return cost{}, err
		}
		return again(0)
	})
	if err != nil {
		return rows, err
	}
	rows = append(rows, beside("one edited article, build", "Hugo", hugo.wall.Seconds(), edited.wall.Seconds(), 0.2, seconds))
	edits, err := dev(ctx, o, site)
	if err != nil {
		return rows, err
	}
	rows = append(rows, limit("one edited article, dev: p50 of 50", part(edits, 0.5).Seconds(), 0.1, millis),
		beside("… p99", "–", 0, part(edits, 0.99).Seconds(), 0, millis))
	rows = append(rows, found.rows(articles, 0.25, 0.25)...)
	if o.big > 0 {
		more, err := large(ctx, o, whole)
		return append(rows, more...), err
	}
	return rows, nil
}

// older compares the whole builds with those of another whyfix.
func older(o options, wholes []cost) ([]row, error) {
	const peer = "old whyfix"
	ours, err := bytesOf(filepath.Join(o.dir, "whole0", "current", "search"))
	if err != nil {
		return nil, err
	}
	var theirs cost
	var size int64
	if o.old != "" {
		theirs = wholes[1]
		if size, err = bytesOf(filepath.Join(o.dir, "old0", "current", "search")); err != nil {
			return nil, err
		}
	}
	return []row{
		beside("… beside another whyfix", peer, theirs.wall.Seconds(), wholes[0].wall.Seconds(), 1.15, seconds),
		// Where a machine has other work, this tells whether the row above is its doing.
		beside("… processor time", peer, theirs.cpu.Seconds(), wholes[0].cpu.Seconds(), 0, seconds),
		beside("… index on disk", peer, float64(size), float64(ours), 1.6, megabytes),
	}, nil
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
	return []row{beside("1000 articles from nothing", "VitePress", peer.wall.Seconds(), c.wall.Seconds(), 0.05, seconds)}, err
}

// large measures a site ten times as large, once.
func large(ctx context.Context, o options, whole cost) ([]row, error) {
	public := filepath.Join(o.dir, "large", "public")
	site, err := made(o, filepath.Join(o.dir, "large", "content"), o.bigContent, o.big)
	if err != nil {
		return nil, err
	}
	o.big = len(site.files)
	c, err := spend(ctx, o.dir, o.whyfix, "build", "-content", site.dir, "-out", public, "-compress=false")
	if err != nil {
		return nil, err
	}
	times := float64(o.big) / float64(o.n)
	growth := beside(fmt.Sprintf("%d articles from nothing, beside as many times %d", o.big, o.n), "itself", whole.wall.Seconds()*times, c.wall.Seconds(), 1.25, seconds)
	rows := []row{growth, limit("… peak memory", float64(c.peak), 3<<30, megabytes)}
	found, err := search(ctx, o, site, public)
	if err != nil {
		return rows, err
	}
	return append(rows, found.rows(fmt.Sprintf("%d articles", o.big), 0, 0.1)...), nil
}

// dev edits articles, and measures from each save to the message that makes
// the page load again. Then page and search must have the edit.
func dev(ctx context.Context, o options, site *folder) ([]time.Duration, error) {
	s, err := bench.Start(ctx, o.whyfix, "dev", "-content", site.dir, "-addr", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer s.Stop()
	stream, err := get(ctx, s.Address+"/_whyfix/events")
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
			text, err := read(ctx, s.Address+address)
			if err != nil || !strings.Contains(string(text), page) {
				return nil, fmt.Errorf("%s does not show the edit %d: %w", address, edit, err)
			}
		}
	}
	return waited, nil
}
