// Package naive is the smallest engine: what engines are compared with.
//
// In: Documents. Out: an engine.Engine that has them by their addresses and
// nothing else. It has no index, no numbers and no facts: for every answer it
// reads all of them, so it is as slow as it is plain.
package naive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// Engine has documents.
type Engine struct {
	docs    map[string]*article.Document
	lexicon *terms.Lexicon
	site    engine.Site
}

var _ engine.Engine = (*Engine)(nil)

// New makes an Engine of documents, no two with the same URL.
func New(docs []*article.Document, synonyms []terms.Synonyms) *Engine {
	e := &Engine{docs: map[string]*article.Document{}, lexicon: terms.NewLexicon(synonyms)}
	for _, d := range docs {
		e.docs[d.URL] = d
	}
	e.site = engine.Site{Articles: len(e.docs), Synonyms: synonyms, Counts: article.NewCounts()}
	languages, analyzers := map[string]bool{}, map[han.Analyzer]int{}
	for _, f := range e.facts() {
		e.site.Counts.Add(f)
		languages[f.Language] = true
		analyzers[f.Analyzer]++
	}
	e.site.Languages = slices.Sorted(maps.Keys(languages))
	e.site.Analyzers = slices.SortedFunc(maps.Keys(analyzers), func(a, b han.Analyzer) int {
		return cmp.Or(analyzers[b]-analyzers[a], cmp.Compare(a, b))
	})
	return e
}

// Site is what is known of all documents.
func (e *Engine) Site() *engine.Site { return &e.site }

// Close gives nothing back.
func (e *Engine) Close() error { return nil }

// all are the documents by their URLs.
func (e *Engine) all() []*article.Document {
	out := make([]*article.Document, 0, len(e.docs))
	for _, url := range slices.Sorted(maps.Keys(e.docs)) {
		out = append(out, e.docs[url])
	}
	return out
}

// facts are those of all documents, by their URLs.
func (e *Engine) facts() []*article.Facts {
	wordings := article.NewWordings(e.lexicon)
	var out []*article.Facts
	for _, d := range e.all() {
		out = append(out, wordings.Facts(d))
	}
	return out
}

// cut is a document cut into terms.
type cut struct {
	terms   [len(engine.Fields)]map[string]int // how often it has them, by field
	lengths [len(engine.Fields)]int
}

func (c *cut) add(within engine.FieldSet, term string) {
	for ; within != 0; within &= within - 1 {
		f := within.First()
		c.terms[f][term]++
		c.lengths[f]++
	}
}

// Term takes a term.
func (c *cut) Term(within engine.FieldSet, runes []rune, t terms.Term) { c.add(within, t.Text(runes)) }

// Meaning takes a meaning.
func (c *cut) Meaning(within engine.FieldSet, k terms.Key) { c.add(within, terms.MeaningText(k)) }

// Sounds takes syllables.
func (c *cut) Sounds(within engine.FieldSet, a, b han.Syllable) {
	c.add(within, engine.SoundTerm(a, b))
}

// has reports whether the document has one of some terms in a field.
func (c *cut) has(field engine.Field, alternatives []string) bool {
	return slices.ContainsFunc(alternatives, func(t string) bool { return c.count(field, t) > 0 })
}

func (c *cut) count(field engine.Field, term string) int {
	return c.terms[slices.Index(engine.Fields[:], field)][term]
}

// cutter cuts documents.
func (e *Engine) cutter() func(d *article.Document) *cut {
	reader := engine.NewReader(e.lexicon)
	return func(d *article.Document) *cut {
		c := &cut{}
		for f := range c.terms {
			c.terms[f] = map[string]int{}
		}
		reader.Read(d, c)
		return c
	}
}

// Counts tells how many documents have each of the terms.
func (e *Engine) Counts(_ context.Context, field engine.Field, list []string) ([]int, error) {
	out := make([]int, len(list))
	cutter := e.cutter()
	for _, d := range e.all() {
		c := cutter(d)
		for i, term := range list {
			if c.count(field, term) > 0 {
				out[i]++
			}
		}
	}
	return out, nil
}

// Bodies are the texts of documents.
func (e *Engine) Bodies(_ context.Context, urls []string) ([]engine.Body, error) {
	var out []engine.Body
	for _, url := range urls {
		d, known := e.docs[url]
		if !known {
			return nil, fmt.Errorf("naive: there is no article %s", url)
		}
		out = append(out, engine.Body{Summary: d.Summary, Sections: d.Sections})
	}
	return out, nil
}

// Words are words that the documents have.
func (e *Engine) Words(_ context.Context, like engine.Like) ([]engine.Counted, error) {
	field, wanted := engine.InWords, func(word string) bool {
		a, b := []rune(word), []rune(like.Near)
		return len(a) > 1 && len(b) > 1 && (a[0] == b[0] || a[0] == b[1] && a[1] == b[0]) && near(a, b, like.Mistakes)
	}
	if like.Holding != "" {
		if like.Starting && utf8.RuneCountInString(like.Holding) >= engine.LongStart {
			field = engine.InBody
		}
		wanted = func(word string) bool {
			return strings.HasPrefix(word, like.Holding) || !like.Starting && strings.Contains(word, like.Holding)
		}
	}
	counts := map[string]int{}
	cutter := e.cutter()
	for _, d := range e.all() {
		for word := range cutter(d).terms[slices.Index(engine.Fields[:], field)] {
			if wanted(word) {
				counts[word]++
			}
		}
	}
	var out []engine.Counted
	for text, n := range counts {
		out = append(out, engine.Counted{Text: text, Count: n})
	}
	slices.SortFunc(out, func(a, b engine.Counted) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Text, b.Text)) })
	return out[:min(len(out), like.Limit)], nil
}

// near reports whether at most so many mistakes lie between two words.
func near(a, b []rune, mistakes int) bool {
	switch {
	case mistakes < 0:
		return false
	case len(a) == 0 || len(b) == 0:
		return len(a)+len(b) <= mistakes
	case a[0] == b[0] && near(a[1:], b[1:], mistakes):
		return true
	case len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] && near(a[2:], b[2:], mistakes-1):
		return true
	}
	return near(a[1:], b[1:], mistakes-1) || near(a[1:], b, mistakes-1) || near(a, b[1:], mistakes-1)
}

// Sounding are documents that have one of the syllables of each place.
func (e *Engine) Sounding(_ context.Context, places [][]string, limit int) ([]*article.Facts, error) {
	var out []*article.Facts
	facts, cutter := e.facts(), e.cutter()
	for i, d := range e.all() {
		heard := slices.Collect(maps.Keys(cutter(d).terms[slices.Index(engine.Fields[:], engine.InSounds)]))
		without := slices.ContainsFunc(places, func(alternatives []string) bool {
			return !slices.ContainsFunc(alternatives, func(sound string) bool {
				return slices.ContainsFunc(heard, func(h string) bool { return h == sound || strings.HasPrefix(h, sound+" ") })
			})
		})
		if len(places) > 0 && !without && len(out) < limit {
			out = append(out, facts[i])
		}
	}
	return out, nil
}

// Characters are those of short texts that sound so.
func (e *Engine) Characters(_ context.Context, sound han.Syllable) ([]rune, error) {
	counts := map[rune]int{}
	for _, f := range e.facts() {
		own := map[rune]bool{}
		for _, p := range f.Passages {
			characters := terms.Letters(p.Run)
			for _, k := range p.Words {
				if k.Class() == terms.Single { // as questions are asked
					characters = append(characters, k.Rune())
				}
			}
			for _, r := range characters {
				if !own[r] && slices.Contains(han.Sounds(r), sound) {
					own[r] = true
					counts[r]++
				}
			}
		}
	}
	return slices.SortedFunc(maps.Keys(counts), func(a, b rune) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) }), nil
}

// entries are all wordings.
func (e *Engine) entries() []engine.Entry {
	var out []engine.Entry
	at := map[[2]string]int{}
	for _, f := range e.facts() {
		engine.EachEntry(f, func(entry engine.Entry) {
			key := [2]string{string(entry.Passage.Run), entry.Language}
			if i, known := at[key]; known {
				out[i].Also(&entry)
				return
			}
			at[key] = len(out)
			out = append(out, entry)
		})
	}
	return out
}

// Suggest completes what a reader has typed so far.
func (e *Engine) Suggest(ctx context.Context, typed engine.Typed) ([]engine.Wording, error) {
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	return engine.Suggest(ctx, &e.site, e.entries(), typed), nil
}

// Sample are titles and symptoms, as far apart as may be.
func (e *Engine) Sample(_ context.Context, n int) ([]engine.Wording, error) {
	entries := slices.DeleteFunc(e.entries(), func(entry engine.Entry) bool { return entry.Kind == engine.ATag })
	n = max(min(n, len(entries)), 0)
	var out []engine.Wording
	for i := range n {
		out = append(out, entries[i*len(entries)/n].Wording())
	}
	return out, nil
}
