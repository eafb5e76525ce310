package search

import (
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
)

// indexed is a document in bleve's shape, for an index in memory, which bleve
// writes itself.
func (s *analysis) indexed(d *Document) index.Document {
	s.document(d)
	doc := document.NewDocument(d.URL)
	uncounted := &index.TokenFreq{} // the same for every term
	for i, name := range fieldNames {
		terms := make(index.TokenFrequencies, len(s.fields[i]))
		for _, t := range s.fields[i] {
			terms[s.texts[t]] = uncounted
		}
		doc.AddField(&termField{name: name, terms: terms, size: s.size})
	}
	return doc
}

// termField is the set of terms of a field of one document.
type termField struct {
	name  string
	terms index.TokenFrequencies
	size  int
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
