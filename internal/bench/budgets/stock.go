package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"

	"whyfix/internal/content"
	"whyfix/internal/markdown"
)

// Stock bleve is the peer of the search: what somebody has who takes the
// library as it comes. Its index and its server are processes of their own,
// like those of whyfix, so that neither works in the memory of the one that
// measures: this program, started again with one of these words.
const (
	stockIndex = "stock-index" // CONTENT DIR
	stockServe = "stock-serve" // DIR
)

// stockFields are the same words that whyfix indexes, without the tags.
func stockFields() []string { return []string{"title", "symptoms", "body"} }

// stock does what the command line says, if it is for stock bleve.
func stock(ctx context.Context, args []string) (done bool, err error) {
	switch {
	case len(args) == 3 && args[0] == stockIndex:
		return true, indexStock(args[1], args[2])
	case len(args) == 2 && args[0] == stockServe:
		return true, serveStock(ctx, args[1])
	}
	return false, nil
}

func stockMapping() *mapping.IndexMappingImpl {
	article := bleve.NewDocumentStaticMapping()
	for _, name := range stockFields() {
		field := bleve.NewTextFieldMapping()
		field.Analyzer = cjk.AnalyzerName
		article.AddFieldMappingsAt(name, field)
	}
	m := bleve.NewIndexMapping()
	m.DefaultMapping = article
	return m
}

// indexStock makes the index of a content folder. bleve's builder leaves one
// segment. An index that is written in batches has several, as many as the
// merges that happened to end in time, and is slower to ask: this way the peer
// is at its best, and the same each time.
func indexStock(articles, dir string) error {
	b, err := bleve.NewBuilder(dir, stockMapping(), map[string]any{"buildPathPrefix": filepath.Dir(dir)})
	if err != nil {
		return err
	}
	parser := markdown.NewParser(markdown.Options{Plain: true})
	err = fs.WalkDir(os.DirFS(articles), ".", func(p string, entry fs.DirEntry, err error) error {
		if class := content.Classify(p); err != nil || entry.IsDir() || class != content.ClassArticle && class != content.ClassIndex {
			return err
		}
		data, err := os.ReadFile(filepath.Join(articles, filepath.FromSlash(p)))
		if err != nil {
			return err
		}
		a, diags := content.ParseArticle(p, data, parser)
		if a == nil {
			return fmt.Errorf("%s: %s", p, diags[0].Message)
		}
		if a.Draft || a.Gone {
			return nil
		}
		return b.Index(p, words(a))
	})
	return errors.Join(err, b.Close())
}

// words is an article as bleve is given it.
func words(a *content.Article) map[string]any {
	var symptoms []string
	for _, s := range a.Symptoms {
		symptoms = append(symptoms, s.Value)
	}
	body := []string{a.Doc.Intro.Text}
	for _, s := range a.Doc.Sections {
		body = append(body, s.Title, s.Body.Text)
		for _, item := range s.Items {
			body = append(body, item.Title, item.Body.Text)
		}
	}
	return map[string]any{"title": a.Title.Value, "symptoms": symptoms, "body": strings.Join(body, "\n")}
}

// serveStock answers questions with ids and scores alone, which is less than
// whyfix does for each: no titles, snippets or facets.
func serveStock(ctx context.Context, dir string) error {
	index, err := bleve.OpenUsing(dir, map[string]any{"read_only": true})
	if err != nil {
		return err
	}
	defer index.Close()
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: answerStock(index), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	fmt.Fprintf(os.Stderr, "stock bleve: serving http://%s/\n", l.Addr())
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type stockHit struct {
	ID    string  `json:"id"`
	Score float64 `json:"score"`
}

func answerStock(index bleve.Index) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/search", func(w http.ResponseWriter, r *http.Request) {
		var fields []query.Query
		for _, name := range stockFields() {
			q := bleve.NewMatchQuery(r.FormValue("q"))
			q.SetField(name)
			fields = append(fields, q)
		}
		found, err := index.SearchInContext(r.Context(), bleve.NewSearchRequest(bleve.NewDisjunctionQuery(fields...))) // of size 10
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		answer := struct {
			Total uint64     `json:"total"`
			Hits  []stockHit `json:"hits"`
		}{Total: found.Total}
		for _, hit := range found.Hits {
			answer.Hits = append(answer.Hits, stockHit{hit.ID, hit.Score})
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	})
	return mux
}
