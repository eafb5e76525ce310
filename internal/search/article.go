package search

import (
	"math"
	"slices"
	"strings"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// article is what ranking knows of an article without reading its text.
type article struct {
	url      string
	texts    []uint32 // passages of the wordings: the title, then symptoms, names of tags, headings
	symptoms int32    // how many symptoms
	named    int32    // how many names of tags
	kinds    uint8    // bit k is set when it has a section of kindNames[k]
	language uint8    // of the wordings
	analyzer han.Analyzer
	tags     []uint32 // of the wordings
	body     body
}

// source is where a passage comes from.
type source uint8

const (
	ofTitle source = iota
	ofSymptom
	ofTag
	ofHeading
)

func (s source) String() string { return [...]string{"title", "symptom", "tag", "heading"}[s] }

// source of the article's text i.
func (a *article) source(i int) source {
	switch n := int32(i); {
	case n == 0:
		return ofTitle
	case n <= a.symptoms:
		return ofSymptom
	case n <= a.symptoms+a.named:
		return ofTag
	}
	return ofHeading
}

var kindNames = [...]string{"cause", "check", "solution", "case"}

// passage is a short text that articles can be found by.
type passage struct {
	text   string // as written
	folded []rune
	words  []weigh.Key // its words and meanings, once each; its characters are in folded
}

// The families of tags, as numbers.
const (
	productTag = iota
	causeTag
	solutionTag
	caseTag
	families
)

// siteTag is a tag that articles have.
type siteTag struct {
	tagName
	language uint8
	text     uint32 // the passage that is its name
}

// tagName tells tags apart: a word may be a tag of two languages, with a page
// in each.
type tagName struct {
	family    int
	name, url string
}

// wordings hold what the articles' short texts and tags are made of. A tag or
// a heading that many articles have is kept once: on a large site that is most
// of the memory. They grow only; what is there does not change.
type wordings struct {
	passages []passage
	tags     []siteTag
	// Languages in the order in which they came. Those beyond 255 are one.
	languages []string
	synonyms  synonyms
	byText    map[sharedText]uint32
	byTag     map[tagName]uint32
	buffer    []rune
	// What is kept lies in blocks: hundreds of thousands of short texts, each
	// on its own, would be half as large again and slow to collect.
	texts strings.Builder
	runes []rune
}

// Sizes of the blocks.
const (
	textBlock = 1 << 16
	runeBlock = 1 << 14
)

// keepText copies a text, so that what it is a part of can go.
func (w *wordings) keepText(s string) string {
	if w.texts.Cap()-w.texts.Len() < len(s) {
		w.texts = strings.Builder{}
		w.texts.Grow(max(textBlock, len(s)))
	}
	start := w.texts.Len()
	w.texts.WriteString(s)
	return w.texts.String()[start:]
}

// keepRunes copies folded text.
func (w *wordings) keepRunes(r []rune) []rune {
	if cap(w.runes)-len(w.runes) < len(r) {
		w.runes = make([]rune, 0, max(runeBlock, len(r)))
	}
	start := len(w.runes)
	w.runes = append(w.runes, r...)
	return w.runes[start:len(w.runes):len(w.runes)]
}

type sharedText struct {
	text     string
	analyzer han.Analyzer
}

func newWordings(syn synonyms) *wordings {
	return &wordings{synonyms: syn, byText: map[sharedText]uint32{}, byTag: map[tagName]uint32{}}
}

// article makes an article of a document's head.
func (w *wordings) article(d *Document) *article {
	a := &article{url: w.keepText(d.URL), language: w.language(d.Language), analyzer: han.AnalyzerOf(d.Language)}
	size := 1 + len(d.Symptoms) + len(d.Sections)
	for _, tags := range d.tags() {
		for _, t := range tags {
			size += 1 + len(t.Names)
		}
	}
	a.texts = append(make([]uint32, 0, size), w.add(d.Title, a.analyzer)) // whatever it says
	for _, s := range d.Symptoms {
		if s != "" {
			a.texts = append(a.texts, w.add(s, a.analyzer))
		}
	}
	a.symptoms = int32(len(a.texts) - 1)
	for family, tags := range d.tags() {
		for _, t := range tags {
			if t.Name == "" {
				continue
			}
			name := w.shared(t.Name, a.analyzer)
			a.tags = append(a.tags, w.tag(siteTag{tagName{family, w.passages[name].text, t.URL}, a.language, name}))
			a.texts = append(a.texts, name)
			for _, n := range t.Names {
				if n != "" {
					a.texts = append(a.texts, w.shared(n, a.analyzer))
				}
			}
		}
	}
	a.named = int32(len(a.texts)-1) - a.symptoms
	for _, s := range d.Sections {
		if s.Title != "" {
			a.texts = append(a.texts, w.shared(s.Title, a.analyzer))
		}
		if k := slices.Index(kindNames[:], s.Kind); k >= 0 {
			a.kinds |= 1 << k
		}
	}
	a.texts = slices.Clip(a.texts)
	return a
}

// add makes a passage that one article has.
func (w *wordings) add(text string, analyzer han.Analyzer) uint32 {
	text = w.keepText(text)
	w.buffer = han.AppendFolded(w.buffer[:0], text)
	folded := w.keepRunes(w.buffer)
	var words []weigh.Key
	weigh.Features(analyzer, folded, func(k weigh.Key, _, _ int) {
		if k.Class() != weigh.Single && k.Class() != weigh.Pair {
			words = append(words, k)
		}
	})
	w.synonyms.found.Find(folded, func(n, _, _ int) { words = append(words, synonymKey(n)) })
	slices.Sort(words)
	w.passages = append(w.passages, passage{text, folded, slices.Clip(slices.Compact(words))})
	return uint32(len(w.passages) - 1)
}

// shared is the passage for a text that many articles may have.
func (w *wordings) shared(text string, analyzer han.Analyzer) uint32 {
	n, known := w.byText[sharedText{text, analyzer}]
	if !known {
		n = w.add(text, analyzer)
		w.byText[sharedText{w.passages[n].text, analyzer}] = n
	}
	return n
}

func (w *wordings) tag(t siteTag) uint32 {
	n, known := w.byTag[t.tagName]
	if !known {
		n = uint32(len(w.tags))
		t.url = w.keepText(t.url)
		w.tags = append(w.tags, t)
		w.byTag[t.tagName] = n
	}
	return n
}

// language is the number of a language.
func (w *wordings) language(tag string) uint8 {
	n := slices.Index(w.languages, tag)
	if n < 0 && len(w.languages) < math.MaxUint8 {
		n = len(w.languages)
		w.languages = append(w.languages, strings.Clone(tag))
	}
	return uint8(n)
}

// done drops what is needed only to add.
func (w *wordings) done() { w.byText, w.byTag = nil, nil }
