package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"whyfix/internal/search/rank"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

// part is a part of the ranking that can be left out.
type part struct {
	name string
	out  func(w *weigh.Table, m *rank.Model)
}

// without leaves features out.
func without(list ...rank.Feature) func(*weigh.Table, *rank.Model) {
	return func(_ *weigh.Table, m *rank.Model) {
		for _, f := range list {
			m.Long[f], m.Short[f] = 0, 0
		}
	}
}

// row changes the lines of forms.
func row(change func(l *weigh.Line), list ...weigh.Row) func(*weigh.Table, *rank.Model) {
	return func(w *weigh.Table, _ *rank.Model) {
		for _, r := range list {
			change(&w.Lines[r])
		}
	}
}

func nothing(l *weigh.Line) { *l = weigh.Line{} }

var (
	meanings = weigh.RowOf(terms.MeaningKey(0), terms.Mean)
	stems    = weigh.RowOf(terms.WordKey("a"), terms.Stem)
	joins    = weigh.RowOf(terms.WordKey("a"), terms.Join)
)

// theParts are those of the table in docs/search.md.
var theParts = []part{
	{"everything", func(*weigh.Table, *rank.Model) {}},
	{"the first pass alone", func(_ *weigh.Table, m *rank.Model) {
		*m = rank.Model{}
		m.Long[rank.Frequency], m.Short[rank.Frequency] = 1, 1
	}},
	{"without BM25F in the second pass", without(rank.Frequency)},
	{"without the reader's own words (named)", without(rank.Named)},
	{"without coverage by one short text", without(rank.Short)},
	{"without coverage by the article and one passage", without(rank.Whole, rank.Window)},
	{"without the order of characters", without(rank.Order)},
	{"without what stands as typed, and all parts", without(rank.Is, rank.IsHeading, rank.InShort, rank.InText, rank.InWord, rank.Parts)},
	{"without kinds of questions and negation", without(rank.OtherKind, rank.Negation, rank.Opposite)},
	{"without numbers", without(rank.OtherNumber)},
	{"one model for long and short articles", func(_ *weigh.Table, m *rank.Model) { m.Short = m.Long }},
	{"without weights of common terms", func(w *weigh.Table, _ *rank.Model) { w.Terms = nil }},
	{"question words as heavy as others in a text", func(w *weigh.Table, _ *rank.Model) { w.Weak = 1 }},
	{"without the penalty for what else a short text says", func(w *weigh.Table, _ *rank.Model) {
		for r := range w.Lines {
			w.Lines[r].Penalty = 0
		}
		own := make(map[terms.Key]weigh.Offset, len(w.Terms))
		for k, o := range w.Terms {
			own[k] = weigh.Offset{Match: o.Match}
		}
		w.Terms = own
	}},
	{"without pairs of characters", row(nothing, weigh.Pair)},
	{"without single characters in texts", row(func(l *weigh.Line) { l.Body = 0 }, weigh.Single)},
	{"without meanings of the lexicon", row(nothing, meanings)},
	{"without what stands for what", func(w *weigh.Table, _ *rank.Model) { w.Standins = nil }},
	{"without English stems", row(nothing, stems)},
	{"without words written as one", row(nothing, joins)},
}

// leaveOut measures the sets with each part left out.
func leaveOut(ctx context.Context, out io.Writer, sets []*set, most int) error {
	fmt.Fprint(out, "| |")
	for _, s := range sets {
		fmt.Fprintf(out, " %s |", s.name)
	}
	fmt.Fprint(out, "\n|---|")
	for range sets {
		fmt.Fprint(out, "---|")
	}
	fmt.Fprintln(out)
	for _, p := range theParts {
		fmt.Fprintf(out, "| %s |", p.name)
		for _, s := range sets {
			w, m := *weigh.Default(), *rank.Default()
			p.out(&w, &m)
			mrr, err := s.measure(ctx, most, &w, &m)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, " %.3f |", mrr)
		}
		fmt.Fprintln(out)
	}
	return nil
}

// measure is the mean reciprocal rank of the first wanted article among the first
// ten.
func (s *set) measure(ctx context.Context, most int, weights *weigh.Table, model *rank.Model) (mrr float64, err error) {
	if err := s.open(ctx, weights, model); err != nil {
		return 0, err
	}
	reciprocal := make([]float64, min(len(s.queries), most))
	s.each(most, func(i int, q query) {
		_, ranked := s.answer(ctx, q.text)
		first := slices.IndexFunc(ranked, func(c rank.Scored) bool { return q.wanted[c.Facts.URL] })
		if first >= 0 && first < shown {
			reciprocal[i] = 1 / float64(first+1)
		}
	})
	for _, r := range reciprocal {
		mrr += r / float64(len(reciprocal))
	}
	return mrr, nil
}
