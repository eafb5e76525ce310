package main

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/blevesearch/bleve/v2"

	"whyfix/internal/bench"
)

// The peer answers as whyfix is asked, and finds what is in each field.
func TestStockFindsArticles(t *testing.T) {
	t.Parallel()
	const articles = 30
	content, dir := t.TempDir(), filepath.Join(t.TempDir(), "index")
	if err := bench.Write(content, articles); err != nil {
		t.Fatal(err)
	}
	if err := indexStock(content, dir); err != nil {
		t.Fatal(err)
	}
	index, err := bleve.OpenUsing(dir, map[string]any{"read_only": true})
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	if n, err := index.DocCount(); err != nil || n != articles {
		t.Errorf("%d documents, %v; want %d", n, err, articles)
	}
	server := httptest.NewServer(answerStock(index))
	defer server.Close()
	for _, q := range []string{"17号", "异常代码17", "E17"} { // in title, symptoms and body
		text, err := read(t.Context(), server.URL+"/api/search?q="+q)
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := strings.Cut(string(text), "}"); !strings.Contains(first, bench.Path(17)) {
			t.Errorf("%s: the first hit is not %s: %s", q, bench.Path(17), text)
		}
	}
	var a asked
	if err := a.ask(t.Context(), &bench.Server{Address: server.URL}, []string{"17号", "ʘ"}); err != nil || len(a.took) != 2 || a.without != 1 {
		t.Errorf("asked two questions: %d answers, %d without a hit, %v; want 2, 1", len(a.took), a.without, err)
	}
}

func TestOnlyItsOwnWordsAreForStock(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"stock-serve"}, {"other", "a", "b"}} {
		if done, err := stock(context.Background(), args); done || err != nil {
			t.Errorf("%v: %v, %v", args, done, err)
		}
	}
}
