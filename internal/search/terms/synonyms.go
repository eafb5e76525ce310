package terms

import (
	"encoding/json"
	"fmt"
	"strconv"

	"whyfix/internal/han"
)

// Synonyms are words that a site's writers say mean the same: any of Asked in
// a question also finds any of Found in an article. Where both hold the same
// words it works in both directions.
type Synonyms struct {
	Asked []string
	Found []string
}

// Lexicon has the meanings that words share: those of the general lexicon, and
// a site's groups of synonyms, whose numbers follow. It never changes.
type Lexicon struct {
	asked, found *han.Lexicon
	groups       int
}

// NewLexicon makes the lexicon of a site with these synonyms.
func NewLexicon(list []Synonyms) *Lexicon {
	var asked, found []han.Group
	for n, s := range list {
		name := "#" + strconv.Itoa(n)
		asked, found = append(asked, han.Group{Name: name, Words: s.Asked}), append(found, han.Group{Name: name, Words: s.Found})
	}
	return &Lexicon{han.NewLexicon(asked), han.NewLexicon(found), len(list)}
}

// Groups is how many groups of synonyms the site has.
func (l *Lexicon) Groups() int { return l.groups }

// Meanings calls emit for the meanings of the general lexicon in folded text.
func (l *Lexicon) Meanings(runes []rune, emit func(Term)) {
	han.General().Find(runes, func(m, start, end int) { emit(Term{MeaningKey(m), start, end, Mean}) })
}

// Asked calls emit for the groups whose words a question has.
func (l *Lexicon) Asked(runes []rune, emit func(Term)) { synonyms(l.asked, runes, emit) }

// Found calls emit for the groups whose words a text has.
func (l *Lexicon) Found(runes []rune, emit func(Term)) { synonyms(l.found, runes, emit) }

func synonyms(of *han.Lexicon, runes []rune, emit func(Term)) {
	if of.Count() == 0 {
		return
	}
	of.Find(runes, func(n, start, end int) { emit(Term{MeaningKey(han.General().Count() + n), start, end, Mean}) })
}

// IsSynonym tells the terms of a site's own groups.
func (k Key) IsSynonym() bool {
	return k.Class() == Meaning && k.Number() >= han.General().Count()
}

// MeaningText is how a meaning is written in an index: the general ones by
// their names, the site's by their numbers.
func MeaningText(k Key) string {
	if n := k.Number() - han.General().Count(); n >= 0 {
		return "#" + strconv.Itoa(n)
	}
	return han.General().Name(k.Number())
}

// EncodeSynonyms writes a site's synonyms.
func EncodeSynonyms(list []Synonyms) ([]byte, error) {
	data, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("terms: %w", err)
	}
	return data, nil
}

// DecodeSynonyms reads what EncodeSynonyms wrote.
func DecodeSynonyms(data []byte) ([]Synonyms, error) {
	var list []Synonyms
	if len(data) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("terms: synonyms of an index: %w", err)
	}
	return list, nil
}
