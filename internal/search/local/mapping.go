package local

import (
	"encoding/json"
	"fmt"

	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"whyfix/internal/search/engine"
)

// cjkAnalyzer is bleve's for Chinese, Japanese and Korean: what it makes of
// text are terms that our fields have, characters in pairs and words in lower
// case.
const cjkAnalyzer = "cjk"

// mappingForBleve tells whoever opens an index with bleve how to ask it.
func mappingForBleve() ([]byte, error) {
	m := mapping.NewIndexMapping()
	m.DefaultAnalyzer, m.DefaultField, m.ScoringModel = cjkAnalyzer, string(engine.InBody), index.BM25Scoring
	m.StoreDynamic, m.IndexDynamic, m.DocValuesDynamic = false, false, false
	m.DefaultMapping.Dynamic = false
	for _, f := range storeFields() {
		analyzer := cjkAnalyzer
		switch f.Name {
		case string(engine.InMeanings), string(engine.InSounds), urlField, labelFields[0], labelFields[1], labelFields[2], labelFields[3], labelFields[4]:
			analyzer = keyword.Name
		}
		m.DefaultMapping.AddFieldMappingsAt(f.Name, &mapping.FieldMapping{
			Type: "text", Analyzer: analyzer, Index: f.Indexed, Store: f.Stored, SkipFreqNorm: !f.Counted,
		})
	}
	data, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return data, nil
}
