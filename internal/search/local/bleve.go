package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"path/filepath"

	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/store"
)

// The fields beyond those that questions are asked in are for whoever opens an
// index with bleve alone: values as they are, which it can filter by, and what
// it can show of a hit.
const (
	titleField   = "title"
	urlField     = "url"
	summaryField = "summary"
)

var labelFields = [...]string{"kind", "product", "cause", "solution", "language"}

// labels are a document's values in the labelFields.
func labels(d *article.Document) (out [len(labelFields)][]string) {
	for _, s := range d.Sections {
		if s.Kind != "" {
			out[0] = append(out[0], s.Kind)
		}
	}
	for i, list := range [...][]article.Tag{d.Products, d.Causes, d.Solutions} {
		for _, t := range list {
			if t.Name != "" {
				out[1+i] = append(out[1+i], t.Name)
			}
		}
	}
	if d.Language != "" {
		out[4] = []string{d.Language}
	}
	return out
}

// searchFields are the fields of questions as the store has them.
func searchFields() []store.Field {
	out := make([]store.Field, fieldCount)
	for i, name := range fields {
		out[i] = store.Field{Name: string(name), Indexed: true, Counted: counting(i), Stored: name == titleField}
	}
	return out
}

// storeFields are all fields of an index on a disk.
func storeFields() []store.Field {
	out := searchFields()
	for _, name := range labelFields {
		out = append(out, store.Field{Name: name, Indexed: true})
	}
	return append(out, store.Field{Name: urlField, Stored: true}, store.Field{Name: summaryField, Stored: true})
}

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

// Root knows the file of an index whose bytes are not to be relied on: see
// store.RootFile. Dir is the folder of an index.
type Root struct{}

// Name is the file's, in the folder of an index, with slashes.
func (Root) Name() string { return path.Join(storeFolder, store.RootFile) }

// Digest is of what the file says: equal digests, the same index, as long as
// the other files are the same. One that says nothing that could be read, or
// names segments that are not there, has the digest "". An error says nothing
// about the file: the disk did not give it, or somebody else has it open for
// writing.
func (Root) Digest(dir string) (string, error) {
	root, err := store.ReadRoot(filepath.Join(dir, storeFolder))
	switch {
	case errors.Is(err, store.ErrRoot):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("search: %w", err)
	}
	return root.Digest(), nil
}

// Copy writes a file that says the same into a folder that has all other files
// already. It is another file in any case, also where the others are links: who
// opens one of the two indexes for writing must not lock the other, or write
// into it.
func (Root) Copy(from, to string) error {
	root, err := store.ReadRoot(filepath.Join(from, storeFolder))
	if err == nil {
		err = store.WriteRoot(filepath.Join(to, storeFolder), root)
	}
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}
