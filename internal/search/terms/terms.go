// Package terms cuts text into terms: the one analysis of index and question,
// so that whatever stands on a page can be found by typing it.
//
// In: text as people write it. Out: terms, each a text of the index and a Key
// within a process, and runs of characters without punctuation and spaces.
//
// Characters of Chinese, Japanese and Korean are terms one by one and in pairs
// of neighbours, signs that people look for (#, %, 😀) one by one. Words of letters and digits are terms as they stand, by their
// English stems, by their parts (iphone15: iphone, 15) and, like characters, in
// pairs of neighbours written as one (log in: login), so that a word that is
// written in two ways meets itself.
package terms

import (
	"strings"

	"whyfix/internal/han"
)

// Key identifies a term within a process.
type Key uint64

// Class is a kind of term.
type Class uint8

// The classes.
const (
	Single  Class = iota // one CJK character
	Pair                 // two neighbouring CJK characters
	Word                 // letters and digits, however they are joined
	Meaning              // a meaning of a lexicon
	Classes              // how many there are
)

func (c Class) String() string { return [...]string{"single", "pair", "word", "meaning"}[c] }

func (f Form) String() string {
	return [...]string{"char", "word", "ended", "stem", "part", "join", "unit", "meaning"}[f]
}

// IsWord reports whether the form is a word as it stands.
func (f Form) IsWord() bool { return f == Whole || f == Ended }

const classShift = 60

// SingleKey is the key of one character.
func SingleKey(r rune) Key { return Key(Single)<<classShift | Key(r) }

// PairKey is the key of two neighbouring characters.
func PairKey(a, b rune) Key { return Key(Pair)<<classShift | Key(a)<<21 | Key(b) }

// MeaningKey is the key of a meaning by its number.
func MeaningKey(m int) Key { return Key(Meaning)<<classShift | Key(m) }

// WordKey is the key of a word of letters and digits.
func WordKey(word string) Key {
	h := wordSeed
	for _, r := range word {
		h = hashed(h, r)
	}
	return Key(Word)<<classShift | Key(h&(1<<classShift-1))
}

// FNV-1a, a character at a time.
const wordSeed = uint64(14695981039346656037)

func hashed(h uint64, r rune) uint64 { return (h ^ uint64(r)) * 1099511628211 }

// KeyOf is the key of a term as a file has it: a character, two neighbours, or
// a word of letters and digits.
func KeyOf(text string) Key {
	switch r := []rune(text); {
	case han.ClassOf(r[0]) == han.Word:
		return WordKey(text)
	case len(r) == 1:
		return SingleKey(r[0])
	default:
		return PairKey(r[0], r[1])
	}
}

// Normal is a question in the one form that its spellings have in common: one
// width, one case, simplified characters, single spaces.
func Normal(text string) string { return strings.Join(strings.Fields(han.Fold(text)), " ") }

// Class is the class of the key's term.
func (k Key) Class() Class { return Class(k >> classShift) }

// Rune is the character of a Single.
func (k Key) Rune() rune { return rune(k & (1<<classShift - 1)) }

// Number is the number of a Meaning.
func (k Key) Number() int { return int(k & (1<<classShift - 1)) }

// Form says how a term came out of the text.
type Form uint8

// The forms.
const (
	Char  Form = iota // a character, or two neighbours
	Whole             // a word that is its own stem, or has none
	Ended             // a word as it stands, with an English ending
	Stem              // a word without its English ending
	Part              // a part of a word: letters, digits, a name inside a name
	Join              // two words, or a chain of them, written as one
	Unit              // a number and the character after it: 7天
	Mean              // a meaning
	Forms             // how many there are
)

// Term is one occurrence of a term in folded text.
type Term struct {
	Key        Key
	Start, End int // in the text; what separates its parts is not part of it
	Form       Form
}

// Text is the term as the index has it.
func (t Term) Text(runes []rune) string {
	part := runes[t.Start:t.End]
	if t.Form == Stem {
		return han.Stemming.Word(string(part))
	}
	dotted := t.Form == Join && isVersion(part) && t.Key == keyOf(part, true)
	var b strings.Builder
	for _, r := range part {
		if han.ClassOf(r) != han.Other || dotted && r == '.' {
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return string(part) // a sign
	}
	return b.String()
}

// keyOf is the key of a word, without what separates its parts.
func keyOf(part []rune, dots bool) Key {
	h := wordSeed
	for _, r := range part {
		if han.ClassOf(r) != han.Other || dots && r == '.' {
			h = hashed(h, r)
		}
	}
	return Key(Word)<<classShift | Key(h&(1<<classShift-1))
}

// Limits of words.
const (
	longestWord  = 64 // characters of a word that is a term; longer ones are found by their beginning
	longestJoin  = 40 // characters of words written as one
	longestChain = 6  // words of a chain
	mostParts    = 8  // parts of a word
)

// Cutter cuts texts. It remembers the stems of words, so one is used for many
// texts; it is not safe for concurrent use.
type Cutter struct {
	stems map[Key]Key // by the word's own
	// Of the last text: as it is asked, and what was put in.
	canon   []rune
	changes []Change
	values  []rune
}

// NewCutter makes a Cutter.
func NewCutter() *Cutter { return &Cutter{stems: map[Key]Key{}} }

// mostStems bounds what a Cutter remembers.
const mostStems = 1 << 17

// Each calls emit for every term of folded text, which may have Joints, in the
// order of their places. Stems are told only where they are not the word itself.
func (c *Cutter) Each(a han.Analyzer, runes []rune, emit func(Term)) {
	c.each(a, runes, nil, emit)
}

// Starts are the first characters of terms, by their low bits: it tells quickly
// that no term starts so, and may be wrong when it says that one does.
type Starts [1024 / 64]uint64

// Add adds a character.
func (s *Starts) Add(r rune) { s[r&1023/64] |= 1 << (r & 63) }

// Has reports whether a term may start with a character.
func (s *Starts) Has(r rune) bool { return s == nil || s[r&1023/64]&(1<<(r&63)) != 0 }

// each is Each for terms that start in one of so many ways; nil are all.
func (c *Cutter) each(a han.Analyzer, runes []rune, starts *Starts, emit func(Term)) {
	w := walk{cutter: c, analyzer: a, runes: runes, starts: starts, emit: emit}
	for i := 0; i < len(runes); {
		r := runes[i]
		switch han.ClassOf(r) {
		case han.CJK:
			w.character(i)
			i++
		case han.Word:
			i = w.word(i)
		default:
			if r == '\n' {
				w.last = unit{}
				w.words = 0
			} else if isSign(r) && starts.Has(r) {
				emit(Term{SingleKey(r), i, i + 1, Char})
			}
			i++
		}
	}
}

// stem is the key of the stem of a word of small letters, whose own is whole.
func (c *Cutter) stem(word []rune, whole Key) Key {
	stem, known := c.stems[whole]
	if !known {
		if len(c.stems) >= mostStems {
			clear(c.stems)
		}
		stem = WordKey(han.Stemming.Word(string(word)))
		c.stems[whole] = stem
	}
	return stem
}

// unit is a character or word that the next one may be joined to.
type unit struct {
	start, end int // the same: there is none
	class      han.Class
	digits     bool
}

// walk is on its way through a text.
type walk struct {
	cutter   *Cutter
	analyzer han.Analyzer
	runes    []rune
	starts   *Starts
	emit     func(Term)
	last     unit // in this line
	// The chain that the last word is part of: words with one joiner or, between
	// numbers, one space between them.
	chain, words int
	numbers      bool
}

func (w *walk) character(i int) {
	r := w.runes[i]
	if w.starts.Has(r) {
		w.emit(Term{SingleKey(r), i, i + 1, Char})
	}
	if l := w.last; l.end > l.start && w.starts.Has(w.runes[l.start]) {
		if l.class == han.CJK {
			w.emit(Term{PairKey(w.runes[l.start], r), l.start, i + 1, Char})
		} else if l.digits && l.end-l.start <= longestJoin {
			w.emit(Term{keyOf(w.runes[l.start:i+1], false), l.start, i + 1, Unit})
		}
	}
	w.last = unit{i, i + 1, han.CJK, false}
	w.words = 0
}

// word cuts the word that starts at i and returns its end.
func (w *walk) word(i int) int {
	runes := w.runes
	letters, digits, parts, plain := 0, 0, 1, true
	end := i
	for end < len(runes) {
		r := runes[end]
		if r == han.Joint && end > i && end+1 < len(runes) && han.ClassOf(runes[end+1]) == han.Word {
			end++
			continue
		}
		if han.ClassOf(r) != han.Word {
			break
		}
		digit := isDigit(r)
		if end > i && (runes[end-1] == han.Joint || digit != isDigit(runes[end-1])) {
			parts++
		}
		if digit {
			digits++
		} else {
			letters++
			plain = plain && r >= 'a' && r <= 'z'
		}
		end++
	}
	if w.starts.Has(runes[i]) {
		stop := stopOf(runes, i, end)
		key := keyOf(runes[i:stop], false)
		form := Whole
		if digits == 0 && plain && parts == 1 && w.stem(i, stop, key) {
			form = Ended
		}
		w.emit(Term{key, i, stop, form})
	}
	if parts > 1 && parts <= mostParts {
		w.parts(i, end, parts)
	}
	number := letters == 0
	l := w.last
	switch {
	case l.end == l.start || l.class != han.Word:
		w.words = 0
	case end-l.start <= longestJoin && w.starts.Has(runes[l.start]):
		w.emit(Term{keyOf(runes[l.start:end], false), l.start, end, Join})
	}
	w.chained(i, end, number)
	w.last = unit{i, end, han.Word, number}
	return end
}

// stopOf is where a word that starts at i is cut: Joints do not count.
func stopOf(runes []rune, i, end int) int {
	if end-i <= longestWord {
		return end
	}
	n := 0
	for k := i; k < end; k++ {
		if runes[k] == han.Joint {
			continue
		}
		if n++; n > longestWord {
			return k
		}
	}
	return end
}

// stem emits the stem of a word if it is another word, and reports whether.
func (w *walk) stem(start, end int, whole Key) bool {
	if w.analyzer != han.Stemming || end-start < 3 {
		return false
	}
	stem := w.cutter.stem(w.runes[start:end], whole)
	if stem == whole {
		return false
	}
	w.emit(Term{stem, start, end, Stem})
	return true
}

// parts emits what a word is made of, and neighbours among more than two.
func (w *walk) parts(start, end, parts int) {
	runes := w.runes
	from, before := start, -1
	for i := start + 1; i <= end; i++ {
		if i < end && runes[i] != han.Joint && (runes[i-1] == han.Joint || isDigit(runes[i]) == isDigit(runes[i-1])) {
			continue
		}
		key := keyOf(runes[from:i], false)
		w.emit(Term{key, from, i, Part})
		if !isDigit(runes[from]) {
			w.stem(from, i, key)
		}
		if before >= 0 && parts > 2 {
			w.emit(Term{keyOf(runes[before:i], false), before, i, Join})
		}
		before, from = from, i
		if i < end && runes[i] == han.Joint {
			from, i = i+1, i+1
		}
	}
}

// chained goes on with the chain that the word is part of, and emits it where
// it ends.
func (w *walk) chained(start, end int, number bool) {
	runes := w.runes
	if w.words > 0 && start == w.last.end+1 && (isJoiner(runes[start-1]) || runes[start-1] == ' ' && number && w.numbers) {
		w.words++
		w.numbers = w.numbers && number
	} else {
		w.chain, w.words, w.numbers = start, 1, number
	}
	if w.words < 2 || w.words > longestChain || end-w.chain > longestJoin || !w.starts.Has(runes[w.chain]) {
		return
	}
	if end+1 < len(runes) && han.ClassOf(runes[end+1]) == han.Word && (isJoiner(runes[end]) || runes[end] == ' ' && w.numbers && isDigit(runes[end+1])) {
		return // it goes on
	}
	part := runes[w.chain:end]
	if w.words > 2 {
		w.emit(Term{keyOf(part, false), w.chain, end, Join})
	}
	if isVersion(part) {
		w.emit(Term{keyOf(part, true), w.chain, end, Join})
	}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// isJoiner tells the signs that join words to a name.
func isJoiner(r rune) bool {
	switch r {
	case '-', '_', '.', '/', '\'', '’', '‐', '‑', '·':
		return true
	}
	return false
}

// isVersion tells digits with dots between them.
func isVersion(part []rune) bool {
	dots := false
	for _, r := range part {
		if r == '.' {
			dots = true
		} else if !isDigit(r) {
			return false
		}
	}
	return dots
}
