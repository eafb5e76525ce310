package cluster

import (
	"cmp"
	"context"
	"errors"
	"math/bits"
	"slices"
	"strconv"

	"whyfix/internal/han"
	"whyfix/internal/search/article"
	"whyfix/internal/search/engine"
	"whyfix/internal/search/terms"
)

// How many articles are read to prove runs, the best first. What is not read is
// not proved.
const (
	mostProofs  = 128
	quoteProofs = 256
)

// mostPieces is how many pieces of a run the cluster is asked for: those of a
// whole mail would be more than a query may have.
const mostPieces = 120

// least is more than an article has that gains nothing.
const least = 1e-9

// Find finds the articles that may answer a question. It asks twice: which gain
// most and which may have a run; then, when it is known what a hit is, how many
// are and what they have. Where no article has all pieces of a run there is
// nothing to prove, and the second goes on while the articles are read and, if the
// question says Later, ranked.
func (x *Index) Find(ctx context.Context, q *engine.Question) (*engine.Found, error) {
	f := &finding{x: x, q: q, seen: map[string]*seen{}}
	late := ctx.Err() != nil
	found, err := f.find(ctx)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return nil, ctx.Err()
	case err != nil && ctx.Err() == nil && !errors.Is(err, errLate):
		return nil, err
	case err != nil && !late && len(f.seen) == 0: // nothing was heard: that is no answer
		return nil, &engine.Unavailable{After: firstWait, Err: err}
	case err != nil: // out of time
		found = &engine.Found{Partial: true, Facets: f.facets(nil)}
		if f.chosen != nil {
			found.Candidates, found.Total = f.chosen, f.total
		}
	case found.Settle != nil && !q.Later:
		if err := found.Settle(); err != nil {
			return nil, err
		}
		found.Settle = nil
	}
	return found, nil
}

// finding is a question on its way.
type finding struct {
	x       *Index
	q       *engine.Question
	score   []query
	filters []query
	seen    map[string]*seen // by address
	unknown int              // of them: nothing was kept of so many
	most    float32          // the highest score, whatever a filter leaves
	total   int
	partial bool
	err     error // what was wrong with an answer
	chosen  []engine.Candidate
}

// seen is an article that an answer had.
type seen struct {
	url           string
	score         float32
	runs          []string // whose pieces it has
	facts         *article.Facts
	whole         terms.Fit
	parts, quotes uint8
	listed        bool // it is among the best
}

// The runs' names in queries.
const (
	wholeName = "w"
	partName  = "p"
	quoteName = "q"
)

func (f *finding) find(ctx context.Context) (*engine.Found, error) {
	if f.x.site.Articles == 0 {
		return &engine.Found{Facets: f.facets(nil)}, nil
	}
	if err := f.weigh(ctx); err != nil {
		return nil, err
	}
	f.filters = f.x.filters(f.q)
	if err := f.gather(ctx); err != nil {
		return nil, err
	}
	var counted func() (*answer, error)
	if !f.doubtful() {
		counted = f.count(ctx)
	}
	if err := f.prove(ctx); err != nil {
		return nil, err
	}
	f.choose()
	if counted == nil {
		counted = f.count(ctx)
	}
	found := &engine.Found{Candidates: f.chosen, Total: f.total, Partial: f.partial, Facets: f.facets(nil)}
	found.Settle = func() error {
		a, err := counted()
		switch {
		case errors.Is(ctx.Err(), context.Canceled):
			return ctx.Err()
		case err != nil && ctx.Err() == nil && !errors.Is(err, errLate):
			return err
		case err != nil: // out of time
			found.Partial = true
			return nil
		}
		found.Hits, found.Facets = a.Hits.Total.Value, f.facets(a)
		found.Partial = found.Partial || a.TimedOut || !a.whole()
		return nil
	}
	return found, nil
}

// count asks how many hits there are and what they have, and gives what waits for
// the answer.
func (f *finding) count(ctx context.Context) func() (*answer, error) {
	counting := f.counting()
	var answers []answer
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		answers, err = f.x.search(ctx, counting)
	}()
	return func() (*answer, error) {
		<-done
		if err != nil {
			return nil, err
		}
		return &answers[0], nil
	}
}

// doubtful reports whether an article has the pieces of a run that is to be
// proved.
func (f *finding) doubtful() bool {
	for _, s := range f.seen {
		for _, name := range s.runs {
			if run, _ := f.run(s, name); run.Proof == terms.Nowhere {
				return true
			}
		}
	}
	return false
}

// byScore are the articles that were seen, the best first.
func (f *finding) byScore() []*seen {
	list := make([]*seen, 0, len(f.seen))
	for _, s := range f.seen {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *seen) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.url, b.url)) })
	return list
}

// weigh makes the parts of the query that score: what an article gains of each
// term, as a share of what it could.
func (f *finding) weigh(ctx context.Context) error {
	var total float64
	var list []string
	for _, t := range f.q.Terms {
		total += float64(t.Weight)
		if t.Field == engine.InBody {
			list = append(list, t.Text)
		}
	}
	if total <= 0 {
		return nil
	}
	counts, err := f.x.Counts(ctx, engine.InBody, list)
	if err != nil {
		return err
	}
	having, err := f.x.documents(ctx)
	if err != nil {
		return err
	}
	for _, t := range f.q.Terms {
		share := float64(t.Weight) / total
		if t.Field != engine.InBody { // it has it or not
			f.score = append(f.score, query{"constant_score": query{
				"filter": query{"term": query{string(t.Field): t.Text}}, "boost": share * float64(engine.Saturate(1)),
			}})
			continue
		}
		n := counts[0]
		counts = counts[1:]
		if n == 0 {
			continue
		}
		// What the cluster's BM25 multiplies by is taken out.
		f.score = append(f.score, query{"term": query{string(engine.InBody): query{
			"value": t.Text, "boost": share / (idf(having, n) * (k1 + 1)),
		}}})
	}
	return nil
}

// documents is how many articles have any text.
func (x *Index) documents(ctx context.Context) (int, error) {
	const key = " documents"
	if n, known := x.counts.get(key); known {
		return n, nil
	}
	answers, err := x.sure(ctx, []query{{"size": 0, "track_total_hits": true, "query": query{"exists": query{"field": string(engine.InBody)}}}})
	if err != nil {
		return 0, err
	}
	n := answers[0].Hits.Total.Value
	x.counts.put(key, n, 80)
	return n, nil
}

// filters are what a question keeps, as queries.
func (x *Index) filters(q *engine.Question) []query {
	var out []query
	add := func(field, value string) {
		if value != "" {
			out = append(out, having(field, value))
		}
	}
	add(fieldKind, q.Filter.Kind)
	add(fieldProduct, q.Filter.Product)
	add(fieldCause, q.Filter.Cause)
	add(fieldSolution, q.Filter.Solution)
	switch q.Filter.Source {
	case article.Page:
		out = append(out, query{"bool": query{"must_not": query{"exists": query{"field": fieldSource}}}})
	default:
		add(fieldSource, q.Filter.Source)
	}
	if x.posts && q.Now != 0 {
		out = append(out, query{"bool": query{"must_not": query{"range": query{fieldExpires: query{"lte": q.Now}}}}})
	}
	if slices.Contains(x.site.Languages, q.Language) {
		add(fieldLanguage, q.Language)
	}
	return out
}

// pieces are articles that have the pieces of a run.
func pieces(run *engine.Run) query {
	list := run.Pieces
	var filters []query
	for i := range min(len(list), mostPieces) {
		piece := list[i*len(list)/min(len(list), mostPieces)]
		filters = append(filters, havingAny(string(engine.InBody), piece))
	}
	return all(filters...)
}

// named is what tells of an article that it has the pieces of a run, and counts
// nothing.
func named(name string, run *engine.Run) query {
	return query{"constant_score": query{"filter": pieces(run), "boost": 0, "_name": name}}
}

// scored are articles that gain something, with what they do.
func (f *finding) scored() query {
	if len(f.score) == 0 {
		return query{"match_none": query{}}
	}
	return query{"bool": query{"should": f.score}}
}

// gather asks for the best, and for those that may have a run.
func (f *finding) gather(ctx context.Context) error {
	q := f.q
	var names, doubtful, each, gaining []query
	gaining = append(gaining, f.score...)
	run := func(name string, r *engine.Run) {
		if len(r.Pieces) == 0 {
			return
		}
		names = append(names, named(name, r))
		if r.Proof == terms.Nowhere {
			doubtful = append(doubtful, pieces(r))
		} else { // who has it alone comes last
			each = append(each, pieces(r))
			gaining = append(gaining, query{"constant_score": query{"filter": pieces(r), "boost": 0}})
		}
	}
	run(wholeName, &q.Whole)
	var parts []query
	for i := range q.Parts {
		run(partName+strconv.Itoa(i), &q.Parts[i])
		parts = append(parts, pieces(&q.Parts[i]))
	}
	limited := slices.Clone(f.filters)
	for i := range q.Quoted {
		run(quoteName+strconv.Itoa(i), &q.Quoted[i])
		limited = append(limited, pieces(&q.Quoted[i]))
	}
	limit := max(q.Limit, 1)
	var list []query
	var takes []func(a *answer)
	ask := func(size int, q query, take func(a *answer)) {
		asked := query{
			scored: true, "size": size, "query": q, "track_total_hits": false,
			"sort": []any{query{"_score": "desc"}, query{fieldURL: "asc"}}, "stored_fields": "_none_",
		}
		if len(list) == 0 && f.x.unknown.mostly() { // else they are asked for when it is known which
			asked["docvalue_fields"] = []string{fieldURL, fieldHead}
		}
		list = append(list, asked)
		takes = append(takes, take)
	}
	extra := append([]query{f.scored()}, names...)
	// The first: by what they gain. Where runs are quoted, those that have them.
	if len(q.Quoted) > 0 {
		ask(max(limit, quoteProofs), query{"bool": query{"filter": limited, "should": extra}}, func(a *answer) { f.take(a, true) })
	} else {
		// What has a run and is among the best is among the best of those that have
		// one, which are asked for below: to leave the runs out lets the cluster skip
		// what cannot be among them.
		best := query{"must": anyOf(gaining...), "filter": limited}
		if limit > mostProofs {
			best["should"] = names
		}
		ask(limit, query{"bool": best}, func(a *answer) { f.take(a, true) })
		if len(each) > 0 {
			ask(mostProofs, query{"bool": query{"filter": append(slices.Clone(limited), anyOf(each...)), "should": extra}}, func(a *answer) { f.take(a, false) })
		}
		if len(doubtful) > 0 {
			ask(mostProofs, query{"bool": query{"filter": append(slices.Clone(limited), anyOf(doubtful...)), "should": extra}}, func(a *answer) { f.take(a, false) })
		}
		if len(parts) > 0 {
			ask(mostProofs, query{"bool": query{"filter": append(slices.Clone(limited), parts...), "should": extra}}, func(a *answer) { f.take(a, false) })
		}
	}
	if len(q.Only) > 0 {
		ask(len(q.Only), query{"bool": query{"filter": []query{havingAny(fieldURL, q.Only)}, "should": extra}}, func(a *answer) { f.take(a, false) })
	}
	if len(f.score) > 0 {
		most := func(a *answer) {
			for i := range a.Hits.Hits[:min(len(a.Hits.Hits), 1)] {
				f.most, _, _ = a.Hits.Hits[i].score()
			}
		}
		if take := takes[0]; len(limited) == 0 {
			takes[0] = func(a *answer) { take(a); most(a) } // the first is it
		} else {
			ask(1, f.scored(), most)
		}
		if !q.NoTotal {
			list = append(list, query{"size": 0, "track_total_hits": true, "query": all(anyOf(f.gaining()...))})
			takes = append(takes, func(a *answer) { f.total = a.Hits.Total.Value })
		}
	}
	answers, err := f.x.search(ctx, list)
	if err != nil {
		return err
	}
	for i := range answers {
		if a := &answers[i]; !a.whole() && len(a.Hits.Hits) == 0 {
			return a.lost()
		} else if !a.whole() || a.TimedOut {
			f.partial = true
		}
		takes[i](&answers[i])
	}
	return f.err
}

// gaining are the terms by which articles gain something, without what they
// count.
func (f *finding) gaining() []query {
	byField := map[engine.Field][]string{}
	for _, t := range f.q.Terms {
		byField[t.Field] = append(byField[t.Field], t.Text)
	}
	var out []query
	for field, list := range byField {
		out = append(out, havingAny(string(field), list))
	}
	return out
}

// take takes what an answer has. The same article may be in several.
func (f *finding) take(a *answer, best bool) {
	for i := range a.Hits.Hits {
		h := &a.Hits.Hits[i]
		score, url, err := h.score()
		if err != nil {
			f.err = err
			return
		}
		s := f.seen[url]
		if s == nil {
			s = &seen{url: url, score: score}
			f.seen[url] = s
			if _, known := f.x.facts.get(url); !known {
				f.unknown++
				if len(h.Fields.Head) > 0 {
					f.err = f.x.takeHead(h, nil)
				}
			}
		}
		for _, run := range h.Runs {
			if !slices.Contains(s.runs, run) {
				s.runs = append(s.runs, run)
			}
		}
		s.listed = s.listed || best
	}
}

// prove tells which runs the articles have, by their pieces where these tell,
// else by their texts.
func (f *finding) prove(ctx context.Context) error {
	list := f.byScore()
	urls := make([]string, len(list))
	for i, s := range list {
		urls[i] = s.url
	}
	f.x.unknown.add(f.unknown, len(f.seen))
	facts, err := f.x.factsOf(ctx, urls)
	if err != nil {
		return err
	}
	type proof struct {
		s   *seen
		run terms.Run
		fit terms.Fit // by the short texts
		set func(fit terms.Fit)
	}
	var proofs []proof
	var unread []string
	most, reading := mostProofs, 0
	if len(f.q.Quoted) > 0 {
		most = quoteProofs
	}
	for _, s := range list {
		if s.facts = facts[s.url]; s.facts == nil {
			return engine.ErrDamaged
		}
		doubtful := false
		for _, name := range s.runs {
			run, set := f.run(s, name)
			if run.Proof > terms.Nowhere {
				set(run.Proof)
				continue
			}
			p := proof{s: s, run: run.Text, set: set}
			for _, passage := range s.facts.Passages {
				p.fit = max(p.fit, run.Text.In(passage.Run))
			}
			if p.fit >= terms.Clean {
				set(p.fit)
				continue
			}
			doubtful = true
			proofs = append(proofs, p)
		}
		if !doubtful {
			continue
		}
		if reading++; reading > most && len(f.q.Only) == 0 {
			proofs = slices.DeleteFunc(proofs, func(p proof) bool { return p.s == s })
			continue
		}
		unread = append(unread, s.url)
	}
	bodies, err := f.x.Bodies(ctx, unread)
	if err != nil {
		return err
	}
	long := make(map[string]terms.Run, len(unread))
	var buffer []rune
	for i, url := range unread {
		var text terms.Run
		add := func(s string) {
			buffer = han.AppendMarked(buffer[:0], s)
			text = append(terms.AppendRun(text, buffer), '\n')
		}
		add(bodies[i].Summary)
		for _, section := range bodies[i].Sections {
			add(section.Text)
		}
		long[url] = text
	}
	for _, p := range proofs {
		p.set(max(p.fit, min(p.run.In(long[p.s.url]), terms.Clean)))
	}
	return nil
}

// run is the run of a name, and how an article is said to have it.
func (f *finding) run(s *seen, name string) (*engine.Run, func(fit terms.Fit)) {
	i, _ := strconv.Atoi(name[1:])
	switch name[:1] {
	case partName:
		return &f.q.Parts[i], func(fit terms.Fit) {
			if fit > terms.Nowhere {
				s.parts |= 1 << i
			}
		}
	case quoteName:
		return &f.q.Quoted[i], func(fit terms.Fit) {
			if fit > terms.Nowhere {
				s.quotes |= 1 << i
			}
		}
	}
	return &f.q.Whole, func(fit terms.Fit) { s.whole = max(s.whole, fit) }
}

// holds reports whether an article is told apart whatever its score.
func (f *finding) holds(s *seen) bool {
	return s.whole > terms.Nowhere || len(f.q.Parts) > 0 && bits.OnesCount8(s.parts) == len(f.q.Parts)
}

func (f *finding) isHit(s *seen) bool {
	return s.score > 0 && s.score >= f.most*engine.Tail || f.holds(s) || len(f.q.Quoted) > 0
}

// quoting reports whether an article has all that is quoted.
func (f *finding) quoting(s *seen) bool { return bits.OnesCount8(s.quotes) == len(f.q.Quoted) }

// choose picks the candidates.
func (f *finding) choose() {
	var list []*seen
	for _, s := range f.seen {
		switch {
		case !f.quoting(s):
		case len(f.q.Only) > 0 && !slices.Contains(f.q.Only, s.url):
		case len(f.q.Only) == 0 && !(s.listed || s.whole > terms.Nowhere || s.parts|s.quotes > 0):
		default:
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *seen) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.url, b.url)) })
	f.chosen = []engine.Candidate{}
	for i, s := range list {
		if i < max(f.q.Limit, 1) || f.holds(s) {
			f.chosen = append(f.chosen, engine.Candidate{Facts: s.facts, Score: s.score, Whole: s.whole, Parts: s.parts, Hit: f.isHit(s)})
		}
	}
}

// counting asks for how many hits there are and what they have.
func (f *finding) counting() []query {
	q := f.q
	holders := []string{} // that were proved by reading
	for _, s := range f.seen {
		if f.quoting(s) && (f.holds(s) || len(q.Quoted) > 0) {
			holders = append(holders, s.url)
		}
	}
	slices.Sort(holders)
	proves := func(r *engine.Run) bool { return len(r.Pieces) > 0 && r.Proof > terms.Nowhere }
	doubtful := func(r engine.Run) bool { return !proves(&r) }
	// In queries the score does not change; who holds a run is above all.
	var above []query
	if len(holders) > 0 {
		above = append(above, havingAny(fieldURL, holders))
	}
	filters := slices.Clone(f.filters)
	body := query{scored: true, "size": 0, "track_total_hits": true, "aggs": f.x.facetQueries()}
	if len(q.Quoted) > 0 {
		if !slices.ContainsFunc(q.Quoted, doubtful) {
			for i := range q.Quoted {
				filters = append(filters, pieces(&q.Quoted[i]))
			}
		} else {
			filters = append(filters, havingAny(fieldURL, holders))
		}
		body["query"] = all(filters...)
	} else {
		if proves(&q.Whole) {
			above = append(above, pieces(&q.Whole))
		}
		if len(q.Parts) > 0 && !slices.ContainsFunc(q.Parts, doubtful) {
			var each []query
			for i := range q.Parts {
				each = append(each, pieces(&q.Parts[i]))
			}
			above = append(above, all(each...))
		}
		should := []query{}
		if len(f.score) > 0 {
			should = append(should, f.scored())
		}
		if len(above) > 0 {
			should = append(should, query{"constant_score": query{"filter": anyOf(above...), "boost": 2}})
		}
		body["query"] = query{"bool": query{"filter": filters, "should": should, "minimum_should_match": 1}}
		body["min_score"] = max(f.most*engine.Tail, least)
		if len(should) == 0 {
			body["query"] = query{"match_none": query{}}
		}
	}
	return []query{body}
}

// facetQueries ask for what hits have. Each shard tells enough that the sums
// are right.
func (x *Index) facetQueries() query {
	out := query{}
	if x.posts {
		out[fieldSource] = query{"terms": query{"field": fieldSource, "missing": article.Page, "size": engine.MostValues, "shard_size": 50 * engine.MostValues}}
	}
	for _, field := range []string{fieldKind, fieldProduct, fieldCause, fieldSolution} {
		out[field] = query{"terms": query{"field": field, "size": engine.MostValues, "shard_size": 50 * engine.MostValues}}
	}
	return out
}

// facets are those of an answer; nil has none.
func (f *finding) facets(a *answer) engine.Facets {
	list := func(field string) []engine.Count {
		out := []engine.Count{}
		if a != nil {
			for _, b := range a.Aggregations[field].Buckets {
				out = append(out, engine.Count{Value: b.Key, Count: b.Count})
			}
		}
		slices.SortFunc(out, func(a, b engine.Count) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Value, b.Value)) })
		return out
	}
	out := engine.Facets{Kind: list(fieldKind), Product: list(fieldProduct), Cause: list(fieldCause), Solution: list(fieldSolution), Source: list(fieldSource)}
	if a != nil && !f.x.posts && a.Hits.Total.Value > 0 {
		out.Source = append(out.Source, engine.Count{Value: article.Page, Count: a.Hits.Total.Value})
	}
	slices.SortFunc(out.Kind, func(a, b engine.Count) int {
		return slices.Index(article.Kinds[:], a.Value) - slices.Index(article.Kinds[:], b.Value)
	})
	return out
}
