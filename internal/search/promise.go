package search

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"whyfix/internal/han"
	"whyfix/internal/search/weigh"
)

// Promised is among how many hits a symptom must find its article.
const Promised = 3

// Promise is one symptom of one article.
type Promise struct {
	URL     string
	Symptom int // its number in Document.Symptoms
	Text    string
}

// Broken is a promise that does not hold.
type Broken struct {
	Promise
	Instead []Hit // what the first hits are; without a search only their titles and URLs
}

// allPromises is the number of articles up to which every promise is tried:
// it costs a search each.
const allPromises = 300

// Judge tells without a search which promises do not hold, and lists those
// that have to be tried.
//
// An article whose title or symptom is the whole question gets the greatest
// score there is: all of the question in one text that says nothing else, as
// it was typed. So whoever comes before or beside it has the same words, or
// words around them that cost nothing, and then the order of URLs decides.
// What could gain more than the whole question is tried: a phrase with
// synonyms of the site, or with words that several languages cut differently.
//
// A character that every article has costs next to nothing, and may be lost in
// the sum of a search: that a text with such characters comes first is not seen.
func Judge(docs []*Document, list []Synonyms) (broken []Broken, doubtful []Promise) {
	j := judge{synonyms: newSynonyms(list), asked: map[string][]*Document{}, table: weigh.Default()}
	analyzers := map[han.Analyzer]bool{}
	var runes []rune
	fold := func(text string) string {
		runes = han.AppendFolded(runes[:0], strings.TrimSpace(text))
		return string(runes)
	}
	for _, d := range docs {
		analyzers[han.AnalyzerOf(d.Language)] = true
		for _, s := range d.Symptoms {
			j.asked[fold(s)] = nil
		}
	}
	byURL := slices.SortedFunc(slices.Values(docs), func(a, b *Document) int { return cmp.Compare(a.URL, b.URL) })
	for _, d := range byURL {
		for i := range 1 + len(d.Symptoms) {
			text := d.Title
			if i > 0 {
				text = d.Symptoms[i-1]
			}
			fold(text)
			j.answers(runes, d)
		}
	}
	for _, d := range docs {
		for i, s := range d.Symptoms {
			p := Promise{URL: d.URL, Symptom: i, Text: s}
			key := fold(s)
			if len(docs) <= allPromises || !j.plain(s, runes) || len(analyzers) > 1 && hasWord(runes) {
				doubtful = append(doubtful, p)
				continue
			}
			if first := j.asked[key][:min(len(j.asked[key]), Promised)]; !slices.Contains(first, d) {
				b := Broken{Promise: p}
				for _, other := range first {
					b.Instead = append(b.Instead, Hit{URL: other.URL, Title: other.Title})
				}
				broken = append(broken, b)
			}
		}
	}
	return broken, doubtful
}

// judge knows which articles answer a symptom as well as can be.
type judge struct {
	synonyms synonyms
	asked    map[string][]*Document // by folded symptom, in the order of URLs
	table    *weigh.Table
}

// answers notes the symptoms that a title or symptom answers: itself, and each
// part of it that lacks only what costs nothing.
func (j *judge) answers(text []rune, d *Document) {
	note := func(part []rune) {
		if known, asked := j.asked[string(part)]; asked && (len(known) == 0 || known[len(known)-1] != d) {
			if len(part) == len(text) || j.free(text, part) {
				j.asked[string(part)] = append(known, d)
			}
		}
	}
	for start := range text {
		if start > 0 && !j.spare(text[start-1], text[start:]) {
			break
		}
		for end := len(text); end > start; end-- {
			if end < len(text) && !j.spare(text[end], text[start:end]) {
				break
			}
			note(text[start:end])
		}
	}
}

// spare reports whether a character may stand beside the rest of a text
// without cost. Words of letters are looked at as a whole.
func (j *judge) spare(r rune, rest []rune) bool {
	return han.ClassOf(r) != han.CJK || slices.Contains(rest, r) || j.table.Missed(weigh.SingleKey(r), 1) == 0
}

// free reports whether a text says nothing that costs beside a part of it.
func (j *judge) free(text, part []rune) bool {
	has := map[weigh.Key]bool{}
	weigh.Features(han.Stemming, part, func(k weigh.Key, _, _ int) { has[k] = true })
	free := true
	weigh.Features(han.Stemming, text, func(k weigh.Key, _, _ int) {
		free = free && (has[k] || k.Class() == weigh.Pair || j.table.Missed(k, 1) == 0)
	})
	return free
}

// plain reports whether a phrase is searched as it stands, and can gain no
// more than itself.
func (j *judge) plain(text string, folded []rune) bool {
	if _, quoted := unquote(text); len(quoted) > 0 || len(folded) > MaxQuery {
		return false
	}
	synonym := false
	j.synonyms.asked.Find(folded, func(_, _, _ int) { synonym = true })
	pieces, _ := pieces(folded)
	return !synonym && len(pieces) > 0
}

func hasWord(runes []rune) bool {
	return slices.ContainsFunc(runes, func(r rune) bool { return han.ClassOf(r) == han.Word })
}

// TryDocuments tries promises of documents that no index was made of yet.
func TryDocuments(ctx context.Context, docs []*Document, list []Synonyms, promises []Promise) ([]Broken, error) {
	if len(promises) == 0 {
		return nil, nil
	}
	live, err := NewLive(list)
	if err != nil {
		return nil, err
	}
	defer live.Close()
	x, err := live.Apply(docs, nil)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	return x.Try(ctx, promises)
}

// Try searches for promises and returns those that do not hold, in their
// order. A phrase of several articles is searched once.
func (x *Index) Try(ctx context.Context, promises []Promise) ([]Broken, error) {
	var phrases []string
	at := map[string]int{}
	for _, p := range promises {
		if _, known := at[p.Text]; !known {
			at[p.Text] = len(phrases)
			phrases = append(phrases, p.Text)
		}
	}
	hits := make([][]Hit, len(phrases))
	errs := make([]error, runtime.GOMAXPROCS(0))
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(phrases) {
					return
				}
				r, err := x.Search(ctx, Query{Text: phrases[i], Size: Promised, Page: 1})
				if err != nil {
					errs[w] = err
					return
				}
				hits[i] = r.Hits
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var out []Broken
	for _, p := range promises {
		found := hits[at[p.Text]]
		if !slices.ContainsFunc(found, func(h Hit) bool { return h.URL == p.URL }) {
			out = append(out, Broken{p, found})
		}
	}
	return out, nil
}
