package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"
	"time"

	"whyfix/internal/diag"
	"whyfix/internal/publish"
	"whyfix/internal/search"
	"whyfix/internal/server"
)

const searchHelp = `usage: whyfix search [options] QUERY

Asks the index of a release, like a reader does.

  -public DIR    the folder of releases, or one release (default: public)
  -size N        how many hits (default: 10)
  -json          the answer of GET /api/search
  -explain       also the terms, and what made each score
  -for URL       with -explain: why this article stands where it stands, and
                 what would lift it
` + clusterHelp + `
examples:
  whyfix search 花呗用不了
  whyfix search -explain 退款怎么还没到
  whyfix search -explain -for /pay/refund-late/ 钱没退回来
`

func runSearch(ctx context.Context, e *env, args []string) error {
	f := e.flags("search")
	dir := f.String("public", "public", "")
	size := f.Int("size", 10, "")
	asJSON := f.Bool("json", false, "")
	explain := f.Bool("explain", false, "")
	address := f.String("for", "", "")
	cluster := clusterFlags(f)
	words, err := parse(f, args, 1, 1000, diag.Say("a QUERY"))
	if err != nil {
		return err
	}
	at, err := cluster.cluster()
	if err != nil {
		return err
	}
	if *size < 1 || *size > search.MaxSize {
		return diag.Misuse(diag.Say("-size must be from 1 to %d", search.MaxSize), diag.Text{})
	}
	text := strings.Join(words, " ")
	if n := len([]rune(text)); n > search.MaxQuery {
		return diag.Misuse(diag.Say("the query has %d characters; at most %d are allowed", n, search.MaxQuery), diag.Say("keep the part that says what is wrong"))
	}
	if *address != "" && !*explain {
		return diag.Misuse(diag.Say("-for goes with -explain"), diag.Say("whyfix search -explain -for /pay/refund-late/ QUERY"))
	}
	if err := folder("-public", *dir); err != nil {
		return err
	}
	release, closeRelease, err := server.Open(*dir, at)
	if err != nil {
		return openError(err, *dir)
	}
	defer closeRelease()
	if release.Search == nil {
		return diag.WithHint(diag.Say("the release in %s was made without an index", *dir), diag.Say("build it without -index=false"))
	}
	if *address != "" {
		return explainFor(ctx, e, release, search.Query{Text: text, Size: *size, Page: 1}, *address)
	}
	beside, err := server.OpenPosts(publish.PostsDir(*dir), at)
	switch {
	case err == nil:
		defer beside.Close()
	case !errors.Is(err, publish.ErrNoRelease):
		e.say("documents beside the articles are left out: %v", err)
	}
	start := time.Now()
	asked := search.Federated{Articles: release.Search, Posts: beside, Base: release.Base, Now: start}
	result, err := asked.Search(ctx, search.Query{Text: text, Size: *size, Page: 1, Explain: *explain})
	if err != nil {
		return err
	}
	if result.Posts != nil {
		e.say("documents beside the articles are left out: %v", result.Posts)
	}
	release.Label(result, "")
	took := time.Since(start)
	if *asJSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(server.NewSearchAnswer(result, release.ID, took))
	}
	if *explain {
		fmt.Fprintf(e.stdout, "rung: %s\n", result.Mode)
		for _, t := range result.Terms {
			weak := ""
			if t.Weak {
				weak = "  question word"
			}
			fmt.Fprintf(e.stdout, "  %-8s weight %5.2f, in %s%s\n", t.Text, t.Weight, diag.Count(t.Articles, "%d article", "%d articles"), weak)
		}
		fmt.Fprintln(e.stdout)
	}
	for i, h := range result.Hits {
		fmt.Fprintf(e.stdout, "%d. %s\n   %s\n", i+1, h.Title, h.URL)
		if h.Source != "" {
			fmt.Fprintf(e.stdout, "   (%s)\n", h.Label)
		}
		if h.Section.Title != "" {
			fmt.Fprintf(e.stdout, "   → %s  %s\n", h.Section.Title, h.Section.URL)
		}
		if s := html.UnescapeString(strings.NewReplacer("<mark>", "【", "</mark>", "】").Replace(h.Snippet)); s != "" {
			fmt.Fprintf(e.stdout, "   %s\n", s)
		}
		if *explain {
			fmt.Fprintf(e.stdout, "   score %.3f\n", h.Score)
			tellParts(e, h)
		}
	}
	if result.Corrected != "" {
		e.say("what was typed is not here; this is what was found for “%s”", result.Corrected)
	}
	found := diag.Count(result.Total, "%d article", "%d articles")
	if beside != nil {
		found = diag.Count(result.Total, "%d document", "%d documents")
	}
	e.say("%s (%s, %.1f ms)", found, result.Mode, float64(took.Microseconds())/1000)
	if len(result.Hits) > 0 && !result.Answered {
		e.say("none of them is likely to answer: the first one is only the nearest")
	}
	return nil
}

// tellParts tells what made a hit's score.
func tellParts(e *env, h search.Hit) {
	for _, p := range h.Parts {
		fmt.Fprintf(e.stdout, "     %.2f %s (%.0f %%)", p.Share, p.Name, 100*p.Value)
		if p.Text != "" {
			fmt.Fprintf(e.stdout, ": %s", p.Text)
		}
		if p.Words != "" {
			fmt.Fprintf(e.stdout, " [%s]", p.Words)
		}
		fmt.Fprintln(e.stdout)
	}
}

// explainFor tells why an article stands where it stands.
func explainFor(ctx context.Context, e *env, release *server.Release, q search.Query, address string) error {
	if u, err := url.PathUnescape(address); err == nil {
		address = (&url.URL{Path: u}).EscapedPath()
	}
	if base := strings.TrimSuffix(release.Base, "/"); !strings.HasPrefix(address, base+"/") {
		address = base + "/" + strings.TrimPrefix(address, "/")
	}
	w, err := release.Search.Explain(ctx, q, address)
	if err != nil {
		return diag.WithHint(err, diag.Say("its address as the site has it, such as /pay/refund-late/"))
	}
	place := "it is none of the hits"
	if w.Place > 0 {
		place = fmt.Sprintf("place %d", w.Place)
	}
	fmt.Fprintf(e.stdout, "%s  %s\n   %s, score %.3f\n", w.Title, w.URL, place, w.Score)
	tellParts(e, w.Hit)
	if w.First.URL != w.URL {
		fmt.Fprintf(e.stdout, "first stands %s  %s\n   score %.3f\n", w.First.Title, w.First.URL, w.First.Score)
		tellParts(e, w.First)
	}
	if len(w.Lift) > 0 {
		fmt.Fprintln(e.stdout, "what would lift it:")
		for _, l := range w.Lift {
			fmt.Fprintf(e.stdout, "   - %s\n", l)
		}
	}
	return nil
}
