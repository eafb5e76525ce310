package search

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"
)

// The fields of the index. Which field of the article a term stands in is
// decided on the texts of the candidates; the index only has to find them.
const (
	fieldHead  = "head"  // title, symptoms, tags, headings
	fieldAll   = "all"   // everything
	fieldSound = "sound" // how title, symptoms and tags sound
	fieldWord  = "word"  // words of letters as they are written, for mistyped ones
)

// Keys of the index's own storage.
const (
	schemaKey  = "whyfix-schema"
	mappingKey = "_mapping" // bleve's
)

// Builder makes an index in a folder that does not hold one yet. It is not
// safe for concurrent use.
type Builder struct {
	dir      string
	builder  *scorch.Builder
	texts    *textWriter
	analysis *analysis
	internal map[string][]byte
	added    int
}

// batchSize is how many documents make a segment before they are merged: more
// need more memory, fewer more merging.
const batchSize = 1000

// NewBuilder starts an index in a folder. Until Close returns nil the folder
// holds nothing that opens.
func NewBuilder(dir string, list []Synonyms) (*Builder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	internal, err := internals(list)
	if err != nil {
		return nil, err
	}
	b, err := scorch.NewBuilder(map[string]any{
		"path": filepath.Join(dir, "store"), "buildPathPrefix": dir, "batchSize": batchSize, "mergeMax": 64, "internal": internal,
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	texts, err := newTextWriter(dir)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return &Builder{dir: dir, builder: b, texts: texts, analysis: newAnalysis(newSynonyms(list)), internal: internal}, nil
}

// internals are what bleve and we keep beside the documents.
func internals(list []Synonyms) (map[string][]byte, error) {
	m, err := json.Marshal(mapping.NewIndexMapping())
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	s, err := encodeSynonyms(list)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{mappingKey: m, schemaKey: []byte(strconv.Itoa(Schema)), synonymsKey: s}, nil
}

// Add indexes one document. A URL must not be added twice.
func (b *Builder) Add(d *Document) error {
	if err := b.builder.Index(b.analysis.document(d)); err != nil {
		return fmt.Errorf("search: indexing %s: %w", d.URL, err)
	}
	if err := b.texts.add(d.encodeHead(), d.encodeBody()); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	b.added++
	return nil
}

// Close merges what was added and completes the index.
func (b *Builder) Close() error {
	err := b.texts.close()
	if b.added == 0 {
		err = errors.Join(err, b.empty()) // bleve's builder cannot close without a document
	} else {
		err = errors.Join(err, b.builder.Close())
	}
	if err != nil {
		return fmt.Errorf("search: completing the index: %w", err)
	}
	// What bleve.Open expects beside the store.
	meta := []byte(`{"storage":"scorch","index_type":"scorch"}`)
	if err := os.WriteFile(filepath.Join(b.dir, "index_meta.json"), meta, 0o644); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// Abandon gives the files back without completing the index. The folder is
// useless then.
func (b *Builder) Abandon() { b.texts.abandon() }

// empty makes an index without documents.
func (b *Builder) empty() error {
	left, err := filepath.Glob(filepath.Join(b.dir, "scorch-offline-build*"))
	if err != nil {
		return err
	}
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	queue := index.NewAnalysisQueue(1)
	defer queue.Close()
	s, err := scorch.NewScorch(scorch.Name, map[string]any{"path": filepath.Join(b.dir, "store")}, queue)
	if err != nil {
		return err
	}
	if err := s.Open(); err != nil {
		return err
	}
	batch := index.NewBatch()
	for k, v := range b.internal {
		batch.SetInternal([]byte(k), v)
	}
	return errors.Join(s.Batch(batch), s.Close())
}
