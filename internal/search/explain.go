package search

import (
	"context"
	"fmt"
	"strings"

	"whyfix/internal/search/article"
	"whyfix/internal/search/question"
	"whyfix/internal/search/rank"
)

// parts are the shares that made a score.
func (s *Searcher) parts(q *question.Question, c *rank.Scored) []Part {
	var out []Part
	passage := c.Facts.Passages[c.Passage]
	for _, share := range s.ranker.Shares(c) {
		p := Part{Name: share.Feature.Tells(), Share: share.Score, Value: share.Value}
		switch share.Feature {
		case rank.Named, rank.Short, rank.Order:
			p.Text = passage.Text
			p.Words = words(q, func(t question.Term) bool { return c.InPassage(t) })
			if share.Feature != rank.Order {
				for _, s := range c.Standins(q) {
					p.Words += fmt.Sprintf(" %s (for %s)", s.Word, s.For)
				}
				p.Words = strings.TrimSpace(p.Words)
			}
		case rank.Whole:
			p.Words = words(q, func(t question.Term) bool { return c.Has(t) })
		}
		out = append(out, p)
	}
	return out
}

func words(q *question.Question, has func(question.Term) bool) string {
	var out []string
	for _, t := range q.Terms {
		if has(t) {
			out = append(out, t.Text)
		}
	}
	return strings.Join(out, " ")
}

// Why says why an article stands where it stands in the answer to a question.
type Why struct {
	Hit
	Place int // among the hits, from 1; 0: it is none
	// First is the article that stands first; its own Hit when that is it.
	First Hit
	// Missing are words of the question that the article does not have, the
	// heaviest first, as many as are worth telling.
	Missing []string
	// Lift says what would lift it.
	Lift []string
}

// Explain tells why the article with a URL stands where it stands.
func (s *Searcher) Explain(ctx context.Context, query Query, address string) (*Why, error) {
	a, err := s.meant(ctx, query, MaxReach)
	if err != nil {
		return nil, err
	}
	if a == nil {
		return nil, fmt.Errorf("search: there is nothing to look for in %q", query.Text)
	}
	own := a.q.Ask(query.Filter, "", 1)
	own.Only = []string{address}
	found, err := s.engine.Find(ctx, own)
	if err != nil {
		return nil, err
	}
	if len(found.Candidates) == 0 {
		return nil, fmt.Errorf("search: there is no article %s", address)
	}
	ranked, err := s.ranker.Rank(ctx, a.q, found.Candidates)
	if err != nil {
		return nil, err
	}
	hits, err := s.hits(ctx, a.q, ranked, Query{Explain: true})
	if err != nil {
		return nil, err
	}
	w := &Why{Hit: hits[0]}
	for i, c := range a.ranked {
		if c.Facts.URL == address {
			w.Place = i + 1
		}
	}
	first := ranked
	if len(a.ranked) > 0 {
		first = a.ranked[:1]
	}
	top, err := s.hits(ctx, a.q, first, Query{Explain: true})
	if err != nil {
		return nil, err
	}
	w.First = top[0]
	for _, t := range a.q.Heaviest(len(a.q.Terms)) {
		if !ranked[0].Has(t) && len(w.Missing) < mostMissing {
			w.Missing = append(w.Missing, t.Text)
		}
	}
	w.Lift = lift(a.q, &ranked[0], w)
	return w, nil
}

// mostMissing is how many missing words are worth telling.
const mostMissing = 8

// lift says what would lift an article.
func lift(q *question.Question, c *rank.Scored, w *Why) []string {
	var out []string
	if c.Vector[rank.Is] == 0 {
		out = append(out, fmt.Sprintf("a symptom “%s”, in the reader's words: then it stands before all that have no such symptom", q.Text))
	}
	if len(w.Missing) > 0 {
		out = append(out, "these words somewhere in the article: "+strings.Join(w.Missing, ", "))
	}
	if source := c.Facts.Source(c.Passage); source > article.Symptom && c.Vector[rank.Is] == 0 {
		out = append(out, fmt.Sprintf("the words of its %s “%s” in a symptom or the title", source, c.Facts.Passages[c.Passage].Text))
	}
	return out
}
