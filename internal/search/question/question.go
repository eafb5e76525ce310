// Package question takes apart what a reader asks.
//
// In: the words as they were typed, and the counts of an engine. Out: a
// Question with its terms, each weighed, and its runs.
package question

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"unicode"

	"whyfix/internal/han"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

// Limits of a question.
const (
	Longest  = 2_000 // characters that are read
	weighed  = 200   // characters that are weighed
	mostTerm = 500   // terms that are weighed
)

// Question is what a reader asks, taken apart. It does not change.
type Question struct {
	Text  string // without quotation marks
	Runes []rune // folded, as questions are asked
	Terms []Term
	Whole engine.Run
	// Rewritten is the whole with numbers as values and words of Taiwan and Hong
	// Kong as those of the mainland, where that is another run.
	Rewritten engine.Run
	Parts     []engine.Run
	Quoted    []engine.Run
	Table     Table
	// Standins are the terms that may stand for some of the question's.
	Standins     []Standin
	StandinTable Table
	// Elsewise: articles may put it in another way, with other numerals or
	// words of another region.
	Elsewise   bool
	Total      float32 // what a short text that has all of it gains
	Self       float32 // … less what the question would lose
	Body       float32 // what a body gains that has all of it
	Neighbours float32 // … by neighbours that stand together
	lexicon    *terms.Lexicon
}

// Term is a term of a question.
type Term struct {
	terms.Term
	Text   string
	Number int     // among the question's terms
	Weak   bool    // all of it is question words or particles
	Partly bool    // some of it is
	Count  int     // how many articles have it
	Rarity float32 // … which makes it as rare as this
	Second int     // where the second of two neighbours starts; 0: it is one
	Short  float32 // what a short text gains by it
	Body   float32 // what a body gains at most by it
}

// Asker takes questions of one site apart. It is safe for concurrent use.
type Asker struct {
	engine  engine.Engine
	lexicon *terms.Lexicon
	weights *weigh.Table
	cutters chan *terms.Cutter // spare ones
}

// NewAsker makes an Asker for an engine.
func NewAsker(e engine.Engine, weights *weigh.Table) *Asker {
	return &Asker{e, terms.NewLexicon(e.Site().Synonyms), weights, make(chan *terms.Cutter, 16)}
}

// Cutter lends a cutter until back is called.
func (a *Asker) Cutter() (c *terms.Cutter, back func()) {
	select {
	case c = <-a.cutters:
	default:
		c = terms.NewCutter()
	}
	return c, func() {
		select {
		case a.cutters <- c:
		default:
		}
	}
}

// Ask takes a question apart.
func (a *Asker) Ask(ctx context.Context, text string) (*Question, error) {
	cutter, back := a.Cutter()
	defer back()
	text = shorten(strings.TrimSpace(text), Longest)
	text, quoted := unquote(text)
	q := &Question{Text: text, lexicon: a.lexicon}
	if len([]rune(text)) > weighed {
		heavy, err := a.heaviest(ctx, cutter, text)
		if err != nil {
			return nil, err
		}
		text = heavy
	}
	raw := han.AppendMarked(nil, text)
	var changes []terms.Change
	q.Runes, changes = cutter.Canon(nil, raw)
	changed := len(changes) > 0
	q.Elsewise = changed || mayBeElsewise(q.Runes)
	a.cut(q, cutter)
	if err := a.count(ctx, q.Terms); err != nil {
		return nil, err
	}
	if err := a.finish(ctx, q); err != nil {
		return nil, err
	}
	a.weigh(q)
	q.standFor(a.weights.Standins)
	var err error
	if q.Whole, err = a.run(ctx, cutter, text); err != nil {
		return nil, err
	}
	if changed {
		if q.Rewritten, err = a.run(ctx, cutter, string(q.Runes)); err != nil {
			return nil, err
		}
	}
	for _, t := range quoted {
		if len(q.Quoted) == engine.MostRuns {
			break
		}
		r, err := a.run(ctx, cutter, t)
		if err != nil {
			return nil, err
		}
		same := func(other engine.Run) bool { return slices.Equal(r.Text, other.Text) }
		if len(r.Pieces) > 0 && !slices.ContainsFunc(q.Quoted, same) {
			q.Quoted = append(q.Quoted, r)
		}
	}
	q.Parts, err = a.parts(ctx, cutter, text)
	return q, err
}

func shorten(text string, most int) string {
	n := 0
	for i := range text {
		if n == most {
			return text[:i]
		}
		n++
	}
	return text
}

// cut finds the question's terms.
func (a *Asker) cut(q *Question, cutter *terms.Cutter) {
	weak := han.Weak(q.Runes)
	word := 0 // where the last one starts
	add := func(t terms.Term, text string) {
		if _, known := q.Table.Find(t.Key); known || len(q.Terms) >= mostTerm {
			return
		}
		q.Table.add(t.Key, q.Runes[t.Start], len(q.Terms))
		term := Term{Term: t, Text: text, Number: len(q.Terms), Weak: true}
		switch {
		case t.Form == terms.Join:
			term.Second = word
		case t.Key.Class() == terms.Pair:
			term.Second = t.End - 1
		}
		for i := t.Start; i < t.End; i++ {
			if han.ClassOf(q.Runes[i]) == han.Other {
				continue
			}
			term.Weak = term.Weak && weak[i]
			term.Partly = term.Partly || weak[i]
		}
		q.Terms = append(q.Terms, term)
	}
	for _, analyzer := range a.engine.Site().Analyzers {
		cutter.Each(analyzer, q.Runes, func(t terms.Term) {
			if t.Form.IsWord() {
				word = t.Start
			}
			add(t, t.Text(q.Runes))
		})
	}
	mean := func(t terms.Term) { add(t, terms.MeaningText(t.Key)) }
	a.lexicon.Meanings(q.Runes, mean)
	a.lexicon.Asked(q.Runes, mean)
}

// count asks how many articles have the terms.
func (a *Asker) count(ctx context.Context, list []Term) error {
	fields := [...]engine.Field{engine.InBody, engine.InMeanings}
	var texts [len(fields)][]string
	var at [len(fields)][]int
	for i, t := range list {
		f := 0
		if t.Form == terms.Mean {
			f = 1
		}
		texts[f], at[f] = append(texts[f], t.Text), append(at[f], i)
	}
	var counts [len(fields)][]int
	var errs [len(fields)]error
	var both sync.WaitGroup
	if len(texts[1]) > 0 { // beside the others: an engine may be far away
		both.Go(func() { counts[1], errs[1] = a.engine.Counts(ctx, fields[1], texts[1]) })
	}
	counts[0], errs[0] = a.engine.Counts(ctx, fields[0], texts[0])
	both.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	n := a.engine.Site().Articles
	for f := range fields {
		for k, i := range at[f] {
			list[i].Count = counts[f][k]
			list[i].Rarity = weigh.Rarity(n, counts[f][k])
		}
	}
	return nil
}

// mayBeElsewise reports whether an article may put a question in another way.
func mayBeElsewise(runes []rune) bool {
	return slices.ContainsFunc(runes, func(r rune) bool { return r >= '0' && r <= '9' }) || han.HasMainland(runes)
}

// mostFinished is how many words an unfinished one is taken for.
const mostFinished = 6

// finish adds the words that a question's last word may be the start of, when
// no article has that: readers are answered while they type.
func (a *Asker) finish(ctx context.Context, q *Question) error {
	last := -1
	for i, t := range q.Terms {
		if t.Form.IsWord() && t.End == lastOf(q.Runes) {
			last = i
		}
	}
	if last < 0 || q.Terms[last].Count > 0 || len(q.Terms[last].Text) < 2 {
		return nil
	}
	t := q.Terms[last]
	found, err := a.engine.Words(ctx, engine.Like{Holding: t.Text, Starting: true, Limit: mostFinished})
	if err == nil && len(found) == 0 {
		found, err = a.engine.Words(ctx, engine.Like{Holding: t.Text, Limit: mostFinished})
	}
	if err != nil {
		return err
	}
	for _, f := range found {
		key := terms.WordKey(f.Text)
		if _, known := q.Table.Find(key); known || len(q.Terms) >= mostTerm {
			continue
		}
		q.Table.add(key, []rune(f.Text)[0], len(q.Terms))
		q.Terms = append(q.Terms, Term{
			Term: terms.Term{Key: key, Start: t.Start, End: t.End, Form: terms.Part}, Text: f.Text, Number: len(q.Terms),
			Count: f.Count, Rarity: weigh.Rarity(a.engine.Site().Articles, f.Count),
		})
	}
	return nil
}

// weigh says what the terms count.
func (a *Asker) weigh(q *Question) {
	var lost float32
	for i := range q.Terms {
		t := &q.Terms[i]
		rarity := t.Rarity
		if t.Key.Class() != terms.Pair {
			counts := a.engine.Site().Counts
			rarity = weigh.Rarity(counts.Articles(), counts.Of(t.Key))
		}
		t.Short = a.weights.Matched(t.Key, t.Form, rarity)
		t.Body = a.weights.Body(t.Key, t.Form, t.Rarity, t.Weak, t.Partly)
		q.Total += t.Short
		q.Body += t.Body
		if t.Second > 0 {
			q.Neighbours += t.Body
		}
		lost += a.weights.Missed(t.Key, t.Form, rarity)
	}
	q.Self = max(q.Total-lost, q.Total/4)
	if q.Self <= 0 {
		q.Self = 1
	}
}

// Ask is what an engine is asked.
func (q *Question) Ask(filter engine.Filter, language string, limit int) *engine.Question {
	out := &engine.Question{Whole: q.Whole, Parts: q.Parts, Quoted: q.Quoted, Filter: filter, Language: language, Limit: limit}
	for _, t := range q.Terms {
		field := engine.InBody
		if t.Form == terms.Mean {
			field = engine.InMeanings
		}
		if t.Body > 0 {
			out.Terms = append(out.Terms, engine.Term{Text: t.Text, Field: field, Weight: t.Body})
		}
	}
	return out
}

// Heaviest are the terms that weigh most, the heaviest first, without those
// that are only another form of one, and question words.
func (q *Question) Heaviest(most int) []Term {
	var out []Term
	for _, t := range q.Terms {
		if !t.Weak && t.Form != terms.Mean && t.Form != terms.Join && t.Form != terms.Stem {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b Term) int { return cmp.Compare(b.Body, a.Body) })
	return out[:min(len(out), most)]
}

// Empty reports whether there is nothing to look for.
func (q *Question) Empty() bool { return len(q.Terms) == 0 && len(q.Whole.Pieces) == 0 }

// heaviest keeps those sentences of a long text that say most, up to what is
// weighed.
func (a *Asker) heaviest(ctx context.Context, cutter *terms.Cutter, text string) (string, error) {
	type sentence struct {
		text   string
		length int
		at     int
		weight float32
	}
	var all []sentence
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n。！？；!?;…", r) }) {
		runes := []rune(strings.TrimSpace(s))
		for len(runes) > 0 {
			n := min(len(runes), weighed/2)
			if n < len(runes) { // not inside a word
				for k := n; k > n/2; k-- {
					if unicode.IsSpace(runes[k]) {
						n = k
						break
					}
				}
			}
			all = append(all, sentence{text: string(runes[:n]), length: n, at: len(all)})
			runes = runes[n:]
		}
	}
	known := map[terms.Key]bool{}
	for i := range all {
		s := &all[i]
		part := &Question{}
		part.Runes, _ = cutter.Canon(nil, han.AppendMarked(nil, s.text))
		a.cut(part, cutter)
		if err := a.count(ctx, part.Terms); err != nil {
			return "", err
		}
		for _, t := range part.Terms {
			if t.Count > 0 && !known[t.Key] {
				known[t.Key] = true
				s.weight += a.weights.Body(t.Key, t.Form, t.Rarity, t.Weak, t.Partly)
			}
		}
	}
	slices.SortStableFunc(all, func(x, y sentence) int {
		switch {
		case x.weight > y.weight:
			return -1
		case x.weight < y.weight:
			return 1
		}
		return 0
	})
	var kept []sentence
	left := weighed
	for _, s := range all {
		if s.length <= left {
			kept = append(kept, s)
			left -= s.length + 1
		}
	}
	slices.SortFunc(kept, func(x, y sentence) int { return x.at - y.at })
	var b strings.Builder
	for _, s := range kept {
		b.WriteString(s.text)
		b.WriteByte('\n')
	}
	return strings.TrimSpace(b.String()), nil
}
