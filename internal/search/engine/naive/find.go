package naive

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// reading is a document as a question finds it.
type reading struct {
	engine.Candidate
	doc    *article.Document
	cut    *cut
	parts  int  // how many of the question's parts it has
	quotes int  // … and of the quoted runs
	gained bool // it has a term
}

// holds reports whether the document is told apart whatever its score.
func (r *reading) holds(q *engine.Question) bool {
	return r.Whole > terms.Nowhere || len(q.Parts) > 0 && r.parts == len(q.Parts)
}

// Find reads all documents.
func (e *Engine) Find(ctx context.Context, q *engine.Question) (*engine.Found, error) {
	found := &engine.Found{}
	var all []*reading
	cutter, facts := e.cutter(), e.facts()
	for i, d := range e.all() {
		if err := ctx.Err(); errors.Is(err, context.Canceled) {
			return nil, err
		} else if err != nil {
			found.Partial = true
			break
		}
		r := &reading{Candidate: engine.Candidate{Facts: facts[i]}, doc: d, cut: cutter(d)}
		r.hold(q)
		all = append(all, r)
	}
	score(q, all)
	var most float32
	for _, r := range all {
		most = max(most, r.Score)
		if r.gained {
			found.Total++
		}
	}
	var hits []*reading
	all = slices.DeleteFunc(all, func(r *reading) bool { return r.quotes < len(q.Quoted) })
	for _, r := range all {
		r.Hit = r.gained && r.Score >= most*engine.Tail || r.holds(q) || len(q.Quoted) > 0
		if r.Hit && e.accepts(r.doc, q) {
			hits = append(hits, r)
		}
	}
	found.Hits, found.Facets = len(hits), facets(hits)
	slices.SortStableFunc(all, func(a, b *reading) int { return cmp.Compare(b.Score, a.Score) })
	room := q.Limit
	for _, r := range all {
		wanted := e.accepts(r.doc, q) && (r.gained || r.Whole > terms.Nowhere || r.parts+r.quotes > 0)
		if len(q.Only) > 0 {
			wanted = slices.Contains(q.Only, r.doc.URL)
		}
		if !wanted {
			continue
		}
		if room--; room >= 0 || r.holds(q) {
			found.Candidates = append(found.Candidates, r.Candidate)
		}
	}
	return found, nil
}

// accepts reports whether a question's filter keeps a document.
func (e *Engine) accepts(d *article.Document, q *engine.Question) bool {
	if d.Origin.Expired(q.Now) || q.Filter.Source != "" && d.Origin.Of() != q.Filter.Source {
		return false
	}
	if q.Language != "" && slices.Contains(e.site.Languages, q.Language) && d.Language != q.Language {
		return false
	}
	tagged := func(list []article.Tag, name string) bool {
		return name == "" || slices.ContainsFunc(list, func(t article.Tag) bool { return t.Name == name })
	}
	return tagged(d.Products, q.Filter.Product) && tagged(d.Causes, q.Filter.Cause) && tagged(d.Solutions, q.Filter.Solution) &&
		(q.Filter.Kind == "" || slices.Contains(kinds(d), q.Filter.Kind))
}

// kinds are those of a document's sections, in the order of the chain.
func kinds(d *article.Document) []string {
	var out []string
	for _, kind := range article.Kinds {
		if slices.ContainsFunc(d.Sections, func(s article.Section) bool { return s.Kind == kind }) {
			out = append(out, kind)
		}
	}
	return out
}

// hold tells which runs the document has.
func (r *reading) hold(q *engine.Question) {
	r.Whole = r.fit(&q.Whole)
	for i := range q.Parts {
		if r.fit(&q.Parts[i]) > terms.Nowhere {
			r.Parts |= 1 << i
			r.parts++
		}
	}
	for i := range q.Quoted {
		if r.fit(&q.Quoted[i]) > terms.Nowhere {
			r.quotes++
		}
	}
}

// fit tells how well the document has a run. Only a short text is all of it.
func (r *reading) fit(run *engine.Run) terms.Fit {
	lacks := func(piece []string) bool { return !r.cut.has(engine.InBody, piece) }
	if len(run.Pieces) == 0 || slices.ContainsFunc(run.Pieces, lacks) {
		return terms.Nowhere
	}
	if run.Proof > terms.Nowhere {
		return run.Proof
	}
	best := terms.Nowhere
	for _, p := range r.Facts.Passages {
		best = max(best, run.Text.In(p.Run))
	}
	long := []string{r.doc.Summary}
	for _, s := range r.doc.Sections {
		long = append(long, s.Text)
	}
	for _, text := range long {
		in := terms.AppendRun(nil, han.AppendMarked(nil, text))
		best = max(best, min(run.Text.In(in), terms.Clean))
	}
	return best
}

// score gives the documents their scores: BM25F, as a share of what they could
// have.
func score(q *engine.Question, all []*reading) {
	var averages [len(engine.Counting)]float32
	for f := range averages {
		sum, having := 0, 0
		for _, r := range all {
			if n := r.cut.lengths[f]; n > 0 {
				sum += n
				having++
			}
		}
		averages[f] = float32(float64(sum) / float64(max(having, 1)))
	}
	var total float64
	for _, t := range q.Terms {
		total += float64(t.Weight)
	}
	for _, r := range all {
		var sum float64
		for _, t := range q.Terms {
			if !r.cut.has(t.Field, []string{t.Text}) {
				continue
			}
			frequency := float32(1) // of a meaning
			if t.Field == engine.InBody {
				frequency = 0
				for f, field := range engine.Counting {
					frequency += float32(r.cut.count(field, t.Text)) * engine.Weights[f].Norm(float32(r.cut.lengths[f]), averages[f])
				}
			}
			r.gained = true
			sum += float64(t.Weight) * float64(engine.Saturate(frequency))
		}
		if total > 0 {
			r.Score = float32(sum / total)
		}
	}
}

// facets count what hits have.
func facets(hits []*reading) engine.Facets {
	var families [article.Families]map[string]int
	for f := range families {
		families[f] = map[string]int{}
	}
	ofKind, ofSource := map[string]int{}, map[string]int{}
	for _, r := range hits {
		ofSource[r.doc.Origin.Of()]++
		for _, k := range kinds(r.doc) {
			ofKind[k]++
		}
		for family, list := range r.doc.Tags() {
			own := map[string]bool{"": true} // a tag without a name is none
			for _, t := range list {
				if !own[t.Name] {
					own[t.Name] = true
					families[family][t.Name]++
				}
			}
		}
	}
	out := engine.Facets{Kind: []engine.Count{}, Product: values(families[article.Product]), Cause: values(families[article.Cause]), Solution: values(families[article.Solution]), Source: values(ofSource)}
	for _, k := range article.Kinds {
		if n := ofKind[k]; n > 0 {
			out.Kind = append(out.Kind, engine.Count{Value: k, Count: n})
		}
	}
	return out
}

// values are the most frequent ones.
func values(counts map[string]int) []engine.Count {
	out := []engine.Count{}
	for v, n := range counts {
		out = append(out, engine.Count{Value: v, Count: n})
	}
	slices.SortFunc(out, func(a, b engine.Count) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Value, b.Value)) })
	return out[:min(len(out), engine.MostValues)]
}
