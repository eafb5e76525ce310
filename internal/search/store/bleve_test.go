package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	_ "github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"
	gocmp "github.com/google/go-cmp/cmp"
)

// The fields of a page, as a mapping of bleve's has them.
var pageFields = []Field{
	{Name: "title", Indexed: true, Counted: true, Stored: true},
	{Name: "text", Indexed: true, Counted: true},
	{Name: "tags", Indexed: true, Stored: true},
	{Name: "url", Stored: true},
}

func pageMapping(t *testing.T, model string) *mapping.IndexMappingImpl {
	t.Helper()
	m := bleve.NewIndexMapping()
	m.ScoringModel = model
	if err := m.AddCustomAnalyzer("words", map[string]any{"type": "custom", "tokenizer": "whitespace"}); err != nil {
		t.Fatal(err)
	}
	m.DefaultAnalyzer = "words"
	m.DefaultMapping.Dynamic = false
	for _, f := range pageFields {
		m.DefaultMapping.AddFieldMappingsAt(f.Name, &mapping.FieldMapping{
			Type: "text", Index: f.Indexed, Store: f.Stored, SkipFreqNorm: !f.Counted,
		})
	}
	return m
}

// page is the texts of a page by field.
type page map[string]string

func randomPages(r *rand.Rand, from, to int) map[string]page {
	out := map[string]page{}
	for n := from; n < to; n++ {
		p := page{"url": fmt.Sprintf("https://example.org/%d/", n)}
		for _, f := range pageFields[:3] {
			var words []string
			for range 1 + r.IntN(40) {
				words = append(words, fmt.Sprintf("w%d", int(math.Exp(r.Float64()*6))))
			}
			p[f.Name] = strings.Join(words, " ")
		}
		out[fmt.Sprintf("/%d/", n)] = p
	}
	return out
}

// writePages writes a segment.
func writePages(t *testing.T, dir string, number int, pages map[string]page) {
	t.Helper()
	var docs []Document
	var texts []string
	known := map[string]uint32{}
	batch := NewBatch(pageFields)
	for _, id := range slices.Sorted(maps.Keys(pages)) {
		d := Document{ID: id}
		postings, lengths := make([][]Posting, len(pageFields)), make([]uint32, len(pageFields))
		for i, f := range pageFields {
			text := pages[id][f.Name]
			if f.Stored {
				d.Stored = append(d.Stored, Value{f.Name, text})
			}
			if !f.Indexed {
				continue
			}
			counts := map[string]uint32{}
			for _, word := range strings.Fields(text) {
				counts[word]++
				lengths[i]++
			}
			for word, count := range counts {
				n, is := known[word]
				if !is {
					n = uint32(len(texts))
					known[word], texts = n, append(texts, word)
				}
				postings[i] = append(postings[i], Posting{n, count})
			}
		}
		batch.Add(postings, lengths)
		docs = append(docs, d)
	}
	if err := WriteSegment(dir, number, docs, pageFields, []Run{batch.Run(0, texts)}); err != nil {
		t.Fatal(err)
	}
}

// writeIndex writes a folder of a base and, if there are any, of pages that
// take the place of some of it or are new.
func writeIndex(t *testing.T, m mapping.IndexMapping, base, patch map[string]page) string {
	t.Helper()
	dir := t.TempDir()
	at := filepath.Join(dir, "store")
	if err := os.Mkdir(at, 0o700); err != nil {
		t.Fatal(err)
	}
	root := Root{Parts: []Part{{Number: 2}}, Internal: map[string][]byte{"own": []byte("mine")}}
	writePages(t, at, 2, base)
	if len(patch) > 0 {
		writePages(t, at, 3, patch)
		for n, id := range slices.Sorted(maps.Keys(base)) {
			if patch[id] != nil {
				root.Parts[0].Deleted = append(root.Parts[0].Deleted, uint32(n))
			}
		}
		root.Parts = append(root.Parts, Part{Number: 3})
	}
	var err error
	if root.Internal["_mapping"], err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if err := WriteRoot(at, root); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, MetaFile), []byte(Meta), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func openIndex(t *testing.T, dir string, config map[string]any) bleve.Index {
	t.Helper()
	x, err := bleve.OpenUsing(dir, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// answers are the scores and stored values of each word of each field, and all
// documents as bleve gives them back.
func answers(t *testing.T, x bleve.Index) map[string]any {
	t.Helper()
	out := map[string]any{}
	for _, f := range pageFields {
		for w := 1; w < 410; w += 1 + w/8 {
			q := bleve.NewMatchQuery(fmt.Sprintf("w%d w%d", w, w/2))
			q.SetField(f.Name)
			request := bleve.NewSearchRequestOptions(q, 1000, 0, false)
			request.Fields = []string{"*"}
			if !f.Counted {
				request.Score = "none"
			}
			result, err := x.Search(request)
			if err != nil {
				t.Fatal(err)
			}
			for _, hit := range result.Hits {
				if f.Counted && (hit.Score <= 0 || math.IsInf(hit.Score, 0) || math.IsNaN(hit.Score)) {
					t.Fatalf("%s in %s scores %g in %s", q.Match, f.Name, hit.Score, hit.ID)
				}
				out[fmt.Sprint(f.Name, q.Match, hit.ID)] = [2]any{hit.Score, hit.Fields}
			}
		}
	}
	all, err := x.Search(bleve.NewSearchRequestOptions(bleve.NewMatchAllQuery(), 1000, 0, false))
	if err != nil {
		t.Fatal(err)
	}
	for _, hit := range all.Hits {
		d, err := x.Document(hit.ID)
		if err != nil {
			t.Fatal(err)
		}
		var values []string
		d.VisitFields(func(f index.Field) { values = append(values, f.Name()+"="+string(f.Value())) })
		out[d.ID()] = values
	}
	return out
}

// bleve scores what it made and what we made the same, to the last bit, by
// either of its models, in one segment or two, and after it has merged them.
func TestRanksAsBleves(t *testing.T) {
	withoutDetector(t)
	t.Parallel()
	for _, model := range []string{index.TFIDFScoring, index.BM25Scoring} {
		for _, changes := range []bool{false, true} {
			t.Run(fmt.Sprint(model, changes), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(7, 8))
				base, patch := randomPages(r, 0, 300), map[string]page{}
				if changes {
					patch = randomPages(r, 290, 310)
				}
				m := pageMapping(t, model)
				want, err := bleve.NewUsing(filepath.Join(t.TempDir(), "theirs"), m, scorch.Name, scorch.Name,
					map[string]any{"scorchMergePlanOptions": map[string]any{"MaxSegmentSize": 1}})
				if err != nil {
					t.Fatal(err)
				}
				defer want.Close()
				for _, pages := range []map[string]page{base, patch} {
					batch := want.NewBatch()
					for id, p := range pages {
						if err := batch.Index(id, p); err != nil {
							t.Fatal(err)
						}
					}
					if err := want.Batch(batch); err != nil {
						t.Fatal(err)
					}
				}
				got := openIndex(t, writeIndex(t, m, base, patch), map[string]any{"read_only": false})
				if diff := gocmp.Diff(answers(t, want), answers(t, got)); diff != "" {
					t.Fatalf("(-bleve's +ours):\n%s", diff)
				}
				for _, x := range []bleve.Index{want, got} {
					advanced, err := x.Advanced()
					if err != nil {
						t.Fatal(err)
					}
					if err := advanced.(*scorch.Scorch).ForceMerge(t.Context(), nil); err != nil {
						t.Fatal(err)
					}
				}
				if diff := gocmp.Diff(answers(t, want), answers(t, got)); diff != "" {
					t.Fatalf("merged (-bleve's +ours):\n%s", diff)
				}
			})
		}
	}
}
