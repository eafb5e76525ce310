package rank

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/question"
	"whyfix/internal/search/terms"
	"whyfix/internal/search/weigh"
)

// closely is how many candidates' texts are read.
const closely = 12

// few candidates are all read.
const few = 40

// Ranker ranks the candidates of one engine. It is safe for concurrent use.
type Ranker struct {
	engine engine.Engine
	asker  *question.Asker
	model  *Model
	losses *losses
	senses *senses
	spare  sync.Pool // of *matcher
}

// NewRanker makes a Ranker.
func NewRanker(e engine.Engine, asker *question.Asker, weights *weigh.Table, model *Model) *Ranker {
	r := &Ranker{
		engine: e, asker: asker, model: model, losses: newLosses(e.Site().Counts, weights),
		senses: newSenses(),
	}
	r.spare.New = func() any { return &matcher{seen: map[*article.Passage]int{}} }
	return r
}

// Scored is a candidate with its score.
type Scored struct {
	engine.Candidate
	Score    float32
	Vector   Vector
	Passage  int // the short text that says most
	Read     bool
	Body     engine.Body // of those that were read
	terms    termSet
	passage  termSet // what the short text that says most has
	standins uint64  // … and what stands there for what it has not
}

// Has reports whether the article has a term of the question.
func (s *Scored) Has(t question.Term) bool { return s.terms.has(t.Number) }

// InPassage reports whether the short text that says most has a term.
func (s *Scored) InPassage(t question.Term) bool { return s.passage.has(t.Number) }

// Standin is a word of an article that was taken for one of the question.
type Standin struct{ Word, For string }

// Standins are those that the short text that says most has for what it has not.
func (s *Scored) Standins(q *question.Question) []Standin {
	var out []Standin
	for n, in := range q.Standins {
		if s.standins&(1<<n) == 0 {
			continue
		}
		for _, f := range in.For {
			x := Standin{in.Text, q.Terms[f.Word].Text}
			if !s.passage.has(f.Term) && !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// HasAll reports whether the article, which was read, has all parts as they
// were typed.
func (s *Scored) HasAll(parts []string) bool {
	var long terms.Run
	for _, part := range parts {
		run := terms.RunOf(part)
		if len(run) == 0 {
			continue
		}
		if slices.ContainsFunc(s.Facts.Passages, func(p *article.Passage) bool { return run.In(p.Run) > terms.Nowhere }) {
			continue
		}
		if long == nil {
			long = terms.AppendRun(long, han.AppendMarked(nil, s.Body.Summary))
			for _, section := range s.Body.Sections {
				long = append(long, '\n')
				long = terms.AppendRun(long, han.AppendMarked(nil, section.Text))
			}
		}
		if run.In(long) == terms.Nowhere {
			return false
		}
	}
	return len(parts) > 0
}

// Share is what a feature adds to a score.
type Share struct {
	Feature      Feature
	Value, Score float32
}

// Shares are those that made a score, without those that added nothing.
func (r *Ranker) Shares(s *Scored) []Share {
	var out []Share
	for f := range Features {
		if value, weight := s.Vector[f], r.model.weight(f, s.Facts.Alone); value*weight != 0 {
			out = append(out, Share{f, value, value * weight})
		}
	}
	return out
}

// Rank orders candidates, the best first.
func (r *Ranker) Rank(ctx context.Context, q *question.Question, candidates []engine.Candidate) ([]Scored, error) {
	cutter, back := r.asker.Cutter()
	defer back()
	m := r.spare.Get().(*matcher)
	defer r.spare.Put(m)
	m.start(r, q, cutter)
	scored := make([]Scored, len(candidates))
	out := make([]*Scored, len(candidates)) // they are large: what is sorted are pointers
	for i := range candidates {
		s := &scored[i]
		out[i] = s
		s.Candidate = candidates[i]
		s.Passage, s.terms = m.short(&s.Candidate, &s.Vector)
		passage := m.match(s.Facts.Passages[s.Passage])
		s.passage, s.standins = passage.terms, passage.standins
		s.Score = r.model.score(&s.Vector, s.Facts.Alone)
	}
	slices.SortFunc(out, better)
	first := out
	if len(out) > few {
		first = out[:closely]
	}
	urls := make([]string, len(first))
	for i := range first {
		urls[i] = first[i].Facts.URL
	}
	bodies, err := r.engine.Bodies(ctx, urls)
	if err != nil {
		return nil, err
	}
	for i := range first {
		s := first[i]
		s.Read, s.Body = true, bodies[i]
		s.terms = m.long(&bodies[i], &s.Candidate, s.terms, &s.Vector)
		s.Score = r.model.score(&s.Vector, s.Facts.Alone)
	}
	// What was not read is known too little to pass what was.
	slices.SortFunc(first, better)
	ranked := make([]Scored, len(out))
	for i, s := range out {
		ranked[i] = *s
	}
	Falling(ranked)
	return ranked, nil
}

// Falling makes scores fall that were not all made of the same: who stands
// behind another has no more than it.
func Falling(ranked []Scored) {
	for i := range ranked {
		if i > 0 {
			ranked[i].Score = min(ranked[i].Score, ranked[i-1].Score)
		}
	}
}

// better orders by score; what is equal stands in the order of URLs.
func better(a, b *Scored) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Facts.URL, b.Facts.URL))
}

// scoreSteps are how many scores there are between two whole numbers: sums of
// the same parts in another order are the same score.
const scoreSteps = 1 << 16

func rounded(score float32) float32 {
	return float32(math.Round(float64(score)*scoreSteps) / scoreSteps)
}
