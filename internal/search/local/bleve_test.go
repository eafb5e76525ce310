package local

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/search/query"
	gocmp "github.com/google/go-cmp/cmp"

	"whyfix/internal/search/article"
)

// strangers opens an index as somebody does who knows bleve alone. Scores are
// numbers; those of fields that are not counted are 0.
func strangers(t *testing.T, dir string) func(q query.Query) *bleve.SearchResult {
	t.Helper()
	x, err := bleve.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return func(q query.Query) *bleve.SearchResult {
		t.Helper()
		request := bleve.NewSearchRequestOptions(q, 20, 0, false)
		request.Fields = []string{"*"}
		result, err := x.Search(request)
		if err != nil {
			t.Fatal(err)
		}
		for i, hit := range result.Hits {
			if hit.Score < 0 || math.IsInf(hit.Score, 0) || math.IsNaN(hit.Score) || i > 0 && hit.Score > result.Hits[i-1].Score {
				t.Errorf("hit %d, %s, scores %g", i, hit.ID, hit.Score)
			}
		}
		return result
	}
}

// An index is one that bleve opens, asks and ranks by itself, with values to
// show, also when it was made from the last.
func TestBleveAnswers(t *testing.T) {
	t.Parallel()
	docs := corpus()
	for len(docs) < 60 {
		d := *docs[len(docs)%3]
		d.URL += "again/" + string(rune('a'+len(docs)%26)) + "/" + string(rune('a'+len(docs)/26)) + "/"
		d.Title, d.Symptoms, d.Summary, d.Sections = "别的文章", nil, "别的摘要。", nil
		docs = append(docs, &d)
	}
	for _, d := range docs {
		d.Language = "zh-CN"
	}
	first, second := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "2")
	base := write(t, first, docs)
	added := &article.Document{
		URL: "/pay/", Title: "花呗用不了怎么办", Summary: "先看额度。", Language: "zh-CN",
		Symptoms: []string{"付款时没有花呗"}, Products: tagged("products", "花呗"), Causes: tagged("causes", "额度不足", "额度不足"),
		Sections: []article.Section{{Kind: "cause", Title: "为什么", Text: "花呗的额度用完了，Wi-Fi 也不好。"}, {Kind: "cause", Text: "还有一种。"}, {Kind: "solution", Text: "先还款。"}},
	}
	gone := docs[0]
	docs = append(slices.Clone(docs[1:]), added)
	if made, err := NewContent(sources(docs), nil).Write(t.Context(), second, first, base); err != nil || !made.Patched {
		t.Fatalf("%+v, %v", made, err)
	}
	clean := filepath.Join(t.TempDir(), "3")
	write(t, clean, docs)
	for name, dir := range map[string]string{"made from the last": second, "made from nothing": clean} {
		t.Run(name, func(t *testing.T) {
			ask := strangers(t, dir)
			result := ask(bleve.NewMatchQuery("花呗用不了"))
			if len(result.Hits) == 0 || result.Hits[0].Score <= 0 {
				t.Fatalf("the hits are %v", result.Hits)
			}
			want := map[string]any{"url": added.URL, "title": added.Title, "summary": added.Summary}
			if diff := gocmp.Diff(want, result.Hits[0].Fields); diff != "" || result.Hits[0].ID != added.URL {
				t.Errorf("%s (-want +got):\n%s", result.Hits[0].ID, diff)
			}
			for text, want := range map[string]string{
				"title:花呗":                       added.URL,
				"title:回声":                       "/meeting/echo/",
				"symptoms:自己的声音":                 "/meeting/echo/",
				"会议里有回声":                         "/meeting/echo/",
				"Bluetooth":                      "/bluetooth/headset/",
				"refunds in batches":             "/en/refund/",
				"+body:额度 +kind:cause":           added.URL,
				"+product:花呗 +cause:额度不足":        added.URL,
				"+solution:清理滤网 +language:zh-CN": "/washer/drain/",
				"words:bluetooth":                "/bluetooth/headset/",
				`sounds:hua\ bei`:                added.URL,
			} {
				hits := ask(bleve.NewQueryStringQuery(text)).Hits
				got := ""
				if len(hits) > 0 {
					got = hits[0].ID
				}
				if got != want {
					t.Errorf("%s finds %q, want %q", text, got, want)
				}
			}
			for _, hit := range ask(bleve.NewMatchQuery(gone.Title)).Hits {
				if hit.ID == gone.URL {
					t.Errorf("%s is found, which is gone", gone.URL)
				}
			}
		})
	}
}
