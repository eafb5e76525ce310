package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"whyfix/internal/bench"
)

// place is a folder in which everything is measured once.
type place struct {
	options
	dir  string
	rows []row
}

func (p *place) add(rows ...row) { p.rows = append(p.rows, rows...) }

// builder builds a content folder into one folder for each run.
func (p *place) builder(ctx context.Context, program, content, out string, more ...string) func(i int) (cost, error) {
	return func(i int) (cost, error) {
		args := []string{"build", "-content", content, "-out", filepath.Join(p.dir, fmt.Sprint(out, i))}
		return spend(ctx, p.dir, program, append(args, more...)...)
	}
}

// uncompressed is how whyfix builds beside peers that make no compressed copies.
const uncompressed = "-compress=false"

// measure takes all figures, one after the other.
func (p *place) measure(ctx context.Context) error {
	site, err := made(p.options, filepath.Join(p.dir, "site", "content"), p.content, p.n)
	if err != nil {
		return err
	}
	p.n = len(site.articles)
	articles := fmt.Sprintf("%d articles", p.n)
	hugo, pagefind := hugoAndPagefind(ctx, p, site.dir)
	clean := func(what string, ours time.Duration, budget float64, in show) row {
		return beside(what, "Hugo's clean build", hugo.wall.Seconds(), ours.Seconds(), budget, in)
	}

	builds := []func(i int) (cost, error){p.builder(ctx, p.whyfix, site.dir, "whole", uncompressed)}
	if p.old != "" {
		builds = append(builds, p.builder(ctx, p.old, site.dir, "old", uncompressed))
	}
	wholes, err := inTurn(p.runs, builds...)
	if err != nil {
		return err
	}
	whole, both := wholes[0], 0.0
	if pagefind.wall > 0 {
		both = (hugo.wall + pagefind.wall).Seconds()
	}
	p.add(
		beside(articles+" from nothing, site and index", "Hugo + Pagefind", both, whole.wall.Seconds(), 0.18, seconds),
		beside("… peak memory", "Pagefind", float64(pagefind.peak), float64(whole.peak), 0.08, megabytes))
	if p.old != "" {
		// Where a machine has other work, processor time tells whether the other row is its doing.
		p.add(beside("… beside another whyfix", "it", wholes[1].wall.Seconds(), whole.wall.Seconds(), 1.1, seconds),
			beside("… processor time", "it", wholes[1].cpu.Seconds(), whole.cpu.Seconds(), 1.1, seconds))
	}
	alone, err := repeat(p.runs, p.builder(ctx, p.whyfix, site.dir, "site", uncompressed, "-index=false"))
	if err != nil {
		return err
	}
	p.add(clean(articles+", site only", alone.wall, 0.5, seconds))
	if err := p.small(ctx); err != nil {
		return err
	}

	// Before the edits: both indexes are of the same articles.
	found, err := search(ctx, p, site, filepath.Join(p.dir, "whole0"))
	if err != nil {
		return err
	}
	again := p.builder(ctx, p.whyfix, site.dir, "whole", uncompressed)
	same, err := repeat(p.runs, func(int) (cost, error) { return again(0) })
	if err != nil {
		return err
	}
	edited, err := repeat(max(p.runs, 5), func(i int) (cost, error) {
		if _, err := site.edit(i+1, past(i+1)); err != nil {
			return cost{}, err
		}
		return again(0)
	})
	if err != nil {
		return err
	}
	edits, err := p.dev(ctx, site)
	if err != nil {
		return err
	}
	p.add(
		clean("no change", same.wall, 0.03, seconds),
		clean("one edited article, build", edited.wall, 0.2, seconds),
		clean("one edited article, dev: p50 of 50", part(edits, 0.5), 0.02, millis),
		clean("… p99", part(edits, 0.99), 0, millis))
	p.add(found.rows(articles, 0.25, 0.25)...)
	if p.big > 0 {
		return p.large(ctx, whole)
	}
	return nil
}

// small measures a site of 1,000 articles beside VitePress, and one of its pages.
func (p *place) small(ctx context.Context) error {
	const articles = 1_000
	content := filepath.Join(p.dir, "small", "content")
	if err := bench.Write(content, articles); err != nil {
		return err
	}
	peer, err := vitePress(ctx, p, content)
	if err != nil {
		log.Printf("VitePress: %v", err)
	}
	ours, err := repeat(p.runs, p.builder(ctx, p.whyfix, content, "small", uncompressed))
	if err != nil {
		return err
	}
	p.add(beside("1000 articles from nothing", "VitePress", peer.wall.Seconds(), ours.wall.Seconds(), 0.05, seconds))
	if _, err := p.builder(ctx, p.whyfix, content, "compressed")(0); err != nil {
		return err
	}
	size, err := pageSize(filepath.Join(p.dir, "compressed0", "current", "www"), strings.TrimSuffix(bench.Path(articles/2), ".md"))
	p.add(limit("an article page, all its files, compressed", float64(size), 30_000, kilobytes))
	return err
}

var loaded = regexp.MustCompile(`<(?:script|img|source|link rel="(?:stylesheet|icon|preload|modulepreload)")[^>]*? (?:src|href)="([^"]*)"`)

// pageSize is what a browser loads for a page, as a server with compressed
// copies sends it.
func pageSize(www, page string) (sum int64, err error) {
	sent := func(name string) error {
		name = filepath.Join(www, filepath.FromSlash(name))
		info, err := os.Stat(name + ".br")
		if err != nil {
			info, err = os.Stat(name)
		}
		if err == nil {
			sum += info.Size()
		}
		return err
	}
	html, err := os.ReadFile(filepath.Join(www, filepath.FromSlash(page), "index.html"))
	if err != nil {
		return 0, err
	}
	err = sent(page + "/index.html")
	for _, m := range loaded.FindAllStringSubmatch(string(html), -1) {
		if strings.Contains(m[1], "//") {
			return 0, fmt.Errorf("%s loads %s from another host", page, m[1])
		}
		err = errors.Join(err, sent(m[1]))
	}
	return sum, err
}

// large measures a site ten times as large, once.
func (p *place) large(ctx context.Context, whole cost) error {
	site, err := made(p.options, filepath.Join(p.dir, "large", "content"), p.bigContent, p.big)
	if err != nil {
		return err
	}
	big := len(site.articles)
	c, err := p.builder(ctx, p.whyfix, site.dir, "large", uncompressed)(0)
	if err != nil {
		return err
	}
	times := float64(big) / float64(p.n)
	p.add(beside(fmt.Sprintf("%d articles from nothing, beside as many times %d", big, p.n), "itself", whole.wall.Seconds()*times, c.wall.Seconds(), 1.25, seconds),
		limit("… peak memory", float64(c.peak), 3<<30, megabytes))
	found, err := search(ctx, p, site, filepath.Join(p.dir, "large0"))
	if err == nil {
		p.add(found.rows(fmt.Sprintf("%d articles", big), 0, 0.1)...)
	}
	return err
}

// dev edits articles, and measures from each save to the message that makes
// the page load again. Then page and search must have the edit.
func (p *place) dev(ctx context.Context, site *folder) ([]time.Duration, error) {
	s, err := bench.Start(ctx, p.whyfix, "dev", "-content", site.dir, "-addr", "127.0.0.1:0")
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
		page, err := site.edit(edit, time.Time{})
		if err == nil {
			err = next()
		}
		if err != nil {
			return nil, err
		}
		waited = append(waited, time.Since(from))
		for _, address := range []string{page, "/api/search?q=" + url.QueryEscape(bench.Edition(edit))} {
			text, err := read(ctx, s.Address+address)
			if err != nil || !strings.Contains(string(text), page) {
				return nil, fmt.Errorf("%s does not show the edit %d: %w", address, edit, err)
			}
		}
	}
	return waited, nil
}
