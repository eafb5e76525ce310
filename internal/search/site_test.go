package search_test

import (
	"fmt"
	"html"
	"runtime/debug"
	"strings"
	"testing"

	"whyfix/internal/han"
	"whyfix/internal/search"
	"whyfix/internal/search/local"
)

// open searches documents, and no synonyms.
func open(tb testing.TB, docs []*search.Document) *search.Searcher {
	tb.Helper()
	return openWith(tb, docs, nil)
}

func openWith(tb testing.TB, docs []*search.Document, list []search.Synonyms) *search.Searcher {
	tb.Helper()
	x, err := local.New(tb.Context(), docs, list)
	if err != nil {
		tb.Fatal(err)
	}
	s := search.New(x)
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return s
}

// calm turns a panic into a failure, so that one mistake does not hide the
// other tests.
func calm(tb testing.TB) {
	tb.Helper()
	if p := recover(); p != nil {
		tb.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// ask searches and fails the test on an error.
func ask(tb testing.TB, s *search.Searcher, q search.Query) *search.Result {
	tb.Helper()
	r, err := s.Search(tb.Context(), q)
	if err != nil {
		tb.Fatalf("Search(%q): %v", q.Text, err)
	}
	return r
}

// first are the addresses of the first hits for a question.
func first(tb testing.TB, s *search.Searcher, text string, n int) []string {
	tb.Helper()
	return urls(ask(tb, s, search.Query{Text: text, Size: n, Page: 1}).Hits)
}

// all are the hits of every page of a query.
func all(tb testing.TB, s *search.Searcher, q search.Query) []search.Hit {
	tb.Helper()
	var out []search.Hit
	q.Size = search.MaxSize
	for q.Page = 1; ; q.Page++ {
		r := ask(tb, s, q)
		out = append(out, r.Hits...)
		if len(r.Hits) == 0 || len(out) >= r.Total {
			return out
		}
	}
}

func urls(hits []search.Hit) []string {
	out := []string{}
	for _, h := range hits {
		out = append(out, h.URL)
	}
	return out
}

// suggested are the wordings that complete what was typed.
func suggested(tb testing.TB, s *search.Searcher, typed string, size int) []string {
	tb.Helper()
	found, err := s.Suggest(tb.Context(), typed, "", size)
	if err != nil {
		tb.Fatalf("Suggest(%q): %v", typed, err)
	}
	out := []string{}
	for _, w := range found {
		out = append(out, w.Text)
	}
	return out
}

// checkSnippet says what is wrong with a snippet: it is escaped text in which
// nothing but <mark> is HTML.
func checkSnippet(s string) error {
	inside := false
	for rest := s; rest != ""; {
		text, after, found := strings.Cut(rest, "<")
		if strings.ContainsAny(text, `>"'`) || html.EscapeString(html.UnescapeString(text)) != text {
			return fmt.Errorf("text that is not escaped: %q", text)
		}
		if !found {
			break
		}
		if inside && text == "" {
			return fmt.Errorf("a mark around nothing")
		}
		tag, next, _ := strings.Cut(after, ">")
		switch {
		case tag == "mark" && !inside:
			inside = true
		case tag == "/mark" && inside:
			inside = false
		default:
			return fmt.Errorf("the tag <%s>", tag)
		}
		rest = next
	}
	if inside {
		return fmt.Errorf("a mark that does not end")
	}
	return nil
}

// marked is what stands inside a snippet's marks, folded.
func marked(snippet string) []string {
	var out []string
	for part := range strings.SplitSeq(snippet, "<mark>") {
		if in, _, ok := strings.Cut(part, "</mark>"); ok {
			out = append(out, han.Fold(html.UnescapeString(in)))
		}
	}
	return out
}

// speakable reports whether a run has anything that can be searched for.
func speakable(s string) bool {
	for _, r := range han.Fold(s) {
		if han.ClassOf(r) != han.Other {
			return true
		}
	}
	return false
}

func document(url, title string, symptoms ...string) *search.Document {
	return &search.Document{URL: url, Language: "zh-CN", Title: title, Symptoms: symptoms}
}

// with is a document with a text.
func with(d *search.Document, text string) *search.Document {
	d.Sections = append(d.Sections, search.Section{Anchor: "s", Title: "怎么解决", Kind: "solution", Text: text})
	return d
}
