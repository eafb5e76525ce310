package engine

import (
	"math/bits"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/terms"
)

// Fields are all fields, the Counting ones first.
var Fields = [...]Field{InBody, InTitle, InSymptoms, InTags, InHeadings, InMeanings, InSounds, InWords}

// FieldSet is a set of Fields, by their numbers.
type FieldSet uint8

const (
	body FieldSet = 1 << iota
	title
	symptoms
	tags
	headings
	meanings
	sounds
	words
)

// First is the number of the first of the fields; s & (s-1) are the others.
func (s FieldSet) First() int { return bits.TrailingZeros8(uint8(s)) }

// Reader finds the terms of documents: which text counts in which field, for
// all engines that have fields of terms. It is not safe for concurrent use.
type Reader struct {
	lexicon *terms.Lexicon
	cutter  *terms.Cutter
	runes   []rune
	to      Terms
}

// Terms takes what a Reader finds. What a term is made of is valid until the
// method returns.
type Terms interface {
	Term(within FieldSet, runes []rune, t terms.Term)
	Meaning(within FieldSet, k terms.Key)
	// Sounds are two neighbouring syllables, or one, before 0, that no other
	// follows: the rest start a pair.
	Sounds(within FieldSet, a, b han.Syllable)
}

// NewReader makes a Reader for a site with a lexicon.
func NewReader(lexicon *terms.Lexicon) *Reader {
	return &Reader{lexicon: lexicon, cutter: terms.NewCutter()}
}

// Read finds the terms of a document.
func (r *Reader) Read(d *article.Document, to Terms) {
	r.to = to
	analyzer := han.AnalyzerOf(d.Language)
	r.short(title, analyzer, d.Title)
	for _, text := range d.Symptoms {
		r.short(symptoms, analyzer, text)
	}
	for _, list := range d.Tags() {
		for _, t := range list {
			r.short(tags, analyzer, t.Name)
			for _, n := range t.Names {
				r.short(tags, analyzer, n)
			}
		}
	}
	for _, section := range d.Sections {
		r.short(headings, analyzer, section.Title)
	}
	r.long(analyzer, d.Summary)
	for _, section := range d.Sections {
		r.long(analyzer, section.Text)
	}
}

// short finds the terms of a short text, in its field and in the body, which
// has everything.
func (r *Reader) short(field FieldSet, analyzer han.Analyzer, text string) {
	if text == "" {
		return
	}
	r.runes = han.AppendMarked(r.runes[:0], text)
	r.each(field|body, analyzer)
	mean := func(t terms.Term) { r.to.Meaning(meanings, t.Key) }
	r.lexicon.Meanings(r.runes, mean)
	r.lexicon.Found(r.runes, mean)
	r.sound()
}

// long finds the terms of text.
func (r *Reader) long(analyzer han.Analyzer, text string) {
	if text == "" {
		return
	}
	r.runes = han.AppendMarked(r.runes[:0], text)
	r.each(body, analyzer)
	r.lexicon.Found(r.runes, func(t terms.Term) { r.to.Meaning(meanings, t.Key) })
}

// each gives every term of the text that was read.
func (r *Reader) each(within FieldSet, analyzer han.Analyzer) {
	r.cutter.All(analyzer, r.runes, func(runes []rune, t terms.Term) {
		if t.Form.IsWord() && t.End-t.Start > 1 {
			r.to.Term(within|words, runes, t)
		} else {
			r.to.Term(within, runes, t)
		}
	})
}

// sound gives the syllables of the text that was read.
func (r *Reader) sound() {
	var last []han.Syllable
	alone := func() {
		for _, a := range last {
			r.to.Sounds(sounds, a, 0)
		}
	}
	for _, c := range r.runes {
		now := han.Sounds(c)
		if len(now) == 0 {
			alone()
		}
		for _, b := range now {
			for _, a := range last {
				r.to.Sounds(sounds, a, b)
			}
		}
		last = now
	}
	alone()
}

// SoundTerm is the term of a syllable, or of two neighbours; the second may be
// 0.
func SoundTerm(a, b han.Syllable) string {
	if b == 0 {
		return a.String()
	}
	return a.String() + " " + b.String()
}
