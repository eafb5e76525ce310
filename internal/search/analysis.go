package search

import (
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// analysis finds the terms of documents. It takes the place of bleve's
// analysis chain, which allocates a token for each occurrence: we need to know
// only which terms there are, and cut Chinese characters ourselves. Every text
// is folded once, and every term of the site is made once.
//
// It is not safe for concurrent use.
type analysis struct {
	synonyms synonyms
	cut      map[cutKey]*vocable // terms of one or two characters or syllables
	words    map[wordForm]*vocable
	named    map[string]*vocable // meanings and synonyms

	turn   uint32 // of the document
	fields [fieldCount][]*vocable
	runes  []rune
	size   int
}

// vocable is a term of the site.
type vocable struct {
	text string
	freq *index.TokenFreq // bleve's form of it; nothing is counted
	turn [fieldCount]uint32
}

// cutKey is what a short term is made of.
type cutKey struct {
	a, b rune // b is 0 where there is one
	kind cutKind
}

type cutKind uint8

const (
	characters cutKind = iota
	piecesOfWords
	syllables
)

// wordForm is a word of letters before it is stemmed.
type wordForm struct {
	text     string
	analyzer han.Analyzer
}

// asWritten is no analyzer: the word stays as long as it is.
const asWritten = han.Analyzers

// The numbers of the fields.
const (
	inHead = iota
	inAll
	inSound
	inWord
	fieldCount
)

func newAnalysis(syn synonyms) *analysis {
	return &analysis{synonyms: syn, cut: map[cutKey]*vocable{}, words: map[wordForm]*vocable{}, named: map[string]*vocable{}}
}

// document is a document in bleve's shape.
func (s *analysis) document(d *Document) index.Document {
	s.turn++
	s.size = 0
	for i := range s.fields {
		s.fields[i] = s.fields[i][:0]
	}
	analyzer := han.AnalyzerOf(d.Language)
	s.short(d.Title, analyzer, true)
	for _, t := range d.Symptoms {
		s.short(t, analyzer, true)
	}
	for _, tags := range d.tags() {
		for _, t := range tags {
			s.short(t.Name, analyzer, false)
			for _, n := range t.Names {
				s.short(n, analyzer, false)
			}
		}
	}
	for _, section := range d.Sections {
		s.short(section.Title, analyzer, false)
	}
	s.fold(d.Summary)
	s.everything(analyzer)
	for _, section := range d.Sections {
		s.fold(section.Text)
		s.everything(analyzer)
	}
	doc := document.NewDocument(d.URL)
	for i, name := range [fieldCount]string{inHead: fieldHead, inAll: fieldAll, inSound: fieldSound, inWord: fieldWord} {
		terms := make(index.TokenFrequencies, len(s.fields[i]))
		for _, v := range s.fields[i] {
			terms[v.text] = v.freq
		}
		doc.AddField(&termField{name: name, terms: terms, size: s.size})
	}
	return doc
}

// fold makes a text the one that is looked at.
func (s *analysis) fold(text string) {
	s.size += len(text)
	s.runes = han.AppendFolded(s.runes[:0], text)
}

// short finds the terms of a title, symptom, tag or heading. The first two
// have meanings, by which their synonyms find them.
func (s *analysis) short(text string, analyzer han.Analyzer, meanings bool) {
	s.fold(text)
	han.EachTerm(s.runes, func(start, end int) { s.term(inHead, analyzer, start, end) })
	if meanings {
		han.General().Find(s.runes, func(m, start, end int) {
			s.put(inHead, s.name(weigh.Text(analyzer, weigh.MeaningKey(m), s.runes, start, end)))
		})
	}
	s.stand(inHead)
	s.sound()
	s.everything(analyzer)
}

// everything finds the terms of a text anywhere in the article: parts of words
// are terms, and what starts another term is none; see field.starting.
func (s *analysis) everything(analyzer han.Analyzer) {
	runes := s.runes
	han.EachTerm(runes, func(start, end int) {
		if end-start == 1 && end < len(runes) && han.ClassOf(runes[start]) == han.CJK && han.ClassOf(runes[end]) == han.CJK {
			return // the pair that starts here finds it
		}
		s.term(inAll, analyzer, start, end)
		// Words of letters that may be mistyped, as they are.
		if end-start >= shortestTypo && mayBeMistyped(runes[start:end]) {
			s.put(inWord, s.word(string(runes[start:end]), asWritten))
		}
	})
	eachPiece(runes, func(start, end int) { s.put(inAll, s.part(piecesOfWords, runes[start:end])) })
	s.stand(inAll)
}

// term puts a term of the text into a field.
func (s *analysis) term(field int, analyzer han.Analyzer, start, end int) {
	if part := s.runes[start:end]; han.ClassOf(part[0]) == han.CJK {
		s.put(field, s.part(characters, part))
	} else {
		s.put(field, s.word(string(part), analyzer))
	}
}

// stand adds the site's synonyms that the text has.
func (s *analysis) stand(field int) {
	if s.synonyms.found.Count() > 0 {
		s.synonyms.found.Find(s.runes, func(n, _, _ int) { s.put(field, s.name(synonymTerm(n))) })
	}
}

// sound adds every two neighbouring syllables of the text, and those that no
// other follows: the rest start a pair.
func (s *analysis) sound() {
	var last []han.Syllable
	alone := func() {
		for _, a := range last {
			s.put(inSound, s.syllables(a))
		}
	}
	for _, r := range s.runes {
		now := han.Sounds(r)
		if len(now) == 0 {
			alone()
		}
		for _, b := range now {
			for _, a := range last {
				s.put(inSound, s.syllables(a, b))
			}
		}
		last = now
	}
	alone()
}

// put adds a term to a field of the document, once.
func (s *analysis) put(field int, v *vocable) {
	if v.turn[field] != s.turn {
		v.turn[field] = s.turn
		s.fields[field] = append(s.fields[field], v)
	}
}

// part is the term of one or two characters.
func (s *analysis) part(kind cutKind, runes []rune) *vocable {
	key := cutKey{a: runes[0], kind: kind}
	if len(runes) > 1 {
		key.b = runes[1]
	}
	v := s.cut[key]
	if v == nil {
		text := string(runes)
		if kind == piecesOfWords {
			text = piecePrefix + text
		}
		v = newVocable(text)
		s.cut[key] = v
	}
	return v
}

// syllables is the term of one or two of them. Numbers of syllables start at
// 1, so that one alone has its own key.
func (s *analysis) syllables(list ...han.Syllable) *vocable {
	key := cutKey{a: rune(list[0]), kind: syllables}
	if len(list) > 1 {
		key.b = rune(list[1])
	}
	v := s.cut[key]
	if v == nil {
		v = newVocable(soundTerm(list...))
		s.cut[key] = v
	}
	return v
}

// word is the term of a folded word of letters.
func (s *analysis) word(text string, analyzer han.Analyzer) *vocable {
	key := wordForm{text, analyzer}
	v := s.words[key]
	if v == nil {
		term := text
		if analyzer != asWritten {
			term = analyzer.Word(text)
		}
		v = newVocable(term)
		s.words[key] = v
	}
	return v
}

// name is a term that has its name already.
func (s *analysis) name(text string) *vocable {
	v := s.named[text]
	if v == nil {
		v = newVocable(text)
		s.named[text] = v
	}
	return v
}

func newVocable(text string) *vocable {
	return &vocable{text: text, freq: &index.TokenFreq{Term: []byte(text)}}
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
