package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"whyfix/internal/search"
	"whyfix/internal/server"
)

// version is the program's version; CHANGELOG.md says what is in it.
const version = "0.1.0"

const searchHelp = `usage: whyfix search [options] QUERY

Asks the index of a release, like a reader does.

  -public DIR    the folder of releases, or one release (default: public)
  -size N        how many hits (default: 10)
  -json          the answer of GET /api/search
  -explain       also the terms, and what made each score

examples:
  whyfix search 花呗用不了
  whyfix search -explain 退款怎么还没到
`

func runSearch(ctx context.Context, e *env, args []string) error {
	f := flags("search")
	dir := f.String("public", "public", "")
	size := f.Int("size", 10, "")
	asJSON := f.Bool("json", false, "")
	explain := f.Bool("explain", false, "")
	words, err := parse(f, args, 1, 1000, "a QUERY")
	if err != nil {
		return err
	}
	if *size < 1 || *size > search.MaxSize {
		return errUsage{message: fmt.Sprintf("-size must be from 1 to %d", search.MaxSize)}
	}
	text := strings.Join(words, " ")
	if n := len([]rune(text)); n > search.MaxQuery {
		return errUsage{fmt.Sprintf("the query has %d characters; at most %d are allowed", n, search.MaxQuery), "ask in one sentence"}
	}
	if err := folder("-public", *dir); err != nil {
		return err
	}
	release, closeRelease, err := server.Open(*dir)
	if err != nil {
		return openError(err, *dir)
	}
	defer closeRelease()
	if release.Search == nil {
		return hinted{fmt.Errorf("the release in %s was made without an index", *dir), "build it without -index=false"}
	}
	start := time.Now()
	result, err := release.Search.Search(ctx, search.Query{Text: text, Size: *size, Page: 1})
	if err != nil {
		return err
	}
	took := time.Since(start)
	if *asJSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(server.Answer(result, release.ID, took))
	}
	if *explain {
		fmt.Fprintf(e.stdout, "rung: %s\n", result.Mode)
		for _, t := range result.Terms {
			weak := ""
			if t.Weak {
				weak = "  question word"
			}
			fmt.Fprintf(e.stdout, "  %-8s weight %5.2f, in %s%s\n", t.Text, t.Weight, plural(t.Articles, "article"), weak)
		}
		fmt.Fprintln(e.stdout)
	}
	for i, h := range result.Hits {
		fmt.Fprintf(e.stdout, "%d. %s\n   %s\n", i+1, h.Title, h.URL)
		if h.Section.Title != "" {
			fmt.Fprintf(e.stdout, "   → %s  %s\n", h.Section.Title, h.Section.URL)
		}
		if s := html.UnescapeString(strings.NewReplacer("<mark>", "【", "</mark>", "】").Replace(h.Snippet)); s != "" {
			fmt.Fprintf(e.stdout, "   %s\n", s)
		}
		if *explain {
			fmt.Fprintf(e.stdout, "   score %.3f\n", h.Score)
			for _, p := range h.Parts {
				fmt.Fprintf(e.stdout, "     %.2f %s", p.Share, p.Name)
				if p.Text != "" {
					fmt.Fprintf(e.stdout, ": %s", p.Text)
				}
				fmt.Fprintln(e.stdout)
			}
		}
	}
	e.say("%s (%s, %.1f ms)", plural(result.Total, "article"), result.Mode, float64(took.Microseconds())/1000)
	return nil
}

const versionHelp = `usage: whyfix version

Prints the version, the commit it was built from, and the Go version.
`

func runVersion(_ context.Context, e *env, args []string) error {
	if _, err := parse(flags("version"), args, 0, 0, ""); err != nil {
		return err
	}
	commit := "unknown commit"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = "commit " + s.Value
			}
		}
	}
	fmt.Fprintf(e.stdout, "whyfix %s, %s, %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
