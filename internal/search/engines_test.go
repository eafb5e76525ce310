//go:build !race

// Many questions, one after the other: the race detector would make them ten times
// as long. What it is for, TestConcurrentSearches tries.

package search_test

import (
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whyfix/internal/search"
	"whyfix/internal/search/article"
	"whyfix/internal/search/cluster"
	"whyfix/internal/search/cluster/clustertest"
	"whyfix/internal/search/engine/enginetest"
	"whyfix/internal/search/engine/naive"
	"whyfix/internal/search/local"
)

// The search knows nothing of its engine: over one that has no index, numbers
// or folder it answers the same, and over one that is in a cluster.
func TestEnginesAnswerTheSame(t *testing.T) {
	t.Parallel()
	docs, synonyms := enginetest.Documents(), enginetest.Synonyms()
	t.Run("local", func(t *testing.T) {
		t.Parallel()
		index, err := local.New(t.Context(), docs, synonyms)
		if err != nil {
			t.Fatal(err)
		}
		answerTheSame(t, search.New(index))
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		options := cluster.Options{Addresses: clustertest.Start(t, 1).Nodes}
		var sources []cluster.Source
		for _, d := range docs {
			sources = append(sources, cluster.Source{URL: d.URL, Make: func() (*article.Document, error) { return d, nil }})
		}
		dir := t.TempDir()
		err := cluster.Write(t.Context(), dir, options, cluster.Writing{Placing: cluster.Placing{Name: "whyfix-same"}, Docs: sources, Synonyms: synonyms})
		if err != nil {
			t.Fatal(err)
		}
		x, err := cluster.Open(dir, options)
		if err != nil {
			t.Fatal(err)
		}
		answerTheSame(t, search.New(x))
	})
}

// answerTheSame asks a search over the documents of enginetest what it asks one
// without an index.
func answerTheSame(t *testing.T, indexed *search.Searcher) {
	docs, synonyms := enginetest.Documents(), enginetest.Synonyms()
	plain := search.New(naive.New(docs, synonyms))
	t.Cleanup(func() { indexed.Close(); plain.Close() })

	questions := enginetest.Questions()
	modes := map[search.Mode]int{}
	filters := []search.Filter{{}, {Kind: "solution"}, {Product: "打印机"}, {Product: "Wi-Fi", Kind: "cause"}, {Solution: "重启设备"}, {Cause: "水垢过厚"}}
	languages := []string{"", "zh-CN", "en", "zh-TW", "fr"}
	for i, text := range questions {
		query := search.Query{Text: text, Size: 5, Page: 1}
		if i%3 == 1 {
			query.Language = languages[i/3%len(languages)]
		}
		if i%4 == 2 {
			query.Filter = filters[i/4%len(filters)]
		}
		if i%7 == 3 {
			query.Size, query.Page = 2, 2
		}
		want, err := plain.Search(t.Context(), query)
		if err != nil {
			t.Fatalf("%+v: %v", query, err)
		}
		got, err := indexed.Search(t.Context(), query)
		if err != nil {
			t.Fatalf("%+v: %v", query, err)
		}
		modes[got.Mode]++
		// The parts of a score are those of sums in another order.
		if diff := gocmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-3), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%+v (-without an index +with):\n%s", query, diff)
		}
	}
	if len(questions) < 150 {
		t.Errorf("only %d questions", len(questions))
	}
	for mode, least := range map[search.Mode]int{search.Exact: 50, search.Relaxed: 10, search.Corrected: 10} {
		if modes[mode] < least {
			t.Errorf("%d answers are %s, want %d at least", modes[mode], mode, least)
		}
	}
	t.Log(fmt.Sprint(len(questions), " questions: ", modes))

	for _, text := range []string{"打印机", "wifi", "dyj", "refund", "冰箱"} {
		want, err := plain.Suggest(t.Context(), text, "zh-CN", 5)
		if err != nil {
			t.Fatal(err)
		}
		got, err := indexed.Suggest(t.Context(), text, "zh-CN", 5)
		if diff := gocmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("suggestions for %q: %v (-without an index +with):\n%s", text, err, diff)
		}
	}
	for _, url := range []string{"/fridge/ice/", "/en/refund/"} {
		query := search.Query{Text: "冰箱冷藏室为什么结冰", Size: 5, Page: 1, Filter: search.Filter{Product: "冰箱"}}
		want, err := plain.Explain(t.Context(), query, url)
		if err != nil {
			t.Fatal(err)
		}
		got, err := indexed.Explain(t.Context(), query, url)
		if diff := gocmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-3), cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("why %s stands where it stands: %v (-without an index +with):\n%s", url, err, diff)
		}
	}
	if err := plain.Warm(t.Context()); err != nil {
		t.Error(err)
	}
}
