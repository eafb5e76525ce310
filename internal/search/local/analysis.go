package local

import (
	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// The numbers of the fields: those that count first.
const (
	body = iota
	title
	symptoms
	tags
	headings
	meanings
	sounds
	words
	fieldCount
)

// fields are the fields by their numbers.
var fields [fieldCount]engine.Field = engine.Fields

// counting reports whether a field has frequencies and lengths.
func counting(field int) bool { return field <= headings }

// analysis finds the terms of documents. Every term of the site gets a number
// once, by its key, and is written out only then.
//
// It is not safe for concurrent use.
type analysis struct {
	reader *engine.Reader
	texts  []string    // of the terms, by their numbers
	keys   terms.Table // the numbers of terms and meanings
	sounds map[[2]han.Syllable]uint32
	turns  [fieldCount][]turn // of the last document that had a term, by its number
	turn   uint32
	// Of the last document.
	found   [fieldCount][]uint32 // terms, each once
	lengths [fieldCount]uint32
}

// turn is when a term was last seen in a field, and how often by then.
type turn struct{ turn, count uint32 }

func newAnalysis(lexicon *terms.Lexicon) *analysis {
	return &analysis{reader: engine.NewReader(lexicon), sounds: map[[2]han.Syllable]uint32{}}
}

// document finds the terms of a document.
func (s *analysis) document(d *article.Document) {
	s.turn++
	for i := range s.found {
		s.found[i], s.lengths[i] = s.found[i][:0], 0
	}
	s.reader.Read(d, s)
}

// Term counts a term of the document in its fields.
func (s *analysis) Term(within engine.FieldSet, runes []rune, t terms.Term) {
	s.putAll(within, s.number(runes, t))
}

// Meaning counts a meaning.
func (s *analysis) Meaning(within engine.FieldSet, k terms.Key) { s.putAll(within, s.meaning(k)) }

// Sounds count syllables.
func (s *analysis) Sounds(within engine.FieldSet, a, b han.Syllable) {
	s.putAll(within, s.syllables(a, b))
}

func (s *analysis) putAll(within engine.FieldSet, term uint32) {
	for ; within != 0; within &= within - 1 {
		s.put(within.First(), term)
	}
}

// put counts a term in a field of the document.
func (s *analysis) put(field int, term uint32) {
	if missing := int(term) + 1 - len(s.turns[field]); missing > 0 {
		s.turns[field] = append(s.turns[field], make([]turn, missing+len(s.turns[field])/2)...)
	}
	s.lengths[field]++
	t := &s.turns[field][term]
	if t.turn != s.turn {
		*t = turn{s.turn, 0}
		s.found[field] = append(s.found[field], term)
	}
	t.count++
}

// count is how often the document has a term in a field.
func (s *analysis) count(field int, term uint32) uint32 { return s.turns[field][term].count }

// number is the number of a term.
func (s *analysis) number(runes []rune, t terms.Term) uint32 {
	n, known := s.keys.Find(t.Key)
	if !known {
		n = int(s.add(t.Text(runes)))
		s.keys.Add(t.Key, n)
	}
	return uint32(n)
}

func (s *analysis) meaning(k terms.Key) uint32 {
	n, known := s.keys.Find(k)
	if !known {
		n = int(s.add(terms.MeaningText(k)))
		s.keys.Add(k, n)
	}
	return uint32(n)
}

// syllables is the term of one or two of them.
func (s *analysis) syllables(a, b han.Syllable) uint32 {
	n, known := s.sounds[[2]han.Syllable{a, b}]
	if !known {
		n = s.add(engine.SoundTerm(a, b))
		s.sounds[[2]han.Syllable{a, b}] = n
	}
	return n
}

func (s *analysis) add(text string) uint32 {
	s.texts = append(s.texts, text)
	return uint32(len(s.texts) - 1)
}
