package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"whyfix/internal/search/article"
	"whyfix/internal/search/question"
	"whyfix/internal/search/rank"
)

// parts are the shares that made a score.
func (s *Searcher) parts(q *question.Question, c *rank.Scored) []Part {
	var out []Part
	for _, share := range s.ranker.Shares(c) {
		out = append(out, part(q, c, share))
	}
	return out
}

// part tells of a share for which words it was found, and where.
func part(q *question.Question, c *rank.Scored, share rank.Share) Part {
	p := Part{Name: share.Feature.Tells(), Share: share.Score, Value: share.Value}
	switch share.Feature {
	case rank.Named, rank.Short, rank.Order:
		p.Text = c.Facts.Passages[c.Passage].Text
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
	return p
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
	own, err := s.alone(ctx, a.q, query.Filter, address)
	if err != nil {
		return nil, err
	}
	hits, err := s.hits(ctx, a.q, []rank.Scored{*own}, Query{Explain: true})
	if err != nil {
		return nil, err
	}
	w := &Why{Hit: hits[0]}
	for i, c := range a.ranked {
		if c.Facts.URL == address {
			w.Place = i + 1
		}
	}
	w.First = w.Hit
	if len(a.ranked) > 0 {
		top, err := s.hits(ctx, a.q, a.ranked[:1], Query{Explain: true})
		if err != nil {
			return nil, err
		}
		w.First = top[0]
	}
	for _, t := range a.q.Heaviest(len(a.q.Terms)) {
		if !own.Has(t) && len(w.Missing) < mostMissing {
			w.Missing = append(w.Missing, t.Text)
		}
	}
	w.Lift = lift(a.q, own, w)
	return w, nil
}

// alone is the article with a URL as it ranks for a question.
func (s *Searcher) alone(ctx context.Context, q *question.Question, filter Filter, address string) (*rank.Scored, error) {
	ask := q.Ask(filter, "", 1)
	ask.Only = []string{address}
	found, err := s.engine.Find(ctx, ask)
	if err != nil {
		return nil, err
	}
	if len(found.Candidates) == 0 {
		return nil, fmt.Errorf("search: there is no article %s", address)
	}
	ranked, err := s.ranker.Rank(ctx, q, found.Candidates)
	if err != nil {
		return nil, err
	}
	return &ranked[0], nil
}

// ahead is the part of the score by which an article is ahead of another most;
// the zero Part where it is in none.
func (s *Searcher) ahead(q *question.Question, first, own *rank.Scored) Part {
	var most rank.Share
	had := float32(0)
	shares := s.ranker.Shares(own)
	for _, share := range s.ranker.Shares(first) {
		more := share.Score
		if i := slices.IndexFunc(shares, func(o rank.Share) bool { return o.Feature == share.Feature }); i >= 0 {
			more -= shares[i].Score
		}
		if more > had {
			had, most = more, share
		}
	}
	if had == 0 {
		return Part{}
	}
	return part(q, first, most)
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
