package search

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
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
	synonyms synonyms
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
	return &Builder{dir: dir, builder: b, texts: texts, synonyms: newSynonyms(list), internal: internal}, nil
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
	if err := b.builder.Index(indexed(d, b.synonyms)); err != nil {
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

// indexed is a document in bleve's shape.
func indexed(d *Document, syn synonyms) index.Document {
	doc := document.NewDocument(d.URL)
	analyzer := han.AnalyzerOf(d.Language)
	head := newTermField(fieldHead, analyzer)
	head.add(d.Title)
	for _, s := range d.Symptoms {
		head.add(s)
	}
	for _, tags := range d.tags() {
		for _, t := range tags {
			head.add(t.Name)
			for _, n := range t.Names {
				head.add(n)
			}
		}
	}
	for _, s := range d.Sections {
		head.add(s.Title)
	}
	all := newTermField(fieldAll, analyzer)
	all.pieces = true
	for _, t := range head.texts {
		all.add(t)
	}
	all.add(d.Summary)
	for _, s := range d.Sections {
		all.add(s.Text)
	}
	for _, s := range append([]string{d.Title}, d.Symptoms...) {
		head.mean(s)
	}
	for _, t := range head.texts {
		head.stand(t, syn)
	}
	for _, t := range all.texts {
		all.stand(t, syn)
	}
	sound := newTermField(fieldSound, analyzer)
	for _, t := range head.texts {
		sound.sound(t)
	}
	word := newTermField(fieldWord, han.Whole)
	for _, t := range all.texts {
		word.words(t)
	}
	doc.AddField(word)
	doc.AddField(head)
	doc.AddField(sound)
	doc.AddField(all)
	return doc
}

// termField is the set of terms of a text. It takes the place of bleve's
// analysis chain, which allocates a token for each occurrence: we need to know
// only which terms there are, and cut Han characters ourselves.
type termField struct {
	name     string
	analyzer han.Analyzer
	terms    index.TokenFrequencies
	size     int
	pieces   bool     // parts of words are terms, and what starts another term is none: see field.starting
	texts    []string // what was added
}

func newTermField(name string, analyzer han.Analyzer) *termField {
	return &termField{name: name, analyzer: analyzer, terms: index.TokenFrequencies{}}
}

func (f *termField) add(text string) {
	runes := []rune(han.Fold(text))
	f.size += len(text)
	f.texts = append(f.texts, text)
	var key []byte
	han.EachTerm(runes, func(start, end int) {
		if f.pieces && end-start == 1 && end < len(runes) && han.ClassOf(runes[start]) == han.CJK && han.ClassOf(runes[end]) == han.CJK {
			return // the pair that starts here finds it
		}
		key = key[:0]
		for _, r := range runes[start:end] {
			key = append(key, string(r)...)
		}
		if han.ClassOf(runes[start]) == han.Word {
			key = append(key[:0], f.analyzer.Word(string(key))...)
		}
		f.term(key)
	})
	if f.pieces {
		eachPiece(runes, func(start, end int) {
			key = append(key[:0], piecePrefix...)
			for _, r := range runes[start:end] {
				key = append(key, string(r)...)
			}
			f.term(key)
		})
	}
}

func (f *termField) term(key []byte) {
	if _, there := f.terms[string(key)]; !there {
		term := string(key)
		f.terms[term] = &index.TokenFreq{Term: []byte(term)}
	}
}

// mean adds the meanings of a text, by which its synonyms find it.
func (f *termField) mean(text string) {
	runes := []rune(han.Fold(text))
	han.General().Find(runes, func(m, start, end int) {
		f.term([]byte(weigh.Text(f.analyzer, weigh.MeaningKey(m), runes, start, end)))
	})
}

// stand adds the site's synonyms that a text has.
func (f *termField) stand(text string, syn synonyms) {
	if syn.found.Count() > 0 {
		syn.found.Find([]rune(han.Fold(text)), func(n, _, _ int) { f.term([]byte(synonymTerm(n))) })
	}
}

// words adds the words of letters that may be mistyped, as they are.
func (f *termField) words(text string) {
	runes := []rune(han.Fold(text))
	han.EachTerm(runes, func(start, end int) {
		if end-start >= shortestTypo && mayBeMistyped(runes[start:end]) {
			f.term([]byte(string(runes[start:end])))
		}
	})
}

// sound adds every two neighbouring syllables of a text, and those that no
// other follows: the rest start a pair.
func (f *termField) sound(text string) {
	var last []han.Syllable
	alone := func() {
		for _, a := range last {
			f.term([]byte(soundTerm(a)))
		}
	}
	for _, r := range han.Fold(text) {
		now := han.Sounds(r)
		if len(now) == 0 {
			alone()
		}
		for _, b := range now {
			for _, a := range last {
				f.term([]byte(soundTerm(a, b)))
			}
		}
		last = now
	}
	alone()
}

func (f *termField) Name() string             { return f.name }
func (f *termField) Value() []byte            { return nil }
func (f *termField) ArrayPositions() []uint64 { return nil }
func (f *termField) EncodedFieldType() byte   { return 't' }
func (f *termField) Options() index.FieldIndexingOptions {
	return index.IndexField | index.SkipFreqNorm
}

// Analyze has nothing left to do. Frequencies stay zero, and no norms are
// written: nothing here reads them, and they would be a third of the index.
func (f *termField) Analyze() {}

func (f *termField) AnalyzedLength() int                              { return len(f.terms) }
func (f *termField) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
func (f *termField) NumPlainTextBytes() uint64                        { return uint64(f.size) }
func (f *termField) Size() int                                        { return f.size }
