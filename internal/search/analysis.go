package search

import (
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

// The numbers of the fields, in the order of their names.
const (
	inAll = iota
	inHead
	inSound
	inWord
	fieldCount
)

var fieldNames = [fieldCount]string{inAll: fieldAll, inHead: fieldHead, inSound: fieldSound, inWord: fieldWord}

// analysis finds the terms of documents. It takes the place of bleve's
// analysis chain, which allocates a token for each occurrence: we need to know
// only which terms there are, and cut Chinese characters ourselves. Every text
// is folded once, and every term of the site is made once.
//
// It is not safe for concurrent use.
type analysis struct {
	synonyms synonyms
	texts    []string             // of the terms, by their numbers
	turns    [][fieldCount]uint32 // of the last document that had a term, by its number
	cut      shortTerms
	words    map[wordForm]uint32
	named    map[string]uint32 // meanings and synonyms

	// The document that was looked at last.
	turn   uint32
	fields [fieldCount][]uint32 // its terms, each once
	size   int                  // of its texts, in bytes
	runes  []rune
}

// wordForm is a word of letters before it is stemmed.
type wordForm struct {
	text     string
	analyzer han.Analyzer
}

// asWritten is no analyzer: the word stays as long as it is.
const asWritten = han.Analyzers

func newAnalysis(syn synonyms) *analysis {
	return &analysis{synonyms: syn, cut: newShortTerms(), words: map[wordForm]uint32{}, named: map[string]uint32{}}
}

// document finds the terms of a document, until the next one.
func (s *analysis) document(d *Document) {
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
func (s *analysis) put(field int, term uint32) {
	if turn := &s.turns[term][field]; *turn != s.turn {
		*turn = s.turn
		s.fields[field] = append(s.fields[field], term)
	}
}

// part is the term of one or two characters.
func (s *analysis) part(kind shortKind, runes []rune) uint32 {
	second := rune(0)
	if len(runes) > 1 {
		second = runes[1]
	}
	slot := s.cut.slot(kind, runes[0], second)
	if *slot == 0 {
		text := string(runes)
		if kind == piecesOfWords {
			text = piecePrefix + text
		}
		*slot = s.add(text) + 1
	}
	return *slot - 1
}

// syllables is the term of one or two of them. Numbers of syllables start at
// 1, so that one alone has its own key.
func (s *analysis) syllables(list ...han.Syllable) uint32 {
	second := rune(0)
	if len(list) > 1 {
		second = rune(list[1])
	}
	slot := s.cut.slot(syllables, rune(list[0]), second)
	if *slot == 0 {
		*slot = s.add(soundTerm(list...)) + 1
	}
	return *slot - 1
}

// word is the term of a folded word of letters.
func (s *analysis) word(text string, analyzer han.Analyzer) uint32 {
	key := wordForm{text, analyzer}
	n, known := s.words[key]
	if !known {
		term := text
		if analyzer != asWritten {
			term = analyzer.Word(text)
		}
		n = s.add(term)
		s.words[key] = n
	}
	return n
}

// name is a term that has its name already.
func (s *analysis) name(text string) uint32 {
	n, known := s.named[text]
	if !known {
		n = s.add(text)
		s.named[text] = n
	}
	return n
}

// add numbers a new term. Several numbers may have the same text: words that
// have a stem in common.
func (s *analysis) add(text string) uint32 {
	s.texts = append(s.texts, text)
	s.turns = append(s.turns, [fieldCount]uint32{})
	return uint32(len(s.texts) - 1)
}
