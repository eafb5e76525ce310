package article

import (
	"slices"
	"strings"

	"whyfix/internal/han"
	"whyfix/internal/search/terms"
)

// Facts are what ranking knows of an article without reading its text. They
// never change.
type Facts struct {
	URL      string
	Language string
	Analyzer han.Analyzer
	Passages []*Passage // the title, then symptoms, names of tags, headings
	Symptoms int        // how many symptoms
	Names    int        // how many names of tags
	Kinds    uint8      // bit k is set when it has a section of Kinds[k]
	Tags     []*SiteTag
	// Alone is how much of what the article says its title and symptoms are,
	// from 0 to 1: all of it, where there is no other text.
	Alone  float32
	Origin *Origin // nil: it is a page of the site
}

// Title is the article's title.
func (f *Facts) Title() string { return f.Passages[0].Text }

// Source is where a passage comes from.
type Source uint8

// The sources.
const (
	Title Source = iota
	Symptom
	TagName
	Heading
	Sources
)

func (s Source) String() string { return [...]string{"title", "symptom", "tag", "heading"}[s] }

// Source of the article's passage i.
func (f *Facts) Source(i int) Source {
	switch {
	case i == 0:
		return Title
	case i <= f.Symptoms:
		return Symptom
	case i <= f.Symptoms+f.Names:
		return TagName
	}
	return Heading
}

// Passage is a short text that articles can be found by.
type Passage struct {
	Text  string      // as written
	Run   terms.Run   // its characters
	Words []terms.Key // its words and meanings in all their forms, once each
	Own   int         // so many of them, the first, are words as they stand, and meanings
}

// SiteTag is a tag that articles have. A word may be a tag of two languages,
// with a page in each.
type SiteTag struct {
	Family    int
	Name, URL string
	Language  string
}

// Wordings make the facts of a site's articles. A tag or a heading that many
// articles have is kept once: on a large site that is most of the memory.
// They are not safe for concurrent use.
type Wordings struct {
	lexicon  *terms.Lexicon
	cutter   *terms.Cutter
	byText   map[sharedText]*Passage
	byTag    map[SiteTag]*SiteTag
	byName   map[string]string // languages and sources
	buffer   []rune
	run      terms.Run
	words    []terms.Key
	forms    []terms.Key
	passages []Passage
	// What is kept lies in blocks: hundreds of thousands of short texts, each
	// on its own, would be half as large again and slow to collect.
	texts strings.Builder
	runes []rune
	keys  []terms.Key
	apart bool // each article lies by itself, so that it can go by itself
}

type sharedText struct {
	text     string
	analyzer han.Analyzer
}

// NewWordings makes Wordings for a site with a lexicon.
func NewWordings(lexicon *terms.Lexicon) *Wordings {
	return &Wordings{
		lexicon: lexicon, cutter: terms.NewCutter(), byText: map[sharedText]*Passage{},
		byTag: map[SiteTag]*SiteTag{}, byName: map[string]string{},
	}
}

// NewApart makes Wordings whose Facts share nothing: for who keeps some of many
// articles for a while.
func NewApart(lexicon *terms.Lexicon) *Wordings {
	w := NewWordings(lexicon)
	w.apart = true
	return w
}

// Sizes of the blocks.
const (
	textBlock    = 1 << 16
	runeBlock    = 1 << 14
	keyBlock     = 1 << 13
	passageBlock = 1 << 10
)

// block is the size of a block, in so many parts.
func (w *Wordings) block(size int) int {
	if w.apart {
		return size / 64
	}
	return size
}

// keepText copies a text, so that what it is a part of can go.
func (w *Wordings) keepText(s string) string {
	if w.apart {
		return strings.Clone(s)
	}
	if w.texts.Cap()-w.texts.Len() < len(s) {
		w.texts = strings.Builder{}
		w.texts.Grow(max(textBlock, len(s)))
	}
	start := w.texts.Len()
	w.texts.WriteString(s)
	return w.texts.String()[start:]
}

// keep copies a list into a block.
func keep[T any](block *[]T, list []T, size int) []T {
	if cap(*block)-len(*block) < len(list) {
		*block = make([]T, 0, max(size, len(list)))
	}
	start := len(*block)
	*block = append(*block, list...)
	return (*block)[start:len(*block):len(*block)]
}

// Facts are those of a document.
func (w *Wordings) Facts(d *Document) *Facts {
	if w.apart {
		w.runes, w.keys, w.passages = nil, nil, nil
		clear(w.byText)
		clear(w.byTag)
		clear(w.byName)
	}
	f := &Facts{URL: w.keepText(d.URL), Language: w.name(d.Language), Analyzer: han.AnalyzerOf(d.Language)}
	size := 1 + len(d.Symptoms) + len(d.Sections)
	tags := 0
	for _, list := range d.Tags() {
		for _, t := range list {
			size += 1 + len(t.Names)
			tags++
		}
	}
	f.Passages = append(make([]*Passage, 0, size), w.add(d.Title, f.Analyzer)) // whatever it says
	for _, s := range d.Symptoms {
		if s != "" {
			f.Passages = append(f.Passages, w.add(s, f.Analyzer))
		}
	}
	f.Symptoms = len(f.Passages) - 1
	says := 0
	for _, p := range f.Passages {
		says += len(p.Text)
	}
	f.Alone = min(float32(says)/float32(max(d.Length(), 1)), 1)
	f.Tags = make([]*SiteTag, 0, tags)
	for family, list := range d.Tags() {
		for _, t := range list {
			if t.Name == "" {
				continue
			}
			name := w.shared(t.Name, f.Analyzer)
			f.Tags = append(f.Tags, w.tag(SiteTag{family, name.Text, t.URL, f.Language}))
			f.Passages = append(f.Passages, name)
			for _, n := range t.Names {
				if n != "" {
					f.Passages = append(f.Passages, w.shared(n, f.Analyzer))
				}
			}
		}
	}
	f.Names = len(f.Passages) - 1 - f.Symptoms
	for _, s := range d.Sections {
		if s.Title != "" {
			f.Passages = append(f.Passages, w.shared(s.Title, f.Analyzer))
		}
		if k := slices.Index(Kinds[:], s.Kind); k >= 0 {
			f.Kinds |= 1 << k
		}
	}
	f.Passages = slices.Clip(f.Passages)
	if o := d.Origin; o != nil {
		f.Origin = &Origin{Source: w.name(o.Source), URL: w.keepText(o.URL), Date: o.Date, Expires: o.Expires}
	}
	return f
}

// add makes a passage that one article has.
func (w *Wordings) add(text string, analyzer han.Analyzer) *Passage {
	w.buffer = han.AppendMarked(w.buffer[:0], text)
	w.run = terms.AppendRun(w.run[:0], w.buffer)
	w.words, w.forms = w.words[:0], w.forms[:0]
	word := func(t terms.Term) {
		switch {
		case t.Form == terms.Char: // its run has them
		case t.Form.IsWord() || t.Form == terms.Mean:
			w.words = append(w.words, t.Key)
		default:
			w.forms = append(w.forms, t.Key)
		}
	}
	w.cutter.All(analyzer, w.buffer, func(runes []rune, t terms.Term) {
		if &runes[0] == &w.buffer[0] {
			word(t)
		} else {
			w.forms = append(w.forms, t.Key) // as questions are asked
		}
	})
	w.lexicon.Meanings(w.buffer, word)
	w.lexicon.Found(w.buffer, word)
	slices.Sort(w.words)
	w.words = slices.Compact(w.words)
	own := len(w.words)
	slices.Sort(w.forms)
	for i, k := range w.forms {
		if _, known := slices.BinarySearch(w.words[:own], k); !known && (i == 0 || k != w.forms[i-1]) {
			w.words = append(w.words, k)
		}
	}
	if len(w.passages) == cap(w.passages) {
		w.passages = make([]Passage, 0, w.block(passageBlock))
	}
	w.passages = append(w.passages, Passage{
		w.keepText(text), keep(&w.runes, w.run, w.block(runeBlock)), keep(&w.keys, w.words, w.block(keyBlock)), own,
	})
	return &w.passages[len(w.passages)-1]
}

// shared is the passage for a text that many articles may have.
func (w *Wordings) shared(text string, analyzer han.Analyzer) *Passage {
	p, known := w.byText[sharedText{text, analyzer}]
	if !known {
		p = w.add(text, analyzer)
		w.byText[sharedText{p.Text, analyzer}] = p
	}
	return p
}

func (w *Wordings) tag(t SiteTag) *SiteTag {
	known, ok := w.byTag[t]
	if !ok {
		t.URL = w.keepText(t.URL)
		known = &t
		w.byTag[t] = known
	}
	return known
}

// name is a text of which there are few: the tag of a language, a source.
func (w *Wordings) name(text string) string {
	known, ok := w.byName[text]
	if !ok {
		known = strings.Clone(text)
		w.byName[known] = known
	}
	return known
}
